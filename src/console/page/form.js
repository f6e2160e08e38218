// Fields that keep what is typed, and what became of it.

import {h} from "./dom.js";
import * as keep from "./keep.js";
import * as net from "./net.js";
import * as session from "./session.js";
import {shape} from "./shapes.js";
import {say, t, told} from "./words.js";

// A field: `name` is the draft's; the label is field.NAME, a hint is hint.NAME.
function wrap(form, name, input, hint) {
	return h("label", {class: "field", "data-key": `${form}.${name}`}, h("span", null, say(`field.${name}`)), input,
		hint && h("small", {id: `hint-${form}-${name}`}, say(hint)));
}

export function text(form, name, more = {}) {
	const {hint, ...attributes} = more;
	return wrap(form, name, h("input", {type: "text", autocomplete: "off", maxlength: "60", "data-form": form, "data-field": name,
		"aria-describedby": hint && `hint-${form}-${name}`, ...attributes, value: keep.draft(form)[name] ?? attributes.value ?? ""}), hint);
}

// Who it is: whose PIN was given, or one name for the whole page.
export const who = app => [session.asksPin() ? h("p", {class: "which"}, say("who.here", {name: session.name()})) :
	text("who", "by", {hint: "hint.by", maxlength: "28"}),
app.nameWords && h("p", {class: "note odd"}, shape("warn"), h("span", null, say(app.nameWords)))];

// A number: the keyboard has digits, and the field reads from left to right in every language.
export const digits = (form, name, more) => text(form, name, {inputmode: "decimal", dir: "ltr", maxlength: "20", ...more});

// options: codes; shown as `group`.CODE, or as show(code).
export function choice(form, name, options, show, fallback = "") {
	const chosen = keep.draft(form)[name] ?? fallback;
	return wrap(form, name, h("select", {"data-form": form, "data-field": name, value: chosen},
		chosen === "" && h("option", {value: ""}, t("choose")),
		options.map(code => h("option", {value: code, selected: code === chosen}, show(code)))));
}

// A few choices side by side, as large buttons.
export function pick(form, name, options, show, fallback) {
	const chosen = keep.draft(form)[name] ?? fallback;
	return h("fieldset", {class: "pick", "data-key": `${form}.${name}`}, h("legend", null, say(`field.${name}`)),
		options.map(code => h("label", {class: chosen === code ? "chosen" : ""},
			h("input", {type: "radio", name: `${form}.${name}`, value: code, checked: chosen === code, "data-form": form,
				"data-field": name}), h("span", null, show(code)))));
}

export const submit = (words, attributes) => h("button", {type: "submit", ...attributes}, h("span", null, words));

export function button(action, words, more = {}) {
	return h("button", {type: "button", "data-do": action, ...more}, h("span", null, words));
}

// What stands under a form: on its way, waiting for the laboratory, refused with its words, or asked back.
// `mend`: the words that answer no to what is asked back.
export function fate(form, mend = "do.mend") {
	const item = net.of(form);
	if (!item)
		return null;
	const name = {"data-form": form};
	if (item.question)
		return h("div", {class: "note odd", role: "alert"}, shape("ask"), h("div", null, h("p", null, told(item.question)),
			h("p", {class: "buttons"}, button("insist", say("do.insist"), {class: "main", ...name}), button("mend", say(mend), name))));
	if (item.refused)
		return h("div", {class: "note bad", role: "alert"}, shape("cross"), h("div", null, h("p", null, say("refused.words")),
			h("p", null, told(item.refused)), h("p", {class: "buttons"}, button("mend", say("do.mend"), name))));
	if (!session.isTheirs(item))
		return h("div", {class: "note odd", role: "status"}, shape("wait"), h("div", null, h("p", null, say("kept.other", {name: item.body.by})),
			h("p", {class: "buttons"}, button("mend", say("do.mend"), name))));
	return h("div", {class: "note plain", role: "status"}, shape("wait"),
		h("p", null, say(net.away() ? "kept.away" : "kept.now")));
}

export const isBusy = form => Boolean(net.of(form));
