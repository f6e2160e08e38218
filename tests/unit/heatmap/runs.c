/* Which parts are asked for together: each that is wanted once, and each row finds its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../../tools/heatmap/runs.h"

enum { LABS = 12, SPANS = 6, WORLDS = 500, MOST = LABS * SPANS };

static const int64_t span_ms = 1000;

struct world {
	char names[LABS][ROW_TEXT + 20];
	struct part at[MOST];
	unsigned asked[MOST];
	struct parts parts;
};

static void make(struct world *world)
{
	size_t lab, span;

	memset(world, 0, sizeof(*world));
	world->parts.at = world->at;
	for (lab = 0; lab < LABS; lab++) {
		/* Of one that is too long the rows have the beginning. */
		snprintf(world->names[lab], sizeof(world->names[lab]), "%0*zu",
			lab == 3 ? ROW_TEXT + 5 : 2, lab);
		for (span = 0; span < SPANS; span++) {
			if (!(lrand48() % 6))
				continue;
			world->at[world->parts.n++] = (struct part){
				.from_ms = (int64_t)span * span_ms,
				.to_ms = lrand48() % 20 ? (int64_t)(span + 1) * span_ms
							: 0, /* 0: it is gone */
				.print = {world->names[lab], 1, (uint64_t)(lrand48() % RUN_ROWS)},
				.read_ms = lrand48() % 4 ? 0 : 1};
		}
	}
}

static void check_question(struct world *world, const struct run *runs, size_t n)
{
	struct asked asked = runs_question(runs, n);
	uint64_t rows = 0;
	size_t i, k;

	assert_int_equal(asked.n_labs, n);
	for (i = 0; i < n; i++) {
		uint64_t of_lab = 0;
		int64_t at_ms = asked.from_ms;

		for (k = 0; k < runs[i].n; k++) {
			struct part *part = runs[i].at[k];

			world->asked[part - world->at]++;
			assert_ptr_equal(part->print.lab, asked.labs[i]);
			assert_int_equal(part->from_ms, at_ms);
			at_ms = part->to_ms;
			of_lab += part->print.n;
			assert_ptr_equal(runs_part_of(runs, n, asked.labs[i], part->from_ms), part);
			assert_ptr_equal(
				runs_part_of(runs, n, asked.labs[i], part->to_ms - 1), part);
		}
		assert_int_equal(at_ms, asked.to_ms);
		assert_true(runs[i].n == 1 || of_lab <= RUN_ROWS);
		assert_null(runs_part_of(runs, n, asked.labs[i], at_ms));
		assert_null(runs_part_of(runs, n, asked.labs[i], asked.from_ms - 1));
		assert_true(n == 1 || strlen(asked.labs[i]) <= ROW_TEXT);
		rows += of_lab;
	}
	assert_int_equal(asked.least, rows);
	assert_true(n == 1 || !runs_part_of(runs, n, "nobody", asked.from_ms));
}

static void test_each_wanted_part_is_asked_for_once(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	static struct world world;
	struct runs runs;
	size_t i, n, labs, round, most = 0;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48(seed);
	for (round = 0; round < WORLDS; round++) {
		labs = round % 2 ? ASKED_LABS : 1;
		make(&world);
		assert_int_equal(runs_find(&runs, &world.parts), 0);
		for (i = 0; i < runs.n; i += n) {
			n = runs_together(&runs, i, labs);
			assert_true(n >= 1 && n <= labs && i + n <= runs.n);
			most = n > most ? n : most;
			check_question(&world, &runs.at[i], n);
		}
		for (i = 0; i < world.parts.n; i++)
			assert_int_equal(world.asked[i], world.at[i].to_ms && !world.at[i].read_ms);
		runs_free(&runs);
	}
	assert_true(most > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_wanted_part_is_asked_for_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
