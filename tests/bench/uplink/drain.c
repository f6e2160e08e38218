/*
 * A backlog into a local HTTP sink (faultstore --sink, a process of its own), uncompressed, with the real
 * spool; made in bulk, and made as a lab makes it: 100 readings a commit.  The limit, measured in the same
 * run: the same connection posting the same number of lines from memory.  Then bytes on the wire at
 * 1000-line gzip batches of plausible water; and a backlog of 100,000 after an outage, with the options'
 * own defaults: from the link's return to the last reading.
 * BENCH_N: readings in a backlog (default 1000000).  All files go into the current folder.
 */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../tools/faultstore/judge.c"
#include "../../../tools/faultstore/pass.c"
#include "../../../tools/faultstore/plan.c"
#include "../../../tools/faultstore/serve.c"
#include "../measure.h"
#include "uplink/post.h"

enum { UNITS = 20, PER_UNIT = 5, AT_ONCE = 20000, ROUNDS = 3, BATCH = 5000, AWAY_S = 20 };

static const char *const parameters[PER_UNIT] = {
	"temperature", "ph", "conductivity", "turbidity_fnu", "chlorine_free"};
static uint32_t series_numbers[UNITS][PER_UNIT];
static uint64_t backlog = 1000000;
static int sink_did; /* a byte when the sink has gone or come back */
static struct store_conf conf = {.name = "sink",
	.database = "wq",
	.batch_lines = BATCH,
	.interval_ms = 0,
	.timeout_ms = 30000,
	.retry_first_ms = 100,
	.retry_most_ms = 1000};

/* --- the sink, a process of its own so that its work is not counted as ours ----------------------- */

/* Each byte written to *tell takes the sink away, or brings it back. */
static pid_t begin_sink(uint16_t *port, int *tell)
{
	int up[2], told[2];
	bool there = true;
	char byte;
	pid_t pid;

	insist(pipe(up) == 0 && pipe(told) == 0, "pipe");
	pid = fork();
	insist(pid >= 0, "fork");
	if (pid == 0) {
		struct faultstore *sink = faultstore_open(0, NULL, true);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		insist(sink != NULL, "the sink cannot listen");
		*port = faultstore_port(sink);
		insist(write(up[1], port, sizeof(*port)) == (ssize_t)sizeof(*port), "pipe");
		while (read(told[0], &byte, 1) == 1) {
			there = !there;
			insist(faultstore_plan(sink, there ? "up" : "down"), "up and down");
			insist(write(up[1], &byte, 1) == 1, "pipe");
		}
		for (;;)
			pause();
	}
	insist(read(up[0], port, sizeof(*port)) == (ssize_t)sizeof(*port), "the sink is not up");
	close(told[0]);
	close(up[1]);
	sink_did = up[0];
	*tell = told[1];
	return pid;
}

static void switch_sink(int tell)
{
	char byte = 0;

	insist(write(tell, &byte, 1) == 1 && read(sink_did, &byte, 1) == 1, "the sink is gone");
}

/* --- a backlog -------------------------------------------------------------------------------------- */

/* Slow daily waves, noise of the last digit, now and then a spike. */
static double water(unsigned parameter, uint64_t tick)
{
	static const double level[PER_UNIT] = {18, 7.4, 420, 1.2, 0.6};
	static const double wave[PER_UNIT] = {4, 0.2, 25, 0.3, 0.15};
	static const double digit[PER_UNIT] = {0.01, 0.01, 0.1, 0.01, 0.001};
	double value = level[parameter] + wave[parameter] * sin((double)tick / 14000);

	value += digit[parameter] * (double)(rand() % 7 - 3);
	if (parameter == 3 && rand() % 500 == 0)
		value += rand() % 40;
	return (double)(float)(round(value / digit[parameter]) * digit[parameter]);
}

static void wait_saved(struct spool *spool, uint64_t n)
{
	struct spool_counts counts;

	do {
		spool_wait(spool, STREAM_READINGS, n - 1, 50);
		spool_count(spool, &counts);
		insist(!counts.trouble, counts.trouble_words);
	} while (counts.saved < n);
}

static struct spool *make_backlog(bool trickle)
{
	struct spool_conf spool_conf = {.dir = "spool",
		.commit_ms = trickle ? 1 : 100,
		.segment_readings = 200000,
		.pending_bytes = 4 << 20};
	struct reading readings[PER_UNIT] = {0};
	struct exchange exchange = {.raw_len = 12, .readings = readings, .n = PER_UNIT};
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct series series = {.kind = NUMBER_F32};
	struct spool *spool;
	int64_t boot_ms = clock_boot_ms(&clock_system);
	uint64_t made = 0, tick;
	unsigned u, p;

	exchange.raw = (const uint8_t *)"\x03\x0a\x41\x90\x00\x00\x40\xec\xcc\xcd\x12\x34";
	insist(system("rm -rf spool") == 0, "rm");
	insist(!spool_open(&spool, &spool_conf, &clock_system, &why), words);
	for (u = 0; u < UNITS; u++)
		for (p = 0; p < PER_UNIT; p++) {
			snprintf(series.unit, sizeof(series.unit), "analyzer-%02u", u);
			snprintf(series.parameter, sizeof(series.parameter), "%s", parameters[p]);
			insist(!spool_add_series(spool, &series, &series_numbers[u][p]), "series");
		}
	insist(!spool_fix_utc(spool, 1700000000000, TIME_GPS, 1), "utc");
	for (tick = 0; made < backlog; tick++) {
		for (u = 0; u < UNITS && made < backlog; u++) {
			for (p = 0; p < PER_UNIT; p++)
				readings[p] = (struct reading){.series = series_numbers[u][p],
					.qc = QC_PASS,
					.value = water(p, tick)};
			exchange.boot_ms = boot_ms + (int64_t)(tick * 1000 + u * 50);
			insist(!spool_add(spool, &exchange), "spool_add");
			made += PER_UNIT;
		}
		if (trickle || made % AT_ONCE == 0)
			wait_saved(spool, made);
	}
	wait_saved(spool, made);
	return spool;
}

/* --- figures ----------------------------------------------------------------------------------------- */

static void drain(struct spool *spool, const char *store_name, struct uplink_state *state)
{
	struct uplink *uplink;
	unsigned store;

	snprintf(conf.name, sizeof(conf.name), "%s", store_name);
	insist(!uplink_new(&uplink, &conf, "van-1", spool, &clock_system, 1), "uplink_new");
	insist(!spool_add_store(spool, conf.name, &store), "store");
	insist(!uplink_start(uplink), "uplink_start");
	while (spool_waiting(spool, store, STREAM_READINGS))
		usleep(500);
	uplink_state(uplink, state);
	uplink_stop(uplink);
	uplink_free(uplink);
}

/* Each store of a spool has the whole backlog before it: a round is a store. */
static void measure(const char *kind, struct spool *spool)
{
	double rate[ROUNDS], cpu[ROUNDS], begun, cpu_begun, rss = 0;
	struct uplink_state state;
	char name[STORE_NAME];
	int round;

	conf.gzip_level = 0;
	conf.batch_lines = BATCH;
	for (round = 0; round < ROUNDS; round++) {
		snprintf(name, sizeof(name), "sink-%d", round);
		begun = now_s();
		cpu_begun = cpu_s();
		drain(spool, name, &state);
		rate[round] = (double)backlog / (now_s() - begun);
		cpu[round] = (cpu_s() - cpu_begun) / (double)backlog * 1e6;
		rss = rss_anon_mb() > rss ? rss_anon_mb() : rss;
	}
	printf("drain_readings_per_s_%s %.0f readings/s\n", kind, median(rate, ROUNDS));
	printf("drain_cpu_us_per_reading_%s %.3f us\n", kind, median(cpu, ROUNDS));
	printf("drain_rss_anon_mb_%s %.1f MB\n", kind, rss);
	fflush(stdout);
}

static void measure_limit(void)
{
	static atomic_bool stop;
	static _Atomic int64_t beat;
	static char body[BATCH * 200];
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct post *post;
	struct reply reply;
	double begun = now_s();
	uint64_t sent = 0;
	size_t len = 0;
	int i;

	for (i = 0; i < BATCH; i++)
		len += (size_t)snprintf(body + len, sizeof(body) - len,
			"reading,analyzer=analyzer-%02d,context=idle,district=none,lab=van-1,"
			"parameter=ph,"
			"spool=0123456789abcdef value=7.12,seq=%di,qc=1i 1700000000000\n",
			i % UNITS, i);
	insist(!post_new(&post, POST_WRITE, &conf, &clock_system, &stop, &beat, &why), words);
	for (; sent < backlog; sent += BATCH) {
		post_send(post, body, len, false, &reply);
		insist(reply.status == 204, "the sink does not answer 204");
	}
	post_free(post);
	printf("drain_limit_lines_per_s %.0f readings/s\n", (double)sent / (now_s() - begun));
}

static void measure_wire(struct spool *spool)
{
	struct uplink_state state;

	conf.gzip_level = 6;
	conf.batch_lines = 1000;
	drain(spool, "wire", &state);
	printf("wire_bytes_per_reading %.2f bytes\n", (double)state.wire_bytes / (double)backlog);
}

/* The store is away for AWAY_S, so that the back-off has grown; then the link is back. */
static void measure_outage(int tell)
{
	struct uplink *uplink;
	struct spool *spool;
	unsigned store;
	double begun;

	backlog = 100000;
	conf.batch_lines = 1000;
	conf.gzip_level = 6;
	conf.interval_ms = 5000;
	conf.retry_first_ms = 1000;
	conf.retry_most_ms = 300000;
	snprintf(conf.name, sizeof(conf.name), "outage");
	spool = make_backlog(false);
	switch_sink(tell);
	insist(!uplink_new(&uplink, &conf, "van-1", spool, &clock_system, 1), "uplink_new");
	insist(!spool_add_store(spool, conf.name, &store) && !uplink_start(uplink), "uplink");
	usleep(AWAY_S * 1000000);
	insist(spool_waiting(spool, store, STREAM_READINGS) == backlog, "the sink was not away");
	begun = now_s();
	switch_sink(tell);
	while (spool_waiting(spool, store, STREAM_READINGS))
		usleep(500);
	printf("outage_100k_delivered_after %.2f s\n", now_s() - begun);
	uplink_stop(uplink);
	uplink_free(uplink);
	insist(!spool_close(spool), "spool_close");
}

int main(void)
{
	const char *asked = getenv("BENCH_N");
	struct spool *spool;
	uint16_t port;
	pid_t sink;
	int trickle, tell;

	if (asked)
		backlog = strtoull(asked, NULL, 10);
	backlog -= backlog % PER_UNIT;
	insist(backlog > 0, "BENCH_N must be 5 or more");
	sink = begin_sink(&port, &tell);
	snprintf(conf.url, sizeof(conf.url), "http://127.0.0.1:%u", port);
	measure_limit();
	for (trickle = 0; trickle < 2; trickle++) {
		spool = make_backlog(trickle);
		measure(trickle ? "trickle" : "bulk", spool);
		if (trickle)
			measure_wire(spool);
		insist(!spool_close(spool), "spool_close");
	}
	measure_outage(tell);
	kill(sink, SIGKILL);
	waitpid(sink, NULL, 0);
	return 0;
}
