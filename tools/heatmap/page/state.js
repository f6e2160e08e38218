// What is shown, as the address says it after its "#": a link to it is a link to this very picture.

import {measures} from "./cells.js";

const names = ["view", "district", "parameter", "period", "measure", "class", "sources", "drawn", "lang"];
const mapOnly = ["period", "measure", "class", "sources", "drawn"];

export function read() {
	const said = new URLSearchParams(location.hash.slice(1));
	return Object.fromEntries(names.filter(name => said.get(name)).map(name => [name, said.get(name)]));
}

// The address of what is shown now with some of it changed; null takes a name out.
export function link(change) {
	const all = new URLSearchParams();
	for (const [name, value] of Object.entries({...read(), ...change}))
		if (value !== null && value !== undefined && value !== "")
			all.set(name, value);
	return `#${all}`;
}

export function go(change) {
	const to = link(change);
	if (to !== location.hash)
		location.hash = to;
}

// Without a new step in the browser's history: for a slider on its way.
export function slide(change) {
	history.replaceState(null, "", link(change));
	dispatchEvent(new Event("hashchange"));
}

export const embedded = () => new URLSearchParams(location.search).get("embed") === "1";

// The screens of this edition of the page, the first one first.
export function views(index) {
	return index.view === "labs" ? ["labs", "files"] : ["failures", "map", "table", "files"];
}

// The newest month that has come; one that a wrong clock put ahead is there to be picked, but nothing opens with it.
const newest = index => index.periods.filter(month => month <= index.made.slice(0, 7)).at(-1) ?? index.periods.at(-1) ?? null;

// What is shown: what the address names, where it is there; else what is there.
export function pick(index) {
	const said = read(), screens = views(index);
	// A district or a period in the address is about the map; without either the page opens with what fails.
	const named = said.district || mapOnly.some(name => said[name]) || embedded() ? "map" : screens[0];
	return {
		view: screens.includes(said.view) ? said.view : screens.includes(named) ? named : screens[0],
		district: districts(index).includes(said.district) ? said.district : null,
		parameter: index.parameters.some(one => one.code === said.parameter) ? said.parameter : null,
		period: index.periods.includes(said.period) ? said.period : newest(index),
		measure: measures.includes(said.measure) ? said.measure : "share",
		class: said.class, sources: said.sources, drawn: said.drawn,
	};
}

// "none": results whose district is not known, or is in no list of the centre's.
const districts = index => [...index.districts.map(one => one.code), "none"];

// Names in the address that this map has not: said, not passed over.
export function strangers(index) {
	const said = read();
	return [["district", districts(index)], ["parameter", index.parameters.map(one => one.code)], ["period", index.periods]]
		.filter(([name, known]) => said[name] && !known.includes(said[name])).map(([name]) => said[name]);
}

// For the map one parameter, class and kind of sources must be picked: where the address names none, the ones with most points.
export function settle(picked, index, month) {
	const parameter = picked.parameter ?? (index.parameters.find(one => one.code === "ecoli") ?? index.parameters[0])?.code ?? null;
	const cells = (month?.cells ?? []).filter(cell => cell.parameter === parameter);
	const kinds = (name, order) => {
		const found = order.map(code => ({code, cells: cells.filter(cell => cell[name] === code)}))
			.map(({code, cells: some}) => ({code, districts: new Set(some.map(cell => cell.district)).size,
				points: some.reduce((sum, cell) => sum + (cell.points ?? 0), 0)}));
		const named = order.includes(picked[name]) && picked[name];
		return [found, named || found.reduce((most, one) => one.points > most.points ? one : most, found[0]).code];
	};
	const [classes, ofClass] = kinds("class", ["screening", "laboratory"]);
	const [sources, ofSources] = kinds("sources", index.view === "public" ? ["public", "private"] : ["all"]);
	return {...picked, parameter, class: ofClass, sources: ofSources, classes, kinds: sources};
}
