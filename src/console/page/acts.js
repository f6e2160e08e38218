// What buttons and forms do: each tap becomes one request in the outbox.

import * as check from "./check.js";
import * as keep from "./keep.js";
import {allAnalyzers, kits, valueText} from "./kits.js";
import * as left from "./left.js";
import * as net from "./net.js";
import {compartments} from "./results.js";
import {purpose} from "./sample.js";
import * as search from "./search.js";
import * as session from "./session.js";
import {number} from "./units.js";

const longestName = 28; // bytes: the laboratory keeps no more of it

const by = session.name;
// Of a spike what was added, of a reference what it holds.
const held = name => orAbsent(number(keep.draft(name).held ?? ""));
const orAbsent = words => words?.trim() || undefined;

function newPoint(kept) {
	return {name: kept.name.trim(), source_type: kept.source_type, position: kept.position && kept.position !== "unknown" ? kept.position : null,
		treated: {yes: true, no: false}[kept.treated] ?? null};
}

function where({point, ...kept}) {
	if (!point || point === "new")
		return {new_point: newPoint(kept)};
	return point.startsWith("code:") ? {code: point.slice("code:".length)} : {point: Number(point)};
}

function begin(app) {
	const kept = keep.draft("begin");
	net.put("begin", "api/sample/begin", {by: by(), purpose: purpose(app), activity: kept.activity ?? "sample", ...where(kept),
		unit: kept.analyzer && kept.analyzer !== allAnalyzers ? kept.analyzer : undefined, parent: (kept.activity ?? "sample") === "sample" ? undefined : Number(kept.parent) || undefined});
}

function impede(app) {
	const kept = keep.draft("begin");
	net.put("begin", "api/sample/impediment", {by: by(), purpose: purpose(app), reason: kept.impediment, ...where(kept)});
}

function enter(sample) {
	const name = `kit.${sample}`, kept = keep.draft(name), kit = kits[kept.parameter];
	net.put(name, "api/sample/enter", {by: by(), sample, parameter: kept.parameter, method: kept.method ?? kit.methods[0],
		value: valueText(kept.known ?? "is", number(kept.value ?? ""), number(kept.upto ?? "")), unit: kept.unit ?? kit.units[0],
		lot: orAbsent(kept.lot), mdl: orAbsent(number(kept.mdl ?? "")), dilution: orAbsent(number(kept.dilution ?? "")),
		known: held(name)});
}

function start(sample) {
	const name = `start.${sample}`, kept = keep.draft(name);
	net.put(name, "api/sample/start", {by: by(), sample, parameter: "ecoli", method: "cbt", lot: orAbsent(kept.lot),
		hours: Math.round(Number(number(kept.hours ?? "24"))) || 24, incubation_c: orAbsent(number(kept.incubation_c ?? "35"))});
}

function amend(sample, entry) {
	const name = `amend.${entry}`, kept = keep.draft(name);
	net.put(name, "api/sample/amend", {by: by(), sample, entry, reason: (kept.reason ?? "").trim(),
		value: kept.impediment ?? valueText(kept.known ?? "is", number(kept.value ?? ""), number(kept.upto ?? ""))});
}

function finish(test) {
	const name = `bag.${test}`, kept = keep.draft(name);
	net.put(name, "api/sample/finish", {by: by(), test, bag: compartments.map(ml => kept[`c${ml}`]).join("")});
}

// Not by the outbox: it is asked now or not at all.
async function tryNow(app, name) {
	app.tried(name, {busy: true});
	app.tried(name, await net.post("api/try", {by: by(), token: net.makeToken(), name}));
}

// Without an operator's name nothing is changed: the field is asked for first.
function named(app, act) {
	if (!session.mayChange())
		return app.needName("need.role");
	if (session.asksPin())
		return act();
	const bytes = new TextEncoder().encode(by()).length;
	if (by().length >= 3 && bytes <= longestName)
		return act();
	app.needName(bytes > longestName ? "need.shorter" : "need.name");
}

const all = {
	topoint: (app, of) => named(app, () => { location.hash = "#sample/0/point"; }),
	begin: app => named(app, () => begin(app)),
	impede: app => named(app, () => impede(app)),
	take: (app, of) => named(app, () => {
		const sample = app.number(), name = `take.${sample}.${of.unit}.${of.parameter}`;
		net.put(name, "api/sample/take", {by: by(), sample, unit: of.unit, parameter: of.parameter, known: held(name)});
	}),
	attach: (app, of) => named(app, () => {
		const name = `attach.${of.sample}`;
		net.put(name, "api/sample/attach", {by: by(), sample: Number(of.sample), unit: keep.draft(name).analyzer});
	}),
	enter: (app, of) => named(app, () => enter(Number(of.sample))),
	start: (app, of) => named(app, () => start(Number(of.sample))),
	finish: (app, of) => named(app, () => finish(Number(of.test))),
	end: (app, of) => named(app, () => net.put(`end.${of.sample}`, "api/sample/end", {by: by(), sample: Number(of.sample)})),
	cancel: (app, of) => named(app, () => {
		const name = `cancel.${of.sample}`, reason = (keep.draft(name).reason ?? "").trim();
		if (reason)
			net.put(name, "api/sample/cancel", {by: by(), sample: Number(of.sample), reason});
	}),
	carry: (app, of) => {
		left.carry(app, Number(of.sample));
		app.changed();
	},
	discard: (app, of) => {
		left.discard(Number(of.sample));
		app.changed();
	},
	amend: (app, of) => named(app, () => amend(Number(of.sample), Number(of.entry))),
	verify: (app, of) => named(app, () => net.put(`verify.${of.sample}`, "api/sample/verify",
		{by: by(), sample: Number(of.sample), seen: Number(of.seen)})),
	print: () => print(),
	insist: (app, of) => net.insist(of.form),
	mend: (app, of) => net.drop(of.form),
	try: (app, of) => named(app, () => tryNow(app, of.name)),
	seen: (app, of) => app.seen(Number(of.entry)),
	"enter-pin": app => session.enter(app),
	leave: app => session.leave(app),
	open: (app, of) => app.toggle(Number(of.sample)),
	...Object.fromEntries(Object.entries(search.acts).map(([name, put]) => [name, (app, of) => name === "search-close" ? put(app, of) :
		named(app, () => put(app, of))])),
	...Object.fromEntries(Object.entries(check.acts).map(([name, put]) => [name, (app, of) => named(app, () => put(app, of))])),
};

export const act = (app, name, of) => all[name](app, of);
