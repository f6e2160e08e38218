#include "district/gazetteer.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/csv.h"
#include "district/plane.h"

struct gazetteer {
	struct gazetteer_place *places;
	size_t n, cap;
};

enum column { PROVINCE, DIVISION, DISTRICT, CODE, TEHSIL, TEHSIL_CODE, LAT, LON, COLUMNS };

static const char *const headings[COLUMNS] = {"province", "division", "district", "district_pcode",
	"tehsil", "tehsil_pcode", "lat", "lon"};

/* --- reading --------------------------------------------------------------------------------------- */

/* The line that is read, for words about it. */
struct place_line {
	const char *path;
	const struct csv *csv;
	struct text *why;
};

static int wrong(const struct place_line *line, const char *what, const char *remedy)
{
	text_printf(line->why, "%s:%lu: %s; %s", line->path, line->csv->line, what, remedy);
	return ERR_CONF;
}

static int wrong_column(const struct place_line *line, enum column column, const char *remedy)
{
	char what[64];
	struct text to = text_over(what, sizeof(what));

	text_printf(&to, "%s is wrong", headings[column]);
	return wrong(line, what, remedy);
}

static int read_degrees(const struct place_line *line, enum column column, double most, double *out)
{
	char room[32], *end;

	if (!csv_text(line->csv, column, room, sizeof(room)) || !*room)
		return wrong_column(line, column, "it is degrees, as 34.01");
	*out = strtod(room, &end);
	if (*end || !(fabs(*out) <= most))
		return wrong_column(line, column, "it is degrees, as 34.01");
	return 0;
}

static int read_words(const struct place_line *line, enum column column, char *to, size_t cap)
{
	return csv_text(line->csv, column, to, cap)
		       ? 0
		       : wrong_column(line, column,
				 "a name has at most 63 bytes and a code 15, without a NUL");
}

static int read_place(const struct place_line *line, struct gazetteer_place *place)
{
	struct area *a = &place->area;
	int err = 0;

	*place = (struct gazetteer_place){.lat = 0};
	if (line->csv->n != COLUMNS)
		return wrong(line, "this is no place",
			"it has 8 fields: province,division,district,district_pcode,tehsil,"
			"tehsil_pcode,lat,lon");
	err = read_words(line, PROVINCE, a->province, sizeof(a->province));
	if (!err)
		err = read_words(line, DIVISION, a->division, sizeof(a->division));
	if (!err)
		err = read_words(line, DISTRICT, a->name, sizeof(a->name));
	if (!err)
		err = read_words(line, CODE, a->code, sizeof(a->code));
	if (!err)
		err = read_words(line, TEHSIL, a->tehsil_name, sizeof(a->tehsil_name));
	if (!err)
		err = read_words(line, TEHSIL_CODE, a->tehsil, sizeof(a->tehsil));
	if (!err)
		err = read_degrees(line, LAT, 90, &place->lat);
	if (!err)
		err = read_degrees(line, LON, 180, &place->lon);
	if (err)
		return err;
	if (!*a->province || !*a->name || !*a->code)
		return wrong(line, "province, district or district_pcode is empty",
			"each place has all three");
	if (!*a->tehsil != !*a->tehsil_name)
		return wrong(line, "a tehsil needs its name and its code",
			"a district's own line has neither");
	return 0;
}

static int add(struct gazetteer *gazetteer, const struct gazetteer_place *place)
{
	size_t cap = gazetteer->cap ? 2 * gazetteer->cap : 256;
	struct gazetteer_place *places;

	if (gazetteer->n == gazetteer->cap) {
		places = realloc(gazetteer->places, cap * sizeof(*places));
		if (!places)
			return ERR_MEMORY;
		gazetteer->places = places;
		gazetteer->cap = cap;
	}
	gazetteer->places[gazetteer->n++] = *place;
	return 0;
}

static bool is_remark(const struct csv *csv)
{
	return !csv->len || csv->record[0] == '#';
}

static int check_headings(const struct place_line *line)
{
	char room[32];
	size_t i;

	for (i = 0; i < COLUMNS && csv_text(line->csv, i, room, sizeof(room)); i++)
		if (strcmp(room, headings[i]) != 0)
			break;
	if (i == COLUMNS && line->csv->n == COLUMNS)
		return 0;
	return wrong(line, "these are not the headings of a list of places",
		"they are province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon");
}

static int read_all(struct gazetteer *gazetteer, struct csv *csv, const struct place_line *line)
{
	struct gazetteer_place place;
	bool headed = false;
	int err;

	while ((err = csv_next(csv)) != ERR_ABSENT) {
		if (err == ERR_IO) {
			text_printf(line->why, "%s: %s", line->path, strerror(errno));
			return err;
		}
		if (err == ERR_CONF || err == ERR_FULL)
			return wrong(line, "a quote that is not closed, or far too long a line",
				"mend it");
		if (err)
			return err;
		if (is_remark(csv))
			continue;
		err = headed ? read_place(line, &place) : check_headings(line);
		if (!err && headed)
			err = add(gazetteer, &place);
		if (err)
			return err;
		headed = true;
	}
	return headed ? 0 : wrong(line, "no headings in it", "is this a list of places?");
}

/* --- order ----------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct area *x = &((const struct gazetteer_place *)a)->area;
	const struct area *y = &((const struct gazetteer_place *)b)->area;
	int order = strcmp(x->province, y->province);

	if (!order)
		order = strcmp(x->code, y->code);
	return order ? order : strcmp(x->tehsil, y->tehsil);
}

/* A district's own row comes first, each once, and its tehsils agree with it. */
static int check_order(const struct gazetteer *gazetteer, const char *path, struct text *why)
{
	const struct area *district = NULL;
	size_t i;

	for (i = 0; i < gazetteer->n; i++) {
		const struct area *a = &gazetteer->places[i].area;

		if (i && !by_place(&gazetteer->places[i - 1], &gazetteer->places[i])) {
			text_printf(why, "%s: %s is there twice; leave one", path,
				*a->tehsil ? a->tehsil : a->code);
			return ERR_CONF;
		}
		if (!*a->tehsil)
			district = a;
		if (!district || strcmp(district->code, a->code) != 0 ||
			strcmp(district->name, a->name) != 0 ||
			strcmp(district->division, a->division) != 0) {
			text_printf(why,
				"%s: tehsil %s belongs to no district of the list; add a line for "
				"%s %s in %s, with no tehsil",
				path, a->tehsil, a->code, a->name, a->division);
			return ERR_CONF;
		}
	}
	return 0;
}

int gazetteer_open(struct gazetteer **out, const char *path, struct text *why)
{
	struct gazetteer *gazetteer = calloc(1, sizeof(*gazetteer));
	FILE *file = fopen(path, "re");
	struct csv *csv = malloc(sizeof(*csv));
	struct place_line line = {path, csv, why};
	int err = ERR_MEMORY;

	if (!file) {
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		text_printf(why, "%s: %s", path, strerror(errno));
		goto out;
	}
	if (!gazetteer || !csv)
		goto out;
	csv_begin(csv, file);
	err = read_all(gazetteer, csv, &line);
	if (!err && gazetteer->n) {
		qsort(gazetteer->places, gazetteer->n, sizeof(*gazetteer->places), by_place);
		err = check_order(gazetteer, path, why);
	}
out:
	if (err == ERR_MEMORY)
		text_printf(why, "%s: there is not enough memory to read it", path);
	free(csv);
	if (file)
		fclose(file);
	if (err) {
		gazetteer_free(gazetteer);
		gazetteer = NULL;
	}
	*out = gazetteer;
	return err;
}

void gazetteer_free(struct gazetteer *gazetteer)
{
	if (!gazetteer)
		return;
	free(gazetteer->places);
	free(gazetteer);
}

/* --- asking ---------------------------------------------------------------------------------------- */

size_t gazetteer_count(const struct gazetteer *gazetteer)
{
	return gazetteer->n;
}

const struct gazetteer_place *gazetteer_at(const struct gazetteer *gazetteer, size_t i)
{
	return i < gazetteer->n ? &gazetteer->places[i] : NULL;
}

const struct gazetteer_place *gazetteer_nearest(
	const struct gazetteer *gazetteer, double lon, double lat, double *metres)
{
	const struct gazetteer_place *nearest = NULL;
	struct plane plane = plane_at(lon, lat);
	double best = INFINITY, far;
	size_t i;

	for (i = 0; i < gazetteer->n; i++) {
		const struct gazetteer_place *place = &gazetteer->places[i];

		far = plane_metres(&plane, place->lon - lon, place->lat - lat);
		if (far < best) {
			best = far;
			nearest = place;
		}
	}
	*metres = best;
	return nearest;
}

static int next_letter(const char **s)
{
	while (**s && !isalnum((unsigned char)**s) && (unsigned char)**s < 0x80)
		++*s;
	return **s ? tolower((unsigned char)*(*s)++) : 0;
}

/* "tor ghar", "Torghar", "D.I.Khan": case, blanks and points are how one writes it. */
static bool same_letters(const char *a, const char *b)
{
	int one;

	do {
		one = next_letter(&a);
		if (one != next_letter(&b))
			return false;
	} while (one);
	return true;
}

static bool is_called(const char *asked, const char *code, const char *name)
{
	return same_letters(asked, code) || same_letters(asked, name);
}

const struct gazetteer_place *gazetteer_find(
	const struct gazetteer *gazetteer, const char *district, const char *tehsil)
{
	size_t i;

	for (i = 0; i < gazetteer->n; i++) {
		const struct area *a = &gazetteer->places[i].area;

		if (!is_called(district, a->code, a->name))
			continue;
		if (*tehsil ? *a->tehsil && is_called(tehsil, a->tehsil, a->tehsil_name)
			    : !*a->tehsil)
			return &gazetteer->places[i];
	}
	return NULL;
}

void gazetteer_complete(const struct gazetteer *gazetteer, struct area *area)
{
	size_t i;

	for (i = 0; i < gazetteer->n; i++) {
		const struct area *a = &gazetteer->places[i].area;

		if (strcmp(a->code, area->code) != 0)
			continue;
		if (!*area->division)
			memcpy(area->division, a->division, sizeof(area->division));
		if (!*area->province)
			memcpy(area->province, a->province, sizeof(area->province));
		return;
	}
}
