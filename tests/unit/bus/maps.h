/*
 * maps.h - register maps for tests and benches, and the best plan found by trying every partition:
 * written from the contract of profile.h alone, without the planner's own helpers.
 */
#ifndef TESTS_MAPS_H
#define TESTS_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bus/decode.h"
#include "bus/plan.h"

static inline void map_add(
	struct profile *profile, uint8_t function, uint16_t address, enum register_type type)
{
	struct profile_field *field = &profile->fields[profile->n_fields++];

	if (!profile->most_registers)
		profile->most_registers = 125;
	memset(field, 0, sizeof(*field));
	field->at = (struct profile_register){
		function, address, (uint16_t)decode_registers(type), type, ORDER_ABCD, 0xFFFF};
	if (function <= 2)
		field->at.registers = 1;
	strcpy(field->parameter, "ph");
	field->scale = 1;
}

static inline void map_random(
	struct profile *profile, unsigned (*rng)(unsigned), unsigned n, unsigned span)
{
	static const enum register_type types[] = {TYPE_U16, TYPE_F32, TYPE_F32, TYPE_F64};
	unsigned i;

	memset(profile, 0, sizeof(*profile));
	profile->most_registers = (uint16_t)(rng(3) ? 125 : 4 + rng(20));
	profile->even_start = !rng(4);
	profile->exact_reads = !rng(5);
	profile->turnaround_ms = rng(3) * 20;
	for (i = 0; i < n; i++)
		map_add(profile, rng(6) ? 3 : (uint8_t)(1 + rng(4)), (uint16_t)(4 + rng(span)),
			types[rng(4)]);
	profile->n_forbidden = rng(3);
	for (i = 0; i < profile->n_forbidden; i++) {
		profile->forbidden[i].function = 3;
		profile->forbidden[i].first = (uint16_t)rng(span);
		profile->forbidden[i].last = (uint16_t)(profile->forbidden[i].first + rng(4));
	}
}

static inline bool map_forbidden(const struct profile *profile, uint8_t function, unsigned address)
{
	unsigned i;

	for (i = 0; i < profile->n_forbidden; i++)
		if (profile->forbidden[i].function == function &&
			address >= profile->forbidden[i].first &&
			address <= profile->forbidden[i].last)
			return true;
	return false;
}

static inline bool map_named(const struct profile *profile, uint8_t function, unsigned address)
{
	unsigned i;

	for (i = 0; i < profile->n_fields + profile->n_status; i++) {
		const struct profile_register *at =
			i < profile->n_fields ? &profile->fields[i].at
					      : &profile->status[i - profile->n_fields].at;

		if (at->function == function && address >= at->address &&
			address < (unsigned)at->address + at->registers)
			return true;
	}
	return false;
}

/* Time of one request for the fields whose group is `group`; -1 when no such request is allowed. */
static inline int64_t map_group_ns(const struct profile *profile, const struct plan_cost *cost,
	const unsigned *group_of, unsigned group)
{
	unsigned start = 65536, end = 0, i, a;
	uint8_t function = 0;

	for (i = 0; i < profile->n_fields; i++) {
		const struct profile_register *at = &profile->fields[i].at;

		if (group_of[i] != group)
			continue;
		if (function && function != at->function)
			return -1;
		function = at->function;
		if (at->address < start)
			start = at->address;
		if ((unsigned)at->address + at->registers > end)
			end = (unsigned)at->address + at->registers;
	}
	if (profile->even_start && function > 2)
		start -= start % 2;
	if (end - start > profile->most_registers * (function <= 2 ? 16u : 1u))
		return -1;
	for (a = start; a < end; a++)
		if (map_forbidden(profile, function, a) ||
			(profile->exact_reads && !map_named(profile, function, a)))
			return -1;
	return plan_request_ns(cost, function, (uint16_t)(end - start));
}

/* The least time over all partitions of the fields (at most 8); -1 when none is allowed. */
static inline int64_t map_brute_force(const struct profile *profile, const struct plan_cost *cost)
{
	unsigned n = profile->n_fields, group_of[8] = {0}, groups, i, g;
	int64_t best_ns = -1;

	for (;;) {
		int64_t total_ns = 0;

		for (groups = 0, i = 0; i < n; i++)
			if (group_of[i] + 1 > groups)
				groups = group_of[i] + 1;
		for (g = 0; g < groups && total_ns >= 0; g++) {
			int64_t one_ns = map_group_ns(profile, cost, group_of, g);

			total_ns = one_ns < 0 ? -1 : total_ns + one_ns;
		}
		if (total_ns >= 0 && (best_ns < 0 || total_ns < best_ns))
			best_ns = total_ns;
		/* the next restricted growth string: each partition exactly once */
		for (i = n - 1; i > 0; i--) {
			unsigned highest = 0, k;

			for (k = 0; k < i; k++)
				if (group_of[k] > highest)
					highest = group_of[k];
			if (group_of[i] <= highest) {
				group_of[i]++;
				break;
			}
			group_of[i] = 0;
		}
		if (i == 0)
			return best_ns;
	}
}

#endif
