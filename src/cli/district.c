/*
 * waterlab district: points in, the same rows with their district out.  One pass, a row at a time.
 *
 * A row is passed on as it came, byte by byte, and what is found is added behind it.  The columns
 * of an earlier tagging, when they are the last ones, are left out: a file can be tagged anew with
 * another edition.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/csv.h"
#include "base/number.h"
#include "cli/cli.h"

enum { NO_COLUMN = CSV_FIELDS, MOST_SAID = 20, TEHSIL_CODE = 4, TEHSIL_NAME = 5, ADDED = 8 };

/* What is added, in this order; the tehsil's only when the boundaries have tehsils. */
static const char *const added[ADDED] = {"district_code", "district_name", "division", "province",
	"tehsil_code", "tehsil_name", "border_m", "neighbour"};

struct tagging {
	struct boundaries *boundaries;
	struct area *areas; /* those of the boundaries, divisions filled in */
	bool tehsils;
	double within_m;
	struct csv in;
	size_t lon, lat, position; /* columns, or NO_COLUMN */
	size_t kept;               /* columns that are passed on, at most */
	size_t columns;            /* of the first row, that many at least: tags stay in theirs */
	unsigned long tagged, outside, turned, without,
		bad; /* turned: inside the other way round */
};

/* --- where the columns are ------------------------------------------------------------------------- */

static bool is_one_of(const char *word, const char *const *names)
{
	for (; *names; names++)
		if (strcasecmp(word, *names) == 0)
			return true;
	return false;
}

/* How many columns come before those of an earlier tagging, with tehsils or without. */
static size_t columns_before_tags(const struct csv *in)
{
	char word[64];
	size_t i = in->n, k;

	for (k = ADDED; k--;) {
		if (i == 0 || !csv_text(in, i - 1, word, sizeof(word)))
			return CSV_FIELDS;
		if (strcmp(word, added[k]) == 0)
			i--;
		else if (k != TEHSIL_CODE && k != TEHSIL_NAME)
			return CSV_FIELDS;
	}
	return i;
}

static void take_column(size_t *column, size_t i, const char *what, const char **twice)
{
	if (*column == NO_COLUMN)
		*column = i;
	else
		*twice = what;
}

/* False: no heading that names a position.  `twice`: what two columns say, which may contradict. */
static bool read_heading(struct tagging *t, const char **twice)
{
	static const char *const lons[] = {"lon", "long", "lng", "longitude", "x", NULL};
	static const char *const lats[] = {"lat", "latitude", "y", NULL};
	static const char *const positions[] = {"position", NULL};
	char word[64];
	size_t i;

	t->lon = t->lat = t->position = NO_COLUMN;
	t->kept = columns_before_tags(&t->in);
	for (i = 0; i < t->in.n; i++) {
		if (!csv_text(&t->in, i, word, sizeof(word)))
			continue;
		if (is_one_of(word, lons))
			take_column(&t->lon, i, "longitude", twice);
		else if (is_one_of(word, lats))
			take_column(&t->lat, i, "latitude", twice);
		else if (is_one_of(word, positions))
			take_column(&t->position, i, "position", twice);
	}
	if (t->position != NO_COLUMN && t->lon != NO_COLUMN && t->lat != NO_COLUMN)
		*twice = "the point (lon and lat, and position)";
	return t->position != NO_COLUMN || (t->lon != NO_COLUMN && t->lat != NO_COLUMN);
}

/* --- one point ------------------------------------------------------------------------------------- */

/* Digits as a person writes them: no hexadecimal, no "nan". */
static bool read_degrees(const char *from, char **end, double *to)
{
	if (!isdigit((unsigned char)from[strspn(from, "+-.")]) || from[0] == '\0')
		return false;
	*to = strtod(from, end);
	return isfinite(*to) && !strpbrk(from, "xX");
}

enum found { FOUND_POINT, FOUND_NONE, FOUND_BAD };

/* "LAT LON", as spool export writes it. */
static enum found read_position(struct tagging *t, double *lon, double *lat)
{
	char word[128], *end;

	if (!csv_text(&t->in, t->position, word, sizeof(word)))
		return FOUND_BAD;
	if (!*word)
		return FOUND_NONE;
	if (!read_degrees(word, &end, lat) || *end != ' ')
		return FOUND_BAD;
	end += strspn(end, " ");
	return read_degrees(end, &end, lon) && !*end ? FOUND_POINT : FOUND_BAD;
}

static enum found read_pair(struct tagging *t, double *lon, double *lat)
{
	char x[64], y[64], *end_x, *end_y;

	if (!csv_text(&t->in, t->lon, x, sizeof(x)) || !csv_text(&t->in, t->lat, y, sizeof(y)))
		return FOUND_BAD;
	if (!*x && !*y)
		return FOUND_NONE;
	if (!read_degrees(x, &end_x, lon) || !read_degrees(y, &end_y, lat))
		return FOUND_BAD;
	return *end_x || *end_y ? FOUND_BAD : FOUND_POINT;
}

static enum found read_point(struct tagging *t, double *lon, double *lat)
{
	enum found found;

	if (t->lon != NO_COLUMN && t->lat != NO_COLUMN)
		found = read_pair(t, lon, lat);
	else
		found = read_position(t, lon, lat);
	if (found == FOUND_POINT && !(fabs(*lon) <= 180 && fabs(*lat) <= 90))
		return FOUND_BAD;
	return found;
}

static void say_bad(struct tagging *t, const char *what)
{
	if (++t->bad <= MOST_SAID)
		fprintf(stderr, "waterlab: line %lu: %s\n", t->in.line, what);
	if (t->bad == MOST_SAID)
		fputs("waterlab: further such lines are only counted\n", stderr);
}

/* --- rows out -------------------------------------------------------------------------------------- */

static void put_row(const struct tagging *t)
{
	const struct csv *in = &t->in;
	const struct csv_field *last;
	size_t i;

	if (in->n <= t->kept) {
		fwrite(in->record, 1, in->len, stdout);
	} else if (t->kept) {
		last = &in->fields[t->kept - 1];
		fwrite(in->record, 1, (size_t)(last->at + last->len - in->record), stdout);
	}
	for (i = in->n; i && i < t->columns; i++)
		putchar(',');
}

static void put_added(const struct tagging *t, const char *const words[ADDED])
{
	char room[2 * AREA_NAME + 3];
	size_t i;

	for (i = 0; i < ADDED; i++) {
		struct text field = text_over(room, sizeof(room));

		if (!t->tehsils && (i == TEHSIL_CODE || i == TEHSIL_NAME))
			continue;
		csv_put(&field, words[i]);
		putchar(',');
		fputs(room, stdout);
	}
	fputs(*t->in.end_of_line ? t->in.end_of_line : "\n", stdout);
}

static void put_untagged(const struct tagging *t)
{
	static const char *const nothing[ADDED] = {"", "", "", "", "", "", "", ""};

	put_row(t);
	put_added(t, nothing);
}

static void put_tagged(const struct tagging *t, const struct located *located)
{
	static const struct area nowhere;
	const struct area *area = &nowhere;
	char metres[NUMBER_TEXT] = "";

	if (located->area)
		area = &t->areas[located->area - boundaries_at(t->boundaries, 0)];
	if (isfinite(located->border_m))
		number_put_decimal(metres, located->border_m, 1);
	put_row(t);
	put_added(t, (const char *const[ADDED]){area->code, area->name, area->division,
			     area->province, area->tehsil, area->tehsil_name, metres,
			     located->neighbour ? located->neighbour->code : ""});
}

static int tag_row(struct tagging *t)
{
	struct located located;
	double lon = 0, lat = 0;
	int err;

	switch (read_point(t, &lon, &lat)) {
	case FOUND_NONE:
		t->without++;
		put_untagged(t);
		return 0;
	case FOUND_BAD:
		say_bad(t, "no position in degrees, longitude within 180 and latitude within 90");
		put_untagged(t);
		return 0;
	case FOUND_POINT:
		break;
	}
	err = boundaries_find(t->boundaries, lon, lat, t->within_m, &located);
	if (err)
		return err;
	put_tagged(t, &located);
	t->tagged += located.area != NULL;
	if (located.area)
		return 0;
	t->outside++;
	if (fabs(lon) > 90)
		return 0;
	err = boundaries_find(t->boundaries, lat, lon, 0, &located);
	t->turned += located.area != NULL;
	return err;
}

/* --- all rows -------------------------------------------------------------------------------------- */

/* The first row that is there: a heading, or the first point of lon,lat. */
static int tag_first(struct tagging *t)
{
	const char *twice = NULL;
	double lon, lat;
	bool headed = read_heading(t, &twice);

	if (headed && twice) {
		fprintf(stderr, "waterlab: line %lu: two columns say %s: leave one out\n",
			t->in.line, twice);
		return ERR_CONF;
	}
	if (!headed)
		t->kept = CSV_FIELDS;
	t->columns = t->in.n < t->kept ? t->in.n : t->kept;
	if (headed) {
		put_row(t);
		put_added(t, added);
		return 0;
	}
	t->lon = 0;
	t->lat = 1;
	if (t->in.n >= 2 && read_point(t, &lon, &lat) == FOUND_POINT)
		return tag_row(t);
	fprintf(stderr,
		"waterlab: line %lu is neither a point (lon,lat) nor a heading that names "
		"lon and lat, or position\n",
		t->in.line);
	return ERR_CONF;
}

static int tag_all(struct tagging *t)
{
	bool begun = false;
	int err = 0, next;

	while (!err && !ferror(stdout) && (next = csv_next(&t->in)) != ERR_ABSENT) {
		if (next == ERR_IO) {
			fprintf(stderr, "waterlab: standard input: %s\n", strerror(errno));
			return next;
		}
		if (next == ERR_FULL) {
			say_bad(t, "too long; it is left out");
		} else if (next == ERR_CONF && begun) {
			say_bad(t,
				"a quote is opened and not closed, or there are too many fields");
			put_untagged(t);
		} else if (!t->in.len) {
			fputs(t->in.end_of_line, stdout);
		} else {
			err = begun ? tag_row(t) : tag_first(t);
			begun = true;
		}
	}
	return err;
}

static int tell(const struct tagging *t)
{
	fprintf(stderr,
		"waterlab: in a district: %lu, outside all: %lu, without a position: %lu, "
		"bad lines: %lu\n",
		t->tagged, t->outside, t->without, t->bad);
	if (t->turned)
		fprintf(stderr,
			"waterlab: %lu of those outside lie in a district with longitude and "
			"latitude the other way round: a point is lon,lat\n",
			t->turned);
	return t->bad ? CLI_FAILED : CLI_DONE;
}

/* --- beginning ------------------------------------------------------------------------------------- */

static int copy_areas(struct tagging *t, const struct gazetteer *places)
{
	size_t n = boundaries_count(t->boundaries), i;

	t->areas = calloc(n ? n : 1, sizeof(*t->areas));
	if (!t->areas)
		return ERR_MEMORY;
	for (i = 0; i < n; i++) {
		t->areas[i] = *boundaries_at(t->boundaries, i);
		t->tehsils |= *t->areas[i].tehsil != '\0';
		if (places)
			gazetteer_complete(places, &t->areas[i]);
	}
	return 0;
}

static bool read_within(const char *words, double *metres)
{
	char *end;

	*metres = INFINITY;
	if (!words || (read_degrees(words, &end, metres) && !*end && *metres >= 0))
		return true;
	fprintf(stderr, "waterlab: --within is a number of metres, not %s\n", words);
	return false;
}

static int open_all(const struct cli *cli, struct tagging *t)
{
	char words[1024];
	struct text why = text_over(words, sizeof(words));
	struct gazetteer *places = NULL;
	int err;

	if (!cli_places(cli, &places))
		return CLI_USAGE;
	err = boundaries_open(&t->boundaries, cli->boundaries, &cli->keys, &why);
	if (!err)
		err = copy_areas(t, places);
	if (!err && !boundaries_installed(t->boundaries))
		fprintf(stderr,
			"waterlab: %s is GeoJSON, taken as it is; what is doubtful in it, waterlab "
			"boundaries show tells\n",
			cli->boundaries);
	gazetteer_free(places);
	if (!err)
		return CLI_DONE;
	fprintf(stderr, "waterlab: %s\n", why.len ? words : err_text(err));
	return CLI_FAILED;
}

int cli_district(struct cli *cli)
{
	struct tagging *t;
	int end, err;
	double within_m;

	if (!cli->boundaries) {
		fputs("waterlab: district needs --boundaries FILE, GeoJSON or installed\n", stderr);
		return CLI_USAGE;
	}
	if (!read_within(cli->within, &within_m))
		return CLI_USAGE;
	t = calloc(1, sizeof(*t));
	if (!t)
		return CLI_FAILED;
	t->within_m = within_m;
	csv_begin(&t->in, stdin);
	end = open_all(cli, t);
	if (!end) {
		err = tag_all(t);
		if (err == ERR_MEMORY)
			fprintf(stderr, "waterlab: %s\n", err_text(err));
		end = err ? CLI_FAILED : tell(t);
	}
	boundaries_free(t->boundaries);
	free(t->areas);
	free(t);
	return end;
}
