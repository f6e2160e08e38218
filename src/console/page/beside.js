// What those taken beside a sample say of a result of it: a replicate, a blank, a spike, a reference.

import {h} from "./dom.js";
import {amount} from "./results.js";
import * as shapes from "./shapes.js";
import {unit, value} from "./units.js";
import {say, t} from "./words.js";

const isKnown = activity => activity === "spike" || activity === "reference";
// Of these it is known what is in them: a field for it, beside the value.
export const asks = sample => isKnown(sample.activity);

const figure = (result, one) => one.figure && say(`figure.${one.figure}`, {n: /^(apart|off)$/.test(one.figure) ?
	`${one.number} ${unit(result.limit_unit)}`.trim() : one.number});

// Of its own result the other is the one beside which it was taken.
function line(result, one, i) {
	return h("li", {class: "line", "data-key": `beside.${i}`}, h("strong", null, say(`activity.${one.kind}`)),
		one.sample && h("small", null, say(one.own ? "beside.of" : "sample.number", {n: one.sample})), one.value && amount(one),
		one.kind === "replicate" && h("small", null, say(`verdict.${one.verdict}`)), h("small", null, figure(result, one)), shapes.beside(one.state));
}

export function lines(result) {
	if (!result.counts)
		return null;
	const {beside} = result;
	return [result.unsettled && h("p", {class: "note odd"}, shapes.shape("warn"), h("span", null, say("taken.unsettled"))), result.known && h("small", null, say(`holds.${beside[0]?.kind ?? "reference"}`), " ", value(result.known, result.unit)),
		beside.length > 0 && h("ul", {class: "plainlist", "data-key": "beside"}, beside.map((one, i) => line(result, one, i))),
		result.recorded && h("p", null, say(result.verified_by ? "beside.signed" : "beside.recorded", {verdict: t(`verdict.${result.recorded}`)}))];
}
