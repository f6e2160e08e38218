// The alarm on every screen: a health limit that a sample fails, or may fail, until somebody here has seen it.

import {h} from "./dom.js";
import {button} from "./form.js";
import * as keep from "./keep.js";
import {pointName} from "./results.js";
import * as shapes from "./shapes.js";
import {say} from "./words.js";

// By the entry, which stays when a second person verifies it; a correction is another.  Its number is one of one spool:
// another van's, or a new one's, begin anew.
const mark = (app, entry) => `${app.status?.spool.id}.${entry}`;

const unseen = app => {
	const seen = keep.load("seen", []);
	return app.status ? (app.samples?.failing ?? []).filter(one => one.alarm && !seen.includes(mark(app, one.entry))) : [];
};

// Of what fails no more nobody needs to remember that it was seen.
export function see(app, entry) {
	const still = (app.samples?.failing ?? []).map(one => mark(app, one.entry));
	keep.save("seen", [...keep.load("seen", []).filter(one => still.includes(one)), mark(app, entry)]);
}

// One after the other: a tap has seen what stood there, not what stood behind it.
export function banner(app) {
	const [one, ...more] = unseen(app);
	return h("div", null, one && h("section", {class: "alarm", "data-key": String(one.entry)}, shapes.shape("warn"),
		h("div", {class: "stack"}, h("strong", null, say("alarm")),
			h("a", {href: `#sample/${one.sample}/result`}, say(`parameter.${one.parameter}`), ": ", say(`verdict.${one.verdict}`), " · ",
				say("sample.number", {n: one.sample}), " · ", pointName(one.point)),
			more.length > 0 && h("span", null, say("alarm.more", {n: more.length}))),
		button("seen", say("do.seen"), {"data-entry": one.entry})));
}
