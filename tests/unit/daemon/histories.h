/*
 * histories.h - a van over many starts, simulated: its true time, its clocks, its daemon over a real spool,
 * and a store that remembers what it was ever told of each row.
 *
 * Each start is a process of its own, so that it can end as a power cut ends it.  What outlives a start is
 * the spool's folder and the world, which is shared memory.
 */
#ifndef TESTS_DAEMON_HISTORIES_H
#define TESTS_DAEMON_HISTORIES_H

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "daemon/stamps.h"
#include "spool/internal.h"
#include "uplink/export.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
enum { MOST_STARTS = 16, MOST_ROWS = 4096, SLOT_MS = 15 };

/* What a start begins with. */
enum wall { WALL_1970, WALL_SHUTDOWN, WALL_2035, WALL_CHIP };

struct start {
	int64_t off_ms;   /* the machine was off so long before it */
	int64_t lasts_ms; /* boot time when it ends */
	bool killed;      /* by a power cut */
	enum wall wall;
	/* boot times; 0: never.  The receiver is heard from..to, knows leap seconds from `leap` on. */
	int64_t gps_from_ms, gps_leap_ms, gps_to_ms;
	bool gps_rolled_over;
	int64_t ntp_from_ms, ntp_to_ms;
	int64_t ntp_off_ms; /* a server that lies: 0 is the truth */
	int64_t enter_at_ms, enter_off_ms, enter_within_ms;
	int64_t step_at_ms, step_ms; /* a hand */
	int64_t restart_at_ms;       /* of the daemon */
	bool upload;                 /* there is a link */
};

struct told { /* what the store was told of a row */
	bool there;
	int64_t utc_ms, error_ms; /* error_ms -1: not flagged */
};

struct world {
	unsigned seed;
	int64_t truth_ms; /* UTC when the machine was last switched off */
	int64_t saved_ms; /* what its clock said then */
	bool has_chip;
	int64_t chip_set_ms, chip_error_ms; /* true UTC when the chip was set, and how wrongly */
	double chip_drift, drift;           /* of boot time: parts of one */
	int64_t receiver_late_ms;
	/* true UTC when each start began */
	unsigned starts;
	int64_t began_ms[MOST_STARTS];
	int64_t steered_from_ms[MOST_STARTS], steered_to_ms[MOST_STARTS]; /* by NTP, in boot time */
	struct told told[STREAM_COUNT][MOST_ROWS];
	uint64_t made;
	uint64_t lines, resent, flagged, sure;
	char fault[300]; /* of the first thing that must not be */
};

static struct world *world;
static const int64_t earliest_ms = 1795824000000; /* 2026-11-28 */
static const struct clock_conf world_conf = {1800, 1795824000000, 2398377600000, 730, 86400};

__attribute__((format(printf, 1, 2))) static void must_not_be(const char *fmt, ...)
{
	va_list args;

	if (world->fault[0])
		return;
	va_start(args, fmt);
	vsnprintf(world->fault, sizeof(world->fault), fmt, args);
	va_end(args);
}

/* --- the machine --------------------------------------------------------------------------------------- */

/* In the child of one start. */
static const struct start *now_running;
static int64_t machine_boot_ms, wall_offset_ms;
static struct clock_sync machine_sync;

/* Boot time drifts, but while NTP steers it. */
static int64_t true_utc(unsigned start, int64_t boot_ms)
{
	int64_t from_ms = world->steered_from_ms[start], to_ms = world->steered_to_ms[start];
	int64_t steered_ms = 0;

	if (from_ms && boot_ms > from_ms)
		steered_ms = (boot_ms < to_ms ? boot_ms : to_ms) - from_ms;
	return world->began_ms[start] + steered_ms +
	       (int64_t)((double)(boot_ms - steered_ms) / (1 + world->drift));
}

static int64_t true_now(void)
{
	return true_utc(world->starts - 1, machine_boot_ms);
}

static int64_t machine_boot_ns(void *ctx)
{
	(void)ctx;
	return machine_boot_ms * 1000000;
}

static int64_t machine_wall_ns(void *ctx)
{
	(void)ctx;
	return (machine_boot_ms + wall_offset_ms) * 1000000;
}

static const struct clock world_clock = {machine_boot_ns, machine_wall_ns, NULL};

static struct clock_sync machine_read_sync(void *ctx)
{
	(void)ctx;
	return machine_sync;
}

static void machine_read_gps(void *ctx, struct gps_time *out)
{
	const struct start *s = now_running;
	int64_t jitter_ms = (machine_boot_ms * 7919) % 101 - 50;

	(void)ctx;
	*out = (struct gps_time){.known = s->gps_from_ms && machine_boot_ms >= s->gps_from_ms &&
					  machine_boot_ms < s->gps_to_ms,
		.boot_ms = machine_boot_ms};
	if (!out->known)
		return;
	out->leap_known = machine_boot_ms >= s->gps_leap_ms;
	out->uncertainty_ms = out->leap_known ? FIX_TIME_ERROR_MS : FIX_TIME_LEAP_ERROR_MS;
	out->offset_ms = true_now() - machine_boot_ms - world->receiver_late_ms + jitter_ms;
	if (!out->leap_known)
		out->offset_ms += 18 * SECOND;
	if (s->gps_rolled_over)
		out->offset_ms -= STAMPS_ROLLOVER_MS;
}

static int64_t chip_ms(int64_t utc_ms)
{
	return utc_ms + world->chip_error_ms +
	       (int64_t)((double)(utc_ms - world->chip_set_ms) * world->chip_drift);
}

/* Written over in place: a file cut short and written anew is flushed by some file systems. */
static void put_number(const char *path, int64_t number)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd < 0 || dprintf(fd, "%015lld\n", (long long)number) != 16)
		must_not_be("%s cannot be written", path);
	close(fd);
}

/* The kernel and its NTP: they set the clock, keep it, and write the chip. */
static void machine_keep_clock(void)
{
	const struct start *s = now_running;
	bool link = s->ntp_from_ms && machine_boot_ms >= s->ntp_from_ms &&
		    machine_boot_ms < s->ntp_to_ms;

	if (link) {
		wall_offset_ms =
			true_now() - machine_boot_ms + s->ntp_off_ms + machine_boot_ms % 21 - 10;
		machine_sync = (struct clock_sync){0, true, 20};
		if (world->has_chip && !s->ntp_off_ms) {
			world->chip_set_ms = true_now();
			world->chip_error_ms = 0;
		}
	} else if (machine_sync.synchronised) { /* the kernel's own bound grows, 500 ppm */
		machine_sync.most_error_ms = 20 + (machine_boot_ms - s->ntp_to_ms) / 2000;
		machine_sync.synchronised = machine_sync.most_error_ms < 16000;
	}
	if (s->step_at_ms && machine_boot_ms >= s->step_at_ms && s->step_at_ms != -1 && !link) {
		wall_offset_ms += s->step_ms;
		machine_sync.synchronised = false;
		((struct start *)now_running)->step_at_ms = -1;
	}
	if (world->has_chip)
		put_number("chips/rtc0/since_epoch", chip_ms(true_now()) / 1000);
}

/* --- the store ----------------------------------------------------------------------------------------- */

static unsigned start_of(const char *boot)
{
	return (unsigned)strtoul(boot, NULL, 16);
}

struct uploading {
	enum stream stream;
	/* of the block's rows, in order */
	size_t n;
	struct spool_row rows[20];
};

static int take_row(void *ctx, const struct spool_row *row)
{
	struct uploading *up = ctx;

	up->rows[up->n++] = *row;
	return 0;
}

/* One line for the store: told once and for ever, and true within what it says. */
static void take_line(const struct uploading *up, const struct spool_row *row, const char *line)
{
	struct told *told = &world->told[up->stream][row->number], now = {true, 0, -1};
	const char *error = strstr(line, ",clock_err="), *at = strrchr(line, ' ');
	int64_t off_ms;

	now.utc_ms = strtoll(at + 1, NULL, 10);
	if (error)
		now.error_ms = (int64_t)(strtod(error + 11, NULL) * 1000);
	off_ms = llabs(now.utc_ms - true_utc(start_of(row->boot), row->boot_ms));
	if (off_ms > SLOT_MS + (error ? now.error_ms : 1000))
		must_not_be("row %llu of start %u at %lld ms is off by %lld ms: %s",
			(unsigned long long)row->number, start_of(row->boot),
			(long long)row->boot_ms, (long long)off_ms, line);
	if (!error != !strstr(line, ",clock="))
		must_not_be("clock without clock_err: %s", line);
	if (told->there && (told->utc_ms != now.utc_ms || told->error_ms != now.error_ms))
		must_not_be("row %llu was sent at two times: %lld, %s",
			(unsigned long long)row->number, (long long)told->utc_ms, line);
	world->lines++;
	world->resent += told->there;
	if (!told->there && up->stream == STREAM_READINGS)
		*(error ? &world->flagged : &world->sure) += 1;
	*told = now;
}

static int take_lines(void *ctx, const char *lines, size_t len)
{
	struct uploading *up = ctx;
	const char *end = lines + len, *next;
	char line[1024], seq[32];
	size_t i = 0;

	for (; lines < end; lines = next, i++) {
		next = (const char *)memchr(lines, '\n', (size_t)(end - lines)) + 1;
		snprintf(line, sizeof(line), "%.*s", (int)(next - lines - 1), lines);
		snprintf(seq, sizeof(seq), "seq=%llui", (unsigned long long)up->rows[i].number);
		if (i >= up->n || !strstr(line, seq))
			must_not_be("a line is not its row's: %s", line);
		else
			take_line(up, &up->rows[i], line);
	}
	return i == up->n ? 0 : ERR_DAMAGED;
}

/* --- the daemon ---------------------------------------------------------------------------------------- */

struct daemon {
	struct spool *spool;
	struct stamps *stamps;
	struct spool_reader *reader;
	uint32_t series;
	unsigned store;
};

/* The block as the store gets it, by the uplink's own encoder. */
static void send_block(struct daemon *daemon, enum stream stream, struct range block)
{
	const struct export_ask ask = {EXPORT_LP, stream, block.first, block.last, "van"};
	struct uploading up = {.stream = stream};
	struct export_count count;

	if (spool_read(daemon->reader, stream, block, take_row, &up, NULL) ||
		export_rows(daemon->reader, &ask, take_lines, &up, &count) || count.left_out)
		must_not_be("%llu..%llu were handed out and have no time",
			(unsigned long long)block.first, (unsigned long long)block.last);
	spool_mark_sent(daemon->spool, daemon->store, stream, block);
}

static void upload(struct daemon *daemon, uint64_t most_blocks)
{
	struct range block;
	int stream;

	for (stream = 0; stream < STREAM_COUNT; stream++)
		while (most_blocks-- > 0 && spool_unsent(daemon->spool, daemon->store,
						    (enum stream)stream, UINT64_MAX, 20, &block))
			send_block(daemon, (enum stream)stream, block);
}

/* --- one start ----------------------------------------------------------------------------------------- */

static bool begin_daemon(struct daemon *daemon)
{
	struct spool_conf conf = {.dir = "spool",
		.commit_ms = 1000,
		.segment_readings = 1000,
		.pending_bytes = 1 << 16};
	static const struct stamps_eyes eyes = {
		.sync = machine_read_sync, .gps = machine_read_gps, .chips = "chips"};
	struct series ph = {"ph-1", "ph", NUMBER_F64, 0};
	char words[300];
	struct text why = text_over(words, sizeof(words));

	return !spool_open(&daemon->spool, &conf, &world_clock, &why) &&
	       !spool_add_series(daemon->spool, &ph, &daemon->series) &&
	       !spool_add_store(daemon->spool, "store", &daemon->store) &&
	       !spool_reader_open(&daemon->reader, daemon->spool) &&
	       !stamps_new(&daemon->stamps, &world_conf, daemon->spool, &world_clock, &eyes);
}

static void end_daemon(struct daemon *daemon)
{
	stamps_free(daemon->stamps);
	spool_reader_close(daemon->reader);
	if (spool_close(daemon->spool))
		must_not_be("the spool does not close");
}

static void add_reading(struct daemon *daemon)
{
	struct reading reading = {
		.series = daemon->series, .qc = QC_PASS, .value = (double)world->made++};
	struct exchange exchange = {.boot_ms = machine_boot_ms, .readings = &reading, .n = 1};

	if (spool_add(daemon->spool, &exchange))
		must_not_be("a reading is refused");
}

static void enter_time(struct daemon *daemon, const struct start *s)
{
	char room[300];
	struct text words = text_over(room, sizeof(room));
	int64_t utc_ms = true_now() + s->enter_off_ms;

	if (stamps_enter(
		    daemon->stamps, utc_ms, s->enter_within_ms, "the simulated person", &words))
		must_not_be("a right time is refused: %s", room);
}

/* Looks are a second apart when things happen, and minutes when they do not. */
static int64_t pace(void)
{
	return machine_boot_ms < 2 * MINUTE ? (int64_t)(lrand48() % 20 + 1) * SECOND
					    : (int64_t)(lrand48() % 300 + 30) * SECOND;
}

static void live(struct start *s)
{
	struct daemon daemon;
	bool entered = false;

	if (!begin_daemon(&daemon)) {
		must_not_be("the daemon does not start");
		return;
	}
	for (; machine_boot_ms < s->lasts_ms; machine_boot_ms += pace()) {
		machine_keep_clock();
		if (s->restart_at_ms && machine_boot_ms >= s->restart_at_ms) {
			s->restart_at_ms = 0;
			end_daemon(&daemon);
			if (!begin_daemon(&daemon))
				must_not_be("the daemon does not start again");
		}
		stamps_step(daemon.stamps);
		add_reading(&daemon);
		if (s->enter_at_ms && !entered && machine_boot_ms >= s->enter_at_ms) {
			entered = true;
			enter_time(&daemon, s);
		}
		if (s->upload && lrand48() % 4 == 0 && !spool_flush(daemon.spool))
			upload(&daemon, (uint64_t)(lrand48() % 6));
	}
	world->saved_ms = machine_boot_ms + wall_offset_ms;
	world->truth_ms = true_now();
	if (spool_flush(daemon.spool))
		must_not_be("the card takes nothing");
	if (s->upload)
		upload(&daemon, UINT64_MAX);
	if (s->killed)
		_exit(0);
	end_daemon(&daemon);
}

static int64_t first_wall_ms(const struct start *s)
{
	switch (s->wall) {
	case WALL_SHUTDOWN:
		return world->saved_ms;
	case WALL_2035:
		return 2051222400000;
	case WALL_CHIP:
		return world->has_chip ? chip_ms(true_now()) : machine_boot_ms;
	case WALL_1970:
		break;
	}
	return machine_boot_ms;
}

/* A process of its own, from the switch to the cut. */
static void run_start(const struct start *plan)
{
	static char id[UUID];
	struct start s = *plan;
	int status = 0;
	pid_t child;

	world->began_ms[world->starts] = world->truth_ms + s.off_ms;
	world->steered_from_ms[world->starts] = s.ntp_from_ms;
	world->steered_to_ms[world->starts] = s.ntp_to_ms;
	snprintf(id, sizeof(id), "%08x-0000-4000-8000-000000000000", world->starts++);
	child = fork();
	if (child == 0) {
		srand48((long)(world->seed + world->starts));
		log_open(getenv("LOUD") ? LOG_DEBUG : LOG_ERROR, false);
		spool_tuning.boot_id = id;
		now_running = &s;
		machine_boot_ms = 5 * SECOND;
		machine_sync = (struct clock_sync){0};
		wall_offset_ms = first_wall_ms(&s) - machine_boot_ms;
		live(&s);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || status)
		must_not_be("start %u died with %d", world->starts, status);
}

/* --- a history ----------------------------------------------------------------------------------------- */

static void empty_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(path);
}

static void begin_world(unsigned seed, int64_t utc_ms, bool has_chip)
{
	empty_folder("spool");
	empty_folder("chips/rtc0");
	mkdir("chips", 0700);
	if (has_chip)
		mkdir("chips/rtc0", 0700);
	if (!world)
		world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(world, MAP_FAILED);
	memset(world, 0, sizeof(*world));
	world->seed = seed;
	world->truth_ms = world->saved_ms = world->chip_set_ms = utc_ms;
	world->has_chip = has_chip;
	if (has_chip)
		put_number("chips/rtc0/hctosys", 1);
}

/* A last start that NTP confirms and that sends all there is: nothing waits, nothing is missing. */
static void end_world(void)
{
	const struct start last = {.off_ms = HOUR,
		.lasts_ms = 10 * MINUTE,
		.ntp_from_ms = 6 * SECOND,
		.ntp_to_ms = HOUR,
		.upload = true};
	uint64_t k, sent = 0;

	run_start(&last);
	for (k = 1; k < MOST_ROWS; k++)
		sent += world->told[STREAM_READINGS][k].there;
	if (sent != world->made)
		must_not_be("%llu readings made, %llu sent", (unsigned long long)world->made,
			(unsigned long long)sent);
	if (world->fault[0])
		fail_msg("SEED=%u: %s", world->seed, world->fault);
}

#endif
