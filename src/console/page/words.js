// All texts of the page, from one file a language.  Values in a text are set apart (<bdi>), so that numbers
// and units stand whole in right-to-left writing.

import {h} from "./dom.js";
import * as said from "./said.js";

let words = {}, about = {};
export let language = "en";

export async function load(code) {
	const answer = await fetch(`words.${code}.json`);
	if (!answer.ok)
		throw new Error(`words.${code}.json: ${answer.status}`);
	const file = await answer.json();
	({about, words} = file);
	said.learn(file.said);
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

const english = sentence => h("bdi", {class: "foreign", lang: "en", dir: "ltr"}, sentence);

// A value within a sentence: a word of the glossary, a sentence again, somebody's own English words, or a name as it is.
function value(name, given, depth) {
	const known = words[`${name}.${given}`], found = !known && said.find(given, depth);
	return known ? h("bdi", null, known) : found ? h("bdi", {dir: about.direction}, filled(found, depth)) :
		/[a-z]{2,} .*[a-z]{2,}/i.test(given) ? h("bdi", {lang: "en", dir: "ltr"}, given) :
			h("bdi", {dir: /[\u0590-\u08ff]/.test(given) ? "auto" : "ltr"}, given);
}

// `waterlab try {unit}` in a text is a command.
function filled({text: of, values}, depth) {
	return of.split(/(`[^`]+`|\{\w+\})/).filter(part => part !== "").map(part => part.startsWith("`") ?
		h("bdi", {class: "command", dir: "ltr"}, part.slice(1, -1).replace(/\{(\w+)\}/g, (_, name) => values[name])) :
		part.startsWith("{") ? value(part.slice(1, -1), values[part.slice(1, -1)], depth + 1) : part);
}

// What the laboratory says itself: in this language where the glossary has it (said.js), else in English, and marked so.
export function told(sentence) {
	const found = said.find(sentence ?? "");
	return found ? h("bdi", {dir: about.direction}, filled(found, 0)) : english(sentence);
}
