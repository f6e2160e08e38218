// Verdicts, quality and delivery: a word, a shape and a colour each, so that none of the three stands alone.

import {h} from "./dom.js";
import {say, t} from "./words.js";

const shapes = {
	tick: "M12 1a11 11 0 1 0 0 22a11 11 0 0 0 0-22z M10.4 17.2L5.6 12.4l1.9-1.9l2.9 2.9l6.1-6.1l1.9 1.9z",
	cross: "M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z M8 6.2L6.2 8l4 4l-4 4L8 17.8l4-4l4 4l1.8-1.8l-4-4l4-4L16 6.2l-4 4z",
	over: "M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z M12 4.500l6.500 7h-4.500v7.500h-4v-7.500H5.500z",
	under: "M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z M12 19.500l-6.500-7h4.500V5h4v7.500h4.500z",
	warn: "M12 1L23.5 22H.5z M10.8 8.5h2.4v6.5h-2.4z M10.8 16.8h2.4v2.4h-2.4z",
	ask: "M2 2h20v20H2z M8.3 9.5h2.2c0-1 .6-1.6 1.6-1.6s1.6.5 1.6 1.3c0 .7-.3 1-1.2 1.7c-1.1.8-1.6 1.5-1.5 3.2h2.1c0-1.1.3-1.5 1.2-2.1c1-.7 1.7-1.5 1.7-2.9C16 7.2 14.4 6 12.1 6C9.700 6 8.300 7.400 8.300 9.500z M10.900 15.600h2.300v2.300h-2.300z",
	dash: "M12 1a11 11 0 1 0 0 22a11 11 0 0 0 0-22z M6.500 10.700h11v2.600h-11z",
	wait: "M4 1h16v3l-6 8l6 8v3H4v-3l6-8l-6-8z M8 4l4 5.500L16 4z",
	up: "M12 1l10 11h-6v11H8V12H2z",
	box: "M2 3h20v18H2z M6 8v2.500h12V8z",
	probe: "M6 1h12v5h-2v9l-3 3v5h-2v-5l-3-3V6H6z M10 8v6h4V8z",
	clock: "M12 1a11 11 0 1 0 0 22a11 11 0 0 0 0-22z M10.800 5h2.400v6.400l4.300 2.500l-1.200 2.100l-5.500-3.200z",
	few: "M2 9h5v6H2z M9.500 9h5v6h-5z M17 9h5v6h-5z",
	none: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z M12 6a6 6 0 1 1 0 12a6 6 0 0 1 0-12z",
};

const verdicts = {meets: "tick good", fails_above: "over bad", fails_below: "under bad", fails_detected: "cross bad",
	possible_failure: "warn odd", cannot_judge: "ask plain", not_applicable: "dash plain"};
const qualities = {1: "tick good", 2: "none plain", 3: "warn odd", 4: "cross bad", 9: "dash plain"};
const deliveries = {saved: "box plain", sent: "up plain", received: "tick good", refused: "cross bad"};
const healths = {ok: "tick good", unknown: "ask plain", doubtful: "warn odd", aside: "cross bad", wrong: "cross bad"};
const checks = {good: "tick good", never: "ask plain", expired: "warn odd", failed: "cross bad", open: "wait odd", passed: "tick good",
	cancelled: "dash plain"};
const standings = {within: "tick good", off: "cross bad", moved: "warn odd", expired: "warn odd", again: "warn odd", unread: "none plain"};
const besides = {near: "tick good", good: "tick good", clean: "tick good", faint: "none plain", untold: "dash plain", far: "warn odd",
	disagrees: "warn odd", found: "warn odd", low: "warn odd", high: "warn odd"};
const settlings = {stable: "tick good", settling: "wait odd", taken: "tick good"};

export function shape(name) {
	return h("svg", {viewBox: "0 0 24 24", class: "shape", "aria-hidden": "true", "fill-rule": "evenodd"},
		h("path", {d: shapes[name]}));
}

function badge(group, table, code, more) {
	const [name, colour] = (table[code] || "ask plain").split(" ");
	return h("span", {class: `badge ${colour} ${more || ""}`}, shape(name), h("span", null, say(`${group}.${code}`)));
}

export const verdict = code => badge("verdict", verdicts, code, "large");
export const quality = code => badge("qc", qualities, code);
// Why a reading is not simply good.
export const doubts = flags => flags.length > 0 && h("span", {class: "doubts"}, flags.map((code, i) => [i ? t("comma") : "", say(`flag.${code}`)]));
export const delivery = code => badge("store", deliveries, code);
export const health = code => badge("health", healths, code);
export const check = code => badge("check", checks, code);
export const standing = code => badge("standing", standings, code);
export const beside = code => badge("beside", besides, code);
export const settling = code => badge("stable", settlings, code);
export const colourOf = code => (verdicts[code] || "ask plain").split(" ")[1];
