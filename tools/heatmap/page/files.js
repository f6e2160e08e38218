// What can be taken along: the files, how to show this page in a portal's, what the words mean.

import * as cells from "./cells.js";
import {h} from "./dom.js";
import * as marks from "./marks.js";
import {say, t, told} from "./words.js";
import {bytes} from "./units.js";

const frame = () => `<iframe src="${location.href.split(/[?#]/)[0]}?embed=1#view=map&parameter=ecoli" title="Water test results" ` +
	`width="100%" height="900" loading="lazy" sandbox="allow-scripts allow-same-origin allow-popups"></iframe>`;

// Files of one month lie in a folder: a list of them, the newest first, that opens when it is wanted.
function grouped(files) {
	const folders = new Map();
	for (const one of files.filter(file => file.name.includes("/"))) {
		const folder = one.name.slice(0, one.name.lastIndexOf("/")), ending = one.name.slice(one.name.lastIndexOf(".") + 1);
		folders.set(`${folder} · ${ending}`, [one, ...folders.get(`${folder} · ${ending}`) ?? []]);
	}
	return [h("ul", {class: "downloads"}, files.filter(file => !file.name.includes("/")).map(file)),
		[...folders].map(([name, some]) => h("details", {"data-key": name},
			h("summary", null, h("span", null, h("bdi", {dir: "ltr"}, name), " ", h("bdi", {class: "count"}, some.length))),
			some[0].what && h("p", null, told(some[0].what)), h("ul", {class: "downloads"}, some.map(one => file({...one, what: null})))))];
}

const kind = name => /\.geojson$/.test(name) ? "GeoJSON" : /\.csv$/.test(name) ? "CSV" : "";

const file = one => h("li", {"data-key": one.name},
	h("a", {href: `data/${one.name}`, download: one.name.replace(/\//g, "-")}, h("bdi", {dir: "ltr"}, one.name)),
	h("small", null, h("bdi", {dir: "ltr"}, [kind(one.name), Number.isFinite(one.bytes) ? bytes(one.bytes) : ""].filter(Boolean).join(" · "))),
	one.what && h("p", {class: "aside"}, told(one.what)));

export function screen(index) {
	return [
		h("h1", {tabindex: "-1"}, say("files.title")),
		h("p", null, say("files.words")),
		grouped(index.files),
		index.policy?.text && [h("h2", null, say("files.policy")), told(index.policy.text)],
		index.limit_sets?.length > 0 && [h("h2", null, say("files.limits")), h("ul", {class: "dotted"}, index.limit_sets.map(one =>
			h("li", null, told(`${one.title} (${one.name})`))))],
		h("h2", null, say("files.meaning")),
		h("dl", {class: "meaning"}, cells.states.map(code => h("div", null, h("dt", null, marks.badge(code)), h("dd", null, say(`meaning.${code}`))))),
		h("p", null, say("meaning.share"), " ", say("meaning.classes")),
		h("h2", null, say("files.embed")),
		h("p", null, say("embed.words")),
		h("pre", {dir: "ltr", tabindex: 0, "aria-label": t("files.embed")}, h("code", null, frame())),
		h("button", {type: "button", class: "offpaper", "data-do": "print"}, say("do.print")),
	];
}
