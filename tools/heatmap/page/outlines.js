// The map with outlines: only where the operator has installed an edition that somebody vetted, with that edition's own words.

import * as cells from "./cells.js";
import {h} from "./dom.js";
import {hatch, spoken, unplaced} from "./schematic.js";
import {link} from "./state.js";
import {say, t} from "./words.js";

const width = 640;
const kinds = ["international", "province", "district", "control", "working", "disputed"]; // of lines (map.css); of another kind: plain
const kindOf = one => kinds.find(kind => kind === one.properties?.line);

const codeOf = feature => {
	const said = feature.properties ?? {};
	return said.district ?? said.ADM2_PCODE ?? said.adm2_pcode ?? null;
};

// All rings or lines of a shape, as lists of [lon, lat].
function lines(shape) {
	const of = shape?.coordinates ?? [];
	return {Polygon: of, MultiPolygon: of.flat(), LineString: [of], MultiLineString: of}[shape?.type] ?? [];
}

// North up, a degree east as long as it is there.
function projection(features) {
	let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
	for (const [lon, lat] of features.flatMap(one => lines(one.geometry)).flat()) {
		[west, east] = [Math.min(west, lon), Math.max(east, lon)];
		[south, north] = [Math.min(south, lat), Math.max(north, lat)];
	}
	const shrink = Math.cos((south + north) / 2 * Math.PI / 180), scale = width / ((east - west) * shrink || 1);
	const at = ([lon, lat]) => `${((lon - west) * shrink * scale).toFixed(1)} ${((north - lat) * scale).toFixed(1)}`;
	return {height: Math.ceil((north - south) * scale) || 1, path: (shape, end) => lines(shape).map(line => `M${line.map(at).join("L")}${end}`).join("")};
}

export function outlines(index, file, found, pick) {
	const areas = file.features.filter(one => /Polygon/.test(one.geometry?.type)), borders = file.features.filter(one => /Line/.test(one.geometry?.type));
	const {height, path} = projection(file.features);
	const drawn = areas.map(area => {
		const district = index.districts.find(one => one.code === codeOf(area)), shape = path(area.geometry, "Z");
		if (!district)
			return h("path", {class: "foreignland", d: shape});
		const cell = found.get(district.code), state = cells.state(cell, index, pick.measure);
		return h("svg:a", {href: link({view: "map", district: district.code}), "data-key": district.code, "aria-current": pick.district === district.code ? "true" : null,
			class: `tile is-${state.beneath ?? state.code} ${state.code === "stale" ? "stale" : ""}`},
		h("svg:title", null, spoken(district, cell, state, index, pick)),
		h("path", {class: "ground", d: shape}), state.code === "not_tested" && h("path", {d: shape, fill: "url(#hatch)"}));
	});
	return h("figure", {class: "map"},
		h("svg", {viewBox: `-2 -2 ${width + 4} ${height + 4}`, role: "group", "aria-label": t("map.label"), class: "outlines", "fill-rule": "evenodd"},
			hatch(), drawn, borders.map(one => h("path", {class: `border ${kindOf(one) ?? ""}`, d: path(one.geometry, "")}))),
		h("ul", {class: "lines"}, kinds.filter(kind => borders.some(one => kindOf(one) === kind)).map(kind => h("li", null,
			h("svg", {viewBox: "0 0 36 12", class: "line", "aria-hidden": "true"}, h("path", {class: `border ${kind}`, d: "M1 6H35"})), say(`line.${kind}`)))),
		h("figcaption", null, say("map.edition", {edition: h("bdi", {lang: index.outlines.language ?? null}, index.outlines.edition)}), " ",
			h("bdi", {lang: index.outlines.language ?? null, class: "disclaimer"}, index.outlines.disclaimer), " ",
			unplaced(index, found, pick, one => areas.some(area => codeOf(area) === one.code))));
}
