// The laboratory's own sentences in another language.  A sentence comes in English, as the command and the log have it; the
// glossary's part "said" has its form, "line {line} is not open: {why}", and what another language says for it.  A value
// may be a sentence again.  What no form fits is shown in English, so a sentence that was changed is never told wrongly.

const deepest = 6;
let forms = [];

const literal = text => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

// {n}, {n2}: a number; {parameter}, {source} ...: a word of that group of the glossary; all others: anything.
export function learn(said = {}) {
	forms = Object.entries(said).map(([form, text]) => {
		const names = [...form.matchAll(/\{(\w+)\}/g)].map(found => found[1]), plain = form.split(/\{\w+\}/);
		const pattern = plain.map((part, i) => literal(part) + (i < names.length ? /^n\d?$/.test(names[i]) ? "([\\d.,e+-]+)" : "(.+?)" : ""));
		return {names, text, pattern: new RegExp(`^${pattern.join("")}$`, "su"), weight: plain.join("").length,
			longest: plain.reduce((most, part) => part.length > most.length ? part : most, "")};
	}).sort((a, b) => b.weight - a.weight); // of two forms that fit, the one that says more of it itself
}

// {text, values}, or null: no form fits.
export function find(sentence, depth = 0) {
	for (const {names, text, pattern, longest} of depth < deepest ? forms : []) {
		const found = sentence.includes(longest) && pattern.exec(sentence);
		if (found)
			return {text, values: Object.fromEntries(names.map((name, i) => [name, found[i + 1]]))};
	}
	return null;
}
