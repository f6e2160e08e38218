#include "outlines.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/log.h"
#include "district/layer.h"
#include "put.h"

enum {
	DIGITS = 7,              /* of a degree five behind the point: a metre */
	HEAVY_BYTES = 500 * 1000 /* more is slow on a phone */
};

static const char *code_of(const json_t *feature)
{
	static const char *const keys[] = {"district", "ADM2_PCODE", "adm2_pcode"};
	const json_t *said = json_object_get(feature, "properties");
	const char *code = NULL;
	size_t i;

	for (i = 0; !code && i < sizeof(keys) / sizeof(keys[0]); i++)
		code = json_string_value(json_object_get(said, keys[i]));
	return code ? code : "";
}

/* --- what a slip would show -------------------------------------------------------------------------------- */

static bool is_place(const json_t *at)
{
	const json_t *lon = json_array_get(at, 0), *lat = json_array_get(at, 1);

	return json_is_number(lon) && json_is_number(lat) && fabs(json_number_value(lon)) <= 180 &&
	       fabs(json_number_value(lat)) <= 90;
}

/* Widens the box by all places of lists within lists; false at one that is none. */
static bool widen(struct box *box, const json_t *list, unsigned depth)
{
	const json_t *one;
	double lon, lat;
	size_t i;

	if (!depth) {
		lon = json_number_value(json_array_get(list, 0));
		lat = json_number_value(json_array_get(list, 1));
		*box = (struct box){fmin(box->west, lon), fmin(box->south, lat),
			fmax(box->east, lon), fmax(box->north, lat)};
		return is_place(list);
	}
	json_array_foreach(list, i, one) if (!widen(box, one, depth - 1)) return false;
	return json_array_size(list) > 0;
}

/* What a feature is drawn as, by its geometry's type; depth 0: as nothing. */
struct shape {
	const char *type;
	unsigned depth; /* of its lists of places */
	bool is_line;
};

static const struct shape *shape_of(const json_t *feature)
{
	static const struct shape shapes[] = {{"Polygon", 2, false}, {"MultiPolygon", 3, false},
		{"LineString", 1, true}, {"MultiLineString", 2, true}, {"", 0, false}};
	const char *type =
		json_string_value(json_object_get(json_object_get(feature, "geometry"), "type"));
	const struct shape *shape = shapes;

	while (shape->depth && (!type || strcmp(type, shape->type) != 0))
		shape++;
	return shape;
}

/* A border of no kind would be drawn as if nobody disputed it. */
static bool is_line_kind(const json_t *feature)
{
	static const char *const kinds[] = {
		"international", "province", "district", "control", "working", "disputed"};
	const char *said =
		json_string_value(json_object_get(json_object_get(feature, "properties"), "line"));
	size_t i;

	for (i = 0; said && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i], said))
			return true;
	return false;
}

/* A degree: a district's point may lie a little outside a simplified area, never this far. */
static const double far_off = 1;

static bool holds(const struct box *box, const struct gazetteer_place *place)
{
	return place->lon > box->west - far_off && place->lon < box->east + far_off &&
	       place->lat > box->south - far_off && place->lat < box->north + far_off;
}

/* NULL: nothing. */
static const char *find_slip(const struct picture *picture, const json_t *feature)
{
	const struct gazetteer_place *district = picture_district(picture, code_of(feature));
	const struct shape *shape = shape_of(feature);
	const json_t *places = json_object_get(json_object_get(feature, "geometry"), "coordinates");
	struct box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};

	if (!shape->depth)
		return district ? "a district without an area (Polygon, MultiPolygon)" : NULL;
	if (!widen(&box, places, shape->depth))
		return "its coordinates are not lists of [longitude, latitude] in degrees (WGS 84)";
	if (shape->is_line)
		return is_line_kind(feature)
			       ? NULL
			       : "its \"line\" wants to be international, province, district, "
				 "control, working or disputed";
	return !district || holds(&box, district)
		       ? NULL
		       : "it lies elsewhere than that district: is latitude first, or the code "
			 "another's?";
}

/* How many of the map's districts are there; *slip the first that cannot be shown as it is, and *at which feature that is. */
static size_t look_through(
	const struct picture *picture, const json_t *features, const char **slip, size_t *at)
{
	const json_t *feature;
	size_t i, n = 0;

	*slip = NULL;
	json_array_foreach(features, i, feature)
	{
		n += picture_district(picture, code_of(feature)) != NULL;
		if (!*slip) {
			*slip = find_slip(picture, feature);
			*at = i;
		}
	}
	return n;
}

/* --- the file ---------------------------------------------------------------------------------------------- */

static int write_short(
	const struct picture *picture, json_t *whole, const char *folder, struct text *why)
{
	char made[32];
	struct text text = text_over(made, sizeof(made));
	struct put put;
	long bytes = 0;

	put_time(&text, picture->made_ms); /* a reader sees which version it is of */
	if (json_object_set_new(whole, "made", json_string(made)))
		return ERR_MEMORY;
	put_open(&put, folder, OUTLINES_FILE);
	if (put.file && json_dumpf(whole, put.file, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS)))
		put.wrong = ENOMEM;
	if (put_close(&put, &bytes, why))
		return ERR_IO;
	if (bytes > HEAVY_BYTES)
		log_say(LOG_NOTICE, "outlines",
			"%ld kB are slow on a phone: a simpler edition has the same districts",
			bytes / 1000);
	return 0;
}

static void say_code(struct text *why, const json_t *feature)
{
	const char *code = code_of(feature);

	text_put_shown(why, *code ? code : "no code", strlen(*code ? code : "no code"), 40);
}

int outlines_put(const struct picture *picture, const char *folder, struct text *why)
{
	const char *path = picture->conf->outlines.file;
	json_error_t error;
	json_t *whole, *features;
	const char *slip;
	size_t at, n;
	int err = ERR_IO;

	if (!*path)
		return 0;
	whole = json_load_file(path, 0, &error);
	features = json_object_get(whole, "features");
	n = look_through(picture, features, &slip, &at);
	if (!whole)
		text_printf(why, "outlines: %s: line %d: %s", path, error.line, error.text);
	else if (!json_is_array(features))
		text_printf(why, "outlines: %s is no GeoJSON: it has no list of features", path);
	else if (slip) {
		text_printf(why, "outlines: %s: feature %zu (", path, at + 1);
		say_code(why, json_array_get(features, at));
		text_printf(why, "): %s", slip);
	} else if (!n)
		text_printf(why,
			"outlines: %s has none of the map's districts: each area wants its P-code "
			"as \"district\" or \"ADM2_PCODE\"",
			path);
	else
		err = write_short(picture, whole, folder, why);
	json_decref(whole);
	return err;
}
