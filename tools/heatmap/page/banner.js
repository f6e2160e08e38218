// How old all this is, and what is wrong with it: above every screen.

import * as data from "./data.js";
import {h} from "./dom.js";
import * as marks from "./marks.js";
import {strangers} from "./state.js";
import {span} from "./units.js";
import {say, t, told} from "./words.js";

const oldAfterS = 2 * 86400; // the publisher runs at least daily: two days without a map are no accident
const clockOffS = 3600;

// A moment that the public's edition rounds to its day is shown as a day.
export const minute = at => !at ? "–" : at.endsWith("T00:00:00Z") ? at.slice(0, 10) : `${at.slice(0, 16).replace("T", " ")} UTC`;
export const secondsSince = at => (Date.now() - Date.parse(at)) / 1000;

export function age(index) {
	const passed = secondsSince(index.made);
	return h("p", {class: "age"},
		h("span", null, say("made", {at: minute(index.made), age: span(Math.max(0, passed))})),
		h("span", null, index.as_of ? say("as.of", {at: minute(index.as_of)}) : say("as.of.none")));
}

export function banners(index) {
	const passed = secondsSince(index.made), strange = strangers(index);
	// What became of the publisher's last try, which is newer than the map where the store was away.
	const last = data.get("status.json").value, trouble = last?.trouble ? last.words ?? last.trouble : index.source?.trouble;
	return [
		index.notice && marks.note("odd", "warn", h("bdi", null, index.notice)),
		!(passed <= oldAfterS) && marks.note("odd", "clock", h("b", null, say("old", {age: span(passed)})), " ", say("old.words")),
		passed < -clockOffS && marks.note("odd", "clock", say("clock.behind", {at: minute(index.made)})),
		trouble && marks.note("odd", "warn", h("b", null, say("trouble", {at: minute(index.source?.answered ?? index.made)})), " ", told(trouble)),
		strange.length > 0 && marks.note("odd", "ask", say("strangers", {names: strange.join(t("comma"))})),
	];
}

// What to do, by the reason.
const advice = {404: "broken.missing", 401: "broken.login", 403: "broken.login", HTML: "broken.page", "of another map": "broken.other",
	"Failed to fetch": "broken.net"};

// A file that could not be read: which, why, and what to do.
export const broken = (name, why) => marks.note("bad", "cross",
	h("p", null, h("b", null, say("broken", {file: `data/${name}`})), " ", h("bdi", {dir: "ltr", lang: "en"}, `(${why})`)),
	h("p", null, say(advice[why] ?? "broken.words")),
	h("button", {type: "button", class: "offpaper", "data-do": "again"}, say("do.again")));
