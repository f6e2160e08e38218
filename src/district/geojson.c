#include "district/geojson.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "district/geojson_keys.h"

struct reader {
	struct layer *layer;
	const struct boundary_keys *keys;
	struct mistakes_in_layer *mistakes;
	const char *text, *at, *end;
	size_t feature; /* its number, from 1 */
	size_t ring;    /* of the feature */
};

/* --- outlines -------------------------------------------------------------------------------------- */

static int say_bad_point(const struct reader *r, double lon, double lat)
{
	const char *remedy =
		fabs(lon) <= 90 && fabs(lat) <= 180
			? "longitude comes first in GeoJSON: latitude and longitude are swapped"
			: "these are no degrees: convert with ogr2ogr -t_srs EPSG:4326 OUT.geojson "
			  "IN";

	layer_mistake(r->mistakes,
		"feature %zu, ring %zu: the point [%.10g, %.10g] is no longitude and latitude; %s",
		r->feature, r->ring, lon, lat, remedy);
	return ERR_CONF;
}

static int read_point(struct reader *r, const json_t *position)
{
	const json_t *lon = json_array_get(position, 0), *lat = json_array_get(position, 1);
	struct point point = {json_number_value(lon), json_number_value(lat)};

	if (!json_is_number(lon) || !json_is_number(lat)) {
		layer_mistake(r->mistakes, "feature %zu, ring %zu: a point is no pair of numbers",
			r->feature, r->ring);
		return ERR_CONF;
	}
	if (fabs(point.lon) > 180 || fabs(point.lat) > 90)
		return say_bad_point(r, point.lon, point.lat);
	if (r->layer->n_points == LAYER_POINTS) {
		layer_mistake(r->mistakes,
			"feature %zu: more than %d points in the file; simplify it, e.g. "
			"mapshaper -simplify 20%% keep-shapes",
			r->feature, LAYER_POINTS);
		return ERR_FULL;
	}
	return layer_add_point(r->layer, point);
}

static int read_ring(struct reader *r, const json_t *ring)
{
	size_t n = json_array_size(ring), i;
	const struct point *first, *last;
	int err = layer_add_ring(r->layer);

	r->ring++;
	for (i = 0; !err && i < n; i++)
		err = read_point(r, json_array_get(ring, i));
	if (err)
		return err;
	if (n < RING_POINTS) {
		layer_mistake(r->mistakes,
			"feature %zu, ring %zu has %zu points; an outline needs 3 and the first "
			"again",
			r->feature, r->ring, n);
		return ERR_CONF;
	}
	last = &r->layer->points[r->layer->n_points - 1];
	first = last - (n - 1);
	if (first->lon == last->lon && first->lat == last->lat)
		return 0;
	layer_mistake(r->mistakes,
		"feature %zu, ring %zu is not closed: it begins at [%.10g, %.10g] and ends at "
		"[%.10g, %.10g]",
		r->feature, r->ring, first->lon, first->lat, last->lon, last->lat);
	return ERR_CONF;
}

static int read_polygon(struct reader *r, const json_t *rings)
{
	size_t i, n = json_array_size(rings);
	int err, worst = 0;

	if (!n) {
		layer_mistake(r->mistakes, "feature %zu has an outline without points", r->feature);
		return ERR_CONF;
	}
	err = layer_add_polygon(r->layer);
	for (i = 0; (!err || err == ERR_CONF) && i < n; i++) {
		err = read_ring(r, json_array_get(rings, i));
		worst = err ? err : worst;
	}
	return worst ? worst : err;
}

static int read_geometry(struct reader *r, const json_t *geometry)
{
	const json_t *coordinates = json_object_get(geometry, "coordinates");
	const char *type = json_string_value(json_object_get(geometry, "type"));
	size_t i, n = json_array_size(coordinates);
	int err = 0, worst = 0;

	if (type && !strcmp(type, "Polygon"))
		return read_polygon(r, coordinates);
	if (!type || strcmp(type, "MultiPolygon") != 0 || !n) {
		layer_mistake(r->mistakes,
			"feature %zu has %s%.40s: a Polygon or MultiPolygon is "
			"needed",
			r->feature,
			!type ? "no outline"
			: !n  ? "an empty "
			      : "the outline of a ",
			type ? type : "");
		return ERR_CONF;
	}
	for (i = 0; (!err || err == ERR_CONF) && i < n; i++) {
		err = read_polygon(r, json_array_get(coordinates, i));
		worst = err ? err : worst;
	}
	return worst;
}

/* --- features -------------------------------------------------------------------------------------- */

static void note_date(struct layer *layer, json_t *properties)
{
	const char *date = *layer->edition ? NULL : geojson_valid_on(properties);

	if (date && strlen(date) < 40 && !date[strcspn(date, "\r\n")])
		snprintf(layer->edition, sizeof(layer->edition), "valid on %s", date);
}

static int read_feature(struct reader *r, const json_t *feature)
{
	const char *type = json_string_value(json_object_get(feature, "type"));
	json_t *properties = json_object_get(feature, "properties");
	struct area area;
	bool known;
	int err;

	r->feature++;
	r->ring = 0;
	if (!type || strcmp(type, "Feature") != 0) {
		layer_mistake(r->mistakes, "feature %zu is no Feature", r->feature);
		return ERR_CONF;
	}
	if (r->layer->n_areas == LAYER_AREAS) {
		layer_mistake(r->mistakes, "more than %d features; are these districts or tehsils?",
			LAYER_AREAS);
		return ERR_FULL;
	}
	known = geojson_area(&area, properties, r->feature, r->keys, r->mistakes);
	note_date(r->layer, properties);
	err = layer_add_area(r->layer, &area);
	if (!err)
		err = read_geometry(r, json_object_get(feature, "geometry"));
	return err ? err : known ? 0 : ERR_CONF;
}

/* --- the text around them -------------------------------------------------------------------------- */

static unsigned long line_at(const struct reader *r, const char *at)
{
	unsigned long line = 1;
	const char *p = r->text;

	while ((p = memchr(p, '\n', (size_t)(at - p)))) {
		line++;
		p++;
	}
	return line;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && *r->at && strchr(" \t\r\n", *r->at))
		r->at++;
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static int say_no_json(const struct reader *r, const char *wanted)
{
	layer_mistake(r->mistakes, "line %lu: no GeoJSON: %s%s", line_at(r, r->at), wanted,
		r->at == r->end ? "; the file ends here: is it whole?" : "");
	return ERR_CONF;
}

/* The next value; NULL after the mistake is said. */
static json_t *take_value(struct reader *r)
{
	json_error_t error;
	json_t *value = json_loadb(
		r->at, (size_t)(r->end - r->at), JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &error);
	const char *at = r->at;

	if (value) {
		r->at += error.position;
		return value;
	}
	layer_mistake(r->mistakes, "line %lu: no GeoJSON: %s",
		line_at(r, at) + (unsigned long)(error.line > 0 ? error.line - 1 : 0), error.text);
	return NULL;
}

static int read_features(struct reader *r)
{
	json_t *feature;
	int err, worst = 0;

	if (!take(r, '['))
		return say_no_json(r, "\"features\" is a list in [ ]");
	if (take(r, ']'))
		return 0;
	do {
		feature = take_value(r);
		if (!feature)
			return ERR_CONF;
		err = read_feature(r, feature);
		json_decref(feature);
		worst = err ? err : worst;
		if (err && err != ERR_CONF)
			return err;
	} while (take(r, ','));
	if (!take(r, ']'))
		return say_no_json(r, "a comma or ] is missing behind a feature");
	return worst;
}

/* The obsolete member "crs": anything but degrees of WGS 84 is refused. */
static int check_crs(struct reader *r, const json_t *crs)
{
	static const char *const good[] = {"CRS84", "EPSG::4326", "EPSG:4326", "EPSG/0/4326"};
	const char *name =
		json_string_value(json_object_get(json_object_get(crs, "properties"), "name"));
	size_t i;

	for (i = 0; name && i < sizeof(good) / sizeof(good[0]); i++)
		if (strstr(name, good[i]))
			return 0;
	if (!name)
		return 0;
	layer_mistake(r->mistakes,
		"the coordinates are in %.60s; convert: ogr2ogr -t_srs EPSG:4326 OUT.geojson IN",
		name);
	return ERR_CONF;
}

static int read_member(struct reader *r, const char *key)
{
	json_t *value;
	int err = 0;

	if (!strcmp(key, "features"))
		return read_features(r);
	value = take_value(r);
	if (!value)
		return ERR_CONF;
	if (!strcmp(key, "crs"))
		err = check_crs(r, value);
	if (!strcmp(key, "type") && (!json_is_string(value) || strcmp(json_string_value(value),
								       "FeatureCollection") != 0)) {
		layer_mistake(r->mistakes, "this is a %.40s; a FeatureCollection is needed",
			json_is_string(value) ? json_string_value(value) : "thing without a type");
		err = ERR_CONF;
	}
	json_decref(value);
	return err;
}

static int read_collection(struct reader *r)
{
	json_t *key;
	int err, worst = 0;

	if (!take(r, '{'))
		return say_no_json(r, "it begins with {");
	do {
		skip_blanks(r);
		if (r->at == r->end || *r->at != '"')
			return say_no_json(r, "a name in quotes is missing");
		key = take_value(r);
		if (!key)
			return ERR_CONF;
		err = take(r, ':') ? read_member(r, json_string_value(key))
				   : say_no_json(r, "a colon is missing");
		json_decref(key);
		worst = err ? err : worst;
		if (err && (err != ERR_CONF || r->at == r->end))
			return err;
	} while (take(r, ','));
	if (!take(r, '}'))
		return worst ? worst : say_no_json(r, "a comma or } is missing");
	skip_blanks(r);
	if (r->at != r->end)
		return say_no_json(r, "more follows behind the last }");
	return worst;
}

int geojson_read(struct layer **out, const char *text, size_t len, const struct boundary_keys *keys,
	struct mistakes_in_layer *mistakes)
{
	struct reader r = {.layer = layer_new(),
		.keys = keys,
		.mistakes = mistakes,
		.text = text,
		.at = text,
		.end = text + len};
	int err;

	if (len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3))
		r.at += 3; /* the byte order mark of some editors */
	err = r.layer ? read_collection(&r) : ERR_MEMORY;
	if (!err && !r.layer->n_polygons) {
		layer_mistake(mistakes, "no feature in it: is this the right file?");
		err = ERR_CONF;
	}
	if (!err) {
		err = layer_seal(r.layer, mistakes);
		if (!err && mistakes->wrong)
			err = ERR_CONF;
	}
	if (err == ERR_FULL)
		err = ERR_CONF;
	if (err) {
		layer_free(r.layer);
		r.layer = NULL;
	}
	*out = r.layer;
	return err;
}
