/* What the columns of a table are, and what its cells hold. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "cli/qc_table.h"

enum { MOST_SAID = 20 };

#define MOST_SECONDS 1e11              /* a greater number of time is milliseconds */
#define LAST_MS      253402300800000.0 /* the year 10000 */

void qc_say_bad(struct qc_table *t, const char *fmt, ...)
{
	va_list args;

	if (++t->bad <= MOST_SAID) {
		fprintf(t->say, "%s:%lu: ", t->name, t->in.line);
		va_start(args, fmt);
		vfprintf(t->say, fmt, args);
		va_end(args);
		fputc('\n', t->say);
	}
	if (t->bad == MOST_SAID)
		fprintf(t->say, "%s: further such mistakes are only counted\n", t->name);
}

static bool is_one_of(const char *word, const char *const *names)
{
	for (; *names; names++)
		if (strcasecmp(word, *names) == 0)
			return true;
	return false;
}

/* --- the heading ----------------------------------------------------------------------------------- */

/* Whether it is of this kind; two of a kind are a mistake. */
static bool take_place(
	struct qc_table *t, size_t *column, size_t i, const char *word, const char *const *names)
{
	if (!is_one_of(word, names))
		return false;
	if (*column != NO_COLUMN)
		qc_say_bad(t, "\"%s\": another column says that already; leave one out", word);
	*column = i;
	return true;
}

static bool take_known(struct qc_table *t, size_t i, const char *word)
{
	static const char *const times[] = {
		"time", "datetime", "date_time", "timestamp", "epoch", "utc", NULL};
	static const char *const lats[] = {"lat", "latitude", NULL};
	static const char *const lons[] = {"lon", "long", "lng", "longitude", NULL};
	static const char *const visits[] = {"visit", "sample", NULL};

	return take_place(t, &t->time, i, word, times) || take_place(t, &t->lat, i, word, lats) ||
	       take_place(t, &t->lon, i, word, lons) || take_place(t, &t->visit, i, word, visits);
}

/* Of a long table, as spool export calls them; elsewhere "position" may be any words. */
static bool take_long(struct qc_table *t, size_t i, const char *word)
{
	static const char *const parameters[] = {"parameter", NULL};
	static const char *const values[] = {"value", NULL};
	static const char *const units[] = {"unit", "analyzer", NULL};
	static const char *const positions[] = {"position", NULL};
	static const char *const contexts[] = {"context", NULL};

	return take_place(t, &t->parameter, i, word, parameters) ||
	       take_place(t, &t->value, i, word, values) ||
	       take_place(t, &t->unit, i, word, units) ||
	       take_place(t, &t->position, i, word, positions) ||
	       take_place(t, &t->context, i, word, contexts);
}

struct qc_column *qc_add_column(
	struct qc_table *t, const char *heading, const char *unit, const char *parameter)
{
	const struct qc_thresholds *found = qc_conf_find(t->conf, unit, parameter);
	const struct parameter *known = parameter_find(parameter);
	struct qc_column *column;

	if (t->n == QC_COLUMNS) {
		qc_say_bad(t, "\"%s\": there are more than %d to judge", heading, QC_COLUMNS);
		return NULL;
	}
	column = &t->columns[t->n++];
	text_copy(column->heading, sizeof(column->heading), heading);
	column->thresholds = found ? *found : qc_bounds_only(known);
	column->unknown = !known;
	if (!known)
		fprintf(t->say, "waterlab: %s: is no parameter and not judged\n", heading);
	else if (!found)
		fprintf(t->say,
			"waterlab: %s: there are no thresholds for it; only what water on earth "
			"can show is held against it\n",
			heading);
	qc_spread_begin(&column->spread, &column->thresholds);
	qc_begin_column(column);
	return column;
}

/* "ph", or "ANALYZER:ph". */
static bool take_parameter(struct qc_table *t, size_t i, const char *word)
{
	const char *colon = strrchr(word, ':'), *parameter = colon ? colon + 1 : word;
	char unit[QC_HEADING] = "";
	struct qc_column *column;
	unsigned k;

	if (!parameter_find(parameter))
		return false;
	for (k = 0; k < t->n; k++)
		if (!strcmp(t->columns[k].heading, word))
			qc_say_bad(t, "\"%s\": there are two such columns", word);
	if (colon)
		memcpy(unit, word, (size_t)(colon - word));
	column = qc_add_column(t, word, unit, parameter);
	if (column)
		column->at = i;
	return true;
}

/* A file that was judged already would get every flag twice. */
static bool is_flag(const char *word)
{
	const char *underline = strrchr(word, '_');
	char before[QC_HEADING];
	unsigned i;

	if (!strcmp(word, "location_qc") || !strcmp(word, "qc_worst"))
		return true;
	if (!underline)
		return false;
	memcpy(before, word, (size_t)(underline - word));
	before[underline - word] = '\0';
	if (!parameter_find(strrchr(before, ':') ? strrchr(before, ':') + 1 : before))
		return false;
	for (i = 0; i < QC_TESTS; i++)
		if (!strcmp(underline + 1, qc_test_word((enum qc_test)i)))
			return true;
	return !strcmp(underline + 1, "qc");
}

static void say_other(struct qc_table *t, const char *word)
{
	unsigned best = 3, distance;
	const char *nearest = NULL;
	size_t i;

	for (i = 0; i < parameter_count(); i++) {
		distance = text_distance(word, parameter_at(i)->code);
		if (distance < best && 2 * distance < strlen(word)) {
			best = distance;
			nearest = parameter_at(i)->code;
		}
	}
	fprintf(t->say, "waterlab: %s: is no parameter and goes out as it came", word);
	if (nearest)
		fprintf(t->say, "; did you mean %s?", nearest);
	fputc('\n', t->say);
}

static bool is_whole(struct qc_table *t)
{
	if (t->time == NO_COLUMN)
		qc_say_bad(t, "no column is called time; the others are called as \"waterlab "
			      "parameters\" has them, or ANALYZER:PARAMETER");
	else if (!t->n && t->value == NO_COLUMN)
		qc_say_bad(t, "no column is called as a parameter of \"waterlab parameters\", or "
			      "ANALYZER:PARAMETER, nor two parameter and value");
	if ((t->lat == NO_COLUMN) != (t->lon == NO_COLUMN))
		qc_say_bad(t, "lat and lon come together, or not at all");
	if (t->lat != NO_COLUMN && t->position != NO_COLUMN)
		qc_say_bad(t, "lat and lon, and position: leave one out");
	t->placed = t->lat != NO_COLUMN || t->position != NO_COLUMN;
	return !t->bad;
}

/* Columns parameter and value make a long table; their other columns are nobody's business. */
static bool is_long(const struct qc_table *t)
{
	char word[QC_HEADING];
	unsigned both = 0;
	size_t i;

	for (i = 0; i < t->in.n; i++)
		if (csv_text(&t->in, i, word, sizeof(word)))
			both |= !strcasecmp(word, "parameter") ? 1
				: !strcasecmp(word, "value")   ? 2
							       : 0;
	return both == 3;
}

bool qc_read_heading(struct qc_table *t)
{
	bool is_of_long = is_long(t);
	char word[QC_HEADING];
	size_t i;

	t->time = t->lat = t->lon = t->position = t->visit = t->context = NO_COLUMN;
	t->parameter = t->value = t->unit = NO_COLUMN;
	t->width = t->in.n;
	for (i = 0; i < t->in.n; i++) {
		if (!csv_text(&t->in, i, word, sizeof(word)) || !*word)
			continue; /* it goes out as it came */
		if (is_flag(word))
			qc_say_bad(t, "\"%s\": this file was judged already; give the one before",
				word);
		else if (!take_known(t, i, word) && !(is_of_long && take_long(t, i, word)) &&
			 !is_of_long && !take_parameter(t, i, word))
			say_other(t, word);
	}
	return is_whole(t);
}

/* --- cells ----------------------------------------------------------------------------------------- */

/* As people and loggers write it: no hexadecimal, no words. */
static bool read_number(const char *word, double *to)
{
	char *end;

	if (!*word || word[strspn(word, "0123456789+-.eE")])
		return false;
	*to = strtod(word, &end);
	return end != word && !*end && isfinite(*to);
}

double qc_read_cell(struct qc_table *t, size_t column, const char *heading, uint16_t *flags)
{
	static const char *const nothing[] = {"", "null", "nan", "na", "n/a", "none", "-", NULL};
	char word[QC_WORD], shown[QC_WORD];
	struct text text = text_over(shown, sizeof(shown));
	double value;
	unsigned i;

	*flags = 0;
	if (column >= t->in.n)
		return (double)NAN;
	if (!csv_text(&t->in, column, word, sizeof(word)))
		text_copy(word, sizeof(word), "?");
	if (is_one_of(word, nothing))
		return (double)NAN;
	if (!read_number(word, &value)) {
		text_put_shown(&text, word, strlen(word), 40);
		qc_say_bad(t, "%s: \"%s\" is no number", heading, shown);
		*flags = FLAG_NOT_FINITE;
		return (double)NAN;
	}
	for (i = 0; i < t->conf->n_no_value; i++)
		if (value == t->conf->no_value[i]) {
			*flags = FLAG_SENTINEL;
			return (double)NAN;
		}
	return value;
}

bool qc_read_time(struct qc_table *t, int64_t *utc_ms)
{
	char word[QC_WORD], shown[QC_WORD];
	struct text text = text_over(shown, sizeof(shown));
	bool zoned;
	double since;

	if (!csv_text(&t->in, t->time, word, sizeof(word)))
		*word = '\0';
	if (read_number(word, &since) && since >= 0) {
		since = since < MOST_SECONDS ? 1000 * since : since;
		*utc_ms = since < LAST_MS ? llround(since) : -1;
		if (*utc_ms >= 0)
			return true;
	} else if (!utc_read(word, utc_ms, &zoned)) {
		return true;
	}
	text_put_shown(&text, word, strlen(word), 40);
	qc_say_bad(t,
		"\"%s\" is no time; it is written 2026-12-01 09:05:31 (UTC), 2026-12-01 "
		"14:05:31+05:00, or in seconds since 1970",
		shown);
	return false;
}

void qc_read_visit(struct qc_table *t, char visit[QC_WORD])
{
	char name[QC_WORD] = "", context[QC_WORD] = "";
	struct text text = text_over(visit, QC_WORD);

	if (t->visit < t->in.n && !csv_text(&t->in, t->visit, name, sizeof(name)))
		qc_say_bad(t, "the name of its visit is too long");
	if (t->context < t->in.n && !csv_text(&t->in, t->context, context, sizeof(context)))
		qc_say_bad(t, "its context is too long");
	text_printf(&text, "%s/%s", name, context);
}

/* --- positions ------------------------------------------------------------------------------------- */

/* What is no number is no place on earth. */
static double read_degrees(struct qc_table *t, size_t column, const char *heading)
{
	uint16_t flags;
	double value = qc_read_cell(t, column, heading, &flags);

	return flags & FLAG_NOT_FINITE ? 1000 : value;
}

/* "LAT LON", as spool export writes it. */
static void read_position(struct qc_table *t, double *lat, double *lon)
{
	char word[QC_WORD], *blank;

	*lat = *lon = (double)NAN;
	if (t->position >= t->in.n)
		return;
	if (!csv_text(&t->in, t->position, word, sizeof(word)))
		text_copy(word, sizeof(word), "?");
	if (!*word)
		return;
	blank = strchr(word, ' ');
	if (blank)
		*blank++ = '\0';
	if (!blank || !read_number(word, lat) || !read_number(blank, lon)) {
		qc_say_bad(t, "position: is no latitude and longitude");
		*lat = *lon = 1000;
	}
}

enum qc qc_judge_place(struct qc_table *t)
{
	double lat, lon;

	if (!t->placed)
		return QC_NOT_EVALUATED;
	if (t->position != NO_COLUMN) {
		read_position(t, &lat, &lon);
	} else {
		lat = read_degrees(t, t->lat, "lat");
		lon = read_degrees(t, t->lon, "lon");
	}
	return qc_track_take(&t->track, lat, lon);
}
