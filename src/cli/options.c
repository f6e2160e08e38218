#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_ONES = 256 }; /* above all short options' letters */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* One that is said or not, and one that takes a word; both are kept in struct cli as they came. */
#define FLAG(name, group, field)                                      \
	{                                                             \
		name, offsetof(struct cli, field), group, no_argument \
	}
#define WORD(name, group, field)                                            \
	{                                                                   \
		name, offsetof(struct cli, field), group, required_argument \
	}

static const struct row {
	const char *name;
	size_t at; /* in struct cli: a bool, or a const char * */
	uint64_t group;
	int argument; /* as getopt_long says it */
} rows[] = {
	WORD("socket", 0, socket),
	WORD("config", 0, config),
	FLAG("json", OPTION_JSON, json),
	WORD("format", OPTION_EXPORT, format),
	WORD("stream", OPTION_STREAM, stream),
	WORD("from", OPTION_EXPORT, from),
	WORD("to", OPTION_TO, to),
	WORD("boundaries", OPTION_BOUNDARIES, boundaries),
	WORD("within", OPTION_WITHIN, within),
	WORD("places", OPTION_PLACES, places),
	WORD("edition", OPTION_INSTALL, edition),
	WORD("only", OPTION_ONLY, only),
	FLAG("accept", OPTION_INSTALL, accept),
	WORD("code-key", OPTION_KEYS, keys.code),
	WORD("name-key", OPTION_KEYS, keys.name),
	WORD("division-key", OPTION_KEYS, keys.division),
	WORD("province-key", OPTION_KEYS, keys.province),
	WORD("tehsil-key", OPTION_KEYS, keys.tehsil),
	WORD("tehsil-name-key", OPTION_KEYS, keys.tehsil_name),
	WORD("seconds", OPTION_SECONDS, seconds),
	WORD("wait", OPTION_WAIT, wait),
	WORD("away", OPTION_AWAY, away),
	WORD("at", OPTION_ENTRY, at),
	WORD("error", OPTION_ENTRY, error),
	WORD("district", OPTION_ENTRY, district),
	WORD("tehsil", OPTION_ENTRY, tehsil),
	WORD("reason", OPTION_REASON, reason),
	WORD("drivers", OPTION_DRIVERS, drivers),
	WORD("unit", OPTION_UNIT, unit),
	WORD("baud", OPTION_SPEED, baud),
	WORD("parity", OPTION_SPEED, parity),
	WORD("stop", OPTION_SPEED, stop),
	WORD("units", OPTION_UNITS, units),
	FLAG("all-speeds", OPTION_UNITS, all_speeds),
	FLAG("all", OPTION_ALL, all),
	FLAG("again", OPTION_REFUSED, again),
	FLAG("give-up", OPTION_REFUSED, give_up),
	WORD("store", OPTION_STORE, store),
	WORD("sample", OPTION_SAMPLE, sample),
	WORD("by", OPTION_BY, by),
	WORD("purpose", OPTION_POINT, purpose),
	WORD("activity", OPTION_ACTIVITY, activity),
	WORD("parent", OPTION_ACTIVITY, parent),
	WORD("point", OPTION_POINT, point),
	WORD("code", OPTION_POINT, code),
	WORD("new", OPTION_POINT, new_point),
	WORD("source", OPTION_POINT, source),
	WORD("position", OPTION_POINT, position),
	WORD("treated", OPTION_POINT, treated),
	WORD("method", OPTION_METHOD, method),
	WORD("lot", OPTION_METHOD, lot),
	WORD("mdl", OPTION_AMOUNT, mdl),
	WORD("dilution", OPTION_AMOUNT, dilution),
	WORD("known", OPTION_KNOWN, known),
	FLAG("sure", OPTION_SURE, sure),
	WORD("hours", OPTION_HOURS, hours),
	WORD("standard", OPTION_STANDARD, standard),
	WORD("expires", OPTION_EXPIRES, expires),
	WORD("check", OPTION_CHECK, check),
	WORD("incubation", OPTION_HOURS, incubation),
	WORD("set", OPTION_SET, set),
	WORD("parameter", OPTION_PARAMETER, parameter),
	WORD("value", OPTION_VALUE, value),
	FLAG("help", OPTION_HELP, help),
	FLAG("version", OPTION_VERSION, version),
};

bool options_number(const char *option, const char *word, uint64_t *to)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || errno || v == 0 || v > INT64_MAX) {
		/* In capitals it is a word of the command, as the help has it. */
		fprintf(stderr, "waterlab: %s%s is a number from 1, not %s\n",
			isupper((unsigned char)*option) ? "" : "--", option, word);
		return false;
	}
	*to = v;
	return true;
}

static void keep(struct cli *cli, const struct row *row, const char *word)
{
	char *field = (char *)cli + row->at;

	if (row->argument == required_argument)
		memcpy(field, &word, sizeof(word));
	else
		*(bool *)(void *)field = true;
}

static bool is_one_of(const char *option, const char *word, const char *a, const char *b)
{
	if (!word || !strcmp(word, a) || !strcmp(word, b))
		return true;
	fprintf(stderr, "waterlab: --%s is %s or %s, not %s\n", option, a, b, word);
	return false;
}

static const struct row *find_row(int c)
{
	const char *name = c == 'c' ? "config" : "help";
	const struct row *row = rows;

	if (c >= LONG_ONES)
		return &rows[c - LONG_ONES];
	while (strcmp(row->name, name) != 0)
		row++;
	return row;
}

/* A word's field is a pointer, a flag's a bool. */
static bool has_come(const struct cli *cli, const struct row *row)
{
	const char *field = (const char *)cli + row->at, *word;

	if (row->argument != required_argument)
		return *(const bool *)(const void *)field;
	memcpy(&word, field, sizeof(word));
	return word != NULL;
}

const char *options_name(const struct cli *cli, uint64_t these)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if ((rows[i].group & these) && has_come(cli, &rows[i]))
			return rows[i].name;
	return NULL;
}

/* A value, as redox and temperature have them, and no option. */
static bool is_negative(const char *word)
{
	return *word == '-' && isdigit((unsigned char)word[1 + strspn(word + 1, ".,")]);
}

/* The next option's letter or row; 1: optarg is a word that is none; -1: no more, or behind "--". */
static int next(int argc, char **argv, const struct option *known)
{
	if (optind > 0 && optind < argc && is_negative(argv[optind])) {
		optarg = argv[optind++];
		return 1;
	}
	return getopt_long(argc, argv, "-c:h", known, NULL);
}

bool options_read(struct cli *cli, int argc, char **argv, uint64_t *given)
{
	struct option known[COUNT(rows) + 1] = {{NULL, 0, NULL, 0}};
	size_t i;
	int c, n = 1;

	*given = 0;
	for (i = 0; i < COUNT(rows); i++)
		known[i] =
			(struct option){rows[i].name, rows[i].argument, NULL, LONG_ONES + (int)i};
	while ((c = next(argc, argv, known)) != -1) {
		if (c == 1) {
			argv[n++] = optarg;
			continue;
		}
		if (c == '?') {
			fputs("waterlab help shows what there is\n", stderr);
			return false;
		}
		keep(cli, find_row(c), optarg);
		*given |= find_row(c)->group;
	}
	while (optind < argc)
		argv[n++] = argv[optind++];
	optind -= n - 1;
	memmove(argv + optind, argv + 1, (size_t)(n - 1) * sizeof(*argv));
	return (!cli->format || !strcmp(cli->format, "sqlite") ||
		       is_one_of("format", cli->format, "csv", "lp")) &&
	       is_one_of("stream", cli->stream, "readings", "ledger");
}
