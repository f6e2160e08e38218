/*
 * meter.h - two meters that exist nowhere: one whose file has lines KIND,DATE,TIME,SAMPLE,VALUE,UNIT, and one that
 * sends <DATE TIME VALUE>, which somebody kept in a file.
 */
#ifndef TESTS_INBOX_METER_H
#define TESTS_INBOX_METER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inbox/records.h"

struct part {
	const char *at;
	size_t len;
};

/* Without the blanks and quotes around it. */
static void trim(struct part *part)
{
	for (; part->len && strchr(" \"", *part->at); part->at++)
		part->len--;
	while (part->len && strchr(" \t\"", part->at[part->len - 1]))
		part->len--;
}

static unsigned cut(const uint8_t *rx, size_t len, char between, struct part *parts, unsigned most)
{
	const char *at = (const char *)rx, *end = at + len, *stop;
	unsigned n = 0;

	for (; n < most; at = stop + 1) {
		stop = memchr(at, between, (size_t)(end - at));
		parts[n].at = at;
		parts[n].len = (size_t)((stop ? stop : end) - at);
		trim(&parts[n++]);
		if (!stop)
			break;
	}
	return n;
}

static bool is(const struct part *part, const char *word)
{
	return part->len == strlen(word) && !memcmp(part->at, word, part->len);
}

static int take_line(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct part part[6];
	unsigned n = cut(rx, len, ',', part, 6);
	double value;
	int places;

	(void)unit;
	if (!len || is(&part[0], "Kind"))
		return WL_NEXT;
	if (is(&part[0], "other"))
		return WL_WRONG;
	if (n < 6)
		return WL_GARBLED;
	if (!is(&part[1], "-")) {
		wl_tell(out, WL_DATE, part[1].at, part[1].len);
		wl_tell(out, WL_TIME, part[2].at, part[2].len);
	}
	wl_tell(out, WL_SAMPLE, part[3].at, part[3].len);
	if (is(&part[0], "check"))
		wl_tell(out, WL_CHECK, part[4].at, part[4].len);
	if (is(&part[0], "calibration"))
		wl_tell(out, WL_CALIBRATION, part[4].at, part[4].len);
	if (!is(&part[0], "reading"))
		return WL_NEXT;
	places = wl_number(part[4].at, part[4].len, &value);
	if (places < 0)
		return WL_GARBLED;
	wl_put(out, "ph", is(&part[5], "pH") ? "[pH]" : "what", value, places, 0);
	if (is(&part[5], "twice"))
		wl_put(out, "ph", "[pH]", value, places, 0);
	if (is(&part[5], "pH+T"))
		wl_put(out, "temperature", "Cel", 20.5, 1, 0);
	return WL_NEXT;
}

static int find_message(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	const uint8_t *stop = memchr(rx, '>', len);

	(void)unit;
	if (*rx != '<')
		return WL_SKIP;
	return stop ? (int)(stop - rx) + 1 : len > 100 ? WL_SKIP : WL_MORE;
}

static int take_message(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	struct part part[3];
	double value;
	int places;

	(void)unit;
	if (cut(rx + 1, len - 2, ' ', part, 3) != 3)
		return WL_GARBLED;
	places = wl_number(part[2].at, part[2].len, &value);
	if (places < 0)
		return WL_GARBLED;
	wl_tell(out, WL_DATE, part[0].at, part[0].len);
	wl_tell(out, WL_TIME, part[1].at, part[1].len);
	wl_put(out, "ph", "[pH]", value, places, 0);
	return WL_NEXT;
}

static const struct wl_exchange lines[] = {
	{.name = "line", .wire = WL_FILE, .decode = take_line}, {.name = NULL}};
static const struct wl_exchange messages[] = {
	{.name = "message", .wire = WL_BYTES, .frame = find_message, .decode = take_message},
	{.name = NULL}};
__attribute__((unused)) static const struct wl_driver by_line = {
	.name = "by-line", .exchanges = lines};
__attribute__((unused)) static const struct wl_driver by_line_too = {
	.name = "by-line-too", .exchanges = lines, .record_end = "THE-END"};
__attribute__((unused)) static const struct wl_driver by_message = {
	.name = "by-message", .exchanges = messages};

#endif
