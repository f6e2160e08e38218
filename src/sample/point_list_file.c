/* A list of points and its doubles, read from their files. */
#include "sample/point_list.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "sample/terms.h"

/* What is read, for words about it. */
struct reading_list {
	const char *path;
	struct csv *csv;
	struct text *why;
	int *columns; /* where each heading stands; -1: nowhere */
};

__attribute__((format(printf, 3, 4))) static int wrong(
	const struct reading_list *in, unsigned long line, const char *fmt, ...)
{
	char words[320];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	text_printf(in->why, "%s:%lu: ", in->path, line);
	text_put_shown(in->why, words, strlen(words), sizeof(words));
	return ERR_CONF;
}

static int no_memory(const struct reading_list *in)
{
	text_printf(in->why, "%s: there is not enough memory to read it", in->path);
	return ERR_MEMORY;
}

/* --- columns --------------------------------------------------------------------------------------------- */

struct heading {
	const char *name; /* NULL ends them */
	bool needed;
};

enum { CODE, NAME, SOURCE_TYPE, LAT, LON, POSITION, TREATED, POINT_COLUMNS };

static const struct heading point_headings[] = {{"code", true}, {"name", true},
	{"source_type", true}, {"lat", true}, {"lon", true}, {"position", false},
	{"treated", false}, {NULL, false}};

enum { DOUBLE, COUNTS, DOUBLE_COLUMNS };

static const struct heading double_headings[] = {{"double", true}, {"counts", true}, {NULL, false}};

/* Columns stand in any order, and an export may have others: those are left. */
static int read_headings(const struct reading_list *in, const struct heading *headings)
{
	char room[32];
	size_t i, k;

	for (i = 0; headings[i].name; i++) {
		in->columns[i] = -1;
		for (k = 0; k < in->csv->n; k++) {
			if (!csv_text(in->csv, k, room, sizeof(room)) ||
				strcmp(room, headings[i].name) != 0)
				continue;
			if (in->columns[i] >= 0)
				return wrong(in, in->csv->line,
					"two columns are called \"%s\"; leave one", room);
			in->columns[i] = (int)k;
		}
		if (headings[i].needed && in->columns[i] < 0)
			return wrong(in, in->csv->line,
				"the first line names the columns, between commas, and \"%s\" is "
				"not among them",
				headings[i].name);
	}
	return 0;
}

static int column(const struct reading_list *in, const struct heading *headings, int which,
	char *to, size_t cap)
{
	*to = '\0';
	if (in->columns[which] < 0 || csv_text(in->csv, (size_t)in->columns[which], to, cap))
		return 0;
	return wrong(in, in->csv->line, "%s is not there, or longer than %zu bytes",
		headings[which].name, cap - 1);
}

/* Codes are typed, told by phone and compared byte by byte. */
#define CODE_MAY "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+"

static bool is_made_of(const char *s, const char *may)
{
	return *s && !s[strspn(s, may)];
}

/* Empty, or degrees as "34.0151"; false: neither. */
static bool take_degrees(const char *s, double most, bool *there, int32_t *e7)
{
	const char *digits = s + (*s == '-' || *s == '+');
	size_t whole = strspn(digits, "0123456789"), behind = 0;
	double value;

	*there = *s != '\0';
	*e7 = 0;
	if (!*s)
		return true;
	if (digits[whole] == '.')
		behind = 1 + strspn(digits + whole + 1, "0123456789");
	if (!whole || whole > 3 || behind > 20 || digits[whole + behind])
		return false;
	value = strtod(s, NULL);
	if (!(value >= -most && value <= most))
		return false;
	*e7 = (int32_t)(value * 1e7 + (value < 0 ? -0.5 : 0.5));
	return true;
}

/* --- points ---------------------------------------------------------------------------------------------- */

static int refuse_term(
	const struct reading_list *in, int which, const char *word, enum term_list list)
{
	char words[288] = "";
	struct text known = text_over(words, sizeof(words));
	size_t i;

	for (i = 0; term_at(list, i); i++)
		text_printf(&known, "%s%s", i ? ", " : "", term_at(list, i));
	text_printf(
		in->why, "%s:%lu: %s is \"", in->path, in->csv->line, point_headings[which].name);
	text_put_shown(in->why, word, strlen(word), 40);
	text_printf(in->why, "\"; it is one of %s", words);
	return ERR_CONF;
}

static int read_at(const struct reading_list *in, struct point *point)
{
	char lat[40], lon[40];
	bool has_lat, has_lon;
	int err = column(in, point_headings, LAT, lat, sizeof(lat));

	if (!err)
		err = column(in, point_headings, LON, lon, sizeof(lon));
	if (err)
		return err;
	if (!take_degrees(lat, 90, &has_lat, &point->lat_e7))
		return wrong(in, in->csv->line,
			"lat is \"%s\"; it is degrees north, as 34.0151, or empty", lat);
	if (!take_degrees(lon, 180, &has_lon, &point->lon_e7))
		return wrong(in, in->csv->line,
			"lon is \"%s\"; it is degrees east, as 71.5249, or empty", lon);
	if (has_lat != has_lon)
		return wrong(in, in->csv->line, "one of lat and lon is empty; give both or none");
	if (has_lat && !point->lat_e7 && !point->lon_e7)
		return wrong(in, in->csv->line,
			"lat and lon are 0, which is in the sea; leave both empty where the "
			"position is not known");
	point->has_at = has_lat;
	return 0;
}

static int read_terms(const struct reading_list *in, struct point *point)
{
	int err = column(in, point_headings, SOURCE_TYPE, point->type, sizeof(point->type));

	if (!err && !term_is(TERM_SOURCE, point->type))
		err = refuse_term(in, SOURCE_TYPE, point->type, TERM_SOURCE);
	if (!err)
		err = column(
			in, point_headings, POSITION, point->position, sizeof(point->position));
	if (!err && *point->position && !term_is(TERM_POSITION, point->position))
		err = refuse_term(in, POSITION, point->position, TERM_POSITION);
	if (!err)
		err = column(in, point_headings, TREATED, point->treated, sizeof(point->treated));
	if (!err && *point->treated && strcmp(point->treated, "yes") != 0 &&
		strcmp(point->treated, "no") != 0)
		err = wrong(in, in->csv->line, "treated is \"%s\"; it is yes, no or empty",
			point->treated);
	return err;
}

/* As a record gives it back, so that a point whose record is there is known to be the same. */
static bool as_recorded(struct point *point)
{
	char room[STEP_WORDS];
	struct text words = text_over(room, sizeof(room));

	point_put(&words, point);
	return !words.cut && point_read(point, 0, point->lat_e7, point->lon_e7, room);
}

static int read_point(const struct reading_list *in, struct point *point)
{
	int err = column(in, point_headings, CODE, point->code, sizeof(point->code));

	if (!err && !is_made_of(point->code, CODE_MAY))
		err = wrong(in, in->csv->line,
			"code is \"%s\"; it is letters A to Z, digits and - _ . : +, without "
			"blanks",
			point->code);
	if (!err)
		err = column(in, point_headings, NAME, point->name, sizeof(point->name));
	if (!err && !text_is_words(point->name))
		err = wrong(in, in->csv->line,
			"%s has no name that can be read: three letters or more, saved as UTF-8",
			point->code);
	if (!err)
		err = read_terms(in, point);
	if (!err)
		err = read_at(in, point);
	if (!err && !as_recorded(point))
		err = wrong(in, in->csv->line,
			"the name of %s is too long beside all else that is said of it; shorten "
			"it",
			point->code);
	return err;
}

static int by_code(const void *a, const void *b)
{
	const struct listed_point *x = a, *y = b;
	int order = strcmp(x->point.code, y->point.code);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int take_point(const struct reading_list *in, struct point_list *list)
{
	struct listed_point *more = list->at, one = {.line = in->csv->line};
	int err = read_point(in, &one.point);

	if (err)
		return err;
	if (list->n == POINT_LIST_MOST)
		return wrong(in, one.line, "there are more than %d points", POINT_LIST_MOST);
	if (!(list->n & (list->n - 1))) /* room for twice as many at each power of two */
		more = realloc(list->at, (list->n ? 2 * list->n : 1) * sizeof(*more));
	if (!more)
		return no_memory(in);
	list->at = more;
	list->at[list->n++] = one;
	return 0;
}

static int end_points(const struct reading_list *in, struct point_list *list)
{
	size_t i;

	if (list->n)
		qsort(list->at, list->n, sizeof(*list->at), by_code);
	for (i = 1; i < list->n; i++)
		if (!strcmp(list->at[i - 1].point.code, list->at[i].point.code))
			return wrong(in, list->at[i].line,
				"line %lu has the code %s too; each point has its own",
				list->at[i - 1].line, list->at[i].point.code);
	return list->n ? 0 : wrong(in, in->csv->line, "there is no point in it");
}

/* --- doubles --------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct point_double *x = a, *y = b;
	int order = strcmp(x->is, y->is);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Of a code that was cut, "P-12" of "P-123", a failure elsewhere would be closed. */
static int take_double(const struct reading_list *in, struct point_list *list)
{
	struct point_double *more = list->doubles, one = {.line = in->csv->line};
	int err = column(in, double_headings, DOUBLE, one.is, sizeof(one.is));

	if (!err && !is_made_of(one.is, CODE_MAY "/"))
		err = wrong(in, one.line,
			"double is \"%s\"; it is a code, or LAB/SPOOL/NUMBER of a point that a van "
			"made",
			one.is);
	if (!err)
		err = column(in, double_headings, COUNTS, one.counts, sizeof(one.counts));
	if (!err && !is_made_of(one.counts, CODE_MAY))
		err = wrong(in, one.line, "counts is \"%s\"; it is a code of the list of points",
			one.counts);
	if (!err && !*in->csv->end_of_line)
		err = wrong(in, one.line,
			"the last line has no end, as in a file that was cut; where it is whole, "
			"put an end of line behind it");
	if (err)
		return err;
	if (list->n_doubles == POINT_LIST_MOST)
		return wrong(in, one.line, "there are more than %d doubles", POINT_LIST_MOST);
	if (!(list->n_doubles & (list->n_doubles - 1)))
		more = realloc(
			list->doubles, (list->n_doubles ? 2 * list->n_doubles : 1) * sizeof(*more));
	if (!more)
		return no_memory(in);
	list->doubles = more;
	list->doubles[list->n_doubles++] = one;
	return 0;
}

enum { MOST_STEPS = 16 };

/* The one that counts may itself be a double of another: who stands at the end counts. */
static int follow(
	const struct reading_list *in, const struct point_list *list, size_t i, const char **counts)
{
	const struct point_double *one = &list->doubles[i], *next;
	size_t steps;

	*counts = one->counts;
	for (steps = 0; (next = point_list_find_double(list, *counts)); steps++) {
		if (next == one)
			return wrong(in, one->line,
				"%s is a double of %s, and in the end of itself; leave out the "
				"line "
				"of the one that counts",
				one->is, one->counts);
		if (steps == MOST_STEPS)
			return wrong(in, one->line,
				"%s is a double of doubles without end; name the one that counts",
				one->is);
		*counts = next->counts;
	}
	if (!list->n || point_list_find(list, *counts))
		return 0;
	return wrong(in, one->line,
		"there is no point %s in the list; name the one that counts by its code there",
		*counts);
}

static int end_doubles(const struct reading_list *in, struct point_list *list)
{
	char(*ends)[TERM];
	const char *counts;
	size_t i;
	int err = 0;

	if (!list->n_doubles)
		return 0;
	qsort(list->doubles, list->n_doubles, sizeof(*list->doubles), by_name);
	for (i = 1; i < list->n_doubles; i++)
		if (!strcmp(list->doubles[i - 1].is, list->doubles[i].is))
			return wrong(in, list->doubles[i].line,
				"line %lu says already what %s is a double of; leave one",
				list->doubles[i - 1].line, list->doubles[i].is);
	ends = calloc(list->n_doubles, sizeof(*ends));
	if (!ends)
		return no_memory(in);
	for (i = 0; !err && i < list->n_doubles; i++) {
		err = follow(in, list, i, &counts);
		if (!err)
			(void)text_copy(ends[i], sizeof(ends[i]), counts);
	}
	for (i = 0; !err && i < list->n_doubles; i++)
		memcpy(list->doubles[i].counts, ends[i], sizeof(ends[i]));
	free(ends);
	return err;
}

/* --- the files ------------------------------------------------------------------------------------------- */

static int read_records(const struct reading_list *in, const struct heading *headings,
	int (*take)(const struct reading_list *in, struct point_list *list),
	struct point_list *list)
{
	bool headed = false;
	int err;

	while ((err = csv_next(in->csv)) != ERR_ABSENT) {
		if (err == ERR_IO) {
			text_printf(in->why, "%s: %s", in->path, strerror(errno));
			return err;
		}
		if (err)
			return wrong(in, in->csv->line,
				"a quote that is not closed, or far too long a line");
		if (!in->csv->len || in->csv->record[0] == '#')
			continue;
		err = headed ? take(in, list) : read_headings(in, headings);
		if (err)
			return err;
		headed = true;
	}
	return headed ? 0
		      : wrong(in, in->csv->line, "it is empty; the first line names the columns");
}

static int read_file(struct point_list *list, FILE *file, const char *path, struct text *why,
	const struct heading *headings,
	int (*take)(const struct reading_list *in, struct point_list *list),
	int (*end)(const struct reading_list *in, struct point_list *list))
{
	int columns[POINT_COLUMNS];
	struct reading_list in = {path, malloc(sizeof(*in.csv)), why, columns};
	int err;

	if (!in.csv)
		return no_memory(&in);
	csv_begin(in.csv, file);
	err = read_records(&in, headings, take, list);
	if (!err)
		err = end(&in, list);
	free(in.csv);
	return err;
}

int point_list_read(struct point_list *list, FILE *file, const char *path, struct text *why)
{
	int err = read_file(list, file, path, why, point_headings, take_point, end_points);

	if (err)
		point_list_free(list);
	return err;
}

int point_list_read_doubles(struct point_list *list, FILE *file, const char *path, struct text *why)
{
	int err = read_file(list, file, path, why, double_headings, take_double, end_doubles);

	if (err) {
		free(list->doubles);
		list->doubles = NULL;
		list->n_doubles = 0;
	}
	return err;
}
