// All that the map shows, as a table: every district, also those without a result.

import * as cells from "./cells.js";
import {h} from "./dom.js";
import * as marks from "./marks.js";
import {link} from "./state.js";
import {unit} from "./units.js";
import {say, t} from "./words.js";

const columns = ["points", "meets", "fails", "possible", "doubtful", "doubtful_meets", "unjudged", "inapplicable", "share", "median", "highest", "newest"];

function figures(cell) {
	if (!cell || cell.suppressed || cell.points === null)
		return columns.map(() => "–");
	const of = cells.fails.filter(name => cell[name]).map(name => `${cell[name]} ${t(`short.${name}`)}`).join(" ");
	return [cell.points, cell.meets, of || 0, cell.possible, cell.doubtful_place, cell.doubtful_meets ?? 0, cell.cannot_judge, cell.not_applicable,
		cell.share === null || cell.share === undefined ? "–" : cells.percent(cell.share),
		known(cell.median, cell.median_censor), known(cell.highest, cell.highest_censor), cell.newest ?? "–"];
}
const known = (value, censor) => value === null && !censor ? "–" : cells.known(value, censor);

// A table that is wider than a phone scrolls by itself, by finger and by key.
export const scrolled = (label, table) => h("div", {class: "scrolled", tabindex: 0, role: "region", "aria-label": label}, table);

export function table(index, found, pick) {
	const one = index.parameters.find(p => p.code === pick.parameter), unitShown = unit(one?.unit);
	const rows = cells.everyDistrict(index, found).map(district => {
		const cell = found.get(district.code);
		return {district, cell, state: cells.state(cell, index, pick.measure)};
	}).sort((a, b) => cells.states.indexOf(a.state.code) - cells.states.indexOf(b.state.code) || a.district.name.localeCompare(b.district.name));
	return scrolled(t("table.label"), h("table", null,
		h("thead", null, h("tr", null, h("th", {scope: "col"}, say("field.district")), h("th", {scope: "col"}, say("column.state")),
			columns.map(name => h("th", {scope: "col"}, say(`column.${name}`),
				unitShown && (name === "median" || name === "highest") ? h("small", null, h("bdi", {dir: "ltr"}, unitShown)) : null)))),
		h("tbody", null, rows.map(({district, cell, state}) => h("tr", {"data-key": district.code},
			h("th", {scope: "row"}, h("a", {href: link({view: "map", district: district.code})}, marks.district(index, district.code))),
			h("td", null, marks.badge(state.code), state.beneath && h("small", null, say("was", {state: t(marks.wordKey(state.beneath))})),
				cell?.provisional && h("small", null, say("provisional.short"))),
			figures(cell).map(figure => h("td", {class: "number"}, h("bdi", {dir: "ltr"}, figure))))))));
}
