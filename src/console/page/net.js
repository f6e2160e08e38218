// Asking the laboratory.  What changes something waits in an outbox on this device: it is sent in order, again and
// again under the token of its one tap, until there is an answer; so a lost answer doubles nothing.

import * as keep from "./keep.js";

const patienceMs = 40000, pauseMs = 2000;
let changed = () => {}, answered = () => {}, lost = () => {}, isTheirs = () => true;
let isAway = false, running = false;

export const away = () => isAway;

// `onLost`: a PIN is wanted anew; `mayBeSent`: is this item one of who is here?
export function listen(onChange, onAnswer, onLost, mayBeSent) {
	changed = onChange;
	answered = onAnswer;
	lost = onLost;
	isTheirs = mayBeSent;
}

function setAway(now) {
	if (isAway !== now) {
		isAway = now;
		changed();
	}
}

// {status, body}; status 0: nobody answered.
async function ask(path, options) {
	try {
		const answer = await fetch(path, {...options, signal: AbortSignal.timeout(patienceMs)});
		const body = await answer.json();
		if (answer.status === 401)
			lost();
		setAway(answer.status >= 500);
		return {status: answer.status, body, wait: answer.headers.get("Retry-After")};
	} catch {
		setAway(true);
		return {status: 0, body: {}};
	}
}

// The answer, or null when there is none; then {error: words} is in `why`.
export async function get(path, why = {}) {
	const {status, body} = await ask(path);
	why.error = status === 200 ? null : body.error ?? "";
	return status === 200 ? body : null;
}

// Once, now or not at all: {status, body, wait}.
export function post(path, body) {
	return ask(path, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)});
}

// --- the outbox -----------------------------------------------------------------------------------------------

export const outbox = () => keep.load("outbox", []);

export function makeToken() {
	return [...crypto.getRandomValues(new Uint8Array(8))].map(n => n.toString(16).padStart(2, "0")).join("");
}

// The item of a form that is on its way, refused or asked back; a form has one at most.
export const of = form => outbox().find(item => item.form === form);

export function put(form, path, body) {
	keep.save("outbox", [...outbox().filter(item => item.form !== form), {form, path, body: {...body, token: makeToken()}}]);
	changed();
	send();
}

// Takes back what was refused or asked back, to be mended.
export function drop(form) {
	keep.save("outbox", outbox().filter(item => item.form !== form));
	changed();
}

function note(token, more) {
	keep.save("outbox", outbox().map(item => item.body.token === token ? {...item, ...more} : item));
}

// Yes, it is as typed: another tap, so another token.
export function insist(form) {
	const item = of(form);
	if (item)
		put(form, item.path, {...item.body, sure: true});
}

async function sendOne(item) {
	const {status, body} = await post(item.path, item.body);
	if (status === 0 || status === 429 || status >= 500)
		return false;
	if (status === 401)
		return true; // it stays, for its own PIN
	if (status !== 200) {
		note(item.body.token, {refused: body.error ?? String(status)});
	} else if (body.question) {
		note(item.body.token, {question: body.question});
	} else {
		keep.save("outbox", outbox().filter(other => other.body.token !== item.body.token));
		keep.forget(item.form);
		answered(item, body);
	}
	changed();
	return true;
}

export async function send() {
	if (running)
		return;
	running = true;
	for (;;) {
		const item = outbox().find(one => !one.refused && !one.question && isTheirs(one));
		if (!item)
			break;
		if (!await sendOne(item))
			await new Promise(done => setTimeout(done, pauseMs));
	}
	running = false;
}
