/* May raw readings go now?  Tables, and whole months of any traffic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/utc.h"
#include "uplink/budget.h"

static const uint64_t MB = 1000000;
static const int64_t HOUR_MS = 3600000;

static const struct budget_cost twenty = {20}; /* a batch of 1000 costs 20800 */

static void expect_lines(const struct budget_now *now, unsigned want, unsigned lines)
{
	assert_int_equal(budget_weigh(now, &twenty, want).lines, lines);
}

static void test_the_day_by_and_by(void **state)
{
	struct budget_now now = {.month = 30 * 24 * MB, .day = 1, .days = 30}; /* 1 MB an hour */

	(void)state;
	expect_lines(&now, 1000, 0);  /* midnight: nothing is there yet */
	now.ms_of_day = HOUR_MS / 40; /* 25,000 bytes */
	expect_lines(&now, 1000, 1000);
	now.spoken_for = 5000;
	expect_lines(&now, 1000, 0);
	now.spoken_for = 0;
	now.ms_of_day = 12 * HOUR_MS;
	now.used = now.used_today = 12 * MB - 20800;
	expect_lines(&now, 1000, 1000);
	now.used = ++now.used_today;
	expect_lines(&now, 1000, 0);
	assert_in_range(budget_weigh(&now, &twenty, 1000).wait_ms, 1, 10);
	now.used = now.used_today = 18 * MB - 20800; /* what goes first took more than its share */
	assert_in_range(
		budget_weigh(&now, &twenty, 1000).wait_ms, 6 * HOUR_MS - 10, 6 * HOUR_MS + 10);
}

static void test_unused_days_carry_over(void **state)
{
	struct budget_now now = {
		.month = 30 * MB, .day = 21, .days = 30, .ms_of_day = 23 * HOUR_MS};

	(void)state;
	now.used = now.used_today = 2 * MB; /* 3 MB a day are left, most of today's are there */
	expect_lines(&now, 1000, 1000);
	now.used = 29 * MB + now.used_today; /* 0.1 MB a day: more than that was used today */
	expect_lines(&now, 100, 0);
	now.day = 30;
	now.used_today = 0;
	now.used = 29 * MB;
	now.ms_of_day = 24 * HOUR_MS - 1;
	expect_lines(&now, 1000, 1000); /* the last day has all the rest */
}

static void test_when_the_month_is_spent(void **state)
{
	struct budget_now now = {
		.month = 10 * MB, .used = 10 * MB, .day = 5, .days = 30, .ms_of_day = 6 * HOUR_MS};
	struct budget_answer answer = budget_weigh(&now, &twenty, 100);

	(void)state;
	assert_int_equal(answer.lines, 0);
	/* The first of the next month, some minutes after midnight. */
	assert_in_range(
		answer.wait_ms, 26 * 24 * HOUR_MS - 6 * HOUR_MS, 26 * 24 * HOUR_MS - 5 * HOUR_MS);
	now.used = 400 * MB; /* of what goes first */
	assert_int_equal(budget_weigh(&now, &twenty, 100).wait_ms, answer.wait_ms);
	now.used -= 399 * MB;
	now.used_today = now.used; /* today's share is spent, tomorrow has one */
	answer = budget_weigh(&now, &twenty, 100);
	assert_int_equal(answer.lines, 0);
	assert_in_range(answer.wait_ms, 18 * HOUR_MS, 19 * HOUR_MS);
}

static void test_a_small_budget_is_not_saved_up(void **state)
{
	struct budget_now now = {
		.month = 10 * MB, .day = 1, .days = 31, .ms_of_day = HOUR_MS + 60000};
	unsigned lines = budget_weigh(&now, &twenty, 10000).lines;

	(void)state;
	assert_in_range(lines, 16, 800); /* an hour has 13 kB */
	now.month = 600000;              /* 800 bytes an hour: less than any request */
	now.ms_of_day = 2 * HOUR_MS;
	expect_lines(&now, 10000, 16);
	expect_lines(&now, 3, 3);
	now.ms_of_day = HOUR_MS;
	expect_lines(&now, 3, 0);
}

static void test_without_the_time_it_is_one_day(void **state)
{
	struct budget_now now = {.month = 31 * MB, .day = 1, .days = 31, .ms_of_day = -1};

	(void)state;
	expect_lines(&now, 1000, 1000);
	now.used = now.used_today = 1 * MB - 20800;
	expect_lines(&now, 1000, 1000);
	now.used = ++now.used_today;
	expect_lines(&now, 1000, 0);
	assert_int_equal(budget_weigh(&now, &twenty, 1000).wait_ms, -1);
}

static void test_what_a_line_costs_is_learnt(void **state)
{
	struct budget_cost cost = {0};
	int i;

	(void)state;
	assert_true(budget_cost_of(&cost, 1000) > 1000 * 40);
	for (i = 0; i < 30; i++)
		budget_learn(&cost, 1000, 800 + 25 * 1000);
	assert_in_range(budget_cost_of(&cost, 1000), 25700, 25900);
	budget_learn(&cost, 1, 6000); /* one line behind a new TLS connection */
	assert_in_range(budget_cost_of(&cost, 1000), 25700, 400000);
	for (i = 0; i < 30; i++)
		budget_learn(&cost, 1000, 10);
	assert_in_range(budget_cost_of(&cost, 1000), 1800, 1900);
	budget_learn(&cost, 0, 10);
	assert_in_range(budget_cost_of(&cost, 1000), 1800, 1900);
}

/* --- whole months -------------------------------------------------------------------------------------- */

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
	uint64_t z = seed += 0x9E3779B97F4A7C15U;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
	return (z ^ (z >> 31)) % below;
}

struct van {
	uint64_t month;
	unsigned days, most_lines, line_bytes;
	unsigned from_h, to_h; /* driven between these hours */
	uint64_t made_h;       /* readings an hour; all of them wait at first, too */
	uint64_t ledger_h;     /* bytes an hour of what goes first */
	bool steady;           /* neither varies */
};

struct outcome {
	uint64_t used, raw, greatest, waiting;
};

/* At the moment it named it grants, if nothing else went. */
static void keeps_its_word(const struct budget_now *now, const struct budget_cost *cost,
	unsigned want, int64_t wait_ms)
{
	struct budget_now then = *now;
	int64_t at_ms = now->ms_of_day + wait_ms;

	assert_true(wait_ms > 0);
	then.ms_of_day = at_ms % UTC_DAY_MS;
	then.day += (unsigned)(at_ms / UTC_DAY_MS);
	if (then.day > now->day)
		then.used_today = 0;
	if (then.day > then.days)
		assert_int_equal(then.day, then.days + 1);
	else
		assert_in_range(budget_weigh(&then, cost, want).lines, 1, want);
}

static struct outcome live_a_month(const struct van *van)
{
	struct outcome out = {.waiting = van->made_h};
	struct budget_cost cost = {0};
	struct budget_now now = {.month = van->month, .days = van->days};
	struct budget_answer answer;
	uint64_t bytes, left;
	unsigned want;

	for (now.day = 1; now.day <= van->days; now.day++) {
		now.used_today = 0;
		for (now.ms_of_day = van->from_h * HOUR_MS; now.ms_of_day < van->to_h * HOUR_MS;
			now.ms_of_day += 60000) {
			bytes = van->ledger_h / 60;
			bytes = van->steady ? bytes : draw(2 * bytes + 1);
			now.used += bytes;
			now.used_today += bytes;
			out.waiting += van->made_h / 60;
			while (out.waiting) {
				want = out.waiting < van->most_lines ? (unsigned)out.waiting
								     : van->most_lines;
				answer = budget_weigh(&now, &cost, want);
				if (!answer.lines) {
					keeps_its_word(&now, &cost, want, answer.wait_ms);
					break;
				}
				assert_in_range(answer.lines, 1, want);
				left = van->month - now.used;
				assert_true(budget_cost_of(&cost, answer.lines) <= left);
				bytes = 300 + (uint64_t)van->line_bytes * answer.lines;
				bytes = van->steady ? bytes : bytes / 2 + draw(bytes + 6000);
				budget_learn(&cost, answer.lines, bytes);
				if (bytes > out.greatest)
					out.greatest = bytes;
				now.used += bytes;
				now.used_today += bytes;
				out.raw += bytes;
				out.waiting -= answer.lines;
			}
		}
	}
	out.used = now.used;
	return out;
}

/* Raw readings never take the budget past its end by more than one batch. */
static void test_any_month(void **state)
{
	struct outcome out;
	struct van van;
	unsigned i;

	(void)state;
	for (i = 0; i < 60; i++) {
		van = (struct van){.month = (1 + draw(1000)) * MB / (1 + draw(20)),
			.days = 28 + (unsigned)draw(4),
			.most_lines = 1 + (unsigned)draw(10000),
			.line_bytes = 5 + (unsigned)draw(150),
			.from_h = (unsigned)draw(12),
			.made_h = draw(100000),
			.ledger_h = draw(2) ? draw(500000) : draw(3000)};
		van.to_h = van.from_h + 1 + (unsigned)draw(24 - van.from_h);
		out = live_a_month(&van);
		if (out.raw > van.month + out.greatest)
			fail_msg("SEED: month %llu, raw %llu, a batch %llu",
				(unsigned long long)van.month, (unsigned long long)out.raw,
				(unsigned long long)out.greatest);
	}
}

/* While bytes are left and readings wait, readings go: hardly anything is left when the month ends. */
static void test_nothing_is_left_over(void **state)
{
	struct outcome out;
	struct van van;
	uint64_t batch, left;
	unsigned i;

	(void)state;
	for (i = 0; i < 30; i++) {
		van = (struct van){.month = (2 + draw(500)) * MB,
			.days = 28 + (unsigned)draw(4),
			.most_lines = 100 + (unsigned)draw(5000),
			.line_bytes = 5 + (unsigned)draw(100),
			.to_h = 24,
			.made_h = 10000000,
			.ledger_h = draw(1000),
			.steady = true};
		out = live_a_month(&van);
		batch = 800 + (uint64_t)van.line_bytes * 16;
		left = van.month > out.used ? van.month - out.used : 0;
		/* An hour of the last day, which has no more than two days' share. */
		if (left > batch + van.month / van.days * 2 / 24)
			fail_msg("month %llu: %llu left", (unsigned long long)van.month,
				(unsigned long long)left);
		/* All that is made goes when it fits. */
		van.made_h = van.month / (24 * van.days) / (van.line_bytes + 800) / 2;
		van.made_h -= van.made_h % 60;
		van.ledger_h = 0;
		out = live_a_month(&van);
		assert_true(out.waiting <= van.made_h + 2 * van.most_lines);
	}
}

int main(void)
{
	const char *given = getenv("SEED");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_day_by_and_by),
		cmocka_unit_test(test_unused_days_carry_over),
		cmocka_unit_test(test_when_the_month_is_spent),
		cmocka_unit_test(test_a_small_budget_is_not_saved_up),
		cmocka_unit_test(test_without_the_time_it_is_one_day),
		cmocka_unit_test(test_what_a_line_costs_is_learnt),
		cmocka_unit_test(test_any_month),
		cmocka_unit_test(test_nothing_is_left_over),
	};

	seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	printf("SEED=%llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
