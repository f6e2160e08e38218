#include "district/geojson_keys.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAMES = 10 };

/* What a property may be called, in any case, the first that a feature has is taken. */
struct attribute {
	const char *option; /* of the command, to name another */
	const char *names[NAMES];
};

/*
 * OCHA's COD-AB: ADM2_PCODE, ADM2_EN (editions of 2018 to 2022), adm2_pcode, adm2_name (since), and
 * admin2Pcode, admin2Name_en (some others).  geoBoundaries: shapeID, shapeName.
 */
static const struct attribute code_names = {
	"--code-key", {"adm2_pcode", "adm2_code", "admin2Pcode", "district_pcode", "district_code",
			      "dist_code", "shapeID", "pcode"}};
static const struct attribute name_names = {
	"--name-key", {"adm2_en", "adm2_name", "admin2Name_en", "district_name", "district",
			      "dist_name", "shapeName", "name:en", "name"}};
static const struct attribute division_names = {
	"--division-key", {"division_name", "division", "div_name"}};
static const struct attribute province_names = {"--province-key",
	{"adm1_en", "adm1_name", "admin1Name_en", "province_name", "province", "prov_name"}};
static const struct attribute tehsil_names = {
	"--tehsil-key", {"adm3_pcode", "adm3_code", "admin3Pcode", "tehsil_pcode", "tehsil_code"}};
static const struct attribute tehsil_name_names = {
	"--tehsil-name-key", {"adm3_en", "adm3_name", "admin3Name_en", "tehsil_name", "tehsil"}};
static const struct attribute date_names = {"", {"valid_on", "validOn", "valid_from", "date"}};

static const json_t *by_name(json_t *properties, const char *name)
{
	const json_t *exact = json_object_get(properties, name);
	void *each;

	if (exact)
		return exact;
	for (each = json_object_iter(properties); each;
		each = json_object_iter_next(properties, each))
		if (strcasecmp(json_object_iter_key(each), name) == 0)
			return json_object_iter_value(each);
	return NULL;
}

static const json_t *property(
	json_t *properties, const struct attribute *attribute, const char *asked)
{
	const json_t *value = NULL;
	size_t i;

	if (asked && *asked)
		return by_name(properties, asked);
	for (i = 0; !value && i < NAMES && attribute->names[i]; i++) {
		value = by_name(properties, attribute->names[i]);
		if (json_is_null(value))
			value = NULL;
	}
	return value;
}

/* Blanks around it are nobody's wish. */
static bool copy_trimmed(char *to, size_t cap, const char *from)
{
	size_t n;

	from += strspn(from, " \t");
	n = strlen(from);
	while (n && (from[n - 1] == ' ' || from[n - 1] == '\t'))
		n--;
	if (n >= cap)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

/* False: too long, or nothing that can be a name. */
static bool words_of(char *to, size_t cap, const json_t *value)
{
	char number[32];
	const char *c;

	*to = '\0';
	if (!value || json_is_null(value))
		return true;
	if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
		return copy_trimmed(to, cap, number);
	}
	if (!json_is_string(value) || !copy_trimmed(to, cap, json_string_value(value)))
		return false;
	for (c = to; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return true;
}

/* A code travels as a tag: no blank, no comma, nothing that needs an escape somewhere. */
static bool code_is_sound(const char *code)
{
	for (; *code; code++)
		if (!isalnum((unsigned char)*code) && !strchr("._:/-", *code))
			return false;
	return true;
}

static void list_properties(struct text *to, json_t *properties)
{
	void *each;

	for (each = json_object_iter(properties); each;
		each = json_object_iter_next(properties, each))
		text_printf(to, "%s%.40s", to->len ? ", " : "", json_object_iter_key(each));
	if (!to->len)
		text_put(to, "none");
}

static void say_no_code(
	struct mistakes_in_layer *mistakes, json_t *properties, size_t number, const char *asked)
{
	char room[240];
	struct text list = text_over(room, sizeof(room));

	list_properties(&list, properties);
	if (asked && *asked)
		layer_mistake(mistakes,
			"feature %zu: no property \"%.40s\" (--code-key); its properties: %s",
			number, asked, room);
	else
		layer_mistake(mistakes,
			"feature %zu: no property says the district's code, as adm2_pcode does; "
			"name "
			"the right one with --code-key; its properties: %s",
			number, room);
}

static bool code_of(char to[AREA_CODE], const json_t *value, size_t number, const char *what,
	struct mistakes_in_layer *mistakes)
{
	if (!words_of(to, AREA_CODE, value))
		layer_mistake(mistakes,
			"feature %zu: the %s's code is no text of at most %d bytes; choose "
			"another property",
			number, what, AREA_CODE - 1);
	else if (!code_is_sound(to))
		layer_mistake(mistakes,
			"feature %zu: the %s's code \"%s\" has other characters than letters, "
			"digits "
			"and . _ : / -",
			number, what, to);
	else if (!strcmp(to, "none"))
		layer_mistake(mistakes,
			"feature %zu: \"none\" cannot be the code of a %s: it "
			"stands for having none",
			number, what);
	else
		return true;
	return false;
}

static bool name_of(char to[AREA_NAME], json_t *properties, size_t number,
	const struct attribute *attribute, const char *asked, struct mistakes_in_layer *mistakes)
{
	const json_t *value = property(properties, attribute, asked);

	if (asked && *asked && !value)
		layer_mistake(mistakes, "feature %zu: no property \"%.40s\" (%s)", number, asked,
			attribute->option);
	else if (!words_of(to, AREA_NAME, value))
		layer_mistake(mistakes,
			"feature %zu: a name is no text of at most %d bytes without control "
			"characters; choose another property (%s)",
			number, AREA_NAME - 1, attribute->option);
	else
		return true;
	return false;
}

bool geojson_area(struct area *out, json_t *properties, size_t number,
	const struct boundary_keys *keys, struct mistakes_in_layer *mistakes)
{
	static const struct boundary_keys usual = {NULL, NULL, NULL, NULL, NULL, NULL};
	const struct boundary_keys *k = keys ? keys : &usual;
	const json_t *code, *tehsil;
	bool sound;

	*out = (struct area){.code = ""};
	code = property(properties, &code_names, k->code);
	tehsil = property(properties, &tehsil_names, k->tehsil);
	if (!code) {
		say_no_code(mistakes, properties, number, k->code);
		return false;
	}
	sound = code_of(out->code, code, number, "district", mistakes);
	if (sound && !*out->code) {
		layer_mistake(mistakes,
			"feature %zu: the district's code is empty; every outline needs one",
			number);
		sound = false;
	}
	if (k->tehsil && *k->tehsil && !tehsil) {
		layer_mistake(mistakes, "feature %zu: no property \"%.40s\" (--tehsil-key)", number,
			k->tehsil);
		sound = false;
	}
	sound &= code_of(out->tehsil, tehsil, number, "tehsil", mistakes);
	sound &= name_of(out->name, properties, number, &name_names, k->name, mistakes);
	sound &= name_of(out->division, properties, number, &division_names, k->division, mistakes);
	sound &= name_of(out->province, properties, number, &province_names, k->province, mistakes);
	sound &= name_of(
		out->tehsil_name, properties, number, &tehsil_name_names, k->tehsil_name, mistakes);
	if (!*out->tehsil)
		*out->tehsil_name = '\0';
	return sound;
}

const char *geojson_valid_on(json_t *properties)
{
	return json_string_value(property(properties, &date_names, NULL));
}
