// A district's months as drawings with axes: points tested and failing; median, highest and lowest against the limit.
// SVG, not a canvas by a library: a dozen months need none, and this prints, scales, and is read with the rest of the page.

import {figure} from "./cells.js";
import {h} from "./dom.js";
import {t} from "./words.js";

const has = n => n !== null && n !== undefined;

const width = 340, height = 170, left = 38, right = 6, top = 8, bottom = 22;

// A rounded end of the axis at or above n, and a step that divides it.
export function axis(n, least = 0) {
	if (!(n > 0))
		return {end: 1, step: 1};
	const power = 10 ** Math.floor(Math.log10(n / 4)), step = [1, 2, 5, 10].map(m => m * power).find(one => one * 4 >= n && one >= least);
	return {end: step * Math.ceil(n / step - 1e-9), step};
}

// Months between two, both included: a month without results is a place on the axis too.
export function months(from, to) {
	const found = [];
	for (let [year, month] = from.split("-").map(Number); found.length < 600; month === 12 ? (year++, month = 1) : month++) {
		found.push(`${year}-${String(month).padStart(2, "0")}`);
		if (found.at(-1) >= to)
			break;
	}
	return found;
}

function frame(all, {end, step}, label, inner) {
	const slot = (width - left - right) / all.length;
	const x = month => left + (all.indexOf(month) + 0.5) * slot, y = n => height - bottom - n / end * (height - top - bottom);
	const every = Math.ceil(all.length / 6), lines = [];
	for (let n = 0; n <= end * 1.0001; n += step)
		lines.push(n);
	return h("svg", {viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": label},
		lines.map(n => [h("line", {class: "grid", x1: left, x2: width - right, y1: y(n), y2: y(n)}),
			h("text", {class: "ticks", x: left - 4, y: y(n) + 4, "text-anchor": "end"}, figure(n))]),
		all.map((month, i) => (all.length - 1 - i) % every === 0 && h("text", {class: "ticks", x: x(month), y: height - 6, "text-anchor": "middle"},
			month.slice(2))),
		inner(x, y, slot));
}

export function counts(series, all) {
	return frame(all, axis(Math.max(...series.points), 1), t("chart.counts"), (x, y, slot) => series.at.map((month, i) => {
		const wide = Math.min(28, slot * 0.7), bar = (n, name) => h("rect", {class: name, x: x(month) - wide / 2, width: wide, y: y(n), height: y(0) - y(n)});
		return has(series.points[i]) ? [bar(series.points[i], "tested"), bar(series.failing[i] ?? 0, "failing")] :
			h("text", {class: "ticks kept", x: x(month), y: y(0) - 4, "text-anchor": "middle"}, "…");
	}));
}

export function values(series, all) {
	const limits = [series.limit_low, series.limit_high].filter(has);
	const there = [...series.median, ...series.highest, ...limits].filter(has);
	if (!there.length)
		return null;
	const scale = axis(Math.max(...there) * 1.05);
	// Beyond a method's range a value is drawn at its end, with an arrow onwards; what was not detected is open, at nothing.
	const arrow = (at, n, censor) => censor === "above" ? `M${at - 4} ${n - 4}l4 -5l4 5` : censor === "below" ? `M${at - 4} ${n + 4}l4 5l4 -5` : "";
	return frame(all, scale, t("chart.values"), (x, y) => [
		limits.map(n => h("line", {class: "limitline", x1: left, x2: width - right, y1: y(n), y2: y(n)})),
		series.at.map((month, i) => has(series.highest[i]) && h("g", null,
			has(series.lowest?.[i]) && h("line", {class: "reach", x1: x(month), x2: x(month), y1: y(series.lowest[i]), y2: y(series.highest[i])}),
			h("path", {class: "highest", d: `M${x(month) - 5} ${y(series.highest[i])}h10${arrow(x(month), y(series.highest[i]), series.highest_censor?.[i])}`}))),
		h("path", {class: "medians", d: series.at.map((month, i) => !has(series.median[i]) ? "" :
			`${i && has(series.median[i - 1]) && all.indexOf(month) - all.indexOf(series.at[i - 1]) === 1 ? "L" : "M"}${x(month)} ${y(series.median[i])}`).join("")}),
		series.at.map((month, i) => series.median_censor?.[i] === "not_detected" && !has(series.median[i]) &&
			h("circle", {class: "undetected", cx: x(month), cy: y(0), r: 4})),
		series.at.map((month, i) => has(series.median[i]) && h("circle", {class: "median", cx: x(month), cy: y(series.median[i]), r: 4})),
	]);
}
