// How a UCUM unit and a value are shown; how what a person types is read.

import {h} from "./dom.js";

const shown = {"[pH]": "", Cel: "°C", "uS/cm": "µS/cm", "ug/L": "µg/L", "{FNU}": "FNU", "{NTU}": "NTU", "{PCU}": "PCU",
	"{TCU}": "TCU", "[psu]": "PSU", "[ppm]": "ppm", "[ppb]": "ppb", "[degF]": "°F", "/(100.mL)": "/ 100 mL"};

export const unit = code => shown[code] ?? code ?? "";

// "7.12 mg/L" as one piece that no writing turns round.
export function value(text, code) {
	return h("bdi", {class: "value", dir: "ltr"}, text, unit(code) && h("span", {class: "unit"}, `\u00a0${unit(code)}`));
}

// "0.2..0.5" is a range; of a limit also "..50", at most, and "..<5", less than; at the other end likewise.
export function range(text) {
	const [low, high] = String(text).split("..");
	if (high === undefined)
		return low;
	if (low === "")
		return high.startsWith("<") ? high.replace("<", "< ") : `≤ ${high}`;
	if (high === "")
		return low.startsWith(">") ? low.replace(">", "> ") : `≥ ${low}`;
	return `${low} – ${high}`;
}

// The bounds of a limit with its unit (a result's value may be in another); null where the rule is that it must not be found.
export const limit = one => one.limit === "absent" ? null : `${range(one.limit)} ${unit(one.limit_unit ?? one.unit)}`.trim();

// "1.2 MB": of thousands, as a SIM card's bundle counts them.
export function bytes(n) {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let at = 0;
	for (; n >= 1000 && at < units.length - 1; at++)
		n /= 1000;
	return `${at && n < 10 ? n.toFixed(1) : Math.round(n)}\u00a0${units[at]}`;
}

// A count, its thousands apart.
export const whole = n => h("bdi", {class: "value"}, String(n ?? "–").replace(/\B(?=(\d{3})+$)/g, "\u202f"));

// Digits of Urdu and Arabic keyboards are digits, and their decimal sign is a point.  What a comma is, the laboratory decides.
export function number(typed) {
	return typed.trim().replace(/[\u06f0-\u06f9]/g, c => c.charCodeAt(0) - 0x6f0)
		.replace(/[\u0660-\u0669]/g, c => c.charCodeAt(0) - 0x660).replace(/\u066b/, ".");
}

// Same in both languages, in the phone's own time: 2026-11-28 14:05.
export function time(ms) {
	if (ms === null || ms === undefined)
		return "–";
	const at = new Date(ms), two = n => String(n).padStart(2, "0");
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function span(seconds) {
	if (seconds === null || seconds === undefined)
		return "–";
	if (seconds < 100)
		return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
	if (seconds < 6000)
		return `${Math.round(seconds / 60)} min`;
	return seconds < 360000 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}
