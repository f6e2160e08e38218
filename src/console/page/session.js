// Who is here.  Where operators are configured, each gives a PIN first, and what is saved is theirs; where none are, the
// name is as it is typed.

import * as keep from "./keep.js";
import * as net from "./net.js";

const touchMs = 20000;
let known = null; // what api/operators said
let pin = "", refused = null, busy = false; // the PIN is kept nowhere else
let touchedAt = 0;

export const shown = () => ({...known, pin, refused, busy});

export const asksPin = () => Boolean(known?.asks_pin);
export const here = () => known?.here ?? null;
// Nothing is shown before it is known who looks.
export const isClosed = () => !known || (asksPin() && !here());
export const name = () => asksPin() ? here()?.name ?? "" : (keep.draft("who").by ?? "").trim();
export const mayChange = () => !asksPin() || ["technician", "supervisor"].includes(here()?.role);
// After the end: a second person, whom the console takes from supervisors alone.
export const mayVerify = () => !asksPin() || here()?.role === "supervisor";
// What somebody typed is sent under their own PIN alone.
export const isTheirs = item => !isClosed() && (!asksPin() || item.body.by === here().name);

export async function load() {
	known = await net.get("api/operators") ?? known;
}

export function lost() {
	if (known)
		known.here = null;
}

export function type(words) {
	pin = words;
	refused = null;
}

export async function enter(app) {
	const {operator} = keep.draft("signin");
	if (busy || !operator || !pin)
		return;
	busy = true;
	const {status, body, wait} = await net.post("api/operator/enter", {operator, pin});
	busy = false;
	pin = "";
	refused = status === 200 ? null : {status, wait, words: body.error};
	if (status === 200)
		known = body;
	app.again();
}

export async function leave(app) {
	if ((await net.post("api/operator/leave", {})).status === 200)
		lost();
	app.again();
}

// A finger or a key: somebody is still there.
export async function touch() {
	if (!asksPin() || !here() || Date.now() - touchedAt < touchMs)
		return;
	touchedAt = Date.now();
	await net.post("api/operator/here", {});
}
