// What the page opens with: every failure that no later sample has closed, what concerns health first.

import {known, limit} from "./cells.js";
import {choose, districtOptions, parameterOptions} from "./controls.js";
import {h} from "./dom.js";
import * as marks from "./marks.js";
import {shape} from "./shapes.js";
import {link} from "./state.js";
import {value} from "./units.js";
import {say, t} from "./words.js";

const atOnce = 30; // rows drawn at first: a slow phone has hundreds to draw otherwise

// Whole days from a day to now; a device whose clock is behind the map's own counts from that.
export const daysSince = (day, index) => Math.max(0, Math.floor((Math.max(Date.now(), Date.parse(index.made)) - Date.parse(day)) / 86400000));

const isMonth = day => /^\d{4}-\d{2}$/.test(day ?? "");

function since(row, index) {
	if (!row.since)
		return null;
	if (isMonth(row.since))
		return h("span", {class: "since"}, say("since.month", {month: row.since}));
	return h("span", {class: "since"}, h("b", null, say("since.days", {n: daysSince(row.since, index)})), " ", say("since.day", {day: row.since}));
}

export function place(row, index) {
	const name = marks.pointName(row);
	return h("p", {class: "where"},
		name && h("bdi", {class: "point"}, name),
		row.points > 0 && h("span", {class: "point"}, say("cell.points", {n: row.points})),
		h("a", {href: link({view: "map", district: row.district ?? "none", parameter: row.parameter})}, marks.district(index, row.district)),
		row.near && h("small", null, say("near", {district: marks.districtName(index, row.near)})));
}

const bounds = row => limit({low: row.limit_low, high: row.limit_high, text: row.limit_text ?? "", must: row.verdict === "fails_detected" ? "absent" : null});

export function against(row) {
	const limitSaid = bounds(row);
	return h("p", {class: "against"},
		(row.value !== undefined || row.censor !== undefined) && h("span", {class: "found"}, value(known(row.value, row.censor, row.upper),
			/^(not_)?detected$/.test(row.censor) && (row.value === null || row.value === undefined) ? "" : row.unit)),
		h("span", {class: "limit"}, limitSaid === undefined ? say("limit.none") :
			say("limit.short", {limit: limitSaid === null ? t("limit.absent") : marks.figures(limitSaid, row.unit)})));
}

export function failure(row, index) {
	const possible = row.verdict === "possible_failure";
	return h("li", {class: `failure is-${row.verdict}`, "data-key": `${row.district} ${row.point ?? ""} ${row.parameter} ${row.verdict} ${row.class}`},
		h("div", {class: "head"},
			h("h3", null, t(`parameter.${row.parameter}`)),
			row.basis === "health" ? h("span", {class: "chip health"}, say("basis.health")) : h("span", {class: "chip"}, say(`basis.${row.basis}`)),
			marks.badge(row.verdict)),
		against(row), place(row, index),
		h("p", {class: "facts"},
			since(row, index),
			row.retested !== undefined && h("span", null, say(row.retested ? "retested.yes" : "retested.no")),
			row.status && h("span", {class: "status"}, marks.shapeOf(row.status), say(`status.${row.status}`)),
			h("span", null, say(`class.${row.class}`), row.method ? [t("comma"), h("bdi", null, say(`method.${row.method}`))] : "")),
		h("p", {class: "aside facts"},
			row.source_type && h("span", null, say(`source.${row.source_type}`)),
			row.sampled && h("span", null, say("sampled", {day: row.sampled.slice(0, 10)})),
			row.lab && h("span", null, say("lab.sample", {lab: row.lab, n: row.sample})),
			possible && row.reason && row.reason !== "none" && h("span", null, say(`reason.${row.reason}`)),
			possible && row.as_if && h("span", null, say("as.if", {verdict: t(`verdict.${row.as_if}`)})),
			row.van_verdict && row.van_verdict !== row.verdict && h("span", null, say("van.said", {verdict: t(`verdict.${row.van_verdict}`)})),
			row.clock_doubt && h("span", null, say("clock.doubt"))));
}

export const wanted = (rows, pick) => rows.filter(row => (!pick.district || row.district === pick.district) &&
	(!pick.parameter || row.parameter === pick.parameter));

// Health first, whatever the file's order; within each the file's: the newest first.
export const ordered = rows => [...rows].sort((a, b) => (b.basis === "health") - (a.basis === "health"));

export function screen(index, file, pick, app) {
	const all = ordered(file.failures), rows = wanted(all, pick), filtered = pick.district || pick.parameter;
	const health = rows.filter(row => row.basis === "health").length;
	const most = app.more ? rows.length : atOnce;
	return [
		h("h1", {tabindex: "-1"}, say("failures.title")),
		h("div", {class: "fields offpaper"},
			choose("district", "field.district", [["", t("all.districts")], ...districtOptions(index),
				...all.some(row => row.district === "none") || pick.district === "none" ? [["none", t("district.unknown")]] : []], pick.district),
			choose("parameter", "which.parameter", [["", t("all.parameters")], ...parameterOptions(index)], pick.parameter)),
		filtered && h("p", {class: "shown"}, say("failures.shown", {n: rows.length, of: all.length}), " ",
			h("a", {href: link({district: null, parameter: null, view: "failures"}), class: "offpaper"}, say("failures.all"))),
		h("p", {class: "totals"},
			h("span", {class: health ? "total bad" : "total"}, shape(health ? "cross" : "dash"), h("b", null, health), " ", say("failures.health")),
			h("span", {class: "total"}, h("b", null, rows.length - health), " ", say("failures.other"))),
		rows.length === 0 && marks.note("plain", "dash", say(filtered ? "failures.nonehere" : "failures.none"), " ", say("untested.unknown")),
		h("ul", {class: "failures"}, rows.slice(0, most).map(row => failure(row, index))),
		rows.length > most && h("button", {type: "button", class: "wide", "data-do": "more"}, h("span", null, say("failures.more", {n: rows.length - most}))),
		h("p", {class: "aside"}, say(index.view === "public" ? "failures.public" : "failures.open")),
	];
}
