/* What went over links, by UTC day and month: kept, for the right day, and forgotten in time. */
#include "base/utc.h"
#include "lab.h"

static struct spool_conf conf;
static struct spool *spool;
static struct spool_bytes said;

static int64_t utc_of(int year, int month, int day, int hour)
{
	int32_t days = 0;

	assert_true(utc_day(year, month, day, &days));
	return (int64_t)days * UTC_DAY_MS + hour * INT64_C(3600000);
}

/* It is that hour, UTC, from now on; the machine goes on. */
static void fix_at(int64_t utc_ms)
{
	assert_int_equal(spool_fix_utc(spool, utc_ms - lab_now_ms, TIME_GPS, 1), 0);
}

static void go_on_h(int64_t hours)
{
	lab_now_ms += hours * 3600000;
}

static void expect(size_t i, const char *link, uint64_t today, uint64_t month)
{
	spool_bytes(spool, 1, &said);
	assert_true(i < said.n);
	assert_string_equal(said.links[i].link, link);
	assert_int_equal(said.links[i].today, today);
	assert_int_equal(said.links[i].month, month);
}

static void expect_none(void)
{
	spool_bytes(spool, 1, &said);
	assert_int_equal(said.n, 0);
}

static void restart(void)
{
	assert_int_equal(spool_close(spool), 0);
	spool = lab_open(&conf);
}

static int begin(void **state)
{
	(void)state;
	if (system("rm -rf spool"))
		return -1;
	spool_tuning.boot_id = boot_one;
	spool_tuning.bytes_ms = 60000;
	lab_now_ms = 1000;
	conf = lab_conf("spool", 1000);
	spool = lab_open(&conf);
	return 0;
}

static int end(void **state)
{
	(void)state;
	return spool_close(spool);
}

static void test_by_link_day_and_month(void **state)
{
	(void)state;
	fix_at(utc_of(2026, 11, 29, 22));
	spool_add_bytes(spool, "wlan0", 5);
	spool_add_bytes(spool, "ppp0", 100);
	spool_add_bytes(spool, "ppp0", 20);
	spool_add_bytes(spool, "", 7);
	spool_add_bytes(spool, "a-name-of-16-byt", 7);
	expect(0, "ppp0", 120, 120);
	expect(1, "wlan0", 5, 5);
	assert_int_equal(said.n, 2);
	assert_in_range(said.ms_of_day, 22 * 3600000, 22 * 3600000 + 10);
	go_on_h(2);
	expect(0, "ppp0", 0, 120);
	spool_add_bytes(spool, "ppp0", 1);
	expect(0, "ppp0", 1, 121);
	go_on_h(24); /* December */
	expect_none();
	spool_add_bytes(spool, "ppp0", 3);
	expect(0, "ppp0", 3, 3);
}

static void test_a_month_of_its_own(void **state)
{
	(void)state;
	fix_at(utc_of(2026, 11, 14, 12));
	spool_add_bytes(spool, "ppp0", 1);
	go_on_h(24); /* the 15th */
	spool_add_bytes(spool, "ppp0", 10);
	go_on_h(20 * 24); /* 5 December */
	spool_add_bytes(spool, "ppp0", 100);
	expect(0, "ppp0", 100, 100);
	spool_bytes(spool, 15, &said);
	assert_int_equal(said.links[0].month, 110);
	go_on_h(10 * 24);
	spool_bytes(spool, 15, &said);
	assert_int_equal(said.n, 0);
}

static void test_a_start_keeps_them(void **state)
{
	(void)state;
	fix_at(utc_of(2026, 11, 28, 12));
	spool_add_bytes(spool, "ppp0", 100);
	go_on_h(24);
	spool_add_bytes(spool, "ppp0", 10);
	restart();
	expect(0, "ppp0", 10, 110);
	/* A boot that does not know its time takes it for the same day. */
	assert_int_equal(spool_close(spool), 0);
	spool_tuning.boot_id = boot_two;
	spool = lab_open(&conf);
	expect(0, "ppp0", 10, 110);
	assert_int_equal(said.ms_of_day, -1);
	spool_add_bytes(spool, "ppp0", 1);
	expect(0, "ppp0", 11, 111);
}

static void test_before_the_time_is_known(void **state)
{
	(void)state;
	spool_add_bytes(spool, "ppp0", 10);
	expect(0, "ppp0", 10, 10);
	restart(); /* kept as of no day */
	spool_add_bytes(spool, "ppp0", 4);
	expect(0, "ppp0", 14, 14);
	assert_int_equal(said.ms_of_day, -1);
	fix_at(utc_of(2026, 12, 3, 1));
	expect(0, "ppp0", 14, 14);
	restart();
	spool_add_bytes(spool, "ppp0", 1);
	expect(0, "ppp0", 15, 15);
	go_on_h(24);
	expect(0, "ppp0", 0, 15);
	restart();
	expect(0, "ppp0", 0, 15);
}

/* What another start would find now. */
static uint64_t in_the_ledger(void)
{
	sqlite3 *db = NULL;
	int64_t sum = -1;

	assert_int_equal(sqlite3_open_v2("spool/ledger.db", &db, SQLITE_OPEN_READONLY, NULL), 0);
	if (sql_number(db, "SELECT ifnull(sum(value),0) FROM meta WHERE key GLOB 'wire:*'", &sum))
		sum = -1;
	sqlite3_close(db);
	return (uint64_t)sum;
}

static void test_they_ride_on_other_commits(void **state)
{
	struct ledger_record record = {.kind = LEDGER_ANCHOR, .a = 1, .b = 2};

	(void)state;
	fix_at(utc_of(2026, 11, 28, 12));
	spool_add_bytes(spool, "ppp0", 100);
	assert_int_equal(in_the_ledger(), 0);
	assert_int_equal(spool_note(spool, &record), 0);
	assert_int_equal(in_the_ledger(), 100);
}

static void test_or_wait_so_long(void **state)
{
	unsigned tries;

	(void)state;
	spool_tuning.bytes_ms = 50;
	fix_at(utc_of(2026, 11, 28, 12));
	spool_add_bytes(spool, "ppp0", 100);
	for (tries = 0; in_the_ledger() != 100 && tries < 30000; tries++)
		usleep(1000);
	assert_int_equal(in_the_ledger(), 100);
}

static void test_old_days_go(void **state)
{
	int day;

	(void)state;
	fix_at(utc_of(2026, 1, 1, 12));
	for (day = 0; day < 150; day++) {
		spool_add_bytes(spool, "ppp0", 1);
		go_on_h(24);
	}
	spool_add_bytes(spool, "ppp0", 1);
	restart();
	assert_int_equal(in_the_ledger(), BYTES_DAYS);
	expect(0, "ppp0", 1, 31); /* 31 May */
}

static void test_many_links(void **state)
{
	char link[LINK_NAME];
	uint64_t sum = 0;
	int day, i;

	(void)state;
	fix_at(utc_of(2026, 3, 1, 0));
	for (day = 0; day < 70; day++) {
		for (i = 0; i < 3 * MOST_LINKS; i++) {
			snprintf(link, sizeof(link), "enx%02d%02d", day, i);
			spool_add_bytes(spool, link, 1);
		}
		go_on_h(24);
	}
	go_on_h(-1); /* 9 May: the ninth day of it */
	spool_bytes(spool, 1, &said);
	assert_int_equal(said.n, MOST_LINKS);
	for (i = 0; i < (int)said.n; i++)
		sum += said.links[i].month;
	assert_int_equal(sum, 9 * 3 * MOST_LINKS);
}

/* A month back, and forward again: what was counted stays with its days. */
static void test_a_clock_set_back(void **state)
{
	(void)state;
	fix_at(utc_of(2026, 11, 28, 12));
	spool_add_bytes(spool, "ppp0", 100);
	fix_at(utc_of(2026, 10, 28, 12));
	expect_none();
	spool_add_bytes(spool, "ppp0", 10);
	expect(0, "ppp0", 10, 10);
	restart();
	expect(0, "ppp0", 10, 10);
	fix_at(utc_of(2026, 11, 28, 13));
	expect(0, "ppp0", 100, 100);
	restart();
	expect(0, "ppp0", 100, 100);
}

/* The kernel allows any byte but / : and blanks; a status is JSON, and a key is text. */
static void test_odd_names(void **state)
{
	(void)state;
	fix_at(utc_of(2026, 11, 28, 12));
	spool_add_bytes(spool, "wwan\xff\xfe", 1);
	spool_add_bytes(spool, "a\x1b[2J%s'\"\\;--", 2);
	spool_add_bytes(spool, "a-name-of-15-by", 4);
	expect(0, "a-name-of-15-by", 4, 4);
	expect(1, "a_[2J%s'\"\\;--", 2, 2);
	expect(2, "wwan__", 1, 1);
	restart();
	expect(1, "a_[2J%s'\"\\;--", 2, 2);
	expect(2, "wwan__", 1, 1);
}

/* Rows that nobody wrote: passed over, or counted as they stand; never a crash, and the rest is right. */
static void test_nonsense_in_the_ledger(void **state)
{
	static const char sql[] =
		"INSERT OR REPLACE INTO meta VALUES('wire:2026-11-28:neg',-5),"
		"('wire:2026-11-28:text','x'),('wire:2026-13-45:day',5),('wire:2026-11-28:',5),"
		"('wire:2026-11-28',5),('wire:',5),('wire:unknown',5),"
		"('wire:2026-11-28:much',9223372036854775807),"
		"('wire:2026-11-28:much2',9223372036854775807),"
		"('wire:2026-11-28:much3',9223372036854775807),"
		"('wire:2026-11-28:a-name-of-more-than-16-bytes',5),"
		"('wire:2026-11-28:odd' || x'ff',6),"
		"('wire_day',2147483646)";
	uint64_t most = 0;
	sqlite3 *db;
	size_t i;

	(void)state;
	fix_at(utc_of(2026, 11, 28, 12));
	spool_add_bytes(spool, "ppp0", 100);
	assert_int_equal(spool_close(spool), 0);
	assert_int_equal(sqlite3_open("spool/ledger.db", &db), 0);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), 0);
	sqlite3_close(db);
	spool_tuning.boot_id = boot_two; /* the time is not known: the last day is asked for */
	spool = lab_open(&conf);
	spool_bytes(spool, 1, &said);
	fix_at(utc_of(2026, 11, 28, 13));
	spool_add_bytes(spool, "ppp0", 1);
	spool_bytes(spool, 1, &said);
	for (i = 0; i < said.n; i++) {
		most += said.links[i].month;
		assert_true(most <= INT64_MAX);
		if (!strcmp(said.links[i].link, "ppp0"))
			assert_int_equal(said.links[i].today, 101);
		assert_true(strcmp(said.links[i].link, "neg") != 0);
		assert_true(strcmp(said.links[i].link, "odd\xff") != 0);
	}
	assert_int_equal(said.n, 2); /* ppp0 and odd_ */
	restart();
}

#define WITH_SPOOL(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SPOOL(test_by_link_day_and_month),
		WITH_SPOOL(test_a_month_of_its_own),
		WITH_SPOOL(test_a_start_keeps_them),
		WITH_SPOOL(test_before_the_time_is_known),
		WITH_SPOOL(test_they_ride_on_other_commits),
		WITH_SPOOL(test_or_wait_so_long),
		WITH_SPOOL(test_old_days_go),
		WITH_SPOOL(test_many_links),
		WITH_SPOOL(test_a_clock_set_back),
		WITH_SPOOL(test_odd_names),
		WITH_SPOOL(test_nonsense_in_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
