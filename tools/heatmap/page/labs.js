// How the laboratories do: who was heard from, what still waits in a van, what does not answer.

import {secondsSince, minute} from "./banner.js";
import {h} from "./dom.js";
import * as marks from "./marks.js";
import {shape} from "./shapes.js";
import {span, whole} from "./units.js";
import {say, t} from "./words.js";

const silentAfterS = 36 * 3600; // a van is heard from each working day; a day and a half covers a night and a late start

const asked = ["backlog", "units_ok", "units_sick", "checks_expired"];

// Results may come from a lab that says nothing of itself, or said it long ago: that is not known, and no good news.
export function trouble(lab) {
	if (!lab.last_contact)
		return "never";
	if (secondsSince(lab.last_contact) > silentAfterS)
		return "silent";
	if (lab.units_sick > 0 || lab.checks_expired > 0 || lab.refused > 0)
		return "sick";
	return !lab.status_at || secondsSince(lab.status_at) > silentAfterS || asked.some(name => !Number.isFinite(lab[name])) ? "unsaid" : "well";
}

const looks = {never: ["ask", "plain"], silent: ["clock", "bad"], sick: ["warn", "odd"], unsaid: ["ask", "odd"], well: ["tick", "good"]};
const order = ["silent", "never", "sick", "unsaid", "well"];

function row(word, n, odd) {
	return h("div", {class: odd ? "odd" : null}, h("dt", null, odd ? shape("warn") : null, say(word)),
		h("dd", null, n === null || n === undefined ? say("labs.unknown") : typeof n === "number" ? whole(n) : n));
}

function card(lab) {
	const how = trouble(lab), [name, kind] = looks[how];
	return h("li", {class: "card lab", "data-key": `${lab.lab} ${lab.spool ?? ""}`},
		h("div", {class: "head"}, h("h2", null, h("bdi", null, lab.lab)), h("span", {class: `badge ${kind}`}, shape(name), say(`labs.${how}`))),
		h("dl", {class: "counts"},
			row("labs.contact", lab.last_contact && h("bdi", {dir: "ltr"}, `${minute(lab.last_contact)}`)),
			lab.last_contact && row("labs.ago", h("bdi", {dir: "ltr"}, span(Math.max(0, secondsSince(lab.last_contact)))), how === "silent"),
			lab.last_contact && row("labs.status", lab.status_at ? h("bdi", {dir: "ltr"}, minute(lab.status_at)) : say("labs.nothing"),
				!(secondsSince(lab.status_at) <= silentAfterS)),
			row("labs.backlog", lab.backlog), lab.backlog > 0 && row("labs.oldest",
				Number.isFinite(lab.oldest_unsent_s) ? h("bdi", {dir: "ltr"}, span(lab.oldest_unsent_s)) : null, !(lab.oldest_unsent_s <= 86400)),
			row("labs.units_ok", lab.units_ok), row("labs.units_sick", lab.units_sick, lab.units_sick > 0),
			row("labs.checks_expired", lab.checks_expired, lab.checks_expired > 0),
			lab.refused > 0 && row("labs.refused", lab.refused, true),
			row("labs.results", lab.results_30d)));
}

export function screen(index, file) {
	const labs = [...file.labs].sort((a, b) => order.indexOf(trouble(a)) - order.indexOf(trouble(b)) || (a.lab < b.lab ? -1 : 1));
	return [
		h("h1", {tabindex: "-1"}, say("labs.title")),
		labs.length === 0 && marks.note("plain", "dash", say("labs.none")),
		h("ul", {class: "cards", "aria-label": t("labs.title")}, labs.map(card)),
	];
}
