/*
 * What 50 readings a second wear the card: bytes and flushes that reach a loop device under an ext4 (noatime), by the
 * device's own count, on simulated seconds.  Needs root, since it mounts; else it says so and prints no figure.
 *
 * Two courses: two hours on end, and ten minutes from a start, as of a van that drives from well to well.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../measure.h"
#include "base/log.h"
#include "spool/internal.h"

enum { PER_SECOND = 50, PER_EXCHANGE = 5, ON_END_S = 7200, TRIP_S = 600 };

static char loop[32]; /* loopN */

static void run(const char *command)
{
	insist(system(command) == 0, command);
}

/* Mounts of our own on a file system in memory, gone with this process; the card's folder is "card". */
static void mount_card(void)
{
	FILE *said;

	insist(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0,
		"mounts of our own");
	run("mkdir -p memory card && mount -t tmpfs -o size=600m memory memory");
	run("truncate -s 512M memory/image && mkfs.ext4 -q -E "
	    "lazy_itable_init=0,lazy_journal_init=0 memory/image");
	run("mount -o loop,noatime memory/image card");
	said = popen("basename \"$(findmnt -n -o SOURCE card)\"", "r");
	insist(said && fscanf(said, "%31s", loop) == 1, "which loop device");
	pclose(said);
}

struct wear {
	double bytes, flushes;
};

static struct wear card_wear(void)
{
	unsigned long long field[17] = {0};
	char path[80];
	FILE *file;
	int i;

	run("sync -f card");
	snprintf(path, sizeof(path), "/sys/block/%s/stat", loop);
	file = fopen(path, "re");
	insist(file != NULL, path);
	for (i = 0; i < 17; i++)
		if (fscanf(file, "%llu", &field[i]) != 1)
			break;
	fclose(file);
	insist(i >= 16, "a kernel that counts flushes");
	return (struct wear){(double)field[6] * 512, (double)field[15]};
}

static void add_exchange(struct spool *spool, uint64_t k)
{
	struct reading r[PER_EXCHANGE] = {0};
	uint8_t raw[5 + 4 * PER_EXCHANGE] = {1, 3, 4 * PER_EXCHANGE};
	struct exchange x = {.boot_ms = (int64_t)(k * 1000 * PER_EXCHANGE / PER_SECOND),
		.readings = r,
		.n = PER_EXCHANGE,
		.raw = raw,
		.raw_len = sizeof(raw),
		.place = {.origin = PLACE_GPS,
			.has_point = true,
			.mode = 3,
			.lat_e7 = 359200000 + (int32_t)(k * 2654435761U >> 23 & 511),
			.lon_e7 = 743100000 + (int32_t)(k * 2654435761U >> 11 & 511),
			.fix_age_ms = (int32_t)(k * 100 % 1000),
			.eph_cm = 900,
			.border_m = -1,
			.district = "PK305"}};
	float narrow;
	unsigned i;

	for (i = 0; i < PER_EXCHANGE; i++) {
		narrow = (float)(7 + (double)(k * 2654435761U >> 20 & 4095) / 4096);
		r[i] = (struct reading){.value = (double)narrow, .series = i, .qc = QC_PASS};
		memcpy(raw + 3 + 4 * i, &narrow, 4);
	}
	insist(spool_add(spool, &x) == 0, "spool_add");
}

/* So many simulated seconds with a commit every `commit_s`; each commit's readings are sent by the next. */
static void course(const char *name, unsigned seconds, unsigned commit_s)
{
	struct spool_conf conf = {.dir = "card/spool",
		.commit_ms = 60000, /* it is told when */
		.segment_readings = 100000,
		.pending_bytes = 1 << 20};
	struct series series = {.unit = "sonde1"};
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct range sent = {1, 0};
	struct wear before, after;
	struct spool *spool;
	uint32_t number;
	unsigned store, i;
	uint64_t k;

	run("rm -rf card/spool");
	before = card_wear();
	insist(spool_open(&spool, &conf, &clock_system, &why) == 0, words);
	for (i = 0; i < PER_EXCHANGE; i++) {
		snprintf(series.parameter, sizeof(series.parameter), "p%u", i);
		insist(spool_add_series(spool, &series, &number) == 0, "series");
	}
	insist(spool_add_store(spool, "province", &store) == 0, "store");
	insist(spool_fix_utc(spool, 1700000000000, TIME_GPS, 1) == 0, "time");
	for (k = 0; k < (uint64_t)seconds * PER_SECOND / PER_EXCHANGE; k++) {
		add_exchange(spool, k);
		if ((k + 1) % (commit_s * PER_SECOND / PER_EXCHANGE) != 0)
			continue;
		if (sent.last >= sent.first)
			spool_mark_sent(spool, store, STREAM_READINGS, sent);
		insist(spool_flush(spool) == 0, "flush");
		sent = (struct range){sent.last + 1, (k + 1) * PER_EXCHANGE};
	}
	insist(spool_close(spool) == 0, "close");
	after = card_wear();
	printf("spool_wear_%s_commit_%us %.1f KB/s\n", name, commit_s,
		(after.bytes - before.bytes) / 1000 / seconds);
	printf("spool_wear_%s_commit_%us_flushes %.2f 1/s\n", name, commit_s,
		(after.flushes - before.flushes) / seconds);
}

int main(void)
{
	if (geteuid() != 0) {
		puts("the wear of the card is measured as root only: it mounts one");
		return 0;
	}
	log_open(LOG_ERROR, false);
	mount_card();
	course("two_hours", ON_END_S, 1);
	course("two_hours", ON_END_S, 5);
	course("ten_minutes", TRIP_S, 1);
	course("ten_minutes", TRIP_S, 5);
	return 0;
}
