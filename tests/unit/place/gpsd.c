/* What gpsd says, and what only looks like it. */
#include "heard.h"

#include "place/gpsd.h"
#include "place/json_line.h"

#define HEAD "{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\","
#define TPV                                                                                       \
	HEAD "\"mode\":3,\"time\":\"2026-04-17T10:15:00.250Z\",\"leapseconds\":18,\"ept\":0.005," \
	     "\"lat\":34.025000000,\"lon\":-71.580000000,\"altHAE\":310.0000,\"track\":90.0000,"  \
	     "\"speed\":13.890,\"eph\":28.500}"

static struct heard heard;

static struct gpsd *gpsd_make(const char *device)
{
	struct gpsd *gpsd;

	heard.n = 0;
	assert_int_equal(gpsd_new(&gpsd, device, heard_take, &heard), 0);
	gpsd_begin(gpsd);
	return gpsd;
}

static void send(struct gpsd *gpsd, const char *line)
{
	gpsd_take(gpsd, line, strlen(line), 5000);
	gpsd_take(gpsd, "\r\n", 2, 5000);
}

static void a_fix(void **state)
{
	struct gpsd *gpsd = gpsd_make("");
	const struct fix *fix = heard.fixes;

	(void)state;
	send(gpsd, TPV);
	assert_int_equal(heard.n, 1);
	assert_int_equal(fix->boot_ms, 5000);
	assert_int_equal(fix->mode, 3);
	assert_near(fix->lat, 34.025, 1e-9);
	assert_near(fix->lon, -71.58, 1e-9);
	assert_near(fix->eph_m, 28.5, 1e-9);
	assert_near(fix->speed_m_s, 13.89, 1e-9);
	assert_true(fix->has_time);
	assert_int_equal(fix->utc_ms, INT64_C(1776420900250));
	assert_true(fix->leap_known);
	/* the next line says less, and nothing of this one is left */
	send(gpsd, HEAD "\"mode\":2,\"lat\":34.1,\"lon\":71.2}");
	fix++;
	assert_int_equal(heard.n, 2);
	assert_int_equal(fix->mode, 2);
	assert_true(isnan(fix->eph_m) && isnan(fix->speed_m_s));
	assert_false(fix->has_time || fix->leap_known);
	assert_int_equal(gpsd_bad(gpsd), 0);
	gpsd_free(gpsd);
}

static void what_is_no_fix_has_no_time(void **state)
{
	static const char *const lines[] = {HEAD
		"\"mode\":1,\"time\":\"2026-04-17T10:15:00.000Z\"}",
		HEAD "\"mode\":0}", HEAD "\"mode\":1}",
		/* estimated from wheels and compass, and made up */
		HEAD "\"status\":5,\"mode\":3,\"time\":\"2026-04-17T10:15:00.000Z\",\"lat\":34,"
		     "\"lon\":71}",
		HEAD "\"status\":8,\"mode\":3,\"time\":\"2026-04-17T10:15:00.000Z\",\"lat\":34,"
		     "\"lon\":71}"};
	struct gpsd *gpsd = gpsd_make("");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		send(gpsd, lines[i]);
		assert_int_equal(heard.n, i + 1);
		assert_true(heard.fixes[i].mode < 2);
		assert_false(heard.fixes[i].has_time);
	}
	assert_int_equal(gpsd_bad(gpsd), 0);
	gpsd_free(gpsd);
}

static void numbers_that_are_none(void **state)
{
	struct gpsd *gpsd = gpsd_make("");
	const struct fix *fix = heard.fixes;

	(void)state;
	send(gpsd, HEAD "\"mode\":3,\"lat\":1e999,\"lon\":71,\"eph\":-4,\"speed\":-1e999}");
	assert_int_equal(heard.n, 1);
	assert_true(isnan(fix->lat) && isnan(fix->eph_m) && isnan(fix->speed_m_s));
	send(gpsd, HEAD "\"mode\":3,\"lat\":34,\"lon\":71,\"eph\":0.000,\"speed\":1e999}");
	fix++;
	assert_true(fix->lat == 34 && isnan(fix->eph_m) && isnan(fix->speed_m_s));
	gpsd_free(gpsd);
}

/* libgps makes a position or a time of each of these; they are refused before it sees them. */
static void what_libgps_would_misread(void **state)
{
	static const char *const lines[] = {
		HEAD "\"mode\":3,\"lat\":48.1,\"lon\":11",
		HEAD "\"mode\":3,\"lat\":48.1,\"lon\":11,",
		HEAD "\"mode\":3,\"lat\":48.1,\"lon\":11}{\"class\":\"TPV\",\"mode\":2,\"lat\":1}",
		HEAD "\"mode\":3,\"lat\":48.1,\"lon\":11,\"x\":{\"lat\":5,\"lon\":6}}",
		HEAD "\"mode\":3,\"lat\":48.1,\"lon\":11,\"x\":[1,2]}",
		/* gps_unpack() would not come back from this one */
		HEAD "\"mode\":3,\"lat\":\"x\",\"class\":\"TPV\"}",
		HEAD "\"mode\":3,\"lat\":-,\"lon\":11}",
		HEAD "\"mode\":3,\"lat\":,\"lon\":11}",
		HEAD "\"mode\":3,\"lat\":0x10,\"lon\":11}",
		HEAD "\"mode\":3,\"lat\":48.1abc,\"lon\":11}",
		HEAD "\"mode\":3,\"lat\":048.1,\"lon\":11}",
		HEAD "\"mode\":3,\"lat\":true,\"lon\":11}",
		HEAD "\"mode\":3,\"lat\":nan,\"lon\":11}",
		HEAD "\"mode\":3,\"lat\":null,\"lon\":11}",
		HEAD "\"mode\":99999999999,\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":4,\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":-1,\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":3,\"time\":\"hello\",\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":3,\"time\":\"\",\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":3,\"time\":\"2019-13-01T00:00:00.000Z\",\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":3,\"time\":\"2019-02-29T00:00:00.000Z\",\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":3,\"time\":\"2019-01-01T25:00:00.000Z\",\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":3,\"time\":\"2019-01-01T00:00:00\",\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":3,\"x\":\"\\u0022\",\"lat\":48.1,\"lon\":11}",
		HEAD "\"mode\":3,\"a name that nobody would give to anything\":1}",
		HEAD "\"mode\":3,\"lat\":48.1, \"lon\":11}",
		" " HEAD "\"mode\":3,\"lat\":48.1,\"lon\":11}",
		"{}",
		"[]",
		"{\"mode\":3,\"class\":\"TPV\",\"lat\":48.1,\"lon\":11}",
		"HTTP/1.1 400 Bad Request",
	};
	struct gpsd *gpsd = gpsd_make("");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		send(gpsd, lines[i]);
		if (heard.n || gpsd_bad(gpsd) != i + 1)
			fail_msg("not refused: %s", lines[i]);
	}
	gpsd_take(gpsd, TPV "\0\n", sizeof(TPV) + 1, 0);
	gpsd_take(gpsd, "\xff\xfe\n", 3, 0);
	assert_int_equal(heard.n, 0);
	assert_int_equal(gpsd_bad(gpsd), i + 2);
	assert_false(gpsd_is_one(gpsd));
	gpsd_free(gpsd);
}

static void one_of_several_receivers(void **state)
{
	struct gpsd *gpsd = gpsd_make("/dev/ttyACM1");

	(void)state;
	send(gpsd, TPV);
	assert_int_equal(heard.n, 0);
	send(gpsd, "{\"class\":\"TPV\",\"device\":\"/dev/ttyACM1\",\"mode\":1}");
	assert_int_equal(heard.n, 1);
	send(gpsd, "{\"class\":\"TPV\",\"mode\":1}");
	assert_int_equal(heard.n, 1);
	gpsd_free(gpsd);
}

static void other_classes_are_passed_over(void **state)
{
	static const char *const lines[] = {"{\"class\":\"SKY\",\"hdop\":1.40,\"satellites\":[{",
		"{\"class\":\"WATCH\",\"enable\":true,\"json\":true}", "{\"class\":\"PPS\"}",
		"{\"class\":\"TPVX\",\"mode\":3,\"lat\":1,\"lon\":2}", ""};
	struct gpsd *gpsd = gpsd_make("");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		send(gpsd, lines[i]);
	assert_int_equal(heard.n, 0);
	assert_int_equal(gpsd_bad(gpsd), 0);
	gpsd_free(gpsd);
}

static void a_line_too_long(void **state)
{
	struct gpsd *gpsd = gpsd_make("");
	int i;

	(void)state;
	for (i = 0; i < 30000; i++)
		gpsd_take(gpsd, "x", 1, 0);
	send(gpsd, "");
	assert_int_equal(gpsd_bad(gpsd), 1);
	send(gpsd, TPV);
	assert_int_equal(heard.n, 1);
	/* the half of a line dies with its connection */
	gpsd_take(gpsd, TPV, sizeof(TPV) / 2, 0);
	gpsd_begin(gpsd);
	send(gpsd, TPV);
	assert_int_equal(heard.n, 2);
	assert_int_equal(gpsd_bad(gpsd), 1);
	gpsd_free(gpsd);
}

static void assert_words(const struct gpsd *gpsd, const char *expected)
{
	char room[200];
	struct text words = text_over(room, sizeof(room));

	gpsd_say(gpsd, &words);
	assert_string_equal(room, expected);
}

static void why_there_are_no_fixes(void **state)
{
	struct gpsd *gpsd = gpsd_make("");

	(void)state;
	assert_words(gpsd, "");
	assert_false(gpsd_is_one(gpsd));
	send(gpsd, "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,"
		   "\"proto_minor\":14}");
	assert_true(gpsd_is_one(gpsd));
	send(gpsd, "{\"class\":\"DEVICES\",\"devices\":[]}");
	assert_words(gpsd, "has no receiver: plug it in, or name its port to gpsd");
	send(gpsd,
		"{\"class\":\"DEVICE\",\"path\":\"/dev/ttyACM0\",\"activated\":\"2026-11-28T05:36:"
		"54.128Z\"}");
	assert_words(gpsd, "");
	send(gpsd, "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyACM0\",\"activated\":0}");
	assert_words(gpsd, "has lost its receiver: is it plugged in?");
	send(gpsd, TPV);
	assert_words(gpsd, "");
	send(gpsd, "{\"class\":\"ERROR\",\"message\":\"Unrecognized request\"}");
	assert_words(gpsd, "says: Unrecognized request");
	send(gpsd, TPV);
	assert_words(gpsd, "");
	gpsd_begin(gpsd);
	assert_false(gpsd_is_one(gpsd));
	assert_int_equal(gpsd_bad(gpsd), 0);
	gpsd_free(gpsd);

	gpsd = gpsd_make("/dev/ttyACM1");
	send(gpsd, "{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"/dev/"
		   "ttyACM0\",\"native\":0,\"bps\":9600,\"parity\":\"N\",\"stopbits\":1,\"cycle\":"
		   "1.00}]"
		   "}");
	assert_words(gpsd, "has no receiver /dev/ttyACM1: it has /dev/ttyACM0");
	send(gpsd, "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyACM0\",\"activated\":0}");
	assert_words(gpsd, "has no receiver /dev/ttyACM1: it has /dev/ttyACM0");
	/* more of them than libgps has room for */
	send(gpsd,
		"{\"class\":\"DEVICES\",\"devices\":[{\"path\":\"1\"},{\"path\":\"2\"},{\"path\":"
		"\"3\"},{\"path\":\"4\"},{\"path\":\"/dev/ttyACM1\"}]}");
	assert_words(gpsd, "");
	/* not whole */
	send(gpsd, "{\"class\":\"DEVICES\",\"devices\":[{\"path\":\"1\"}");
	send(gpsd, "{\"class\":\"DEVICE\",\"path\":\"");
	send(gpsd, "{\"class\":\"ERROR\",\"message\":[}");
	assert_int_equal(gpsd_bad(gpsd), 3);
	/* and these are JSON of another shape */
	send(gpsd, "{\"class\":\"DEVICES\",\"devices\":[[[1]],{\"path\":7}]}");
	assert_words(gpsd, "has no receiver /dev/ttyACM1: it has ");
	send(gpsd, "{\"class\":\"DEVICE\"}");
	send(gpsd, "{\"class\":\"DEVICES\"}");
	assert_words(gpsd, "has no receiver: plug it in, or name its port to gpsd");
	send(gpsd, "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyACM1\"}");
	assert_words(gpsd, "has lost /dev/ttyACM1: is it plugged in?");
	gpsd_free(gpsd);
}

static void pieces_make_no_difference(void **state)
{
	static const char stream[] = TPV "\n{\"class\":\"SKY\",\"satellites\":[]}\r\n" HEAD
					 "\"mode\":2,\"lat\":34.1,\"lon\":71.2}\ngarbage\n" TPV
					 "\n" HEAD "\"mode\":1}\n";
	static struct heard whole;
	uint64_t dice = read_seed();
	size_t at, piece, i, k;

	(void)state;
	for (i = 0; i < 200; i++) {
		struct gpsd *gpsd = gpsd_make("");

		for (at = 0; at < sizeof(stream) - 1; at += piece) {
			piece = i ? 1 + roll(&dice, i) : sizeof(stream) - 1;
			piece = piece < sizeof(stream) - 1 - at ? piece : sizeof(stream) - 1 - at;
			gpsd_take(gpsd, stream + at, piece, 0);
		}
		if (!i)
			whole = heard;
		assert_int_equal(heard.n, 4);
		assert_int_equal(gpsd_bad(gpsd), 1);
		for (k = 0; k < heard.n; k++)
			assert_true(same_fix(&heard.fixes[k], &whole.fixes[k]));
		gpsd_free(gpsd);
	}
}

static void lines_that_are_json(void **state)
{
	static const char *const sound[] = {"{\"class\":\"X\"}", "{\"class\":1}",
		"{\"class\":\"\",\"a\":1}", "{\"class\":\"X\",\"a\":-0.5e+10,\"b\":\"c\",\"d\":0}"};
	static const char *const unsound[] = {"", "{", "{}", "[]", "{\"a\":1}", "{class:1}",
		"{\"class\"}", "{\"class\":}", "{\"class\":1,}", "{\"class\":1,,\"a\":1}",
		"{\"class\":1 }", "{\"class\":1}}", "{\"class\":1]", "{\"class\":1",
		"{\"class\":{}}", "{\"class\":[]}", "{\"class\":01}", "{\"class\":1.}",
		"{\"class\":.5}", "{\"class\":+1}", "{\"class\":1e}", "{\"class\":-}",
		"{\"class\":123456789012345678901234567890123}", "{\"class\":true}",
		"{\"class\":\"\\n\"}", "{\"class\":\"\t\"}", "{\"class\":\"\xc3\xa9\"}",
		"{\"class\":1,\"a123456789012345678901234567890\":1}", "{\"class\":1,\"class\":1}",
		"{\"class\":\"}"};
	char room[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sound) / sizeof(*sound); i++)
		if (!json_line_is_sound(sound[i]))
			fail_msg("refused: %s", sound[i]);
	for (i = 0; i < sizeof(unsound) / sizeof(*unsound); i++)
		if (json_line_is_sound(unsound[i]))
			fail_msg("not refused: %s", unsound[i]);
	snprintf(room, sizeof(room), "{\"class\":\"%0*d\"}", JSON_LINE_STRING, 0);
	assert_true(json_line_is_sound(room));
	snprintf(room, sizeof(room), "{\"class\":\"%0*d\"}", JSON_LINE_STRING + 1, 0);
	assert_false(json_line_is_sound(room));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fix),
		cmocka_unit_test(what_is_no_fix_has_no_time),
		cmocka_unit_test(numbers_that_are_none),
		cmocka_unit_test(what_libgps_would_misread),
		cmocka_unit_test(one_of_several_receivers),
		cmocka_unit_test(other_classes_are_passed_over),
		cmocka_unit_test(a_line_too_long),
		cmocka_unit_test(why_there_are_no_fixes),
		cmocka_unit_test(pieces_make_no_difference),
		cmocka_unit_test(lines_that_are_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
