/* The lines of summaries: the tags of their readings, and numbers only of what was measured. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "uplink/line_protocol.h"

static const char spool[] = "00112233445566ff";

static void expect(const struct spool_row *row, const char *line)
{
	struct line_encoder *encoder = line_encoder_new("van 1", spool, POSITIONS_SAMPLES);
	char at[2 * LINE_LONGEST];
	struct text text = text_over(at, sizeof(at));

	assert_non_null(encoder);
	assert_int_equal(line_encode(encoder, &text, row), line[0] != 0);
	assert_string_equal(at, line);
	line_encoder_free(encoder);
}

static struct spool_row plain(const char *words)
{
	return (struct spool_row){.stream = STREAM_LEDGER,
		.number = 12,
		.utc_ms = 1700000000000,
		.clock = TIME_GPS,
		.kind = LEDGER_SUMMARY,
		.a = 1700000000000,
		.b = 600,
		.c = 598,
		.words = words};
}

static void test_summary(void **state)
{
	struct spool_row row = plain("ph-1 ph idle - - - 7.1 7.128333333 7.2 5 50 -");

	(void)state;
	expect(&row, "summary,analyzer=ph-1,context=idle,district=none,lab=van\\ 1,parameter=ph,"
		     "spool=00112233445566ff n=600i,n_good=598i,min=7.1,mean=7.128333333,max=7.2,"
		     "seq=12i 1700000000000\n");
	row = plain("a%20b ph sample PK528 PK526 4711 7.1 7.2 7.3 2 61500 2");
	row.clock = TIME_ENTERED;
	row.clock_error_ms = 61500;
	expect(&row, "summary,analyzer=a\\ b,context=sample,district=PK528,lab=van\\ 1,near=PK526,"
		     "parameter=ph,spool=00112233445566ff n=600i,n_good=598i,min=7.1,mean=7.2,"
		     "max=7.3,seq=12i,clock=2i,clock_err=61.5,pos=2i,sample=4711i 1700000000000\n");
}

/* No number where nothing was measured. */
static void test_nothing_good(void **state)
{
	struct spool_row row = plain("ph-1 ph check PK528 none - - - - 4 5 -");

	(void)state;
	row.c = 0;
	expect(&row, "summary,analyzer=ph-1,context=check,district=PK528,lab=van\\ 1,near=none,"
		     "parameter=ph,spool=00112233445566ff n=600i,n_good=0i,seq=12i "
		     "1700000000000\n");
}

static void test_words_that_nobody_can_read(void **state)
{
	static const char *const words[] = {NULL, "", "x", "ph-1 ph idle - - - 7.1 7.12"};
	struct spool_row row;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		row = plain(words[i]);
		expect(&row,
			"summary,lab=van\\ 1,spool=00112233445566ff n=600i,n_good=598i,seq=12i "
			"1700000000000\n");
	}
	row = plain("ph-1 ph 7 - - - 7.1 7.128333333 7.2 5 50 -"); /* a newer version's context */
	expect(&row, "");
}

static void test_longest(void **state)
{
	static const char escaped[] = "===============================";
	struct line_encoder *encoder = line_encoder_new(escaped, escaped, POSITIONS_SAMPLES);
	char at[LINE_LONGEST + 1];
	struct text text = text_over(at, sizeof(at));
	struct spool_row row = plain("======================= ======================= sample "
				     "=============== =============== 9223372036854775807 - - - 1 "
				     "9223372036854775807 2");

	(void)state;
	row.number = INT64_MAX;
	row.utc_ms = row.b = row.c = INT64_MIN;
	row.clock = TIME_RESTORED;
	row.clock_error_ms = INT64_MAX;
	assert_true(line_encode(encoder, &text, &row));
	assert_non_null(strstr(at, ",near=\\=\\="));
	/* Three numbers more, which such words have no room for. */
	assert_true(text.len < LINE_LONGEST - 100);
	line_encoder_free(encoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_nothing_good),
		cmocka_unit_test(test_words_that_nobody_can_read),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
