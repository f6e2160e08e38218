/* The tables as text: the effective configuration, and the commented sample. */
#include <string.h>

#include "base/number.h"
#include "conf/schema.h"

enum { WIDTH = 92 };

struct printer {
	FILE *to;
	bool sample;
	bool help;           /* sample: this element is the first of its list */
	const char *comment; /* "#" within a part that is shown but not in force */
	int depth;
};

static void group(const struct printer *printer, const struct schema *schema, const void *object);

static void indent(const struct printer *printer)
{
	int i;

	fputs(printer->comment, printer->to);
	for (i = 0; i < printer->depth; i++)
		fputc('\t', printer->to);
}

/* The value without quotes, as a preset is written. */
static void plain(const struct schema_key *key, const void *object, struct text *to)
{
	const char *at = (const char *)object + key->offset;
	const struct schema_choice *choice;
	char number[NUMBER_TEXT];
	int64_t v;
	double d;

	switch (key->kind) {
	case SCHEMA_TEXT:
	case SCHEMA_NAME:
		if (key->hook)
			key->hook->show(at, to);
		else
			text_put(to, at);
		break;
	case SCHEMA_CHOICE:
		v = schema_integer(key, object);
		for (choice = key->choices; choice->word && choice->value != v; choice++)
			;
		text_put(to, choice->word ? choice->word : "");
		break;
	case SCHEMA_INTEGER:
		text_put_i64(to, schema_integer(key, object));
		break;
	case SCHEMA_REAL:
		memcpy(&d, at, sizeof(d));
		number_put_f64(number, d);
		text_put(to, number);
		break;
	case SCHEMA_NUMBERS:
	case SCHEMA_GROUP:
	case SCHEMA_LIST:
		break;
	}
}

static bool quoted(const struct schema_key *key)
{
	return key->kind == SCHEMA_TEXT || key->kind == SCHEMA_NAME || key->kind == SCHEMA_CHOICE;
}

static void assign(const struct printer *printer, const struct schema_key *key, const char *value)
{
	fprintf(printer->to, "%s = ", key->key);
	if (quoted(key))
		fputc('"', printer->to);
	for (; *value; value++) {
		if (quoted(key) && (*value == '"' || *value == '\\'))
			fputc('\\', printer->to);
		fputc(*value, printer->to);
	}
	fputs(quoted(key) ? "\";\n" : ";\n", printer->to);
}

/* Words in lines of comment, broken at blanks. */
static void wrapped(const struct printer *printer, const char *words)
{
	size_t room = (size_t)(WIDTH - 8 * printer->depth), n, end;

	while (*words) {
		n = strlen(words);
		end = n < room ? n : room;
		while (end < n && end > 1 && words[end] != ' ')
			end--;
		indent(printer);
		fprintf(printer->to, "# %.*s\n", (int)end, words);
		words += end;
		while (*words == ' ')
			words++;
	}
}

static void help(
	const struct printer *printer, const struct schema *schema, const struct schema_key *key)
{
	char words[1024];
	struct text text = text_over(words, sizeof(words));
	const struct schema_choice *choice;
	const struct schema_key *selector = schema->keys;
	bool first = true;

	if (!printer->help)
		return;
	if (key != schema->keys || printer->depth == 0)
		fprintf(printer->to, "%s\n", printer->comment);
	text_put(&text, key->help);
	if (key->kind == SCHEMA_CHOICE) {
		for (choice = key->choices; choice->word; choice++)
			text_printf(&text, "%s\"%s\"", choice == key->choices ? " One of " : ", ",
				choice->word);
		text_put(&text, ".");
	} else if (key->kind == SCHEMA_INTEGER || key->kind == SCHEMA_REAL) {
		text_printf(&text, " %.15g to %.15g%s%s.", key->least, key->most,
			key->unit ? " " : "", key->unit ? key->unit : "");
	} else if (key->kind == SCHEMA_LIST) {
		text_printf(&text, " %.0f to %.0f.", key->least, key->most);
	}
	if (key->when) {
		while (selector->kind != SCHEMA_CHOICE)
			selector++;
		text_printf(&text, " %s with %s", key->preset ? "Only" : "Wanted, and only,",
			selector->key);
		for (choice = selector->choices; choice->word; choice++)
			if (key->when & 1u << choice->value) {
				text_printf(&text, "%s \"%s\"", first ? "" : " or", choice->word);
				first = false;
			}
		text_put(&text, ".");
	}
	wrapped(printer, words);
}

static void list(const struct printer *printer, const struct schema_key *key, const void *object)
{
	struct printer inner = *printer;
	unsigned i, n;
	const char *elements = schema_elements(key, object, &n);

	if (printer->sample && key->sketch)
		inner.comment = "#";
	indent(&inner);
	fprintf(inner.to, "%s = (\n", key->key);
	inner.depth++;
	for (i = 0; i < n; i++) {
		inner.help = printer->help && i == 0;
		indent(&inner);
		fputs("{\n", inner.to);
		inner.depth++;
		group(&inner, key->inside, elements + i * key->size);
		inner.depth--;
		indent(&inner);
		fputs(i + 1 < n ? "},\n" : "}\n", inner.to);
	}
	inner.depth--;
	indent(&inner);
	fputs(");\n", inner.to);
}

static void scalar(const struct printer *printer, const struct schema_key *key, const void *object,
	bool applies)
{
	char value[1024];
	struct text text = text_over(value, sizeof(value));

	if (applies)
		plain(key, object, &text);
	else
		text_put(&text, key->say ? key->say : key->preset ? key->preset : "");
	if (printer->sample && (!applies || (key->preset && !strcmp(key->preset, value)))) {
		if (!printer->help)
			return;
		indent(printer);
		fputc('#', printer->to);
		assign(printer, key, value);
		return;
	}
	indent(printer);
	assign(printer, key, value);
}

static void group(const struct printer *printer, const struct schema *schema, const void *object)
{
	int selector = schema_selector(schema, object);
	struct printer inner = *printer;
	const struct schema_key *key;

	inner.depth++;
	for (key = schema->keys; key->key; key++) {
		bool applies = schema_applies(key, selector);

		if (!applies && !(printer->sample && printer->help))
			continue;
		if (printer->sample)
			help(printer, schema, key);
		if (key->kind == SCHEMA_LIST) {
			list(printer, key, object);
		} else if (key->kind == SCHEMA_GROUP) {
			indent(printer);
			fprintf(printer->to, "%s = {\n", key->key);
			group(&inner, key->inside, (const char *)object + key->offset);
			indent(printer);
			fputs("};\n", printer->to);
		} else if (key->kind != SCHEMA_NUMBERS) {
			scalar(printer, key, object, applies);
		}
	}
}

void schema_print(const struct schema *schema, const void *object, FILE *to)
{
	const struct printer printer = {.to = to, .comment = ""};

	group(&printer, schema, object);
}

void schema_print_sample(const struct schema *schema, const void *object, FILE *to)
{
	const struct printer printer = {.to = to, .comment = "", .sample = true, .help = true};

	group(&printer, schema, object);
}
