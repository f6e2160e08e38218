#include <libconfig.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conf/value.h"

static void read_group(struct schema_doc *doc, const struct schema *schema,
	const config_setting_t *setting, unsigned line, void *object);

/* --- what a setting is ------------------------------------------------------------------------ */

static const char *found(const config_setting_t *setting, char *to, size_t cap)
{
	struct text text = text_over(to, cap);

	switch (setting->type) {
	case CONFIG_TYPE_INT:
		text_printf(&text, "the integer %d", setting->value.ival);
		break;
	case CONFIG_TYPE_INT64:
		if (setting->format == CONFIG_FORMAT_HEX)
			text_printf(&text, "the integer 0x%llX",
				(unsigned long long)setting->value.llval);
		else
			text_printf(&text, "the integer %lld", setting->value.llval);
		break;
	case CONFIG_TYPE_FLOAT:
		text_printf(&text, "the real number %.15g", setting->value.fval);
		break;
	case CONFIG_TYPE_STRING:
		text_printf(&text, "the text \"%.60s\"",
			setting->value.sval ? setting->value.sval : "");
		break;
	case CONFIG_TYPE_BOOL:
		text_put(&text, setting->value.ival ? "the word true" : "the word false");
		break;
	case CONFIG_TYPE_GROUP:
		text_put(&text, "a group { }");
		break;
	case CONFIG_TYPE_ARRAY:
		text_put(&text, "an array [ ]");
		break;
	default:
		text_put(&text, "a list ( )");
	}
	return to;
}

static void wrong_type(struct schema_doc *doc, const struct schema_key *key,
	const config_setting_t *setting, const char *wanted)
{
	char words[128];

	WRONG(doc, setting->line, key->key, "%s is wanted here; found %s", wanted,
		found(setting, words, sizeof(words)));
}

static bool to_number(const config_setting_t *setting, struct schema_number *out)
{
	*out = (struct schema_number){.is_hex = setting->format == CONFIG_FORMAT_HEX};
	if (setting->type == CONFIG_TYPE_INT) {
		out->integer = setting->value.ival;
	} else if (setting->type == CONFIG_TYPE_INT64) {
		out->integer = setting->value.llval;
	} else if (setting->type == CONFIG_TYPE_FLOAT) {
		out->is_real = true;
		out->real = setting->value.fval;
		return true;
	} else {
		return false;
	}
	out->real = out->is_hex ? (double)(uint64_t)out->integer : (double)out->integer;
	return true;
}

static void take_preset(struct schema_doc *doc, const struct schema_key *key, void *object)
{
	struct schema_number number = {.is_real = key->kind == SCHEMA_REAL};

	switch (key->kind) {
	case SCHEMA_TEXT:
	case SCHEMA_NAME:
		if (*key->preset || key->hook)
			value_text(doc, key, 0, key->preset, object);
		break;
	case SCHEMA_CHOICE:
		value_choice(doc, key, 0, key->preset, object);
		break;
	case SCHEMA_INTEGER:
	case SCHEMA_REAL:
		number.integer = strtoll(key->preset, NULL, 10);
		number.real = strtod(key->preset, NULL);
		value_number(doc, key, 0, &number, object);
		break;
	case SCHEMA_GROUP:
		read_group(doc, key->inside, NULL, 0, (char *)object + key->offset);
		break;
	case SCHEMA_LIST:
	case SCHEMA_NUMBERS:
		break;
	}
}

static void read_numbers(struct schema_doc *doc, const struct schema_key *key,
	const config_setting_t *setting, void *object)
{
	struct schema_number number,
		*to = (struct schema_number *)(void *)((char *)object + key->offset);
	bool single = !config_setting_is_aggregate(setting);
	unsigned i, n = single ? 1 : (unsigned)config_setting_length(setting), count = 0;

	if (setting->type == CONFIG_TYPE_GROUP) {
		wrong_type(doc, key, setting, "a list of numbers");
		return;
	}
	for (i = 0; i < n; i++) {
		const config_setting_t *one =
			single ? setting : config_setting_get_elem(setting, i);

		if (!to_number(one, &number) || !isfinite(number.real)) {
			wrong_type(doc, key, one, "a list of numbers");
			return;
		}
		if ((double)count >= key->most) {
			WRONG(doc, one->line, key->key, "too many numbers; allowed %.0f",
				key->most);
			return;
		}
		to[count++] = number;
	}
	memcpy((char *)object + key->count, &count, sizeof(count));
}

static void read_list(struct schema_doc *doc, const struct schema_key *key,
	const config_setting_t *setting, void *object)
{
	unsigned i, n = (unsigned)config_setting_length(setting), count;
	void *field = (char *)object + key->offset, *pointed = field;
	char *elements;
	const config_setting_t *one;
	char words[80];

	if (key->pointed)
		memcpy(&pointed, field, sizeof(pointed));
	elements = pointed;
	if (n < key->least)
		WRONG(doc, setting->line, key->key, "is empty; at least %.0f %s is wanted",
			key->least, key->inside->what);
	if (n > key->most) {
		WRONG(doc, setting->line, key->key, "%u are too many; allowed %.0f", n, key->most);
		n = (unsigned)key->most;
	}
	for (i = count = 0; i < n; i++) {
		one = config_setting_get_elem(setting, i);
		if (one->type != CONFIG_TYPE_GROUP) {
			snprintf(
				words, sizeof(words), "a group { } for each %s", key->inside->what);
			wrong_type(doc, key, one, words);
			continue;
		}
		read_group(doc, key->inside, one, one->line, elements + count++ * key->size);
	}
	memcpy((char *)object + key->count, &count, sizeof(count));
}

static void read_key(struct schema_doc *doc, const struct schema_key *key,
	const config_setting_t *setting, void *object)
{
	struct schema_number number;

	schema_remember(doc, (char *)object + key->offset, key->key, setting->line);
	switch (key->kind) {
	case SCHEMA_TEXT:
	case SCHEMA_NAME:
		if (setting->type != CONFIG_TYPE_STRING)
			wrong_type(doc, key, setting, "a text in \"quotes\"");
		else
			value_text(doc, key, setting->line,
				setting->value.sval ? setting->value.sval : "", object);
		break;
	case SCHEMA_CHOICE:
		if (setting->type == CONFIG_TYPE_BOOL && !strcmp(key->choices->word, "true"))
			value_choice(doc, key, setting->line,
				setting->value.ival ? "true" : "false", object);
		else if (setting->type != CONFIG_TYPE_STRING)
			wrong_type(doc, key, setting, "a word in \"quotes\"");
		else
			value_choice(doc, key, setting->line,
				setting->value.sval ? setting->value.sval : "", object);
		break;
	case SCHEMA_INTEGER:
		if (!to_number(setting, &number) || number.is_real)
			wrong_type(doc, key, setting, "an integer");
		else
			value_number(doc, key, setting->line, &number, object);
		break;
	case SCHEMA_REAL:
		if (!to_number(setting, &number))
			wrong_type(doc, key, setting, "a number");
		else
			value_number(doc, key, setting->line, &number, object);
		break;
	case SCHEMA_NUMBERS:
		read_numbers(doc, key, setting, object);
		break;
	case SCHEMA_GROUP:
		if (setting->type != CONFIG_TYPE_GROUP)
			wrong_type(doc, key, setting, "a group { }");
		else
			read_group(doc, key->inside, setting, setting->line,
				(char *)object + key->offset);
		break;
	case SCHEMA_LIST:
		if (setting->type != CONFIG_TYPE_LIST)
			wrong_type(doc, key, setting, "a list of groups ( { }, { } )");
		else
			read_list(doc, key, setting, object);
		break;
	}
}

/* --- one group -------------------------------------------------------------------------------- */

/* The words of the first CHOICE with which a key exists: "influxdb-v1" or "victoriametrics". */
static const char *belongs_to(const struct schema *schema, const char *name, struct text *to)
{
	const struct schema_key *key, *selector = schema->keys;
	const struct schema_choice *choice;
	unsigned when = 0;

	for (key = schema->keys; key->key; key++)
		if (!strcmp(key->key, name))
			when |= key->when;
	while (selector->kind != SCHEMA_CHOICE)
		selector++;
	text_printf(to, "%s = ", selector->key);
	for (choice = selector->choices; choice->word; choice++)
		if (when & 1u << choice->value) {
			text_printf(to, "\"%s\"", choice->word);
			when &= ~(1u << choice->value);
			text_put(to, when ? " or " : "");
		}
	return to->at;
}

static void check_known(struct schema_doc *doc, const struct schema *schema,
	const config_setting_t *group, int selector, bool selector_ok)
{
	struct schema_nearest nearest;
	const struct schema_key *key;
	const config_setting_t *setting;
	bool known, applies;
	char words[160];
	struct text text;
	unsigned i;

	for (i = 0; i < (unsigned)config_setting_length(group); i++) {
		setting = config_setting_get_elem(group, i);
		nearest = (struct schema_nearest){.word = setting->name};
		known = applies = false;
		for (key = schema->keys; key->key; key++) {
			if (!strcmp(key->key, setting->name)) {
				known = true;
				applies = applies || !selector_ok || schema_applies(key, selector);
			}
			schema_nearer(&nearest, key->key);
		}
		text = text_over(words, sizeof(words));
		if (!known)
			WRONG(doc, setting->line, setting->name, "is not a key of a %s%s",
				schema->what, schema_hint(&nearest, words, sizeof(words)));
		else if (!applies)
			WRONG(doc, setting->line, setting->name, "belongs to a %s with %s only",
				schema->what, belongs_to(schema, setting->name, &text));
	}
}

static void read_group(struct schema_doc *doc, const struct schema *schema,
	const config_setting_t *setting, unsigned line, void *object)
{
	const config_setting_t *member;
	const struct schema_key *key;
	bool selector_ok = true, selector_read = false;
	unsigned before;
	int selector = -1;

	schema_remember(doc, object, NULL, line);
	for (key = schema->keys; key->key; key++) {
		member = setting ? config_setting_get_member(setting, key->key) : NULL;
		if (selector_read && selector_ok && !schema_applies(key, selector))
			continue;
		before = doc->mistakes->wrong;
		if (member)
			read_key(doc, key, member, object);
		else if (key->preset)
			take_preset(doc, key, object);
		else if (!key->optional && (selector_ok || !key->when))
			WRONG(doc, line, key->key, "is missing in this %s; %s", schema->what,
				key->help);
		if (key->kind == SCHEMA_CHOICE && !selector_read) {
			selector_read = true;
			selector_ok = doc->mistakes->wrong == before;
			selector = (int)schema_integer(key, object);
		}
	}
	if (setting)
		check_known(doc, schema, setting, selector, selector_ok);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* libconfig's own words, where better ones are not to be had. */
static const char *refusal(const config_t *config)
{
	const char *words = config_error_text(config);

	if (!words)
		return "not readable";
	if (!strncmp(words, "mismatched element type", 23))
		return "whole numbers and others are mixed in one array [ ]; a list ( ) takes both";
	if (!strncmp(words, "duplicate setting name", 22))
		return "this key is set a second time in its group,";
	return words;
}

int schema_open(struct schema_doc **out, const char *path, const char *text, void *ctx,
	struct mistakes *mistakes)
{
	struct schema_doc *doc = calloc(1, sizeof(*doc));
	char words[80];
	unsigned line;
	int err;

	*out = NULL;
	if (!doc)
		return ERR_MEMORY;
	doc->mistakes = mistakes;
	doc->wrong_before = mistakes->wrong;
	doc->ctx = ctx;
	doc->config = calloc(1, sizeof(*doc->config));
	if (!doc->config) {
		free(doc);
		return ERR_MEMORY;
	}
	config_init(doc->config);
	err = source_read(&doc->source, path, text, mistakes);
	if (!err && !config_read_string(doc->config, doc->source.text)) {
		line = (unsigned)config_error_line(doc->config);
		if (line > doc->source.n_lines)
			line = doc->source.n_lines;
		source_words(&doc->source, line, words, sizeof(words));
		if (config_error_text(doc->config) &&
			!strcmp(config_error_text(doc->config), "syntax error"))
			WRONG(doc, line, NULL,
				"cannot be understood at or before \"%s\"; a setting is written  "
				"key = value;  with texts in \"quotes\", lists in ( ), groups in { "
				"}",
				words);
		else
			WRONG(doc, line, NULL, "%s at \"%s\"", refusal(doc->config), words);
		err = ERR_CONF;
	}
	if (err) {
		schema_close(doc);
		return err;
	}
	*out = doc;
	return 0;
}

void schema_read(struct schema_doc *doc, const struct schema *schema, void *object)
{
	read_group(doc, schema, config_root_setting(doc->config), 1, object);
}

void schema_close(struct schema_doc *doc)
{
	if (!doc)
		return;
	config_destroy(doc->config);
	free(doc->config);
	source_free(&doc->source);
	free(doc->places);
	free(doc);
}
