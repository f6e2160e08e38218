// A sample's results on paper: what the browser prints of this screen is the slip, and nothing else.

import * as beside from "./beside.js";
import {h} from "./dom.js";
import * as form from "./form.js";
import {amount, pointName, summary, uncertainty} from "./results.js";
import * as shapes from "./shapes.js";
import {limit, time} from "./units.js";
import {say, told} from "./words.js";

const treated = point => point.treated === null ? "unknown" : point.treated ? "yes" : "no";

function head(sample) {
	const {point} = sample, row = (key, ...words) => [h("dt", null, say(key)), h("dd", null, words)];
	return h("dl", {class: "sliphead"}, row("slip.lab", h("bdi", null, sample.lab)), row("slip.point", pointName(point)),
		point && [row("field.source_type", say(`source.${point.source_type}`)), row("field.position", say(`position.${point.position ?? "unknown"}`)),
			row("field.treated", say(`treated.${treated(point)}`)),
			point.lat !== null && row("slip.at", h("bdi", {dir: "ltr"}, `${point.lat.toFixed(5)}, ${point.lon.toFixed(5)}`))],
		row("slip.taken", h("bdi", {dir: "ltr"}, time(sample.begun_ms)), " · ", h("bdi", null, sample.by)),
		row("field.purpose", say(`purpose.${sample.purpose}`), " · ", say(`activity.${sample.activity}`),
			sample.parent && [" · ", say("beside.of", {n: sample.parent})]));
}

function result(one) {
	return h("tr", {"data-key": String(one.entry)}, h("th", {scope: "row"}, say(`parameter.${one.parameter}`),
		one.method && h("small", null, say(`method.${one.method}`), one.screening && [" · ", say("screening")])),
	h("td", null, amount(one), uncertainty(one)),
	h("td", null, one.limit && [limit(one) ? h("bdi", {dir: "ltr"}, limit(one)) : say("limit.absent"), h("small", null, h("bdi", null, one.limit_set),
		one.basis && [" · ", say(`basis.${one.basis}`)])]),
	h("td", null, shapes.verdict(one.verdict), one.reason !== "none" && h("small", null, say(`reason.${one.reason}`)),
		h("small", null, say(`status.${one.status}`), one.verified_by && [" · ", h("bdi", null, one.verified_by)]),
		one.amended_by && h("small", null, say("amended", {who: one.amended_by, why: one.amended_why})),
		one.before.map(past => h("small", null, say("amended.before"), " ", amount(past), " · ", h("bdi", null, past.by), past.why && [" · ", h("bdi", null, past.why)])),
		beside.lines(one)));
}

function table(all) {
	return h("table", {class: "slip"}, h("thead", null, h("tr", null, ["slip.test", "slip.found", "slip.limit", "slip.verdict"].map(key =>
		h("th", {scope: "col"}, say(key))))), h("tbody", null, all.filter(one => one.counts).map(result)));
}

export function screen(app, number) {
	const sample = app.whole[number];
	const title = h("h1", {tabindex: "-1"}, say("slip.title"), " · ", say("sample.number", {n: number}));
	if (!sample)
		return h("div", null, title, app.wholeWords ? h("p", {class: "note bad"}, told(app.wholeWords)) : h("p", null, say("loading")));
	return h("div", null, title, head(sample), sample.state !== "done" && h("p", null, say(`state.${sample.state}`)),
		sample.impediment && h("p", null, h("strong", null, say("impediment.none"), " ", say(`impediment.${sample.impediment}`))),
		table(sample.results), summary(sample.summary),
		sample.pending.length > 0 && h("ul", null, sample.pending.map(test => h("li", {"data-key": String(test.test)},
			say(`parameter.${test.parameter}`), ": ", say("test.waits", {time: time(test.due_ms)})))),
		h("p", null, say("slip.words")),
		h("div", {class: "offpaper"}, form.button("print", say("do.print"), {class: "main wide"}),
			h("a", {class: "button wide", href: `#sample/${number}/result`}, say("do.back"))));
}
