// Sync: what is made, saved, sent, received, refused; and why something waits.

import {h} from "./dom.js";
import {shape} from "./shapes.js";
import * as net from "./net.js";
import {bytes, span, whole} from "./units.js";
import {say, told} from "./words.js";

function rows(pairs) {
	return h("dl", {class: "counts"}, pairs.map(([key, n, mark]) =>
		h("div", {class: n && key === "refused" ? "bad" : ""}, h("dt", null, shape(mark), say(`count.${key}`)), h("dd", null, whole(n)))));
}

function store(one) {
	return h("section", {class: "card", "data-key": one.name, "aria-label": one.name},
		h("h2", null, h("bdi", null, one.name), h("span", {class: "badge plain"}, say(`condition.${one.condition}`))),
		h("h3", null, say("sync.results")),
		rows([["waiting", one.ledger.waiting, "wait"], ["sent", one.ledger.sent, "up"], ["received", one.ledger.received, "tick"],
			["refused", one.ledger.refused, "cross"]]),
		h("h3", null, say("sync.readings")),
		rows([["waiting", one.waiting, "wait"], ["sent", one.sent, "up"], ["received", one.received, "tick"],
			["refused", one.refused, "cross"]]),
		h("p", {class: "aside"}, say("sync.last", {age: span(one.last_sent_age_s)})));
}

// What went over each link, and what the month has left; counted from midnight UTC.
function links(of) {
	const {budget_bytes: budget, used_bytes: used} = of, isOver = budget !== null && used > budget;
	return h("section", {class: "card", "data-key": "links"}, h("h2", null, say("sync.links")),
		of.links.length ? h("dl", {class: "counts"}, of.links.map(link => h("div", {"data-key": link.name},
			h("dt", null, h("bdi", null, link.name), link.unlimited && h("span", {class: "chip"}, say("sync.unlimited"))),
			h("dd", null, say("sync.bytes", {today: bytes(link.today_bytes), month: bytes(link.month_bytes)}))))) :
			h("p", null, say("sync.nolinks")),
		budget === null ? h("p", {class: "aside"}, say("sync.nobudget")) :
			h("p", {class: isOver ? "fault" : "", id: "budget"}, say("sync.budget", {used: bytes(used), budget: bytes(budget)})),
		budget !== null && h("meter", {min: "0", max: String(budget), value: String(Math.min(used, budget)), "aria-labelledby": "budget"}));
}

export function screen(app) {
	const status = app.status, here = net.outbox().length;
	const head = [h("h1", {tabindex: "-1"}, say("nav.sync")),
		here > 0 && h("p", {class: "note odd"}, shape("wait"), h("span", null, say("sync.here", {n: here})))];
	if (!status)
		return h("div", null, head, h("p", null, say("loading")));
	const readings = status.readings;
	return h("div", null, head,
		h("section", {class: "card"}, h("h2", null, say("sync.van")),
			rows([["made", readings.made, "none"], ["saved", readings.saved, "box"], ["pending", readings.pending, "wait"],
				["refused", readings.refused, "cross"]]),
			h("p", {class: "aside"}, say("sync.since"))),
		status.stores.map(store),
		!status.stores.length && h("p", {class: "note plain"}, shape("dash"), h("span", null, say("sync.nostore"))),
		links(status.links),
		h("section", {class: "card"}, h("h2", null, say("sync.why")),
			status.waits.length ? h("ul", {class: "waits"}, status.waits.map(words => h("li", null, told(words)))) :
				h("p", null, say("sync.nothing"))));
}
