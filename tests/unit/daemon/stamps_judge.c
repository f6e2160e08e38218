/* What each look at the clocks leads to, on clocks made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/stamps.h"

static const int64_t utc_2024 = 1704067200000, utc_2030 = 1893456000000, now_2025 = 1750000000000;

struct van {
	struct clock_conf conf;
	struct stamps_memory memory;
	struct stamps_look look;
	struct time_offset in_force; /* kept as the spool would */
};

static struct van van_at(int64_t boot_ms, int64_t wall_ms)
{
	return (struct van){.conf = {600, utc_2024, utc_2030, 730, 86400},
		.look = {.boot_ms = boot_ms, .wall_ms = wall_ms}};
}

/* One look, and the spool does as told. */
static struct stamps_act look(struct van *van)
{
	struct stamps_act act = stamps_judge(&van->conf, &van->memory, &van->look, &van->in_force);

	if (act.fix)
		van->in_force = (struct time_offset){
			van->look.boot_ms, act.offset_ms, act.source, act.uncertainty_ms};
	if (act.anchor) {
		van->memory.anchored = true;
		van->memory.anchored_ms = van->look.boot_ms;
	}
	return act;
}

static void pass(struct van *van, int64_t ms)
{
	van->look.boot_ms += ms;
	van->look.wall_ms += ms;
}

static void sync(struct van *van, int64_t most_error_ms)
{
	van->look.sync = (struct clock_sync){0, true, most_error_ms};
}

static void a_synchronised_clock_is_used_at_once(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	sync(&van, 12);
	act = look(&van);
	assert_true(act.fix && act.anchor);
	assert_int_equal(act.source, TIME_NTP);
	assert_int_equal(act.offset_ms, now_2025 - 5000);
	assert_int_equal(act.uncertainty_ms, 12);
	pass(&van, 1000);
	act = look(&van);
	assert_false(act.fix || act.anchor || act.step_ms);
}

static void an_unconfirmed_clock_waits_and_is_marked(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act = look(&van);
	int i;

	(void)state;
	/* the anchor is for the case that this boot ends before the wait does */
	assert_true(act.anchor && !act.fix && act.source == TIME_RESTORED);
	for (i = 1; i < 600; i++) {
		pass(&van, 1000);
		act = look(&van);
		assert_false(act.fix);
	}
	pass(&van, 1000);
	act = look(&van);
	assert_true(act.fix && act.anchor);
	assert_int_equal(act.source, TIME_RESTORED);
	assert_int_equal(act.uncertainty_ms, STAMPS_RESTORED_MS);
}

static void an_impossible_clock_is_never_used(void **state)
{
	static const int64_t walls[] = {0, 1000, 1704067199999, 1893456000001, 4102444800000};
	unsigned i, k;

	(void)state;
	for (i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		struct van van = van_at(5000, walls[i]);

		/* not even when the kernel claims that it is synchronised */
		if (i % 2)
			sync(&van, 1);
		for (k = 0; k < 3; k++) {
			struct stamps_act act = look(&van);

			assert_false(act.fix || act.anchor);
			assert_int_equal(act.source, TIME_NONE);
			van.look.boot_ms += 3600 * 1000;
			van.look.wall_ms = walls[i];
			van.memory.offset_ms = van.look.wall_ms - van.look.boot_ms;
		}
	}
}

/* 1970 at boot, then NTP sets the clock: one step, one fix. */
static void ntp_after_1970(void **state)
{
	struct van van = van_at(5000, 5000);
	struct stamps_act act = look(&van);

	(void)state;
	assert_false(act.fix || act.anchor);
	pass(&van, 30000);
	van.look.wall_ms = now_2025;
	sync(&van, 20);
	act = look(&van);
	assert_true(act.fix && act.anchor);
	assert_int_equal(act.source, TIME_NTP);
	assert_int_equal(act.offset_ms, now_2025 - 35000);
	assert_int_equal(act.step_ms, now_2025 - 35000);
	pass(&van, 1000);
	act = look(&van);
	assert_false(act.fix || act.anchor || act.step_ms);
}

static void ntp_after_a_restored_clock_is_a_new_offset(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	look(&van);
	pass(&van, 600 * 1000);
	assert_true(look(&van).fix);
	pass(&van, 1000);
	van.look.wall_ms += 7200 * 1000;
	sync(&van, 30);
	act = look(&van);
	assert_true(act.fix);
	assert_int_equal(act.source, TIME_NTP);
	assert_int_equal(act.step_ms, 7200 * 1000);
	/* also when it had been right all along */
	van = van_at(5000, now_2025);
	look(&van);
	pass(&van, 600 * 1000);
	assert_true(look(&van).fix);
	sync(&van, 30);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_NTP && !act.step_ms);
}

static void a_step_counts_when_its_source_is_as_good(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	sync(&van, 5);
	look(&van);
	/* half a second and less is no step */
	pass(&van, 1000);
	van.look.wall_ms += 500;
	act = look(&van);
	assert_false(act.fix || act.step_ms);
	/* NTP itself steps its clock */
	pass(&van, 1000);
	van.look.wall_ms += 1;
	act = look(&van);
	assert_true(act.fix && act.anchor);
	assert_int_equal(act.step_ms, 501);
	/* a hand sets the clock, and NTP is gone with it: noted, not used */
	pass(&van, 1000);
	van.look.wall_ms -= 3600 * 1000;
	van.look.sync = (struct clock_sync){0};
	act = look(&van);
	assert_false(act.fix);
	assert_true(act.anchor);
	assert_int_equal(act.source, TIME_RESTORED);
	assert_int_equal(act.step_ms, -3600 * 1000);
	pass(&van, 1000);
	act = look(&van);
	assert_false(act.fix || act.anchor || act.step_ms);
	/* NTP comes back and agrees with the wrong hand: then it is right */
	sync(&van, 5);
	pass(&van, 1000);
	act = look(&van);
	assert_true(act.fix && act.source == TIME_NTP && !act.step_ms);
}

static void a_restored_clock_follows_a_hand(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	van.conf.wait_s = 0;
	assert_true(look(&van).fix);
	pass(&van, 1000);
	van.look.wall_ms += 86400 * 1000;
	act = look(&van);
	assert_true(act.fix && act.anchor);
	assert_int_equal(act.source, TIME_RESTORED);
	/* but not into the impossible */
	pass(&van, 1000);
	van.look.wall_ms = 1000;
	act = look(&van);
	assert_true(act.step_ms != 0);
	assert_false(act.fix || act.anchor);
}

static void a_restart_in_the_same_boot_keeps_what_is_in_force(void **state)
{
	struct van van = van_at(900000, now_2025);
	struct stamps_act act;

	(void)state;
	van.in_force = (struct time_offset){5000, now_2025 - 900000, TIME_NTP, 8};
	/* not synchronised just now: the offset holds, and the anchor says how good it still is */
	act = look(&van);
	assert_false(act.fix || act.step_ms);
	assert_true(act.anchor);
	assert_int_equal(act.source, TIME_NTP);
	assert_int_equal(act.uncertainty_ms, 8);
	/* the clock was stepped while the daemon was away: seen at the first look */
	van = van_at(900000, now_2025 + 60000);
	van.in_force = (struct time_offset){5000, now_2025 - 900000, TIME_NTP, 8};
	sync(&van, 4);
	act = look(&van);
	assert_int_equal(act.step_ms, 60000);
	assert_true(act.fix);
}

static void an_anchor_every_ten_minutes(void **state)
{
	struct van van = van_at(5000, now_2025);
	unsigned anchors = 0, i;

	(void)state;
	sync(&van, 3);
	for (i = 0; i <= 3600; i++) {
		anchors += look(&van).anchor;
		pass(&van, 1000);
	}
	assert_int_equal(anchors, 7);
}

static void what_cannot_be_read_is_not_synchronised(void **state)
{
	struct van van = van_at(5000, now_2025);
	struct stamps_act act;

	(void)state;
	van.look.sync = (struct clock_sync){1, true, 0};
	act = look(&van);
	assert_false(act.fix);
	assert_int_equal(act.source, TIME_RESTORED);
	/* and the kernel's own answer can be asked for by anyone */
	(void)clock_sync_kernel(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_synchronised_clock_is_used_at_once),
		cmocka_unit_test(an_unconfirmed_clock_waits_and_is_marked),
		cmocka_unit_test(an_impossible_clock_is_never_used),
		cmocka_unit_test(ntp_after_1970),
		cmocka_unit_test(ntp_after_a_restored_clock_is_a_new_offset),
		cmocka_unit_test(a_step_counts_when_its_source_is_as_good),
		cmocka_unit_test(a_restored_clock_follows_a_hand),
		cmocka_unit_test(a_restart_in_the_same_boot_keeps_what_is_in_force),
		cmocka_unit_test(an_anchor_every_ten_minutes),
		cmocka_unit_test(what_cannot_be_read_is_not_synchronised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
