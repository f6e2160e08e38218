/* Bodies made into questions: what the route knows, as it should be, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/question.h"

#define WHO "\"by\":\"Test operator\",\"token\":\"a1-B\""

static void becomes(const char *path, const char *body, const char *question)
{
	bool known;
	const struct route *route = route_find("POST", path, &known);
	char room[256], *text;
	struct text why = text_over(room, sizeof(room));
	json_t *made = question_of_body(route, body, strlen(body), &why), *wanted;

	if (!made)
		fail_msg("%s: %s", body, room);
	wanted = json_loads(question, 0, NULL);
	assert_non_null(wanted);
	text = json_dumps(made, JSON_SORT_KEYS);
	if (!json_equal(made, wanted))
		fail_msg("%s became %s", body, text);
	free(text);
	json_decref(made);
	json_decref(wanted);
}

static void refused(const char *path, const char *body, const char *words)
{
	bool known;
	const struct route *route = route_find("POST", path, &known);
	char room[256];
	struct text why = text_over(room, sizeof(room));

	assert_null(question_of_body(route, body, strlen(body), &why));
	if (!strstr(room, words))
		fail_msg("'%s' does not say '%s'", room, words);
}

static void what_the_page_sends_becomes_the_daemons_question(void **state)
{
	(void)state;
	becomes("/api/sample/begin", "{\"purpose\":\"routine\",\"point\":7," WHO "}",
		"{\"ask\":\"sample-begin\",\"purpose\":\"routine\",\"point\":7," WHO "}");
	becomes("/api/sample/begin",
		"{\"purpose\":\"routine\",\"new_point\":{\"name\":\"x\",\"source_type\":\"tanker\","
		"\"position\":null,\"treated\":null}," WHO "}",
		"{\"ask\":\"sample-begin\",\"purpose\":\"routine\",\"new_point\":{\"name\":\"x\","
		"\"source_type\":\"tanker\",\"position\":null,\"treated\":null}," WHO "}");
	becomes("/api/sample/enter",
		"{\"sample\":1,\"parameter\":\"ph\",\"value\":\"<0.1\",\"unit\":\"mg/"
		"L\",\"method\":"
		"\"strip\",\"sure\":true," WHO "}",
		"{\"ask\":\"sample-enter\",\"sample\":1,\"parameter\":\"ph\",\"value\":\"<0.1\","
		"\"unit\":"
		"\"mg/L\",\"method\":\"strip\",\"sure\":true," WHO "}");
	becomes("/api/sample/finish", "{\"test\":9,\"bag\":\"11010\"," WHO "}",
		"{\"ask\":\"sample-finish\",\"test\":9,\"bag\":\"11010\"," WHO "}");
}

static void what_is_not_a_body_is_refused(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "null", "7", "\"x\"", "{} {}",
		"{\"a\":1,\"a\":1}", "{\"by\":\"\\u0000\"}", "{\"by\":\"\xff\"}"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused("/api/sample/end", bad[i], "no JSON object");
}

static void each_field_is_as_the_route_says(void **state)
{
	static const struct {
		const char *body, *words;
	} cases[] = {
		{"{\"sample\":1,\"token\":\"a\"}", "by is missing"},
		{"{\"sample\":1,\"by\":\"Test\"}", "token is missing"},
		{"{" WHO "}", "sample is missing"},
		{"{\"sample\":1,\"by\":\"\",\"token\":\"a\"}", "by is not"},
		{"{\"sample\":1,\"by\":\"12345678901234567890123456789012345678901\",\"token\":"
		 "\"a\"}",
			"by is not"},
		{"{\"sample\":1,\"by\":7,\"token\":\"a\"}", "by is not"},
		{"{\"sample\":1,\"by\":\"x\",\"token\":\"a b\"}", "token is not"},
		{"{\"sample\":1,\"by\":\"x\",\"token\":\"123456789012345678901234567890123\"}",
			"token is not"},
		{"{\"sample\":0," WHO "}", "sample is not"},
		{"{\"sample\":-1," WHO "}", "sample is not"},
		{"{\"sample\":1.5," WHO "}", "sample is not"},
		{"{\"sample\":\"1\"," WHO "}", "sample is not"},
		{"{\"sample\":9007199254740993," WHO "}", "sample is not"},
		{"{\"sample\":1,\"ask\":\"refused-give-up\"," WHO "}", "no such field: ask"},
		{"{\"sample\":1,\"store\":\"x\"," WHO "}", "no such field: store"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused("/api/sample/end", cases[i].body, cases[i].words);
	refused("/api/sample/begin", "{\"purpose\":\"x\",\"new_point\":{\"name\":\"x\"}," WHO "}",
		"new_point is not");
	refused("/api/sample/begin",
		"{\"purpose\":\"x\",\"new_point\":{\"name\":\"x\",\"source_type\":\"y\",\"lat\":1}"
		"," WHO "}",
		"new_point is not");
	refused("/api/sample/begin", "{\"purpose\":\"x\",\"units\":[]," WHO "}",
		"no such field: units");
	refused("/api/sample/enter", "{\"sample\":1,\"sure\":1," WHO "}", "sure is not");
}

static const char *one_number(void *ctx, const char *name)
{
	return !strcmp(name, "sample") ? ctx : NULL;
}

static void a_query_has_whole_numbers(void **state)
{
	static char *const bad[] = {"", "0", "-1", "1e3", "x", "1 ", "1234567890123456"};
	bool known;
	const struct route *route = route_find("GET", "/api/sample", &known);
	char room[256];
	struct text why = text_over(room, sizeof(room));
	json_t *made = question_of_query(route, one_number, "812", &why);
	size_t i;

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(made, "sample")), 812);
	assert_string_equal(json_string_value(json_object_get(made, "ask")), "sample-show");
	json_decref(made);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(question_of_query(route, one_number, bad[i], &why));
	assert_null(question_of_query(route, one_number, NULL, &why));
}

static const char *one_part(void *ctx, const char *name)
{
	return !strcmp(name, "part") ? ctx : NULL;
}

static void a_query_may_have_words_to_look_for(void **state)
{
	static char *const good[] = {"school", "7", "\xD8\xB3\xDA\xA9\xD9\x88\xD9\x84", "\"'}{"};
	char too_long[82], room[256];
	char *const bad[] = {"", "\xFF", "a\xD8", too_long};
	struct text why = text_over(room, sizeof(room));
	bool known;
	const struct route *route = route_find("GET", "/api/points", &known);
	json_t *made;
	size_t i;

	(void)state;
	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		made = question_of_query(route, one_part, good[i], &why);
		assert_string_equal(json_string_value(json_object_get(made, "part")), good[i]);
		assert_string_equal(json_string_value(json_object_get(made, "ask")), "points");
		json_decref(made);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(question_of_query(route, one_part, bad[i], &why));
	made = question_of_query(route, one_part, NULL, &why);
	assert_int_equal(json_object_size(made), 1);
	json_decref(made);
}

/* What the table itself must keep to: nothing changes by GET, nor without operator and token. */
static void each_change_needs_an_operator_and_a_token(void **state)
{
	const struct route *route;
	const struct field *field;
	unsigned need;

	(void)state;
	for (route = routes; route->path; route++) {
		assert_int_equal(route->changes, !strcmp(route->method, "POST"));
		need = 0;
		for (field = route->fields; field->name; field++)
			need += field->needed &&
				(!strcmp(field->name, "by") || !strcmp(field->name, "token"));
		assert_int_equal(need, route->changes && route->ask ? 2 : 0);
		/* And where operators are configured, by somebody who may do more than look. */
		assert_true(!route->changes || !route->ask || route->least >= ROLE_TECHNICIAN);
		assert_true(!route->ask || route->least >= ROLE_VIEWER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_page_sends_becomes_the_daemons_question),
		cmocka_unit_test(what_is_not_a_body_is_refused),
		cmocka_unit_test(each_field_is_as_the_route_says),
		cmocka_unit_test(a_query_has_whole_numbers),
		cmocka_unit_test(a_query_may_have_words_to_look_for),
		cmocka_unit_test(each_change_needs_an_operator_and_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
