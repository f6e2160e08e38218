#include "daemon/spool_commands.h"

#include <string.h>

#include "daemon/which_store.h"
#include "spool/carry.h"
#include "uplink/verify_form.h"

static int send_file(void *ctx, const struct verify_file *file)
{
	return control_send_new(ctx, verify_form_file(file));
}

static int send_still(void *ctx)
{
	return control_send_new(ctx, json_pack("{s:b}", "waiting", 1));
}

int spool_ask_verify(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct verify_ask ask = {.dir = parts->conf->spool.dir,
		.beside = true,
		.each = send_file,
		.still = send_still,
		.ctx = client};
	struct verify_result result;
	char words[300];
	struct text why = text_over(words, sizeof(words));
	int err = spool_verify(&ask, &result, &why);

	(void)request;
	if (err == ERR_GONE || err == ERR_TIMEOUT || err == ERR_STOPPED)
		return err;
	if (err)
		return control_refuse(client, "%s", why.len ? words : err_text(err));
	return control_send_new(client, json_pack("{s:b, s:n, s:o}", "end", 1, "error", "verdict",
						verify_form_result(&result)));
}

/* --- back from the centre ---------------------------------------------------------------------------------- */

static uint64_t number_of(const json_t *request, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(request, key));

	return n > 0 ? (uint64_t)n : 0;
}

static const char *word_of(const json_t *request, const char *key)
{
	const char *word = json_string_value(json_object_get(request, key));

	return word ? word : "";
}

/* This spool's rows are those the store has; else another van's, or a copied card's. */
static int compare(const struct parts *parts, const struct carry_block *want, bool *same)
{
	struct carry_block ours = *want;
	struct spool_reader *reader;
	int err = spool_reader_open(&reader, parts->spool);

	if (err)
		return err;
	err = carry_sum_rows(reader, &ours);
	spool_reader_close(reader);
	/* Every number of it, each with the time it has here. */
	*same = !err && ours.rows == want->rows && ours.sum == want->sum &&
		ours.rows == want->range.last - want->range.first + 1;
	return err == ERR_DAMAGED ? 0 : err;
}

int spool_ask_carry_back(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const char *name, *stream = word_of(request, "stream");
	struct carry_block block = {
		.stream = !strcmp(stream, "ledger") ? STREAM_LEDGER : STREAM_READINGS,
		.range = {number_of(request, "first"), number_of(request, "last")},
		.rows = number_of(request, "rows"),
		.sum = (uint32_t)number_of(request, "sum")};
	bool same = false;
	unsigned store;
	int err;

	if (strcmp(word_of(request, "spool"), spool_id(parts->spool)) != 0)
		return control_refuse(client, "this van's spool is %s: the receipt is another's",
			spool_id(parts->spool));
	if (!store_asked(parts, request, &name, client, &err))
		return err;
	if (!name)
		return control_refuse(client, "which store? \"waterlab status\" shows their names");
	store = parts->store_numbers[store_named(parts, name)];
	if ((block.stream == STREAM_READINGS && strcmp(stream, "readings") != 0) ||
		block.range.first < 1 || block.range.last < block.range.first ||
		block.range.last - block.range.first >= CARRY_BLOCK)
		return control_refuse(client, "no block of a receipt");
	err = compare(parts, &block, &same);
	if (err)
		return err;
	if (same) {
		spool_mark_sent(parts->spool, store, block.stream, block.range);
		spool_mark_received(parts->spool, store, block.stream, block.range);
	}
	return control_send_new(client, json_pack("{s:b}", "taken", (int)same));
}
