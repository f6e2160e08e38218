/* Series of an export, in any order, as rows; and answers that are none, or not whole. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tools/heatmap/victoria.h"
#include "feed.h"

#define SERIES(name, tags, values, times)                                      \
	"{\"metric\":{\"__name__\":\"" name "\"," tags "},\"values\":[" values \
	"],\"timestamps\":[" times "]}\n"
#define TAGS   "\"lab\":\"kp-van-01\",\"parameter\":\"ph\",\"spool\":\"5e1f\""
#define TURNED "\"spool\":\"5e1f\",\"parameter\":\"ph\",\"lab\":\"kp-van-01\""

static char words[300];

static int feed(struct rows *rows, answer_take take, const char *bytes)
{
	struct text why = text_over(words, sizeof(words));
	struct answer answer = {.take = take, .rows = rows, .why = &why, .ended = true};

	return feed_answer(&answer, bytes, strlen(bytes), strlen(bytes));
}

static void test_fields_are_joined(void **state)
{
	static const char bytes[] = SERIES("result_seq", TAGS, "5,6", "1000,2000") SERIES(
		"result_value", TURNED, "7.5", "2000") SERIES("result_new", TAGS, "1", "1000")
		SERIES("result_verdict", TAGS, "1,2", "1000,2000")
			SERIES("result_sample", TAGS, "3,4", "1000,2000")
				SERIES("result_seq", "\"lab\":\"kp-van-02\"", "9", "1000");
	struct text why = text_over(words, sizeof(words));
	struct rows rows = {.results = NULL};

	(void)state;
	assert_int_equal(feed(&rows, victoria_take_results, bytes), 0);
	assert_int_equal(rows.n_results, 3);
	assert_int_equal(rows.results[1].seq, 6);
	assert_int_equal(rows.results[1].sample, 4);
	assert_true(rows.results[1].value == 7.5 && isnan(rows.results[0].value));
	assert_string_equal(rows.results[1].parameter, "ph");
	assert_int_equal(rows.results[1].at_ms, 2000);
	/* The other lab's has no verdict: the answer is not whole. */
	assert_int_equal(victoria_check_results(&rows, 0, &why), ERR_DAMAGED);
	rows.n_results = 2;
	assert_int_equal(victoria_check_results(&rows, 0, &why), 0);
	rows_free(&rows);
}

#define VECTOR(entries) \
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" entries "]}}"

/* What it adds up and counts itself. */
static void test_sums(void **state)
{
	static const char
		sums[] = VECTOR(
			"{\"metric\":{\"__name__\":\"seqs\",\"lab\":\"b\"},\"value\":[9,\"77\"]},"
			"{\"metric\":{\"__name__\":\"seqs\"},\"value\":[9,\"+Inf\"]},"
			"{\"metric\":{\"__name__\":\"n\",\"lab\":\"b\"},\"value\":[9,\"2\"]}"),
		partly[] = "{\"status\":\"success\",\"isPartial\":true,\"data\":{\"result\":[]}}",
		counts[] = VECTOR(
			"{\"metric\":{\"__name__\":\"result_seq\"},\"value\":[9,\"3\"]},"
			"{\"metric\":{\"__name__\":\"result_rev\"},\"value\":[9,\"2\"]},"
			"{\"metric\":{\"__name__\":\"result_purpose\"},\"value\":[9,\"1\"]}");
	struct text why = text_over(words, sizeof(words));
	struct rows rows = {.results = NULL};
	struct answer answer = {
		.take = victoria_take_prints, .rows = &rows, .why = &why, .ended = true};

	(void)state;
	assert_true(answer_bytes(&answer, sums, sizeof(sums) - 1));
	assert_int_equal(answer_end(&answer), 0);
	assert_int_equal(answer.n_prints, 2);
	assert_string_equal(answer.prints[0].lab, "b");
	assert_true(answer.prints[0].seqs == 77);
	assert_int_equal(answer.prints[0].n, 2);
	/* One broken number hides nobody. */
	assert_string_equal(answer.prints[1].lab, "");
	assert_true(isinf(answer.prints[1].seqs));
	answer.take = victoria_take_counts;
	assert_true(answer_bytes(&answer, counts, sizeof(counts) - 1));
	assert_int_equal(answer_end(&answer), 0);
	/* A field that makes a result another one is counted, and is none. */
	assert_int_equal(answer.n, 3);
	assert_int_equal(answer.n_fields, 3);
	(void)!answer_bytes(&answer, partly, sizeof(partly) - 1);
	assert_int_equal(answer_end(&answer), ERR_TIMEOUT);
	answer_free(&answer);
	rows_free(&rows);
}

static void test_questions(void **state)
{
	struct store_conf conf = {.database = "d"};
	char room[2000];
	struct text form = text_over(room, sizeof(room));

	(void)state;
	victoria_put_counts(&form, &conf, &(struct asked){{"a\"\\"}, 1, 1000, 3000, 0});
	assert_non_null(strstr(room, "result_seq%7C"));
	assert_non_null(strstr(room, "%7Cresult_purpose%7C"));
	assert_non_null(
		strstr(room, "%2Clab%3D~%22a%5C%22%5C%5C%5C%5C%22%2Cdb%3D%22d%22%7D%5B2000ms%5D"));
	assert_non_null(strstr(room, "&time=2.999"));
	text_clear(&form);
	victoria_put_results(&form, &conf, &(struct asked){{"a", "b.|c"}, 2, 1000, 3000, 0});
	assert_non_null(strstr(room,
		"%2Clab%3D~%22a%7Cb%5C%5C.%5C%5C%7Cc%22%2Cdb%3D%22d%22%7D&start=1.000&end=2.999"));
	assert_false(form.cut);
}

static void test_points(void **state)
{
	struct rows rows = {.results = NULL};

	(void)state;
	assert_int_equal(
		feed(&rows, victoria_take_points,
			SERIES("point_point", "\"lab\":\"a\",\"name\":\"Tap\"", "7", "5")
				SERIES("point_lat", "\"name\":\"Tap\",\"lab\":\"a\"", "34.5", "5")),
		0);
	assert_int_equal(rows.n_points, 1);
	assert_string_equal(rows.points[0].name, "Tap");
	assert_int_equal(rows.points[0].point, 7);
	assert_true(rows.points[0].lat == 34.5);
	rows_free(&rows);
}

static void test_heard(void **state)
{
	struct rows rows = {.results = NULL};

	(void)state;
	assert_int_equal(
		feed(&rows, victoria_take_heard,
			"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{"
			"\"metric\":{\"lab\":\"a\"},\"value\":[9,\"1795953600.5\"]}]}}"),
		0);
	assert_int_equal(rows.n_labs, 1);
	assert_int_equal(rows.labs[0].heard_ms, 1795953600500);
	assert_int_equal(feed(&rows, victoria_take_heard, "{\"status\":\"error\"}"), ERR_DAMAGED);
	rows_free(&rows);
}

/* As VictoriaMetrics 1.79 writes them. */
static void test_numbers(void **state)
{
	static const double wanted[] = {-0.5, 1e300, 9007199254740993.0, NAN, NAN, NAN, 12};
	struct rows rows = {.results = NULL};
	size_t i;

	(void)state;
	assert_int_equal(
		feed(&rows, victoria_take_results,
			SERIES("result_value", TAGS ",\"x\":\"a,\\\"values\\\":[9\"",
				"-0.5,1e+300,9007199254740993,null,\"Infinity\",\"-Infinity\",12",
				"-1,2,3,4,5,6,1795953600000")),
		0);
	assert_int_equal(rows.n_results, 7);
	for (i = 0; i < 7; i++)
		assert_true(isnan(wanted[i]) ? isnan(rows.results[i].value)
					     : rows.results[i].value == wanted[i]);
	assert_int_equal(rows.results[0].at_ms, -1);
	assert_int_equal(rows.results[6].at_ms, 1795953600000);
	rows_free(&rows);
}

static void test_no_answers(void **state)
{
	static const char *const cases[] = {"hello", "{}", "[1]",
		SERIES("result_seq", TAGS, "1", ""), SERIES("result_seq", TAGS, "1", "\"x\""),
		SERIES("result_seq", TAGS, "1,2", "1"), SERIES("result_seq", TAGS, "1", "1,2"),
		SERIES("result_seq", TAGS, "1", "1e300"), SERIES("result_seq", TAGS, "1,,", "1,2"),
		"{\"metric\":{\"__name__\":\"result_seq\"},\"values\":[1],\"timestamps\":[1",
		"{\"metric\":{\"__name__\":\"result_seq\"},\"values\":[1]}",
		"{\"metric\":{},\"values\":[],\"timestamps\":[]}",
		SERIES("result_seq", "\"lab\":5", "1", "1")};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rows rows = {.results = NULL};

		assert_int_equal(feed(&rows, victoria_take_results, cases[i]), ERR_DAMAGED);
		assert_true(*words);
		rows_free(&rows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields_are_joined),
		cmocka_unit_test(test_sums), cmocka_unit_test(test_questions),
		cmocka_unit_test(test_points), cmocka_unit_test(test_heard),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_no_answers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
