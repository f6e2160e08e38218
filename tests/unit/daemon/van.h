/* van.h - a van's clocks made by hand, and a spool that does as the judge says. */
#ifndef TESTS_DAEMON_VAN_H
#define TESTS_DAEMON_VAN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/stamps_judge.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
__attribute__((unused)) static const int64_t utc_2024 = 1704067200000, utc_2030 = 1893456000000,
					     now_2025 = 1750000000000;
__attribute__((unused)) static const struct spool_past new_spool = {.known = false};

struct van {
	struct clock_conf conf;
	struct spool_past past;
	struct stamps_memory memory;
	struct stamps_look look;
	struct time_offset in_force; /* kept as the spool would */
};

__attribute__((unused)) static struct van van_at(int64_t boot_ms, int64_t wall_ms)
{
	return (struct van){.conf = {600, utc_2024, utc_2030, 730, 86400},
		.past = new_spool,
		.look = {.boot_ms = boot_ms, .wall_ms = wall_ms}};
}

/* One look, and the spool does as told. */
__attribute__((unused)) static struct stamps_act look(struct van *van)
{
	struct stamps_act act =
		stamps_judge(&van->conf, &van->past, &van->memory, &van->look, &van->in_force);

	if (act.fix)
		van->in_force = (struct time_offset){
			van->look.boot_ms, act.offset_ms, act.source, act.uncertainty_ms};
	if (act.anchor) {
		van->memory.anchored = true;
		van->memory.anchored_ms = van->look.boot_ms;
	}
	return act;
}

__attribute__((unused)) static void pass(struct van *van, int64_t ms)
{
	van->look.boot_ms += ms;
	van->look.wall_ms += ms;
	if (van->look.chip.there)
		van->look.chip.utc_ms += ms;
	van->look.gps.boot_ms = van->look.boot_ms;
}

__attribute__((unused)) static void sync(struct van *van, int64_t most_error_ms)
{
	van->look.sync = (struct clock_sync){0, true, most_error_ms};
}

/* The receiver says that it is utc_ms now. */
__attribute__((unused)) static void satellites(struct van *van, int64_t utc_ms, bool leap_known)
{
	van->look.receiver = true;
	van->look.gps = (struct gps_time){.known = true,
		.leap_known = leap_known,
		.offset_ms = utc_ms - van->look.boot_ms,
		.uncertainty_ms = leap_known ? FIX_TIME_ERROR_MS : FIX_TIME_LEAP_ERROR_MS,
		.boot_ms = van->look.boot_ms};
}

__attribute__((unused)) static void chip(struct van *van, int64_t utc_ms)
{
	van->look.chip = (struct clock_chip){true, true, true, utc_ms / 1000 * 1000};
}

__attribute__((unused)) static void enter(struct van *van, int64_t utc_ms, int64_t uncertainty_ms)
{
	van->memory.entered = van->memory.entered_now = true;
	van->memory.entered_offset_ms = utc_ms - van->look.boot_ms;
	van->memory.entered_uncertainty_ms = uncertainty_ms;
}

__attribute__((unused)) static void expect_fix(const struct stamps_act *act,
	enum time_source source, int64_t offset_ms, int64_t uncertainty_ms)
{
	assert_true(act->fix);
	assert_int_equal(act->source, source);
	assert_int_equal(act->offset_ms, offset_ms);
	assert_int_equal(act->uncertainty_ms, uncertainty_ms);
}

#endif
