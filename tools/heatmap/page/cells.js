// What a cell of the map says: its state, its figures, and which cells belong to what was picked.

import {t} from "./words.js";

export const fails = ["fails_detected", "fails_above", "fails_below"];
// From what matters most to what says least; the legend's and the table's order.
export const states = [...fails, "possible_failure", "cannot_judge", "meets", "stale", "too_few", "not_tested"];
export const measures = ["share", "median", "highest", "points"];

export const failing = cell => fails.reduce((sum, name) => sum + (cell[name] ?? 0), 0);
export const judged = cell => failing(cell) + (cell.meets ?? 0);
export const doubtful = cell => (cell.possible ?? 0) + (cell.doubtful_place ?? 0);

function fresh(cell, index, measure) {
	if (failing(cell) > 0)
		return fails.reduce((most, name) => (cell[name] ?? 0) > (cell[most] ?? 0) ? name : most);
	if (doubtful(cell) > 0)
		return "possible_failure";
	if (!cell.meets)
		return "cannot_judge";
	return measure === "share" && judged(cell) < index.policy.percentages_from ? "too_few" : "meets";
}

// Whole days up to today: of the map, or of this device where it is later and its clock is not years off.  Never up to the newest
// result: where all are silent, all is old.
const dayMs = 86400000, saneDays = 3650;
const day = ms => Math.floor(ms / dayMs);
function today(index) {
	const made = day(Date.parse(index.made)), now = day(Date.now());
	return now > made && now - made < saneDays ? now : made;
}
const isStale = (cell, index) => Boolean(cell.newest && today(index) - day(Date.parse(cell.newest)) > index.stale_days);

// {code, beneath}: of an old result also what it was.
export function state(cell, index, measure) {
	if (!cell)
		return {code: "not_tested"};
	if (cell.suppressed || cell.points === null)
		return {code: "too_few"};
	const beneath = fresh(cell, index, measure);
	return isStale(cell, index) ? {code: "stale", beneath} : {code: beneath};
}

// Three digits are what a field method gives.
export const figure = n => n === null || n === undefined ? "–" : Math.abs(n) >= 1000 ? String(Math.round(n)) : String(Number(n.toPrecision(3)));

// A share never rounds to none or to all.
export function percent(share) {
	const whole = Math.round(share * 100);
	if (share > 0 && whole < 1)
		return "<1%";
	return share < 1 && whole > 99 ? ">99%" : `${whole}%`;
}

const marks = {below: "<\u2009", above: ">\u2009", interval: "≤\u2009"};

// A value as it is known: "< 0.1", "12", "not detected".
export function known(value, censor, upper) {
	if (censor === "detected" || (censor === "not_detected" && (value === null || value === undefined)))
		return t(censor === "detected" ? "known.detected" : "known.not_detected");
	if (censor === "not_detected")
		return `<\u2009${figure(value)}`;
	if (value === null || value === undefined)
		return "–";
	if (censor === "interval" && upper !== null && upper !== undefined)
		return `${figure(value)}–${figure(upper)}`;
	return (marks[censor] ?? "") + figure(value);
}

// The measure on a tile, short.
export function short(cell, measure) {
	if (!cell || cell.suppressed || cell.points === null)
		return "";
	if (measure === "points")
		return String(cell.points);
	if (measure === "share") {
		// Nothing fails for sure, but something may: "0%" would hide that.
		if (!failing(cell) && doubtful(cell))
			return `${doubtful(cell)}?`;
		if (cell.share !== null && cell.share !== undefined)
			return percent(cell.share);
		return judged(cell) ? `${failing(cell)}/${judged(cell)}` : "";
	}
	const value = cell[measure], censor = cell[`${measure}_censor`];
	if (value === null || value === undefined)
		return censor === "not_detected" ? t("short.not_detected") : censor === "detected" ? t("short.detected") : "";
	return known(value, censor).replace(/\u2009/g, "");
}

const has = n => n !== null && n !== undefined;

// The limit in figures; null where it must not be found; undefined where there is none.  The public's files have only its
// sentence: "at most 50 ug/L", "< 5 NTU", "6.5 to 8.5".
export function limit({low, high, text = "", must}) {
	if (must === "absent" || /^not detected/.test(text))
		return null;
	if (!has(low) && !has(high)) {
		const said = /^(at most|at least|strictly between|<|>)? ?(-?\d[\d.e+-]*)(?: (?:to|and) (-?\d[\d.e+-]*))?/.exec(text ?? "");
		if (!said)
			return text || undefined;
		const least = /least|>/.test(said[1] ?? "");
		low = said[3] || least ? Number(said[2]) : null;
		high = said[3] ? Number(said[3]) : least ? null : Number(said[2]);
	}
	const strict = must === "<" || /^(<|>|strictly)/.test(text ?? "");
	if (has(low) && has(high))
		return strict ? `> ${figure(low)}, < ${figure(high)}` : `${figure(low)} – ${figure(high)}`;
	return has(high) ? `${strict ? "<" : "≤"} ${figure(high)}` : `${strict ? ">" : "≥"} ${figure(low)}`;
}

// All that a table must name: the gazetteer's districts, and whatever else has results ("none": not known).
export function everyDistrict(index, found) {
	const known = new Set(index.districts.map(one => one.code));
	return [...index.districts, ...[...found.keys()].filter(code => !known.has(code)).map(code =>
		({code, name: code === "none" ? t("district.unknown") : code, stray: true}))];
}

// The cells of one selection by district.
export function cellsOf(month, pick) {
	const found = new Map();
	for (const cell of month.cells)
		if (cell.parameter === pick.parameter && cell.class === pick.class && cell.sources === pick.sources)
			found.set(cell.district, cell);
	return found;
}
