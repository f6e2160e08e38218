/* lab.h - what the spool's tests share: a small lab that makes readings, and a clock set by hand. */
#ifndef TESTS_SPOOL_LAB_H
#define TESTS_SPOOL_LAB_H

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "spool/internal.h"

/* The threads of the spool look at it while a test sets it. */
static _Atomic int64_t lab_now_ms = 1000;

__attribute__((unused)) static int64_t lab_boot_ns(void *ctx)
{
	(void)ctx;
	return lab_now_ms * 1000000;
}

__attribute__((unused)) static const struct clock lab_clock = {lab_boot_ns, lab_boot_ns, NULL};
__attribute__((unused)) static const char boot_one[] = "11111111-1111-4111-8111-111111111111";
__attribute__((unused)) static const char boot_two[] = "22222222-2222-4222-8222-222222222222";

__attribute__((unused)) static struct spool_conf lab_conf(const char *dir, unsigned segment)
{
	struct spool_conf conf = {
		.commit_ms = 100, .segment_readings = segment, .pending_bytes = 1 << 20};

	text_copy(conf.dir, sizeof(conf.dir), dir);
	return conf;
}

__attribute__((unused)) static struct spool *lab_open(const struct spool_conf *conf)
{
	static char words[400];
	struct text why = text_over(words, sizeof(words));
	struct spool *spool = NULL;
	int err = spool_open(&spool, conf, &lab_clock, &why);

	if (err)
		fprintf(stderr, "spool_open: %s: %s\n", err_text(err), words);
	assert_int_equal(err, 0);
	return spool;
}

/* The value of reading `k` ever made: tells rows apart. */
__attribute__((unused)) static double lab_value(uint64_t k)
{
	return (double)(float)((double)(k % 100003) / 128.0);
}

/* Where exchange `k` was made: nowhere, entered, or by GPS, near a border or not, in changing editions. */
__attribute__((unused)) static struct place lab_place(uint64_t k)
{
	unsigned kind = (unsigned)(k * 2654435761U >> 16) % 8;
	struct place place = {.border_m = -1};

	if (kind < 2)
		return place;
	place.origin = kind < 4 ? PLACE_ENTERED : PLACE_GPS;
	place.has_point = kind != 2;
	place.mode = kind < 4 ? 0 : 2 + k % 2;
	place.lat_e7 = place.has_point ? (int32_t)k : 0;
	place.lon_e7 = place.has_point ? -(int32_t)k : 0;
	place.eph_cm = (int32_t)(k % 1000);
	snprintf(place.district, sizeof(place.district), "PK5%02u", (unsigned)(k / 64 % 30));
	if (kind == 7) {
		text_copy(place.near, sizeof(place.near), "PK599");
		place.border_m = (int32_t)(k % 2000);
	}
	place.edition = (uint32_t)(1 + k / 4096) * 0x9E3779B9U;
	return place;
}

__attribute__((unused)) static bool lab_same_place(const struct place *a, const struct place *b)
{
	return a->origin == b->origin && a->has_point == b->has_point && a->mode == b->mode &&
	       a->lat_e7 == b->lat_e7 && a->lon_e7 == b->lon_e7 && a->fix_age_ms == b->fix_age_ms &&
	       a->eph_cm == b->eph_cm && a->border_m == b->border_m && a->edition == b->edition &&
	       strcmp(a->district, b->district) == 0 && strcmp(a->tehsil, b->tehsil) == 0 &&
	       strcmp(a->near, b->near) == 0;
}

/* One exchange of n readings, the k-th and following, made at boot time 1000 + k. */
__attribute__((unused)) static int lab_add(struct spool *spool, uint64_t k, unsigned n)
{
	struct reading readings[EXCHANGE_READINGS] = {0};
	uint8_t raw[EXCHANGE_RAW];
	struct exchange x = {.boot_ms = (int64_t)(1000 + k),
		.place = lab_place(k),
		.readings = readings,
		.n = n,
		.raw = raw};
	struct series series = {.unit = "sonde1", .kind = NUMBER_F32};
	unsigned i;

	for (i = 0; i < n; i++) {
		snprintf(series.parameter, sizeof(series.parameter), "p%u", i);
		if (spool_add_series(spool, &series, &readings[i].series))
			return ERR_FULL;
		readings[i].value = lab_value(k + i);
		readings[i].qc = QC_PASS;
		readings[i].flags = (uint16_t)(k % 3);
	}
	x.raw_len = 5 + 4 * n < EXCHANGE_RAW ? 5 + 4 * n : EXCHANGE_RAW;
	for (i = 0; i < x.raw_len; i++)
		raw[i] = (uint8_t)(k + i);
	return spool_add(spool, &x);
}

struct lab_rows { /* what a read brought */
	uint64_t n, first, last, damaged, next_k;
	bool in_order, values_right, places_right;
	int64_t utc_ms, clock_error_ms; /* of the last row */
	enum time_source clock;
};

/* With next_k counting on, each value must be the next one made. */
__attribute__((unused)) static int lab_take(void *ctx, const struct spool_row *row)
{
	struct lab_rows *rows = ctx;

	if (!rows->n)
		rows->first = row->number;
	else if (row->number != rows->last + 1)
		rows->in_order = false;
	if (row->stream == STREAM_READINGS) {
		struct place place = lab_place((uint64_t)(row->boot_ms - 1000));

		if (row->value != lab_value(rows->next_k))
			rows->values_right = false;
		if (!lab_same_place(&row->place, &place))
			rows->places_right = false;
	}
	rows->next_k++;
	rows->n++;
	rows->last = row->number;
	rows->utc_ms = row->utc_ms;
	rows->clock = row->clock;
	rows->clock_error_ms = row->clock_error_ms;
	return 0;
}

__attribute__((unused)) static struct lab_rows lab_read(
	struct spool *spool, enum stream stream, uint64_t first, uint64_t last, uint64_t k)
{
	struct lab_rows rows = {
		.in_order = true, .values_right = true, .places_right = true, .next_k = k};
	struct spool_reader *reader = NULL;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, stream, (struct range){first, last}, lab_take, &rows,
				 &rows.damaged),
		0);
	spool_reader_close(reader);
	assert_true(rows.places_right);
	return rows;
}

/* Path of the i-th file of that beginning in the folder, by name; false when there is none. */
__attribute__((unused)) static bool lab_file(
	const char *dir, const char *begins, const char *ends, unsigned i, char *to, size_t cap)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort), k;
	bool found = false;

	for (k = 0; k < n; k++) {
		size_t len = strlen(names[k]->d_name), tail = strlen(ends);

		if (!found && strncmp(names[k]->d_name, begins, strlen(begins)) == 0 &&
			len >= tail && strcmp(names[k]->d_name + len - tail, ends) == 0 &&
			i-- == 0) {
			snprintf(to, cap, "%s/%s", dir, names[k]->d_name);
			found = true;
		}
		free(names[k]);
	}
	free(names);
	return found;
}

#endif
