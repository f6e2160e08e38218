// Live: what each analyzer says now, how it went in the last minutes, what is allowed.

import * as check from "./check.js";
import {h} from "./dom.js";
import * as shapes from "./shapes.js";
import {trend} from "./trend.js";
import {limit, span, value} from "./units.js";
import {say, t, told} from "./words.js";

const late = 10; // s: an answer older than this is not "now"

// What the limit sets say of this parameter.  Whether the value is within it only a sample's result says.
function allowed(one) {
	const where = [one.treated !== null && say(`treated.is.${one.treated}`), one.position && say(`position.${one.position}`)]
		.filter(Boolean).map(words => [" · ", words]);
	return h("li", {"data-key": `${one.treated} ${one.position}`}, say("limit", {limit: limit(one) ?? t("limit.absent"), set: one.set}), where,
		!one.confirmed && [" · ", say("limit.unconfirmed")]);
}

function field(app, unit, one, sinceS) {
	const age = one.age_s === null ? null : one.age_s + sinceS;
	const isOld = age === null || age > late;
	const vouched = app.checks?.analyzers.find(row => row.unit === unit.name && row.parameter === one.parameter);
	const limits = (app.limits?.limits ?? []).filter(row => row.parameter === one.parameter);
	return h("li", {class: `reading ${isOld ? "old" : ""}`, "data-key": one.parameter},
		h("span", {class: "name"}, say(`parameter.${one.parameter}`)),
		h("span", {class: "figure"}, one.value === null ? h("span", {class: "value"}, "–") : value(one.text, one.unit)),
		shapes.quality(one.qc),
		shapes.doubts(one.flags),
		h("span", {class: "age"}, say(isOld ? "age.old" : "age", {age: span(age)})),
		vouched && check.unchecked(app, unit.name, one.parameter, vouched.state),
		limits.length > 0 && h("ul", {class: "limits"}, limits.map(allowed)),
		trend(app, unit.name, one.parameter, unit.interval_s));
}

function analyzer(app, unit, sinceS) {
	return h("section", {class: "card", "data-key": unit.name, "aria-label": unit.name},
		h("h2", null, h("bdi", null, unit.name), shapes.health(unit.health)),
		unit.fields.length ? h("ul", {class: "readings"}, unit.fields.map(one => field(app, unit, one, sinceS))) :
			h("p", null, say("live.nothing")),
		unit.error && h("p", {class: "fault"}, told(unit.error)),
		h("p", {class: "aside"}, h("bdi", null, unit.profile), " · ", say(`level.${unit.level}`)));
}

export function screen(app) {
	const status = app.status;
	if (!status)
		return h("div", null, h("h1", {tabindex: "-1"}, say("nav.live")), h("p", null, say("loading")));
	const sinceS = Math.max(0, (Date.now() - app.statusAt) / 1000);
	const units = status.lines.flatMap(line => line.units);
	return h("div", null, h("h1", {tabindex: "-1"}, say("nav.live")),
		h("p", {class: "place"}, place(status.place)),
		app.limits?.words && h("p", {class: "note odd"}, shapes.shape("warn"), told(app.limits.words)),
		h("div", {class: "cards"}, units.map(unit => analyzer(app, unit, sinceS))),
		!units.length && h("p", null, say("live.none")));
}

function place(at) {
	if (!at || at.origin === "none")
		return say("place.none");
	const district = at.names?.district ?? at.district;
	return say(district ? `place.${at.origin}` : `place.${at.origin}.bare`, {district: district ?? "",
		at: at.lat === null ? "–" : `${at.lat.toFixed(5)}, ${at.lon.toFixed(5)}`});
}
