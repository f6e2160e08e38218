/* vansim.h - what vansim's files share. */
#ifndef VANSIM_H
#define VANSIM_H

#include <stdbool.h>
#include <stdint.h>

#include "dice.h"
#include "uplink/uplink.h"

enum { UNITS = 20, PER_UNIT = 5 };

/* A van's series, PER_UNIT to an analyzer, `units` of them. */
void water_series(struct spool *spool, unsigned units, uint32_t numbers[UNITS][PER_UNIT]);
const char *water_parameter(unsigned parameter);
/* Slow daily waves, noise of the last digit, now and then a spike, as text of that parameter's digits. */
void water_value(struct dice *dice, unsigned parameter, uint64_t tick, char *text, size_t cap);
/* Waits until n readings are saved since the spool was opened. */
void wait_saved(struct spool *spool, uint64_t n);

/*
 * fill.c: a spool in `dir` with n readings that were never sent, spread over `days` up to this machine's start; 0: one a second.
 */
void fill_spool(const char *dir, uint64_t n, unsigned days);

/* plans.c: vans whose store misbehaves by plan, one after the other in each of `threads`. */
struct plans {
	struct store_conf store; /* its url is the real store's */
	uint16_t port;           /* of the real store, on loopback */
	uint64_t seed;           /* of the first plan; the others follow */
	unsigned n, threads;
	bool poison;    /* the store refuses readings with flags, and file_readings with a value */
	int64_t utc_ms; /* what the vans' clocks show */
};
/* False: at least one van did not get rid of its readings. */
bool run_plans(const struct plans *plans);

#endif
