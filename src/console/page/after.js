// What comes after a sample's end: a second person verifies its results, a value is corrected.

import {h} from "./dom.js";
import * as form from "./form.js";
import * as keep from "./keep.js";
import {impediments, knowns} from "./kits.js";
import {amount, isBag} from "./results.js";
import * as session from "./session.js";
import * as shapes from "./shapes.js";
import {time, unit} from "./units.js";
import {say, t} from "./words.js";

// What is verified is what is shown: a result that comes meanwhile is not, nor one of a sample beside it.
export function verify(app, sample) {
	const name = `verify.${sample.sample}`;
	if (!sample.results.some(one => one.counts && one.status === "preliminary"))
		return null;
	if (!session.mayVerify())
		return h("p", {class: "aside", "data-key": "verify"}, say("need.supervisor"));
	return h("details", {class: "card", "data-key": "verify"}, h("summary", null, say("verify.title")), h("p", null, say("verify.words")),
		form.who(app), form.fate(name) ?? form.button("verify", say("do.verify"),
			{class: "wide", "data-sample": sample.sample, "data-seen": sample.newest}));
}

function valueFields(name, one) {
	const known = keep.draft(name).known ?? "is";
	if (one.parameter === "impediment")
		return form.choice(name, "impediment", impediments, code => t(`impediment.${code}`));
	if (isBag(one))
		return form.digits(name, "value", {hint: "hint.bagdigits", maxlength: "5"});
	return [form.choice(name, "known", knowns, code => t(`known.${code}`), "is"),
		!/detected/.test(known) && h("div", {class: "pair"}, form.digits(name, "value"), known === "between" && form.digits(name, "upto"),
			h("p", {class: "fixed"}, h("bdi", null, unit(one.unit) || say("unit.none"))))];
}

// Beside a result: what it is instead, and why.  Unit, method and dilution stay.
export function correct(app, sample, one) {
	if (!session.mayVerify())
		return null;
	const name = `amend.${one.entry}`, busy = form.isBusy(name);
	return h("details", {"data-key": "amend"}, h("summary", null, say("amend.title")),
		h("form", {"data-do": "amend", "data-sample": sample.sample, "data-entry": one.entry}, h("fieldset", {class: "bare", disabled: busy},
			valueFields(name, one), form.text(name, "reason", {maxlength: "80"}), form.who(app),
			form.submit(say("do.amend"), {class: "wide"}))), form.fate(name));
}

// --- what the point showed before ---------------------------------------------------------------------------------

const day = one => h("bdi", null, time(one.begun_ms).slice(0, 10));

// Beside a result: the earlier ones of its parameter, and whether the last of them failed.
export function earlier(sample, parameter) {
	const past = sample.history.find(one => one.parameter === parameter);
	return past && [past.retest_of && h("p", {class: "note odd"}, shapes.shape("warn"), h("span", null, say("history.retest", {n: past.retest_of}))),
		h("details", {"data-key": "earlier"}, h("summary", null, say("history.earlier", {n: past.earlier.length})),
			h("ul", {class: "entries"}, past.earlier.map(one => h("li", {"data-key": `${one.sample}.${one.method}`}, day(one),
				amount({...one, parameter}), shapes.verdict(one.verdict)))))];
}

// What failed here last and has no test in this sample.
export function unretested(sample) {
	const open = sample.history.filter(one => one.retest_of && !one.tested);
	return open.length > 0 && h("div", {class: "note odd", "data-key": "unretested"}, shapes.shape("warn"), h("p", null, say("history.open"), " ",
		open.map((one, i) => [i ? t("comma") : "", say(`parameter.${one.parameter}`), " (", day(one.earlier[0]), ")"])));
}
