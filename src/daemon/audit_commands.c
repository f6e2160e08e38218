#include "daemon/audit_commands.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/parts.h"
#include "model/audit.h"
#include "spool/reader.h"

enum { MOST_SHOWN = 1000 };

/* --- recorded ------------------------------------------------------------------------------------------- */

/* "" when it is not there.  False: it is no text, or too long. */
static bool take(const json_t *request, const char *key, char *to, size_t cap)
{
	const json_t *value = json_object_get(request, key);

	*to = '\0';
	return !value || (json_is_string(value) && text_copy(to, cap, json_string_value(value)));
}

int audit_ask_note(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	const char *what = json_string_value(json_object_get(request, "what"));
	const json_t *count = json_object_get(request, "count");
	struct ledger_record record = {.kind = LEDGER_AUDIT, .b = 1};
	struct text words = text_over(record.words, sizeof(record.words));
	struct audit audit;
	int err;

	if (!what || !audit_what_of(what, &audit.what))
		return control_refuse(client, "\"what\" is none of the changes that are recorded");
	if (!take(request, "by", audit.by, sizeof(audit.by)) ||
		!take(request, "about", audit.about, sizeof(audit.about)) ||
		!take(request, "note", audit.note, sizeof(audit.note)) || !*audit.by)
		return control_refuse(client,
			"\"by\" is who did it, \"about\" and \"note\" what; texts of %d bytes at "
			"most, the note of %d",
			AUDIT_NAME - 1, AUDIT_NOTE - 1);
	if (count && (!json_is_integer(count) || json_integer_value(count) < 1))
		return control_refuse(client, "\"count\" is a whole number from 1");
	record.a = audit.what;
	if (count)
		record.b = json_integer_value(count);
	audit_put(&words, &audit);
	err = spool_note(parts->spool, &record);
	if (err)
		return control_refuse(client, "it is not recorded: %s", err_text(err));
	return control_send_new(client, json_pack("{s:b}", "noted", 1));
}

/* --- shown ---------------------------------------------------------------------------------------------- */

/* The last ones, in a ring. */
struct shown {
	json_t *rows[MOST_SHOWN];
	size_t most, n;
};

static int keep(void *ctx, const struct spool_row *row)
{
	struct shown *shown = ctx;
	struct audit audit;
	json_t **at = &shown->rows[shown->n % shown->most];

	if (row->kind != LEDGER_AUDIT || !audit_read(&audit, row->a, row->words))
		return 0;
	json_decref(*at);
	*at = json_pack("{s:I, s:o, s:s, s:s, s:s, s:s, s:I}", "number", (json_int_t)row->number,
		"utc_ms", row->clock == TIME_NONE ? json_null() : json_integer(row->utc_ms), "what",
		audit_word(audit.what), "by", audit.by, "about", audit.about, "note", audit.note,
		"count", (json_int_t)row->b);
	shown->n++;
	return *at ? 0 : ERR_MEMORY;
}

static int send_all(struct shown *shown, struct control_client *client)
{
	size_t i = shown->n > shown->most ? shown->n - shown->most : 0;
	int err = 0;

	for (; !err && i < shown->n; i++)
		err = control_send_json(client, shown->rows[i % shown->most]);
	return err;
}

int audit_ask(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	json_int_t most = json_integer_value(json_object_get(request, "most"));
	struct shown *shown = calloc(1, sizeof(*shown));
	struct spool_reader *reader;
	size_t i;
	int err;

	if (!shown)
		return ERR_MEMORY;
	shown->most = most > 0 && most < MOST_SHOWN ? (size_t)most : MOST_SHOWN;
	err = spool_reader_open(&reader, parts->spool);
	if (!err) {
		err = spool_read(reader, STREAM_LEDGER, spool_reader_range(reader, STREAM_LEDGER),
			keep, shown, NULL);
		spool_reader_close(reader);
	}
	if (err)
		err = control_refuse(client, "the ledger cannot be read: %s", err_text(err));
	else
		err = send_all(shown, client);
	if (!err)
		err = control_send_new(client, json_pack("{s:b, s:n}", "end", 1, "error"));
	for (i = 0; i < shown->most; i++)
		json_decref(shown->rows[i]);
	free(shown);
	return err;
}
