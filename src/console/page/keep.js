// What a person typed, kept on this device until the laboratory has confirmed it.

const prefix = "waterlab.";
const memory = new Map(); // what the browser has no room for, or will not keep: it lasts as long as the page

export function load(key, otherwise) {
	if (memory.has(key))
		return memory.get(key) ?? otherwise;
	try {
		return JSON.parse(localStorage.getItem(prefix + key)) ?? otherwise;
	} catch {
		return otherwise;
	}
}

export function save(key, thing) {
	try {
		if (thing === null)
			localStorage.removeItem(prefix + key);
		else
			localStorage.setItem(prefix + key, JSON.stringify(thing));
		memory.delete(key);
	} catch {
		memory.set(key, thing);
	}
}

// A form's draft: an object of texts.
export const draft = form => load(`draft.${form}`, {});
export const setDraft = (form, name, value) => save(`draft.${form}`, {...draft(form), [name]: value});
export const forget = form => save(`draft.${form}`, null);
// The names of all forms that have one.
export function drafts() {
	const start = `${prefix}draft.`, kept = [];
	try {
		kept.push(...Object.keys(localStorage).filter(key => key.startsWith(start)).map(key => key.slice(start.length)));
	} catch {
		// the browser keeps nothing: what is in memory is all
	}
	const held = [...memory.keys()].filter(key => key.startsWith("draft.")).map(key => key.slice("draft.".length));
	return [...new Set([...kept, ...held])];
}
