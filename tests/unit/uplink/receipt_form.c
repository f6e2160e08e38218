/* What a store is asked, byte for byte, and what is made of its answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "uplink/receipt_form.h"

static char form[RECEIPT_FORM], words[200];
static bool has[RECEIPT_RUN];

static const struct store_conf influx = {.database = "wq", .retention_policy = "two years"};
static const struct store_conf victoria = {.flavour = FLAVOUR_VICTORIAMETRICS, .database = "w\"q"};
static const int64_t three_ms[] = {1700000000123, 1700000000500, 1700000000999}, one_ms[] = {5};
static const struct receipt_question readings = {
	STREAM_READINGS, {1001, 1003}, three_ms, 1700000000123, 1700000000999, 1001};
static const struct receipt_question events = {STREAM_LEDGER, {7, 7}, one_ms, 5, 5, 7};

/* A form's query, its %XX undone. */
static const char *query_in(const char *at)
{
	static char plain[RECEIPT_FORM];
	struct text text = text_over(plain, sizeof(plain));
	char hex[3] = "";

	for (; *at; at++) {
		if (*at != '%') {
			text_put_char(&text, *at);
			continue;
		}
		hex[0] = at[1];
		hex[1] = at[2];
		text_put_char(&text, (char)strtol(hex, NULL, 16));
		at += 2;
	}
	return plain;
}

static void a_tally_is_asked_in_influxql(void **state)
{
	const struct receipt_question both[] = {readings, events};
	struct text text = text_over(form, sizeof(form));

	(void)state;
	assert_int_equal(receipt_put_tallies(&text, &influx, "00'f\\", both, 2), 0);
	assert_memory_equal(form, "db=wq&rp=two%20years&epoch=ms&q=SELECT%20count%28seq%29%2C", 58);
	assert_string_equal(query_in(form),
		"db=wq&rp=two years&epoch=ms&q="
		"SELECT count(seq),min(seq),max(seq),sum(seq) FROM reading WHERE spool='00\\'f_' "
		"AND "
		"time>=1700000000123ms AND time<=1700000000999ms AND seq>=1001 AND seq<=1003;"
		"SELECT count(seq) FROM reading WHERE spool='00\\'f_' AND "
		"time>=1700000000123ms AND time<=1700000000123ms AND seq>=1001 AND seq<=1001;"
		"SELECT count(seq) FROM reading WHERE spool='00\\'f_' AND "
		"time>=1700000000999ms AND time<=1700000000999ms AND seq>=1003 AND seq<=1003;"
		"SELECT count(seq),min(seq),max(seq),sum(seq) FROM "
		"event,summary,result,point,lab_status "
		"WHERE "
		"spool='00\\'f_' AND "
		"time>=5ms AND time<=5ms AND seq>=7 AND seq<=7;"
		"SELECT count(seq) FROM event,summary,result,point,lab_status WHERE "
		"spool='00\\'f_' AND "
		"time>=5ms AND time<=5ms AND seq>=7 AND seq<=7;"
		"SELECT count(seq) FROM event,summary,result,point,lab_status WHERE "
		"spool='00\\'f_' AND "
		"time>=5ms AND time<=5ms AND seq>=7 AND seq<=7");
}

static void all_questions_of_the_longest_names_fit(void **state)
{
	static const int64_t largest = INT64_MAX;
	struct receipt_question most[RECEIPT_QUESTIONS];
	struct text text = text_over(form, sizeof(form));
	size_t i;

	(void)state;
	for (i = 0; i < RECEIPT_QUESTIONS; i++)
		most[i] = (struct receipt_question){STREAM_LEDGER, {INT64_MAX - 1, INT64_MAX - 1},
			&largest, INT64_MAX, INT64_MAX, INT64_MAX - 1};
	assert_int_equal(
		receipt_put_tallies(&text, &influx, "''''''''''''''''", most, RECEIPT_QUESTIONS),
		0);
	text = text_over(form, 100);
	assert_int_equal(
		receipt_put_list(&text, &influx, "00ff", &readings, RECEIPT_ROWS), ERR_FULL);
}

static void a_list_is_an_export_or_a_select(void **state)
{
	struct text text = text_over(form, sizeof(form));

	(void)state;
	assert_int_equal(receipt_put_list(&text, &victoria, "00ff", &readings, RECEIPT_ROWS), 0);
	assert_string_equal(form, "format=__value__%2C__timestamp__%3Aunix_ms&match%5B%5D="
				  "reading_seq%7Bspool%3D%2200ff%22%2Cdb%3D%22w%5C%22q%22%7D&"
				  "start=1700000000.122&end=1700000001.000");
	text = text_over(form, sizeof(form));
	assert_int_equal(receipt_put_list(&text, &victoria, "00ff", &readings, RECEIPT_NUMBERS), 0);
	assert_memory_equal(form, "format=__value__&match", 22);
	text = text_over(form, sizeof(form));
	assert_int_equal(receipt_put_list(&text, &victoria, "00ff", &events, RECEIPT_NUMBERS), 0);
	assert_string_equal(query_in(form),
		"format=__value__&match[]={__name__=~\"event_seq|"
		"summary_seq|result_seq|point_seq|lab_status_seq\",spool=\"00ff\","
		"db=\"w\\\"q\"}&start=0.004&end=0.006");
	text = text_over(form, sizeof(form));
	assert_int_equal(receipt_put_list(&text, &influx, "00ff", &events, RECEIPT_ROWS), 0);
	assert_non_null(strstr(form,
		"q=SELECT%20seq%20FROM%20event%2Csummary%2Cresult%2Cpoint%2Clab_status%20WHERE"));
	assert_true(receipt_has_tallies(&influx));
	assert_false(receipt_has_tallies(&victoria));
}

static int read_tallies(const char *body, struct receipt_tally *tallies, size_t n)
{
	struct text why = text_over(words, sizeof(words));

	return receipt_read_tallies(body, strlen(body), tallies, n, &why);
}

static void tallies_are_read(void **state)
{
	struct receipt_tally t[2], whole = receipt_whole((struct range){1001, 2000});

	(void)state;
	assert_int_equal(
		read_tallies("{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"reading\","
			     "\"columns\":[\"time\",\"count\",\"min\",\"max\",\"sum\"],\"values\":"
			     "[[0,1000,1001,2000,1500500]]}]},{\"series\":[{\"values\":[[0,1]]}]},"
			     "{\"series\":[{\"values\":[[0,1]]}]},"
			     "{\"statement_id\":3},{\"statement_id\":4},{\"statement_id\":5}]}",
			t, 2),
		0);
	assert_true(receipt_same_tally(&t[0], &whole));
	t[0].exact = false; /* a copied card's rows */
	assert_false(receipt_same_tally(&t[0], &whole));
	assert_int_equal(t[1].n, 0);
	assert_false(receipt_same_tally(&t[1], &whole));
	/* The ledger's rows are in two measurements. */
	assert_int_equal(
		read_tallies("{\"results\":[{\"series\":[{\"name\":\"event\",\"values\":"
			     "[[0,2,1001,1500,2501]]},{\"name\":\"summary\",\"values\":"
			     "[[0,998,1002,2000,1497999]]}]},{\"series\":[{\"values\":[[0,1]]}]},"
			     "{\"series\":[{\"values\":[[0,0]]},{\"values\":[[0,1]]}]}]}",
			t, 1),
		0);
	assert_true(receipt_same_tally(&t[0], &whole));
	whole = receipt_whole((struct range){5, 5});
	assert_int_equal(whole.sum, 5);
}

static void what_is_no_answer_is_none(void **state)
{
	static const char *const bodies[] = {"", "{}", "[]", "null", "<html>",
		"{\"error\":\"unauthorized access\"}", "{\"results\":[]}",
		"{\"results\":[{\"error\":\"database not found: wq\"},{},{},{},{},{}]}",
		"{\"results\":[{},{\"partial\":true},{},{},{},{}]}",
		"{\"results\":[{\"series\":[]},{},{},{},{},{}]}",
		"{\"results\":[{\"series\":[{\"values\":[[0,1,2]]}]},{},{},{},{},{}]}",
		"{\"results\":[{\"series\":[{\"values\":[[0,1,2,3,\"4\"]]}]},{},{},{},{},{}]}",
		"{\"results\":[{\"series\":[{\"values\":[[0,1,2,3,4.5]]}]},{},{},{},{},{}]}",
		"{\"results\":[{\"series\":[{\"values\":[[0,-1,2,3,4]]}]},{},{},{},{},{}]}",
		"{\"results\":[{\"series\":[{\"partial\":true}]},{},{},{},{},{}]}",
		"{\"results\":[{\"series\":[{\"values\":[]},{\"partial\":true}]},{},{},{},{},{}]}",
		"{\"results\":[{\"series\":[{\"values\":[]},{\"values\":[]},{}]},{},{},{},{},{}]}",
		"{\"results\":[{\"series\":7},{},{},{},{},{}]}",
		"{\"results\":[{},{},{},{},{},{},{}]}", "{\"results\":[{},{}]"};
	struct receipt_tally tallies[2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(read_tallies(bodies[i], tallies, 2), ERR_IO);
		assert_true(strlen(words) > 10);
	}
	assert_int_equal(read_tallies(bodies[7], tallies, 2), ERR_IO);
	assert_string_equal(words, "the store answers: database not found: wq");
}

static enum receipt_detail detail = RECEIPT_ROWS;

static int read_list(const struct store_conf *conf, const char *body)
{
	struct text why = text_over(words, sizeof(words));

	return receipt_read_list(conf, body, strlen(body), &readings, detail, has, &why);
}

static void lists_are_read(void **state)
{
	(void)state;
	assert_int_equal(
		read_list(&influx, "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":"
				   "[\"time\",\"seq\"],\"values\":[[1700000000123,1001],[9,1002],"
				   "[1700000000999,1003],[9,7]]}]}]}"),
		0);
	assert_true(has[0] && !has[1] && has[2]);
	assert_int_equal(
		read_list(&influx, "{\"results\":[{\"series\":[{\"values\":[[1700000000123,1001]]},"
				   "{\"values\":[[1700000000500,1002]]}]}]}"),
		0);
	assert_true(has[0] && has[1] && !has[2]);
	assert_int_equal(read_list(&influx, "{\"results\":[{\"statement_id\":0}]}"), 0);
	assert_false(has[0] || has[1] || has[2]);
	assert_int_equal(read_list(&victoria, "1002,1700000000500\n1002,1700000000500\r\n5,5\n"
					      "1001,1700000000999\n1.003e3,1700000000999\n"),
		0);
	assert_true(!has[0] && has[1] && has[2]);
	assert_int_equal(read_list(&victoria, ""), 0);
	assert_false(has[0] || has[1] || has[2]);
	detail = RECEIPT_NUMBERS;
	assert_int_equal(read_list(&victoria, "1002\n5\r\n1.003e3\n"), 0);
	assert_true(!has[0] && has[1] && has[2]);
	assert_int_equal(read_list(&victoria, "1002,5\n"), ERR_IO);
	detail = RECEIPT_ROWS;
}

static void what_is_no_list_is_none(void **state)
{
	static const char *const bodies[] = {"1002,5", "\n", "1002,5\n\n", "nan,5\n", "-1,5\n",
		"inf,5\n", "1e99,5\n", "1002.5,1700000000500\n", "1002,1700000000500.7\n",
		"1002 1003\n", "1002\n", "1002,\n", "1002,5,6\n", ",5\n", "<html>\n",
		"{\"error\":\"x\"}\n",
		"00000000000000000000000000000000000000000000000000000000000000001002,5\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_int_equal(read_list(&victoria, bodies[i]), ERR_IO);
	assert_int_equal(
		read_list(&influx, "{\"results\":[{\"series\":[{\"values\":[[1]]}]}]}"), ERR_IO);
	assert_int_equal(read_list(&influx, "1002\n"), ERR_IO);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tally_is_asked_in_influxql),
		cmocka_unit_test(all_questions_of_the_longest_names_fit),
		cmocka_unit_test(a_list_is_an_export_or_a_select),
		cmocka_unit_test(tallies_are_read),
		cmocka_unit_test(what_is_no_answer_is_none),
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(what_is_no_list_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
