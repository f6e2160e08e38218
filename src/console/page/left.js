// What was typed for a sample that somebody ended meanwhile: it can be saved there no more, and stays in sight until a person says what becomes of it.

import {h} from "./dom.js";
import * as form from "./form.js";
import * as keep from "./keep.js";
import {kits} from "./kits.js";
import * as net from "./net.js";
import * as shapes from "./shapes.js";
import {unit} from "./units.js";
import {say, t} from "./words.js";

const ofSample = /^(kit|start|take|cancel|attach|end)\.(\d+)(\.|$)/;
// What of a draft is typed; the rest is chosen anew without loss.
const fields = {kit: ["value", "upto", "lot", "mdl", "dilution", "held"], start: ["lot", "incubation_c", "hours"], take: ["held"], cancel: ["reason"]};
const isWord = kept => /detected/.test(kept.known ?? "");
const kindOf = name => name.split(".")[0];

function isTyped(name) {
	const kept = keep.draft(name);
	return (fields[kindOf(name)] ?? []).some(field => kept[field]?.trim()) || (kindOf(name) === "kit" && Boolean(kept.parameter) && isWord(kept));
}

// The forms that hold something, by the number of their sample.
function bySample() {
	const found = {}, names = [...keep.drafts().filter(isTyped), ...net.outbox().map(item => item.form)];
	for (const name of [...new Set(names)].sort()) {
		const [, , number] = ofSample.exec(name) ?? [];
		if (number)
			(found[number] ??= []).push(name);
	}
	return found;
}

const kitOf = number => `kit.${number}`;
export const typed = number => bySample()[number] ?? [];

// --- what is shown -----------------------------------------------------------------------------------------------------

function figure(kept) {
	const numbers = isWord(kept) ? [] : [kept.value, kept.upto].filter(text => text?.trim());
	return [kept.known && kept.known !== "is" && [" ", say(`known.${kept.known}`)],
		numbers.length > 0 && [" ", h("bdi", {class: "value", dir: "ltr"}, `${numbers.join(" – ")}\u00a0${unit(kept.unit ?? kits[kept.parameter]?.units[0])}`.trim())]];
}

function line(name) {
	const kept = keep.draft(name), kind = kindOf(name), parameter = kind === "take" ? name.split(".").pop() : kept.parameter;
	const shown = (fields[kind] ?? []).filter(field => kept[field]?.trim() && !(kind === "kit" && (field === "value" || field === "upto")));
	return h("li", {"data-key": name}, h("span", null, parameter ? h("strong", null, say(`parameter.${parameter}`)) :
		say({start: "bag.start", cancel: "cancel.title", attach: "attach.title", end: "do.end"}[kind] ?? "kit.one"), kind === "kit" && figure(kept)),
	shown.map(field => h("small", null, say(`field.${field}`), " ", h("bdi", null, kept[field]))), form.fate(name));
}

// Of a sample that is over; `more`: what stands beside it.
export function section(number, more) {
	const names = typed(number), kit = kitOf(number), isCarried = keep.load("carry", 0) === number;
	return names.length > 0 && h("section", {class: "note odd", role: "status", "data-key": `left.${number}`}, shapes.shape("warn"),
		h("div", null, h("p", null, h("strong", null, say("left.title"))), h("ul", {class: "entries"}, names.map(line)),
			h("p", null, say("left.words", {n: number})), more,
			names.includes(kit) && !form.isBusy(kit) && (isCarried ? h("p", null, h("strong", null, say("left.carried"))) :
				form.button("carry", say("do.carry"), {class: "wide", "data-sample": number})),
			h("details", {"data-key": "discard"}, h("summary", null, say("left.discard")),
				form.button("discard", say("do.discard"), {class: "wide", "data-sample": number}))));
}

// Those of all samples that are not open any more, as the laboratory lists them.
export function sections(app) {
	const open = app.samples?.open.map(one => one.sample);
	return !open ? null : Object.keys(bySample()).map(Number).filter(number => !open.includes(number)).map(number => section(number,
		h("p", null, h("a", {class: "button wide", href: `#sample/${number}/result`}, say("sample.number", {n: number}), " · ", t("do.results")))));
}

// --- what is done ------------------------------------------------------------------------------------------------------

// It goes with the next sample, which is of the same point unless another was chosen already.
export function carry(app, number) {
	const point = app.whole[number]?.point ?? app.samples?.recent.find(one => one.sample === number)?.point, kept = keep.draft("begin");
	keep.save("carry", number);
	if (point && !kept.point && !kept.name)
		keep.setDraft("begin", "point", point.code ? `code:${point.code}` : String(point.point));
	location.hash = "#sample";
}

export function discard(number) {
	for (const name of typed(number)) {
		net.drop(name);
		keep.forget(name);
	}
	if (keep.load("carry", 0) === number)
		keep.save("carry", null);
}

// A sample was begun: what goes with it is in its form now.  False: nothing does.
export function arrive(number) {
	const from = keep.load("carry", 0), kit = kitOf(from);
	keep.save("carry", null);
	if (!from || !isTyped(kit) || form.isBusy(kit) || isTyped(kitOf(number)))
		return false;
	keep.save(`draft.${kitOf(number)}`, keep.draft(kit));
	keep.forget(kit);
	return true;
}
