/* Bytes of an InfluxDB's CSV, cut anywhere, as results; and answers that are none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tools/heatmap/influx.h"
#include "feed.h"

/* As InfluxDB 1.6 writes it: a tag with a line's end, a comma and quotes within it, and one that is no UTF-8. */
static const char table[] =
	"name,tags,time,lab,parameter,method,new_tag,censor,limit,new_field,sample,value\n"
	"result,,1000,kp-van-01,ph,ph-1,x,1,8.5,3,7,9.25\n"
	"result,,-2000,\"a\nb, \"\"c\"\"\",ecoli,\xD8\xA8\xFF,,300,,,8,\n"
	"name,tags,time,lab,value\n"
	"result,,3000,\" blank \",100000000000000000000000000000\n";

static char words[200];

static int feed(struct rows *rows, const char *bytes, size_t len, size_t piece)
{
	struct text why = text_over(words, sizeof(words));
	struct answer answer = {.take = influx_take_results,
		.rows = rows,
		.why = &why,
		.is_csv = true,
		.ended = true};

	return feed_answer(&answer, bytes, len, piece);
}

static void test_cut_anywhere(void **state)
{
	size_t piece;

	(void)state;
	for (piece = 1; piece < sizeof(table); piece++) {
		struct rows rows = {.results = NULL};
		const struct result_row *row;

		assert_int_equal(feed(&rows, table, sizeof(table) - 1, piece), 0);
		assert_int_equal(rows.n_results, 3);
		row = rows.results;
		assert_string_equal(row->lab, "kp-van-01");
		assert_string_equal(row->sent_district, "none");
		assert_true(row->value == 9.25 && row->limit_high == 8.5 && isnan(row->limit_low));
		assert_int_equal(row->sample, 7);
		assert_int_equal(row->at_ms, 1000);
		assert_int_equal(row->purpose, PURPOSE_ROUTINE);
		row++;
		assert_string_equal(row->lab, "a\nb, \"c\"");
		assert_string_equal(row->method, "\xD8\xA8\xEF\xBF\xBD");
		assert_int_equal(row->at_ms, -2000);
		/* What no byte holds is no code of any table. */
		assert_int_equal(row->censor, 255);
		assert_true(row->odd && isnan(row->value));
		row++;
		assert_string_equal(row->lab, " blank ");
		assert_true(row->value == 1e29 && !row->odd);
		rows_free(&rows);
	}
}

/* Short of a byte a number is another one: whoever asks counts, and the connection says that it broke. */
static void test_cut_short(void **state)
{
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(table) - 1; len++) {
		struct rows rows = {.results = NULL};
		int err = feed(&rows, table, len, 64);

		assert_true(err == 0 || err == ERR_DAMAGED);
		assert_int_equal(*words != '\0', err != 0);
		assert_true(rows.n_results <= 3);
		rows_free(&rows);
	}
}

static void test_no_answers(void **state)
{
	static const struct {
		const char *bytes;
		int err;
	} cases[] = {{"hello", ERR_DAMAGED}, {"{\"results\":[{}]}", ERR_DAMAGED},
		{"error\n\"the store says \"\"no\"\"\"\n", ERR_CONF},
		{"result,,1000,a\n", ERR_DAMAGED}, {"name,time,lab\n", ERR_DAMAGED},
		{"name,tags,time,lab\nresult,,1000\n", ERR_DAMAGED},
		{"name,tags,time,lab\nresult,,soon,a\n", ERR_DAMAGED},
		{"name,tags,time,lab\nresult,,,a\n", ERR_DAMAGED},
		{"name,tags,time,lab\nresult,,1e300,a\n", ERR_DAMAGED},
		{"name,tags,time,lab\nresult,,1000,\"a\n", ERR_DAMAGED},
		{"name,tags,time,lab\npoint,,1000,a\n", ERR_DAMAGED}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rows rows = {.results = NULL};

		if (feed(&rows, cases[i].bytes, strlen(cases[i].bytes), 1000) != cases[i].err)
			fail_msg("%s", cases[i].bytes);
		assert_string_not_equal(words, "");
		rows_free(&rows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_cut_short), cmocka_unit_test(test_no_answers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
