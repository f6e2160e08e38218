// Help: what each mark means, how a field test goes, what to do when something is not as it should be.  Its marks and their
// words are those of the other screens.

import {h} from "./dom.js";
import {mendable} from "./devices.js";
import * as shapes from "./shapes.js";
import {say} from "./words.js";

const part = (key, ...content) => h("section", {class: "card", "data-key": key}, h("h2", null, say(`help.${key}`)), content);

// Each mark with its meaning; `key` names the meaning, where it is not that of one mark.
const row = (marks, key) => h("div", {"data-key": key}, h("dt", null, marks), h("dd", null, say(key)));
const marks = (group, codes, mark) => h("dl", {class: "help"}, codes.map(code => row(mark(code), `help.${group}.${code}`)));

const steps = ["begin", "point", "probes", "kits", "bag", "result"];
const conditions = ["waiting", "held", "no_time", "clock", "budget"];

export function screen() {
	return h("div", {class: "guided"}, h("h1", {tabindex: "-1"}, say("nav.help")),
		h("p", null, say("help.marks")),
		part("test", h("ol", {class: "numbered"}, steps.map(step => h("li", null, h("strong", null, say(`step.${step}.title`)), ": ",
			say(`help.step.${step}`))))),
		part("verdict", h("dl", {class: "help"}, row(shapes.verdict("meets"), "help.verdict.meets"),
			row(["fails_above", "fails_below", "fails_detected"].map(shapes.verdict), "help.verdict.fails"),
			["possible_failure", "cannot_judge", "not_applicable"].map(code => row(shapes.verdict(code), `help.verdict.${code}`))),
		h("p", null, say("help.never"))),
		part("alarm", h("p", {class: "note bad"}, shapes.shape("warn"), h("strong", null, say("alarm"))), h("p", null, say("help.alarm.words"))),
		part("qc", marks("qc", [1, 2, 3, 4, 9], shapes.quality)),
		part("health", marks("health", ["ok", "unknown", "doubtful", "aside", "wrong"], shapes.health)),
		part("away", h("p", null, say("help.away.words")),
			h("ul", {class: "dotted"}, mendable.map(code => h("li", null, say(`remedy.${code}`)))), h("p", null, say("help.away.goon"))),
		part("check", marks("check", ["good", "never", "expired", "failed"], shapes.check)),
		part("store", marks("store", ["saved", "sent", "received", "refused"], shapes.delivery)),
		part("waits", h("dl", {class: "help"}, conditions.map(code => row(h("strong", null, say(`condition.${code}`)), `help.condition.${code}`)))),
		h("p", {class: "aside"}, say("help.english")));
}
