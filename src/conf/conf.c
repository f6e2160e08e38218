#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/find_driver.h"
#include "conf/keys.h"

/* --- hooks ------------------------------------------------------------------------------------ */

/* A full path, or "" for what is installed with the program. */
static bool take_installed(void *field, const char *text, const char *installed, struct text *why)
{
	if (*text && *text != '/') {
		text_printf(why, "\"%s\" is no full path; it starts with /", text);
		return false;
	}
	return text_copy(field, CONF_PATH, *text ? text : installed);
}

static bool take_drivers(struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	(void)doc;
	return take_installed(field, text, WATERLAB_PREFIX "/share/waterlab/drivers", why);
}

static bool take_places(struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	(void)doc;
	return take_installed(field, text, WATERLAB_PREFIX "/share/waterlab/places.csv", why);
}

static bool take_limits(struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	(void)doc;
	return take_installed(field, text, WATERLAB_PREFIX "/share/waterlab/limits", why);
}

static bool take_own_drivers(
	struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	(void)doc;
	return take_installed(field, text, "", why);
}

/* The file's own mistakes are said with its name and lines, before this one. */
static bool take_thresholds(struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	struct reading_conf *reading = schema_ctx(doc);
	int err;

	if (!take_installed(field, text, "", why))
		return false;
	if (!*text)
		return true;
	err = qc_conf_read_in(&reading->conf->qc, text, NULL, schema_list(doc));
	if (err == ERR_CONF)
		text_printf(why, "the file of thresholds \"%s\" has mistakes; they are named above",
			text);
	else if (err)
		text_put(why, err_text(err));
	return !err;
}

static void show_text(const void *field, struct text *to)
{
	text_put(to, field);
}

const struct schema_hook hook_drivers = {take_drivers, show_text};
const struct schema_hook hook_own_drivers = {take_own_drivers, show_text};
const struct schema_hook hook_places = {take_places, show_text};
const struct schema_hook hook_limits = {take_limits, show_text};
const struct schema_hook hook_thresholds = {take_thresholds, show_text};

static bool take_date(struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	struct tm tm = {.tm_mday = 0};
	int64_t ms;
	char again[16];
	const char *end = strptime(text, "%Y-%m-%d", &tm);

	(void)doc;
	ms = (int64_t)timegm(&tm) * 1000;
	if (!end || *end || !strftime(again, sizeof(again), "%Y-%m-%d", &tm) ||
		strcmp(again, text)) {
		text_printf(why, "\"%s\" is no day; it is written YYYY-MM-DD", text);
		return false;
	}
	memcpy(field, &ms, sizeof(ms));
	return true;
}

static void show_date(const void *field, struct text *to)
{
	char text[16];
	struct tm tm;
	int64_t ms;
	time_t t;

	memcpy(&ms, field, sizeof(ms));
	t = (time_t)(ms / 1000);
	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%d", &tm))
		text_put(to, text);
}

const struct schema_hook hook_date = {take_date, show_date};

/* systemd names the folder of its credentials only to the service itself; elsewhere the name stays as
 * it is written. */
static bool take_token(struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY"), *name = text + 11;
	struct text path = text_over(field, STORE_FILE);

	(void)doc;
	if (strncmp(text, "credential:", 11) || !folder)
		return text_copy(field, STORE_FILE, text);
	text_printf(&path, "%s/%s", folder, name);
	if (!*name || strchr(name, '/') || path.cut) {
		text_printf(why, "\"%s\" is no credential; it is written credential:NAME", text);
		text_clear(&path);
		return false;
	}
	return true;
}

const struct schema_hook hook_token = {take_token, show_text};

static bool take_profile(struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	struct reading_conf *reading = schema_ctx(doc);
	struct conf *conf = reading->conf;
	struct profile *profile = NULL;
	const struct driver_folders folders = {conf->drivers, conf->own_drivers};
	unsigned i;
	int err;

	for (i = 0; i < conf->n_profiles && !profile; i++)
		if (!strcmp(conf->profiles[i]->name, text))
			profile = conf->profiles[i];
	for (i = 0; i < reading->n_bad; i++)
		if (!strcmp(reading->bad[i], text)) {
			text_printf(
				why, "the profile \"%s\" has mistakes; they are named above", text);
			return false;
		}
	if (profile) {
		memcpy(field, &profile, sizeof(profile));
		return true;
	}
	if (conf->n_profiles == MOST_PROFILES || reading->n_bad == MOST_PROFILES) {
		text_printf(why, "too many profiles; allowed %d", MOST_PROFILES);
		return false;
	}
	if (!*text || *text == '.' || strchr(text, '/')) {
		text_printf(why, "\"%s\" is no profile; it is the name of a folder in %s", text,
			conf->drivers);
		return false;
	}
	err = find_driver(&profile, &folders, text, schema_list(doc));
	if (!err) {
		conf->profiles[conf->n_profiles++] = profile;
		memcpy(field, &profile, sizeof(profile));
		return true;
	}
	if (err == ERR_ABSENT) {
		say_no_driver(&folders, text, why);
		return false;
	}
	text_copy(reading->bad[reading->n_bad++], PROFILE_NAME, text);
	text_printf(why, "the profile \"%s\" has mistakes; they are named above", text);
	return false;
}

static void show_profile(const void *field, struct text *to)
{
	const struct profile *profile;

	memcpy(&profile, field, sizeof(profile));
	text_put(to, profile ? profile->name : "");
}

const struct schema_hook hook_profile = {take_profile, show_profile};

/* "VALUE PARAMETER, VALUE PARAMETER"; each named once. */
static bool take_measures(struct schema_doc *doc, void *field, const char *text, struct text *why)
{
	struct unit_measures *to = field;
	unsigned i;
	int n;

	(void)doc;
	to->n = 0;
	while (text[strspn(text, " ")]) {
		n = -1;
		if (to->n == MOST_MEASURES ||
			sscanf(text, " %23[a-z0-9_] %23[a-z0-9_]%n", to->at[to->n].value,
				to->at[to->n].parameter, &n) < 2 ||
			n < 0) {
			text_printf(why,
				"at \"%.40s\": it is pairs of a value and a parameter, at most %d, "
				"between commas",
				text, MOST_MEASURES);
			return false;
		}
		for (i = 0; i < to->n; i++)
			if (!strcmp(to->at[i].value, to->at[to->n].value) ||
				!strcmp(to->at[i].parameter, to->at[to->n].parameter)) {
				text_printf(why, "\"%s %s\": one of them is named before",
					to->at[to->n].value, to->at[to->n].parameter);
				return false;
			}
		to->n++;
		text += n;
		text += strspn(text, " ");
		if (*text && *text++ != ',') {
			text_printf(why, "at \"%.40s\": a comma is missing", text - 1);
			return false;
		}
	}
	return true;
}

static void show_measures(const void *field, struct text *to)
{
	const struct unit_measures *measures = field;
	unsigned i;

	for (i = 0; i < measures->n; i++)
		text_printf(to, "%s%s %s", i ? ", " : "", measures->at[i].value,
			measures->at[i].parameter);
}

const struct schema_hook hook_measures = {take_measures, show_measures};

/* --- the whole -------------------------------------------------------------------------------- */

static int read_by(struct conf **out, const char *path, const char *text,
	const struct schema *schema, struct text *errors)
{
	struct mistakes mistakes = {.to = errors};
	struct reading_conf *reading = calloc(1, sizeof(*reading));
	struct conf *conf = calloc(1, sizeof(*conf));
	struct schema_doc *doc = NULL;
	unsigned i;
	int err = ERR_MEMORY;

	*out = NULL;
	if (conf)
		conf->lines = calloc(MOST_LINES, sizeof(*conf->lines));
	if (!reading || !conf || !conf->lines)
		goto out;
	reading->conf = conf;
	err = schema_open(&doc, path, text, reading, &mistakes);
	if (err)
		goto out;
	schema_read(doc, schema, conf);
	conf->gps.port.parity = 'N'; /* NMEA 0183 knows no other */
	conf->gps.port.stop_bits = 1;
	check_conf(doc, conf);
	if (mistakes.wrong) {
		err = ERR_CONF;
		goto out;
	}
	for (i = 0; i < conf->n_stores; i++) {
		conf->stores[i].tls_from_ms = conf->clock.earliest_ms;
		conf->stores[i].tls_to_ms = conf->clock.latest_ms;
	}
	*out = conf;
	conf = NULL;
out:
	schema_close(doc);
	conf_free(conf);
	free(reading);
	return err;
}

int conf_read_text(struct conf **out, const char *path, const char *text, struct text *errors)
{
	return read_by(out, path, text, &keys_conf, errors);
}

int conf_read(struct conf **out, const char *path, struct text *errors)
{
	return conf_read_text(out, path, NULL, errors);
}

int conf_read_centre(struct conf **out, const char *path, struct text *errors)
{
	struct schema_key keys[64];
	const struct schema centre = {keys_conf.what, keys};
	size_t i;

	for (i = 0; i + 1 < sizeof(keys) / sizeof(keys[0]) && keys_conf.keys[i].key; i++) {
		keys[i] = keys_conf.keys[i];
		if (strcmp(keys[i].key, "lines") != 0)
			continue;
		keys[i].preset = "";
		keys[i].least = 0;
	}
	keys[i] = (struct schema_key){.key = NULL};
	return read_by(out, path, NULL, &centre, errors);
}

void conf_free(struct conf *conf)
{
	unsigned i;

	if (!conf)
		return;
	for (i = 0; i < conf->n_profiles; i++)
		free(conf->profiles[i]);
	qc_conf_free(conf->qc);
	free(conf->lines);
	free(conf);
}

void conf_print(const struct conf *conf, FILE *to)
{
	schema_print(&keys_conf, conf, to);
}

int conf_find_own_driver(struct profile **out, const char *drivers, const char *own,
	const char *name, struct text *errors)
{
	const struct driver_folders folders = {drivers, own};
	struct mistakes mistakes = {.to = errors};
	int err = strchr(name, '/') || *name == '.' ? ERR_ABSENT
						    : find_driver(out, &folders, name, &mistakes);

	if (err == ERR_ABSENT)
		say_no_driver(&folders, name, errors);
	return err;
}

int conf_find_driver(
	struct profile **out, const char *drivers, const char *name, struct text *errors)
{
	return conf_find_own_driver(out, drivers, "", name, errors);
}

int conf_read_profile(struct profile **out, const char *path, struct text *errors)
{
	struct mistakes mistakes = {.to = errors};
	const char *end = strrchr(path, '/'), *from = end;
	char name[PROFILE_NAME] = "";

	/* The folder's name; a file without one is its own. */
	while (from && from > path && from[-1] != '/')
		from--;
	if (from && (size_t)(end - from) < sizeof(name))
		memcpy(name, from, (size_t)(end - from));
	return profile_read(out, path, NULL, name, &mistakes);
}
