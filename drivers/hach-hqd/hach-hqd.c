/*
 * Hach HQd meters: the text file that they put on a USB stick, a record a line, commas between its columns.  The
 * columns up to the sample's ID are documented.  Behind it a number is a value where the column after it is a unit
 * of that kind of probe, and a temperature where it has its own unit; anything else is not understood.
 */
#include <string.h>

#include "driver.h"

enum { LONGEST = 512, TOLD = 96 /* more than is kept */ };
enum { TYPE, PARAMETER, DATE, TIME, OPERATOR, MODEL, PROBE, METHOD, SAMPLE, COLUMNS };

static const char end_word[] = "EndOfRecord";

struct field {
	const char *text;
	size_t len;
};

/* What is left of a line, and room for its columns without quotes. */
struct line {
	const char *at, *end;
	char *to;
	bool over;
};

static const struct measure {
	const char *type, *says, *parameter, *unit;
} measures[] = {
	{"pH", "pH", "ph", "[pH]"},
	{"pH", "mV", "ph_mv", "mV"},
	{"CD", "uS/cm", "conductivity", "uS/cm"},
	{"CD", "\302\265S/cm", "conductivity", "uS/cm"}, /* in UTF-8 */
	{"CD", "\265S/cm", "conductivity", "uS/cm"},     /* in Latin-1 */
	{"CD", "mS/cm", "conductivity", "mS/cm"},
	{"ORP", "mV", "orp", "mV"},
	{"LDO", "mg/L", "dissolved_oxygen", "mg/L"},
	{"LDO", "%", "dissolved_oxygen_sat", "%"},
	{"LDO", "% sat", "dissolved_oxygen_sat", "%"},
};

static const struct {
	const char *says, *unit;
} scales[] = {
	{"\302\260C", "Cel"}, /* in UTF-8 and in Latin-1 */
	{"\260C", "Cel"},
	{"\302\260F", "[degF]"},
	{"\260F", "[degF]"},
};

static bool is(const struct field *field, const char *word)
{
	return field->len == strlen(word) && !memcmp(field->text, word, field->len);
}

static bool is_any(char c, const char *of)
{
	return c && strchr(of, c);
}

static void trim(struct field *field)
{
	for (; field->len && is_any(*field->text, " \t\r"); field->text++)
		field->len--;
	while (field->len && is_any(field->text[field->len - 1], " \t\r"))
		field->len--;
}

/* A column in quotes, within which a comma is none and two quotes are one; false: it has no end. */
static bool unquote(struct line *line)
{
	for (line->at++; line->at < line->end; line->at++) {
		if (*line->at == '"' && (++line->at == line->end || *line->at != '"'))
			return true;
		*line->to++ = *line->at;
	}
	return false;
}

/* The next column, without quotes and the blanks around it; false: there is none. */
static bool next(struct line *line, struct field *to)
{
	bool quoted;

	if (line->over)
		return false;
	while (line->at < line->end && is_any(*line->at, " \t"))
		line->at++;
	to->text = line->to;
	quoted = line->at < line->end && *line->at == '"';
	line->over = quoted && !unquote(line);
	for (; line->at < line->end && *line->at != ','; line->at++)
		if (!quoted)
			*line->to++ = *line->at;
		else if (!is_any(*line->at, " \t")) /* behind its quotes stands nothing */
			line->over = true;
	to->len = (size_t)(line->to - to->text);
	trim(to);
	if (line->over)
		return false;
	line->over = line->at == line->end;
	line->at += !line->over;
	return true;
}

static bool next_filled(struct line *line, struct field *to)
{
	while (next(line, to))
		if (to->len)
			return true;
	return false;
}

static const struct measure *measure_of(const struct field *type, const struct field *unit)
{
	size_t i;

	for (i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
		if (is(type, measures[i].type) && is(unit, measures[i].says))
			return &measures[i];
	return NULL;
}

static const char *scale_of(const struct field *unit)
{
	size_t i;

	for (i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		if (is(unit, scales[i].says))
			return scales[i].unit;
	return NULL;
}

/* "24.5 degC" in one column, or its unit in the next.  Without a unit it may be anything. */
static void take_temperature(struct line *line, struct wl_out *out)
{
	struct field number, unit;
	const char *scale;
	double value;
	int decimals;
	size_t n = 0;

	if (!next_filled(line, &number))
		return;
	while (n < number.len && is_any(number.text[n], "+-.0123456789"))
		n++;
	unit = (struct field){number.text + n, number.len - n};
	trim(&unit);
	if (!unit.len && !next_filled(line, &unit))
		return;
	scale = scale_of(&unit);
	decimals = wl_number(number.text, n, &value);
	if (scale && decimals >= 0)
		wl_put(out, "temperature", scale, value, decimals, 0);
}

static int take_reading(const struct field *type, struct line *line, struct wl_out *out)
{
	const struct measure *measure;
	struct field number, unit;
	double value;
	int decimals;

	/* Of which ion it is, no documented column says: a record, but no value. */
	if (is(type, "ISE"))
		return WL_NEXT;
	if (!next_filled(line, &number) || !next_filled(line, &unit))
		return WL_GARBLED;
	measure = measure_of(type, &unit);
	decimals = wl_number(number.text, number.len, &value);
	if (!measure || decimals < 0)
		return WL_GARBLED;
	wl_put(out, measure->parameter, measure->unit, value, decimals, 0);
	take_temperature(line, out);
	return WL_NEXT;
}

static size_t append(char *to, size_t n, const char *text, size_t len)
{
	if (len > TOLD - n)
		len = TOLD - n;
	memcpy(to + n, text, len);
	return n + len;
}

/* "CL pH: " and, as written, the columns behind the sample's ID, which nobody documented. */
static void tell_rest(
	enum wl_about what, const struct field *column, const struct line *line, struct wl_out *out)
{
	struct field rest = {line->at, line->over ? 0 : (size_t)(line->end - line->at)};
	char words[TOLD];
	size_t n = append(words, 0, column[TYPE].text, column[TYPE].len);

	n = append(words, n, " ", 1);
	n = append(words, n, column[PARAMETER].text, column[PARAMETER].len);
	while (rest.len && is_any(rest.text[rest.len - 1], ", \t"))
		rest.len--;
	trim(&rest);
	if (rest.len)
		n = append(words, n, ": ", 2);
	n = append(words, n, rest.text, rest.len);
	wl_tell(out, what, words, n);
}

static void tell(enum wl_about what, const struct field *column, struct wl_out *out)
{
	if (column->len)
		wl_tell(out, what, column->text, column->len);
}

/* "- - -": nobody. */
static bool is_nobody(const struct field *operator)
{
	size_t i = 0;

	while (i < operator->len && is_any(operator->text[i], "- "))
		i++;
	return i == operator->len;
}

static void tell_head(const struct field *column, struct wl_out *out)
{
	tell(WL_DATE, &column[DATE], out);
	tell(WL_TIME, &column[TIME], out);
	tell(WL_SAMPLE, &column[SAMPLE], out);
	tell(WL_PROBE, &column[PROBE], out);
	if (!is_nobody(&column[OPERATOR]))
		tell(WL_OPERATOR, &column[OPERATOR], out);
}

static void drop_last(struct field *field, const char *of)
{
	while (field->len && is_any(field->text[field->len - 1], of))
		field->len--;
}

/* Without the word that ends a record, and what stands around it: a spreadsheet puts quotes and empty columns there. */
static struct field record_of(const uint8_t *rx, size_t len)
{
	struct field record = {(const char *)rx, len}, all;
	const size_t n = sizeof(end_word) - 1;

	trim(&record);
	all = record;
	drop_last(&all, "\", \t");
	if (all.len < n || memcmp(all.text + all.len - n, end_word, n) != 0)
		return record;
	all.len -= n;
	if (record.len > all.len + n && all.text[all.len + n] == '"')
		drop_last(&all, "\"");
	trim(&all);
	return all;
}

static bool begins(const struct field *at, const char *word)
{
	return at->len >= strlen(word) && !memcmp(at->text, word, strlen(word));
}

/* What stands between two columns, and quotes and blanks around it; whether a comma is in it. */
static bool skip_comma(struct field *at)
{
	bool comma = false;

	for (; at->len && is_any(*at->text, ", \t\""); at->text++, at->len--)
		comma = comma || *at->text == ',';
	return comma;
}

/* "RD,pH," as a record begins; cut off within its second column too. */
static bool is_beginning(struct field at)
{
	static const char *const types[] = {"RD", "CL", "CK", "CH", "IC"};
	static const char *const probes[] = {"pH", "CD", "ORP", "LDO", "ISE"};
	size_t i, n;

	for (i = 0; i < sizeof(types) / sizeof(types[0]) && !begins(&at, types[i]);)
		i++;
	if (i == sizeof(types) / sizeof(types[0]))
		return false;
	at.text += 2;
	at.len -= 2;
	if (!skip_comma(&at) || !at.len)
		return false;
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		n = strlen(probes[i]);
		if (at.len <= n ? !memcmp(at.text, probes[i], at.len)
				: begins(&at, probes[i]) && is_any(at.text[n], ", \t\""))
			return true;
	}
	return false;
}

/* Line ends that were lost, or a record that was torn off: neither of the two is what the line seems to say. */
static bool has_two(const struct field *record)
{
	struct field at = *record;

	for (; at.len; at.text++, at.len--)
		if (begins(&at, end_word) || (at.text > record->text + 2 && is_beginning(at)))
			return true;
	return false;
}

static int take_line(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	char room[LONGEST];
	struct field record = record_of(rx, len), column[COLUMNS];
	struct line line = {record.text, record.text + record.len, room, false};
	unsigned n = 0;

	(void)unit;
	if (!record.len)
		return WL_NEXT;
	if (record.len > LONGEST || has_two(&record))
		return WL_GARBLED;
	while (n < COLUMNS && next(&line, &column[n]))
		n++;
	if (n && is(&column[TYPE], "Type")) /* the headings */
		return WL_NEXT;
	if (n < COLUMNS)
		return WL_GARBLED;
	tell_head(column, out);
	if (is(&column[TYPE], "RD"))
		return take_reading(&column[PARAMETER], &line, out);
	if (is(&column[TYPE], "CK"))
		tell_rest(WL_CHECK, column, &line, out);
	else if (is(&column[TYPE], "CL") || is(&column[TYPE], "CH") || is(&column[TYPE], "IC"))
		tell_rest(WL_CALIBRATION, column, &line, out);
	else
		return WL_GARBLED;
	return WL_NEXT;
}

static const struct wl_exchange exchanges[] = {
	{.name = "line", .wire = WL_FILE, .decode = take_line},
	{.name = NULL},
};

const struct wl_driver wl_hach_hqd = {
	.name = "hach-hqd",
	.models = "Hach HQ11d, HQ14d, HQ30d, HQ40d (files on a USB stick)",
	.manual = "HQ11d user manual p18; values as a public program reads them (README.md)",
	.level = WL_DOCUMENTED,
	.exchanges = exchanges,
	.record_end = end_word,
};
