// A check of an analyzer against standards: begun beside what needs one, led from standard to standard, passed or not.

import {h} from "./dom.js";
import * as form from "./form.js";
import * as keep from "./keep.js";
import {kits} from "./kits.js";
import * as net from "./net.js";
import * as session from "./session.js";
import * as shapes from "./shapes.js";
import {number, span, time, unit as shown, value} from "./units.js";
import {say, t, told} from "./words.js";

const late = 10; // s: a value older than this is not "now"
const link = (href, words, more) => h("a", {class: "button wide", href, ...more}, h("span", null, words));
const refusal = words => words && h("p", {class: "note bad"}, shapes.shape("cross"), told(words));
const analyzer = (unit, parameter) => [h("bdi", null, unit), " · ", say(`parameter.${parameter}`)];

// --- the way to it ------------------------------------------------------------------------------------------------

const beginning = (unit, parameter) => `check.begin.${unit}.${parameter}`;
const openOf = (app, unit) => app.checks?.open.find(one => one.unit === unit);
const newOne = (unit, parameter) => `#check/new/${encodeURIComponent(unit)}/${parameter}`;

// The button that checks it, or goes on with the check that is open.
function way(app, unit, parameter) {
	const open = openOf(app, unit), isOpen = open?.parameter === parameter, words = isOpen ? "do.goon" : "do.check";
	return (isOpen || session.mayChange()) && h("a", {class: "button", href: isOpen ? `#check/${open.check}` : newOne(unit, parameter),
		"aria-label": `${t(words)}: ${unit}, ${t(`parameter.${parameter}`)}`}, h("span", null, say(words)));
}

// Beside a value: whether its analyzer is checked, and that button.
export const mark = (app, unit, parameter, state) => h("div", {class: "line check", "data-key": "check"},
	shapes.check(openOf(app, unit)?.parameter === parameter ? "open" : state), way(app, unit, parameter));

// Beside a result that rests on no good check, while that is still so.
export function ofResult(app, one) {
	const of = app.checks?.analyzers.find(other => other.unit === one.check?.unit && other.parameter === one.parameter);
	return of && of.state !== "good" && way(app, of.unit, of.parameter);
}

// The same of a value that does not rest on a good check; of others nothing.
export const unchecked = (app, unit, parameter, state) => (state !== "good" || openOf(app, unit)?.parameter === parameter) &&
	mark(app, unit, parameter, state);

export function openOnes(app) {
	const open = app.checks?.open ?? [];
	return open.length > 0 && h("section", {"data-key": "open", "aria-label": t("check.openones")}, h("h2", null, say("check.openones")),
		h("ul", {class: "plainlist cards"}, open.map(one => h("li", {class: "card", "data-key": String(one.check)},
			h("h3", null, analyzer(one.unit, one.parameter)), h("p", {class: "aside"}, say("check.title", {n: one.check}), " · ",
				h("bdi", null, one.by), " · ", h("bdi", null, time(one.begun_ms))),
			link(`#check/${one.check}`, say("do.goon"))))));
}

// --- the standard -------------------------------------------------------------------------------------------------

const known = (app, parameter, but = []) => (app.checks?.standards ?? []).filter(one => one.parameter === parameter &&
	!but.some(other => other.lot === one.lot));
const chosen = (kept, list) => list.find(one => kept.standard === `lot ${one.lot}`);
const isTyped = (kept, list) => kept.standard ? !chosen(kept, list) : !list.length || Boolean(kept.lot || kept.value);
const isReady = (kept, list) => isTyped(kept, list) ? Boolean(kept.lot?.trim() && kept.value?.trim()) : Boolean(chosen(kept, list));

// What the daemon is told: all that stood on the screen, so that nothing else is recorded.
function standardOf(kept, list, code) {
	const one = !isTyped(kept, list) && chosen(kept, list);
	if (one)
		return {lot: one.lot, value: one.value, expires: one.expires ?? undefined};
	return {lot: kept.lot.trim(), value: number(kept.value) + (kept.unit && kept.unit !== code ? ` ${kept.unit}` : ""),
		expires: number(kept.expires ?? "") || undefined};
}

function radio(name, at, isIt, ...words) {
	return h("label", {class: `point ${isIt ? "chosen" : ""}`, "data-key": at},
		h("input", {type: "radio", name: `${name}.standard`, value: at, checked: isIt, "data-form": name, "data-field": "standard"}), words);
}

const goodTo = one => one.expires && h("small", null, say("check.goodto", {day: one.expires}));

function standards(name, list, parameter, code) {
	const kept = keep.draft(name), typed = isTyped(kept, list);
	const units = [code, ...(kits[parameter]?.units ?? []).filter(one => one !== code)];
	return [list.map(one => radio(name, `lot ${one.lot}`, !typed && kept.standard === `lot ${one.lot}`,
		h("span", {class: "stack"}, h("strong", null, value(one.value, code)), h("span", null, say("check.lot", {lot: one.lot})), goodTo(one)))),
	list.length > 0 && radio(name, "new", typed, h("strong", null, say("check.another"))),
	typed && [form.text(name, "lot", {hint: "hint.standard"}),
		h("div", {class: "pair"}, form.digits(name, "value"), units.length > 1 ? form.choice(name, "unit", units, shown, code) :
			h("p", {class: "fixed"}, h("bdi", null, shown(code) || say("unit.none")))),
		form.digits(name, "expires", {hint: "hint.expires", inputmode: "text"})]];
}

// --- begun ----------------------------------------------------------------------------------------------------------

function begin(app, unit, parameter) {
	const name = beginning(unit, parameter), of = app.checks?.analyzers.find(one => one.unit === unit && one.parameter === parameter);
	const list = known(app, parameter), open = openOf(app, unit);
	return [h("h1", {tabindex: "-1"}, say("check.begin")), h("p", {class: "which"}, analyzer(unit, parameter)),
		of && h("p", null, shapes.check(open?.parameter === parameter ? "open" : of.state)), refusal(app.checksWords),
		open ? [h("p", null, say("check.already", {who: open.by})), link(`#check/${open.check}`, say("do.goon"))] :
			of ? h("form", {"data-do": "check-begin", "data-unit": unit, "data-parameter": parameter},
				h("fieldset", {class: "bare", disabled: form.isBusy(name)}, h("legend", null, say("field.standard")),
					standards(name, list, parameter, of.parameter_unit), form.who(app),
					form.submit(say("do.checkbegin"), {class: "main wide", disabled: !isReady(keep.draft(name), list)}))) :
				h("p", null, say(app.checks ? "check.silent" : "loading")),
		form.fate(name), h("p", null, say("check.counts")), link("#devices", say("do.back"))];
}

// --- while it runs ------------------------------------------------------------------------------------------------

function reading(key, one, code) {
	return one && h("p", {"data-key": key}, say(key), " ", value(one.value, code), " ", h("bdi", {dir: "ltr"}, `(${one.off})`));
}

function standard(it, one) {
	const isOpen = it.state === "open";
	return h("li", {class: `card ${one.now ? "chosen" : ""}`, "data-key": one.lot, "aria-current": one.now && "true"},
		h("div", {class: "line"}, h("strong", null, value(one.value, it.parameter_unit)), h("span", null, say("check.lot", {lot: one.lot}))),
		h("div", {class: "line"}, shapes.standing(one.standing), h("small", null, say("check.allowed", {allowed: one.allowed}))),
		reading("check.asfound", one.found, it.parameter_unit), reading("check.asleft", one.left, it.parameter_unit), goodTo(one),
		one.relabelled && h("p", {"data-key": "relabelled"}, say("check.relabelled")),
		isOpen && !one.now && session.mayChange() && form.button("check-back", say("do.checkback"), {class: "wide", "data-check": it.check,
			"data-lot": one.lot, disabled: form.isBusy(`check.standard.${it.check}`), "aria-label": `${t("do.checkback")}: ${one.lot}`}));
}

function live(it, now) {
	const name = `check.take.${it.check}`, one = it.live;
	const isOld = one && (one.age_s === null || one.age_s > late), unread = !(it.adjusted ? now?.left : now?.found);
	return h("section", {class: "card", "data-key": "live", "aria-label": t("nav.live")},
		h("p", null, say("check.wait", {lot: now?.lot ?? "–"})),
		one ? [h("div", {class: "line"}, one.value === null ? h("span", {class: "value huge"}, "–") :
			h("span", {class: "huge"}, value(one.text, one.parameter_unit)), shapes.settling(one.stable ? "stable" : "settling")),
		h("p", {class: "aside"}, isOld ? say("age.old", {age: span(one.age_s)}) : say("probe.seconds", {s: span(one.seconds)}))] :
			h("p", null, say("check.silent")),
		form.fate(name, "do.wait") ?? (session.mayChange() && form.button("check-take", say(one && !one.stable ? "do.takenow" : "do.take"),
			{class: `wide ${unread && one?.stable ? "main" : ""}`, "data-check": it.check, disabled: !one || one.value === null})));
}

function outcome(it) {
	return h("div", {class: `note ${it.passing ? "plain" : "odd"}`, "data-key": "outcome"}, shapes.shape(it.passing ? "tick" : "warn"),
		h("div", null, h("p", null, say(it.passing ? "check.passes" : "check.fails")), it.why && h("p", null, told(it.why))));
}

function changes(app, it, now) {
	const n = it.check, next = `check.standard.${n}`, list = known(app, it.parameter, it.standards), kept = keep.draft(next);
	const step = {class: "wide", "data-check": n}, cancel = `check.cancel.${n}`, hasRead = it.standards.some(one => it.adjusted ? one.left : one.found);
	const isDone = it.passing && (it.adjusted ? now?.left : now?.found);
	return [h("details", {"data-key": `next.${it.standards.length}`}, h("summary", null, say("check.next")),
		h("form", {"data-do": "check-standard", "data-check": n}, h("fieldset", {class: "bare", disabled: form.isBusy(next)},
			h("legend", {class: "unseen"}, say("field.standard")), standards(next, list, it.parameter, it.parameter_unit),
			form.submit(say("do.checkstandard"), {class: "wide", disabled: !isReady(kept, list)})))), form.fate(next),
	hasRead && h("details", {"data-key": "adjusted"}, h("summary", null, say("check.adjust")), h("p", null, say("check.adjustwords")),
		form.isBusy(`check.adjusted.${n}`) ? null : form.button("check-adjusted", say("do.adjusted"), step)), form.fate(`check.adjusted.${n}`),
	hasRead && outcome(it), form.who(app),
	form.fate(`check.finish.${n}`) ?? form.button("check-finish", say("do.checkfinish"),
		{...step, class: `wide ${isDone ? "main" : ""}`, disabled: !hasRead}),
	h("details", {"data-key": "cancel"}, h("summary", null, say("check.cancel")), form.text(cancel, "reason", {maxlength: "80"}),
		form.fate(cancel) ?? form.button("check-cancel", say("do.checkcancel"), {...step, disabled: !(keep.draft(cancel).reason ?? "").trim()}))];
}

// --- when it is over ------------------------------------------------------------------------------------------------

const line = (key, one) => one && h("p", {"data-key": `line.${key}`}, say(key), " ",
	say("check.line", {slope: one.slope.toPrecision(4), offset: one.offset.toPrecision(3)}));

function ended(it) {
	return [it.why && it.state === "failed" && h("p", {class: "note bad"}, shapes.shape("cross"), told(it.why)),
		it.state === "passed" && h("p", null, say("check.goodfor", {time: span(it.rule.valid_h * 3600)})),
		h("p", {class: "aside"}, h("bdi", null, it.ended_by), " · ", h("bdi", null, time(it.ended_ms))),
		h("ul", {class: "plainlist cards"}, it.standards.map(one => standard(it, one))), line("check.asfound", it.found), line("check.asleft", it.left),
		link("#devices", say("nav.devices"), {class: "button wide main"}),
		session.mayChange() && link(newOne(it.unit, it.parameter), say("do.checkagain"))];
}

function one(app, n) {
	const it = app.checkOf[n], title = h("h1", {tabindex: "-1"}, say("check.title", {n}));
	if (!it)
		return [title, refusal(app.checkOfWords) || h("p", null, say("loading"))];
	const now = it.standards.find(standing => standing.now), isOpen = it.state === "open";
	return [title, h("p", {class: "which"}, analyzer(it.unit, it.parameter), " · ", h("bdi", null, it.by), " · ", h("bdi", null, time(it.begun_ms))),
		h("p", {"data-key": "state"}, shapes.check(it.state)), refusal(app.checkOfWords),
		isOpen ? [live(it, now), h("h2", null, say("check.standards")), h("ul", {class: "plainlist cards"},
			it.standards.map(standing => standard(it, standing))), session.mayChange() && changes(app, it, now), link("#devices", say("do.back"))] : ended(it)];
}

export const unitOf = step => {
	try {
		return decodeURIComponent(step ?? "");
	} catch {
		return "";
	}
};

export const screen = (app, n, unit, parameter) => h("div", {class: "guided"}, n ? one(app, n) : begin(app, unitOf(unit), parameter ?? ""));

// --- what a tap asks ----------------------------------------------------------------------------------------------

function put(n, step, more) {
	net.put(`check.${step}.${n}`, `api/check/${step}`, {by: session.name(), check: n, ...more});
}

export const acts = {
	"check-begin": (app, {unit, parameter}) => {
		const of = app.checks.analyzers.find(one => one.unit === unit && one.parameter === parameter), name = beginning(unit, parameter);
		net.put(name, "api/check/begin", {by: session.name(), unit, parameter, ...standardOf(keep.draft(name), known(app, parameter), of.parameter_unit)});
	},
	"check-standard": (app, of) => {
		const n = Number(of.check), it = app.checkOf[n];
		put(n, "standard", standardOf(keep.draft(`check.standard.${n}`), known(app, it.parameter, it.standards), it.parameter_unit));
	},
	"check-back": (app, of) => {
		const n = Number(of.check), {lot, value, expires} = app.checkOf[n].standards.find(one => one.lot === of.lot);
		put(n, "standard", {lot, value, expires: expires ?? undefined, sure: true}); // it was asked when it came into this check
	},
	"check-take": (app, of) => put(Number(of.check), "take"),
	"check-adjusted": (app, of) => put(Number(of.check), "adjusted"),
	"check-finish": (app, of) => put(Number(of.check), "finish"),
	"check-cancel": (app, of) => put(Number(of.check), "cancel", {reason: keep.draft(`check.cancel.${of.check}`).reason.trim()}),
};
