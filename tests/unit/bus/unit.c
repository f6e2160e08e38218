/* A unit on an injected clock: refusals, identity, status, warm-up, what is no value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "sim.h"

/* One register of a block of ten refuses: it alone is missing, is said once, and is asked again. */
static void a_refusing_register_costs_the_others_nothing(void **state)
{
	struct sim *sim = sim_new();
	size_t refused = 0, i;
	uint64_t asked;
	uint16_t k;

	(void)state;
	for (k = 0; k < 10; k++)
		sim_field(sim, k);
	sim_add(sim, 1000);
	assert_int_equal(sim_make(sim), 0);
	sim->units[1].refuses[6] = 2;
	sim_run(sim, 25000);
	assert_in_range(sim_count(sim, 1, 0, INT64_MAX), 9 * 24, 9 * 26);
	for (i = 0; i < sim->n_kept; i++)
		if (sim->kept[i].flags & FLAG_REFUSED) {
			refused++;
			assert_int_equal(sim->kept[i].qc, QC_MISSING);
			assert_true(isnan(sim->kept[i].value));
		}
	assert_int_equal(refused, 1);
	assert_true(sim_state(sim, 1).fields[6].refused);
	assert_false(sim_state(sim, 1).fields[5].refused);
	assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
	assert_string_equal(sim_state(sim, 1).last_words, "holding register 6: exception 2");
	/* two requests a turn now: before and behind the hole */
	asked = sim->units[1].asked;
	sim_run(sim, 3000);
	assert_in_range(sim->units[1].asked - asked, 5, 7);
	sim_run(sim, 3600000);
	assert_in_range(sim_state(sim, 1).exceptions, 8, 18); /* 30 s, 1, 2, ... 10 min */
	/* the device learned it: found within 10 minutes, and the block is whole again */
	sim->units[1].refuses[6] = 0;
	sim_run(sim, 601000);
	assert_false(sim_state(sim, 1).fields[6].refused);
	assert_int_equal(sim_state(sim, 1).last_error, 0);
	asked = sim->units[1].asked;
	sim_run(sim, 10000);
	assert_in_range(sim->units[1].asked - asked, 9, 11);
	check_kept(sim);
	sim_free_all(sim);
}

/* Not a register of ours refuses but one in the gap between them: no value is lost for good. */
static void a_refusing_gap_is_found(void **state)
{
	struct sim *sim = sim_new();
	uint64_t asked;
	uint16_t k;

	(void)state;
	for (k = 0; k < 12; k += 2)
		sim_field(sim, k);
	sim_add(sim, 1000);
	assert_int_equal(sim_make(sim), 0);
	sim->units[1].refuses[7] = 2;
	sim_run(sim, 20000);
	assert_int_equal(sim_count(sim, 1, 0, INT64_MAX), sim->n_kept);
	assert_in_range(sim_count(sim, 1, 0, INT64_MAX), 6 * 19, 6 * 21);
	asked = sim->units[1].asked;
	sim_run(sim, 10000);
	assert_in_range(sim->units[1].asked - asked, 2 * 9, 2 * 11);
	assert_int_equal(sim_state(sim, 1).last_error, 0);
	check_kept(sim);
	sim_free_all(sim);
}

static void busy_is_later_not_never(void **state)
{
	struct sim *sim = sim_new();

	(void)state;
	sim_field(sim, 0);
	sim_field(sim, 1);
	sim_add(sim, 1000);
	assert_int_equal(sim_make(sim), 0);
	sim->units[1].busy = true;
	sim_run(sim, 10000);
	assert_int_equal(sim->n_kept, 0);
	assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
	assert_in_range(sim_state(sim, 1).exceptions, 9, 11);
	sim->units[1].busy = false;
	sim_run(sim, 2000);
	assert_true(sim_count(sim, 1, 0, INT64_MAX) >= 2);
	sim_free_all(sim);
}

/* Unplugged or killed in the middle of a question, and back at once: the device still owes the answer,
 * and the map has another question with an answer of that length. */
static void an_answer_owed_from_before_is_nobodys(void **state)
{
	struct port_ask before = {.unit = 1, .function = 3, .start = 100, .count = 1};
	int64_t late_ms;

	(void)state;
	for (late_ms = 20; late_ms < 400; late_ms += 20) {
		struct sim *sim = sim_new();

		sim_field(sim, 0);
		sim_field(sim, 100);
		sim->profile.exact_reads = true;
		sim->profile.reply_ms = 300;
		sim->turnaround_ns = 100000000;
		sim_add(sim, 1000);
		assert_int_equal(sim_make(sim), 0);
		sim->units[1].late_ns = late_ms * 1000000;
		sim_send(sim, &before);
		sim->units[1].late_ns = 0;
		sim_run(sim, 10000);
		assert_true(sim->n_kept > 8);
		check_kept(sim);
		sim_free_all(sim);
	}
}

/* Exceptions 10 and 11 are a gateway's word for "it does not answer". */
static void a_gateways_excuse_is_a_mute_unit(void **state)
{
	struct sim *sim = sim_new();

	(void)state;
	sim_field(sim, 0);
	sim_add(sim, 1000);
	assert_int_equal(sim_make(sim), 0);
	sim->units[1].gateway = true;
	sim_run(sim, 60000);
	assert_int_equal(sim_state(sim, 1).health, UNIT_ASIDE);
	assert_int_equal(sim_state(sim, 1).last_exception, 11);
	assert_false(sim_state(sim, 1).fields[0].refused);
	sim_free_all(sim);
}

static void another_device_is_refused(void **state)
{
	struct sim *sim = sim_new();

	(void)state;
	sim_field(sim, 0);
	sim->profile.has_identity = true;
	sim->profile.identity = (struct profile_register){3, 100, 1, TYPE_U16, ORDER_ABCD, 0xFFFF};
	sim->profile.identity_value = 4711;
	sim_add(sim, 1000);
	sim_add(sim, 1000);
	assert_int_equal(sim_make(sim), 0);
	sim->units[2].words[100] = 4711;
	sim_run(sim, 60000);
	assert_int_equal(sim_state(sim, 1).health, UNIT_WRONG);
	assert_int_equal(sim_state(sim, 1).last_error, ERR_WRONG_UNIT);
	assert_string_equal(sim_state(sim, 1).last_words, "identity reads 356 (0x164)");
	assert_int_equal(sim_count(sim, 1, 0, INT64_MAX), 0);
	assert_true(sim_count(sim, 2, 0, INT64_MAX) > 55);
	/* the right one */
	sim->units[1].words[100] = 4711;
	sim_run(sim, 61000);
	assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
	assert_true(sim_count(sim, 1, 0, INT64_MAX) > 0);
	/* exchanged while mute for a moment: read again before anything is believed */
	sim->units[1].mute = true;
	sim_run(sim, 2000);
	sim->units[1].mute = false;
	sim->units[1].words[100] = 1;
	sim->n_kept = 0;
	sim_run(sim, 30000);
	assert_int_equal(sim_count(sim, 1, 0, INT64_MAX), 0);
	assert_int_equal(sim_state(sim, 1).health, UNIT_WRONG);
	/* exchanged while the line was out */
	sim->present = false;
	sim_run(sim, 3000);
	sim->present = true;
	sim->units[1].words[100] = 4711;
	sim->units[2].words[100] = 1;
	sim->n_kept = 0;
	sim_run(sim, 30000);
	assert_true(sim_count(sim, 1, 0, INT64_MAX) > 20);
	assert_int_equal(sim_count(sim, 2, 0, INT64_MAX), 0);
	/* a device that does not know the register at all */
	sim->units[2].refuses[100] = 2;
	sim_run(sim, 61000);
	assert_int_equal(sim_state(sim, 2).health, UNIT_WRONG);
	sim_free_all(sim);
}

static void one_odd_identity_is_not_believed(void **state)
{
	struct sim *sim = sim_new();

	(void)state;
	sim_field(sim, 0);
	sim->profile.has_identity = true;
	sim->profile.identity = (struct profile_register){3, 100, 1, TYPE_U16, ORDER_ABCD, 0xFFFF};
	sim->profile.identity_value = 4711;
	sim_add(sim, 1000);
	assert_int_equal(sim_make(sim), 0);
	while (!sim->units[1].asked)
		line_step(sim->line);
	sim->units[1].words[100] = 4711;
	sim_run(sim, 5000);
	assert_int_equal(sim_state(sim, 1).wrong, 0);
	assert_in_range(sim_count(sim, 1, 0, INT64_MAX), 5, 6);
	sim_free_all(sim);
}

static void status_is_read_first_and_judged(void **state)
{
	struct sim *sim = sim_new();
	struct profile_status *rule = &sim->profile.status[0];
	struct trace_entry first;

	(void)state;
	sim_field(sim, 0);
	sim_field(sim, 1);
	sim->profile.n_status = 3;
	rule[0].at = (struct profile_register){3, 150, 1, TYPE_U16, ORDER_ABCD, 0xFFFF};
	rule[1].at = rule[2].at = rule[0].at;
	rule[0].mask = 1;
	rule[0].any = true;
	rule[0].effect = EFFECT_WARMUP;
	rule[1].mask = 2;
	rule[1].any = true;
	rule[1].effect = EFFECT_BAD;
	strcpy(rule[1].only, "hardness");
	rule[2].mask = 0xF0;
	rule[2].equals = 0x30;
	rule[2].effect = EFFECT_SUSPECT;
	sim_add(sim, 1000);
	sim->units[1].words[150] = 0x43;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 500);
	assert_int_equal(line_trace(sim->line, 0, &first, 1), 1);
	assert_int_equal(first.start, 150);
	assert_int_equal(sim->n_kept, 2);
	assert_int_equal(sim->kept[0].flags, FLAG_WARMUP);
	assert_int_equal(sim->kept[0].qc, QC_SUSPECT);
	assert_int_equal(sim->kept[1].flags, FLAG_WARMUP | FLAG_FAULT);
	assert_int_equal(sim->kept[1].qc, QC_FAIL);
	assert_int_equal(sim->kept[1].value, 257); /* judged, not changed */
	sim->units[1].words[150] = 0x30;
	sim_run(sim, 1000);
	assert_int_equal(sim->kept[sim->n_kept - 1].flags, FLAG_STATUS);
	sim->units[1].words[150] = 0x40;
	sim_run(sim, 1000);
	assert_int_equal(sim->kept[sim->n_kept - 1].flags, 0);
	/* no word about its state: not to be trusted either */
	sim->units[1].refuses[150] = 4;
	sim_run(sim, 3000);
	assert_int_equal(sim->kept[sim->n_kept - 1].flags, FLAG_STATUS);
	assert_int_equal(sim->kept[sim->n_kept - 1].qc, QC_SUSPECT);
	sim_free_all(sim);
}

static void no_value_is_no_value(void **state)
{
	struct sim *sim = sim_new();
	struct profile_field *field;

	(void)state;
	sim_field(sim, 0);
	sim_field(sim, 2);
	field = &sim->profile.fields[0];
	field->at.type = TYPE_F32;
	field->at.registers = 2;
	field->kind = NUMBER_F32;
	sim->profile.fields[1].n_sentinels = 1;
	sim->profile.fields[1].sentinel[0] = 0xFFFF;
	sim_add(sim, 1000);
	sim->units[1].words[0] = 0x7FC0;
	sim->units[1].words[1] = 0;
	sim->units[1].words[2] = 0xFFFF;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 500);
	assert_int_equal(sim->n_kept, 2);
	assert_true(isnan(sim->kept[0].value) && isnan(sim->kept[1].value));
	assert_int_equal(sim->kept[0].flags, FLAG_NOT_FINITE);
	assert_int_equal(sim->kept[1].flags, FLAG_SENTINEL);
	assert_int_equal(sim->kept[0].qc, QC_MISSING);
	sim_free_all(sim);
}

/* An unknown parameter is kept and not evaluated, with a unit of its own. */
static void what_is_no_water_quality_passes_unjudged(void **state)
{
	struct sim *sim = sim_new();
	struct profile_field *field;

	(void)state;
	sim_field(sim, 0);
	field = &sim->profile.fields[0];
	strcpy(field->parameter, "battery");
	strcpy(field->unit, "mV");
	field->unjudged = true;
	sim_add(sim, 1000);
	sim->units[1].words[0] = 3300;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 500);
	assert_true(sim->kept[0].value == 3300);
	assert_int_equal(sim->kept[0].flags, 0);
	assert_int_equal(sim->kept[0].qc, QC_NOT_EVALUATED);
	sim_free_all(sim);
}

static void warm_up_begins_when_a_unit_appears(void **state)
{
	struct sim *sim = sim_new();
	size_t i, warm = 0;

	(void)state;
	sim_field(sim, 0);
	sim->profile.warmup_s = 10;
	sim_add(sim, 1000);
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 30000);
	for (i = 0; i < sim->n_kept; i++) {
		warm += (sim->kept[i].flags & FLAG_WARMUP) != 0;
		assert_int_equal(
			sim->kept[i].qc, sim->kept[i].flags & FLAG_WARMUP ? QC_SUSPECT : QC_PASS);
	}
	assert_in_range(warm, 9, 11);
	/* one lost answer is no power cut */
	sim->units[1].mute = true;
	sim_run(sim, 1000);
	sim->units[1].mute = false;
	sim_run(sim, 3000);
	assert_int_equal(sim->kept[sim->n_kept - 1].flags, 0);
	sim->units[1].mute = true;
	sim_run(sim, 60000);
	sim->units[1].mute = false;
	i = sim->n_kept;
	sim_run(sim, 61000);
	assert_int_equal(sim->kept[i].flags, FLAG_WARMUP);
	sim_free_all(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusing_register_costs_the_others_nothing),
		cmocka_unit_test(a_refusing_gap_is_found),
		cmocka_unit_test(busy_is_later_not_never),
		cmocka_unit_test(an_answer_owed_from_before_is_nobodys),
		cmocka_unit_test(a_gateways_excuse_is_a_mute_unit),
		cmocka_unit_test(another_device_is_refused),
		cmocka_unit_test(one_odd_identity_is_not_believed),
		cmocka_unit_test(status_is_read_first_and_judged),
		cmocka_unit_test(no_value_is_no_value),
		cmocka_unit_test(what_is_no_water_quality_passes_unjudged),
		cmocka_unit_test(warm_up_begins_when_a_unit_appears),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
