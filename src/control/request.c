#include "control/request.h"

#include <string.h>

/* jansson parses by recursion: how deep is decided here, before a small stack is given to it. */
static bool too_deep(const char *line, size_t len)
{
	unsigned depth = 0;
	bool in_string = false;
	size_t i;

	for (i = 0; i < len; i++) {
		if (in_string) {
			if (line[i] == '\\')
				i++;
			else if (line[i] == '"')
				in_string = false;
		} else if (line[i] == '"') {
			in_string = true;
		} else if (line[i] == '[' || line[i] == '{') {
			if (++depth > CONTROL_DEEPEST)
				return true;
		} else if ((line[i] == ']' || line[i] == '}') && depth) {
			depth--;
		}
	}
	return false;
}

json_t *request_parse(const char *line, size_t len, struct text *why)
{
	json_t *request;
	json_error_t error;

	if (too_deep(line, len)) {
		text_printf(why, "the question nests deeper than %d brackets", CONTROL_DEEPEST);
		return NULL;
	}
	request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (!request) {
		text_printf(
			why, "the question is not JSON: column %d: %s", error.column, error.text);
		return NULL;
	}
	if (!json_is_object(request) || !json_is_string(json_object_get(request, "ask"))) {
		text_put(why, "a question is an object like {\"ask\": \"status\"}");
		json_decref(request);
		return NULL;
	}
	return request;
}

const struct control_command *request_command(
	const json_t *request, const struct control_command *commands, struct text *why)
{
	const char *name = json_string_value(json_object_get(request, "ask"));
	const struct control_command *c, *nearest = NULL;
	unsigned distance, best = 4;

	for (c = commands; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
		distance = text_distance(c->name, name);
		if (distance < best) {
			best = distance;
			nearest = c;
		}
	}
	text_printf(why, "there is no question \"%.40s\"", name);
	if (nearest) {
		text_printf(why, "; did you mean \"%s\"?", nearest->name);
		return NULL;
	}
	text_put(why, "; there are");
	for (c = commands; c->name; c++)
		text_printf(why, "%s %s", c == commands ? "" : ",", c->name);
	return NULL;
}
