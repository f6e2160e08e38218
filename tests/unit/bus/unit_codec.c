/* A driver's turns on a line with an injected clock: identity, waiting, what goes wrong, what is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "coded.h"

static void every_turn_brings_its_value_and_identity_is_asked_once(void **state)
{
	struct sim *sim = begun(&texts, 1);
	size_t i;

	(void)state;
	sim_run(sim, 60000);
	assert_in_range(devices[1].reads, 28, 31);
	assert_int_equal(devices[1].identities, 1);
	assert_int_equal(devices[1].hellos, 1);
	assert_int_equal(devices[1].starts, devices[1].reads);
	assert_int_equal(sim->n_kept, devices[1].reads);
	for (i = 0; i < sim->n_kept; i++) {
		assert_true(sim->kept[i].value == 7.02);
		assert_int_equal(sim->kept[i].qc, QC_PASS);
		assert_string_equal(sim->series[sim->kept[i].series].parameter, "ph");
		assert_int_equal(sim->series[sim->kept[i].series].decimals, 2);
	}
	assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
	assert_int_equal(sim_state(sim, 1).last_error, 0);
	sim_free_all(sim);
}

static int take_line(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	(void)unit;
	(void)rx;
	(void)len;
	(void)out;
	return WL_NEXT;
}

/* A configuration with one is refused before; here nothing that comes on the line may become its value. */
static void one_that_reads_files_is_on_no_line(void **state)
{
	static const struct wl_exchange lines[] = {
		{.name = "line", .wire = WL_FILE, .decode = take_line}, {.name = NULL}};
	static const struct wl_driver filed = {
		.name = "filed", .models = "m", .manual = "p", .exchanges = lines};
	struct sim *sim = lab(&filed, 1);

	(void)state;
	assert_int_equal(sim_make(sim), ERR_CONF);
	sim_free_all(sim);
}

/* Four waits of 600 ms one after the other would not go into a second. */
static void others_are_asked_while_one_waits(void **state)
{
	struct sim *sim = lab(&texts, 4);
	unsigned u;

	(void)state;
	for (u = 0; u < 4; u++)
		sim->line_conf.units[u].interval_ms = 1000;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 60000);
	for (u = 1; u <= 4; u++) {
		assert_in_range(devices[u].reads, 55, 61);
		assert_int_equal(sim_count(sim, u, 0, INT64_MAX), devices[u].reads);
	}
	sim_free_all(sim);
}

static void one_that_is_busy_is_asked_again_after_its_pause(void **state)
{
	struct sim *sim = begun(&texts, 1);

	(void)state;
	sim_run(sim, 4000);
	devices[1].busy = 5;
	devices[1].reads = 0;
	sim->n_kept = 0;
	sim_run(sim, 6000);
	assert_in_range(devices[1].reads, 6, 8);
	assert_in_range(devices[1].read_ns[1] - devices[1].read_ns[0], 600000000, 700000000);
	assert_in_range(sim->n_kept, 1, 3);
	assert_int_equal(sim_state(sim, 1).last_error, 0);
	/* never ready: that is no answer, and the other turns come */
	devices[1].busy = 1000000;
	sim->n_kept = 0;
	sim_run(sim, 200000);
	assert_int_equal(sim->n_kept, 0);
	assert_true(sim_state(sim, 1).timeouts > 0);
	devices[1].busy = 0;
	sim_run(sim, 100000);
	assert_true(sim->n_kept > 0);
	sim_free_all(sim);
}

static void another_device_is_refused_and_the_right_one_is_taken(void **state)
{
	struct sim *sim = lab(&texts, 2);

	(void)state;
	devices[1].kind = 'B';
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 30000);
	assert_int_equal(sim_state(sim, 1).health, UNIT_WRONG);
	assert_int_equal(sim_state(sim, 1).last_error, ERR_WRONG_UNIT);
	assert_string_equal(sim_state(sim, 1).last_words, "its answer to \"kind\" is another's");
	assert_int_equal(sim_count(sim, 1, 0, INT64_MAX), 0);
	assert_int_equal(devices[1].starts, 0);
	assert_in_range(devices[1].identities, 2, 10);
	assert_true(sim_count(sim, 2, 0, INT64_MAX) > 12);
	devices[1].kind = 'A';
	sim_run(sim, 61000);
	assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
	assert_true(sim_count(sim, 1, 0, INT64_MAX) > 0);
	sim_free_all(sim);
}

static void one_odd_identity_is_not_believed(void **state)
{
	struct sim *sim = lab(&texts, 1);

	(void)state;
	devices[1].kind = 'B';
	assert_int_equal(sim_make(sim), 0);
	while (!devices[1].identities)
		sim_run(sim, 10);
	devices[1].kind = 'A';
	sim_run(sim, 10000);
	assert_int_equal(sim_state(sim, 1).wrong, 0);
	assert_in_range(sim->n_kept, 4, 6);
	sim_free_all(sim);
}

/* Whatever follows a silence may be another device: nothing is remembered of the one before. */
static void after_a_silence_nothing_is_remembered(void **state)
{
	struct sim *sim = begun(&texts, 1);

	(void)state;
	sim_run(sim, 10000);
	assert_int_equal(devices[1].remembered, 1);
	sim->units[1].mute = true;
	sim_run(sim, 3000);
	sim->units[1].mute = false;
	sim_run(sim, 20000);
	assert_int_equal(devices[1].identities, 2);
	assert_int_equal(devices[1].remembered, 1); /* not 2: it began anew */
	assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
	/* the line was away */
	sim->present = false;
	sim_run(sim, 3000);
	sim->present = true;
	sim_run(sim, 20000);
	assert_int_equal(devices[1].identities, 3);
	assert_int_equal(devices[1].remembered, 1);
	assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
	/* nonsense is a silence too, and no value */
	devices[1].garbled = true;
	sim->n_kept = 0;
	sim_run(sim, 5000);
	assert_int_equal(sim->n_kept, 0);
	assert_true(sim_state(sim, 1).noise > 0);
	devices[1].garbled = false;
	sim_run(sim, 30000);
	assert_true(devices[1].identities > 3);
	assert_int_equal(devices[1].remembered, 1);
	assert_true(sim->n_kept > 0);
	sim_free_all(sim);
}

static void the_same_over_tcp(void **state)
{
	struct sim *sim = lab(&pdus, 1);

	(void)state;
	sim->conf.kind = PORT_TCP;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 10000);
	assert_int_equal(devices[1].remembered, 7);
	assert_int_equal(devices[1].options, 1);
	/* what it remembers of before is not asked with, even where its identity is now refused */
	sim->units[1].mute = true;
	sim_run(sim, 3000);
	sim->units[1].mute = false;
	devices[1].refuses_options = true;
	sim_run(sim, 20000);
	assert_true(devices[1].options > 1);
	assert_int_equal(devices[1].remembered, 0);
	assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
	/* a gateway's word for "it does not answer" is such a silence */
	devices[1].options = 0;
	devices[1].gateway = true;
	sim_run(sim, 3000);
	devices[1].gateway = false;
	devices[1].refuses_options = false;
	sim_run(sim, 20000);
	assert_true(devices[1].options > 0);
	assert_int_equal(devices[1].remembered, 7);
	sim_free_all(sim);
}

static void an_exception_is_an_answer_where_the_driver_says_so(void **state)
{
	struct sim *sim = lab(&pdus, 1);

	(void)state;
	devices[1].refuses_options = true;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 20000);
	assert_int_equal(devices[1].options, 1); /* that is known now */
	assert_in_range(devices[1].reads, 9, 11);
	assert_int_equal(sim_state(sim, 1).last_error, 0);
	assert_in_range(sim_count(sim, 1, 0, INT64_MAX), 9, 11);
	/* where it does not, the turn is over, and the device lives */
	devices[1].refuses_values = true;
	sim->n_kept = 0;
	sim_run(sim, 60000);
	assert_int_equal(sim->n_kept, 0);
	assert_int_equal(sim_state(sim, 1).last_error, ERR_EXCEPTION);
	assert_int_equal(sim_state(sim, 1).last_exception, 2);
	assert_int_not_equal(sim_state(sim, 1).health, UNIT_ASIDE);
	devices[1].refuses_values = false;
	sim_run(sim, 5000);
	assert_true(sim->n_kept > 0);
	sim_free_all(sim);
}

static void a_short_pdu_is_no_answer(void **state)
{
	struct sim *sim = begun(&pdus, 1);

	(void)state;
	devices[1].garbled = true;
	sim_run(sim, 20000);
	assert_int_equal(sim->n_kept, 0);
	assert_true(sim_state(sim, 1).noise > 0);
	sim_free_all(sim);
}

static void an_unknown_unit_is_no_value_and_warm_up_is_flagged(void **state)
{
	struct sim *sim = begun(&pdus, 1);
	size_t i, warm = 0;

	(void)state;
	sim_run(sim, 20000);
	assert_true(sim->n_kept > 10);
	for (i = 0; i < sim->n_kept; i++) {
		const struct sim_kept *kept = &sim->kept[i];
		bool ph = !strcmp(sim->series[kept->series].parameter, "ph");

		warm += (kept->flags & FLAG_WARMUP) != 0;
		assert_int_equal(kept->flags & ~FLAG_WARMUP, ph ? 0 : FLAG_UNIT);
		assert_int_equal(kept->qc, !ph                         ? QC_MISSING
					   : kept->flags & FLAG_WARMUP ? QC_SUSPECT
								       : QC_PASS);
		assert_int_equal(isnan(kept->value), !ph);
	}
	assert_in_range(warm, 2 * 4, 2 * 6);
	sim_free_all(sim);
}

/* A wake-up of its own that comes before everything else in a turn. */
static void a_turn_may_begin_with_a_pause(void **state)
{
	struct wl_exchange exchanges[3] = {registers[0], registers[1], registers[2]};
	struct wl_driver slow = pdus;
	struct sim *sim;
	int64_t begun_ms;

	(void)state;
	exchanges[0].wait_ms = 700;
	exchanges[0].identity = false;
	slow.exchanges = exchanges;
	sim = lab(&slow, 1);
	assert_int_equal(sim_make(sim), 0);
	begun_ms = sim->now_ns / 1000000;
	sim_run(sim, 690);
	assert_int_equal(devices[0].options + devices[1].options, 0);
	sim_run(sim, 2000);
	assert_true(sim->n_kept > 0);
	assert_true(sim->kept[0].boot_ms >= begun_ms + 700);
	sim_free_all(sim);
}

static int take_cell(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out)
{
	wl_put(out, "cell", "V", 2.5, 1, 0);
	return take_values(unit, rx, len, out);
}

static void a_value_is_what_the_operator_says(void **state)
{
	static const char *const own[] = {"cell V", NULL};
	struct wl_exchange exchanges[3] = {registers[0], registers[1], registers[2]};
	struct wl_driver with_cell = pdus;
	struct unit_measures *measures;
	size_t i, renamed = 0;
	struct sim *sim;

	(void)state;
	exchanges[1].decode = take_cell;
	with_cell.exchanges = exchanges;
	with_cell.unjudged = own;
	sim = lab(&with_cell, 1);
	measures = &sim->line_conf.units[0].measures;
	measures->n = 1;
	strcpy(measures->at[0].value, "cell");
	strcpy(measures->at[0].parameter, "orp");
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 10000);
	for (i = 0; i < sim->n_kept; i++) {
		const char *parameter = sim->series[sim->kept[i].series].parameter;

		assert_string_not_equal(parameter, "cell");
		if (strcmp(parameter, "orp") != 0)
			continue;
		renamed++;
		assert_true(sim->kept[i].value == 2500); /* 2.5 V, an orp is in mV */
	}
	assert_true(renamed > 3);
	sim_free_all(sim);
}

static void what_cannot_be_asked_is_a_mistake_of_the_configuration(void **state)
{
	static struct wl_driver big;
	struct sim *sim = lab(&texts, 1);

	(void)state;
	sim->conf.kind = PORT_TCP;
	assert_int_equal(sim_make(sim), ERR_CONF);
	sim_free_all(sim);
	big = texts;
	big.state_size = CODEC_STATE + 1;
	sim = lab(&big, 1);
	assert_int_equal(sim_make(sim), ERR_CONF);
	sim_free_all(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_turn_brings_its_value_and_identity_is_asked_once),
		cmocka_unit_test(one_that_reads_files_is_on_no_line),
		cmocka_unit_test(others_are_asked_while_one_waits),
		cmocka_unit_test(one_that_is_busy_is_asked_again_after_its_pause),
		cmocka_unit_test(another_device_is_refused_and_the_right_one_is_taken),
		cmocka_unit_test(one_odd_identity_is_not_believed),
		cmocka_unit_test(after_a_silence_nothing_is_remembered),
		cmocka_unit_test(the_same_over_tcp),
		cmocka_unit_test(an_exception_is_an_answer_where_the_driver_says_so),
		cmocka_unit_test(a_short_pdu_is_no_answer),
		cmocka_unit_test(an_unknown_unit_is_no_value_and_warm_up_is_flagged),
		cmocka_unit_test(a_turn_may_begin_with_a_pause),
		cmocka_unit_test(a_value_is_what_the_operator_says),
		cmocka_unit_test(what_cannot_be_asked_is_a_mistake_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
