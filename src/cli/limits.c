/* waterlab limits, limits show, limits confirm: what is allowed in drinking water, and who held it against the gazette. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/utc.h"
#include "cli/audit.h"
#include "cli/cli.h"
#include "model/limits.h"

/* The sets of the configuration, or of --set alone.  False after words about what is wrong. */
static bool open_book(const struct cli *cli, struct limits_conf *conf, struct limit_book *book)
{
	char words[640];
	struct text why = text_over(words, sizeof(words));

	if (cli->set && (!*cli->set || strchr(cli->set, ',') ||
				!text_copy(conf->sets, sizeof(conf->sets), cli->set))) {
		fputs("waterlab: --set is the name of one limit set, or its full path\n", stderr);
		return false;
	}
	if (!limits_load(book, conf, &why))
		return true;
	fprintf(stderr, "waterlab: %s\n", words);
	return false;
}

/* --- show -------------------------------------------------------------------------------------------- */

static const char *state_of(const struct limit *limit)
{
	return limit->seen ? "seen" : *limit->signer ? "signed" : "unconfirmed";
}

static bool is_asked(const struct cli *cli, const struct limit *limit)
{
	return !cli->n_args || !strcmp(cli->args[0], limit->parameter);
}

/* The limit may have a character of two bytes: columns are counted, not bytes. */
static void cell(const char *words, int width)
{
	const char *p;

	for (p = words; *p; p++)
		width += ((unsigned char)*p & 0xC0) == 0x80;
	printf("%-*s ", width, words);
}

/* 80 columns in all. */
static void show_row(const struct limit *limit)
{
	char words[128], applies[64], name[PARAMETER_CODE + 1];
	struct text to = text_over(words, sizeof(words));
	struct text where = text_over(applies, sizeof(applies));
	struct text who = text_over(name, sizeof(name));

	limit_put(&to, limit);
	limit_put_applies_to(&where, &limit->applies_to);
	text_printf(&who, "%s%s", limit->parameter, limit->required ? "*" : "");
	cell(name, 24);
	cell(words, 22);
	cell(applies, 20);
	puts(state_of(limit));
}

/* Of a parameter that was asked for: all that is known of it. */
static void show_whole(const struct limit *limit)
{
	char day[32];
	struct text when = text_over(day, sizeof(day));

	printf("    basis    %s%s\n", limit_basis_word(limit->basis),
		limit->required ? "; a sample without it is incomplete" : "");
	if (*limit->signer) {
		utc_put_day(&when, limit->signed_ms);
		printf("    signed   by %s, %s\n", limit->signer, day);
	}
	printf("    edition  %s\n    source   %s\n", limit->edition, limit->source);
	if (*limit->note)
		printf("    note     %s\n", limit->note);
}

/* What touches health comes first, as it alone alarms. */
static void show_basis(const struct cli *cli, const struct limit_set *set, enum limit_basis basis)
{
	unsigned i, shown = 0;

	for (i = 0; i < set->n; i++) {
		if (set->rows[i].basis != basis || !is_asked(cli, &set->rows[i]))
			continue;
		if (!shown++ && !cli->n_args)
			printf("%s%s\n", limit_basis_word(basis),
				basis == LIMIT_HEALTH ? ": a failure alarms" : "");
		show_row(&set->rows[i]);
		if (cli->n_args)
			show_whole(&set->rows[i]);
	}
}

static unsigned show_set(const struct cli *cli, const struct limit_set *set)
{
	unsigned i, shown = 0, in_force = 0;
	enum limit_basis basis;

	printf("%s: %s (code %" PRIu32 ")\n", set->name, set->title, set->code);
	for (i = 0; i < set->n; i++) {
		in_force += limit_in_force(&set->rows[i]);
		shown += is_asked(cli, &set->rows[i]);
	}
	if (shown)
		printf("%-24s %-22s %-20s %s\n", "PARAMETER", "LIMIT", "APPLIES TO", "KNOWN");
	for (basis = LIMIT_HEALTH; basis <= LIMIT_ACCEPTABILITY; basis++)
		show_basis(cli, set, basis);
	if (!cli->n_args)
		printf("%u of %u limits are in force. *: a sample without it is incomplete.\n",
			in_force, set->n);
	else if (!shown)
		printf("no limit for %s\n", cli->args[0]);
	return set->n - in_force;
}

static json_t *row_as_json(const struct limit *limit)
{
	char words[128], applies[64];
	struct text to = text_over(words, sizeof(words));
	struct text where = text_over(applies, sizeof(applies));
	const struct parameter *parameter = parameter_find(limit->parameter);

	limit_put(&to, limit);
	limit_put_applies_to(&where, &limit->applies_to);
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:s, "
			 "s:s, s:s}",
		"parameter", limit->parameter, "limit", words, "operator",
		limit->must == LIMIT_ABSENT   ? "absent"
		: limit->must == LIMIT_STRICT ? "<"
					      : "<=",
		"low", limit->low == limit->low ? json_real(limit->low) : json_null(), "high",
		limit->high == limit->high ? json_real(limit->high) : json_null(), "unit",
		parameter ? parameter->unit : "", "form", limit->form, "basis",
		limit_basis_word(limit->basis), "applies_to", applies, "required", limit->required,
		"seen", limit->seen, "in_force", limit_in_force(limit), "signed_by", limit->signer,
		"edition", limit->edition, "source", limit->source, "note", limit->note);
}

static int show_json(const struct cli *cli, const struct limit_book *book)
{
	json_t *sets = json_array(), *answer, *rows;
	size_t i;
	unsigned k;
	int end;

	for (i = 0; i < book->n; i++) {
		const struct limit_set *set = book->sets[i];

		rows = json_array();
		for (k = 0; k < set->n; k++)
			if (is_asked(cli, &set->rows[k]))
				json_array_append_new(rows, row_as_json(&set->rows[k]));
		json_array_append_new(
			sets, json_pack("{s:s, s:i, s:s, s:o}", "name", set->name, "code",
				      (int)set->code, "title", set->title, "limits", rows));
	}
	answer = json_pack("{s:o, s:i}", "sets", sets, "stale_signatures", (int)book->stale);
	end = cli_print_json(answer);
	json_decref(answer);
	return end;
}

static bool is_parameter(const char *word)
{
	if (parameter_find(word))
		return true;
	fprintf(stderr, "waterlab: there is no parameter \"%s\"; waterlab parameters shows all\n",
		word);
	return false;
}

int cli_limits(struct cli *cli)
{
	struct limits_conf conf;
	struct limit_book book;
	unsigned waiting = 0;
	size_t i;
	int end = CLI_DONE;

	if (cli->n_args && !is_parameter(cli->args[0]))
		return CLI_USAGE;
	cli_find_limits(cli, &conf);
	if (!open_book(cli, &conf, &book))
		return CLI_USAGE;
	if (cli->json) {
		end = show_json(cli, &book);
	} else {
		for (i = 0; i < book.n; i++) {
			if (i)
				putchar('\n');
			waiting += show_set(cli, book.sets[i]);
		}
		if (!book.n)
			puts("No limit set is in force (limits.sets): nothing is judged.");
		if (waiting && !cli->n_args)
			puts("\nWhat is unconfirmed is from memory and judges nothing: hold it "
			     "against\nthe gazette, then\n  waterlab limits confirm PARAMETER "
			     "--set "
			     "SET --by NAME --reason TEXT");
		if (book.stale)
			printf("\n%u signatures in %s are for limits that are different now, or "
			       "gone: they count for nothing.\n",
				book.stale, conf.signatures);
	}
	limits_free(&book);
	return end;
}

/* --- confirm ----------------------------------------------------------------------------------------- */

_Static_assert((int)AUDIT_NAME >= (int)LIMIT_SIGNER &&
		       (int)AUDIT_NAME >= (int)LIMIT_NAME + (int)PARAMETER_CODE,
	"whoever may sign, and whatever, is recorded as it is");

/* The signature stands in its file, with or without a daemon: the ledger's record is beside it. */
static void note_signed(const struct cli *cli, const char *set)
{
	char about[AUDIT_NAME], words[1024] = "";
	struct text why = text_over(words, sizeof(words)), to = text_over(about, sizeof(about));

	text_printf(&to, "%s %s", set, cli->args[0]);
	if (audit_note(cli, AUDIT_LIMITS_SIGNED, cli->by, about, "", &why))
		fprintf(stderr, "waterlab: it is signed, but not in the ledger (audit): %s\n",
			words);
}

static int sign(const struct cli *cli, struct limit_set *set, const char *path)
{
	const struct limit_signature signature = {
		.by = cli->by, .reason = cli->reason, .utc_ms = (int64_t)time(NULL) * 1000};
	char words[640];
	struct text why = text_over(words, sizeof(words));
	unsigned n = 0, i;
	int err = limits_sign(set, cli->args[0], &signature, path, &n, &why);

	if (err) {
		fprintf(stderr, "waterlab: nothing was signed: %s\n", words);
		return err == ERR_RANGE ? CLI_USAGE : CLI_FAILED;
	}
	note_signed(cli, set->name);
	for (i = 0; i < set->n; i++)
		if (!strcmp(set->rows[i].parameter, cli->args[0])) {
			show_row(&set->rows[i]);
			show_whole(&set->rows[i]);
		}
	printf("\nSigned in %s,\nfor %s: a change of the row ends that.\nWhat is judged from now "
	       "on "
	       "is judged by it.\n",
		path, n == 1 ? "this limit as it stands" : "these limits as they stand");
	return CLI_DONE;
}

int cli_limits_confirm(struct cli *cli)
{
	struct conf *conf;
	struct limit_book book;
	int end = CLI_USAGE;

	if (!cli->set || !cli->by || !cli->reason) {
		fputs("waterlab: limits confirm PARAMETER --set SET --by NAME --reason TEXT; all "
		      "are needed\n",
			stderr);
		return CLI_USAGE;
	}
	if (!is_parameter(cli->args[0]))
		return CLI_USAGE;
	conf = cli_config_centre(cli); /* where signatures lie is never guessed */
	if (!conf)
		return CLI_USAGE;
	if (open_book(cli, &conf->limits, &book)) {
		end = sign(cli, book.sets[0], conf->limits.signatures);
		limits_free(&book);
	}
	conf_free(conf);
	return end;
}
