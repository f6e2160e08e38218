/* The published texts: JSON and CSV that everybody reads alike, also of what somebody typed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../tools/heatmap/folder.h"
#include "../../../tools/heatmap/put.h"
#include "content.h"

static char folder[] = "heatmap-put-XXXXXX";

static void test_csv(void **state)
{
	char words[200];
	struct text why = text_over(words, sizeof(words));
	struct put put;

	(void)state;
	put_open(&put, folder, "deep/er/a.csv");
	csv_words(&put, "=SUM(A1)");
	csv_words(&put, "a,\"b\"");
	csv_whole(&put, -3);
	csv_number(&put, 0.1);
	csv_number(&put, NAN);
	csv_time(&put, 1795953600500);
	csv_day(&put, 0);
	csv_words(&put, "@x");
	csv_end(&put);
	assert_int_equal(put_close(&put, NULL, &why), 0);
	assert_string_equal(content_of(folder, "deep/er/a.csv"),
		"'=SUM(A1),\"a,\"\"b\"\"\",-3,0.1,,2026-11-29T12:00:00Z,,'@x\n");
}

/* A quote that was cut off would join this row with the next. */
static void test_long_words_are_whole(void **state)
{
	char words[200], typed[1400], wanted[3000];
	struct text why = text_over(words, sizeof(words));
	struct text row = text_over(wanted, sizeof(wanted));
	struct put put;
	size_t i, n;

	(void)state;
	for (n = 510; n < sizeof(typed); n += 300) {
		memset(typed, '"', n);
		typed[n] = '\0';
		put_open(&put, folder, "long.csv");
		csv_words(&put, typed);
		csv_words(&put, "b");
		csv_end(&put);
		assert_int_equal(put_close(&put, NULL, &why), 0);
		text_clear(&row);
		text_put(&row, "\"");
		for (i = 0; i < n; i++)
			text_put(&row, "\"\"");
		text_put(&row, "\",b\n");
		assert_string_equal(content_of(folder, "long.csv"), wanted);
	}
}

static void test_json(void **state)
{
	char words[200];
	struct text why = text_over(words, sizeof(words));
	struct put put;
	long bytes = 0;

	(void)state;
	put_open(&put, folder, "a.json");
	jot_begin(&put, NULL, '{');
	jot_text(&put, "a", "\"\\\n\x01ä");
	jot_words(&put, "b", "");
	jot_begin(&put, "c", '[');
	jot_whole(&put, NULL, 1);
	jot_number(&put, NULL, 0.25);
	jot_end(&put, ']');
	jot_bool(&put, "d", false);
	jot_time(&put, "e", 0);
	jot_end(&put, '}');
	assert_int_equal(put_close(&put, &bytes, &why), 0);
	assert_string_equal(content_of(folder, "a.json"),
		"{\"a\":\"\\\"\\\\\\u000a\\u0001ä\",\"b\":null,"
		"\"c\":[1,0.25],\"d\":false,\"e\":null}");
	assert_int_equal(bytes, (long)strlen(content_of(folder, "a.json")));
}

static void test_trouble_is_kept(void **state)
{
	char words[400];
	struct text why = text_over(words, sizeof(words));
	struct put put;

	(void)state;
	put_open(&put, "/nowhere/at/all", "a.json");
	jot_begin(&put, NULL, '{');
	assert_int_equal(put_close(&put, NULL, &why), ERR_IO);
	assert_non_null(strstr(words, "/nowhere/at/all/a.json cannot be written"));
}

static void test_versions(void **state)
{
	char out[200], link[100] = "", words[400];
	struct text why = text_over(words, sizeof(words));
	struct folder one, two;
	int i;

	(void)state;
	snprintf(out, sizeof(out), "%s/out", folder);
	for (i = 0; i < 4; i++) {
		assert_int_equal(folder_open(&one, out, &why), 0);
		assert_int_equal(folder_open(&two, out, &why), ERR_BUSY);
		assert_int_equal(folder_begin(&one, 1795953600000, &why), 0);
		if (i != 2) /* this one is given up */
			assert_int_equal(folder_commit(&one, 1, &why), 0);
		folder_close(&one);
	}
	snprintf(out, sizeof(out), "%s/out/current", folder);
	assert_true(readlink(out, link, sizeof(link) - 1) > 0);
	assert_string_equal(link, "v-20261129T120000Z-003");
	snprintf(out, sizeof(out), "%s/out/v-20261129T120000Z-002", folder);
	assert_int_equal(access(out, F_OK), 0);
	snprintf(out, sizeof(out), "%s/out/v-20261129T120000Z-001", folder);
	assert_int_not_equal(access(out, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_csv),
		cmocka_unit_test(test_long_words_are_whole), cmocka_unit_test(test_json),
		cmocka_unit_test(test_trouble_is_kept), cmocka_unit_test(test_versions)};

	if (!mkdtemp(folder))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
