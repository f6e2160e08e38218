#include "model/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

enum { SLOTS = 2 * SUMMARY_MOST, MEAN_DIGITS = 10 };

struct run {
	struct summary summary; /* without mean */
	/* The sum of the good values, and what its rounding lost (Neumaier): the mean's digits then do not hang on how
	 * many they were. */
	double sum, lost;
};

struct summary_block {
	int64_t begin_ms;
	size_t n;
	struct run runs[SUMMARY_MOST];
	uint16_t slots[SLOTS]; /* of a run plus one, by what it is of; 0: free */
};

struct summary_block *summary_block_new(void)
{
	return calloc(1, sizeof(struct summary_block));
}

void summary_block_free(struct summary_block *block)
{
	free(block);
}

void summary_block_clear(struct summary_block *block)
{
	block->n = 0;
	memset(block->slots, 0, sizeof(block->slots));
}

/* --- adding --------------------------------------------------------------------------------------- */

int64_t summary_begin_ms(int64_t utc_ms)
{
	int64_t past = utc_ms % SUMMARY_MS;

	return utc_ms - (past < 0 ? past + SUMMARY_MS : past);
}

static void copy_name(char *to, size_t cap, const char *name)
{
	memcpy(to, name, strnlen(name, cap - 1));
}

static void name_it(struct summary_of *of, const struct summary_reading *reading)
{
	memset(of, 0, sizeof(*of)); /* the bytes between too: they are compared and mixed */
	copy_name(of->analyzer, UNIT_NAME, reading->series->unit);
	copy_name(of->parameter, PARAMETER_CODE, reading->series->parameter);
	copy_name(of->district, AREA_CODE, reading->place->district);
	copy_name(of->near, AREA_CODE, place_neighbour(reading->place));
	of->sample = reading->sample;
	of->context = reading->context;
}

/* The slot of what it is of, or a free one: there are twice as many as runs. */
static size_t find_slot(const struct summary_block *block, const struct summary_of *of)
{
	uint64_t mixed = 0, part;
	size_t at;

	_Static_assert(sizeof(*of) % sizeof(part) == 0, "whole words");
	for (at = 0; at < sizeof(*of); at += sizeof(part)) {
		memcpy(&part, (const char *)of + at, sizeof(part));
		mixed = (mixed ^ part) * 0x9E3779B97F4A7C15U;
		mixed ^= mixed >> 32;
	}
	for (at = mixed % SLOTS; block->slots[at]; at = (at + 1) % SLOTS)
		if (!memcmp(&block->runs[block->slots[at] - 1].summary.of, of, sizeof(*of)))
			break;
	return at;
}

static bool is_good(const struct summary_reading *reading)
{
	return reading->qc == QC_PASS && !reading->flags && isfinite(reading->value);
}

/* What goes to the stores, not the bits it came in: 7.12 said in 32 bits is 7.12. */
static double said(const struct summary_reading *reading)
{
	char number[NUMBER_TEXT];

	reading_put_number(
		number, reading->value, reading->series->kind, reading->series->decimals);
	return strtod(number, NULL);
}

static void add_value(struct run *run, double value)
{
	struct summary *summary = &run->summary;
	double sum = run->sum + value;

	run->lost +=
		fabs(run->sum) >= fabs(value) ? run->sum - sum + value : value - sum + run->sum;
	run->sum = sum;
	if (!summary->n_good || value < summary->min)
		summary->min = value;
	if (!summary->n_good || value > summary->max)
		summary->max = value;
	summary->n_good++;
}

static void add(struct run *run, const struct summary_reading *reading)
{
	struct summary *summary = &run->summary;

	if (!summary->n++)
		summary->utc_ms = reading->utc_ms;
	if (summary->n == 1 || reading->clock < summary->clock)
		summary->clock = reading->clock;
	if (reading->clock_error_ms > summary->clock_error_ms)
		summary->clock_error_ms = reading->clock_error_ms;
	if (reading->place->origin == PLACE_ENTERED)
		summary->entered = true;
	if (is_good(reading))
		add_value(run, said(reading));
}

bool summary_block_add(struct summary_block *block, const struct summary_reading *reading)
{
	int64_t begin_ms = summary_begin_ms(reading->utc_ms);
	struct summary_of of;
	struct run *run;
	size_t slot;

	if (block->n && begin_ms != block->begin_ms)
		return false;
	name_it(&of, reading);
	slot = find_slot(block, &of);
	if (block->slots[slot]) {
		run = &block->runs[block->slots[slot] - 1];
	} else {
		if (block->n == SUMMARY_MOST)
			return false;
		run = &block->runs[block->n];
		*run = (struct run){.summary = {.min = (double)NAN, .max = (double)NAN}};
		memcpy(&run->summary.of, &of, sizeof(of));
		block->slots[slot] = (uint16_t)++block->n;
	}
	block->begin_ms = begin_ms;
	add(run, reading);
	return true;
}

size_t summary_block_count(const struct summary_block *block)
{
	return block->n;
}

int64_t summary_block_end_ms(const struct summary_block *block)
{
	return block->begin_ms + SUMMARY_MS;
}

static double mean_of(const struct run *run)
{
	const struct summary *summary = &run->summary;
	double mean = (run->sum + run->lost) / (double)summary->n_good;
	char number[NUMBER_TEXT];

	snprintf(number, sizeof(number), "%.*g", MEAN_DIGITS, mean);
	mean = strtod(number, NULL);
	if (mean < summary->min)
		return summary->min;
	return mean > summary->max ? summary->max : mean;
}

struct summary summary_block_at(const struct summary_block *block, size_t i)
{
	struct summary summary = block->runs[i].summary;

	summary.mean = summary.n_good ? mean_of(&block->runs[i]) : (double)NAN;
	return summary;
}

/* --- words ---------------------------------------------------------------------------------------- */

/* A byte that ends a word, or could not be told from one that stands for others. */
static bool needs_code(unsigned char c)
{
	return c <= ' ' || c == '%' || c == 0x7f;
}

static void put_name(struct text *to, const char *name)
{
	if (!*name)
		text_put_char(to, '-');
	else if (!strcmp(name, "-"))
		text_put(to, "%2D");
	else
		for (; *name; name++)
			if (needs_code((unsigned char)*name))
				text_printf(to, "%%%02X", (unsigned char)*name);
			else
				text_put_char(to, *name);
	text_put_char(to, ' ');
}

static void put_u64(struct text *to, uint64_t v)
{
	if (v)
		text_put_u64(to, v);
	else
		text_put_char(to, '-');
	text_put_char(to, ' ');
}

static void put_number(struct text *to, double value)
{
	char number[NUMBER_TEXT] = "-";

	if (isfinite(value))
		number_put_f64(number, value);
	text_put(to, number);
	text_put_char(to, ' ');
}

static void put_words(struct text *to, const struct summary *summary, bool numbers)
{
	const struct summary_of *of = &summary->of;
	const char *context = context_word(of->context);

	put_name(to, of->analyzer);
	put_name(to, of->parameter);
	if (context)
		text_printf(to, "%s ", context);
	else
		text_printf(to, "%u ", (unsigned)of->context);
	put_name(to, of->district);
	put_name(to, of->near);
	put_u64(to, of->sample);
	put_number(to, numbers ? summary->min : (double)NAN);
	put_number(to, numbers ? summary->mean : (double)NAN);
	put_number(to, numbers ? summary->max : (double)NAN);
	text_printf(to, "%u %lld %s", summary->clock, (long long)summary->clock_error_ms,
		summary->entered ? "2" : "-");
}

bool summary_put(struct text *to, const struct summary *summary)
{
	size_t before = to->len;

	put_words(to, summary, true);
	if (!to->cut)
		return true;
	to->at[to->len = before] = '\0';
	to->cut = false;
	put_words(to, summary, false);
	return !to->cut;
}

/* --- and back ------------------------------------------------------------------------------------- */

/* The next word, without its code; "-" is "".  False: there is none, or it does not fit. */
static bool take_name(const char **words, char *to, size_t cap)
{
	const char *at = *words;
	bool none = at[0] == '-' && (at[1] == ' ' || !at[1]);
	size_t n = 0;
	unsigned code;
	int len;

	if (!*at || *at == ' ')
		return false;
	memset(to, 0, cap);
	for (; *at && *at != ' '; at++) {
		if (n + 1 >= cap)
			return false;
		code = (unsigned char)*at;
		if (*at == '%') {
			if (sscanf(at, "%%%2X%n", &code, &len) != 1 || len != 3 || !code)
				return false;
			at += 2;
		}
		to[n++] = (char)code;
	}
	if (none)
		to[0] = '\0';
	*words = *at ? at + 1 : at;
	return true;
}

static bool take_u64(const char **words, uint64_t *v)
{
	char word[24], *end;

	if (!take_name(words, word, sizeof(word)))
		return false;
	*v = *word ? strtoull(word, &end, 10) : 0;
	return !*word || (!*end && *word >= '0' && *word <= '9');
}

static bool take_number(const char **words, double *value)
{
	char word[NUMBER_TEXT], *end;

	*value = (double)NAN;
	if (!take_name(words, word, sizeof(word)))
		return false;
	if (!*word)
		return true;
	/* strtod() also knows hexadecimal, infinity and NaN; the program sets no locale. */
	if (word[strspn(word, "0123456789.+-e")])
		return false;
	*value = strtod(word, &end);
	return !*end && isfinite(*value);
}

static bool take_context(const char **words, enum context *context)
{
	char word[24], *end;
	unsigned i;

	if (!take_name(words, word, sizeof(word)))
		return false;
	for (i = 0; context_word((enum context)i); i++)
		if (!strcmp(word, context_word((enum context)i))) {
			*context = (enum context)i;
			return true;
		}
	*context = (enum context)strtoul(word, &end, 10);
	return *word >= '0' && *word <= '9' && !*end;
}

bool summary_read(const char *words, struct summary *summary)
{
	struct summary read = *summary;
	uint64_t clock, error_ms, position;

	memset(&read.of, 0, sizeof(read.of));
	if (!take_name(&words, read.of.analyzer, UNIT_NAME) ||
		!take_name(&words, read.of.parameter, PARAMETER_CODE) ||
		!take_context(&words, &read.of.context) ||
		!take_name(&words, read.of.district, AREA_CODE) ||
		!take_name(&words, read.of.near, AREA_CODE) || !take_u64(&words, &read.of.sample) ||
		!take_number(&words, &read.min) || !take_number(&words, &read.mean) ||
		!take_number(&words, &read.max) || !take_u64(&words, &clock) ||
		!take_u64(&words, &error_ms) || !take_u64(&words, &position) || *words)
		return false;
	if (clock > UINT8_MAX || error_ms > INT64_MAX)
		return false;
	read.clock = (uint8_t)clock;
	read.clock_error_ms = (int64_t)error_ms;
	read.entered = position == PLACE_ENTERED;
	*summary = read;
	return true;
}
