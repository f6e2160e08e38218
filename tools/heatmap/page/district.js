// One district: what was found in the month, its trend with the limit, its open failures, its points with their last results.

import * as cells from "./cells.js";
import * as chart from "./chart.js";
import {h} from "./dom.js";
import {failure, ordered} from "./failures.js";
import * as marks from "./marks.js";
import {link} from "./state.js";
import {scrolled} from "./table.js";
import {unit, value} from "./units.js";
import {say, t} from "./words.js";

const failuresAtOnce = 5; // the list has them all

function counted(cell) {
	const rows = [["column.points", cell.points], ["column.meets", cell.meets], ...cells.fails.map(name => [`verdict.${name}`, cell[name]]),
		["column.possible", cell.possible], ["column.doubtful", cell.doubtful_place], ["column.doubtful_meets", cell.doubtful_meets], ["column.unjudged", cell.cannot_judge],
		["column.inapplicable", cell.not_applicable]].filter(([name, n]) => n || name === "column.points" || name === "column.meets");
	return h("dl", {class: "counts"}, rows.map(([name, n]) => h("div", null, h("dt", null, say(name)), h("dd", null, h("bdi", null, n ?? "–")))));
}

function now(index, cell, pick) {
	const state = cells.state(cell, index, pick.measure), one = index.parameters.find(p => p.code === pick.parameter);
	const shown = cell && !cell.suppressed && cell.points !== null;
	return [
		h("p", {class: "statement"}, marks.badge(state.code), state.beneath && h("small", null, say("was", {state: t(marks.wordKey(state.beneath))}))),
		state.code === "too_few" && h("p", null, shown ? say("too_few.share", {n: index.policy.percentages_from}) :
			say("too_few.kept", {n: index.policy.small_cell})),
		cell?.provisional && h("p", {class: "provisional"}, say("provisional.short")),
		shown && counted(cell),
		shown && h("dl", {class: "counts"},
			cell.share !== null && cell.share !== undefined && h("div", null, h("dt", null, say("measure.share")), h("dd", null, h("bdi", null, cells.percent(cell.share)))),
			["median", "highest"].map(name => (cell[name] !== null || cell[`${name}_censor`]) && h("div", null, h("dt", null, say(`measure.${name}`)),
				h("dd", null, value(cells.known(cell[name], cell[`${name}_censor`]), cell[name] === null ? "" : one.unit)))),
			h("div", null, h("dt", null, say("cell.days")), h("dd", null, h("bdi", {dir: "ltr", class: "value"}, `${cell.oldest ?? "–"} – ${cell.newest ?? "–"}`)))),
		cell?.differs > 0 && h("p", {class: "aside"}, say("differs", {n: cell.differs})),
	];
}

function trend(file, pick, one) {
	const series = file.series.find(s => s.parameter === pick.parameter && s.class === pick.class && s.sources === pick.sources);
	if (!series || !series.at.length)
		return h("p", null, say("trend.none"));
	const all = chart.months(series.at[0], series.at.at(-1)), drawn = chart.values(series, all);
	return [
		h("h3", null, say("chart.counts")), chart.counts(series, all),
		h("p", {class: "key"}, h("span", {class: "k tested"}, say("key.tested")), h("span", {class: "k failing"}, say("key.failing")),
			series.points.some(n => n === null) && h("span", null, say("key.kept"))),
		drawn && [h("h3", null, say("chart.values"), " ", h("bdi", {dir: "ltr", class: "value"}, unit(one.unit) && `(${unit(one.unit)})`)), drawn,
			h("p", {class: "key"}, h("span", {class: "k median"}, say("measure.median")),
				series.median_censor?.includes("not_detected") && h("span", {class: "k undetected"}, say("key.undetected")), h("span", {class: "k reach"}, say("key.reach")),
				(series.limit_low ?? series.limit_high ?? null) !== null && h("span", {class: "k limitline"}, say("slip.limit"),
					one.limit?.in_force === false && [" (", say("limit.unconfirmed"), ")"]))],
		h("details", null, h("summary", null, say("trend.table")), scrolled(t("trend.table"), h("table", null,
			h("thead", null, h("tr", null, ["field.period", "column.points", "key.failing", "measure.median", "measure.highest"].map(name =>
				h("th", {scope: "col"}, say(name))))),
			h("tbody", null, series.at.map((month, i) => h("tr", null, h("th", {scope: "row"}, h("bdi", {class: "value"}, month)),
				[series.points[i] ?? "–", series.failing[i] ?? "–", cells.known(series.median[i], series.median_censor?.[i]),
					cells.known(series.highest[i], series.highest_censor?.[i])].map(n => h("td", {class: "number"}, h("bdi", {dir: "ltr"}, n))))))))),
	];
}

function limitOf(row) {
	const bounds = cells.limit({text: row.limit_text ?? "", must: row.verdict === "fails_detected" ? "absent" : null});
	return bounds !== undefined && say("limit.short", {limit: bounds === null ? t("limit.absent") : marks.figures(bounds, row.unit)});
}

function point(one) {
	return h("li", {"data-key": one.point},
		h("details", null,
			h("summary", null, h("span", null, h("bdi", null, marks.pointName(one)),
				h("small", null, one.source_type && say(`source.${one.source_type}`)))),
			h("ul", {class: "last"}, one.last.map(r => h("li", null,
				h("div", {class: "head"}, h("b", null, t(`parameter.${r.parameter}`)), marks.badge(r.verdict)),
				h("p", null, value(cells.known(r.value, r.censor, r.upper), r.value === null || r.value === undefined ? "" : r.unit), " ",
					h("small", {class: "limit"}, limitOf(r)), " ",
					h("small", null, h("bdi", {dir: "ltr"}, r.sampled?.slice(0, 10)), t("comma"), say(`class.${r.class}`),
						r.status && [t("comma"), say(`status.${r.status}`)])),
				r.reason && r.reason !== "none" && h("p", null, h("small", null, say(`reason.${r.reason}`)))))),
			Number.isFinite(one.lat) && h("p", null, h("small", null, say("slip.at"), " ", h("bdi", {dir: "ltr"}, `${one.lat.toFixed(5)}, ${one.lon.toFixed(5)}`)))));
}

// Every parameter of the month in this district, so that the one that was picked hides no other.
function others(index, month, pick) {
	const mine = month.cells.filter(cell => cell.district === pick.district);
	return h("ul", {class: "others"}, mine.map(cell => {
		const state = cells.state(cell, index, pick.measure);
		return h("li", null, h("a", {href: link({parameter: cell.parameter, class: cell.class, sources: cell.sources}), "data-replace": true,
			"aria-current": cell.parameter === pick.parameter && cell.class === pick.class && cell.sources === pick.sources ? "true" : null},
		h("span", null, t(`parameter.${cell.parameter}`), h("small", null, say(`class.${cell.class}`),
			cell.sources !== "all" && [t("comma"), say(`sources.${cell.sources}`)])), marks.badge(state.beneath ?? state.code)));
	}));
}

export function district(index, month, pick, withFile) {
	const one = index.districts.find(d => d.code === pick.district) ?? null, parameter = index.parameters.find(p => p.code === pick.parameter);
	const cell = month.cells.find(c => c.district === pick.district && c.parameter === pick.parameter && c.class === pick.class && c.sources === pick.sources);
	const hasMore = month.cells.some(c => c.district === pick.district);
	return [
		h("div", {class: "head"}, h("h2", {id: "panel", tabindex: "-1"}, marks.district(index, pick.district)),
			h("a", {class: "button offpaper", href: link({district: null, view: "map"})}, say("do.close"))),
		h("p", {class: "aside"}, one ? [marks.foreign([one.division, one.province].filter(Boolean).join(", ")), " ", h("bdi", null, one.code)] : say("district.stray")),
		h("h3", null, t(`parameter.${pick.parameter}`), " · ", h("bdi", null, pick.period)),
		now(index, cell, pick),
		withFile(`series/${pick.district}.json`, file => trend(file, pick, parameter), "trend.none"),
		h("h3", null, say("district.others")),
		hasMore ? others(index, month, pick) : h("p", null, say("district.nothing")),
		h("h3", null, say("failures.title")),
		withFile("failures.json", file => {
			const rows = ordered(file.failures.filter(row => row.district === pick.district));
			return rows.length ? [h("ul", {class: "failures"}, rows.slice(0, failuresAtOnce).map(row => failure(row, index))),
				rows.length > failuresAtOnce && h("a", {class: "button offpaper", href: link({view: "failures", district: pick.district, parameter: null})},
					h("span", null, say("failures.inlist", {n: rows.length})))] :
				h("p", null, say("failures.nonehere"), " ", say("untested.unknown"));
		}),
		index.view === "official" && withFile(`points/${pick.district}.json`, file => h("details", {"data-key": "points"},
			h("summary", null, h("span", null, say("district.points"), " ", h("bdi", {class: "count"}, file.points.length))),
			file.points.length ? h("ul", {class: "points"}, file.points.map(point)) : h("p", null, say("district.nopoints"))), "district.nopoints"),
	];
}
