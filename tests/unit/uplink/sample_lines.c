/* The lines of results and points: codes and numbers, no word that a person typed but a point's name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample/check_step.h"
#include "sample/result.h"
#include "sample/terms.h"
#include "uplink/line_protocol.h"

static void expect(const struct spool_row *row, const char *line)
{
	struct line_encoder *encoder =
		line_encoder_new("van 1", "00112233445566ff", POSITIONS_SAMPLES);
	char at[2 * LINE_LONGEST];
	struct text text = text_over(at, sizeof(at));

	assert_non_null(encoder);
	assert_int_equal(line_encode(encoder, &text, row), line[0] != 0);
	assert_string_equal(at, line);
	line_encoder_free(encoder);
}

static const char about[] =
	"by=Gul Khan; t=1; purpose=routine; activity=sample; type=borehole_tubewell; "
	"position=consumer; treated=yes; point=7; district=PK528; near=PK526; pos=1; "
	"at_e7=341234567,715000000; mode=3; eph_cm=830; border_m=1500";

static char words[STEP_WORDS];

static struct spool_row row_of(const struct result *result)
{
	struct text to = text_over(words, sizeof(words));
	int64_t codes;

	result_put(&to, &codes, result);
	return (struct spool_row){.stream = STREAM_LEDGER,
		.number = 33,
		.utc_ms = 1700000000000,
		.clock = TIME_GPS,
		.kind = LEDGER_RESULT,
		.a = 9,
		.b = codes,
		.c = 12,
		.words = words,
		.about = about};
}

static const struct result chlorine = {.sample = 9,
	.entry = 12,
	.parameter = "free_chlorine",
	.method = "dpd comparator",
	.value = "0.1",
	.unit = "mg/L",
	.mdl = "0.05",
	.dilution = "2",
	.limit = "0.2..0.5",
	.set = "nsdwq-2010",
	.set_code = 1,
	.verdict = WATER_MEETS,
	.as_if_believed = WATER_MEETS,
	.basis = LIMIT_HEALTH,
	.screening = true};

#define TAGS(method, parameter)                                            \
	"result,activity=sample,district=PK528,lab=van\\ 1,method=" method \
	",near=PK526,parameter=" parameter                                 \
	",position=consumer,source_type=borehole_tubewell,spool=00112233445566ff "
#define PLACE "lat=34.1234567,lon=71.5,eph=8.3,pos=1i,seq=33i"

static void a_result(void **state)
{
	struct spool_row row = row_of(&chlorine);

	(void)state;
	expect(&row, TAGS("dpd\\ comparator",
			     "free_chlorine") "value=0.2,censor=1i,mdl=0.1,verdict=1i,limit_low=0."
					      "2,limit=0.5,limit_set=1i,basis=1i,"
					      "screening=1i,sample=9i,point=7i,treated=2i,status="
					      "0i,rev=0i," PLACE " 1700000000000\n");
}

/* A bound, an interval, yes and no are never one number that looks measured. */
static void what_is_no_number(void **state)
{
	struct result result = chlorine;
	struct spool_row row;

	(void)state;
	result.verdict = WATER_CANNOT_JUDGE;
	result.as_if_believed = WATER_CANNOT_JUDGE;
	result.reason = WHY_INTERVAL;
	result.mdl[0] = result.dilution[0] = '\0';
	result.rule = RULE_GUARDED;
	text_copy(result.uncertainty, sizeof(result.uncertainty), "0.05");
	text_copy(result.value, sizeof(result.value), "0.1..0.3");
	row = row_of(&result);
	expect(&row, TAGS("dpd\\ comparator",
			     "free_chlorine") "value=0.1,upper=0.3,censor=4i,verdict=6i,reason=13i,"
					      "limit_low=0.2,limit=0.5,limit_set=1i,"
					      "basis=1i,screening=1i,uncertainty=0.05,rule=1i,"
					      "sample=9i,point=7i,treated=2i,"
					      "status=0i,rev=0i," PLACE " 1700000000000\n");
	result = (struct result){.sample = 9,
		.entry = 12,
		.parameter = "ecoli",
		.method = "cbt",
		.value = "00000",
		.limit = "absent",
		.set = "nsdwq-2010",
		.set_code = 1,
		.verdict = WATER_MEETS,
		.as_if_believed = WATER_MEETS,
		.basis = LIMIT_HEALTH,
		.revision = 2};
	row = row_of(&result);
	row.clock = TIME_ENTERED;
	row.clock_error_ms = 60000;
	expect(&row, TAGS("cbt", "ecoli") "censor=6i,verdict=1i,limit_set=1i,basis=1i,sample=9i,"
					  "point=7i,treated=2i,status=0i,rev=2i," PLACE
					  ",clock=2i,clock_err=60 1700000000000\n");
	/* A tenth of the water was looked at: what that could not see must be known wherever it is judged again. */
	text_copy(result.dilution, sizeof(result.dilution), "10");
	result.verdict = result.as_if_believed = WATER_CANNOT_JUDGE;
	result.reason = WHY_NO_LIMIT;
	row = row_of(&result);
	expect(&row,
		TAGS("cbt", "ecoli") "censor=6i,mdl=10,verdict=6i,reason=1i,limit_set=1i,basis=1i,"
				     "sample=9i,point=7i,treated=2i,status=0i,rev=2i," PLACE
				     " 1700000000000\n");
	result.dilution[0] = '\0';
	text_copy(result.value, sizeof(result.value), "11111");
	result.verdict = WATER_POSSIBLE_FAILURE;
	result.as_if_believed = WATER_FAILS_DETECTED;
	result.reason = WHY_QC_SUSPECT;
	row = row_of(&result);
	expect(&row, TAGS("cbt", "ecoli") "value=100,censor=3i,verdict=5i,reason=23i,as_if=4i,"
					  "limit_set=1i,basis=1i,sample=9i,point=7i,"
					  "treated=2i,status=0i,rev=2i," PLACE " 1700000000000\n");
}

/* Else what was made up to learn on colours the map.  A purpose that nobody here knows is not taken for routine. */
static void why_it_was_taken(void **state)
{
	static const struct {
		const char *word, *field;
	} purposes[] = {{"routine", ""}, {"follow_up", "purpose=2i,"}, {"complaint", "purpose=3i,"},
		{"emergency", "purpose=4i,"}, {"training", "purpose=5i,"},
		{"audit", "purpose=0i,"}};
	struct result dry = {.sample = 9,
		.entry = 12,
		.parameter = TERM_NO_WATER,
		.value = "dry",
		.verdict = WATER_CANNOT_JUDGE,
		.as_if_believed = WATER_CANNOT_JUDGE,
		.reason = WHY_NO_WATER};
	char about_room[256], line_room[512];
	struct spool_row row;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
		struct text begun = text_over(about_room, sizeof(about_room));
		struct text line = text_over(line_room, sizeof(line_room));

		text_printf(&begun,
			"by=Gul Khan; t=1; purpose=%s; activity=sample; district=PK528; pos=2",
			purposes[i].word);
		text_printf(&line,
			"result,activity=sample,district=PK528,lab=van\\ 1,method=none,"
			"parameter=impediment,position=unknown,source_type=unknown,"
			"spool=00112233445566ff censor=0i,verdict=6i,reason=19i,impediment=1i,"
			"sample=9i,%streated=0i,status=0i,rev=0i,pos=2i,seq=33i 1700000000000\n",
			purposes[i].field);
		row = row_of(&dry);
		row.about = about_room;
		expect(&row, line_room);
	}
}

static void without_its_beginning_it_waits(void **state)
{
	struct spool_row row = row_of(&chlorine);

	(void)state;
	row.about = NULL;
	expect(&row, "");
	row = row_of(&chlorine);
	row.about = "by=Gul Khan";
	expect(&row, "");
	row = row_of(&chlorine);
	row.clock = TIME_NONE;
	expect(&row, "");
}

static void a_point(void **state)
{
	struct spool_row row = {.stream = STREAM_LEDGER,
		.number = 7,
		.utc_ms = 1700000000000,
		.clock = TIME_GPS,
		.kind = LEDGER_POINT,
		.a = 341234567,
		.b = 715000000,
		.words = "name=Handpump, school; code=P-1; type=borehole_tubewell; treated=no"};

	(void)state;
	expect(&row,
		"point,code=P-1,lab=van\\ 1,name=Handpump\\,\\ school,point_type=borehole_tubewell,"
		"spool=00112233445566ff point=7i,lat=34.1234567,lon=71.5,seq=7i 1700000000000\n");
	row.a = row.b = 0;
	expect(&row,
		"point,code=P-1,lab=van\\ 1,name=Handpump\\,\\ school,point_type=borehole_tubewell,"
		"spool=00112233445566ff point=7i,seq=7i 1700000000000\n");
	row.words = "name=Handpump, school; type=borehole_tubewell; treated=no";
	expect(&row, "point,lab=van\\ 1,name=Handpump\\,\\ school,point_type=borehole_tubewell,"
		     "spool=00112233445566ff point=7i,seq=7i 1700000000000\n");
	row.words = "code=P-1";
	expect(&row, "");
}

/* Which analyzer, which parameter, the number, the outcome; neither who nor which lot. */
static void a_check(void **state)
{
	struct check_step step = {.kind = CHECK_STEP_TAKE,
		.check = 9,
		.by = "Gul Khan",
		.token = "1",
		.unit = "ph-1",
		.parameter = "ph",
		.value = "7.32"};
	struct text to = text_over(words, sizeof(words));
	struct spool_row row = {.stream = STREAM_LEDGER,
		.number = 12,
		.utc_ms = 1700000000000,
		.clock = TIME_GPS,
		.kind = LEDGER_CHECK,
		.a = 9,
		.c = CHECK_STEP_TAKE,
		.words = words};

	(void)state;
	check_step_put(&to, &step);
	expect(&row, "event,analyzer=ph-1,kind=check,lab=van\\ 1,parameter=ph,"
		     "spool=00112233445566ff a=9i,b=0i,c=3i,seq=12i,value=7.32 1700000000000\n");
	row.c = CHECK_STEP_STANDARD;
	row.words = "by=Gul Khan; t=2; lot=B7; exp=2027-03-31; v=7.01";
	expect(&row, "event,kind=check,lab=van\\ 1,spool=00112233445566ff "
		     "a=9i,b=0i,c=2i,seq=12i,value=7.01 1700000000000\n");
	row.c = CHECK_STEP_FINISH;
	row.b = 1;
	row.words = "by=Gul Khan; t=3; a=ph-1; p=ph; in=0.1; rel=0; h=24";
	expect(&row, "event,analyzer=ph-1,kind=check,lab=van\\ 1,parameter=ph,"
		     "spool=00112233445566ff a=9i,b=1i,c=5i,seq=12i 1700000000000\n");
	/* A newer program's step, or words that nobody reads: the row goes all the same. */
	row.c = 77;
	expect(&row, "event,kind=check,lab=van\\ 1,spool=00112233445566ff "
		     "a=9i,b=1i,c=77i,seq=12i 1700000000000\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result),
		cmocka_unit_test(what_is_no_number),
		cmocka_unit_test(why_it_was_taken),
		cmocka_unit_test(without_its_beginning_it_waits),
		cmocka_unit_test(a_point),
		cmocka_unit_test(a_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
