#include "console/question.h"

#include <stdlib.h>
#include <string.h>

enum { POINT_TEXT = 120, MOST_DIGITS = 15 };
static const json_int_t largest = (json_int_t)1 << 53; /* what JavaScript counts exactly */

static bool is_text(const json_t *value, size_t most)
{
	return json_is_string(value) && json_string_length(value) >= 1 &&
	       json_string_length(value) <= most;
}

static bool is_token(const json_t *value, size_t most)
{
	static const char may[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

	return is_text(value, most) &&
	       strspn(json_string_value(value), may) == json_string_length(value);
}

static bool is_number(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 1 &&
	       json_integer_value(value) <= largest;
}

static bool is_point(const json_t *value)
{
	const char *name;
	json_t *one;

	if (!json_is_object(value))
		return false;
	json_object_foreach((json_t *)value, name, one)
	{
		if (!strcmp(name, "treated")) {
			if (!json_is_boolean(one) && !json_is_null(one))
				return false;
		} else if (!strcmp(name, "position")) {
			if (!is_text(one, POINT_TEXT) && !json_is_null(one))
				return false;
		} else if (strcmp(name, "name") != 0 && strcmp(name, "source_type") != 0) {
			return false;
		} else if (!is_text(one, POINT_TEXT)) {
			return false;
		}
	}
	return json_object_get(value, "name") && json_object_get(value, "source_type");
}

static bool fits(const struct field *field, const json_t *value)
{
	switch (field->kind) {
	case FIELD_TEXT:
		return is_text(value, field->most);
	case FIELD_TOKEN:
		return is_token(value, field->most);
	case FIELD_NUMBER:
		return is_number(value);
	case FIELD_YES:
		return json_is_boolean(value);
	case FIELD_POINT:
		return is_point(value);
	}
	return false;
}

static const struct field *find_field(const struct route *route, const char *name)
{
	const struct field *field;

	for (field = route->fields; field->name; field++)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}

static json_t *begin(const struct route *route)
{
	return json_pack("{s:s}", "ask", route->ask ? route->ask : "");
}

static bool is_whole(const struct route *route, const json_t *question, struct text *why)
{
	const struct field *field;

	for (field = route->fields; field->name; field++)
		if (field->needed && !json_object_get(question, field->name)) {
			text_printf(why, "%s is missing", field->name);
			return false;
		}
	return true;
}

static bool take_fields(const struct route *route, json_t *body, json_t *question, struct text *why)
{
	const struct field *field;
	const char *name;
	json_t *value;

	json_object_foreach(body, name, value)
	{
		field = find_field(route, name);
		if (!field) {
			text_put(why, "no such field: ");
			text_put_shown(why, name, strlen(name), 40);
			return false;
		}
		if (!fits(field, value)) {
			text_printf(why, "%s is not as it should be", name);
			return false;
		}
		if (json_object_set(question, name, value)) {
			text_put(why, "out of memory");
			return false;
		}
	}
	return is_whole(route, question, why);
}

json_t *question_of_body(const struct route *route, const char *body, size_t len, struct text *why)
{
	json_t *object = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	json_t *question = begin(route);

	if (!json_is_object(object) || !question) {
		text_put(why, "the body is no JSON object");
		json_decref(question);
		question = NULL;
	} else if (!take_fields(route, object, question, why)) {
		json_decref(question);
		question = NULL;
	}
	json_decref(object);
	return question;
}

/* A query's fields are numbers, or words to look for. */
static bool put_field(json_t *question, const struct field *field, const char *text)
{
	size_t n = strlen(text);
	json_t *value = NULL;

	if (field->kind == FIELD_TEXT)
		value = json_string(text); /* NULL: no UTF-8 */
	else if (n >= 1 && n <= MOST_DIGITS && strspn(text, "0123456789") == n)
		value = json_integer(strtoll(text, NULL, 10));
	if (value && fits(field, value))
		return json_object_set_new(question, field->name, value) == 0;
	json_decref(value);
	return false;
}

json_t *question_of_query(const struct route *route,
	const char *(*get)(void *ctx, const char *name), void *ctx, struct text *why)
{
	json_t *question = begin(route);
	const struct field *field;
	const char *text;

	if (!question) {
		text_put(why, "out of memory");
		return NULL;
	}
	for (field = route->fields; field->name; field++) {
		text = get(ctx, field->name);
		if (text && !put_field(question, field, text)) {
			text_printf(why, "%s is not as it should be", field->name);
			break;
		}
	}
	if (field->name || !is_whole(route, question, why)) {
		json_decref(question);
		return NULL;
	}
	return question;
}
