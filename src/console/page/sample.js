// The sample, guided: one step after the other, and what is next is always the large button.

import * as after from "./after.js";
import * as beside from "./beside.js";
import * as check from "./check.js";
import {h} from "./dom.js";
import * as form from "./form.js";
import * as keep from "./keep.js";
import {activities, allAnalyzers, impediments, kits, knowns, positions, purposes, sources} from "./kits.js";
import * as left from "./left.js";
import * as net from "./net.js";
import * as results from "./results.js";
import * as shapes from "./shapes.js";
import {span, unit, value} from "./units.js";
import {say, t, told} from "./words.js";

const steps = ["begin", "point", "probes", "kits", "bag", "result"];

function frame(step, ...content) {
	const at = steps.indexOf(step);
	return h("div", {class: "guided"},
		h("ol", {class: "steps", "aria-label": t("steps")}, steps.map((name, i) => h("li", {class: i < at ? "done" : i === at ? "now" : "",
			"aria-current": i === at && "step"}, h("span", {class: "dot"}, String(i + 1)), h("span", {class: "stepname"}, say(`step.${name}`))))),
		h("h1", {tabindex: "-1"}, say(`step.${step}.title`)), content);
}

const link = (href, words, main) => h("a", {class: `button wide ${main ? "main" : ""}`, href}, h("span", null, words));
const refusal = words => words && h("p", {class: "note bad"}, shapes.shape("cross"), told(words));

// --- before it runs: who, why, where ------------------------------------------------------------------------------

function openSample(sample) {
	return h("li", {class: "card", "data-key": String(sample.sample)}, h("h3", null, say("sample.number", {n: sample.sample}), " ",
		results.pointName(sample.point)), link(`#sample/${sample.sample}/probes`, say("do.goon"), true));
}

// Beside which ordinary sample: that is known of the latest ones.
const ordinaries = app => [...app.samples?.open ?? [], ...app.samples?.recent ?? []].filter(one => one.activity === "sample" && !one.impediment &&
	one.state !== "cancelled");
const isBeside = () => (keep.draft("begin").activity ?? "sample") !== "sample";

// What is beside a sample has its purpose, where no other is chosen.
export function purpose(app) {
	const kept = keep.draft("begin"), of = isBeside() && ordinaries(app).find(one => String(one.sample) === kept.parent);
	return kept.purpose ?? (of ? of.purpose : "routine");
}

function parent(app) {
	if (!isBeside())
		return null;
	const ordinary = ordinaries(app);
	const words = number => `${number} · ${ordinary.find(one => String(one.sample) === number)?.point?.name ?? ""}`;
	return ordinary.length > 0 && form.choice("begin", "parent", ["none", ...ordinary.map(one => String(one.sample))],
		number => number === "none" ? t("parent.none") : words(number), "none");
}

const analyzers = app => app.status?.lines.flatMap(line => line.units.map(one => one.name)) ?? [];

// All of them, or one that begins it: others can come to it while it runs.
function which(app) {
	const chosen = keep.draft("begin").analyzer, names = analyzers(app);
	const gone = chosen && chosen !== allAnalyzers && !names.includes(chosen) ? [chosen] : [];
	return names.length + gone.length > 1 && form.choice("begin", "analyzer", [allAnalyzers, ...names, ...gone],
		name => name === allAnalyzers ? t("analyzer.all") : name, allAnalyzers);
}

function begin(app) {
	const open = app.samples?.open ?? [];
	return [left.sections(app), open.length > 0 && h("section", {"aria-label": t("sample.open")}, h("h2", null, say("sample.open")),
		h("ul", {class: "plainlist"}, open.map(openSample)), h("h2", null, say("sample.another"))),
	check.openOnes(app), // what is in a standard keeps a sample from beginning
	frame("begin", refusal(app.samplesWords), form.who(app),
		form.pick("begin", "purpose", purposes, code => say(`purpose.${code}`), purpose(app)),
		which(app),
		h("details", null, h("summary", null, say("begin.more")),
			form.choice("begin", "activity", activities, code => t(`activity.${code}`), "sample"), parent(app)),
		form.button("topoint", say("do.topoint"), {class: "main wide"}))];
}

// --- the point ----------------------------------------------------------------------------------------------------

const mostOthers = 10;
const pointKey = one => one.code ? `code:${one.code}` : String(one.point);

function nearPoint(point, chosen) {
	const key = pointKey(point);
	return h("label", {class: `point ${chosen === key ? "chosen" : ""}`, "data-key": key},
		h("input", {type: "radio", name: "point", value: key, checked: chosen === key, "data-form": "begin", "data-field": "point"}),
		h("span", {class: "stack"}, h("strong", null, results.pointName(point)),
			h("small", null, say(`source.${point.source_type}`), point.away_m === null || point.away_m === undefined ? "" :
				[" · ", say("point.away", {m: `${Math.round(point.away_m)} m`})])));
}

// What was chosen stays in sight, whatever is looked for meanwhile, and as it was last seen.
function chosenPoint(key, points) {
	const found = points.find(one => pointKey(one) === key), kept = keep.load("chosen", null);
	if (found && (!kept || pointKey(kept) !== key))
		keep.save("chosen", found);
	return found ?? (kept && pointKey(kept) === key ? kept : null);
}

function lookFor(app, part) {
	return part === "" && !(app.points?.all > mostOthers) ? null :
		h("div", {"data-key": "find"}, form.text("find", "part", {hint: "hint.part", type: "search"}));
}

// Those within reach first, then a few of the others.
function listed(app, chosen, part) {
	const list = app.points ?? {points: []}, isNear = one => one.away_m !== null && one.away_m <= list.near_m;
	const fits = one => `${one.code ?? ""} ${one.name}`.toLowerCase().includes(part.toLowerCase());
	const found = list.points.filter(fits), near = found.filter(isNear), others = found.filter(one => !isNear(one)).slice(0, mostOthers);
	const more = list.all - near.length - others.length, key = chosen && pointKey(chosen), row = one => nearPoint(one, key);
	return [chosen && ![...near, ...others].some(one => pointKey(one) === key) && row(chosen),
		near.length > 0 && h("h2", null, say("point.near", {m: `${list.near_m} m`})), near.map(row),
		list.off_m > 0 && h("p", {class: "which"}, say("point.off", {m: `${Math.round(list.off_m)} m`})),
		near.length > 0 && others.length > 0 && h("h2", null, say("point.others")),
		list.sited === false && others.length > 0 && h("p", {class: "which"}, say("point.unsited")), others.map(row),
		more > 0 && h("p", {class: "which"}, say("point.more", {n: more}))];
}

function point(app) {
	const kept = keep.draft("begin"), points = app.points?.points ?? [], busy = form.isBusy("begin"), part = (keep.draft("find").part ?? "").trim();
	// Who has begun to describe a new point stays with it when the list of points comes.
	const isEmpty = !points.length && !part && (app.points || net.away()), isNew = kept.point === "new" ||
		(!kept.point && Boolean(isEmpty || kept.name || kept.source_type));
	const chosen = isNew ? null : chosenPoint(kept.point, points), ready = isNew ? kept.name?.trim().length >= 3 && kept.source_type : chosen;
	return frame("point", refusal(app.pointsWords), app.points?.words && h("p", {class: "note odd"}, shapes.shape("warn"),
		h("span", null, say("point.unread"), " ", told(app.points.words))), lookFor(app, part),
	h("form", {"data-do": "begin"}, h("fieldset", {class: "bare", disabled: busy},
		h("legend", {class: "unseen"}, say("step.point.title")),
		listed(app, chosen, part),
		h("label", {class: `point ${isNew ? "chosen" : ""}`, "data-key": "new"},
			h("input", {type: "radio", name: "point", value: "new", checked: isNew, "data-form": "begin", "data-field": "point"}),
			h("strong", null, say("point.new"))),
		isNew && h("div", {class: "card"}, form.text("begin", "name", {hint: "hint.point"}),
			form.choice("begin", "source_type", sources, code => t(`source.${code}`)),
			form.pick("begin", "position", [...positions, "unknown"], code => say(`position.${code}`), "unknown"),
			form.pick("begin", "treated", ["yes", "no", "unknown"], code => say(`treated.${code}`), "unknown")),
		form.submit(say("do.begin"), {class: "main wide", disabled: !ready}),
		h("details", {"data-key": "impediment"}, h("summary", null, say("impediment.title")),
			form.choice("begin", "impediment", impediments, code => t(`impediment.${code}`)),
			form.button("impede", say("do.impede"), {class: "wide", disabled: !ready || !kept.impediment}))),
	form.fate("begin")), link("#sample", say("do.back")));
}

// --- while it runs --------------------------------------------------------------------------------------------------

function head(sample) {
	return h("p", {class: "which"}, say("sample.number", {n: sample.sample}), " · ", results.pointName(sample.point), " · ",
		say(`purpose.${sample.purpose}`), sample.activity !== "sample" && [" · ", say(`activity.${sample.activity}`),
			sample.parent && [" · ", say("beside.of", {n: sample.parent})]]);
}

function probe(sample, one) {
	const name = `take.${sample.sample}.${one.unit}.${one.parameter}`;
	const state = one.taken ? "taken" : one.stable ? "stable" : "settling";
	return h("li", {class: "card", "data-key": `${one.unit}.${one.parameter}`},
		h("div", {class: "line"}, h("strong", null, say(`parameter.${one.parameter}`)), h("small", null, h("bdi", null, one.unit))),
		h("div", {class: "line"}, one.value === null ? h("span", {class: "value huge"}, "–") :
			[h("span", {class: "huge"}, value(one.text, one.parameter_unit)), shapes.quality(one.qc)]),
		shapes.doubts(one.flags),
		h("div", {class: "line"}, shapes.settling(state), h("small", null, say("probe.seconds", {s: span(one.seconds)}))),
		one.check.state !== "good" && h("div", {class: "line"}, shapes.check(one.check.state)),
		beside.asks(sample) && !one.taken && form.digits(name, "held", {hint: "hint.held"}),
		form.fate(name) ?? (one.taken ? null : form.button("take", say(one.stable ? "do.take" : "do.takenow"),
			{class: "wide", "data-unit": one.unit, "data-parameter": one.parameter, disabled: one.value === null,
				"aria-label": `${t(one.stable ? "do.take" : "do.takenow")}: ${t(`parameter.${one.parameter}`)}`})));
}

// What was attached and says nothing yet is named: it was not forgotten.
const silent = sample => sample.units.filter(name => !sample.live.some(one => one.unit === name)).map(name =>
	h("p", {class: "which", "data-key": `silent.${name}`}, h("bdi", null, name), " · ", say("probe.silent")));

function attaching(app, sample) {
	const name = `attach.${sample.sample}`, others = sample.all_units ? [] : analyzers(app).filter(one => !sample.units.includes(one));
	const chosen = keep.draft(name).analyzer, busy = form.isBusy(name);
	return (others.length > 0 || busy) && h("form", {class: "card", "data-key": "attach", "data-do": "attach", "data-sample": sample.sample},
		h("fieldset", {class: "bare", disabled: busy}, h("legend", null, say("attach.title")), form.choice(name, "analyzer", others, one => one),
			form.submit(say("do.attach"), {class: "wide", disabled: !others.includes(chosen)})), form.fate(name));
}

function probes(app, sample) {
	const waiting = sample.live.filter(one => !one.stable && !one.taken).length;
	return frame("probes", head(sample), h("p", null, say(waiting ? "probes.wait" : "probes.ready", {n: waiting})),
		sample.live.length ? h("ul", {class: "plainlist cards"}, sample.live.map(one => probe(sample, one))) : h("p", null, say("probes.none")),
		silent(sample), attaching(app, sample),
		link(`#sample/${sample.sample}/kits`, say("do.tokits"), true));
}

function entry(one) {
	return h("li", {"data-key": String(one.entry)}, h("span", null, say(`parameter.${one.parameter}`)), results.amount(one),
		h("small", null, say(`method.${one.method}`), " · ", say(one.unsettled ? "taken.unsettled" : `origin.${one.origin}`)), shapes.delivery("saved"));
}

const entries = list => list.length > 0 && h("ul", {class: "entries"}, list.map(entry));

function kitFields(name, kept, kit, sample) {
	const known = kept.known ?? "is", isNumber = !/detected/.test(known);
	return [form.choice(name, "method", kit.methods, code => t(`method.${code}`), kit.methods[0]),
		form.choice(name, "known", knowns, code => t(`known.${code}`), "is"),
		isNumber && h("div", {class: "pair"}, form.digits(name, "value"),
			known === "between" && form.digits(name, "upto"),
			kit.units.length > 1 ? form.choice(name, "unit", kit.units, unit, kit.units[0]) :
				h("p", {class: "fixed"}, h("bdi", null, unit(kit.units[0]) || say("unit.none")))),
		beside.asks(sample) && form.digits(name, "held", {hint: "hint.held"}),
		h("details", {"data-key": "more"}, h("summary", null, say("kit.more")), form.text(name, "lot"), form.digits(name, "mdl"),
			form.digits(name, "dilution", {hint: "hint.dilution"}))];
}

function kitsStep(app, sample) {
	const name = `kit.${sample.sample}`, kept = keep.draft(name), busy = form.isBusy(name), kit = kits[kept.parameter];
	const isNumber = !/detected/.test(kept.known ?? "is");
	const ready = kit && (!isNumber || (kept.value?.trim() && (kept.known !== "between" || kept.upto?.trim())));
	return frame("kits", head(sample), after.unretested(sample), entries(sample.entries),
		h("form", {class: "card", "data-do": "enter", "data-sample": sample.sample}, h("fieldset", {class: "bare", disabled: busy},
			h("legend", null, say("kit.one")),
			form.choice(name, "parameter", Object.keys(kits), code => t(`parameter.${code}`)),
			kit && kitFields(name, kept, kit, sample),
			kit && form.submit(say("do.savekit"), {class: `wide ${ready ? "main" : ""}`, disabled: !ready})),
		form.fate(name)),
		link(`#sample/${sample.sample}/bag`, say("do.tobag"), !ready && !busy), link(`#sample/${sample.sample}/probes`, say("do.back")));
}

function bagStep(app, sample) {
	const name = `start.${sample.sample}`, busy = form.isBusy(name);
	return frame("bag", head(sample),
		sample.pending.length > 0 && h("ul", {class: "tests"}, sample.pending.map(test => results.pendingTest(test, true))),
		h("form", {class: "card", "data-do": "start", "data-sample": sample.sample}, h("fieldset", {class: "bare", disabled: busy},
			h("legend", null, say("bag.start")), h("p", null, say("bag.startwords")), form.text(name, "lot"),
			h("div", {class: "pair"}, form.digits(name, "incubation_c", {value: "35", hint: "hint.incubation"}),
				form.digits(name, "hours", {value: "24", hint: "hint.hours"})),
			form.submit(say("do.startbag"), {class: `wide ${sample.pending.length ? "" : "main"}`})),
		form.fate(name)),
		link(`#sample/${sample.sample}/result`, say(sample.pending.length ? "do.toresult" : "do.nobag"), sample.pending.length > 0),
		link(`#sample/${sample.sample}/kits`, say("do.back")));
}

function ending(sample) {
	const name = `end.${sample.sample}`, goes = sample.live.filter(one => one.stable || one.taken);
	const stays = sample.live.filter(one => !one.stable && !one.taken);
	const list = ones => ones.map((one, i) => [i ? t("comma") : "", say(`parameter.${one.parameter}`)]);
	const stable = goes.filter(one => !one.taken);
	return [h("p", null, say("end.words")),
		stable.length > 0 && h("ul", {class: "entries"}, stable.map(one => h("li", {"data-key": `live.${one.unit}.${one.parameter}`},
			h("span", null, say(`parameter.${one.parameter}`)), value(one.text, one.parameter_unit), h("small", null, h("bdi", null, one.unit)),
			shapes.settling("stable")))),
		entries(sample.entries),
		stays.length > 0 && h("p", {class: "note odd"}, shapes.shape("warn"), h("span", null, say("end.stays"), " ", list(stays))),
		sample.pending.length > 0 && h("ul", {class: "tests"}, sample.pending.map(test => results.pendingTest(test, false))),
		form.fate(name) ?? form.button("end", say("do.end"), {class: "main wide", "data-sample": sample.sample}),
		h("details", {"data-key": "cancel"}, h("summary", null, say("cancel.title")), form.text(`cancel.${sample.sample}`, "reason", {maxlength: "200"}),
			form.fate(`cancel.${sample.sample}`) ?? form.button("cancel", say("do.cancel"), {class: "wide", "data-sample": sample.sample}))];
}

function resultStep(app, sample) {
	const ended = sample.state !== "open";
	return frame("result", head(sample), ended && left.section(sample.sample),
		ended ? [h("p", null, say(`state.${sample.state}`)), sample.impediment && h("p", {class: "note odd"}, shapes.shape("warn"),
			h("strong", null, say("impediment.none"), " ", say(`impediment.${sample.impediment}`))), results.summary(sample.summary),
			after.unretested(sample),
			results.list(app, sample.results, one => [after.earlier(sample, one.parameter), after.correct(app, sample, one)]),
			sample.pending.length > 0 && h("ul", {class: "tests"}, sample.pending.map(test => results.pendingTest(test, true))),
			after.verify(app, sample), link(`#slip/${sample.sample}`, say("do.slip")), link("#sample", say("do.new"), true), link("#due", say("do.todue"))] :
			[ending(sample), link(`#sample/${sample.sample}/bag`, say("do.back"))]);
}

export function screen(app, number, step) {
	if (!number)
		return h("div", null, step === "point" ? point(app) : begin(app));
	const sample = app.whole[number];
	if (!sample)
		return h("div", null, h("h1", {tabindex: "-1"}, say("sample.number", {n: number})), refusal(app.wholeWords) ||
			h("p", null, say("loading")));
	// What has ended shows its result, whichever step was open.
	const shown = sample.state === "open" ? {probes, kits: kitsStep, bag: bagStep, result: resultStep}[step] ?? probes : resultStep;
	return h("div", null, shown(app, sample));
}
