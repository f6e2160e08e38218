#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../faultstore/serve.h"
#include "model/filed.h"
#include "uplink/export.h"
#include "vansim.h"

enum { VAN_UNITS = 2, MOST_FAULTS = 12, TIMEOUT_MS = 400, PATIENCE_MS = 60000 };

/* Faults by how often; `many`: one to four requests in a row. */
static const struct {
	const char *plan;
	unsigned share;
	bool many;
} faults[] = {{"204", 20, true}, {"400-proxy", 8, true}, {"400", 6, true}, {"401", 4, true},
	{"403", 3, true}, {"404", 4, true}, {"413", 6, true}, {"422", 3, true},
	{"429 retry-after 0", 5, true}, {"429 retry-after 1", 2, false}, {"500", 5, true},
	{"503", 6, true}, {"503 retry-after 1", 1, false}, {"portal", 5, true},
	{"redirect", 3, true}, {"reset-before", 6, true}, {"reset-in-body", 6, true},
	{"reset-after", 8, true}, {"reset-in-reply", 6, true}, {"half-reply", 6, true},
	{"half-body", 8, true}, {"no-reply", 3, false}, {"endless-reply", 2, false},
	{"garbage", 3, true}, {"slow 20000", 3, true}};

struct van {
	const struct plans *plans;
	struct dice dice;
	uint64_t seed;
	char name[24], dir[40];
	FILE *made; /* what the van made, and what became of it: the judge's side of the matter */
	struct faultstore *proxy;
	struct spool *spool;
	struct uplink *uplink;
	struct store_conf conf;
	uint32_t numbers[UNITS][PER_UNIT];
	uint64_t readings, requests;
	int64_t boot_ms;
	unsigned store, starts;
};

static void plan_faults(struct van *van)
{
	unsigned total = 0, n = dice_roll(&van->dice, 1, MOST_FAULTS), roll, f;
	char line[64];

	for (f = 0; f < sizeof(faults) / sizeof(faults[0]); f++)
		total += faults[f].share;
	fprintf(van->made, "plan");
	while (n--) {
		roll = dice_roll(&van->dice, 1, total);
		for (f = 0; roll > faults[f].share; f++)
			roll -= faults[f].share;
		snprintf(line, sizeof(line), "%s x%u", faults[f].plan,
			faults[f].many ? dice_roll(&van->dice, 1, 4) : 1);
		insist(faultstore_plan(van->proxy, line), line);
		fprintf(van->made, ",%s", line);
	}
	fprintf(van->made, "\n");
}

/* Good ones, and now and then one with a flag: the store refuses it. */
static void add_readings(struct van *van, unsigned n, bool all_good)
{
	struct reading reading = {.qc = QC_PASS};
	struct exchange exchange = {
		.raw = (const uint8_t *)"\x03\x02", .raw_len = 2, .readings = &reading, .n = 1};
	bool bad;
	char value[32];
	unsigned p, u;

	while (n--) {
		u = dice_roll(&van->dice, 0, VAN_UNITS - 1);
		p = dice_roll(&van->dice, 0, PER_UNIT - 1);
		water_value(&van->dice, p, van->readings, value, sizeof(value));
		bad = van->plans->poison && !all_good && dice_roll(&van->dice, 1, 60) == 1;
		reading.series = van->numbers[u][p];
		reading.flags = bad ? FLAG_WARMUP : 0;
		reading.value = (double)strtof(value, NULL);
		exchange.boot_ms = van->boot_ms += SERIES_APART_MS;
		insist(!spool_add(van->spool, &exchange), "spool_add");
		fprintf(van->made, "reading,%llu,analyzer-%02u,%s,%s,%d\n",
			(unsigned long long)++van->readings, u, water_parameter(p), value, bad);
	}
}

/* A record of a meter's file: with a value the store refuses it. */
static void add_record(struct van *van)
{
	struct ledger_record record = {.kind = LEDGER_FILE_READING, .b = (int64_t)van->dice.state};
	struct text words = text_over(record.words, sizeof(record.words));
	struct spool_added added;

	record.a = van->plans->utc_ms - (int64_t)dice_roll(&van->dice, 0, 1000000);
	filed_put(&words, &(struct filed){.analyzer = "hqd-1",
				  .parameter = "ph",
				  .number = "7.02",
				  .unit = "[pH]",
				  .flags = 0,
				  .sample = "",
				  .probe = "",
				  .by = "",
				  .written = ""});
	insist(!spool_note_new(van->spool, &record, 1, &added) && added.n == 1, "record");
}

static void begin_uplink(struct van *van)
{
	insist(!uplink_new(&van->uplink, &van->conf, van->name, van->spool, &clock_system,
		       van->seed + van->starts++),
		"uplink_new");
	insist(!uplink_start(van->uplink), "uplink_start");
}

static void end_uplink(struct van *van)
{
	struct uplink_state state;

	uplink_stop(van->uplink);
	uplink_state(van->uplink, &state);
	van->requests += state.requests;
	uplink_free(van->uplink);
	van->uplink = NULL;
}

static void begin_van(struct van *van)
{
	struct spool_conf conf = {
		.commit_ms = 100, .segment_readings = 1000, .pending_bytes = 1 << 20};
	static const unsigned batches[] = {1, 2, 5, 10, 50, 100, 1000}, levels[] = {0, 1, 6};
	char words[256], url[STORE_URL];
	struct text why = text_over(words, sizeof(words));

	text_copy(conf.dir, sizeof(conf.dir), van->dir);
	insist(!spool_open(&van->spool, &conf, &clock_system, &why), words);
	water_series(van->spool, VAN_UNITS, van->numbers);
	van->boot_ms = clock_boot_ms(&clock_system);
	insist(!spool_fix_utc(van->spool, van->plans->utc_ms - van->boot_ms, TIME_NTP, 10), "utc");
	van->proxy = faultstore_open(0, NULL, false);
	insist(van->proxy != NULL, "no proxy");
	faultstore_before(van->proxy, van->plans->port);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", faultstore_port(van->proxy));
	van->conf = van->plans->store;
	memcpy(van->conf.url, url, sizeof(url));
	van->conf.batch_lines = batches[dice_roll(&van->dice, 0, 6)];
	van->conf.gzip_level = levels[dice_roll(&van->dice, 0, 2)];
	van->conf.interval_ms = 20;
	van->conf.timeout_ms = TIMEOUT_MS;
	van->conf.retry_first_ms = 2;
	van->conf.retry_most_ms = 20;
	van->conf.receipt_s = dice_roll(&van->dice, 1, 4) == 1;
	insist(!spool_add_store(van->spool, van->conf.name, &van->store), "store");
}

static bool waits(const struct van *van)
{
	return spool_waiting(van->spool, van->store, STREAM_READINGS) ||
	       spool_waiting(van->spool, van->store, STREAM_LEDGER);
}

static bool is_drained(const struct van *van)
{
	struct delivery_counts counts;
	struct spool_counts saved;
	unsigned stream;

	spool_count(van->spool, &saved);
	if (saved.saved < van->readings || waits(van))
		return false;
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		spool_count_store(van->spool, van->store, (enum stream)stream, &counts);
		if (van->conf.receipt_s && counts.n[DELIVERY_RECEIVED] < counts.n[DELIVERY_SENT])
			return false;
	}
	return true;
}

/* Until all is sent or refused; the van restarts `restarts` times meanwhile. */
static bool drain(struct van *van, unsigned restarts)
{
	int64_t until_ms = clock_boot_ms(&clock_system) + PATIENCE_MS;
	unsigned rounds = 0, next = dice_roll(&van->dice, 1, 40);

	while (!is_drained(van)) {
		if (clock_boot_ms(&clock_system) > until_ms)
			return false;
		usleep(5000);
		if (restarts && ++rounds == next) {
			end_uplink(van);
			begin_uplink(van);
			restarts--;
			rounds = 0;
			next = dice_roll(&van->dice, 1, 40);
		}
		if (restarts || ++rounds % 40)
			continue;
		/* A van goes on measuring: what was refused last is judged beside good ones. */
		if (waits(van))
			add_readings(van, 1, true);
		else if (rounds % 80 ==
			 0) /* as a person would; else it is asked again after an hour */
			uplink_reconcile(van->uplink, false);
	}
	return true;
}

static void say_refused(void *ctx, const struct spool_refusal *refusal)
{
	const struct van *van = ctx;

	fprintf(van->made, "refused,%d,%llu,%d,%s\n", (int)refusal->stream,
		(unsigned long long)refusal->number, refusal->status, refusal->words);
}

static int put_lines(void *ctx, const char *lines, size_t len)
{
	return fwrite(lines, 1, len, ctx) == len ? 0 : ERR_IO;
}

static void export_van(const struct van *van, enum stream stream, const char *what)
{
	struct export_ask ask = {.format = EXPORT_CSV, .stream = stream, .lab = van->name};
	struct spool_reader *reader = NULL;
	struct export_count count;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s.%s.csv", van->name, what);
	file = fopen(path, "we");
	insist(file && !spool_reader_open(&reader, van->spool), path);
	insist(!export_rows(reader, &ask, put_lines, file, &count), "export");
	spool_reader_close(reader);
	insist(!fclose(file), path);
}

static bool run_van(const struct plans *plans, unsigned i)
{
	struct van van = {.plans = plans, .seed = plans->seed + i};
	unsigned n, records, restarts;
	char path[64], words[128];
	bool ok;

	van.dice.state = van.seed;
	snprintf(van.name, sizeof(van.name), "van-%llu", (unsigned long long)van.seed);
	snprintf(van.dir, sizeof(van.dir), "%s.spool", van.name);
	snprintf(path, sizeof(path), "%s.made", van.name);
	van.made = fopen(path, "we");
	insist(van.made != NULL, path);
	begin_van(&van);
	fprintf(van.made, "spool,%s\n", spool_id(van.spool));
	plan_faults(&van);
	n = dice_roll(&van.dice, 10, 150);
	records = plans->poison ? dice_roll(&van.dice, 0, 2) : 0;
	restarts = dice_roll(&van.dice, 1, 3) == 1 ? dice_roll(&van.dice, 1, 3) : 0;
	add_readings(&van, n, false);
	while (records--)
		add_record(&van);
	wait_saved(van.spool, van.readings);
	begin_uplink(&van);
	add_readings(&van, dice_roll(&van.dice, 1, n), false);
	ok = drain(&van, restarts);
	end_uplink(&van);
	insist(!spool_each_refusal(van.spool, van.store, 1000, say_refused, &van), "refusals");
	export_van(&van, STREAM_READINGS, "readings");
	export_van(&van, STREAM_LEDGER, "ledger");
	fprintf(van.made, "end,%s\n", ok ? "drained" : "stuck");
	insist(!fclose(van.made), path);
	printf("van=%s %s batch=%u gzip=%u receipts=%u starts=%u readings=%llu requests=%llu\n",
		van.name, ok ? "drained" : "stuck", van.conf.batch_lines, van.conf.gzip_level,
		van.conf.receipt_s, van.starts, (unsigned long long)van.readings,
		(unsigned long long)van.requests);
	fflush(stdout);
	faultstore_close(van.proxy);
	insist(!spool_close(van.spool), "spool_close");
	snprintf(words, sizeof(words), "rm -rf %s", van.dir);
	insist(system(words) == 0, words);
	return ok;
}

static struct {
	const struct plans *plans;
	atomic_uint next, stuck;
} work;

static void *run_vans(void *arg)
{
	unsigned i;

	while ((i = atomic_fetch_add(&work.next, 1)) < work.plans->n)
		if (!run_van(work.plans, i))
			atomic_fetch_add(&work.stuck, 1);
	return arg;
}

bool run_plans(const struct plans *plans)
{
	pthread_t threads[64];
	unsigned i, n = plans->threads < 64 ? plans->threads : 64;

	work.plans = plans;
	for (i = 0; i < n; i++)
		insist(!pthread_create(&threads[i], NULL, run_vans, NULL), "thread");
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return atomic_load(&work.stuck) == 0;
}
