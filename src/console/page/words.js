// All texts of the page, from one file a language.  Values in a text are set apart (<bdi>), so that numbers
// and units stand whole in right-to-left writing.

import {h} from "./dom.js";

let words = {}, about = {};
export let language = "en";

export async function load(code) {
	const answer = await fetch(`words.${code}.json`);
	if (!answer.ok)
		throw new Error(`words.${code}.json: ${answer.status}`);
	({about, words} = await answer.json());
	language = code;
	document.documentElement.lang = code;
	document.documentElement.dir = about.direction;
}

export const isReviewed = () => about.reviewed;

// What has no text shows as its own code: never nothing, never something invented.
const text = key => words[key] ?? key.slice(key.indexOf(".") + 1);

// A plain text, for attributes; values between isolating marks.
export function t(key, values = {}) {
	return text(key).replace(/\{(\w+)\}/g, (_, name) => `\u2068${values[name]}\u2069`);
}

// The same as nodes; a value may be a node.
export function say(key, values = {}) {
	return text(key).split(/(\{\w+\})/).filter(part => part !== "").map(part => {
		const name = /^\{(\w+)\}$/.exec(part)?.[1];
		return name ? h("bdi", null, values[name]) : part;
	});
}

// A command for the computer; a line ends between its words alone, for "--" at an end is no option.
export const command = line => h("code", {dir: "ltr"}, line.split(" ").map((word, i) => [i ? " " : "", h("span", null, word)]));

// The daemon's own sentences are English, and marked so.
export const english = sentence => h("bdi", {class: "foreign", lang: "en", dir: "ltr"}, sentence);
