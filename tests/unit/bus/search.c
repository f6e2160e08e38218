/* A line that is searched while its units are asked: who answers, and never a value that is another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "bus/search.h"
#include "sim.h"

enum { LAST = 30, STRANGER = 10, OTHER = 20, IDENTITY = 200 };

static struct search search;
static const struct search_asker asker = {"Gul Khan", "t-1"};
static const struct profile model = {.name = "acme",
	.models = "Acme 1",
	.has_identity = true,
	.identity = {3, IDENTITY, 1, TYPE_U16, ORDER_ABCD, 0xFFFF},
	.identity_value = 4711};
static const struct profile *const known[] = {&model};

/* What drivers in C ask to know their own: it has no such register. */
static size_t says_no(struct sim *sim, const struct port_ask *ask, uint8_t *answer)
{
	(void)sim;
	answer[0] = ask->function | 0x80;
	answer[1] = 2;
	return 2;
}

/* Units 1 to `units`, two strangers at STRANGER and OTHER, nobody else; no sample takes them. */
static struct sim *bench(unsigned units, unsigned interval_ms)
{
	struct sim *sim = sim_new();
	unsigned u;

	sim->sink.where = NULL;
	sim->say = says_no;
	sim_field(sim, 0);
	sim_field(sim, 40);
	sim_field(sim, 41);
	for (u = 0; u < units; u++)
		sim_add(sim, interval_ms);
	for (u = 1; u <= SIM_UNITS; u++)
		sim->units[u].mute = u > units && u != STRANGER && u != OTHER;
	sim->units[OTHER].words[IDENTITY] = 4711;
	return sim;
}

static int scan(struct sim *sim)
{
	return line_scan(sim->line, &asker, known, 1, 1, LAST);
}

static void run_to_its_end(struct sim *sim, int64_t most_ms)
{
	do {
		sim_run(sim, 100);
		most_ms -= 100;
		line_search(sim->line, &search);
	} while (search.state == SEARCH_RUNS && most_ms > 0);
}

static void found_both(void)
{
	assert_int_equal(search.state, SEARCH_DONE);
	assert_int_equal(search.scan.n_found, 2);
	assert_int_equal(search.scan.found[0].address, STRANGER);
	assert_string_equal(search.scan.found[0].who, "");
	assert_string_equal(search.scan.found[0].answer, "holding 200: 0AC8");
	assert_int_equal(search.scan.found[1].address, OTHER);
	assert_string_equal(search.scan.found[1].who, "acme (Acme 1)");
}

/* --- a scan ------------------------------------------------------------------------------------------ */

static void who_else_answers_is_found_between_the_turns(void **state)
{
	static const enum port_kind kinds[] = {PORT_RTU, PORT_TCP};
	struct sim *sim;
	int64_t begun_ms, took_ms;
	uint64_t asked[4];
	unsigned i, u;

	(void)state;
	for (i = 0; i < 2; i++) {
		sim = bench(3, 2000);
		sim->conf.kind = kinds[i];
		assert_int_equal(sim_make(sim), 0);
		sim_run(sim, 5000);
		line_search(sim->line, &search);
		assert_int_equal(search.kind, SEARCH_NONE);
		begun_ms = sim->now_ns / 1000000;
		for (u = 1; u <= 3; u++)
			asked[u] = sim->units[u].asked;
		assert_int_equal(scan(sim), 0);
		assert_int_equal(scan(sim), ERR_BUSY);
		run_to_its_end(sim, 600000);
		found_both();
		assert_string_equal(search.by, "Gul Khan");
		assert_string_equal(search.token, "t-1");
		assert_int_equal(search.number, 1);
		took_ms = search.ended_ms - begun_ms;
		/* Nobody is asked less often, and none of the line's own is asked by the scan. */
		for (u = 1; u <= 3; u++) {
			assert_true(sim_count(sim, u, begun_ms, INT64_MAX) >=
				    (size_t)(3 * (took_ms / 2000 - 1)));
			assert_int_equal(sim_state(sim, u).health, UNIT_OK);
			assert_int_equal(sim_state(sim, u).timeouts, 0);
			assert_int_equal(sim->units[u].asked * sim_count(sim, u, 0, begun_ms),
				asked[u] * sim_count(sim, u, 0, INT64_MAX));
		}
		check_kept(sim);
		assert_int_equal(scan(sim), 0); /* another */
		line_search(sim->line, &search);
		assert_int_equal(search.number, 2);
		sim_free_all(sim);
	}
}

/* A line that has no time left still asks its own first, all of them, before the search has one question. */
static void a_line_without_a_pause_is_searched_all_the_same(void **state)
{
	struct sim *sim = bench(8, 100);
	size_t before;
	int64_t now_ms;

	(void)state;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 10000);
	before = sim->n_exchanges;
	assert_int_equal(scan(sim), 0);
	now_ms = sim->now_ns / 1000000;
	run_to_its_end(sim, 600000);
	found_both();
	assert_true(sim->n_exchanges - before >
		    search.asked * 8 - 8); /* a round of all after each question */
	assert_true(search.ended_ms - now_ms < 60000);
	check_kept(sim);
	sim_free_all(sim);
}

static unsigned looked;

/* What a probe read is what the unit's registers hold. */
static void check_probe(struct sim *sim)
{
	const struct probe_read *read;
	unsigned i, place, address;

	line_search(sim->line, &search);
	for (i = 0; search.kind == SEARCH_PROBE && i < sim->profile.n_fields; i++)
		for (place = 0; place < PROBE_PLACES; place++) {
			read = &search.probe.values[i].at[place];
			address = sim->profile.fields[i].at.address + place - PROBE_WRITTEN;
			if (!read->done)
				continue;
			assert_int_equal(256 * read->bytes.at[0] + read->bytes.at[1],
				sim->units[search.unit + 1].words[address]);
			looked++;
		}
}

/* Answers late by any time, of units and strangers: what is kept is what its unit's own register says. */
static void late_answers_swap_nothing(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	unsigned round, u, k, scans = 0, probes = 0;
	struct sim *sim;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (round = 0; round < 20; round++) {
		sim = bench(4, 300);
		sim->profile.reply_ms = 100;
		sim->profile.exact_reads = round % 2;
		if (round % 3 == 0) {
			sim->profile.has_identity = true;
			sim->profile.identity = model.identity;
			sim->profile.identity_value = 4711;
		}
		for (u = 1; u <= 4; u++)
			sim->units[u].words[IDENTITY] = 4711;
		sim->units[1].refuses[42] = 2; /* beside its map: asked by a probe alone */
		sim->units[2].refuses[39] = 2;
		assert_int_equal(sim_make(sim), 0);
		for (k = 0; k < 2000; k++) {
			for (u = 1; u <= SIM_UNITS; u++)
				sim->units[u].late_ns =
					lrand48() % 6 ? 0 : lrand48() % 400 * 1000000;
			if (lrand48() % 2)
				scans += scan(sim) == 0;
			else
				probes +=
					line_probe(sim->line, &asker, (unsigned)lrand48() % 4) == 0;
			if (lrand48() % 50 == 0)
				line_search_cancel(sim->line);
			sim_run(sim, 50);
			check_probe(sim);
		}
		check_kept(sim);
		for (u = 1; u <= 4; u++) {
			assert_true(sim_count(sim, u, 0, INT64_MAX) > 100);
			assert_int_equal(sim_state(sim, u).wrong, 0);
		}
		sim_free_all(sim);
	}
	printf("%u scans, %u probes\n", scans, probes);
	assert_true(scans > 100 && probes > 100 && looked > 1000);
}

/* --- a probe ----------------------------------------------------------------------------------------- */

static void a_unit_says_what_its_map_and_its_neighbours_hold(void **state)
{
	const struct probe_value *value;
	struct sim *sim = bench(2, 1000);

	(void)state;
	sim->units[2].refuses[42] = 2;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 3000);
	assert_int_equal(line_probe(sim->line, &asker, 2), ERR_ABSENT);
	assert_int_equal(line_probe(sim->line, &asker, 1), 0);
	assert_int_equal(scan(sim), ERR_BUSY);
	run_to_its_end(sim, 60000);
	assert_int_equal(search.state, SEARCH_DONE);
	assert_int_equal(search.kind, SEARCH_PROBE);
	assert_int_equal(search.unit, 1);
	value = &search.probe.values[1];
	assert_true(value->at[PROBE_WRITTEN].done && value->at[PROBE_LOWER].done);
	assert_int_equal(value->at[PROBE_LOWER].bytes.at[1], 39);
	assert_int_equal(value->at[PROBE_WRITTEN].bytes.at[0], 2);
	assert_int_equal(value->at[PROBE_WRITTEN].bytes.at[1], 40);
	assert_string_equal(search.probe.values[2].at[PROBE_HIGHER].why,
		"exception 2: it has no such register");
	assert_string_equal(search.probe.values[0].at[PROBE_LOWER].why, "there is no such address");
	check_kept(sim);
	assert_int_equal(sim_state(sim, 2).exceptions, 0); /* they were not its own questions */
	sim_free_all(sim);
}

static void who_does_not_answer_is_not_probed(void **state)
{
	struct sim *sim = bench(2, 1000);
	uint64_t asked;

	(void)state;
	assert_int_equal(sim_make(sim), 0);
	sim->units[2].mute = true;
	sim_run(sim, 60000);
	asked = sim->units[2].asked;
	assert_int_equal(line_probe(sim->line, &asker, 1), 0);
	run_to_its_end(sim, 60000);
	assert_int_equal(search.state, SEARCH_SILENT);
	assert_int_equal(search.asked, 0);
	assert_int_equal(sim->units[2].asked, asked + 1); /* its own turn, at once */
	sim_free_all(sim);
}

/* --- the end ----------------------------------------------------------------------------------------- */

static void a_sample_ends_it(void **state)
{
	struct sim *sim = bench(2, 1000);

	(void)state;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 3000);
	assert_int_equal(scan(sim), 0);
	sim_run(sim, 1500);
	line_search(sim->line, &search);
	assert_int_equal(search.state, SEARCH_RUNS);
	sim->sink.where = sim_where; /* of a sample from now on */
	sim_run(sim, 1500);
	line_search(sim->line, &search);
	assert_int_equal(search.state, SEARCH_IN_USE);
	sim_free_all(sim);
}

/* As the daemon says of a blank, a spike, a reference and a training: a sample, whose values count for no water. */
static void where_of_a_blank(void *ctx, struct exchange *exchange)
{
	(void)ctx;
	exchange->context = CONTEXT_IDLE;
	exchange->sample = 7;
}

static void a_blank_ends_it(void **state)
{
	struct sim *sim = bench(2, 1000);

	(void)state;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 3000);
	assert_int_equal(scan(sim), 0);
	sim_run(sim, 1500);
	sim->sink.where = where_of_a_blank;
	sim_run(sim, 1500);
	line_search(sim->line, &search);
	assert_int_equal(search.state, SEARCH_IN_USE);
	sim_free_all(sim);
}

/* A unit with hours between its turns is silent once: what was read of it stays, and why no more was is said. */
static void an_hour_ends_it(void **state)
{
	struct sim *sim = bench(1, 3 * 3600000);

	(void)state;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 3000);
	assert_int_equal(line_probe(sim->line, &asker, 0), 0);
	do {
		sim_run(sim, 1);
		line_search(sim->line, &search);
	} while (search.state == SEARCH_RUNS && search.asked < 2);
	sim->units[1].mute = true;
	run_to_its_end(sim, 2 * 3600000);
	assert_int_equal(search.state, SEARCH_TOO_LONG);
	assert_true(search.ended_ms - search.begun_ms >= 3600000);
	assert_true(search.probe.values[0].at[PROBE_WRITTEN].done);
	sim_free_all(sim);
}

static void a_line_that_goes_away_ends_it(void **state)
{
	struct sim *sim = bench(2, 1000);

	(void)state;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 3000);
	assert_int_equal(scan(sim), 0);
	sim_run(sim, 1000);
	sim->present = false; /* for a moment: it goes on */
	sim_run(sim, 3000);
	sim->present = true;
	run_to_its_end(sim, 600000);
	found_both();
	assert_int_equal(scan(sim), 0);
	sim_run(sim, 1000);
	sim->present = false;
	run_to_its_end(sim, 12000);
	assert_int_equal(search.state, SEARCH_CLOSED);
	check_kept(sim);
	sim_free_all(sim);
}

/* When the line went away in an earlier search says nothing of this one. */
static void a_new_one_has_its_own_time_to_wait_for_the_line(void **state)
{
	struct sim *sim = bench(1, 3600000);

	(void)state;
	sim->conf.kind = PORT_TCP;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 3000);
	assert_int_equal(scan(sim), 0);
	while (sim->open) /* until nobody answers, and the connection is let go */
		sim->now_ns += line_step(sim->line) > sim->now_ns ? 1000000 : 0;
	(void)line_step(sim->line); /* it is seen away, and opened again */
	assert_true(sim->open);
	line_search_cancel(sim->line);
	sim_run(sim, 20000);
	sim_close(&sim->port);
	assert_int_equal(scan(sim), 0);
	sim_run(sim, 1000);
	line_search(sim->line, &search);
	assert_int_equal(search.state, SEARCH_RUNS);
	sim_free_all(sim);
}

/* A unit was silent long ago.  What a stranger says late is not its late answer. */
static void a_stranger_is_late_for_itself(void **state)
{
	struct sim *sim = bench(1, 3600000);

	(void)state;
	sim->units[1].mute = true;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 3000);
	assert_int_equal(sim_state(sim, 1).timeouts, 1);
	sim_run(sim, 20000);
	sim->units[STRANGER].late_ns =
		180000000; /* beyond its question, within what is read after it */
	assert_int_equal(line_scan(sim->line, &asker, known, 1, STRANGER, STRANGER), 0);
	run_to_its_end(sim, 60000);
	assert_int_equal(search.state, SEARCH_DONE);
	assert_true(sim->units[STRANGER].asked > 0);
	assert_int_equal(sim_state(sim, 1).late, 0);
	sim_free_all(sim);
}

static void it_is_cancelled_and_refused(void **state)
{
	struct sim *sim = bench(2, 1000);
	uint64_t asked;

	(void)state;
	assert_int_equal(sim_make(sim), 0);
	sim_run(sim, 3000);
	line_search_cancel(sim->line); /* of none */
	assert_int_equal(line_scan(sim->line, &asker, known, 1, 9, 8), ERR_RANGE);
	assert_int_equal(line_scan(sim->line, &asker, known, 1, 0, 256), ERR_RANGE);
	assert_int_equal(scan(sim), 0);
	sim_run(sim, 1000);
	line_search_cancel(sim->line);
	line_search(sim->line, &search);
	assert_int_equal(search.state, SEARCH_CANCELLED);
	asked = search.asked;
	sim_run(sim, 5000);
	line_search(sim->line, &search);
	assert_int_equal(search.asked, asked);
	assert_true(asked > 0);
	sim_free_all(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_else_answers_is_found_between_the_turns),
		cmocka_unit_test(a_line_without_a_pause_is_searched_all_the_same),
		cmocka_unit_test(late_answers_swap_nothing),
		cmocka_unit_test(a_unit_says_what_its_map_and_its_neighbours_hold),
		cmocka_unit_test(who_does_not_answer_is_not_probed),
		cmocka_unit_test(a_sample_ends_it),
		cmocka_unit_test(a_blank_ends_it),
		cmocka_unit_test(an_hour_ends_it),
		cmocka_unit_test(a_line_that_goes_away_ends_it),
		cmocka_unit_test(a_new_one_has_its_own_time_to_wait_for_the_line),
		cmocka_unit_test(a_stranger_is_late_for_itself),
		cmocka_unit_test(it_is_cancelled_and_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
