#include "place/entry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "district/plane.h"
#include "place/tag.h"

static int32_t e7(double degrees)
{
	return (int32_t)lround(degrees * 1e7);
}

static int check_point(const struct place_entry *entry, struct text *why)
{
	if (!entry->has_point)
		return 0;
	if (!(fabs(entry->lat) <= 90 && fabs(entry->lon) <= 180)) {
		text_printf(why,
			"%.7g, %.7g is no point on earth; latitude is -90 to 90, longitude "
			"-180 to 180, in degrees",
			entry->lat, entry->lon);
		return ERR_RANGE;
	}
	if (fabs(entry->lat) < 0.001 && fabs(entry->lon) < 0.001) {
		text_put(why, "0, 0 is no place of the van but what stands where nothing is known");
		return ERR_RANGE;
	}
	if (!(entry->error_m >= 1 && entry->error_m <= ENTRY_ERROR_M)) {
		text_printf(why,
			"the point needs an error: how many metres it may be off, 1 to %d; where "
			"nobody knows, name the district alone",
			ENTRY_ERROR_M);
		return ERR_RANGE;
	}
	return 0;
}

/* With the name that is nearest to what was written. */
static void put_unknown(
	const struct place_entry *entry, const struct gazetteer *gazetteer, struct text *why)
{
	bool district =
		!gazetteer || !*entry->tehsil || !gazetteer_find(gazetteer, entry->district, "");
	const char *asked = district ? entry->district : entry->tehsil, *nearest = NULL;
	unsigned best = 4, far;
	size_t i;

	for (i = 0; gazetteer && i < gazetteer_count(gazetteer); i++) {
		const struct area *area = &gazetteer_at(gazetteer, i)->area;
		const char *name = district ? area->name : area->tehsil_name;

		far = text_distance(asked, name);
		if (far < best && *name) {
			best = far;
			nearest = name;
		}
	}
	text_printf(why, "there is no %s \"%s\"", district ? "district" : "tehsil", asked);
	if (!district)
		text_printf(why, " in \"%s\"", entry->district);
	if (nearest)
		text_printf(why, "; did you mean \"%s\"?", nearest);
	text_put(why, "; waterlab place list shows all");
}

/* The code of the district and tehsil named, from whichever knows them. */
static int find_codes(struct place_entry *entry, const struct boundaries *boundaries,
	const struct gazetteer *gazetteer, struct text *why)
{
	const struct gazetteer_place *place =
		gazetteer ? gazetteer_find(gazetteer, entry->district, entry->tehsil) : NULL;
	const struct area *area =
		place ? &place->area
		      : (boundaries ? boundaries_by_code(boundaries, entry->district, entry->tehsil)
				    : NULL);

	if (area) {
		text_copy(entry->district, sizeof(entry->district), area->code);
		if (*entry->tehsil)
			text_copy(entry->tehsil, sizeof(entry->tehsil), area->tehsil);
		return 0;
	}
	if (!gazetteer && !boundaries)
		text_put(why,
			"no list of districts is installed: enter a point, or let place.places of "
			"the configuration name the list (config/places.csv of the sources)");
	else
		put_unknown(entry, gazetteer, why);
	return ERR_RANGE;
}

/* So far from all districts that the numbers must be others. */
static int check_far(const struct place_entry *entry, struct boundaries *boundaries,
	const struct place *at, struct text *why)
{
	struct place turned = {.edition = 0};

	if (!at->edition || *at->district || at->border_m < ENTRY_FAR_M)
		return 0;
	text_printf(why, "%.7g, %.7g lies %.0f km outside all districts", entry->lat, entry->lon,
		at->border_m / 1000.0);
	tag_place(boundaries, entry->lat, entry->lon, entry->error_m, &turned);
	if (fabs(entry->lon) <= 90 && *turned.district)
		text_printf(why,
			"; with latitude and longitude the other way round it is in %s: latitude "
			"comes first",
			turned.district);
	else
		text_put(why, ": check the numbers; latitude comes first");
	return ERR_RANGE;
}

/* A district that the point contradicts by more than its error is a slip of the pen in one of the two. */
static int check_both(struct place_entry *entry, const struct place *at, struct text *why)
{
	if (!*entry->district) {
		text_copy(entry->district, sizeof(entry->district), at->district);
		text_copy(entry->tehsil, sizeof(entry->tehsil), at->tehsil);
		return 0;
	}
	if (!at->edition || strcmp(entry->district, at->district) == 0 ||
		strcmp(entry->district, at->near) == 0)
		return 0;
	text_printf(why,
		"the point lies in %s, not in %s, by more than its error; correct the one or the "
		"other",
		*at->district ? at->district : "no district", entry->district);
	return ERR_RANGE;
}

int entry_check(struct place_entry *entry, struct boundaries *boundaries,
	const struct gazetteer *gazetteer, double margin_m, struct text *why)
{
	struct place at = {.edition = 0};
	int err;

	if (!text_is_words(entry->reason)) {
		text_put(why, "a reason is needed, one line of three characters or more, e.g. \"no "
			      "sky: in the gorge\"");
		return ERR_RANGE;
	}
	if (*entry->tehsil && !*entry->district) {
		text_put(why, "a tehsil needs its district beside it");
		return ERR_RANGE;
	}
	if (!entry->has_point && !*entry->district) {
		text_put(why, "a point, a district, or both are needed");
		return ERR_RANGE;
	}
	err = check_point(entry, why);
	if (!err && *entry->district)
		err = find_codes(entry, boundaries, gazetteer, why);
	if (err || !entry->has_point)
		return err;
	tag_place(boundaries, entry->lon, entry->lat, entry->error_m + margin_m, &at);
	err = check_far(entry, boundaries, &at, why);
	return err ? err : check_both(entry, &at, why);
}

struct place entry_place(
	const struct place_entry *entry, struct boundaries *boundaries, double margin_m)
{
	struct place place = {
		.origin = PLACE_ENTERED, .has_point = entry->has_point, .border_m = -1};

	if (entry->has_point) {
		place.lat_e7 = e7(entry->lat);
		place.lon_e7 = e7(entry->lon);
		place.eph_cm = (int32_t)lround(entry->error_m * 100);
		tag_place(boundaries, entry->lon, entry->lat, entry->error_m + margin_m, &place);
	}
	/* What the person says goes before what the point says: near a border only they can know. */
	if (*entry->district && strcmp(entry->district, place.district) != 0) {
		memcpy(place.near, place.district, AREA_CODE);
		memcpy(place.district, entry->district, AREA_CODE);
		memset(place.tehsil, 0, AREA_CODE);
	}
	if (*entry->tehsil)
		memcpy(place.tehsil, entry->tehsil, AREA_CODE);
	return place;
}

static double apart_m(const struct place_entry *entry, const struct fix *fix)
{
	struct plane here = plane_at(fix->lon, fix->lat);

	return plane_metres(&here, entry->lon - fix->lon, entry->lat - fix->lat);
}

bool entry_is_left(const struct place_entry *entry, const struct fix *fix, double error_m,
	const struct place *place, double reach_m)
{
	if (entry->has_point)
		return apart_m(entry, fix) > entry->error_m + error_m + ENTRY_LEFT_M + reach_m;
	if (!*place->district || strcmp(place->district, entry->district) == 0)
		return false;
	/* It may still be behind the border that is within the fix's error, and nothing more. */
	return strcmp(place->near, entry->district) != 0 ||
	       place->border_m > error_m + ENTRY_LEFT_M + reach_m;
}

void entry_put_contradiction(const struct place_entry *entry, const struct fix *fix,
	const struct place *place, int64_t age_ms, double away_m, double reach_m, struct text *why)
{
	text_printf(why, "%lld s ago the receiver had the van at %.5f, %.5f",
		(long long)age_ms / 1000, fix->lat, fix->lon);
	if (entry->has_point)
		text_printf(why, ", %.1f km from there", apart_m(entry, fix) / 1000);
	else
		text_printf(why, ", in %s", *place->district ? place->district : "no district");
	if (!entry->has_point && isfinite(away_m))
		text_printf(why, ", %.1f km from %s; it can have gone %.1f km since", away_m / 1000,
			entry->district, reach_m / 1000);
	text_put(why, ": correct the entry, or see waterlab place");
}
