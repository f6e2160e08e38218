#include "daemon/receipt_commands.h"

#include "daemon/which_store.h"

enum {
	LOOK_MS = 50,
	SAY_MS = 1000,
	BEGIN_MS = 15000 /* so long for the store's thread to come round to it */
};

static const char *const words[RECEIPTS_CONDITIONS] = {[RECEIPTS_OFF] = "off",
	[RECEIPTS_WAITING] = "waiting",
	[RECEIPTS_ASKING] = "asking",
	[RECEIPTS_WHOLE] = "whole",
	[RECEIPTS_MENDING] = "mending",
	[RECEIPTS_MISSING] = "missing",
	[RECEIPTS_AWAY] = "away",
	[RECEIPTS_NO_ROUTE] = "no_route"};

static json_t *stream_of(const struct parts *parts, unsigned i, const struct receipts_state *state,
	enum stream stream)
{
	unsigned store = parts->store_numbers[i], k;
	json_t *holes = json_array();
	uint64_t open, has_to = spool_confirmed(parts->spool, store, stream, &open);
	struct delivery_counts counts;

	spool_count_store(parts->spool, store, stream, &counts);
	for (k = 0; k < state->n_holes[stream]; k++)
		json_array_append_new(
			holes, json_pack("[I, I]", (json_int_t)state->holes[stream][k].first,
				       (json_int_t)state->holes[stream][k].last));
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "has_to", (json_int_t)has_to,
		"received", (json_int_t)counts.n[DELIVERY_RECEIVED], "refused",
		(json_int_t)counts.n[DELIVERY_REFUSED], "open", (json_int_t)open, "asked",
		(json_int_t)state->asked[stream], "missing", (json_int_t)state->missing[stream],
		"young", (json_int_t)state->young[stream], "holes", holes);
}

json_t *receipt_status(
	const struct parts *parts, unsigned i, const struct receipts_state *state, int64_t now_ms)
{
	json_t *said = *state->words ? json_string(state->words) : NULL;
	json_t *age = state->asked_ms ? json_real((double)((now_ms - state->asked_ms) / 100) / 10)
				      : json_null();

	return json_pack("{s:s, s:o, s:o, s:I, s:I, s:o, s:o}", "condition",
		words[state->condition], "words", said ? said : json_null(), "asked_age_s", age,
		"requests", (json_int_t)state->requests, "again", (json_int_t)state->again,
		"readings", stream_of(parts, i, state, STREAM_READINGS), "ledger",
		stream_of(parts, i, state, STREAM_LEDGER));
}

static int reconcile(const struct parts *parts, unsigned i, bool all, struct control_client *client)
{
	const char *name = parts->conf->stores[i].name;
	int64_t begun_ms = clock_boot_ms(parts->clock), said_ms = begun_ms, now_ms = begun_ms;
	struct uplink_state state;
	uint64_t passes;
	int err = 0;

	uplink_state(parts->stores[i], &state);
	passes = state.receipts.passes;
	if (state.receipts.condition != RECEIPTS_OFF)
		uplink_reconcile(parts->stores[i], all);
	while (!err && state.receipts.condition != RECEIPTS_OFF &&
		state.receipts.passes == passes &&
		(state.receipts.condition == RECEIPTS_ASKING || now_ms - begun_ms < BEGIN_MS)) {
		err = control_pause(client, LOOK_MS);
		now_ms = clock_boot_ms(parts->clock);
		uplink_state(parts->stores[i], &state);
		if (!err && now_ms - said_ms >= SAY_MS) {
			said_ms = now_ms;
			err = control_send_new(
				client, json_pack("{s:b, s:s, s:I}", "waiting", 1, "store", name,
						"asked", (json_int_t)state.receipts.requests));
		}
	}
	if (err)
		return err;
	return control_send_new(client, json_pack("{s:s, s:b, s:o}", "store", name, "asked",
						(int)(state.receipts.passes != passes), "receipts",
						receipt_status(parts, i, &state.receipts, now_ms)));
}

int receipt_ask(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const char *store;
	unsigned i;
	int err;

	if (!store_asked(parts, request, &store, client, &err))
		return err;
	for (i = 0; !err && i < parts->n_stores; i++)
		if (store_is(parts, i, store))
			err = reconcile(
				parts, i, json_is_true(json_object_get(request, "all")), client);
	if (err)
		return err;
	return control_send_end(client);
}
