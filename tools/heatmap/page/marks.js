// A state of the map as word, shape and colour; names of districts and parameters as people read them.

import {h} from "./dom.js";
import {shape} from "./shapes.js";
import {unit} from "./units.js";
import {say, t} from "./words.js";

// The shapes are those of the technician's page where the word is the same.
const shapes = {meets: "tick", fails_above: "over", fails_below: "under", fails_detected: "cross", possible_failure: "warn", cannot_judge: "ask",
	too_few: "few", stale: "clock", not_tested: "none", preliminary: "none", verified: "tick", amended: "none"};

export const isFailure = code => code.startsWith("fails");
export const shapeOf = code => shape(shapes[code] ?? "ask");
export const wordKey = code => ["stale", "too_few", "not_tested"].includes(code) ? `state.${code}` : `verdict.${code}`;

export const badge = code => h("span", {class: `badge is-${code}`}, shapeOf(code), h("span", null, say(wordKey(code))));

// Names are as the gazetteer writes them, in every language of the page.
export const foreign = words => h("bdi", {lang: "en", dir: "ltr"}, words);
export const districtName = (index, code) => index.districts.find(one => one.code === code)?.name || (code && code !== "none" ? code : t("district.unknown"));
export const district = (index, code) => code && code !== "none" ? foreign(districtName(index, code)) : say("district.unknown");
// As people there call it; else the laboratory's own number, without the long name of its card: "kp-van-03/7".
export const pointName = row => [row.code, row.name].filter(Boolean).join(" · ") ||
	(row.point ?? "").split("/").filter((part, i, all) => i !== 1 || all.length < 3).join("/");
// "6.5 – 8.5", "< 5 NTU": no writing turns it round.
export const figures = (words, code) => h("bdi", {dir: "ltr"}, `${words} ${unit(code)}`.trim());
export const note = (kind, name, ...words) => h("div", {class: `note ${kind}`}, shape(name), h("div", null, ...words));
