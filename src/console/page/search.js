// A line that is searched while it is read: who else answers on it, and what an analyzer's registers hold.

import {h} from "./dom.js";
import {button, digits} from "./form.js";
import * as keep from "./keep.js";
import * as net from "./net.js";
import * as session from "./session.js";
import * as shapes from "./shapes.js";
import {number, span, value} from "./units.js";
import {say, t, told} from "./words.js";

// --- what is asked of the laboratory -------------------------------------------------------------------------------

// Not by the outbox: it is asked now or not at all.
async function ask(app, line, path, more) {
	app.searching(line, {busy: true});
	const {status, body} = await net.post(path, {by: session.name(), token: net.makeToken(), ...more});
	if (status === 200)
		app.searched(line, body);
	app.searching(line, status === 200 || net.away() ? null : {words: body.error ?? String(status)});
}

const some = line => `scan.${line}`; // a draft: only these addresses

function scan(app, {line}) {
	const kept = keep.draft(some(line)), at = name => kept[name]?.trim() ? Number(number(kept[name])) || kept[name] : undefined;
	return ask(app, line, "api/line/scan", {line, first: at("first"), last: at("last")});
}

export const acts = {
	scan,
	probe: (app, of) => ask(app, of.line, "api/line/probe", {unit: of.unit}),
	"search-cancel": (app, of) => ask(app, of.line, "api/line/cancel", {line: of.line}),
	"search-close": (app, of) => {
		keep.save(`search.${of.line}`, which(app.searches[of.line]));
		app.searched(of.line, app.searches[of.line]);
	},
};

// Numbers begin again with the laboratory: which one it was, its time says too.
const which = one => `${one.number} ${one.begun_ms}`;

// Shown until it runs no more, and what is shown is the last one.
export const isStale = (app, line) => line.search.number > 0 && (line.search.running || app.searches[line.name]?.number !== line.search.number ||
	app.searches[line.name].state === "running");

// --- what is shown of both -----------------------------------------------------------------------------------------

const isClosed = (line, one) => keep.load(`search.${line.name}`, null) === which(one);

const note = (colour, drawn, ...words) => h("div", {class: `note ${colour}`, role: "status"}, shapes.shape(drawn), h("div", null, words));
const ends = {done: ["plain", "tick"], cancelled: ["odd", "dash"], in_use: ["odd", "warn"], closed: ["bad", "cross"], too_long: ["odd", "dash"], silent: ["bad", "cross"]};

function running(line, one) {
	const isScan = one.kind === "scan", done = isScan ? one.at - one.first : one.step, all = isScan ? one.last - one.first + 1 : one.steps;
	const left = one.left_s !== undefined && one.left_s !== null;
	return [h("progress", {max: String(all), value: String(done), "aria-label": t(`search.${one.kind}`)}),
		h("p", {role: "status"}, isScan ? say("search.at", {at: one.at, last: one.last, n: one.found.length}) : say("search.step", {step: done, all}),
			left && [" · ", say("search.left", {time: span(one.left_s)})]),
		session.mayChange() && button("search-cancel", say("do.searchcancel"), {class: "wide", "data-line": line.name})];
}

function over(line, one) {
	return [note(...ends[one.state], h("p", null, say(`search.state.${one.state}`), " ", say("search.by", {who: one.by, time: span(one.took_s)}))),
		button("search-close", say("do.close"), {class: "wide", "data-line": line.name})];
}

const state = (line, one) => one.state === "running" ? running(line, one) : over(line, one);

// --- a scan --------------------------------------------------------------------------------------------------------

// A gateway, or a device that answers to every address, is one row.
function grouped(found) {
	return found.reduce((rows, one) => {
		const last = rows.at(-1), same = last && last.last === one.address - 1 && last.who === one.who && last.answer === one.answer;
		return same ? [...rows.slice(0, -1), {...last, last: one.address}] : [...rows, {...one, first: one.address, last: one.address}];
	}, []);
}

function rowOf(one) {
	const at = h("bdi", {class: "value", dir: "ltr"}, one.first === one.last ? String(one.first) : `${one.first} – ${one.last}`);
	return h("li", {"data-key": String(one.first)}, h("span", {class: "address"}, at), one.name ?
		h("span", {class: "stack"}, h("span", {class: "line"}, h("bdi", null, one.name), shapes.health(one.health)), one.error && h("small", null, told(one.error))) :
		h("span", {class: "stack"}, h("strong", null, one.who ? h("bdi", {dir: "ltr"}, one.who) : say("search.unknown")),
			!one.who && h("small", null, h("bdi", {dir: "ltr"}, one.answer))));
}

function scanned(one) {
	const rows = [...grouped(one.found), ...one.units.map(unit => ({...unit, first: unit.address, last: unit.address}))]
		.sort((a, b) => a.first - b.first);
	return [h("ul", {class: "entries addresses"}, rows.map(rowOf)),
		one.state === "done" && !one.found.length && h("p", null, say(one.noisy ? "search.noise" : "search.nobody"))];
}

export function ofLine(app, line) {
	const one = app.searches[line.name], asked = app.searchings[line.name], isScan = one?.kind === "scan" && !isClosed(line, one);
	const busy = asked?.busy || line.search.running;
	return h("div", {"data-key": "search"},
		session.mayChange() && !line.search.running && [button("scan", say("do.scan"),
			{class: "wide", "data-line": line.name, disabled: busy || !line.open, "aria-label": `${t("do.scan")}: ${line.name}`}),
		h("details", {"data-key": "some"}, h("summary", null, say("search.some")),
			h("div", {class: "pair"}, digits(some(line.name), "first"), digits(some(line.name), "last")))],
		asked?.words && note("bad", "cross", h("p", null, say("refused.words")), h("p", null, told(asked.words))),
		isScan && h("section", {class: "card", "aria-label": t("search.scan")}, h("h3", null, say("search.scan")), state(line, one), scanned(one)));
}

// --- a probe -------------------------------------------------------------------------------------------------------

const hex = words => h("bdi", {class: "hex", dir: "ltr"}, words.replace(/(....)(?=.)/g, "$1 "));
const parameter = one => say(`parameter.${one.parameter}`);
const where = one => say("search.register", {printed: one.printed, wire: one.wire, kind: t(`register.${one.function}`)});

function register(key, what, one, shown) {
	return h("li", {"data-key": key}, h("span", {class: "stack"}, what, h("small", null, where(one))),
		one.error ? h("small", null, told(one.error)) : shown);
}

function valueRow(one, i) {
	const {text, good, words, error} = one.at[0], beside = one.at.slice(1).filter(other => other.words);
	return h("li", {"data-key": `v${i}`}, h("span", {class: "stack"}, parameter(one), h("small", null, where(one))),
		error ? h("small", null, told(error)) : h("span", {class: "stack end"}, h("span", {class: `line ${good ? "good" : "odd"}`}, value(text, one.unit),
			shapes.shape(good ? "tick" : "ask")), hex(words)),
		(beside.length > 0 || one.orders.length > 0) && h("details", {"data-key": "beside"}, h("summary", null, say("search.beside")),
			h("dl", {class: "counts"}, beside.map(other => h("div", null, h("dt", null, say("search.wire", {wire: other.wire}), " ", hex(other.words)),
				h("dd", null, value(other.text ?? "–", "")))),
			one.orders.map(other => h("div", null, h("dt", null, say("search.order", {order: other.order}), one.order === other.order && [" ", say("search.own")]),
				h("dd", null, value(other.text ?? "–", "")))))));
}

function probed(one) {
	if (one.exchanges)
		return [h("ul", {class: "entries"}, one.fields.map((field, i) => h("li", {"data-key": `f${i}`}, parameter(field), field.value === null ? "–" :
			value(field.text, field.unit)))),
		h("details", {"data-key": "bytes"}, h("summary", null, say("search.bytes")), h("p", null, one.exchanges.map(each =>
			[h("code", {dir: "ltr"}, `> ${each.asked}`), h("code", {dir: "ltr"}, each.answer ? `< ${each.answer}` : `! ${each.error}`)])))];
	return [h("ul", {class: "entries"},
		one.identity && register("identity", say("search.identity"), one.identity, h("span", {class: `line ${one.identity.fits ? "good" : "bad"}`},
			h("bdi", {dir: "ltr"}, one.identity.says), shapes.shape(one.identity.fits ? "tick" : "cross"))),
		one.status.filter(rule => rule.holds || rule.error).map((rule, i) => register(`s${i}`, h("bdi", {lang: "en", dir: "ltr"}, rule.meaning), rule,
			h("span", {class: "line odd"}, say("search.holds"), shapes.shape("warn")))),
		one.values.map(valueRow)),
	one.advice && h("p", null, told(one.advice))];
}

export function ofUnit(app, line, unit) {
	const one = app.searches[line.name], isThis = one?.kind === "probe" && one.unit === unit.name && !isClosed(line, one);
	const busy = app.searchings[line.name]?.busy || line.search.running;
	return h("div", {"data-key": "probe"}, session.mayChange() && button("probe", say("do.probe"), {class: "wide", "data-line": line.name, "data-unit": unit.name,
		disabled: busy || !line.open, "aria-label": `${t("do.probe")}: ${unit.name}`}),
	isThis && [state(line, one), one.state !== "silent" && one.state !== "running" && probed(one)]);
}
