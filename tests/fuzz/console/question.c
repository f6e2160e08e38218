/* Any bytes as a body, by any route: a question with the route's own fields and nothing else, or words why not. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "console/question.h"

static const struct route *route_of(uint8_t which)
{
	size_t n = 0;

	while (routes[n].path)
		n++;
	return &routes[which % n];
}

static bool is_known(const struct route *route, const char *name)
{
	const struct field *field;

	if (!strcmp(name, "ask"))
		return true;
	for (field = route->fields; field->name; field++)
		if (!strcmp(field->name, name))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	const struct route *route;
	json_t *question, *value;
	const char *name;

	if (n < 1)
		return 0;
	route = route_of(bytes[0]);
	question = question_of_body(route, (const char *)bytes + 1, n - 1, &why);
	if (!question) {
		assert(why.len > 0);
		return 0;
	}
	assert(!strcmp(
		json_string_value(json_object_get(question, "ask")), route->ask ? route->ask : ""));
	json_object_foreach(question, name, value) assert(is_known(route, name));
	if (route->changes && route->ask)
		assert(json_object_get(question, "by") && json_object_get(question, "token"));
	json_decref(question);
	return 0;
}
