/* Sentences as wires leave them: cut, doubled, lost, in between other bytes. */
#include "nmea_line.h"

/* Each half is lost now and then: the other is told, late but as of its own moment, and none twice. */
static void a_half_that_is_lost(void **state)
{
	struct line *line = line_make(state);
	char rmc[160], gga[160];
	int i;

	settle(line);
	for (i = 0; i < 30; i++) {
		snprintf(rmc, sizeof(rmc),
			"GPRMC,1015%02d.00,A,3401.%05d,N,07134.8,E,9.0,,170426,,,A", i, i);
		snprintf(gga, sizeof(gga),
			"GPGGA,1015%02d.00,3401.%05d,N,07134.8,E,1,08,1.5,350.0,M,-40.0,M,,", i, i);
		if (i % 5 != 1)
			send(line, rmc);
		if (i % 5 != 3)
			send(line, gga);
		line->now_ms += 1000;
	}
	assert_int_equal(line->heard.n, 30);
	for (i = 0; i < 30; i++) {
		const struct fix *fix = &line->heard.fixes[i];

		assert_int_equal(fix->mode, 3);
		assert_near(fix->lat, 34 + (1 + i * 1e-5) / 60, 1e-9);
		assert_int_equal(fix->utc_ms, UTC_MS + i * 1000);
		assert_int_equal(fix->boot_ms, T0_MS + 1000 + i * 1000);
	}
}

static void lines_as_wires_leave_them(void **state)
{
	struct line *line = line_make(state);
	char good[200] = "", bytes[2000];
	int n;

	put_sentence(good, sizeof(good), RMC);
	/* cut off, and the next begins in the middle; doubled; glued; one that never ends */
	n = snprintf(bytes, sizeof(bytes), "$GPRMC,101500.00,A,340%s%s%s", good, good, good);
	send_bytes(line, bytes, (size_t)n);
	assert_int_equal(line->heard.n, 3);
	assert_int_equal(line->nmea.bad, 1);
	n = snprintf(bytes, sizeof(bytes), "$%0*d%s", NMEA_LINE + 40, 0, good);
	send_bytes(line, bytes, (size_t)n);
	assert_int_equal(line->heard.n, 4);
	/* binary with a "$" in it, and a sentence broken by a byte that is none of its kind */
	send_bytes(line, "\xB5\x62\x01$\x07\r\n$$\0\x80", 11);
	send_bytes(line, good, strlen(good));
	assert_int_equal(line->heard.n, 5);
	assert_int_equal(line->nmea.bad, 2);
	good[20] = '\x91';
	send_bytes(line, good, strlen(good));
	assert_int_equal(line->heard.n, 5);
	assert_int_equal(line->nmea.bad, 3);
	/* without its end it is none yet */
	good[0] = '\0';
	put_sentence(good, sizeof(good), RMC);
	send_bytes(line, good, strlen(good) - 2);
	assert_int_equal(line->heard.n, 5);
	send_bytes(line, "\n", 1);
	assert_int_equal(line->heard.n, 6);
}

/* --- whatever the dice say ------------------------------------------------------------------------- */

static size_t make_stream(uint64_t *dice, char *bytes, size_t cap)
{
	size_t n = 0, k;
	int i;

	for (i = 0; i < 40; i++) {
		char body[160], room[200] = "";

		switch (roll(dice, 5)) {
		case 0:
			snprintf(body, sizeof(body),
				"GNRMC,1015%02d.00,%c,3401.%04d,N,07134.8,E,%d.5,,170426,,,A", i,
				roll(dice, 4) ? 'A' : 'V', i, i);
			break;
		case 1:
		case 2:
			snprintf(body, sizeof(body),
				"GPGGA,1015%02d.00,3401.%04d,N,07134.8,E,%d,08,1.5,350.0,M,,M,,", i,
				i, (int)roll(dice, 4));
			break;
		case 3:
			snprintf(body, sizeof(body), "GNGSA,A,%d,01,02,,,,,,,,,,,2.5,1.%d,2.0",
				(int)roll(dice, 4), i);
			break;
		default:
			snprintf(body, sizeof(body), "GPGSV,1,1,01,01,%02d,001,40", i);
		}
		put_sentence(room, sizeof(room), body);
		for (k = 0; room[k]; k++)
			bytes[n++] = room[k];
		for (k = roll(dice, 3) ? 0 : roll(dice, 60); k; k--)
			bytes[n++] = (char)roll(dice, 256);
		assert_true(n + 300 < cap);
	}
	return n;
}

static void pieces_make_no_difference(void **state)
{
	static struct heard whole;
	static char bytes[40000];
	uint64_t dice = read_seed();
	size_t n, at, piece, i, streams;

	for (streams = 0; streams < 50; streams++) {
		struct line *line = line_make(state);

		n = make_stream(&dice, bytes, sizeof(bytes));
		send_bytes(line, bytes, n);
		whole = line->heard;
		assert_true(whole.n > 0);
		for (i = 0; i < 8; i++) {
			line = line_make(state);
			for (at = 0; at < n; at += piece) {
				piece = i ? 1 + roll(&dice, i * 30) : 1;
				piece = piece < n - at ? piece : n - at;
				send_bytes(line, bytes + at, piece);
			}
			assert_int_equal(line->heard.n, whole.n);
			for (at = 0; at < whole.n; at++)
				assert_true(same_fix(&line->heard.fixes[at], &whole.fixes[at]));
		}
	}
}

static void garbage_is_never_a_fix(void **state)
{
	uint64_t dice = read_seed();
	struct line *line = line_make(state);
	char bytes[512], good[200] = "";
	size_t i, k, bit;

	for (i = 0; i < 4000; i++) {
		/* half of it from the letters of sentences */
		for (k = 0; k < sizeof(bytes); k++)
			bytes[k] = roll(&dice, 2) ? (char)roll(&dice, 256)
						  : "$GPRMCA0123456789,.*\r\nNE"[roll(&dice, 24)];
		send_bytes(line, bytes, sizeof(bytes));
	}
	assert_int_equal(line->heard.n, 0);
	/* nor is a sentence of which one bit was turned on its way */
	put_sentence(good, sizeof(good), RMC);
	for (k = 0; good[k] != '\r'; k++)
		for (bit = 0; bit < 8; bit++) {
			line = line_make(state);
			memcpy(bytes, good, strlen(good));
			bytes[k] = (char)(bytes[k] ^ 1 << bit);
			send_bytes(line, bytes, strlen(good));
			if (k + 2 < strcspn(good, "\r") || (bytes[k] | 0x20) != (good[k] | 0x20))
				assert_int_equal(line->heard.n, 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_half_that_is_lost),
		cmocka_unit_test(lines_as_wires_leave_them),
		cmocka_unit_test(pieces_make_no_difference),
		cmocka_unit_test(garbage_is_never_a_fix),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
