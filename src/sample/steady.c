#include "sample/steady.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *parameter;
	struct steady_rule rule;
} rules[] = {
	{"conductivity", {5, 0.03, 30}}, /* 5 uS/cm below 167, else 3 % */
	{"dissolved_oxygen", {0.2, 0, 30}},
	{"free_chlorine", {0.02, 0.05, 30}}, /* ours: no criterion was found */
	{"orp", {10, 0, 30}},
	{"ph", {0.1, 0, 30}},
	{"specific_conductance", {5, 0.03, 30}},
	{"temperature", {0.2, 0, 30}},
	{"total_chlorine", {0.02, 0.05, 30}},
	{"turbidity_fnu", {0.5, 0.1, 30}}, /* 0.5 below 5, else 10 % */
	{"turbidity_ntu", {0.5, 0.1, 30}},
};

/* Others: 3 % of the value. */
static const struct steady_rule other = {0, 0.03, 30};

const struct steady_rule *steady_rule(const char *parameter)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].parameter, parameter))
			return &rules[i].rule;
	return &other;
}

/* Half the ring holds the window: the rest is what goes out of it slot by slot. */
static int64_t slot_ms(const struct steady_rule *rule)
{
	return (int64_t)rule->window_s * 1000 / (STEADY_SLOTS / 2);
}

void steady_add(struct steady *steady, const struct steady_rule *rule, int64_t boot_ms,
	double value, bool good)
{
	if (!good) {
		*steady = (struct steady){.n = 0};
		return;
	}
	if (!steady->n)
		steady->since_ms = boot_ms;
	if (!steady->n || boot_ms - steady->slots[steady->newest].begin_ms >= slot_ms(rule)) {
		steady->newest = (steady->newest + 1) % STEADY_SLOTS;
		steady->n += steady->n < STEADY_SLOTS;
		steady->slots[steady->newest].begin_ms = boot_ms;
		steady->slots[steady->newest].low = steady->slots[steady->newest].high = value;
	}
	steady->slots[steady->newest].low = fmin(steady->slots[steady->newest].low, value);
	steady->slots[steady->newest].high = fmax(steady->slots[steady->newest].high, value);
	steady->last_ms = boot_ms;
	steady->last = value;
}

struct steady_state steady_state(
	const struct steady *steady, const struct steady_rule *rule, int64_t now_ms)
{
	struct steady_state state = {.low = (double)NAN, .high = (double)NAN};
	int64_t third_ms = (int64_t)rule->window_s * 1000 / 3;
	int64_t from_ms = now_ms - 3 * third_ms, after_ms = now_ms;
	unsigned i;

	if (!steady->n)
		return state;
	state.seen_s = (now_ms - steady->since_ms) / 1000;
	state.settled = now_ms - steady->last_ms <= third_ms;
	for (i = 0; i < steady->n; i++) {
		unsigned at = (steady->newest + STEADY_SLOTS - i) % STEADY_SLOTS;

		state.settled =
			state.settled && after_ms - steady->slots[at].begin_ms <= 2 * third_ms;
		after_ms = steady->slots[at].begin_ms;
		state.low = i ? fmin(state.low, steady->slots[at].low) : steady->slots[at].low;
		state.high = i ? fmax(state.high, steady->slots[at].high) : steady->slots[at].high;
		if (after_ms <= from_ms)
			break;
	}
	state.settled =
		state.settled && after_ms <= from_ms &&
		state.high - state.low <= fmax(rule->band, rule->band_relative * fabs(state.high));
	return state;
}
