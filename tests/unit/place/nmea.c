/* Sentences as receivers write them: what each field means. */
#include "nmea_line.h"

static void a_fix_of_three_sentences(void **state)
{
	static const char *const orders[][3] = {{RMC, GGA, GSA}, {GGA, GSA, RMC}, {GSA, RMC, GGA}};
	size_t i, k;

	for (i = 0; i < 3; i++) {
		struct line *line = line_make(state);

		settle(line);
		for (k = 0; k < 3; k++) {
			send(line, orders[i][k]);
			line->now_ms += 20;
		}
		assert_int_equal(line->heard.n, 1);
		assert_int_equal(last(line)->mode, 3);
		assert_near(last(line)->lat, 34.025, 1e-9);
		assert_near(last(line)->lon, 71.58, 1e-9);
		assert_near(last(line)->eph_m, 28.5, 1e-9);
		assert_near(last(line)->speed_m_s, 13.89, 1e-9);
		assert_true(last(line)->has_time);
		assert_int_equal(last(line)->utc_ms, UTC_MS);
		assert_false(last(line)->leap_known);
		/* as old as its first word */
		assert_int_equal(last(line)->boot_ms, T0_MS + 1000 + (i == 2 ? 20 : 0));
	}
}

static void a_receiver_of_one_kind_only(void **state)
{
	struct line *line = line_make(state);

	send(line, RMC);
	assert_int_equal(line->heard.n, 1);
	assert_int_equal(last(line)->mode, 2);
	assert_true(isnan(last(line)->eph_m));
	assert_int_equal(last(line)->utc_ms, UTC_MS);

	line = line_make(state);
	send(line, GGA);
	assert_int_equal(line->heard.n, 1);
	assert_int_equal(last(line)->mode, 3); /* by its eight satellites */
	assert_false(last(line)->has_time);    /* of no known day */
	assert_true(isnan(last(line)->speed_m_s));
}

static void any_talker_but_no_makers_own(void **state)
{
	static const char *const talkers[] = {"GP", "GN", "GL", "GA", "GB", "BD", "QZ", "GI"};
	struct line *line = line_make(state);
	char body[100] = RMC;
	size_t i;

	for (i = 0; i < sizeof(talkers) / sizeof(*talkers); i++) {
		memcpy(body, talkers[i], 2);
		send(line, body);
		assert_int_equal(line->heard.n, i + 1);
	}
	memcpy(body, "PG", 2);
	send(line, body);
	assert_int_equal(line->heard.n, i);
	assert_int_equal(line->nmea.bad, 0);
}

static void a_checksum_must_be_there_and_right(void **state)
{
	static const char *const bad[] = {"$" RMC "\r\n", "$" RMC "*\r\n", "$" RMC "*5\r\n",
		"$" RMC "*00\r\n", "$" RMC "*5G\r\n", "$" RMC "*0x\r\n"};
	struct line *line = line_make(state);
	char room[200] = "";
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		send_bytes(line, bad[i], strlen(bad[i]));
		assert_int_equal(line->nmea.bad, i + 1);
	}
	assert_int_equal(line->heard.n, 0);
	assert_int_equal(line->nmea.sentences, 0);
	/* small letters are hexadecimal digits too; something behind them is not */
	put_sentence(room, sizeof(room), RMC);
	for (i = strlen(room) - 4; room[i] != '\r'; i++)
		room[i] = (char)(room[i] >= 'A' ? room[i] + 'a' - 'A' : room[i]);
	send_bytes(line, room, strlen(room));
	assert_int_equal(line->heard.n, 1);
	strcpy(room + strlen(room) - 2, "0\r\n");
	send_bytes(line, room, strlen(room));
	assert_int_equal(line->heard.n, 1);
}

static void what_says_no_fix(void **state)
{
	static const struct {
		const char *rmc, *gga;
	} none[] = {
		{"GPRMC,,V,,,,,,,,,,N", "GPGGA,,,,,,0,00,99.99,,,,,,"},
		{"GPRMC,101500.00,V,3401.5,N,07134.8,E,,,170426,,,N", GGA},
		{"GPRMC,101500.00,A,3401.5,N,07134.8,E,,,170426,,,N", GGA},
		{"GPRMC,101500.00,A,3401.5,N,07134.8,E,,,170426,,,E", GGA},
		{"GPRMC,101500.00,A,3401.5,N,07134.8,E,,,170426,,,M", GGA},
		{"GPRMC,101500.00,A,3401.5,N,07134.8,E,,,170426,,,S", GGA},
		{"GPRMC,101500.00,,3401.5,N,07134.8,E,,,170426,,,", GGA},
		{"GPRMC,101500.00,A,,N,07134.8,E,,,170426,,,A", GGA},
		{RMC, "GPGGA,101500.00,3401.5,N,07134.8,E,0,08,1.5,350.0,M,-40.0,M,,"},
		{RMC, "GPGGA,101500.00,3401.5,N,07134.8,E,6,08,1.5,350.0,M,-40.0,M,,"},
		{RMC, "GPGGA,101500.00,3401.5,N,07134.8,E,7,08,1.5,350.0,M,-40.0,M,,"},
		{RMC, "GPGGA,101500.00,3401.5,N,07134.8,E,8,08,1.5,350.0,M,-40.0,M,,"},
		{RMC, "GPGGA,101500.00,3401.5,N,07134.8,,1,08,1.5,350.0,M,-40.0,M,,"},
	};
	size_t i;
	int first;

	for (i = 0; i < sizeof(none) / sizeof(*none); i++)
		for (first = 0; first < 2; first++) {
			struct line *line = line_make(state);
			size_t k;

			settle(line);
			send(line, first ? none[i].rmc : none[i].gga);
			send(line, first ? none[i].gga : none[i].rmc);
			assert_true(line->heard.n >= 1);
			for (k = 0; k < line->heard.n; k++) {
				assert_int_equal(line->heard.fixes[k].mode, 1);
				assert_true(isnan(line->heard.fixes[k].lat));
				assert_false(line->heard.fixes[k].has_time);
			}
		}
}

/* A GGA that leaves its quality empty says neither yes nor no (Firefly-IIa). */
static void a_quality_not_said_is_no_word(void **state)
{
	struct line *line = line_make(state);

	send(line, "GPGGA,101500.00,3401.5,N,07134.8,E,,11,0.8,86.0,M,-30.1,M,,");
	assert_int_equal(line->heard.n, 0);
	send(line, RMC);
	assert_int_equal(line->heard.n, 1);
	assert_int_equal(last(line)->mode, 2);
	assert_true(isnan(last(line)->eph_m));
}

static void dimensions(void **state)
{
	static const struct {
		const char *gsa;
		int64_t age_ms;
		uint8_t mode;
	} cases[] = {{"GPGSA,A,3,,,,,,,,,,,,,2.5,1.5,2.0", 0, 3},
		{"GPGSA,A,2,,,,,,,,,,,,,2.5,1.5,2.0", 0, 2},
		{"GPGSA,A,1,,,,,,,,,,,,,,,", 0, 3}, /* outdated: by GGA's eight satellites */
		{"GPGSA,A,2,,,,,,,,,,,,,2.5,1.5,2.0", NMEA_FRESH_MS, 2},
		{"GPGSA,A,2,,,,,,,,,,,,,2.5,1.5,2.0", NMEA_FRESH_MS + 1, 3}, /* GGA: 8 satellites */
		{"GPGSA,A,4,,,,,,,,,,,,,2.5,1.5,2.0", 0, 3}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line *line = line_make(state);

		send(line, cases[i].gsa);
		line->now_ms += cases[i].age_ms;
		send(line, GGA);
		send(line, RMC);
		assert_int_equal(last(line)->mode, cases[i].mode);
	}
}

static void the_error_is_gpsds(void **state)
{
	struct line *line = line_make(state);

	send(line, "GPGGA,101500.00,3401.5,N,07134.8,E,2,08,1.0,350.0,M,-40.0,M,5.0,0133");
	assert_near(last(line)->eph_m, 4.75, 1e-9);
	send(line, "GPGGA,101501.00,3401.5,N,07134.8,E,4,08,0.7,350.0,M,-40.0,M,5.0,0133");
	assert_near(last(line)->eph_m, 13.3, 1e-9);
	send(line, "GPGGA,101502.00,3401.5,N,07134.8,E,1,08,,350.0,M,-40.0,M,,");
	assert_near(last(line)->eph_m, 13.3, 1e-9); /* the last HDOP holds */
	line->now_ms += NMEA_FRESH_MS + 1;
	send(line, "GPGGA,101510.00,3401.5,N,07134.8,E,1,08,0.0,350.0,M,-40.0,M,,");
	assert_true(isnan(last(line)->eph_m)); /* not for ever, and 0 is none */
	send(line, GSA);
	send(line, "GPGGA,101511.00,3401.5,N,07134.8,E,1,08,,350.0,M,-40.0,M,,");
	assert_near(last(line)->eph_m, 28.5, 1e-9);
}

static void one_time(struct line *line, const char *time, const char *date, int64_t utc_ms)
{
	char body[160];

	snprintf(body, sizeof(body), "GPRMC,%s,A,3401.5,N,07134.8,E,0.0,,%s,,,A", time, date);
	line->heard.n = 0;
	send(line, body);
	assert_int_equal(line->heard.n, 1);
	assert_int_equal(last(line)->mode, 2);
	assert_int_equal(last(line)->has_time, utc_ms != 0);
	if (utc_ms)
		assert_int_equal(last(line)->utc_ms, utc_ms);
}

static void dates_and_times(void **state)
{
	struct line *line = line_make(state);

	one_time(line, "101500.00", "170426", UTC_MS);
	one_time(line, "101500", "170426", UTC_MS);
	one_time(line, "101500.25", "170426", UTC_MS + 250);
	one_time(line, "101500.1239", "170426", UTC_MS + 123);
	one_time(line, "000000.00", "060180", INT64_C(315964800000));
	one_time(line, "000000.00", "311299", INT64_C(946598400000));
	one_time(line, "000000.00", "010179", INT64_C(3439756800000));
	one_time(line, "000000.00", "290224", INT64_C(1709164800000));
	/* a leap second counts as the next one */
	one_time(line, "235960.00", "311216", INT64_C(1483228800000));
	one_time(line, "240000.00", "170426", 0);
	one_time(line, "250000.00", "170426", 0);
	one_time(line, "106000.00", "170426", 0);
	one_time(line, "101561.00", "170426", 0);
	one_time(line, "101500.00", "320426", 0);
	one_time(line, "101500.00", "310426", 0);
	one_time(line, "101500.00", "000426", 0);
	one_time(line, "101500.00", "171326", 0);
	one_time(line, "101500.00", "170026", 0);
	one_time(line, "101500.00", "290223", 0);
	one_time(line, "101500.00", "", 0);
	one_time(line, "", "170426", 0);
	one_time(line, "10150", "170426", 0);
	one_time(line, "101500.0a", "170426", 0);
	one_time(line, "101500.00", "17042", 0);
	one_time(line, "101500.00", "1704261", 0);
	one_time(line, "101500.00", "1704-1", 0); /* Telit, at the turn of a week number */
}

/* A GGA whose RMC was lost has the day of the last one, over midnight too. */
static void a_day_for_a_lone_position(void **state)
{
	static const struct {
		const char *rmc, *time;
		int64_t after_ms, utc_ms;
	} cases[] = {
		{"101459.00", "101501.00", 2000, UTC_MS + 1000},
		{"235959.00", "000001.00", 2000, INT64_C(1776470401000)},
		{"101459.00", "101457.00", 2000, 0}, /* back: not to be understood */
		{"101459.00", "101531.00", 2000, 0},
		{"101459.00", "101501.00", NMEA_DATE_MS + 1, 0},
	};
	char body[160];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line *line = line_make(state);

		snprintf(body, sizeof(body), "GPRMC,%s,A,3401.5,N,07134.8,E,9.0,,170426,,,A",
			cases[i].rmc);
		send(line, body);
		line->now_ms += cases[i].after_ms;
		snprintf(body, sizeof(body),
			"GPGGA,%s,3401.5,N,07134.8,E,1,08,1.5,350.0,M,-40.0,M,,", cases[i].time);
		send(line, body);
		/* the next moment ends the wait for its other half */
		line->now_ms += NMEA_FRESH_MS + 1;
		send(line, "GPGGA,,,,,,0,,,,,,,,");
		assert_true(line->heard.n >= 3);
		assert_int_equal(last(line)[-1].mode, 3);
		assert_int_equal(last(line)[-1].has_time, cases[i].utc_ms != 0);
		if (cases[i].utc_ms)
			assert_int_equal(last(line)[-1].utc_ms, cases[i].utc_ms);
		assert_int_equal(last(line)[-1].boot_ms, T0_MS + cases[i].after_ms);
		assert_true(isnan(last(line)[-1].speed_m_s));
	}
}

static void places_that_are_none_come_out_as_said(void **state)
{
	static const struct {
		const char *lat, *ns, *lon, *ew;
		double at_lat, at_lon;
	} cases[] = {{"36000.0000", "N", "72000.0000", "E", 360, 720},
		{"0000.0000", "N", "00000.0000", "E", 0, 0},
		{"9000.0000", "S", "18000.0000", "W", -90, -180},
		{"3401.5", "S", "07134.8", "W", -34.025, -71.58},
		{"3460.0000", "N", "07134.8", "E", NAN, NAN}, /* no such minute */
		{"3401.5", "X", "07134.8", "E", NAN, NAN},
		{"3401.5", "E", "07134.8", "N", NAN, NAN}, {"3401", "N", "07134.8", "E", NAN, NAN},
		{"-3401.5", "N", "07134.8", "E", NAN, NAN},
		{"3401.5.1", "N", "07134.8", "E", NAN, NAN},
		{"99999999999999999999.5", "N", "07134.8", "E", NAN, NAN}};
	char body[160];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line *line = line_make(state);

		snprintf(body, sizeof(body), "GPRMC,101500.00,A,%s,%s,%s,%s,0.0,,170426,,,A",
			cases[i].lat, cases[i].ns, cases[i].lon, cases[i].ew);
		send(line, body);
		assert_int_equal(last(line)->mode, isnan(cases[i].at_lat) ? 1 : 2);
		if (isnan(cases[i].at_lat))
			continue;
		assert_near(last(line)->lat, cases[i].at_lat, 1e-9);
		assert_near(last(line)->lon, cases[i].at_lon, 1e-9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fix_of_three_sentences),
		cmocka_unit_test(a_receiver_of_one_kind_only),
		cmocka_unit_test(any_talker_but_no_makers_own),
		cmocka_unit_test(a_checksum_must_be_there_and_right),
		cmocka_unit_test(what_says_no_fix),
		cmocka_unit_test(a_quality_not_said_is_no_word),
		cmocka_unit_test(dimensions),
		cmocka_unit_test(the_error_is_gpsds),
		cmocka_unit_test(dates_and_times),
		cmocka_unit_test(a_day_for_a_lone_position),
		cmocka_unit_test(places_that_are_none_come_out_as_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
