#include "outlines.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/log.h"
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

static size_t count_districts(const struct picture *picture, const json_t *features)
{
	const json_t *feature;
	size_t i, n = 0;

	json_array_foreach(features, i, feature) n +=
		picture_district(picture, code_of(feature)) != NULL;
	return n;
}

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

int outlines_put(const struct picture *picture, const char *folder, struct text *why)
{
	const char *path = picture->conf->outlines.file;
	json_error_t error;
	json_t *whole, *features;
	int err = ERR_IO;

	if (!*path)
		return 0;
	whole = json_load_file(path, 0, &error);
	features = json_object_get(whole, "features");
	if (!whole)
		text_printf(why, "outlines: %s: line %d: %s", path, error.line, error.text);
	else if (!json_is_array(features))
		text_printf(why, "outlines: %s is no GeoJSON: it has no list of features", path);
	else if (!count_districts(picture, features))
		text_printf(why,
			"outlines: %s has none of the map's districts: each area wants its P-code "
			"as \"district\" or \"ADM2_PCODE\"",
			path);
	else
		err = write_short(picture, whole, folder, why);
	json_decref(whole);
	return err;
}
