/* nmea_line.h - a receiver's line as the tests of nmea.c see it. */
#ifndef UNIT_PLACE_NMEA_LINE_H
#define UNIT_PLACE_NMEA_LINE_H

#include "heard.h"

#include "place/nmea.h"

#define RMC "GPRMC,101500.00,A,3401.50000,N,07134.80000,E,27.0,90.0,170426,,,A"
#define GGA "GPGGA,101500.00,3401.50000,N,07134.80000,E,1,08,1.5,350.0,M,-40.0,M,,"
#define GSA "GPGSA,A,3,01,02,03,04,05,06,07,08,,,,,2.5,1.5,2.0"

enum { T0_MS = 1000 * 1000 };
#define UTC_MS INT64_C(1776420900000) /* 2026-04-17 10:15:00 */

struct line {
	struct nmea nmea;
	struct heard heard;
	int64_t now_ms;
};

static inline struct line *line_make(void **state)
{
	struct line *line = *state;

	memset(line, 0, sizeof(*line));
	line->now_ms = T0_MS;
	nmea_begin(&line->nmea, heard_take, &line->heard);
	return line;
}

static inline void send_bytes(struct line *line, const char *bytes, size_t n)
{
	nmea_take(&line->nmea, (const uint8_t *)bytes, n, line->now_ms);
}

static inline void send(struct line *line, const char *body)
{
	char room[400] = "";

	put_sentence(room, sizeof(room), body);
	send_bytes(line, room, strlen(room));
}

static inline const struct fix *last(const struct line *line)
{
	assert_true(line->heard.n > 0);
	return &line->heard.fixes[line->heard.n - 1];
}

/* Both timed sentences have been heard, so that pairs are waited for. */
static inline void settle(struct line *line)
{
	send(line, "GPGSA,A,3,01,02,03,04,,,,,,,,,2.5,1.5,2.0");
	send(line, "GPRMC,101459.00,A,3401.40000,N,07134.80000,E,27.0,90.0,170426,,,A");
	send(line, "GPGGA,101459.00,3401.40000,N,07134.80000,E,1,08,1.5,350.0,M,-40.0,M,,");
	line->now_ms += 1000;
	line->heard.n = 0;
}

static inline int setup(void **state)
{
	*state = malloc(sizeof(struct line));
	return *state ? 0 : -1;
}

static inline int teardown(void **state)
{
	free(*state);
	return 0;
}

#endif
