#include "daemon/search_commands.h"

#include <stdlib.h>
#include <string.h>

#include "bus/search.h"
#include "daemon/sample_question.h"
#include "daemon/search_status.h"
#include "daemon/which_line.h"
#include "model/audit.h"

enum { WORDS = 600 };

/* Who asks for what. */
struct asked {
	char by[OPERATOR], token[TOKEN];
	unsigned line, unit;
	const struct line_conf *conf;
	unsigned first, last;
	char words[WORDS]; /* why not */
};

static int show(const struct parts *parts, unsigned line, struct control_client *client)
{
	struct search *search = malloc(sizeof(*search));
	json_t *status;

	if (!search)
		return ERR_MEMORY;
	line_search(parts->lines[line], search);
	status = search_status(parts, line, search);
	free(search);
	return control_send_new(client, status);
}

/* --- what is asked for ------------------------------------------------------------------------------- */

static const char *text_of(const json_t *request, const char *key)
{
	const char *text = json_string_value(json_object_get(request, key));

	return text ? text : "";
}

static bool take_line(const struct parts *parts, const json_t *request, struct asked *to)
{
	struct text why = text_over(to->words, sizeof(to->words));

	if (!which_line(parts, text_of(request, "line"), &to->line, &why))
		return false;
	to->conf = &parts->conf->lines[to->line];
	return true;
}

static bool take_unit(const struct parts *parts, const json_t *request, struct asked *to)
{
	struct text why = text_over(to->words, sizeof(to->words));
	const char *name = text_of(request, "unit");

	if (!which_unit(parts, name, &to->line, &to->unit)) {
		text_printf(&why, "no analyzer is called \"%.40s\"; `waterlab status` lists them",
			name);
		return false;
	}
	to->conf = &parts->conf->lines[to->line];
	return true;
}

static bool take_number(const json_t *request, const char *key, unsigned otherwise, unsigned least,
	unsigned most, unsigned *to)
{
	const json_t *number = json_object_get(request, key);
	json_int_t n = json_integer_value(number);

	*to = otherwise;
	if (!number || json_is_null(number))
		return true;
	if (!json_is_integer(number) || n < least || n > most)
		return false;
	*to = (unsigned)n;
	return true;
}

static bool take_addresses(const json_t *request, struct asked *to)
{
	bool tcp = to->conf->port.kind == PORT_TCP;
	unsigned least = tcp ? 0 : 1, most = tcp ? 255 : 247;
	struct text why = text_over(to->words, sizeof(to->words));

	if (take_number(request, "first", least, least, most, &to->first) &&
		take_number(request, "last", most, least, most, &to->last) && to->first <= to->last)
		return true;
	text_printf(&why,
		"addresses on this line are %u to %u, and the first is not after the last", least,
		most);
	return false;
}

/* --- whether it may be ------------------------------------------------------------------------------- */

/* What is measured there now must not come slower, nor later. */
static bool is_free(const struct parts *parts, struct asked *asked)
{
	struct text why = text_over(asked->words, sizeof(asked->words));
	enum context context;
	uint64_t number;
	unsigned i;

	for (i = 0; i < asked->conf->n_units; i++) {
		context = field_use_of(parts->field, asked->conf->units[i].name, &number);
		if (context == CONTEXT_IDLE)
			continue;
		text_printf(&why,
			context == CONTEXT_CHECK
				? "%s is in check %llu: end or cancel that first, for a search "
				  "makes its values come slower"
				: "%s is in sample %llu: end or cancel that first, for a search "
				  "makes its values come slower",
			asked->conf->units[i].name, (unsigned long long)number);
		return false;
	}
	return true;
}

static bool is_open(const struct parts *parts, struct asked *asked)
{
	struct text why = text_over(asked->words, sizeof(asked->words));
	struct line_state state;

	line_state(parts->lines[asked->line], &state);
	if (state.condition == LINE_OPEN)
		return true;
	text_printf(&why, "line %s is not open: %s", asked->conf->name,
		*state.last_words ? state.last_words : err_text(state.last_error));
	return false;
}

/* This very question was answered before, and the answer was lost. */
static bool was_asked(const struct parts *parts, const struct asked *asked)
{
	struct search *search = malloc(sizeof(*search));
	bool was = false;

	if (search) {
		line_search(parts->lines[asked->line], search);
		was = search->kind != SEARCH_NONE && !strcmp(search->token, asked->token) &&
		      !strcmp(search->by, asked->by);
	}
	free(search);
	return was;
}

static int refuse(const struct asked *asked, int err, struct control_client *client)
{
	const char *name = asked->conf->name;

	if (err == ERR_BUSY)
		return control_refuse(client,
			"line %s is being searched already: wait for its end, or cancel it", name);
	return control_refuse(client,
		"an analyzer on line %s speaks no Modbus, and might take a question for its own: "
		"with the daemon stopped, `waterlab scan %s` asks there",
		name, name);
}

/* --- done -------------------------------------------------------------------------------------------- */

static int note(const struct parts *parts, const struct asked *asked, enum audit_what what,
	const char *about)
{
	struct ledger_record record = {.kind = LEDGER_AUDIT, .a = what, .b = 1};
	struct text words = text_over(record.words, sizeof(record.words));
	struct audit audit = {.what = what};
	struct text range = text_over(audit.note, sizeof(audit.note));

	(void)text_copy(audit.by, sizeof(audit.by), asked->by);
	(void)text_copy(audit.about, sizeof(audit.about), about);
	if (what == AUDIT_LINE_SCANNED)
		text_printf(&range, "%u-%u", asked->first, asked->last);
	audit_put(&words, &audit);
	return spool_note(parts->spool, &record);
}

/* What was begun is recorded, or ends at once. */
static int begun(const struct parts *parts, const struct asked *asked, enum audit_what what,
	const char *about, struct control_client *client)
{
	int err = note(parts, asked, what, about);

	if (!err)
		return show(parts, asked->line, client);
	line_search_cancel(parts->lines[asked->line]);
	return control_refuse(
		client, "it cannot be recorded, so it does not begin: %s", err_text(err));
}

static int begin(
	const struct parts *parts, struct asked *asked, bool scans, struct control_client *client)
{
	const struct search_asker asker = {asked->by, asked->token};
	struct line *line = parts->lines[asked->line];
	int err;

	if (was_asked(parts, asked))
		return show(parts, asked->line, client);
	if (!is_open(parts, asked) || !is_free(parts, asked))
		return control_refuse(client, "%s", asked->words);
	if (scans)
		err = line_scan(line, &asker, (const struct profile *const *)parts->known,
			parts->n_known, asked->first, asked->last);
	else
		err = line_probe(line, &asker, asked->unit);
	if (err)
		return refuse(asked, err, client);
	return begun(parts, asked, scans ? AUDIT_LINE_SCANNED : AUDIT_UNIT_PROBED,
		scans ? asked->conf->name : asked->conf->units[asked->unit].name, client);
}

int search_ask_scan(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct asked asked = {.line = 0};
	int err;

	if (!question_who(request, asked.by, asked.token, client, &err))
		return err;
	if (!take_line(parts, request, &asked) || !take_addresses(request, &asked))
		return control_refuse(client, "%s", asked.words);
	return begin(parts, &asked, true, client);
}

int search_ask_probe(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct asked asked = {.line = 0};
	int err;

	if (!question_who(request, asked.by, asked.token, client, &err))
		return err;
	if (!take_unit(parts, request, &asked))
		return control_refuse(client, "%s", asked.words);
	return begin(parts, &asked, false, client);
}

int search_ask_cancel(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct asked asked = {.line = 0};
	struct line_state state;
	int err;

	if (!question_who(request, asked.by, asked.token, client, &err))
		return err;
	if (!take_line(parts, request, &asked))
		return control_refuse(client, "%s", asked.words);
	line_state(parts->lines[asked.line], &state);
	line_search_cancel(parts->lines[asked.line]);
	err = state.searched ? note(parts, &asked, AUDIT_SEARCH_CANCELLED, asked.conf->name) : 0;
	if (err)
		return control_refuse(
			client, "it is cancelled, but not recorded: %s", err_text(err));
	return show(parts, asked.line, client);
}

int search_ask_show(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct asked asked = {.line = 0};

	if (!take_line(parts, request, &asked))
		return control_refuse(client, "%s", asked.words);
	return show(parts, asked.line, client);
}
