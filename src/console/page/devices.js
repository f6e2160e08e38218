// Devices: how each line and analyzer does, what was wrong last and what to do, and asking it now.

import * as check from "./check.js";
import {h} from "./dom.js";
import {button} from "./form.js";
import * as net from "./net.js";
import {checkedBy} from "./results.js";
import * as search from "./search.js";
import * as shapes from "./shapes.js";
import {span, whole} from "./units.js";
import {command, say, t, told} from "./words.js";

// Of these errors a person can mend the cause.
export const mendable = ["timeout", "noise", "exception", "gone", "busy", "io", "absent", "wrong-unit"];

function outcome({busy, status, body}) {
	const note = (colour, drawn, words, more) => h("div", {class: `note ${colour}`, role: "status"}, shapes.shape(drawn),
		h("div", null, h("p", null, say(words)), more && h("p", null, told(more))));
	if (busy)
		return note("plain", "wait", "try.busy");
	if (status !== 200)
		return net.away() ? note("odd", "warn", "away") : note("bad", "cross", "refused.words", body.error);
	if (!body.asked)
		return note("odd", "warn", "try.none", body.words);
	return body.unit.health === "ok" ? note("plain", "tick", "try.ok") : note("bad", "cross", "try.bad", body.unit.error);
}

function fault(unit) {
	return unit.error && [h("p", {class: "fault"}, told(unit.error)),
		mendable.includes(unit.error_name) && h("p", {class: "remedy"}, say(`remedy.${unit.error_name}`))];
}

// What a sample's value of each parameter rests on, and the way to check it.
function checks(app, unit) {
	const all = (app.checks?.analyzers ?? []).filter(one => one.unit === unit.name);
	return all.length > 0 && h("ul", {class: "checks"}, all.map(one => h("li", {"data-key": one.parameter},
		h("strong", null, say(`parameter.${one.parameter}`)), check.mark(app, unit.name, one.parameter, one.state),
		one.check !== null && h("a", {class: "last", href: `#check/${one.check}`}, checkedBy(one),
			one.left_s !== null && h("small", null, " · ", say("check.left", {time: span(one.left_s)}))))));
}

function analyzer(app, line, unit) {
	const tried = app.tries[unit.name];
	return h("section", {class: "card", "data-key": unit.name, "aria-label": unit.name},
		h("h3", {class: "line"}, h("bdi", null, unit.name), shapes.health(unit.health)),
		h("p", null, unit.last_ok_age_s === null ? say("devices.never") : say("devices.answered", {age: span(unit.last_ok_age_s)}),
			unit.health === "aside" && unit.next_s !== null && [" · ", say("devices.next", {time: span(unit.next_s)})]),
		fault(unit),
		checks(app, unit),
		tried && outcome(tried),
		button("try", say("do.try"), {class: "wide", "data-name": unit.name, disabled: tried?.busy, "aria-label": `${t("do.try")}: ${unit.name}`}),
		search.ofUnit(app, line, unit),
		h("dl", {class: "counts"}, Object.entries(unit.counts).map(([key, n]) => h("div", {"data-key": key}, h("dt", null, say(`exchange.${key}`)),
			h("dd", null, whole(n))))),
		h("p", {class: "aside"}, h("bdi", null, unit.profile), " · ", say(`level.${unit.level}`), " · ",
			say("devices.address", {address: unit.address, interval: span(unit.interval_s)})));
}

function lineOf(app, line) {
	return h("section", {"data-key": line.name, "aria-label": line.name},
		h("h2", {class: "line"}, h("bdi", null, line.name), h("span", {class: `badge ${line.open ? "good" : "bad"}`}, shapes.shape(line.open ? "tick" : "cross"),
			h("span", null, say(line.open ? "devices.line.open" : "devices.line.closed")))),
		h("p", {class: "which"}, h("bdi", {dir: "ltr"}, line.where ?? "–")),
		line.error && h("div", {class: "note bad"}, shapes.shape("cross"), h("div", null, told(line.error), h("p", null, say("devices.line.remedy")))),
		search.ofLine(app, line),
		h("div", {class: "cards"}, line.units.map(unit => analyzer(app, line, unit))),
		h("details", {"data-key": "computer"}, h("summary", null, say("devices.scan")),
			h("p", null, say("devices.scan.words")), h("p", null, command(`systemctl stop waterlabd; waterlab scan ${line.name} --all-speeds`)),
			line.units.length > 0 && [h("p", null, say("devices.record")),
				h("p", null, command(`waterlab record ${line.name} ${line.units[0].name} --seconds 30`))]));
}

export function screen(app) {
	return h("div", null, h("h1", {tabindex: "-1"}, say("nav.devices")), check.openOnes(app),
		!app.status ? h("p", null, say("loading")) :
			app.status.lines.length ? app.status.lines.map(line => lineOf(app, line)) : h("p", null, say("live.none")));
}
