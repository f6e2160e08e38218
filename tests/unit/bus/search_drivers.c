/* A search of a line on which drivers in C have their units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bus/search.h"
#include "coded.h"

static struct search search;
static const struct search_asker asker = {"Gul Khan", "t-1"};

static void a_line_that_speaks_bytes_is_not_scanned(void **state)
{
	struct sim *sim = begun(&texts, 1);

	(void)state;
	sim->sink.where = NULL;
	sim_run(sim, 3000);
	assert_int_equal(line_scan(sim->line, &asker, NULL, 0, 1, 20), ERR_CONF);
	line_search(sim->line, &search);
	assert_int_equal(search.kind, SEARCH_NONE);
	sim_free_all(sim);
}

/* A turn of its own is all that a driver knows to ask: no question beside it. */
static void a_drivers_own_turn_is_its_probe(void **state)
{
	static const struct wl_driver *const drivers[] = {&texts, &pdus};
	struct sim *sim;
	unsigned i;
	size_t n;

	(void)state;
	for (i = 0; i < 2; i++) {
		sim = begun(drivers[i], 1);
		sim->sink.where = NULL;
		sim_run(sim, 3000);
		n = sim_count(sim, 1, 0, INT64_MAX);
		assert_int_equal(line_probe(sim->line, &asker, 0), 0);
		sim_run(sim, 1500); /* sooner than its interval */
		line_search(sim->line, &search);
		assert_int_equal(search.state, SEARCH_DONE);
		assert_int_equal(search.asked, 0);
		assert_int_equal(sim_state(sim, 1).health, UNIT_OK);
		assert_true(sim_count(sim, 1, 0, INT64_MAX) > n);
		assert_true(
			line_trace(sim->line, search.after, (struct trace_entry[4]){{0}}, 4) > 0);
		sim_free_all(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_speaks_bytes_is_not_scanned),
		cmocka_unit_test(a_drivers_own_turn_is_its_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
