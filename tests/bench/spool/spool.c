/*
 * What the spool costs beside bare SQLite doing the same rows, in the same run.
 * READINGS=n sets how many rows a round has (default 400000); everything goes into the current folder.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../measure.h"
#include "spool/internal.h"

enum { ROUNDS = 5, PER_EXCHANGE = 4, RING_RECORD = 224 };

static uint64_t readings = 400000;

static void remove_folder(const char *dir)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	insist(system(command) == 0, "rm");
}

/* A parked van's fix, metres to and fro, once a second; the district's code as it is. */
static struct place parked(uint64_t k)
{
	uint32_t wander = (uint32_t)(k / 400) * 2654435761U;

	return (struct place){.origin = PLACE_GPS,
		.has_point = true,
		.mode = 3,
		.lat_e7 = 359200000 + (int32_t)(wander >> 20 & 511),
		.lon_e7 = 743100000 + (int32_t)(wander >> 8 & 511),
		.fix_age_ms = (int32_t)(k * 5 % 1000),
		.eph_cm = 900 + (int32_t)(wander & 255),
		.border_m = -1,
		.district = "PK305",
		.edition = 0x5eed1234};
}

/* A sonde's water: temperature, pH, conductivity, turbidity; 32-bit floats, as they come. */
static void water(struct exchange *x, struct reading *r, uint8_t *raw, uint64_t k)
{
	double t = (double)k / 400;
	unsigned i;

	r[0].value = (double)(float)(18 + 4 * sin(t / 900));
	r[1].value = (double)(float)(7.2 + 0.2 * sin(t / 300));
	r[2].value = (double)(float)(480 + 30 * sin(t / 700));
	r[3].value = (double)(float)(1.5 + sin(t / 50) * sin(t / 50));
	for (i = 0; i < PER_EXCHANGE; i++) {
		float narrow = (float)r[i].value;

		r[i].series = i;
		r[i].qc = QC_PASS;
		r[i].flags = 0;
		memcpy(raw + 3 + 4 * i, &narrow, 4);
	}
	*x = (struct exchange){.boot_ms = (int64_t)(60000 + k * 5),
		.place = parked(k),
		.readings = r,
		.n = PER_EXCHANGE,
		.raw = raw,
		.raw_len = 5 + 4 * PER_EXCHANGE};
}

static struct spool *open_spool(const char *dir, unsigned segment, unsigned pending)
{
	struct spool_conf conf = {
		.commit_ms = 100, .segment_readings = segment, .pending_bytes = pending};
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct series series = {.unit = "sonde1"};
	struct spool *spool;
	uint32_t number;
	unsigned i;

	text_copy(conf.dir, sizeof(conf.dir), dir);
	if (spool_open(&spool, &conf, &clock_system, &why)) {
		fprintf(stderr, "bench spool: %s\n", words);
		exit(1);
	}
	for (i = 0; i < PER_EXCHANGE; i++) {
		snprintf(series.parameter, sizeof(series.parameter), "p%u", i);
		insist(spool_add_series(spool, &series, &number) == 0, "series");
	}
	return spool;
}

/* Lines fill the ring while the writer commits `chunk` rows at a time. */
static double append_spool(const char *dir, unsigned chunk, uint64_t n)
{
	unsigned ring = 4 * chunk / PER_EXCHANGE * RING_RECORD;
	struct reading r[PER_EXCHANGE] = {0};
	uint8_t raw[64] = {1, 3, 16};
	struct spool_counts counts;
	struct spool *spool;
	struct exchange x;
	double from;
	uint64_t k;

	spool_tuning.chunk = chunk;
	spool = open_spool(dir, 10000000, ring);
	from = now_s();
	for (k = 0; k < n; k += PER_EXCHANGE) {
		water(&x, r, raw, k);
		if (k % 256 == 0) {
			pthread_mutex_lock(&spool->lock);
			while (spool->pending.head - spool->pending.tail >
				spool->pending.cap - 80 * RING_RECORD)
				pthread_cond_wait(&spool->news, &spool->lock);
			pthread_mutex_unlock(&spool->lock);
		}
		insist(spool_add(spool, &x) == 0, "spool_add");
	}
	insist(spool_flush(spool) == 0, "flush");
	from = now_s() - from;
	spool_count(spool, &counts);
	insist(counts.saved == n && !counts.trouble, "everything saved");
	insist(spool_close(spool) == 0, "close");
	return (double)n / from;
}

static double append_bare(const char *path, unsigned chunk, uint64_t n)
{
	struct reading r[PER_EXCHANGE] = {0};
	uint8_t raw[64] = {1, 3, 16};
	sqlite3_stmt *exchange, *reading;
	struct exchange x;
	sqlite3 *db;
	double from;
	uint64_t k;
	unsigned i;

	insist(sqlite3_open(path, &db) == 0, "bare open");
	insist(sqlite3_exec(db,
		       "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		       "CREATE TABLE exchange(seq INTEGER PRIMARY KEY, n, boot, boot_ms, context,"
		       " sample, origin, mode, lat_e7, lon_e7, fix_age_ms, eph_cm, area, border_m,"
		       " raw, crc);"
		       "CREATE TABLE reading(seq INTEGER PRIMARY KEY, series, value REAL, qc, "
		       "flags);",
		       NULL, NULL, NULL) == 0,
		"bare schema");
	sqlite3_prepare_v2(db, "INSERT INTO exchange VALUES(?,?,1,?,0,NULL,1,3,?,?,?,?,1,NULL,?,?)",
		-1, &exchange, NULL);
	sqlite3_prepare_v2(db, "INSERT INTO reading VALUES(?,?,?,?,?)", -1, &reading, NULL);
	from = now_s();
	for (k = 0; k < n; k += PER_EXCHANGE) {
		if (k % chunk == 0)
			sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
		water(&x, r, raw, k);
		sqlite3_bind_int64(exchange, 1, (sqlite3_int64)k + 1);
		sqlite3_bind_int(exchange, 2, PER_EXCHANGE);
		sqlite3_bind_int64(exchange, 3, x.boot_ms);
		sqlite3_bind_int(exchange, 4, x.place.lat_e7);
		sqlite3_bind_int(exchange, 5, x.place.lon_e7);
		sqlite3_bind_int(exchange, 6, x.place.fix_age_ms);
		sqlite3_bind_int(exchange, 7, x.place.eph_cm);
		sqlite3_bind_blob(exchange, 8, raw, (int)x.raw_len, SQLITE_STATIC);
		sqlite3_bind_int(exchange, 9, (int)(k * 2654435761U));
		insist(sqlite3_step(exchange) == SQLITE_DONE, "bare insert");
		sqlite3_reset(exchange);
		for (i = 0; i < PER_EXCHANGE; i++) {
			sqlite3_bind_int64(reading, 1, (sqlite3_int64)(k + i) + 1);
			sqlite3_bind_int(reading, 2, (int)i + 1);
			sqlite3_bind_double(reading, 3, r[i].value);
			sqlite3_bind_int(reading, 4, r[i].qc);
			sqlite3_bind_int(reading, 5, r[i].flags);
			insist(sqlite3_step(reading) == SQLITE_DONE, "bare insert");
			sqlite3_reset(reading);
		}
		if ((k + PER_EXCHANGE) % chunk == 0)
			insist(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == 0, "bare commit");
	}
	from = now_s() - from;
	sqlite3_finalize(exchange);
	sqlite3_finalize(reading);
	sqlite3_close(db);
	return (double)n / from;
}

struct sum {
	uint64_t n;
	double values;
};

static int add_up(void *ctx, const struct spool_row *row)
{
	struct sum *sum = ctx;

	sum->n++;
	sum->values += row->value;
	return 0;
}

/* As the uplink reads: newest first, block by block. */
static double read_back(const char *dir, uint64_t n, uint64_t block, double *cpu_us)
{
	struct spool *spool = open_spool(dir, 10000000, 1 << 20);
	struct spool_reader *reader;
	struct range range = {0, UINT64_MAX};
	struct sum sum = {0, 0};
	uint64_t damaged;
	double from, cpu;
	unsigned store;

	insist(spool_fix_utc(spool, 1700000000000, TIME_GPS, 1) == 0, "fix");
	insist(spool_add_store(spool, "bench", &store) == 0, "store");
	insist(spool_reader_open(&reader, spool) == 0, "reader");
	from = now_s();
	cpu = cpu_s();
	range.first = UINT64_MAX;
	while (spool_unsent(spool, store, STREAM_READINGS, range.first, block, &range)) {
		insist(spool_read(reader, STREAM_READINGS, range, add_up, &sum, &damaged) == 0 &&
				damaged == 0,
			"read");
	}
	from = now_s() - from;
	*cpu_us = (cpu_s() - cpu) * 1e6 / (double)n;
	insist(sum.n == n, "every row read");
	spool_reader_close(reader);
	insist(spool_close(spool) == 0, "close");
	return (double)n / from;
}

static void append_and_read(void)
{
	double ours[ROUNDS], bare[ROUNDS], ratio[ROUNDS], bulk[ROUNDS], slow[ROUNDS], cpu = 0;
	uint64_t few = readings / 10;
	char path[FILE_NAME_MAX];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		remove_folder("bench-spool");
		remove_folder("bench-slow");
		unlink("bench-bare.db");
		bare[i] = append_bare("bench-bare.db", 1000, readings);
		ours[i] = append_spool("bench-spool", 1000, readings);
		ratio[i] = ours[i] / bare[i];
		bulk[i] = read_back("bench-spool", readings, 1000, &cpu);
		append_spool("bench-slow", 100, few);
		slow[i] = read_back("bench-slow", few, 1000, &cpu);
	}
	segment_file_name("bench-spool", 1, path, sizeof(path));
	printf("spool_append_bare %.0f readings/s\n", median(bare, ROUNDS));
	printf("spool_append %.0f readings/s\n", median(ours, ROUNDS));
	printf("spool_append_ratio %.2f ratio\n", median(ratio, ROUNDS));
	printf("spool_disk_per_reading %.1f bytes\n", (double)file_bytes(path) / (double)readings);
	printf("spool_read_bulk %.0f readings/s\n", median(bulk, ROUNDS));
	printf("spool_read_made_slowly %.0f readings/s\n", median(slow, ROUNDS));
	printf("spool_read_cpu %.2f us/reading\n", cpu);
	remove_folder("bench-spool");
	remove_folder("bench-slow");
	unlink("bench-bare.db");
}

static void start_with_many_segments(void)
{
	enum { SEGMENTS = 300 };
	struct reading r[PER_EXCHANGE] = {0};
	uint8_t raw[64] = {1, 3, 16};
	double took[ROUNDS], before;
	struct spool_counts counts;
	struct spool *spool;
	struct exchange x;
	uint64_t k;
	int i;

	remove_folder("bench-many");
	spool_tuning.chunk = 1000;
	spool = open_spool("bench-many", 1000, 1 << 20);
	for (k = 0; k < SEGMENTS * 1000; k += PER_EXCHANGE) {
		water(&x, r, raw, k);
		insist(spool_add(spool, &x) == 0, "add");
		if (k % 1000 == 0)
			insist(spool_flush(spool) == 0, "flush");
	}
	insist(spool_close(spool) == 0, "close");
	for (i = 0; i < ROUNDS; i++) {
		before = now_s();
		spool = open_spool("bench-many", 1000, 1 << 20);
		took[i] = now_s() - before;
		spool_count(spool, &counts);
		insist(counts.segments >= SEGMENTS, "segments");
		insist(spool_close(spool) == 0, "close");
	}
	printf("spool_start_%d_segments %.1f ms\n", SEGMENTS, median(took, ROUNDS) * 1000);
	remove_folder("bench-many");
}

static void memory(void)
{
	double before = rss_anon_mb(), cpu;

	remove_folder("bench-memory");
	append_spool("bench-memory", 1000, readings);
	read_back("bench-memory", readings, 1000, &cpu);
	printf("spool_rss_anon_growth %.2f MB\n", rss_anon_mb() - before);
	remove_folder("bench-memory");
}

int main(void)
{
	if (getenv("READINGS"))
		readings = strtoull(getenv("READINGS"), NULL, 10) / 10000 * 10000;
	insist(readings >= 10000, "READINGS is at least 10000");
	log_open(LOG_ERROR, false);
	memory();
	append_and_read();
	start_with_many_segments();
	return 0;
}
