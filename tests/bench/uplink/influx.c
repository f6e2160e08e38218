/*
 * A backlog into a real influxd, beside a bare client that posts the same batches from memory over the
 * same kind of connection.  Without influxd on the machine it says so and measures nothing.
 * BENCH_N: readings (default 200000).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../measure.h"
#include "uplink/batch.h"
#include "uplink/post.h"

enum { ROUNDS = 3, BATCH = 5000, UNITS = 20, MOST_BATCHES = 2000 };

static uint64_t n_readings = 200000;
static struct store_conf conf = {.name = "influx",
	.batch_lines = BATCH,
	.timeout_ms = 60000,
	.retry_first_ms = 100,
	.retry_most_ms = 1000};
static atomic_bool stop;
static _Atomic int64_t beat_ms;
static struct {
	char *at;
	size_t len;
} bodies[MOST_BATCHES];
static size_t n_bodies;

/* --- influxd on free ports, in this folder ---------------------------------------------------------- */

static unsigned free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	insist(fd >= 0 && !bind(fd, (struct sockaddr *)&at, len) &&
			!getsockname(fd, (struct sockaddr *)&at, &len),
		"no free port");
	close(fd);
	return ntohs(at.sin_port);
}

static pid_t begin_influxd(unsigned port)
{
	FILE *file = fopen("influx.conf", "w");
	pid_t pid;
	int quiet;

	insist(file != NULL, "influx.conf");
	fprintf(file,
		"reporting-disabled = true\nbind-address = \"127.0.0.1:%u\"\n"
		"[meta]\ndir = \"meta\"\n[data]\ndir = \"data\"\nwal-dir = \"wal\"\n"
		"[http]\nbind-address = \"127.0.0.1:%u\"\nlog-enabled = false\n"
		"[monitor]\nstore-enabled = false\n[logging]\nlevel = \"error\"\n",
		free_port(), port);
	fclose(file);
	pid = fork();
	insist(pid >= 0, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		quiet = open("influxd.log", O_WRONLY | O_CREAT, 0600);
		dup2(quiet, STDOUT_FILENO);
		dup2(quiet, STDERR_FILENO);
		execlp("influxd", "influxd", "-config", "influx.conf", (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* One request of our own making; true when the answer begins with 200 or 204. */
static bool ask(unsigned port, const char *request)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	char reply[64] = "";
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool ok;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ok = fd >= 0 && !connect(fd, (struct sockaddr *)&at, sizeof(at)) &&
	     write(fd, request, strlen(request)) == (ssize_t)strlen(request) &&
	     read(fd, reply, sizeof(reply) - 1) > 12 && !strncmp(reply + 9, "20", 2);
	close(fd);
	return ok;
}

static void begin_database(unsigned port, const char *name)
{
	char request[256];
	int i;

	snprintf(request, sizeof(request),
		"POST /query?q=CREATE%%20DATABASE%%20%s HTTP/1.1\r\nHost: x\r\nContent-Length: "
		"0\r\n"
		"Connection: close\r\n\r\n",
		name);
	for (i = 0; i < 200 && !ask(port, request); i++)
		usleep(100000);
	insist(i < 200, "influxd does not come up; see influxd.log");
	snprintf(conf.database, sizeof(conf.database), "%s", name);
}

/* --- the same readings for both ---------------------------------------------------------------------- */

static struct spool *make_backlog(void)
{
	struct spool_conf spool_conf = {.dir = "spool",
		.commit_ms = 100,
		.segment_readings = 200000,
		.pending_bytes = 8 << 20};
	struct reading reading = {.qc = QC_PASS};
	struct exchange exchange = {
		.raw = (const uint8_t *)"raw", .raw_len = 3, .readings = &reading, .n = 1};
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct series series = {.parameter = "ph", .kind = NUMBER_F32};
	struct spool_counts counts = {0};
	struct spool *spool;
	uint32_t numbers[UNITS];
	int64_t boot_ms = clock_boot_ms(&clock_system);
	uint64_t i;

	insist(!spool_open(&spool, &spool_conf, &clock_system, &why), words);
	for (i = 0; i < UNITS; i++) {
		snprintf(series.unit, sizeof(series.unit), "analyzer-%u", (unsigned)i);
		insist(!spool_add_series(spool, &series, &numbers[i]), "series");
	}
	insist(!spool_fix_utc(spool, 1700000000000, TIME_GPS, 1), "utc");
	for (i = 0; i < n_readings; i++) {
		reading.series = numbers[i % UNITS];
		reading.value = (double)(float)(7 + (double)(i % 300) / 100);
		exchange.boot_ms = boot_ms + (int64_t)(i / UNITS * 1000);
		insist(!spool_add(spool, &exchange), "spool_add");
		while (i % 10000 == 9999 && counts.saved <= i) {
			spool_wait(spool, STREAM_READINGS, i, 50);
			spool_count(spool, &counts);
		}
	}
	while (counts.saved < n_readings) {
		usleep(1000);
		spool_count(spool, &counts);
	}
	return spool;
}

static void make_bodies(struct spool *spool)
{
	struct batch *batch = batch_new(BATCH, 0);
	struct line_encoder *encoder =
		line_encoder_new("van-1", spool_id(spool), POSITIONS_SAMPLES);
	struct spool_reader *reader;
	struct batch_fill fill;
	struct batch_body body;
	struct range block = {.last = n_readings};

	insist(batch && encoder && !spool_reader_open(&reader, spool), "memory");
	while (block.last && n_bodies < MOST_BATCHES) {
		block.first = block.last > BATCH ? block.last - BATCH + 1 : 1;
		insist(!batch_fill(batch, reader, encoder, STREAM_READINGS, block, NULL, &fill),
			"read");
		body = batch_body(batch, 0, fill.lines);
		bodies[n_bodies].at = malloc(body.len);
		insist(bodies[n_bodies].at != NULL, "memory");
		memcpy(bodies[n_bodies].at, body.at, body.len);
		bodies[n_bodies++].len = body.len;
		block.last = block.first - 1;
	}
	spool_reader_close(reader);
	line_encoder_free(encoder);
	batch_free(batch);
}

/* --- the two ------------------------------------------------------------------------------------------ */

static double bare(void)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct post *post;
	struct reply reply;
	double begun = now_s();
	size_t i;

	insist(!post_new(&post, POST_WRITE, &conf, &clock_system, &stop, &beat_ms, &why), words);
	for (i = 0; i < n_bodies; i++) {
		post_send(post, bodies[i].at, bodies[i].len, false, &reply);
		insist(reply.status == 204, reply.body);
	}
	post_free(post);
	return (double)n_readings / (now_s() - begun);
}

static double ours(struct spool *spool)
{
	struct uplink *uplink;
	double begun = now_s();
	unsigned store;

	insist(!uplink_new(&uplink, &conf, "van-1", spool, &clock_system, 1), "uplink_new");
	insist(!spool_add_store(spool, conf.name, &store), "store");
	insist(!uplink_start(uplink), "uplink_start");
	while (spool_waiting(spool, store, STREAM_READINGS))
		usleep(500);
	begun = now_s() - begun;
	uplink_free(uplink);
	return (double)n_readings / begun;
}

int main(void)
{
	const char *asked = getenv("BENCH_N");
	double ours_rate[ROUNDS], bare_rate[ROUNDS], ratio[ROUNDS];
	unsigned port = free_port();
	char name[32];
	struct spool *spool;
	pid_t influxd;
	int round;

	if (asked)
		n_readings = strtoull(asked, NULL, 10);
	insist(n_readings > 0 && n_readings <= (uint64_t)BATCH * MOST_BATCHES,
		"BENCH_N is too large");
	if (system("command -v influxd >/dev/null")) {
		printf("no influxd here: not measured\n");
		return 0;
	}
	influxd = begin_influxd(port);
	snprintf(conf.url, sizeof(conf.url), "http://127.0.0.1:%u", port);
	spool = make_backlog();
	make_bodies(spool);
	for (round = 0; round < ROUNDS; round++) {
		snprintf(name, sizeof(name), "bare%d", round);
		begin_database(port, name);
		bare_rate[round] = bare();
		snprintf(name, sizeof(name), "ours%d", round);
		begin_database(port, name);
		snprintf(conf.name, sizeof(conf.name), "influx-%d", round);
		ours_rate[round] = ours(spool);
		ratio[round] = ours_rate[round] / bare_rate[round];
	}
	printf("influx_bare_readings_per_s %.0f readings/s\n", median(bare_rate, ROUNDS));
	printf("influx_drain_readings_per_s %.0f readings/s\n", median(ours_rate, ROUNDS));
	printf("influx_over_bare %.3f ratio\n", median(ratio, ROUNDS));
	kill(influxd, SIGKILL);
	waitpid(influxd, NULL, 0);
	return spool_close(spool) ? 1 : 0;
}
