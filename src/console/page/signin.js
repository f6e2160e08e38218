// Coming in and leaving: who it is, and the PIN.

import {h} from "./dom.js";
import * as form from "./form.js";
import * as keep from "./keep.js";
import * as net from "./net.js";
import * as session from "./session.js";
import {shape} from "./shapes.js";
import {say, told} from "./words.js";

function why({status, wait, words}) {
	if (status === 401)
		return say("signin.wrong");
	if (status === 429)
		return say("signin.wait", {n: wait});
	return status === 0 || status >= 500 ? say("away") : told(words);
}

export const badge = () => session.asksPin() && session.here() && h("span", {class: "here"}, h("bdi", null, session.here().name), " ",
	h("button", {type: "button", "data-do": "leave"}, h("span", null, say("do.leave"))));

export function screen() {
	const {operators: people, words, pin, refused, busy} = session.shown(), kept = net.outbox().length;
	if (!people)
		return h("p", null, say("loading"));
	const chosen = people.some(one => one.name === keep.draft("signin").operator);
	return h("div", {class: "guided"}, h("h1", {tabindex: "-1"}, say("signin.title")),
		kept > 0 && h("p", {class: "note odd"}, shape("wait"), h("span", null, say("signin.kept", {n: kept}))),
		words && h("div", {class: "note bad"}, shape("cross"), h("div", null, h("p", null, say("signin.broken")), told(words))),
		!words && !people.length && h("p", {class: "note plain"}, shape("dash"), h("span", null, say("signin.nobody"))),
		people.length > 0 && h("form", {"data-do": "enter-pin"},
			form.pick("signin", "operator", people.map(one => one.name), one => h("bdi", null, one)),
			h("label", {class: "field"}, h("span", null, say("field.pin")), h("input", {type: "password", inputmode: "numeric", dir: "ltr",
				autocomplete: "off", maxlength: "12", "data-pin": true, value: pin})),
			refused && h("p", {class: "note bad", role: "alert"}, shape("cross"), h("span", null, why(refused))),
			form.submit(say("do.signin"), {class: "main wide", disabled: busy || !chosen || !pin})));
}
