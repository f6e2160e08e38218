/* van.h - an inbox and a spool in a folder of their own, a clock by hand, and two meters that exist nowhere. */
#ifndef TESTS_INBOX_VAN_H
#define TESTS_INBOX_VAN_H

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "inbox/inbox.h"
#include "meter.h"
#include "spool/reader.h"

enum { START_MS = 5000000 };
static const int64_t not_after = 2398377600000;

static _Atomic(int64_t) now_ns; /* a thread of the inbox reads it */

__attribute__((unused)) static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return atomic_fetch_add(&now_ns, 1000) + 1000;
}

static const struct clock clock_by_hand = {boot_ns, boot_ns, NULL};
static const struct profile line_profile = {.driver = &by_line},
			    message_profile = {.driver = &by_message};

static struct van {
	char dir[64]; /* of all */
	struct inbox_conf conf;
	struct spool_conf spool_conf;
	struct spool *spool;
	struct inbox *inbox;
} van;

__attribute__((unused)) static int begin(void **state)
{
	char words[200];
	struct text why = text_over(words, sizeof(words));
	static unsigned n;

	(void)state;
	atomic_store(&now_ns, (int64_t)START_MS * 1000000);
	van = (struct van){
		.conf = {.earliest_ms = 1577836800000,
			.n_meters = 2,
			.meters = {{.name = "hqd-1",
					   .profile = &line_profile,
					   .files = "*senddata*.txt",
					   .utc_offset_min = 300},
				{.name = "md-1", .profile = &message_profile, .files = "*.log"}}},
		.spool_conf = {.commit_ms = 100, .segment_readings = 1000, .pending_bytes = 65536}};
	snprintf(van.dir, sizeof(van.dir), "van-%u", n++);
	assert_int_equal(mkdir(van.dir, 0700), 0);
	snprintf(van.conf.dir, sizeof(van.conf.dir), "%s/inbox", van.dir);
	snprintf(van.spool_conf.dir, sizeof(van.spool_conf.dir), "%s/spool", van.dir);
	assert_int_equal(spool_open(&van.spool, &van.spool_conf, &clock_by_hand, &why), 0);
	assert_int_equal(inbox_new(&van.inbox, &van.conf, not_after, van.spool, &clock_by_hand), 0);
	return 0;
}

__attribute__((unused)) static int end(void **state)
{
	(void)state;
	inbox_free(van.inbox);
	assert_int_equal(spool_close(van.spool), 0);
	return 0;
}

__attribute__((unused)) static const char *in_box(const char *name)
{
	static char path[4][600];
	static unsigned turn;
	char *to = path[turn++ % 4];

	snprintf(to, sizeof(path[0]), "%s/%s", van.conf.dir, name);
	return to;
}

__attribute__((unused)) static void put(const char *name, const char *text)
{
	FILE *file = fopen(in_box(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

__attribute__((unused)) static bool there(const char *name)
{
	struct stat st;

	return lstat(in_box(name), &st) == 0;
}

__attribute__((unused)) static void read_box(const char *name, char *words, size_t room)
{
	FILE *file = fopen(in_box(name), "r");
	size_t n;

	assert_non_null(file);
	n = fread(words, 1, room - 1, file);
	words[n] = '\0';
	fclose(file);
}

__attribute__((unused)) static void look_twice(void)
{
	inbox_step(van.inbox);
	inbox_step(van.inbox);
}

__attribute__((unused)) static struct inbox_state now(void)
{
	struct inbox_state state;

	inbox_state(van.inbox, &state);
	return state;
}

struct ledger {
	unsigned n;
	struct {
		enum ledger_kind kind;
		int64_t utc_ms;
		char words[160];
	} at[300];
};

__attribute__((unused)) static int see(void *ctx, const struct spool_row *row)
{
	struct ledger *ledger = ctx;

	if (row->kind < LEDGER_FILE_READING)
		return 0;
	assert_true(ledger->n < 300);
	ledger->at[ledger->n].kind = row->kind;
	ledger->at[ledger->n].utc_ms = row->a;
	text_copy(ledger->at[ledger->n++].words, 160, row->words);
	return 0;
}

__attribute__((unused)) static const struct ledger *ledger(void)
{
	static struct ledger ledger;
	struct spool_reader *reader;

	ledger.n = 0;
	assert_int_equal(spool_reader_open(&reader, van.spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, see,
				 &ledger, NULL),
		0);
	spool_reader_close(reader);
	return &ledger;
}

#define GOOD "reading,2026-11-28,14:05,HT 1,7.02,pH\n"
#define MORE "reading,2026-11-28,14:06,HT 2,7.11,pH\n"

#define ON_A_VAN(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif
