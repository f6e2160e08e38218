/*
 * Lovibond MD610 photometer: the record that it sends after each measurement, fields with semicolons between,
 * "DT01;" to ";;;;".  The method's number and the words behind a value say what it is of.
 */
#include <math.h>
#include <string.h>

#include "driver.h"

enum {
	METHOD = 4,
	RANGE = 6,
	DATE = 10,
	TIME = 11,
	RESULTS = 15,
	HEAD = 16,
	RESULT_FIELDS = 4,
	MOST_RESULTS = 4
};
enum { INDEX, STATUS, VALUE, SPECIES }; /* of a result */
enum { MOST = HEAD + MOST_RESULTS * RESULT_FIELDS, LONGEST = 256 };

static const char head[] = "DT01;", tail[] = ";;;;";

struct field {
	const char *text;
	size_t len;
};

/* Method and species together, so that neither alone decides.  All are in mg/l. */
static const struct result {
	unsigned methods[5]; /* 0: no more */
	const char *species, *parameter;
} results[] = {
	{{30, 31}, "CaCO3", "alkalinity"},
	{{40}, "Al", "aluminium"},
	{{60, 62, 65, 66}, "N", "ammonia_n"},
	{{85}, "B", "boron"},
	{{90, 92}, "Cl-", "chloride"},
	{{100, 101, 103, 110, 111}, "free Cl2", "free_chlorine"},
	{{100, 101, 103, 110, 111}, "total Cl2", "total_chlorine"},
	{{150}, "total Cu", "copper"},
	{{157}, "CN", "cyanide"},
	{{170}, "F", "fluoride"},
	{{200, 201}, "CaCO3", "hardness"},
	{{220, 222, 223, 225, 227}, "Fe", "iron"},
	{{240}, "Mn", "manganese"},
	{{256, 257}, "Ni", "nickel"},
	{{260, 265}, "N", "nitrate_n"},
	{{270, 272}, "N", "nitrite_n"},
	{{355, 360}, "SO4", "sulphate"},
	{{400}, "Zn", "zinc"},
};

static bool begins(const uint8_t *rx, size_t len, const char *word)
{
	return len >= strlen(word) && !memcmp(rx, word, strlen(word));
}

/* From the last head to the first tail: both may be sent more than once. */
static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	size_t i;

	(void)unit;
	for (i = 0; i < len && i < strlen(head); i++)
		if (rx[i] != (uint8_t)head[i])
			return WL_SKIP;
	for (; i < len && i < LONGEST - strlen(tail); i++) {
		if (begins(rx + i, len - i, tail))
			return (int)(i + strlen(tail));
		if (begins(rx + i, len - i, head))
			return WL_SKIP;
	}
	return i < LONGEST - strlen(tail) ? WL_MORE : WL_SKIP;
}

/* How many fields; more than there may be: 0. */
static unsigned split(const uint8_t *rx, size_t len, struct field *field)
{
	const char *at = (const char *)rx, *end = at + len, *next;
	unsigned n = 0;

	for (; at <= end; at = next + 1) {
		next = memchr(at, ';', (size_t)(end - at));
		if (!next)
			next = end;
		if (n == MOST)
			return 0;
		field[n].text = at;
		field[n++].len = (size_t)(next - at);
	}
	return n;
}

static bool is(const struct field *field, const char *word)
{
	return field->len == strlen(word) && !memcmp(field->text, word, field->len);
}

static void skip(struct field *field, const char *word)
{
	size_t n = strlen(word);

	if (field->len >= n && !memcmp(field->text, word, n)) {
		field->text += n;
		field->len -= n;
	}
}

/* A whole number of at most 5 digits; -1: none. */
static long whole(const struct field *field)
{
	double value;

	return field->len < 6 && wl_number(field->text, field->len, &value) == 0 && value >= 0
		       ? (long)value
		       : -1;
}

/* An end of "0.05-2 mg/l F" or "0.1 - 10 mg/l Ni": its places, -1: it is not so. */
static int range_end(const struct field *range, bool high, double *value)
{
	struct field rest = *range;
	const char *dash = memchr(rest.text, '-', rest.len), *blank;
	size_t n;

	if (!dash)
		return -1;
	n = (size_t)(dash - rest.text);
	if (!high) {
		while (n && rest.text[n - 1] == ' ')
			n--;
		return wl_number(rest.text, n, value);
	}
	rest.text += n + 1;
	rest.len -= n + 1;
	skip(&rest, " ");
	blank = memchr(rest.text, ' ', rest.len);
	n = blank ? (size_t)(blank - rest.text) : 0;
	if (rest.len - n < 6 || memcmp(rest.text + n, " mg/l ", 6) != 0)
		return -1;
	return wl_number(rest.text, n, value);
}

static bool has_method(const struct result *result, long method)
{
	unsigned i;

	for (i = 0; i < sizeof(result->methods) / sizeof(result->methods[0]); i++)
		if (result->methods[i] && (long)result->methods[i] == method)
			return true;
	return false;
}

/* What the words behind a value are of; behind a number they begin with its unit. */
static const char *parameter_of(long method, struct field species, bool number)
{
	size_t before = species.len;
	unsigned i;

	skip(&species, number ? "mg/l " : " ");
	if (number && species.len == before)
		return NULL;
	for (i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (has_method(&results[i], method) && is(&species, results[i].species))
			return results[i].parameter;
	return NULL;
}

/* The words that stand for a number, else 0. */
static unsigned word_flags(const struct field *value)
{
	return is(value, "Underrange")  ? WL_NOT_DETECTED
	       : is(value, "Overrange") ? WL_OVER
	       : is(value, "???")       ? WL_NO_VALUE
					: 0;
}

/* False: it is not understood. */
static bool put_result(const char *parameter, const struct field *field, const struct field *range,
	struct wl_out *out)
{
	unsigned flags = word_flags(&field[VALUE]);
	double value = (double)NAN, top;
	int decimals = 0;

	if (!flags) {
		decimals = wl_number(field[VALUE].text, field[VALUE].len, &value);
		flags = is(&field[STATUS], "0") ? 0 : WL_SUSPECT;
	} else if (flags != WL_NO_VALUE) {
		decimals = range_end(range, true, &top); /* the unit stands behind it */
		if (decimals >= 0 && flags == WL_NOT_DETECTED)
			decimals = range_end(range, false, &value);
		else
			value = decimals < 0 ? value : top;
	}
	if (decimals < 0)
		return false;
	wl_put(out, parameter, "mg/L", value, decimals, flags);
	return true;
}

static int take_record(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct field field[MOST];
	const struct field *result = field + HEAD;
	unsigned n = split(rx, len - strlen(tail), field), i, k, taken = 0;
	const char *put[MOST_RESULTS];
	long method, count;

	(void)unit;
	method = n > HEAD ? whole(&field[METHOD]) : -1;
	count = n > HEAD ? whole(&field[RESULTS]) : -1;
	if (method < 0 || count < 1 || count > MOST_RESULTS ||
		n != HEAD + (unsigned)count * RESULT_FIELDS)
		return WL_GARBLED;
	for (i = 0; i < (unsigned)count; i++, result += RESULT_FIELDS) {
		put[taken] = parameter_of(method, result[SPECIES], !word_flags(&result[VALUE]));
		if (!put[taken])
			continue;
		for (k = 0; k < taken; k++)
			if (!strcmp(put[k], put[taken]))
				return WL_GARBLED;
		if (!put_result(put[taken++], result, &field[RANGE], out))
			return WL_GARBLED;
	}
	if (!taken)
		wl_put(out, "other_method", "1", (double)method, 0, WL_SUSPECT);
	wl_tell(out, WL_DATE, field[DATE].text, field[DATE].len);
	wl_tell(out, WL_TIME, field[TIME].text, field[TIME].len);
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "record",
		.wire = WL_BYTES,
		.frame = frame,
		.decode = take_record,
		.reply_ms = 60000},
	{.name = NULL},
};

static const char *const unjudged[] = {"other_method 1", NULL};

const struct wl_driver wl_lovibond_md610 = {
	.name = "lovibond-md610",
	.models = "Lovibond MD610",
	.manual = "form of the records as collected from akvo-caddisfly @0ab1fec (README.md)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
	.unjudged = unjudged,
};
