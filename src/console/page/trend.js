// A value's last minutes as one line, without axes: lowest and highest stand beside it in figures.

import {h} from "./dom.js";
import {say, t} from "./words.js";

const width = 300, height = 40, edge = 3; // of the drawing; it is stretched to its place
const least = 0.01; // of the value: less than that from edge to edge would make a mountain of its last digit

const short = value => String(Number(value.toPrecision(4)));

// Values a step apart, null: none.  A step or so without one is bridged, as analyzers that are asked seldom have; a
// longer silence is a gap, and what stands alone a dot.
function path(values, bridge, low, high) {
	const span = Math.max(high - low, least * Math.max(Math.abs(low), Math.abs(high))) || 1, top = (low + high + span) / 2;
	const x = i => Math.round(i * (width - 2 * edge) / (values.length - 1) * 10) / 10 + edge;
	const y = value => Math.round((top - value) / span * (height - 2 * edge) * 10) / 10 + edge;
	let last = -Infinity;
	return values.map((value, i) => {
		if (value === null)
			return "";
		const goesOn = i - last <= bridge;
		last = i;
		return goesOn ? `L${x(i)} ${y(value)}` : `M${x(i)} ${y(value)}h0`;
	}).join("");
}

export function trend(app, name, parameter, intervalS) {
	const {step_s: stepS, trends} = app.trends ?? {trends: []};
	const values = trends.find(one => one.unit === name && one.parameter === parameter)?.values ?? [];
	const there = values.filter(value => value !== null);
	if (there.length < 2)
		return null;
	const low = Math.min(...there), high = Math.max(...there);
	const said = {low: short(low), high: short(high), span: `${values.length * stepS / 60} min`};
	return h("div", {class: "trend"},
		h("svg", {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": t("trend", said)},
			h("path", {d: path(values, 2 + intervalS / stepS, low, high)})),
		h("small", {"aria-hidden": "true"}, say("trend", said)));
}
