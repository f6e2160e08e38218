/* One budget for the van's links and its stores: what counts, who goes, how it is said, and when the month ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/utc.h"
#include "uplink/links.h"

static const int64_t HOUR_MS = 3600000;
static const struct budget_cost twenty = {20}; /* a batch of 1000 costs 20800 */

static int64_t now_ms;
static struct spool *spool;
static struct links *links;
static struct links_conf conf;
static unsigned begins = 1;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return __atomic_load_n(&now_ms, __ATOMIC_RELAXED) * 1000000;
}

static const struct clock machine = {boot_ns, boot_ns, NULL};

static void open_links(unsigned mb, const char *unlimited)
{
	conf = (struct links_conf){.budget_mb_month = mb, .month_begins = begins};
	assert_true(text_copy(conf.unlimited, sizeof(conf.unlimited), unlimited));
	links_free(links);
	assert_int_equal(links_new(&links, &conf, spool, &machine), 0);
}

static void open_spool(void)
{
	struct spool_conf spool_conf = {
		.dir = "spool", .commit_ms = 1000, .segment_readings = 1000};
	char words[256];
	struct text why = text_over(words, sizeof(words));

	assert_int_equal(spool_open(&spool, &spool_conf, &machine, &why), 0);
}

static int begin(void **state)
{
	(void)state;
	if (system("rm -rf spool"))
		return -1;
	now_ms = 1000;
	open_spool();
	return 0;
}

static int end(void **state)
{
	(void)state;
	links_free(links);
	links = NULL;
	return spool_close(spool);
}

static void it_is(int month, int day, int64_t hour)
{
	int32_t days = 0;

	assert_true(utc_day(2026, month, day, &days));
	assert_int_equal(spool_fix_utc(spool, (int64_t)days * UTC_DAY_MS + hour * HOUR_MS - now_ms,
				 TIME_GPS, 1),
		0);
}

static void go_on(int64_t ms)
{
	__atomic_add_fetch(&now_ms, ms, __ATOMIC_RELAXED);
}

static void expect_words(int64_t wait_ms, const char *expected)
{
	char words[200];
	struct text to = text_over(words, sizeof(words));

	links_put_why(&to, links, wait_ms);
	assert_string_equal(words, expected);
}

static void test_which_links_count(void **state)
{
	struct links_state now;
	int seat;

	(void)state;
	open_links(31, "wlan0 , eth*");
	seat = links_join(links);
	it_is(12, 1, 12);
	spool_add_bytes(spool, "wlan0", 90000000);
	spool_add_bytes(spool, "eth7", 90000000);
	spool_add_bytes(spool, "wlan1", 200000);
	spool_add_bytes(spool, "ppp0", 300000);
	links_state(links, &now);
	assert_true(now.budget);
	assert_int_equal(now.used, 500000);
	assert_int_equal(now.used_today, 500000);
	assert_int_equal(links_ask(links, seat, "ppp0", &twenty, 1000).lines, 0);
	assert_int_equal(links_ask(links, seat, "wlan1", &twenty, 1000).lines, 0);
	assert_int_equal(links_ask(links, seat, "wlan0", &twenty, 1000).lines, 1000);
	assert_int_equal(links_ask(links, seat, "eth0", &twenty, 1000).lines, 1000);
	assert_int_equal(links_ask(links, seat, "", &twenty, 1000).lines, 1000);
	open_links(0, "");
	assert_int_equal(links_ask(links, links_join(links), "ppp0", &twenty, 9000).lines, 9000);
}

static void test_words(void **state)
{
	(void)state;
	open_links(500, "wlan0");
	it_is(11, 28, 17);
	spool_add_bytes(spool, "ppp0", 41190000);
	spool_add_bytes(spool, "wlan0", 41190000);
	expect_words(
		HOUR_MS - 1000, "41.2 of 500 MB used this month on ppp0, next after 18:00 UTC");
	expect_words(8 * HOUR_MS - 1000, "41.2 of 500 MB used this month on ppp0, next after "
					 "2026-11-29 01:00 UTC");
	spool_add_bytes(spool, "wwan0", 700000000);
	expect_words(-1, "741.2 of 500 MB used this month on ppp0, wwan0, more than there is: "
			 "results still go, next when the time is known");
}

/* Nothing but the clock moves: the first of December has bytes again, and a start in between forgets nothing. */
static void test_the_month_ends(void **state)
{
	struct budget_answer answer;
	int seat;

	(void)state;
	open_links(60, "");
	seat = links_join(links);
	it_is(11, 29, 12);
	spool_add_bytes(spool, "ppp0", 60000000);
	answer = links_ask(links, seat, "ppp0", &twenty, 1000);
	assert_int_equal(answer.lines, 0);
	assert_in_range(answer.wait_ms, 36 * HOUR_MS, 37 * HOUR_MS);
	links_free(links);
	links = NULL;
	assert_int_equal(spool_close(spool), 0);
	open_spool();
	open_links(60, "");
	seat = links_join(links);
	assert_int_equal(links_ask(links, seat, "ppp0", &twenty, 1000).wait_ms / 60000,
		answer.wait_ms / 60000);
	go_on(answer.wait_ms);
	assert_int_equal(links_ask(links, seat, "ppp0", &twenty, 1000).lines, 1000);
}

/* The card's month is another than the calendar's. */
static void test_the_cards_month_ends(void **state)
{
	struct budget_answer answer;
	int seat;

	(void)state;
	begins = 20;
	open_links(60, "");
	begins = 1;
	seat = links_join(links);
	it_is(11, 30, 12);
	spool_add_bytes(spool, "ppp0", 60000000);
	answer = links_ask(links, seat, "ppp0", &twenty, 1000);
	assert_int_equal(answer.lines, 0);
	assert_in_range(answer.wait_ms, (19 * 24 + 12) * HOUR_MS, (19 * 24 + 13) * HOUR_MS);
	go_on(answer.wait_ms);
	assert_int_equal(links_ask(links, seat, "ppp0", &twenty, 1000).lines, 1000);
}

static void test_before_the_time_is_known(void **state)
{
	int seat;

	(void)state;
	open_links(31, ""); /* a million a day */
	seat = links_join(links);
	assert_int_equal(links_ask(links, seat, "ppp0", &twenty, 1000).lines, 1000);
	links_done(links, seat, 20800);
	spool_add_bytes(spool, "ppp0", 1000000);
	assert_int_equal(links_ask(links, seat, "ppp0", &twenty, 1000).wait_ms, -1);
	go_on(48 * HOUR_MS); /* for all it knows it is the same day */
	assert_int_equal(links_ask(links, seat, "ppp0", &twenty, 1000).lines, 0);
}

static uint64_t let_go(int seat, uint64_t bytes)
{
	if (!links_ask(links, seat, "ppp0", &twenty, 1000).lines)
		return 0;
	spool_add_bytes(spool, "ppp0", bytes);
	links_done(links, seat, bytes);
	return bytes;
}

/* What is short is shared, whoever asks more often; who was away does not get all of it, nor nothing. */
static void test_stores_share(void **state)
{
	uint64_t went[3] = {0};
	int seats[3], i, k;

	(void)state;
	open_links(300, "");
	for (i = 0; i < 3; i++)
		seats[i] = links_join(links);
	it_is(11, 1, 6);
	for (i = 0; i < 24 * 60; i++) {
		go_on(30000);
		for (k = 0; k < 9; k++)
			went[0] += let_go(seats[0], 20000);
		went[1] += let_go(seats[1], 20000);
		if (i == 12 * 60)
			links_leave(links, seats[2]);
		if (i < 12 * 60)
			went[2] += let_go(seats[2], 20000);
	}
	printf("%llu %llu %llu\n", (unsigned long long)went[0], (unsigned long long)went[1],
		(unsigned long long)went[2]);
	assert_in_range(went[0] + went[1] + went[2], 7000000, 7500000); /* 10 MB by 18:00 */
	assert_in_range(went[1] * 100 / went[0], 75, 125);
	assert_true(went[2] > 1000000);
}

/* What is on its way counts: two stores never take the same bytes. */
static void test_granted_once(void **state)
{
	int a, b;

	(void)state;
	open_links(30, "");
	a = links_join(links);
	b = links_join(links);
	it_is(11, 1, 1); /* 41666 bytes are there */
	assert_int_equal(links_ask(links, a, "ppp0", &twenty, 1000).lines, 1000);
	assert_int_equal(links_ask(links, b, "ppp0", &twenty, 1000).lines, 1000);
	assert_int_equal(links_ask(links, a, "ppp0", &twenty, 1000).lines, 1000); /* the same */
	go_on(HOUR_MS / 60 * 25);
	assert_int_equal(links_ask(links, a, "ppp0", &twenty, 1000).lines, 1000);
	links_done(links, a, 20000);
	spool_add_bytes(spool, "ppp0", 20000);
	links_leave(links, b);
	assert_int_equal(links_ask(links, a, "ppp0", &twenty, 1000).lines, 1000);
	assert_int_equal(links_ask(links, b, "ppp0", &twenty, 1000).lines, 0);
}

#define WITH_SPOOL(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SPOOL(test_which_links_count),
		WITH_SPOOL(test_words),
		WITH_SPOOL(test_the_month_ends),
		WITH_SPOOL(test_the_cards_month_ends),
		WITH_SPOOL(test_before_the_time_is_known),
		WITH_SPOOL(test_stores_share),
		WITH_SPOOL(test_granted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
