// What is picked: parameter, measure, class, sources, period, district.

import * as cells from "./cells.js";
import {h} from "./dom.js";
import {limit as limitOf} from "./cells.js";
import {figures} from "./marks.js";
import {link} from "./state.js";
import {say, t} from "./words.js";

// A list whose choice becomes part of the address (main.js listens).
export const choose = (name, label, options, value) => h("label", {class: "field"}, h("span", null, say(label)),
	h("select", {"data-pick": name, value: value ?? ""}, options.map(([code, words]) =>
		h("option", {value: code, selected: code === (value ?? "") || null}, words))));

const byWord = list => [...list].sort((a, b) => a[1].localeCompare(b[1]));

export const parameterOptions = index => byWord(index.parameters.map(one => [one.code, t(`parameter.${one.code}`)]));
export const districtOptions = index => byWord(index.districts.map(one => [one.code, one.name]));

// Two or more to choose from, as links: which one is on, and in how many districts each has results.
function switchOf(name, label, options, value) {
	return options.length > 1 && h("div", {class: "switch", role: "group", "aria-label": t(label)}, options.map(one =>
		h("a", {href: link({[name]: one.code}), "aria-current": one.code === value ? "true" : null, "data-replace": true},
			say(`${name}.${one.code}`), " ", one.districts !== undefined && h("bdi", {class: "count", "aria-label": t("districts.n", {n: one.districts})}, one.districts))));
}

function slider(index, pick) {
	const at = index.periods.indexOf(pick.period), last = index.periods.length - 1;
	const step = (to, label, arrow) => h("a", {class: "button", href: to < 0 || to > last ? null : link({period: index.periods[to]}), role: "button",
		"aria-disabled": to < 0 || to > last ? "true" : null, "aria-label": t(label), "data-replace": true}, arrow);
	return h("div", {class: "period"},
		h("label", {for: "period", class: "unseen"}, say("field.period")),
		h("div", {class: "slider", dir: "ltr"},
			step(at - 1, "period.earlier", "‹"),
			h("output", {class: "value", for: "period"}, pick.period ?? "–"),
			h("input", {type: "range", id: "period", "data-slide": "period", min: 0, max: Math.max(last, 0), step: 1, value: at, disabled: last < 1 || null,
				"aria-valuetext": pick.period}),
			step(at + 1, "period.later", "›")));
}

// The limit as a sentence, in the parameter's unit.
export function limitWords(one) {
	if (!one?.limit)
		return say("limit.none");
	const {basis, in_force: inForce} = one.limit, bounds = limitOf(one.limit);
	const words = bounds ? figures(bounds, one.unit) : t("limit.absent");
	return [say("limit.of", {limit: words, basis: t(`basis.${basis}`)}), inForce === false && [" ", h("b", {class: "odd"}, say("limit.unconfirmed"))]];
}

export function controls(index, pick) {
	return h("div", {class: "controls card offpaper"},
		h("div", {class: "fields"},
			choose("parameter", "which.parameter", parameterOptions(index), pick.parameter),
			choose("measure", "field.measure", cells.measures.map(code => [code, t(code === "share" ? "column.share" : `measure.${code}`)]), pick.measure)),
		h("div", {class: "switches"},
			switchOf("class", "field.class", pick.classes, pick.class),
			switchOf("sources", "field.sources", pick.kinds, pick.sources),
			index.outlines && pick.view === "map" && switchOf("drawn", "field.drawn", [{code: "schematic"}, {code: "outlines"}], pick.drawn ?? "schematic")),
		slider(index, pick));
}

// What was picked, in words: on paper and in a frame there is nothing else that says it.
export function heading(pick) {
	return h("div", {class: "picked"},
		h("h1", {tabindex: "-1"}, t(`parameter.${pick.parameter}`), " · ", h("bdi", null, pick.period ?? "–")),
		h("p", {class: "aside"}, say(`measure.${pick.measure}`), " · ", say(`class.${pick.class}`), " · ", say(`sources.${pick.sources}`)));
}

// What it is judged by, and whether the month is whole.
export function judgedBy(index, pick, month) {
	const one = index.parameters.find(p => p.code === pick.parameter);
	const provisional = month?.cells.filter(cell => cell.provisional && cell.parameter === pick.parameter) ?? [];
	const asOf = provisional.map(cell => cell.as_of).filter(Boolean).sort()[0];
	return h("div", null,
		h("p", null, limitWords(one)),
		provisional.length > 0 && h("p", {class: "provisional"}, asOf ? say("provisional", {at: asOf.slice(0, 16).replace("T", " ")}) : say("provisional.short")));
}
