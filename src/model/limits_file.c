/* A limit set, read from its file. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/number.h"
#include "model/amount.h"
#include "model/convert.h"
#include "model/limits.h"

enum column {
	PARAMETER_IS,
	OPERATOR,
	LOW,
	HIGH,
	UNIT,
	FORM,
	BASIS,
	APPLIES_TO,
	REQUIRED,
	KNOWN,
	EDITION,
	SOURCE,
	NOTE,
	COLUMNS
};

static const char *const headings[COLUMNS] = {"parameter", "operator", "low", "high", "unit",
	"form", "basis", "applies_to", "required", "known", "edition", "source", "note"};

/* What is read, for words about it. */
struct reading_set {
	const char *path;
	struct csv *csv;
	struct text *why;
};

__attribute__((format(printf, 2, 3))) static int wrong(
	const struct reading_set *in, const char *fmt, ...)
{
	char words[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	text_printf(in->why, "%s:%lu: ", in->path, in->csv->line);
	text_put_shown(in->why, words, strlen(words), sizeof(words));
	return ERR_CONF;
}

/* --- columns ----------------------------------------------------------------------------------------- */

static int column(const struct reading_set *in, enum column column, char *to, size_t cap)
{
	if (csv_text(in->csv, column, to, cap))
		return 0;
	return wrong(in, "%s is too long, or not there; it has at most %zu bytes", headings[column],
		cap - 1);
}

/* Words that a person reads, or, where they may be missing, none. */
static int words_column(
	const struct reading_set *in, enum column which, char *to, size_t cap, bool may_miss)
{
	int err = column(in, which, to, cap);

	if (err || (may_miss && !*to) || text_is_words(to))
		return err;
	return wrong(in, "%s is not readable words", headings[which]);
}

struct word {
	const char *word; /* NULL ends the table */
	int is;
};

static int choice(
	const struct reading_set *in, enum column which, const struct word *words, int *is)
{
	char room[64], known[128];
	struct text to = text_over(known, sizeof(known));
	int err = column(in, which, room, sizeof(room));
	size_t i;

	if (err)
		return err;
	for (i = 0; words[i].word; i++) {
		if (!strcmp(words[i].word, room)) {
			*is = words[i].is;
			return 0;
		}
		text_printf(&to, "%s\"%s\"", i ? ", " : "", words[i].word);
	}
	return wrong(in, "%s is \"%s\"; it is one of %s", headings[which], room, known);
}

static const struct word operators[] = {
	{"absent", LIMIT_ABSENT}, {"<", LIMIT_STRICT}, {"<=", LIMIT_INCLUDED}, {NULL, 0}};
static const struct word bases[] = {{"health", LIMIT_HEALTH}, {"operational", LIMIT_OPERATIONAL},
	{"acceptability", LIMIT_ACCEPTABILITY}, {NULL, 0}};
static const struct word yes_no[] = {{"yes", 1}, {"no", 0}, {NULL, 0}};
static const struct word seen_memory[] = {{"seen", 1}, {"memory", 0}, {NULL, 0}};

static const struct word sites[] = {{"untreated", TREATMENT_NONE}, {"treated", TREATMENT_DONE},
	{"source", POSITION_SOURCE}, {"network", POSITION_NETWORK},
	{"consumer_end", POSITION_CONSUMER}, {NULL, 0}};

enum { TREATMENTS = 2 }; /* the first of `sites` */

/* "any", or a treatment, a position, or both. */
static bool take_site(struct water_site *site, char *words)
{
	char *rest = NULL, *word = strtok_r(words, " ", &rest);
	size_t i;

	if (!word)
		return false;
	for (; word; word = strtok_r(NULL, " ", &rest)) {
		if (!strcmp(word, "any")) /* alone */
			return word == words && !strtok_r(NULL, " ", &rest);
		for (i = 0; sites[i].word && strcmp(sites[i].word, word) != 0; i++)
			;
		if (!sites[i].word || (i < TREATMENTS ? (int)site->treatment : (int)site->position))
			return false;
		if (i < TREATMENTS)
			site->treatment = (enum water_treatment)sites[i].is;
		else
			site->position = (enum water_position)sites[i].is;
	}
	return true;
}

/* "0.05", "250": digits and at most one point. */
static bool take_decimal(const char *s, double *value, int *decimals)
{
	size_t whole = strspn(s, "0123456789"), behind = 0;

	if (!whole || whole > 12)
		return false;
	if (s[whole] == '.') {
		behind = strspn(s + whole + 1, "0123456789");
		if (!behind || behind > 9)
			return false;
		behind++;
	}
	*value = strtod(s, NULL);
	*decimals = behind ? (int)behind - 1 : 0;
	return !s[whole + behind];
}

/* A bound in the parameter's unit; empty: none. */
static int bound(const struct reading_set *in, enum column which, const struct parameter *parameter,
	const char *unit, double *bound, int *decimals)
{
	char room[NUMBER_TEXT], exact[NUMBER_TEXT];
	int err = column(in, which, room, sizeof(room)), places;

	*bound = NAN;
	if (err || !*room)
		return err;
	if (!take_decimal(room, bound, &places))
		return wrong(in, "%s is \"%s\"; it is a number, as 0.05, or empty", headings[which],
			room);
	if (!convert_unit(unit, parameter->unit, bound, &places) || places > 9)
		return wrong(in, "unit is \"%s\", which cannot be converted to %s, the unit of %s",
			unit, *parameter->unit ? parameter->unit : "none", parameter->code);
	/* 0.07 mg/L is 70 ug/L, and no hair more. */
	number_put_decimal(exact, *bound, (unsigned)places);
	*bound = strtod(exact, NULL);
	if (!(*bound >= parameter->low && *bound <= parameter->high))
		return wrong(in, "%s is more than water can show", headings[which]);
	*decimals = places > *decimals ? places : *decimals;
	return 0;
}

static int read_bounds(
	const struct reading_set *in, const struct parameter *parameter, struct limit *limit)
{
	char unit[32];
	int decimals = 0, err = column(in, UNIT, unit, sizeof(unit));

	if (!err)
		err = bound(in, LOW, parameter, unit, &limit->low, &decimals);
	if (!err)
		err = bound(in, HIGH, parameter, unit, &limit->high, &decimals);
	if (err)
		return err;
	limit->decimals = (uint8_t)decimals;
	if (limit->must == LIMIT_ABSENT) {
		if (!isnan(limit->low) || !isnan(limit->high))
			return wrong(
				in, "what must be absent has no bounds; leave low and high empty");
		return strcmp(unit, parameter->unit)
			       ? wrong(in, "unit is \"%s\"; that of %s is \"%s\"", unit,
					 parameter->code, parameter->unit)
			       : 0;
	}
	if (isnan(limit->low) && isnan(limit->high))
		return wrong(in, "low and high are both empty; a limit has one of them, or both");
	if (limit->low >= limit->high)
		return wrong(in, "low is not below high");
	return 0;
}

static const struct parameter *read_parameter(const struct reading_set *in, struct limit *limit)
{
	const struct parameter *parameter;
	size_t i, best = 0;
	unsigned distance, nearest = 99;

	if (column(in, PARAMETER_IS, limit->parameter, sizeof(limit->parameter)))
		return NULL;
	parameter = parameter_find(limit->parameter);
	if (parameter && !amount_possible_form(parameter->code, 0))
		return parameter;
	for (i = 0; i < parameter_count(); i++) {
		distance = text_distance(parameter_at(i)->code, limit->parameter);
		if (distance < nearest) {
			nearest = distance;
			best = i;
		}
	}
	if (parameter)
		(void)wrong(in, "%s has no form, so it can have no limit; as %s?", parameter->code,
			amount_possible_form(parameter->code, 0));
	else
		(void)wrong(in, "there is no parameter \"%s\"; did you mean %s?", limit->parameter,
			parameter_at(best)->code);
	return NULL;
}

/* --- rows -------------------------------------------------------------------------------------------- */

static uint64_t mixed(uint64_t sum, const char *s) /* FNV-1a; the NUL ends the column */
{
	do
		sum = (sum ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
	while (*s++);
	return sum;
}

static int checksum_row(
	const struct reading_set *in, const struct limit_set *set, struct limit *limit)
{
	char room[LIMIT_TEXT];
	enum column c;
	int err = 0;

	limit->checksum = mixed(UINT64_C(0xcbf29ce484222325), set->name);
	for (c = 0; !err && c < COLUMNS; c++) {
		err = column(in, c, room, sizeof(room));
		limit->checksum = mixed(limit->checksum, room);
	}
	return err;
}

static bool may_both_apply(const struct limit *a, const struct limit *b)
{
	const struct water_site *x = &a->applies_to, *y = &b->applies_to;

	return amount_same_property(a->parameter, b->parameter) &&
	       (!x->treatment || !y->treatment || x->treatment == y->treatment) &&
	       (!x->position || !y->position || x->position == y->position);
}

static int check_alone(
	const struct reading_set *in, const struct limit_set *set, const struct limit *limit)
{
	unsigned i;

	for (i = 0; i < set->n; i++)
		if (may_both_apply(&set->rows[i], limit))
			return wrong(in,
				"%s has a limit in line %u that applies to the same water; "
				"leave one, or say which is for which",
				limit->parameter, set->rows[i].line);
	return 0;
}

static int read_words(
	const struct reading_set *in, const struct parameter *parameter, struct limit *limit)
{
	char room[64];
	int basis = 0, required = 0, seen = 0, err;

	err = column(in, FORM, limit->form, sizeof(limit->form));
	if (!err && strcmp(limit->form, amount_form_word(parameter->code)) != 0)
		err = wrong(in, "form is \"%s\"; that of %s is \"%s\"", limit->form,
			parameter->code, amount_form_word(parameter->code));
	if (!err)
		err = choice(in, BASIS, bases, &basis);
	if (!err)
		err = column(in, APPLIES_TO, room, sizeof(room));
	if (!err && !take_site(&limit->applies_to, room))
		err = wrong(in, "applies_to is any, or treated or untreated, and source, network "
				"or consumer_end, with a blank between");
	if (!err)
		err = choice(in, REQUIRED, yes_no, &required);
	if (!err)
		err = choice(in, KNOWN, seen_memory, &seen);
	if (!err)
		err = words_column(in, EDITION, limit->edition, sizeof(limit->edition), false);
	if (!err)
		err = words_column(in, SOURCE, limit->source, sizeof(limit->source), false);
	if (!err)
		err = words_column(in, NOTE, limit->note, sizeof(limit->note), true);
	limit->basis = (enum limit_basis)basis;
	limit->required = required;
	limit->seen = seen;
	return err;
}

static int read_row(const struct reading_set *in, struct limit_set *set)
{
	const struct parameter *parameter;
	struct limit *limit = &set->rows[set->n];
	int must = 0, err;

	if (set->n == LIMIT_ROWS)
		return wrong(in, "there are more than %d limits", LIMIT_ROWS);
	*limit = (struct limit){.line = (unsigned)in->csv->line};
	if (in->csv->n != COLUMNS)
		return wrong(in, "there are %zu columns; a limit has %d", in->csv->n, COLUMNS);
	parameter = read_parameter(in, limit);
	if (!parameter)
		return ERR_CONF;
	err = choice(in, OPERATOR, operators, &must);
	limit->must = (enum limit_operator)must;
	if (!err)
		err = read_bounds(in, parameter, limit);
	if (!err)
		err = read_words(in, parameter, limit);
	if (!err)
		err = checksum_row(in, set, limit);
	if (!err)
		err = check_alone(in, set, limit);
	if (!err)
		set->n++;
	return err;
}

/* --- the file ---------------------------------------------------------------------------------------- */

/* What the file is called, without folder and ".csv". */
static bool name_of(const char *path, char *to)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = strlen(name);

	if (n > 4 && !strcmp(name + n - 4, ".csv"))
		n -= 4;
	if (n < 1 || n >= LIMIT_NAME || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") < n)
		return false;
	memcpy(to, name, n);
	to[n] = '\0';
	return true;
}

/* set,NAME,CODE,TITLE */
static int read_head(const struct reading_set *in, struct limit_set *set)
{
	char word[8], name[LIMIT_NAME], code[8], *end = word;
	long number;

	if (in->csv->n != 4 || !csv_text(in->csv, 0, word, sizeof(word)) ||
		strcmp(word, "set") != 0)
		return wrong(in, "this is no limit set; it begins with set,NAME,CODE,TITLE");
	if (!csv_text(in->csv, 1, name, sizeof(name)) || strcmp(name, set->name) != 0)
		return wrong(in, "the set's name is not that of its file, \"%s\"", set->name);
	number = csv_text(in->csv, 2, code, sizeof(code)) ? strtol(code, &end, 10) : 0;
	if (number < 1 || number > 65535 || *end)
		return wrong(in, "the set's code is a number, 1 to 65535; own sets from 1000 on");
	set->code = (uint32_t)number;
	if (!csv_text(in->csv, 3, set->title, sizeof(set->title)) || !text_is_words(set->title))
		return wrong(in,
			"the set's title is missing, not readable, or longer than %d bytes",
			LIMIT_TITLE - 1);
	return 0;
}

static int read_headings(const struct reading_set *in)
{
	char room[32];
	enum column c;

	for (c = 0; in->csv->n == COLUMNS && c < COLUMNS; c++)
		if (!csv_text(in->csv, c, room, sizeof(room)) || strcmp(room, headings[c]) != 0)
			break;
	if (in->csv->n == COLUMNS && c == COLUMNS)
		return 0;
	return wrong(in, "these are not the headings: parameter,operator,low,high,unit,form,basis,"
			 "applies_to,required,known,edition,source,note");
}

/* end,COUNT: a file that was cut, between two rows too, lacks it, or has it of another count. */
static int read_end(const struct reading_set *in, const struct limit_set *set)
{
	char count[8], *end = count;
	unsigned long n = csv_text(in->csv, 1, count, sizeof(count)) ? strtoul(count, &end, 10) : 0;

	if (in->csv->n == 2 && n == set->n && isdigit((unsigned char)*count) && !*end)
		return 0;
	return wrong(in,
		"there are %u limits before it, and it says otherwise; is one missing? else it is "
		"end,%u",
		set->n, set->n);
}

static bool is_end(const struct csv *csv)
{
	char word[8];

	return csv_text(csv, 0, word, sizeof(word)) && !strcmp(word, "end");
}

static int read_records(const struct reading_set *in, struct limit_set *set)
{
	unsigned records = 0;
	bool ended = false;
	int err;

	while ((err = csv_next(in->csv)) != ERR_ABSENT) {
		if (err == ERR_IO) {
			text_printf(in->why, "%s: %s", in->path, strerror(errno));
			return err;
		}
		if (err)
			return wrong(in, "a quote that is not closed, or far too long a line");
		if (!in->csv->len || in->csv->record[0] == '#')
			continue;
		if (ended)
			return wrong(in, "there is more behind end,%u", set->n);
		ended = records > 1 && is_end(in->csv);
		err = records == 0   ? read_head(in, set)
		      : records == 1 ? read_headings(in)
		      : ended        ? read_end(in, set)
				     : read_row(in, set);
		if (err)
			return err;
		records++;
	}
	if (!set->n)
		return wrong(in, "there is no limit in it");
	if (!ended)
		return wrong(in,
			"it is cut off: its last record is end,%u, with the number of its limits",
			set->n);
	return 0;
}

int limits_read(struct limit_set *set, FILE *file, const char *path, struct text *why)
{
	struct reading_set in = {path, malloc(sizeof(*in.csv)), why};
	int err = ERR_MEMORY;

	set->n = 0;
	if (!in.csv) {
		text_printf(why, "%s: there is not enough memory to read it", path);
	} else if (!name_of(path, set->name)) {
		text_printf(why,
			"%s: a set's name is at most %d of a-z, 0-9, - and _; rename the file",
			path, LIMIT_NAME - 1);
		err = ERR_CONF;
	} else {
		csv_begin(in.csv, file);
		err = read_records(&in, set);
	}
	free(in.csv);
	if (err)
		set->n = 0;
	return err;
}

int limits_open(struct limit_set *set, const char *path, struct text *why)
{
	FILE *file = fopen(path, "re");
	int err;

	set->n = 0;
	if (!file) {
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		text_printf(why, "%s: %s", path, strerror(errno));
		return err;
	}
	err = limits_read(set, file, path, why);
	fclose(file);
	return err;
}
