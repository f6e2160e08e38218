/* The lines of what a meter's file says: analyzer, parameter and number, and nothing that a person typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "uplink/line_protocol.h"

static void expect(const struct spool_row *row, const char *line)
{
	struct line_encoder *encoder =
		line_encoder_new("van 1", "00112233445566ff", POSITIONS_SAMPLES);
	char at[2 * LINE_LONGEST];
	struct text text = text_over(at, sizeof(at));
	int i;

	assert_non_null(encoder);
	for (i = 0; i < 2; i++) { /* built, then from the cache */
		text_clear(&text);
		assert_true(line_encode(encoder, &text, row));
		assert_string_equal(at, line);
	}
	line_encoder_free(encoder);
}

static const struct spool_row filed_row = {.stream = STREAM_LEDGER,
	.number = 12,
	.utc_ms = 1700000000000,
	.clock = TIME_GPS,
	.kind = LEDGER_FILE_READING,
	.a = 1699990000000,
	.b = -77,
	.words = "hqd-1 ph 7.02 [pH]; sample HT 1; probe 1234567; by NK"};

static void test_filed(void **state)
{
	struct spool_row row = filed_row;

	(void)state;
	expect(&row, "event,analyzer=hqd-1,kind=file_reading,lab=van\\ 1,parameter=ph,"
		     "spool=00112233445566ff a=1699990000000i,b=-77i,c=0i,seq=12i,value=7.02 "
		     "1700000000000\n");
	row.clock = TIME_RTC;
	row.clock_error_ms = 2000;
	row.c = FLAG_RANGE;
	row.kind = LEDGER_FILE_CHECK;
	row.words = "a=b,c ph 17.020 [pH] range";
	expect(&row, "event,analyzer=a\\=b\\,c,kind=file_check,lab=van\\ 1,parameter=ph,"
		     "spool=00112233445566ff a=1699990000000i,b=-77i,c=4i,seq=12i,value=17.02,"
		     "clock=3i,clock_err=2 1700000000000\n");
	/* Nothing is said where there is nothing. */
	row = filed_row;
	row.kind = LEDGER_FILE_CALIBRATION;
	row.words = "hqd-1 - - ; probe 1234567; as written: 7.00,pH";
	expect(&row, "event,analyzer=hqd-1,kind=file_calibration,lab=van\\ 1,"
		     "spool=00112233445566ff a=1699990000000i,b=-77i,c=0i,seq=12i "
		     "1700000000000\n");
	row.words = "hqd-1 ph - [pH] over";
	row.c = FLAG_OVER;
	expect(&row, "event,analyzer=hqd-1,kind=file_calibration,lab=van\\ 1,parameter=ph,"
		     "spool=00112233445566ff a=1699990000000i,b=-77i,c=1024i,seq=12i "
		     "1700000000000\n");
	/* A number beside "no value" is none. */
	row.words = "hqd-1 ph 9.99 [pH] sentinel";
	row.c = FLAG_SENTINEL;
	expect(&row, "event,analyzer=hqd-1,kind=file_calibration,lab=van\\ 1,parameter=ph,"
		     "spool=00112233445566ff a=1699990000000i,b=-77i,c=1i,seq=12i "
		     "1700000000000\n");
}

/* Whatever the words are, the row goes. */
static void test_filed_words_that_nobody_can_read(void **state)
{
	static const char *const words[] = {
		NULL, "", "x", "hqd-1 ph", "- ph 7.02 [pH]", "\xff\n ph; 7.02 [pH]"};
	struct spool_row row = filed_row;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		row.words = words[i];
		expect(&row, "event,kind=file_reading,lab=van\\ 1,spool=00112233445566ff "
			     "a=1699990000000i,b=-77i,c=0i,seq=12i 1700000000000\n");
	}
	/* Of other kinds the words say nothing of an analyzer, whatever they look like. */
	row.kind = LEDGER_ASIDE;
	row.words = filed_row.words;
	expect(&row, "event,kind=aside,lab=van\\ 1,spool=00112233445566ff "
		     "a=1699990000000i,b=-77i,c=0i,seq=12i 1700000000000\n");
}

static void test_filed_longest(void **state)
{
	static const char escaped[] = "===============================";
	struct line_encoder *encoder = line_encoder_new(escaped, escaped, POSITIONS_SAMPLES);
	char at[LINE_LONGEST + 1];
	struct text text = text_over(at, sizeof(at));
	struct spool_row row = {.stream = STREAM_LEDGER,
		.number = INT64_MAX,
		.utc_ms = INT64_MIN,
		.clock = TIME_RESTORED,
		.clock_error_ms = INT64_MAX,
		.kind = LEDGER_FILE_CALIBRATION,
		.a = INT64_MIN,
		.b = INT64_MIN,
		.c = INT64_MIN,
		.words = "======================= dissolved_oxygen_sat -1.7976931348623157e-300 %"};

	(void)state;
	assert_true(line_encode(encoder, &text, &row));
	assert_non_null(strstr(at, ",analyzer=\\=\\="));
	assert_non_null(strstr(at, ",value=-1.79769313486231"));
	assert_true(text.len < LINE_LONGEST - 100);
	line_encoder_free(encoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filed),
		cmocka_unit_test(test_filed_words_that_nobody_can_read),
		cmocka_unit_test(test_filed_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
