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
	if (!(entry->error_m >= 1 && entry->error_m <= ENTRY_ERROR_M)) {
		text_printf(why,
			"the point needs an error: how many metres it may be off, 1 to %d; where "
			"nobody knows, name the district alone",
			ENTRY_ERROR_M);
		return ERR_RANGE;
	}
	return 0;
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
		memcpy(entry->district, area->code, AREA_CODE);
		if (*entry->tehsil)
			memcpy(entry->tehsil, area->tehsil, AREA_CODE);
		return 0;
	}
	if (*entry->tehsil)
		text_printf(why,
			"there is no tehsil \"%s\" in \"%s\"; waterlab place list shows all",
			entry->tehsil, entry->district);
	else
		text_printf(why, "there is no district \"%s\"; waterlab place list shows all",
			entry->district);
	return ERR_RANGE;
}

/* A district that the point contradicts by more than its error is a slip of the pen in one of the two. */
static int check_both(struct place_entry *entry, const struct place *at, struct text *why)
{
	if (!*entry->district) {
		memcpy(entry->district, at->district, AREA_CODE);
		memcpy(entry->tehsil, at->tehsil, AREA_CODE);
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

	if (!*entry->reason) {
		text_put(why, "a reason is needed, e.g. \"no sky: in the gorge\"");
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
	return check_both(entry, &at, why);
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

bool entry_is_left(
	const struct place_entry *entry, const struct fix *fix, const struct place *place)
{
	struct plane here;
	double error_m = isfinite(fix->eph_m) ? fix->eph_m : 0;

	if (!entry->has_point)
		return *place->district && strcmp(place->district, entry->district) != 0 &&
		       strcmp(place->near, entry->district) != 0;
	here = plane_at(fix->lon, fix->lat);
	return plane_metres(&here, entry->lon - fix->lon, entry->lat - fix->lat) >
	       entry->error_m + error_m + ENTRY_LEFT_M;
}
