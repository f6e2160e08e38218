#include "conf/value.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *schema_source(const struct schema_doc *doc, unsigned line, unsigned *real)
{
	*real = source_line(&doc->source, line);
	return source_file(&doc->source, line);
}

void schema_remember(struct schema_doc *doc, const void *at, const char *key, unsigned line)
{
	size_t cap = doc->places_cap ? 2 * doc->places_cap : 256;
	struct place *places = doc->places;

	if (doc->n_places == doc->places_cap) {
		places = realloc(doc->places, cap * sizeof(*places));
		if (!places)
			return; /* a later message names the group instead of the line */
		doc->places = places;
		doc->places_cap = cap;
	}
	places[doc->n_places++] = (struct place){at, key, line};
}

static const struct place *place_of(const struct schema_doc *doc, const void *at, bool group)
{
	size_t i;

	for (i = doc->n_places; i--;)
		if (doc->places[i].at == at && group == !doc->places[i].key)
			return &doc->places[i];
	return NULL;
}

bool schema_given(const struct schema_doc *doc, const void *field)
{
	return place_of(doc, field, false) != NULL;
}

/* A struct and its first member have one address: the key tells them apart. */
static unsigned line_of(
	const struct schema_doc *doc, const void *object, const void *field, const char *key)
{
	const struct place *place = field ? place_of(doc, field, false) : NULL;
	size_t i;

	for (i = doc->n_places; field && key && i--;)
		if (doc->places[i].at == field && doc->places[i].key &&
			!strcmp(doc->places[i].key, key))
			return doc->places[i].line;
	if (!place)
		place = place_of(doc, object, true);
	return place ? place->line : 0;
}

#define SAY(function, doc, object, field, key, fmt)                                   \
	do {                                                                          \
		char words_[512];                                                     \
		unsigned real_;                                                       \
		const char *file_;                                                    \
		va_list args_;                                                        \
		va_start(args_, fmt);                                                 \
		vsnprintf(words_, sizeof(words_), fmt, args_);                        \
		va_end(args_);                                                        \
		file_ = schema_source(doc, line_of(doc, object, field, key), &real_); \
		function((doc)->mistakes, file_, real_, key, "%s", words_);           \
	} while (0)

void schema_wrong(struct schema_doc *doc, const void *object, const void *field, const char *key,
	const char *fmt, ...)
{
	SAY(mistake_add, doc, object, field, key, fmt);
}

void schema_warn(struct schema_doc *doc, const void *object, const void *field, const char *key,
	const char *fmt, ...)
{
	SAY(mistake_warn, doc, object, field, key, fmt);
}

void schema_nearer(struct schema_nearest *nearest, const char *known)
{
	unsigned distance = text_distance(nearest->word, known);
	size_t longest =
		strlen(nearest->word) > strlen(known) ? strlen(nearest->word) : strlen(known);

	/* Half of another word is not a slip of the finger. */
	if (2 * distance <= longest + 1 && (!nearest->best || distance < nearest->distance)) {
		nearest->best = known;
		nearest->distance = distance;
	}
}

const char *schema_hint(const struct schema_nearest *nearest, char *to, size_t cap)
{
	struct text text = text_over(to, cap);

	if (nearest->best)
		text_printf(&text, "; did you mean %s?", nearest->best);
	return to;
}

int64_t schema_integer(const struct schema_key *key, const void *object)
{
	const char *at = (const char *)object + key->offset;
	uint32_t wide;
	uint16_t half;
	int64_t all;

	switch (key->size) {
	case 1:
		return (uint8_t)*at;
	case 2:
		memcpy(&half, at, 2);
		return half;
	case 4:
		memcpy(&wide, at, 4);
		return key->least < 0 ? (int32_t)wide : (int64_t)wide;
	default:
		memcpy(&all, at, 8);
		return all;
	}
}

static void put_integer(const struct schema_key *key, void *object, int64_t v)
{
	char *at = (char *)object + key->offset;
	uint8_t byte = (uint8_t)v;
	uint16_t half = (uint16_t)v;
	uint32_t wide = (uint32_t)v;

	switch (key->size) {
	case 1:
		memcpy(at, &byte, 1);
		break;
	case 2:
		memcpy(at, &half, 2);
		break;
	case 4:
		memcpy(at, &wide, 4);
		break;
	default:
		memcpy(at, &v, 8);
	}
}

int schema_selector(const struct schema *schema, const void *object)
{
	const struct schema_key *key;

	for (key = schema->keys; key->key; key++)
		if (key->kind == SCHEMA_CHOICE)
			return (int)schema_integer(key, object);
	return -1;
}

bool schema_applies(const struct schema_key *key, int selector)
{
	return !key->when || (selector >= 0 && selector < 32 && key->when & 1u << selector);
}

const char *schema_elements(const struct schema_key *key, const void *object, unsigned *n)
{
	const void *field = (const char *)object + key->offset, *pointed = field;

	memcpy(n, (const char *)object + key->count, sizeof(*n));
	if (key->pointed)
		memcpy(&pointed, field, sizeof(pointed));
	return pointed;
}

/* --- into the struct -------------------------------------------------------------------------------- */

static void say_range(
	struct schema_doc *doc, const struct schema_key *key, unsigned line, const char *value)
{
	WRONG(doc, line, key->key, "%s is out of range; allowed %.15g to %.15g%s%s", value,
		key->least, key->most, key->unit ? " " : "", key->unit ? key->unit : "");
}

void value_number(struct schema_doc *doc, const struct schema_key *key, unsigned line,
	const struct schema_number *number, void *object)
{
	char value[40];
	struct text text = text_over(value, sizeof(value));

	if (number->is_real)
		text_printf(&text, "%.15g", number->real);
	else if (number->is_hex)
		text_printf(&text, "0x%llX", (unsigned long long)number->integer);
	else
		text_put_i64(&text, number->integer);
	if (!(number->real >= key->least && number->real <= key->most))
		say_range(doc, key, line, value);
	else if (key->kind == SCHEMA_REAL)
		memcpy((char *)object + key->offset, &number->real, sizeof(double));
	else
		put_integer(key, object, number->integer);
}

void value_choice(struct schema_doc *doc, const struct schema_key *key, unsigned line,
	const char *word, void *object)
{
	struct schema_nearest nearest = {.word = word};
	const struct schema_choice *choice;
	char all[256], hint[64];
	struct text text = text_over(all, sizeof(all));

	for (choice = key->choices; choice->word; choice++) {
		if (!strcmp(choice->word, word)) {
			put_integer(key, object, choice->value);
			return;
		}
		schema_nearer(&nearest, choice->word);
		text_printf(&text, "%s\"%s\"", choice == key->choices ? "" : ", ", choice->word);
	}
	WRONG(doc, line, key->key, "\"%.60s\" is not known; allowed %s%s", word, all,
		schema_hint(&nearest, hint, sizeof(hint)));
}

void value_text(struct schema_doc *doc, const struct schema_key *key, unsigned line, const char *s,
	void *object)
{
	void *field = (char *)object + key->offset;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	bool plain = true, name = isalnum((unsigned char)*s);
	const char *p;

	for (p = s; *p; p++) {
		plain = plain && !iscntrl((unsigned char)*p);
		name = name && (isalnum((unsigned char)*p) || strchr("-_.", *p));
	}
	if (!plain) {
		WRONG(doc, line, key->key,
			"the text holds a control character; plain text is wanted");
	} else if (key->kind == SCHEMA_NAME && !name) {
		WRONG(doc, line, key->key,
			"\"%.60s\" is no name; allowed are letters, digits, '-', '_' and '.', a "
			"letter or digit first",
			s);
	} else if (!*s && (!key->preset || *key->preset)) {
		/* Empty means "none" only where that is what holds without the key. */
		WRONG(doc, line, key->key, "is empty; leave it out or write what is meant");
	} else if (strlen(s) >= key->size) {
		WRONG(doc, line, key->key, "\"%.40s...\" is too long (%zu bytes); allowed %zu", s,
			strlen(s), key->size - 1);
	} else if (key->hook) {
		if (!key->hook->take(doc, field, s, &why))
			WRONG(doc, line, key->key, "%s", why.at);
	} else {
		memcpy(field, s, strlen(s) + 1);
	}
}

unsigned schema_mistakes(const struct schema_doc *doc)
{
	return doc->mistakes->wrong - doc->wrong_before;
}

struct mistakes *schema_list(struct schema_doc *doc)
{
	return doc->mistakes;
}

void *schema_ctx(struct schema_doc *doc)
{
	return doc->ctx;
}
