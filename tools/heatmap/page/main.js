// Which screen; what a tap does; the language.

import * as banner from "./banner.js";
import * as cells from "./cells.js";
import {controls, heading, judgedBy} from "./controls.js";
import * as data from "./data.js";
import {district as panel} from "./district.js";
import {h, patch} from "./dom.js";
import * as failures from "./failures.js";
import * as files from "./files.js";
import * as labs from "./labs.js";
import {outlines} from "./outlines.js";
import {legend, schematic} from "./schematic.js";
import {shape} from "./shapes.js";
import * as state from "./state.js";
import {table} from "./table.js";
import {isReviewed, language, load, say, t} from "./words.js";

const languages = {en: "English", ur: "اردو"};
const icons = {failures: "cross", map: "box", table: "dash", files: "up", labs: "probe"};
const restMs = 250;
const app = {more: false, shown: null};
const byId = id => document.getElementById(id);

// What a screen needs of a file: shown when it is there, said when it is not, waited for meanwhile.  `absent`: what it
// means that the server has none, where that is no fault.
function withFile(name, draw, absent) {
	const file = data.get(name);
	if (absent && file.trouble === "404")
		return h("p", null, say(absent));
	if (file.trouble)
		return banner.broken(name, file.trouble);
	if (!file.value)
		return h("p", {class: "waiting", role: "status"}, say("map.loading"));
	try {
		return draw(file.value);
	} catch (error) { // something in it is not as it should be: the other screens go on
		console.warn(error);
		return banner.broken(name, error.message);
	}
}

function withMonth(index, pick, draw) {
	if (!pick.period)
		return h("p", null, say("no.period"));
	return withFile(`months/${pick.period}.json`, month => {
		const settled = state.settle(pick, index, month);
		if (!settled.parameter)
			return h("p", null, say("no.period"));
		return draw(month, settled, cells.cellsOf(month, settled));
	});
}

function drawnMap(index, found, pick) {
	return index.outlines && pick.drawn === "outlines" ? withFile(index.outlines.file, file => outlines(index, file, found, pick)) :
		schematic(index, found, pick);
}

// What changed on the map, for who does not see it.
function announced(index, pick, states) {
	const n = test => states.filter(test).length;
	byId("said").textContent = t("said.map", {parameter: t(`parameter.${pick.parameter}`), period: pick.period, of: states.length,
		n: n(code => code.startsWith("fails")), untested: n(code => code === "not_tested")});
	return states;
}

function mapScreen(index, pick) {
	return withMonth(index, pick, (month, settled, found) => h("div", {class: "mapscreen"},
		h("div", {class: "mapside"},
			heading(settled), controls(index, settled), judgedBy(index, settled, month), drawnMap(index, found, settled),
			legend(announced(index, settled, index.districts.map(one => cells.state(found.get(one.code), index, settled.measure).code))),
			h("p", {class: "aside"}, say("untested.unknown"))),
		settled.district && h("section", {class: "card panel", "aria-labelledby": "panel", "data-key": "panel"},
			panel(index, month, settled, withFile))));
}

function tableScreen(index, pick) {
	return withMonth(index, pick, (month, settled, found) => [heading(settled), controls(index, settled),
		judgedBy(index, settled, month), table(index, found, settled)]);
}

const screens = {
	failures: (index, pick) => withFile("failures.json", file => failures.screen(index, file, pick, app)),
	map: mapScreen, table: tableScreen, files: (index, pick) => files.screen(index, pick),
	labs: index => withFile("labs.json", file => labs.screen(index, file)),
};

function top(index, pick) {
	return h("div", null,
		h("header", null,
			h("div", {class: "title"}, h("strong", null, say("title")), index && h("span", {class: "chip"}, say(`view.${index.view}`))),
			h("div", {class: "tongues"}, Object.entries(languages).map(([code, name]) => code !== language &&
				h("a", {class: "button", href: state.link({lang: code}), lang: code, "data-replace": true}, name)))),
		!isReviewed() && h("p", {class: "unreviewed"}, shape("warn"), h("span", null, say("unreviewed"))),
		pick && !state.embedded() && h("nav", {"aria-label": t("nav.screens")}, state.views(index).map(name =>
			h("a", {href: state.link({view: name}), "aria-current": pick.view === name ? "page" : null, "data-key": name},
				shape(icons[name]), h("span", null, say(`screen.${name}`))))),
		index && h("div", {class: "banners"}, banner.age(index), banner.banners(index)));
}

function bottom(index) {
	return h("footer", null,
		index?.licence && h("p", null, say("licence"), " ", h("bdi", null, index.licence)),
		h("p", null, say("never")),
		state.embedded() && h("p", null, h("a", {class: "button", href: `${location.pathname}${location.hash}`, target: "_blank", rel: "noopener"}, say("embed.whole"))));
}

function draw() {
	const file = data.get("index.json"), index = file.value;
	const pick = index && state.pick(index);
	document.body.className = state.embedded() ? "embedded" : "";
	document.title = t("title");
	app.held = document.activeElement?.id || app.held;
	patch(byId("top"), top(index, pick));
	patch(byId("main"), h("div", null, index ? screens[pick.view](index, pick) : withFile("index.json", () => null)));
	patch(byId("bottom"), h("div", null, bottom(index)));
	holdFocus();
	if (pick)
		goThere(pick);
}

// What the keys were on stays so, also when it was away while a month came.
function holdFocus() {
	if (document.activeElement !== document.body)
		app.held = null;
	else if (app.held)
		byId(app.held)?.focus({preventScroll: true});
}

// Screen readers and keys go along to what was opened.
function goThere(pick) {
	const now = `${pick.view} ${pick.view === "map" ? pick.district : ""}`;
	const heading = pick.view === "map" && pick.district ? byId("panel") : byId("main").querySelector("h1");
	if (app.shown === now || !heading)
		return;
	const first = app.shown === null;
	app.shown = now;
	if (!first) {
		heading.focus({preventScroll: true});
		heading.scrollIntoView({block: pick.district && pick.view === "map" ? "nearest" : "end"});
		if (!(pick.district && pick.view === "map"))
			scrollTo(0, 0);
	}
}

function remembered(code) {
	try {
		if (code)
			localStorage.setItem("map-language", code);
		return localStorage.getItem("map-language");
	} catch {
		return null; // a frame in a portal may be let keep nothing
	}
}

async function speak() {
	const spoken = document.body.dataset.spoken;
	const wanted = [state.read().lang, remembered(), ...navigator.languages.map(one => one.slice(0, 2)), "en"].find(code => languages[code]);
	if (wanted !== spoken)
		try {
			await load(wanted);
			document.body.dataset.spoken = wanted;
		} catch (error) {
			if (!spoken) // no words at all: these are the only ones that no glossary can hold
				byId("main").textContent = `${error.message}: this page could not be loaded whole; reload it. / یہ صفحہ پورا نہیں آیا؛ دوبارہ کھولیں۔`;
			if (!spoken)
				throw error;
		}
	if (state.read().lang)
		remembered(state.read().lang);
}

addEventListener("hashchange", async () => {
	await speak();
	draw();
});
document.addEventListener("input", event => {
	const {pick, slide} = event.target.dataset;
	if (pick)
		state.go({[pick]: event.target.value || null, view: state.pick(data.get("index.json").value).view});
	if (slide) { // a month is fetched where the slider comes to rest, not at each one on its way
		const period = data.get("index.json").value.periods[event.target.value];
		event.target.setAttribute("aria-valuetext", period);
		event.target.parentNode.querySelector("output").textContent = period;
		clearTimeout(app.resting);
		app.resting = setTimeout(() => state.slide({period}), restMs);
	}
});
document.addEventListener("click", event => {
	const link = event.target.closest("a[data-replace]"), act = event.target.closest("[data-do]")?.dataset.do;
	if (link?.getAttribute("href")) {
		event.preventDefault();
		history.replaceState(null, "", link.getAttribute("href"));
		dispatchEvent(new Event("hashchange"));
	}
	if (act === "more")
		app.more = true;
	if (act === "again")
		data.again();
	if (act === "print")
		print();
	if (act)
		draw();
});
matchMedia("(min-width: 700px)").addEventListener("change", draw);

// Data is on its way while the words come.
data.whenChanged(() => {
	const index = data.get("index.json").value;
	if (index && index.view !== "labs")
		data.get("failures.json");
});
data.get("index.json");
await speak();
data.whenChanged(draw);
draw();

// Ages go on; a newer map takes the place of this one.
const renewEveryMs = 15 * 60000;
setInterval(() => data.renew().then(draw), renewEveryMs);
document.addEventListener("visibilitychange", () => document.hidden || data.renew().then(draw));
