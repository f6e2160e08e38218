// The map without outlines: a tile for each district, in the order of the compass, and its legend.

import * as cells from "./cells.js";
import {h} from "./dom.js";
import {lay} from "./layout.js";
import * as marks from "./marks.js";
import {link} from "./state.js";
import {say, t} from "./words.js";

export const tile = {width: 48, height: 60, gap: 3};
const letters = 9.5, figures = 12; // sizes of a name's letters and of a measure (map.css)

let laid = {};
function places(districts, columns) {
	if (laid.districts !== districts || laid.columns !== columns)
		laid = {districts, ...lay(districts, columns)};
	return laid;
}

// About how wide a line is, in letters' heights: no text can be measured before it is drawn.
const breadth = line => [...line].reduce((sum, c) => sum + (/[iltfjrI.' -]/.test(c) ? 0.36 : /[mwMW%]/.test(c) ? 0.92 : /[A-Z]/.test(c) ? 0.72 : 0.6), 0);

// The attributes that press a line into its room, where it needs that.
const pressed = (line, size, room) => breadth(line) * size > room && {textLength: room, lengthAdjust: "spacingAndGlyphs"};

// A name in at most two lines.
export function linesOf(name, most = 8) {
	const words = name.replace(/-/g, "- ").split(" "), lines = [""];
	for (const word of words) {
		const last = lines.at(-1), joined = last && !last.endsWith("-") ? `${last} ${word}` : last + word;
		if (!last || joined.length <= most || lines.length === 2)
			lines[lines.length - 1] = joined;
		else
			lines.push(word);
	}
	return lines;
}

// Everything that the tile shows, in words.
export function spoken(district, cell, state, index, pick) {
	const words = [district.name, t(marks.wordKey(state.code))];
	if (state.beneath)
		words.push(t(marks.wordKey(state.beneath)));
	if (cell && !cell.suppressed && cell.points !== null)
		words.push(t("cell.points", {n: cell.points}), t("cell.failing", {n: cells.failing(cell), of: cells.judged(cell)}),
			t("cell.newest", {day: cell.newest ?? "–"}));
	if (cell?.provisional)
		words.push(t("provisional.short"));
	const value = cells.short(cell, pick.measure);
	if (value && pick.measure !== "points")
		words.push(`${t(`measure.${pick.measure}`)} ${value}`);
	return words.join(t("comma"));
}

// What stands in a tile's upper half: shape, measure, and how many points it rests on.
export function face(cell, state, pick) {
	const value = cells.short(cell, pick.measure);
	return [
		h("g", {transform: value ? "translate(3 5.500)" : "translate(16 5)", class: "tileshape"},
			h("g", {transform: value ? "scale(.5)" : "scale(.67)"}, marks.shapeOf(state.beneath ?? state.code).firstChild)),
		state.code === "stale" && h("g", {transform: "translate(36 1) scale(.42)", class: "tileclock"}, marks.shapeOf("stale").firstChild),
		value && h("text", {x: 16, y: 16, class: "tilevalue", ...pressed(value, figures, 28)}, value),
		cell && cell.points !== null && !cell.suppressed && pick.measure !== "points" &&
			h("text", {x: tile.width / 2, y: 28, class: "tilecount"}, `n\u2009${cell.points}${cell.provisional ? "+" : ""}`),
	];
}

function drawTile(district, place, cell, index, pick) {
	const state = cells.state(cell, index, pick.measure), shade = state.beneath ?? state.code;
	const share = cell && !cell.suppressed && cells.judged(cell) ? cells.failing(cell) / cells.judged(cell) : 0;
	const width = tile.width - tile.gap, height = tile.height - tile.gap, lines = linesOf(district.name);
	return h("svg:a", {href: link({view: "map", district: district.code}), class: `tile is-${shade} ${state.code === "stale" ? "stale" : ""}`,
		transform: `translate(${place.column * tile.width + 1.5} ${place.row * tile.height + 1.5})`, "data-key": district.code,
		"aria-current": pick.district === district.code ? "true" : null},
		h("svg:title", null, spoken(district, cell, state, index, pick)),
		h("rect", {class: "ground", width, height, rx: 5}),
		state.code === "not_tested" && h("rect", {class: "hatched", width, height, rx: 5, fill: "url(#hatch)"}),
		face(cell, state, pick),
		h("text", {class: "tilename", x: width / 2, y: lines.length > 1 ? 39 : 44, lang: "en"}, lines.map((line, i) =>
			h("tspan", {x: width / 2, dy: i ? 10 : 0, ...pressed(line, letters, width - 4)}, line))),
		share > 0 && h("rect", {class: "share", x: 3, y: height - 4, height: 3, width: Math.max(1, Math.round(share * (width - 6)))}));
}

export function legend(states) {
	const counts = new Map(cells.states.map(code => [code, states.filter(one => one === code).length]));
	return h("ul", {class: "legend", "aria-label": t("legend")}, cells.states.map(code => h("li", null,
		h("svg", {viewBox: "0 0 24 24", class: `swatch tile is-${code} ${code === "stale" ? "stale" : ""}`, "aria-hidden": "true", "fill-rule": "evenodd"},
			h("rect", {class: "ground", width: 22, height: 22, x: 1, y: 1, rx: 4}),
			code === "not_tested" && h("rect", {class: "hatched", width: 22, height: 22, x: 1, y: 1, rx: 4, fill: "url(#hatch)"}),
			h("g", {transform: "translate(5 5) scale(.6)", class: "tileshape"}, marks.shapeOf(code).firstChild)),
		h("span", null, say(marks.wordKey(code)), " ", h("bdi", {class: "count"}, counts.get(code))))));
}

export const hatch = () => h("defs", null, h("pattern", {id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"},
	h("line", {x1: 0, y1: 0, x2: 0, y2: 6, class: "hatchline"})));

// What no tile shows: results of no district of the centre's list, with what they say; and how many districts have no place.
export function unplaced(index, found, pick, placed) {
	const none = found.get("none"), left = index.districts.filter(one => !placed(one)).length;
	return [
		none && h("a", {class: "stray", href: link({view: "map", district: "none"})}, marks.badge(cells.state(none, index, pick.measure).code),
			h("span", null, none.points === null ? say("map.none.few") : say("map.none", {n: none.points}))),
		left > 0 && h("b", null, say("map.unplaced", {n: left}))];
}

export function schematic(index, found, pick) {
	const wide = matchMedia("(min-width: 700px)").matches;
	const {places: at, columns, rows} = places(index.districts, wide ? 9 : 7);
	const shown = index.districts.filter(one => at.has(one.code));
	// Read and tabbed through from north-west to south-east, as they lie.
	const order = one => at.get(one.code).row * columns + at.get(one.code).column;
	return h("figure", {class: "map"},
		h("svg", {viewBox: `0 0 ${columns * tile.width} ${rows * tile.height}`, role: "group", "aria-label": t("map.label"), class: "schematic", "fill-rule": "evenodd"},
			hatch(), [...shown].sort((a, b) => order(a) - order(b)).map(one => drawTile(one, at.get(one.code), found.get(one.code), index, pick))),
		h("figcaption", null, say("map.schematic"), " ",
			unplaced(index, found, pick, one => at.has(one.code))));
}
