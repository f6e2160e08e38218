/* Bytes of an InfluxDB's answer, cut anywhere, as rows; and answers that are none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tools/heatmap/influx.h"
#include "feed.h"

static const char two_chunks[] =
	"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"point\",\"columns\":[\"time\","
	"\"lat\",\"new_field\",\"point\",\"lab\",\"name\",\"code\"],\"values\":[[1000,34.5,3,7,"
	"\"kp-van-01\",\"Spring\",null]],\"partial\":true}],\"partial\":true}]}\n"
	"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"point\",\"columns\":[\"time\","
	"\"lat\",\"point\",\"lab\"],\"values\":[[2000,null,-1,\"kp-van-01\"]]}]}]}\n";

static int feed(struct rows *rows, answer_take take, const char *bytes, size_t len, size_t piece,
	char *words, size_t cap)
{
	struct text why = text_over(words, cap);
	struct answer answer = {.take = take, .rows = rows, .why = &why};

	return feed_answer(&answer, bytes, len, piece);
}

static void test_cut_anywhere(void **state)
{
	char words[200];
	size_t piece;

	(void)state;
	for (piece = 1; piece < sizeof(two_chunks); piece += 7) {
		struct rows rows = {.results = NULL};
		const struct point_row *row;

		assert_int_equal(feed(&rows, influx_take_points, two_chunks, sizeof(two_chunks) - 1,
					 piece, words, sizeof(words)),
			0);
		assert_int_equal(rows.n_points, 2);
		row = &rows.points[0];
		assert_string_equal(row->lab, "kp-van-01");
		assert_string_equal(row->name, "Spring");
		assert_true(row->lat == 34.5 && isnan(row->lon) && !row->odd);
		assert_int_equal(row->point, 7);
		assert_int_equal(row->at_ms, 1000);
		assert_ptr_equal(row->lab, rows.points[1].lab);
		/* What no number can be is none of any other point. */
		assert_true(rows.points[1].odd && rows.points[1].point == UINT64_MAX);
		rows_free(&rows);
	}
}

static void test_cut_short(void **state)
{
	char words[200];
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(two_chunks) - 2; len += 5) {
		struct rows rows = {.results = NULL};

		assert_int_not_equal(
			feed(&rows, influx_take_points, two_chunks, len, 64, words, sizeof(words)),
			0);
		assert_true(*words);
		rows_free(&rows);
	}
}

static void test_no_answers(void **state)
{
	static const struct {
		const char *bytes;
		int err;
	} cases[] = {{"", ERR_DAMAGED}, {"hello", ERR_DAMAGED}, {"[]", ERR_DAMAGED},
		{"{\"results\":[]}", ERR_DAMAGED}, {"{\"error\":\"no\"}", ERR_CONF},
		{"{\"error\":\"\"}", ERR_CONF}, {"{\"results\":[{\"error\":\"no\"}]}", ERR_CONF},
		{"{\"results\":[{\"series\":[{\"values\":[[1]]}]}]}", ERR_DAMAGED},
		{"{\"results\":[{\"series\":[{\"columns\":[\"sample\"],\"values\":[[1]]}]}]}",
			ERR_DAMAGED},
		{"{\"results\":[{\"series\":[{\"columns\":[\"time\",\"lab\"],\"values\":[[1]]}]}]}",
			ERR_DAMAGED},
		{"{\"results\":[{}]}\n{\"results\":[{}]}", ERR_DAMAGED}};
	char words[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rows rows = {.results = NULL};

		assert_int_equal(feed(&rows, influx_take_points, cases[i].bytes,
					 strlen(cases[i].bytes), 1000, words, sizeof(words)),
			cases[i].err);
		assert_string_not_equal(words, "");
		rows_free(&rows);
	}
}

static void test_prints(void **state)
{
	static const char bytes[] =
		"{\"results\":[{\"series\":[{\"name\":\"result\",\"tags\":{"
		"\"lab\":\"a\"},\"columns\":[\"time\","
		"\"sum\",\"count\"],\"values\":[[5,77,4]]},{\"name\":\"result\",\"tags\":{"
		"\"lab\":\"\"},\"columns\":"
		"[\"time\",\"sum\",\"count\"],\"values\":[[5,null,1]]},{\"tags\":{\"lab\":"
		"\"a\\u0000b\"},"
		"\"columns\":[\"time\",\"sum\"],\"values\":[[5,1]]},{\"tags\":{\"lab\":\"\\ufffd\"}"
		","
		"\"columns\":[\"time\",\"sum\"],\"values\":[[5,1]]},{\"tags\":{\"lab\":\"a\\rb\"},"
		"\"columns\":[\"time\",\"sum\"],\"values\":[[5,1]]}]}]}\n";
	char words[200];
	struct text why = text_over(words, sizeof(words));
	struct rows rows = {.results = NULL};
	struct answer answer = {.take = influx_take_prints, .rows = &rows, .why = &why};

	(void)state;
	assert_true(answer_bytes(&answer, bytes, sizeof(bytes) - 1));
	assert_int_equal(answer_end(&answer), 0);
	assert_int_equal(answer.n_prints, 2);
	assert_string_equal(answer.prints[0].lab, "a");
	assert_true(answer.prints[0].seqs == 77);
	assert_int_equal(answer.prints[0].n, 4);
	assert_string_equal(answer.prints[1].lab, "");
	/* Rows without a number are rows. */
	assert_true(answer.prints[1].seqs == 0);
	assert_int_equal(answer.prints[1].n, 1);
	/* Names that no question can have. */
	assert_int_equal(rows.n_unasked, 3);
	answer_free(&answer);
	rows_free(&rows);
}

static void test_questions(void **state)
{
	struct store_conf conf = {.database = "a&b", .retention_policy = "raw"};
	char room[4000];
	struct text form = text_over(room, sizeof(room));

	(void)state;
	influx_put_results(&form, &conf, &(struct asked){{"van '1\\"}, 1, 5, 10, 0});
	/* By name alone a van's field "lab" would stand where the tag of all is. */
	assert_non_null(strstr(room, "&db=a%26b&rp=raw&q=SELECT%20%22lab%22%3A%3Atag%2C"));
	assert_non_null(strstr(room, "%22value%22%3A%3Afloat%2C"));
	assert_non_null(
		strstr(room, "FROM%20result%20WHERE%20time%20%3E%3D%205ms%20AND%20time%20%3C%2010ms"
			     "%20AND%20%22lab%22%3A%3Atag%20%3D%20%27van%20%5C%271%5C%5C%27"));
	assert_false(form.cut);
	/* A lab whose clock runs ahead by more than a day was not heard of then. */
	text_clear(&form);
	influx_put_heard(&form, &conf, 5, 10);
	assert_non_null(
		strstr(room, "time%20%3E%3D%205ms%20AND%20time%20%3C%2086400010ms%20GROUP"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_cut_short), cmocka_unit_test(test_no_answers),
		cmocka_unit_test(test_prints), cmocka_unit_test(test_questions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
