#include "district/survey.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "district/ground.h"
#include "district/locate.h"

void survey_free(struct survey *survey)
{
	free(survey->findings);
	*survey = (struct survey){.findings = NULL};
}

static int heaviest_first(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->km2 != y->km2) /* 0: the whole file, larger than all */
		return x->km2 == 0 || (y->km2 != 0 && x->km2 > y->km2) ? -1 : 1;
	return strcmp(x->words, y->words);
}

void survey_sort(struct survey *survey)
{
	if (survey->n)
		qsort(survey->findings, survey->n, sizeof(*survey->findings), heaviest_first);
}

bool survey_say(struct survey *survey, enum finding_weight weight, double km2, const char *fmt, ...)
{
	size_t cap = survey->cap ? 2 * survey->cap : 64;
	struct finding *findings = survey->findings, *finding;
	va_list args;

	if (survey->n == survey->cap) {
		findings = realloc(findings, cap * sizeof(*findings));
		if (!findings)
			return false;
		survey->findings = findings;
		survey->cap = cap;
	}
	finding = &survey->findings[survey->n++];
	*finding = (struct finding){.weight = weight, .km2 = km2};
	va_start(args, fmt);
	vsnprintf(finding->words, sizeof(finding->words), fmt, args);
	va_end(args);
	survey->of_weight[weight]++;
	return true;
}

/* --- against the gazetteer ------------------------------------------------------------------------- */

/* Whether the file has a district of the province that the place belongs to. */
static bool covers_province(
	const struct layer *layer, const struct gazetteer *gazetteer, const char *province)
{
	const struct gazetteer_place *place;
	size_t i;

	for (i = 0; (place = gazetteer_at(gazetteer, i)); i++)
		if (!strcmp(place->area.province, province) &&
			layer_find(layer, place->area.code, NULL))
			return true;
	return false;
}

/* Of one province, whose districts in the gazetteer begin at `first`. */
static bool say_missing(struct survey *survey, const struct layer *layer,
	const struct gazetteer *gazetteer, size_t first)
{
	const struct gazetteer_place *place = gazetteer_at(gazetteer, first);
	const char *province = place->area.province;
	char room[256];
	struct text list = text_over(room, sizeof(room));
	size_t i, all = 0, missing = 0;

	if (!covers_province(layer, gazetteer, province))
		return true;
	for (i = first; place && !strcmp(place->area.province, province);
		place = gazetteer_at(gazetteer, ++i)) {
		const struct area *a = &place->area;

		all += !*a->tehsil;
		if (*a->tehsil || layer_find(layer, a->code, NULL))
			continue;
		if (++missing <= 5)
			text_printf(&list, "%s%s %s", missing > 1 ? ", " : "", a->code, a->name);
	}
	return !missing || survey_say(survey, FINDING_DOUBT, 0,
				   "the file lacks %zu of the %zu districts of %s: %s%s", missing,
				   all, province, room, missing > 5 ? " ..." : "");
}

static bool find_missing(
	struct survey *survey, const struct layer *layer, const struct gazetteer *gazetteer)
{
	const struct gazetteer_place *place, *last = NULL;
	size_t i;

	for (i = 0; (place = gazetteer_at(gazetteer, i)); last = place, i++)
		if ((!last || strcmp(last->area.province, place->area.province) != 0) &&
			!say_missing(survey, layer, gazetteer, i))
			return false;
	return true;
}

/* How the gazetteer's points lie in the file. */
struct agreement {
	size_t points, right;
	struct box box;                       /* of the gazetteer's points */
	const struct gazetteer_place *astray; /* one that lies elsewhere */
	int64_t found_in;
};

static bool is_in(struct locator *locator, double lon, double lat, const struct area *district,
	struct inside *in)
{
	return locate_lowest(locator, lon, lat, in) == 0 && in->area != NO_AREA &&
	       !strcmp(locator->layer->areas[in->area].code, district->code);
}

static void try_place(
	struct agreement *agreement, struct locator *locator, const struct gazetteer_place *place)
{
	const struct area *district = layer_find(locator->layer, place->area.code, NULL);
	struct inside in = {.area = NO_AREA};

	box_take_in(&agreement->box, (struct point){place->lon, place->lat});
	if (!district)
		return;
	agreement->points++;
	if (is_in(locator, place->lon, place->lat, district, &in)) {
		agreement->right++;
		return;
	}
	if (agreement->astray)
		return;
	agreement->astray = place;
	agreement->found_in = in.area;
}

/* The file lies nowhere near its places, but would if it were turned. */
static bool is_swapped(const struct layer *layer, const struct agreement *a)
{
	struct box box = layer_box(layer), turned = {box.south, box.west, box.north, box.east};

	return !a->right && !boxes_meet(&box, &a->box) && boxes_meet(&turned, &a->box);
}

static bool judge(struct survey *survey, const struct layer *layer, const struct agreement *a)
{
	size_t astray = a->points - a->right;
	const struct area *found = a->found_in == NO_AREA ? NULL : &layer->areas[a->found_in];

	if (!a->points)
		return survey_say(survey, FINDING_NOTE, 0,
			"no code of the file is in the gazetteer: divisions stay as the file says, "
			"and "
			"nothing could be compared; is --code-key the right one?");
	if (!astray)
		return true;
	if (is_swapped(layer, a))
		return survey_say(survey, FINDING_WRONG, 0,
			"latitude and longitude are swapped: GeoJSON has longitude first");
	/* A few are what maps differ by; many are mixed-up codes. */
	return survey_say(survey, astray * 10 > a->points ? FINDING_DOUBT : FINDING_NOTE, 0,
		"%zu of %zu places of the gazetteer lie in another district than their own, e.g. "
		"one of "
		"%s %s lies in %s %s",
		astray, a->points, a->astray->area.code, a->astray->area.name,
		found ? found->code : "no district", found ? found->name : "of the file");
}

int survey_codes(
	struct survey *survey, const struct layer *layer, const struct gazetteer *gazetteer)
{
	struct agreement agreement = {.box = {1e9, 1e9, -1e9, -1e9}, .found_in = NO_AREA};
	const struct gazetteer_place *place;
	struct locator locator;
	size_t i;
	int err;

	if (!find_missing(survey, layer, gazetteer))
		return ERR_MEMORY;
	err = locator_open(&locator, layer);
	if (err)
		return err;
	for (i = 0; (place = gazetteer_at(gazetteer, i)); i++)
		try_place(&agreement, &locator, place);
	locator_close(&locator);
	if (!judge(survey, layer, &agreement))
		return ERR_MEMORY;
	survey_sort(survey);
	return 0;
}

/* --- what it holds --------------------------------------------------------------------------------- */

static struct province_count *count_of(
	struct province_count *out, size_t *n, size_t most, const char *name)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (!strcmp(out[i].name, name))
			return &out[i];
	if (*n == most)
		return &out[most - 1];
	out[*n] = (struct province_count){.name = name};
	return &out[(*n)++];
}

size_t survey_provinces(const struct layer *layer, struct province_count *out, size_t most)
{
	struct province_count *count;
	size_t n = 0, i;
	uint32_t r;

	for (i = 0; i < layer->n_areas; i++) {
		count = count_of(out, &n, most, layer->areas[i].province);
		count->districts += layer->district[i] == i;
		count->tehsils += *layer->areas[i].tehsil != '\0';
	}
	for (i = 0; i < layer->n_polygons; i++) {
		const struct polygon *polygon = &layer->polygons[i];

		count = count_of(out, &n, most, layer->areas[polygon->area].province);
		count->km2 += ground_polygon_m2(layer, polygon) / 1e6;
		for (r = polygon->ring; r < polygon->ring + polygon->rings; r++)
			count->points += layer->rings[r].points;
	}
	return n;
}
