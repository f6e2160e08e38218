/* checked.h - an analyzer that is checked on the control socket, and what it says. */
#ifndef TESTS_DAEMON_CHECKED_H
#define TESTS_DAEMON_CHECKED_H

#include "asked.h"

static const struct series acidity = {"ph-1", "ph", NUMBER_F32, 0};
static const struct series warmth = {"ph-1", "temperature", NUMBER_F32, 0};

static struct line_conf bench = {.name = "bench",
	.n_units = 2,
	.units = {{.name = "ph-1", .interval_ms = 1000}, {.name = "ec-1", .interval_ms = 1000}}};

/* The analyzer is in the configuration, but nobody asks it: what it says is said here. */
static int start_bench(void **state)
{
	int err = start(state);

	field_learn(parts.field, &acidity, 1);
	field_learn(parts.field, &warmth, 2);
	conf.lines = &bench;
	conf.n_lines = 1;
	snprintf(conf.limits.folder, sizeof(conf.limits.folder), "%s/config/limits",
		getenv("WATERLAB_SOURCE"));
	text_copy(conf.limits.sets, sizeof(conf.limits.sets), "nsdwq-2010");
	return err;
}

static void restart_bench(void)
{
	conf.n_lines = 0;
	restart();
	field_learn(parts.field, &acidity, 1);
	field_learn(parts.field, &warmth, 2);
	conf.n_lines = 1;
}

static void says(double value, uint8_t qc, uint16_t flags, int64_t ago_ms)
{
	struct reading reading = {.series = 1, .value = value, .qc = qc, .flags = flags};
	struct exchange exchange = {
		.boot_ms = clock_boot_ms(&clock_system) - ago_ms, .readings = &reading, .n = 1};

	field_take(parts.field, &exchange);
}

/* As if it had stood there for 40 s. */
static void stands(double value, uint8_t qc, uint16_t flags)
{
	for (int64_t ago_ms = 40000; ago_ms >= 0; ago_ms -= 1000)
		says(value, qc, flags, ago_ms);
}

#define settles(value) stands(value, QC_FAIL, FLAG_RANGE | FLAG_FLAT)

static long long begin_check(const char *token)
{
	return taken(ask("{'ask':'check-begin','by':'Gul Khan','token':'%s','unit':'ph-1',"
			 "'parameter':'ph','lot':'B7','value':'7.01'}",
			     token),
		"check");
}

static json_t *step(long long check, const char *ask_for, const char *token)
{
	return ask("{'ask':'%s','check':%lld,'by':'Gul Khan','token':'%s'}", ask_for, check, token);
}

/* A whole check; whether it passed. */
static bool check(const char *token, double shown)
{
	long long number = begin_check(token);
	char other[8];
	json_t *answer;
	bool passed;

	settles(shown);
	snprintf(other, sizeof(other), "%s-1", token);
	json_decref(step(number, "check-take", other));
	snprintf(other, sizeof(other), "%s-2", token);
	answer = step(number, "check-finish", other);
	passed = !strcmp(json_string_value(json_object_get(answer, "state")), "passed");
	json_decref(answer);
	return passed;
}

#endif
