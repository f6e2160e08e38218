#include "daemon/refusal_commands.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/parts.h"
#include "daemon/which_store.h"

enum { MOST_REFUSALS = 1000, WHO = 40, WHY_TEXT = 100 };

static const char *const stream_words[STREAM_COUNT] = {"readings", "ledger"};

/* --- what is asked about ------------------------------------------------------------------------------ */

struct asked {
	const char *store; /* NULL: every one */
	int stream;        /* -1: both */
	struct range range;
};

/* A word in the question; false: it is there, and is no text: what was meant is not known. */
static bool take_word(const json_t *request, const char *key, const char **to)
{
	const json_t *word = json_object_get(request, key);

	*to = json_string_value(word);
	return !word || json_is_null(word) || json_is_string(word);
}

/* False: a number that is none. */
static bool take_number(const json_t *request, const char *key, uint64_t otherwise, uint64_t *to)
{
	const json_t *number = json_object_get(request, key);

	*to = otherwise;
	if (!number || json_is_null(number))
		return true;
	*to = (uint64_t)json_integer_value(number);
	return json_is_integer(number) && json_integer_value(number) >= 1;
}

/* False after words to the client, *err then what sending them came to. */
static bool take_asked(const struct parts *parts, const json_t *request, struct asked *asked,
	struct control_client *client, int *err)
{
	const char *stream;
	bool has_first = json_is_integer(json_object_get(request, "first"));

	asked->stream = !take_word(request, "stream", &stream) ? STREAM_COUNT
			: !stream                              ? -1
			: !strcmp(stream, "readings")          ? STREAM_READINGS
			: !strcmp(stream, "ledger")            ? STREAM_LEDGER
							       : STREAM_COUNT;
	if (!store_asked(parts, request, &asked->store, client, err))
		return false;
	if (asked->stream == STREAM_COUNT)
		*err = control_refuse(client, "the stream is \"readings\" or \"ledger\"");
	else if (!take_number(request, "first", 1, &asked->range.first) ||
		 !take_number(request, "last", has_first ? asked->range.first : INT64_MAX,
			 &asked->range.last) ||
		 asked->range.first > asked->range.last)
		*err = control_refuse(
			client, "\"first\" and \"last\" are numbers from 1, first <= last");
	else
		return true;
	return false;
}

/* --- refusals -------------------------------------------------------------------------------------- */

struct refusals {
	size_t n;
	struct spool_refusal at[];
};

static void keep_refusal(void *ctx, const struct spool_refusal *refusal)
{
	struct refusals *all = ctx;

	all->at[all->n++] = *refusal;
}

/* Gathered first: the spool is not held while a client reads. */
static int send_refusals(const struct parts *parts, unsigned store, size_t most,
	struct refusals *all, struct control_client *client)
{
	size_t i;
	int err;

	all->n = 0;
	err = spool_each_refusal(
		parts->spool, parts->store_numbers[store], most, keep_refusal, all);
	for (i = 0; !err && i < all->n; i++) {
		const struct spool_refusal *r = &all->at[i];
		json_t *words = json_string(r->words);

		err = control_send_new(
			client, json_pack("{s:s, s:s, s:I, s:i, s:o}", "store",
					parts->conf->stores[store].name, "stream",
					stream_words[r->stream == STREAM_LEDGER], "number",
					(json_int_t)r->number, "status", r->status, "words",
					words ? words : json_null()));
	}
	return err;
}

int refusal_ask(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const char *store;
	uint64_t most;
	struct refusals *all;
	unsigned i;
	int err;

	if (!store_asked(parts, request, &store, client, &err))
		return err;
	if (!take_number(request, "most", MOST_REFUSALS, &most) || most > MOST_REFUSALS)
		most = MOST_REFUSALS;
	all = malloc(sizeof(*all) + (size_t)most * sizeof(all->at[0]));
	if (!all)
		return ERR_MEMORY;
	for (i = 0; !err && i < parts->n_stores; i++)
		if (store_is(parts, i, store))
			err = send_refusals(parts, i, (size_t)most, all, client);
	free(all);
	return err ? err : control_send_end(client);
}

/* --- again, or never ------------------------------------------------------------------------------- */

static int put_back(const struct parts *parts, unsigned i, const struct asked *asked,
	const char *who, struct control_client *client)
{
	uint64_t n[STREAM_COUNT] = {0, 0};
	int stream, err = 0;

	for (stream = 0; stream < STREAM_COUNT && !err; stream++)
		if (asked->stream < 0 || asked->stream == stream)
			err = spool_try_refused(parts->spool, parts->store_numbers[i],
				(enum stream)stream, asked->range, who, &n[stream]);
	if (n[STREAM_READINGS] + n[STREAM_LEDGER])
		uplink_wake(parts->stores[i]);
	if (err)
		return err;
	return control_send_new(client,
		json_pack("{s:s, s:I, s:I}", "store", parts->conf->stores[i].name, "readings",
			(json_int_t)n[STREAM_READINGS], "ledger", (json_int_t)n[STREAM_LEDGER]));
}

int refusal_ask_again(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct asked asked;
	char who[WHO];
	unsigned i;
	int err;

	if (!take_asked(parts, request, &asked, client, &err))
		return err;
	control_who(client, who, sizeof(who));
	for (i = 0; i < parts->n_stores && !err; i++)
		if (store_is(parts, i, asked.store))
			err = put_back(parts, i, &asked, who, client);
	return err ? err : control_send_end(client);
}

static bool is_reason(const char *reason)
{
	return reason && *reason && strlen(reason) < WHY_TEXT && !reason[strcspn(reason, "\r\n")];
}

static int say_given_up(const struct parts *parts, unsigned i, const struct asked *asked, int err,
	struct control_client *client)
{
	const char *store = parts->conf->stores[i].name;
	unsigned long long first = asked->range.first, last = asked->range.last;

	if (err == ERR_ABSENT)
		return control_refuse(client,
			"%s does not refuse all of %llu..%llu: waterlab refused lists what it does",
			store, first, last);
	if (err == ERR_BUSY)
		return control_refuse(client,
			"another store has not confirmed all of %llu..%llu yet: given up they "
			"would be missing there too; try again when it has",
			first, last);
	if (err)
		return err;
	return control_send_new(
		client, json_pack("{s:b, s:s, s:s, s:I, s:I}", "given_up", 1, "store", store,
				"stream", stream_words[asked->stream == STREAM_LEDGER], "first",
				(json_int_t)first, "last", (json_int_t)last));
}

int refusal_ask_give_up(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const char *reason = json_string_value(json_object_get(request, "reason"));
	char who[WHO], at[WHO + WHY_TEXT + 20];
	struct text words = text_over(at, sizeof(at));
	struct asked asked;
	unsigned i;
	int err;

	if (!take_asked(parts, request, &asked, client, &err))
		return err;
	i = asked.store || parts->n_stores == 1 ? store_named(parts, asked.store) : parts->n_stores;
	if (i == parts->n_stores)
		return control_refuse(client, "which store? \"waterlab status\" shows their names");
	if (!json_is_integer(json_object_get(request, "first")))
		return control_refuse(client, "which number? \"waterlab refused\" lists them");
	if (!is_reason(reason))
		return control_refuse(
			client, "a reason is needed, in one line of less than %d bytes", WHY_TEXT);
	control_who(client, who, sizeof(who));
	text_printf(&words, "given up by %s: %s", who, reason);
	err = spool_give_up(parts->spool, parts->store_numbers[i],
		asked.stream == STREAM_LEDGER ? STREAM_LEDGER : STREAM_READINGS, asked.range, at);
	return say_given_up(parts, i, &asked, err, client);
}
