// Due and results: tests whose time has come, and what samples showed.

import * as beside from "./beside.js";
import * as check from "./check.js";
import {h} from "./dom.js";
import * as shapes from "./shapes.js";
import * as form from "./form.js";
import * as keep from "./keep.js";
import * as session from "./session.js";
import {limit, range, time, value} from "./units.js";
import {say, t, told} from "./words.js";

export const pointName = point => h("bdi", null, point ? [point.code, point.name].filter(Boolean).join(" · ") : "–");

// What a compartment bag showed, as it was read: five of 0 and 1.
const asRead = one => h("bdi", {dir: "ltr"}, [...one.value].join("\u2009"));
export const isBag = one => one.method === "cbt" && /^[01]{5}$/.test(one.value);

// A value as it was entered or measured: "0.4 mg/L", "0.2 – 0.5 mg/L", "not detected".
export function amount(one) {
	const word = {detected: "known.detected", "not detected": "known.not_detected"}[one.value];
	if (one.parameter === "impediment")
		return h("strong", null, say(`impediment.${one.value}`));
	if (one.mpn === "not detected")
		return h("strong", null, say("bag.none", {ml: "100 mL"}));
	if (isBag(one))
		return one.mpn ? value(one.mpn, one.unit) : h("span", {class: "value"}, asRead(one));
	return word ? h("strong", null, say(word)) : value(range(one.value), one.unit);
}

// Which check it was, whose and when.
export const checkedBy = of => of.check !== null && h("small", null, say("check.by", {n: of.check, who: of.by, time: time(of.ended_ms)}));

// What an analyzer's value rests on; where the analyzer is still unchecked, the way to check it for the next one.
function vouched(app, one) {
	return h("div", {"data-key": "check"}, h("div", {class: "line"}, shapes.check(one.check.state), check.ofResult(app, one)), checkedBy(one.check));
}

// How far off it may be, where that is known of its method.
export const uncertainty = one => one.uncertainty && h("small", null, "± ", value(one.uncertainty, one.limit_unit),
	one.rule === "guarded" && [" · ", say("rule.guarded")]);

// One result: its verdict first.
// `more`: what stands at its end.
export function result(app, one, more) {
	return h("li", {class: `result ${shapes.colourOf(one.verdict)}`, "data-key": String(one.result)},
		h("div", {class: "line"}, h("strong", null, say(`parameter.${one.parameter}`)), amount(one)),
		one.method && h("small", null, say(`method.${one.method}`), isBag(one) && [" · ", asRead(one)]),
		uncertainty(one),
		h("div", {class: "line judged"}, shapes.verdict(one.verdict), one.screening && h("span", {class: "chip"}, say("screening")),
			h("span", {class: "chip"}, say(`status.${one.status}`), one.verified_by && [" · ", h("bdi", null, one.verified_by)])),
		one.limit && h("p", null, say("limit", {limit: limit(one) ?? t("limit.absent"), set: one.limit_set}),
			one.basis && [" · ", say(`basis.${one.basis}`)]),
		one.reason && one.reason !== "none" && h("p", null, say(`reason.${one.reason}`)),
		beside.lines(one),
		one.check && vouched(app, one),
		one.amended_by && h("p", null, say("amended", {who: one.amended_by, why: one.amended_why})),
		one.alarm && h("p", {class: "note bad"}, shapes.shape("warn"), h("strong", null, say("alarm"))),
		h("ul", {class: "stores"}, one.stores.length ? one.stores.map(to => h("li", {"data-key": to.store}, h("bdi", null, to.store), " ",
			shapes.delivery(to.state))) : h("li", null, say("store.kept"))), more);
}

// What fails stands first, then what is in doubt.
const gravity = one => ["bad", "odd", "plain", "good"].indexOf(shapes.colourOf(one.verdict)) - (one.alarm ? 0.5 : 0);

// The results of a sample; what was entered anew stands first, what it replaces is folded away.
export function list(app, all, more = () => null) {
	const old = all.filter(one => !one.counts);
	return [h("ul", {class: "results"}, all.filter(one => one.counts).sort((a, b) => gravity(a) - gravity(b)).map(one => result(app, one, more(one)))),
		old.length > 0 && h("details", {"data-key": "old"}, h("summary", null, say("results.old", {n: old.length})),
			h("ul", {class: "results"}, old.map(one => result(app, one))))];
}

// "No failure in 3 of 5 required tests; missing: ...": never more than that.
export function summary(sum) {
	if (!sum)
		return null;
	const names = codes => codes.map((code, i) => [i ? t("comma") : "", say(`parameter.${code}`)]);
	const {possible, not_judged: unjudged} = sum;
	const [colour, drawn] = sum.failing.length ? ["bad", "cross"] : possible.length ? ["odd", "warn"] : ["plain", "none"];
	return h("div", {class: `note ${colour}`}, shapes.shape(drawn), h("div", null,
		sum.failing.length > 0 && h("p", null, h("strong", null, say("sum.failing"), " ", names(sum.failing))),
		possible.length > 0 && h("p", null, h("strong", null, say("sum.possible"), " ", names(possible))),
		h("p", null, say(sum.failing.length || possible.length ? "sum.tested" : "sum.none", {tested: sum.tested, required: sum.required})),
		unjudged.length > 0 && h("p", null, say("sum.unjudged"), " ", names(unjudged)),
		sum.missing.length > 0 && h("p", null, say("sum.missing"), " ", names(sum.missing))));
}

export function pendingTest(test, isLink) {
	const words = [h("strong", null, say(`parameter.${test.parameter}`)), h("span", null, say("test.of", {test: test.test, sample: test.sample})),
		h("span", null, say(test.due ? "test.due" : "test.waits", {time: time(test.due_ms)}))];
	return h("li", {class: `test ${test.due ? "odd" : "plain"}`, "data-key": String(test.test)}, shapes.shape(test.due ? "warn" : "wait"),
		h("div", {class: "stack"}, words),
		isLink && h("a", {class: `button ${test.due ? "main" : ""}`, href: `#bag/${test.test}`}, say("do.readbag")));
}

function recent(app, sample) {
	const isOpen = app.open === sample.sample;
	const whole = app.whole[sample.sample];
	return h("li", {class: "card", "data-key": String(sample.sample)},
		h("h3", null, say("sample.number", {n: sample.sample}), " ", pointName(sample.point)),
		h("p", {class: "aside"}, say(`state.${sample.state}`), " · ", h("bdi", null, time(sample.begun_ms)), " · ",
			h("bdi", null, sample.by)),
		form.button("open", say(isOpen ? "do.close" : "do.results"), {"aria-expanded": String(isOpen), "data-sample": sample.sample}),
		isOpen && (whole ? [list(app, whole.results), h("a", {class: "button", href: `#sample/${sample.sample}/result`}, say(session.mayVerify() ? "do.whole" : "do.opensample"))] :
			h("p", null, say("loading"))));
}

export function screen(app) {
	const list = app.samples;
	if (!list)
		return h("div", null, h("h1", {tabindex: "-1"}, say("nav.due")), app.samplesWords ? h("p", {class: "note bad"}, told(app.samplesWords)) :
			h("p", null, say("loading")));
	return h("div", null, h("h1", {tabindex: "-1"}, say("nav.due")),
		h("h2", null, say("due.tests")),
		list.due.length ? h("ul", {class: "tests"}, list.due.map(test => pendingTest(test, true))) : h("p", null, say("due.none")),
		h("h2", null, say("due.recent")),
		list.recent.length ? h("ul", {class: "plainlist"}, list.recent.map(sample => recent(app, sample))) : h("p", null, say("due.norecent")));
}

// --- the bag ---------------------------------------------------------------------------------------------------

export const compartments = ["10", "30", "56", "3", "1"]; // mL, as the bag's result is written

export function bag(app, number) {
	const name = `bag.${number}`, kept = keep.draft(name), busy = form.isBusy(name);
	const test = app.samples?.due.find(one => one.test === number) ??
		Object.values(app.whole).flatMap(sample => sample.pending).find(one => one.test === number);
	const read = compartments.filter(ml => kept[`c${ml}`]).length;
	return h("div", {class: "guided"}, h("h1", {tabindex: "-1"}, say("bag.title", {n: number})),
		test && h("ul", {class: "tests"}, pendingTest(test, false)),
		h("form", {"data-do": "finish", "data-test": number}, h("fieldset", {class: "bare", disabled: busy},
			h("p", null, say("bag.how")),
			h("div", {class: "bag"}, compartments.map(ml => h("fieldset", {class: "compartment", "data-key": ml},
				h("legend", null, h("bdi", {dir: "ltr"}, `${ml} mL`)),
				["0", "1"].map(colour => h("label", {class: `c${colour} ${kept[`c${ml}`] === colour ? "chosen" : ""}`},
					h("input", {type: "radio", name: `c${ml}`, value: colour, checked: kept[`c${ml}`] === colour, "data-form": name,
						"data-field": `c${ml}`}), shapes.shape(colour === "1" ? "tick" : "none"), h("span", null, say(`bag.${colour}`))))))),
			form.who(app),
			form.submit(say(read < 5 ? "bag.more" : "do.savebag", {n: 5 - read}), {class: "main wide", disabled: read < 5}))),
		form.fate(name));
}
