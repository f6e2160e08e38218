/* The line of how the laboratory is: numbers alone, each there though it is 0, none made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "uplink/line_protocol.h"

static void expect(const struct spool_row *row, const char *fields)
{
	struct line_encoder *encoder =
		line_encoder_new("van 1", "00112233445566ff", POSITIONS_SAMPLES);
	char at[2 * LINE_LONGEST], line[LINE_LONGEST];
	struct text text = text_over(at, sizeof(at));

	assert_non_null(encoder);
	assert_int_equal(line_encode(encoder, &text, row), *fields != 0);
	snprintf(line, sizeof(line),
		"lab_status,lab=van\\ 1,spool=00112233445566ff %s 1700000000000\n", fields);
	assert_string_equal(at, *fields ? line : "");
	line_encoder_free(encoder);
}

static void how_a_laboratory_is(void **state)
{
	struct spool_row row = {.stream = STREAM_LEDGER,
		.number = 33,
		.utc_ms = 1700000000000,
		.clock = TIME_GPS,
		.kind = LEDGER_LAB_STATUS,
		.a = 1200,
		.b = 30,
		.c = 86400,
		.words = "refused=2; aside=1; ok=5; sick=1; checked=7; expired=3; pos=1; fix=400"};

	(void)state;
	expect(&row, "backlog=1200i,backlog_records=30i,refused=2i,set_aside=1i,units_ok=5i,"
		     "units_sick=1i,checks_ok=7i,checks_expired=3i,pos=1i,clock=5i,seq=33i,"
		     "oldest_unsent_s=86400i,fix_age=0.4");
	row.clock = TIME_RESTORED;
	row.clock_error_ms = 90000;
	row.a = row.b = 0;
	row.c = -1;
	row.words = "";
	expect(&row, "backlog=0i,backlog_records=0i,refused=0i,set_aside=0i,units_ok=0i,"
		     "units_sick=0i,checks_ok=0i,checks_expired=0i,pos=0i,clock=1i,seq=33i,"
		     "clock_err=90");
	row.clock = TIME_NONE;
	expect(&row, "");
}

/* The largest numbers there can be, of the longest lab. */
static void the_longest_fits(void **state)
{
	struct line_encoder *encoder = line_encoder_new(
		"=== === === === === === === ===", "00112233445566ff", POSITIONS_SAMPLES);
	struct spool_row row = {.stream = STREAM_LEDGER,
		.number = INT64_MAX,
		.utc_ms = 1700000000000,
		.clock = TIME_RTC,
		.clock_error_ms = 1LL << 40,
		.kind = LEDGER_LAB_STATUS,
		.a = INT64_MIN,
		.b = INT64_MIN,
		.c = INT64_MAX,
		.words = "refused=-9223372036854775808; aside=-9223372036854775808; "
			 "ok=-9223372036854775808; sick=-9223372036854775808; "
			 "checked=-9223372036854775808; expired=-9223372036854775808; "
			 "pos=-9223372036854775808; fix=9223372036854775807"};
	char at[2 * LINE_LONGEST];
	struct text text = text_over(at, sizeof(at));

	(void)state;
	assert_non_null(encoder);
	assert_true(line_encode(encoder, &text, &row));
	assert_true(text.len < LINE_LONGEST);
	line_encoder_free(encoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_a_laboratory_is),
		cmocka_unit_test(the_longest_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
