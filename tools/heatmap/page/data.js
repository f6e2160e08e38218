// The publisher's files: each asked for once, looked at before it is used, and its trouble kept under its own name.

const version = 1;

// What must be in a file for the page to show it: a list that is missing must never look like a list without entries.
const lists = {"index.json": ["periods", "parameters", "districts", "files"], "failures.json": ["failures"], "labs.json": ["labs"],
	months: ["cells"], series: ["series"], points: ["points"], "outlines.geojson": ["features"]};

const files = new Map();
let changed = () => {};
export const whenChanged = call => { changed = call; };

function check(name, value) {
	if (typeof value !== "object" || value === null)
		throw new Error("no object");
	if (value.schema_version > version)
		throw new Error(`schema_version ${value.schema_version}`);
	for (const list of lists[name] ?? lists[name.split("/")[0]] ?? [])
		if (!Array.isArray(value[list]))
			throw new Error(`“${list}” is not a list`);
	return value;
}

// One file of data/: {value}, {trouble} with the reason, or {} while it comes.  Always the server's newest: a browser's old
// copy would be shown as news.
export function get(name) {
	let file = files.get(name);
	if (!file) {
		file = {};
		files.set(name, file);
		take(name, file).catch(error => { file.trouble = error.message; }).then(() => changed());
	}
	return file;
}

// Each file says of which map it is, by when that was made.
const isOfAnother = value => {
	const made = files.get("index.json")?.value?.made;
	return Boolean(value.made && made && value.made !== made);
};

// The publisher goes over to its next map while pages are open: a file of the one that is shown is gone then, or the next one's
// already.  A month of that one is never drawn below the index of this one.
async function take(name, file) {
	try {
		const value = await read(name);
		if (name !== "index.json" && isOfAnother(value))
			throw new Error("of another map");
		file.value = value;
	} catch (error) {
		if (name === "index.json" || !await renew()) // else all is asked for anew, this file too
			throw error;
	}
}

// A portal's login or a phone company's own page comes in the place of a file, too.
async function read(name) {
	const answer = await fetch(`data/${name}`, {cache: "no-cache", credentials: "same-origin"});
	if (!answer.ok)
		throw new Error(String(answer.status));
	const text = await answer.text();
	if (/^\s*</.test(text))
		throw new Error("HTML");
	return check(name, JSON.parse(text));
}

// A page that stays open goes over to the next map as a whole: files of two maps would not fit together.  True: there was one.
let renewing = null;
export const renew = () => renewing ??= goOver().finally(() => { renewing = null; });

async function goOver() {
	const missing = () => null; // what is shown stays, with its age
	const [index, status] = await Promise.all([read("index.json").catch(missing), read("status.json").catch(missing)]);
	if (status)
		files.set("status.json", {value: status});
	if (!index || index.made === files.get("index.json")?.value?.made)
		return false;
	files.clear();
	files.set("index.json", {value: index});
	if (status)
		files.set("status.json", {value: status});
	changed();
	return true;
}

// What could not be read is asked for again.
export function again() {
	for (const [name, file] of files)
		if (file.trouble)
			files.delete(name);
	changed();
}
