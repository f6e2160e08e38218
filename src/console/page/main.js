// The page: which screen, what it asks for each second, what a tap does.

import {act} from "./acts.js";
import * as alarm from "./alarm.js";
import * as check from "./check.js";
import * as devices from "./devices.js";
import {h, patch} from "./dom.js";
import * as help from "./help.js";
import * as keep from "./keep.js";
import * as left from "./left.js";
import * as live from "./live.js";
import * as net from "./net.js";
import * as results from "./results.js";
import * as sample from "./sample.js";
import * as search from "./search.js";
import * as session from "./session.js";
import {shape} from "./shapes.js";
import * as signin from "./signin.js";
import * as slip from "./slip.js";
import * as sync from "./sync.js";
import * as words from "./words.js";

const {say, t} = words;
const everyMs = 1000, listMs = 5000, trendsMs = 10000, limitsMs = 60000;
const tabs = [["live", "none"], ["sample", "box"], ["due", "wait"], ["sync", "up"], ["devices", "probe"]];

const app = {
	status: null, statusAt: 0, samples: null, points: null, whole: {}, checks: null, checkOf: {}, languages: [], open: null,
	asked: {}, // when each list was asked for
	nameWords: null, // why the name will not do
	number: () => Number(location.hash.split("/")[1]) || 0,
	needName: words => {
		app.nameWords = words;
		announce(words);
		if (!document.querySelector("[data-field=by]"))
			location.hash = "#sample";
		paint();
		requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector("[data-field=by]")?.focus()));
	},
	tries: {}, // of each analyzer that was tried here: what came of it
	tried: (name, what) => {
		app.tries[name] = what;
		paint();
		poll();
	},
	seen: entry => {
		alarm.see(app, entry);
		paint();
	},
	searches: {}, // of each line its last search
	searched: (line, what) => {
		app.searches[line] = what;
		paint();
	},
	searchings: {}, // what became of asking for one here
	searching: (line, what) => {
		app.searchings[line] = what;
		paint();
		poll();
	},
	// Somebody came or went.
	again: () => {
		app.nameWords = null;
		net.send();
		paint();
		poll();
	},
	changed: () => paint(),
	toggle: number => {
		app.open = app.open === number ? null : number;
		paint();
		poll();
	},
};

const within = {bag: "due", slip: "due", check: "devices"}; // the tab of a screen that has none

const route = () => (location.hash.slice(1) || "live").split("/");

function announce(key, values) {
	document.getElementById("said").textContent = t(key, values);
}

// --- what is shown ---------------------------------------------------------------------------------------------------

function screen() {
	if (session.isClosed() && route()[0] !== "help")
		return signin.screen();
	const [name, number, step, more] = route();
	if (name === "sample")
		return sample.screen(app, Number(number) || 0, step);
	if (name === "slip")
		return slip.screen(app, Number(number));
	if (name === "bag")
		return results.bag(app, Number(number));
	if (name === "check")
		return check.screen(app, Number(number) || 0, step, more);
	return ({due: results, sync, devices, help}[name] ?? live).screen(app);
}

function top() {
	const others = app.languages.filter(one => one.code !== words.language);
	return h("div", null, h("header", null, h("span", {class: "lab"}, h("bdi", null, app.status?.lab ?? "waterlab")),
		h("span", {class: "tongues"}, signin.badge(), h("a", {class: "button", href: "#help", "aria-current": route()[0] === "help" && "page"},
			shape("ask"), h("span", null, say("nav.help"))), others.map(one => h("button", {type: "button", "data-language": one.code, lang: one.code}, one.name)))),
	!words.isReviewed() && h("p", {class: "unreviewed"}, shape("warn"), h("span", null, say("unreviewed"))));
}

function bottom() {
	const [name] = route(), due = session.isClosed() ? 0 : app.samples?.due.filter(test => test.due).length;
	return h("div", null, h("nav", {"aria-label": t("nav")}, tabs.map(([tab, drawn]) => {
		const isHere = tab === (within[name] ?? name);
		return h("a", {href: `#${tab}`, "aria-current": isHere && "page"}, shape(drawn), h("span", null, say(`nav.${tab}`)),
			tab === "due" && due > 0 && h("span", {class: "number"}, String(due)));
	})));
}

let asked = false;
function paint() {
	if (asked)
		return;
	asked = true;
	requestAnimationFrame(() => {
		asked = false;
		const put = (id, node) => patch(document.getElementById(id), node);
		put("top", top());
		put("away", h("div", null, net.away() && h("p", null, shape("warn"), h("span", null, h("strong", null, say("away")), " ", say("away.kept")))));
		put("alarm", session.isClosed() ? h("div") : alarm.banner(app));
		put("main", screen());
		put("bottom", bottom());
		document.title = `${t(`nav.${within[route()[0]] ?? route()[0]}`)} – waterlab`;
	});
}

// --- what is asked -----------------------------------------------------------------------------------------------------

// A whole sample, or check; why it is not there is in `intoWords`.
async function askWhole(what, into, number) {
	const why = {}, whole = await net.get(`api/${what}?${what}=${number}`, why);
	app[`${into}Words`] = whole ? null : why.error;
	if (whole)
		app[into][number] = whole;
}

const askSample = number => askWhole("sample", "whole", number);

// Again when what is there is older than that; then why it is not there is in `intoWords`.
async function askList(path, into, olderMs = 0) {
	if (Date.now() - (app.asked[into] ?? 0) < olderMs)
		return;
	const why = {}, list = await net.get(path, why);
	app[`${into}Words`] = list || net.away() ? null : why.error;
	if (list) {
		app[into] = list;
		app.asked[into] = Date.now();
	}
}

async function askPoints() {
	const part = (keep.draft("find").part ?? "").trim();
	await askList(part ? `api/points?part=${encodeURIComponent(part)}` : "api/points", "points");
}

async function askStatus() {
	const status = await net.get("api/status");
	if (status) {
		app.status = status;
		app.statusAt = Date.now();
	}
}

async function askSearches() {
	for (const line of app.status?.lines ?? []) {
		const found = search.isStale(app, line) && await net.get(`api/line?line=${encodeURIComponent(line.name)}`);
		if (found)
			app.searches[line.name] = found;
	}
}

async function ask() {
	if (session.isClosed())
		await session.load();
	if (session.isClosed())
		return;
	const [name, number, step] = route(), isLive = name === "live", ofSample = (name === "sample" || name === "slip") && Number(number);
	const lists = name === "due" || name === "bag" || (name === "sample" && !ofSample && step !== "point");
	if (isLive || name === "sync" || name === "devices" || !app.status)
		await askStatus();
	if (name === "devices")
		await askSearches();
	if (ofSample)
		await askSample(Number(number));
	if (name === "sample" && step === "point")
		await askPoints();
	await askList("api/samples", "samples", lists ? 0 : listMs); // an alarm shows on every screen
	if (isLive) {
		await askList("api/trends", "trends", trendsMs);
		await askList("api/limits", "limits", limitsMs);
	}
	if (name === "check" && Number(number))
		await askWhole("check", "checkOf", Number(number));
	if (isLive || ["devices", "check", "due", "sample"].includes(name))
		await askList("api/checks", "checks", name === "check" && !Number(number) ? 0 : listMs);
	if (name === "due" && app.open)
		await askSample(app.open);
}

let asking = false, again = false, timer = null;
async function poll() {
	again = asking;
	if (asking)
		return;
	asking = true;
	clearTimeout(timer);
	if (!document.hidden)
		await ask();
	asking = false;
	paint();
	timer = setTimeout(poll, again ? 0 : everyMs);
}

// --- what happens -------------------------------------------------------------------------------------------------------

const steps = {"sample-begin": "probes", "sample-impediment": "result", "sample-end": "result", "sample-cancel": "result"};

// The laboratory has confirmed: the draft is gone, and the page goes where the chain goes on.
function onAnswer(item, body) {
	const begun = item.path === "api/sample/begin" && left.arrive(body.sample);
	const step = begun ? "kits" : steps[item.path.replace("api/", "").replace("/", "-")];
	const [name, number, unit] = route(), isCheck = item.path.startsWith("api/check/");
	if (body.sample !== undefined)
		app.whole[body.sample] = body;
	if (isCheck)
		app.checkOf[body.check] = body;
	announce("saved.now");
	app.asked.samples = app.asked.checks = 0; // it may have brought a result that alarms
	if (isCheck && name === "check" && number === "new" && check.unitOf(unit) === body.unit)
		location.replace(`#check/${body.check}`);
	else if (item.form === "begin" ? name === "sample" && !Number(number) : step && Number(number) === body.sample)
		location.replace(`#sample/${body.sample}/${step}`);
	else if (item.path === "api/sample/finish" && name === "bag")
		location.replace(`#sample/${body.sample}/result`);
	poll();
}

async function setLanguage(code) {
	await words.load(code);
	keep.save("language", code);
	paint();
}

function onType(event) {
	const {form, field, pin} = event.target.dataset;
	if (pin !== undefined) {
		session.type(event.target.value);
		paint();
	}
	if (!form)
		return;
	keep.setDraft(form, field, event.target.value);
	if (form === "who")
		app.nameWords = null;
	if (form === "find")
		poll();
	// Another parameter is measured another way.
	if (form.startsWith("kit.") && field === "parameter") {
		keep.setDraft(form, "method", undefined);
		keep.setDraft(form, "unit", undefined);
	}
	paint();
}

document.addEventListener("input", onType);
document.addEventListener("click", event => {
	const button = event.target.closest("button[data-do], button[data-language]");
	if (button?.dataset.language)
		setLanguage(button.dataset.language);
	else if (button)
		act(app, button.dataset.do, button.dataset);
});
document.addEventListener("submit", event => {
	event.preventDefault();
	act(app, event.target.dataset.do, event.target.dataset);
});
addEventListener("hashchange", () => {
	app.points = null;
	keep.forget("find");
	paint();
	poll();
	requestAnimationFrame(() => requestAnimationFrame(() => {
		scrollTo(0, 0);
		document.querySelector("main h1")?.focus({preventScroll: true});
	}));
});
document.addEventListener("visibilitychange", () => document.hidden || poll());
for (const sign of ["pointerdown", "keydown"])
	document.addEventListener(sign, session.touch);
addEventListener("storage", paint);

async function languages() {
	const page = await net.get("api/page");
	const codes = page?.languages ?? ["en"];
	app.languages = await Promise.all(codes.map(async code => {
		const file = await fetch(`words.${code}.json`).then(answer => answer.json());
		return {code, name: file.about.name};
	}));
	return codes;
}

const codes = await languages();
const wanted = [keep.load("language", ""), ...navigator.languages.map(tag => tag.split("-")[0]), "en"];
await words.load(wanted.find(code => codes.includes(code)));
net.listen(paint, onAnswer, () => {
	session.lost();
	paint();
}, session.isTheirs);
await session.load();
net.send();
poll();
paint();
