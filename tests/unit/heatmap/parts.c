/* Parts of a store that comes to hold more, less and other rows, look by look: what is known is what it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../../tools/heatmap/parts.h"

enum { LABS = 3, SPANS = 4, MOST = 60, LOOKS = 60, WORLDS = 200 };

static const int64_t day_ms = 86400000;
static unsigned seed;

/* A part as a store has it: numbers, each of a row. */
struct held {
	unsigned n, seqs[MOST];
};

struct world {
	struct held at[SPANS][LABS];
	unsigned last;
	struct parts parts;
	int64_t now_ms;
	size_t read;
};

static void test_where_spans_begin(void **state)
{
	(void)state;
	/* As InfluxDB 1.6 says itself (SHOW SHARD GROUPS) of shards of 28 days. */
	assert_int_equal(parts_begin_ms(1764000000000), 1762732800000); /* 2025-11-24: 2025-11-10 */
	assert_int_equal(parts_begin_ms(1765152000000), 1765152000000); /* 2025-12-08 */
	assert_int_equal(parts_begin_ms(1765151999999), 1762732800000);
}

static void see(struct world *world, int64_t late_ms)
{
	static const char *const names[LABS] = {"", "a", "b"};
	struct print prints[LABS];
	size_t n;
	unsigned span, lab, i;

	parts_look(&world->parts);
	for (span = 0; span < SPANS; span++) {
		for (n = lab = 0; lab < LABS; lab++) {
			const struct held *held = &world->at[span][lab];

			if (!held->n)
				continue;
			prints[n] = (struct print){
				names_keep(&world->parts.rows.names, names[lab]), 0, held->n};
			for (i = 0; i < held->n; i++)
				prints[n].seqs += held->seqs[i];
			n++;
		}
		assert_int_equal(parts_see(&world->parts, span * day_ms, (span + 1) * day_ms,
					 prints, n, late_ms, world->now_ms),
			0);
	}
	parts_drop(&world->parts);
}

static unsigned lab_of(const char *name)
{
	return *name ? (unsigned)(*name - 'a') + 1 : 0;
}

/* As parts_read() does, of this store. */
static void read_parts(struct world *world)
{
	struct parts *parts = &world->parts;
	const struct held *held;
	struct result_row *row;
	size_t i;
	unsigned k;

	for (i = 0; i < parts->n; i++) {
		if (!parts->at[i].to_ms || parts->at[i].read_ms)
			continue;
		held = &world->at[parts->at[i].from_ms / day_ms][lab_of(parts->at[i].print.lab)];
		for (k = 0; k < held->n; k++) {
			row = rows_add_result(&parts->rows);
			assert_non_null(row);
			row->seq = held->seqs[k];
			row->part = (uint32_t)i;
		}
		parts->at[i].read_ms = world->now_ms;
		world->read++;
	}
}

static int by_number(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static void compare(const struct world *world)
{
	unsigned has[SPANS * LABS * MOST], known[SPANS * LABS * MOST], n = 0, span, lab, i;
	const struct rows *rows = &world->parts.rows;

	for (span = 0; span < SPANS; span++)
		for (lab = 0; lab < LABS; lab++)
			for (i = 0; i < world->at[span][lab].n; i++)
				has[n++] = world->at[span][lab].seqs[i];
	if (rows->n_results != n)
		fail_msg("SEED=%u: %zu rows are known, the store has %u", seed, rows->n_results, n);
	for (i = 0; i < n; i++)
		known[i] = (unsigned)rows->results[i].seq;
	qsort(has, n, sizeof(*has), by_number);
	qsort(known, n, sizeof(*known), by_number);
	if (memcmp(has, known, n * sizeof(*has)) != 0)
		fail_msg("SEED=%u: other rows are known than the store has", seed);
}

/* Rows come, often a few at once and late; sometimes one is lost, or a whole part. */
static void change(struct world *world)
{
	unsigned times = (unsigned)(lrand48() % 4), i;

	for (i = 0; i < times; i++) {
		struct held *held = &world->at[lrand48() % SPANS][lrand48() % LABS];
		long what = lrand48() % 10;

		if (what < 7 && held->n < MOST)
			held->seqs[held->n++] = world->last += 1 + (unsigned)(lrand48() % 1000000);
		else if (what < 9 && held->n)
			held->seqs[lrand48() % held->n] = held->seqs[held->n - 1], held->n--;
		else
			held->n = 0;
	}
}

static void test_what_is_known_is_what_the_store_has(void **state)
{
	unsigned i, look;

	(void)state;
	seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	printf("SEED=%u\n", seed);
	srand48(seed);
	for (i = 0; i < WORLDS; i++) {
		struct world *world = calloc(1, sizeof(*world));

		assert_non_null(world);
		for (look = 1; look <= LOOKS; look++) {
			world->now_ms += 1000;
			change(world);
			see(world, 0);
			/* Sometimes the store goes away before all is read. */
			if (lrand48() % 5 == 0 && world->parts.n)
				continue;
			read_parts(world);
			compare(world);
		}
		parts_free(&world->parts);
		free(world);
	}
}

/* How often the one part of a quiet store is read, looked at each second. */
static size_t reads_of(int64_t late_ms, unsigned looks)
{
	struct world *world = calloc(1, sizeof(*world));
	size_t read;

	assert_non_null(world);
	world->at[1][1] = (struct held){2, {5, 6}};
	world->now_ms = 1000;
	while (looks--) {
		see(world, late_ms);
		read_parts(world);
		compare(world);
		world->now_ms += 1000;
	}
	read = world->read;
	parts_free(&world->parts);
	free(world);
	return read;
}

static void test_what_stays_is_not_read_again(void **state)
{
	(void)state;
	assert_int_equal(reads_of(0, 30), 1);
	/* Until what may come late is there: at 0, 1, 2 and 3 s. */
	assert_int_equal(reads_of(3000, 30), 4);
}

/* What rows_settle() passes over as an older revision is not kept: where the newer one is gone the older counts again. */
static void test_where_a_newer_revision_is_gone_the_older_counts(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct rows *rows = &world->parts.rows;
	unsigned left;

	(void)state;
	assert_non_null(world);
	world->now_ms = 1000;
	world->at[1][1] = (struct held){1, {5}};
	world->at[2][1] = (struct held){2, {6, 7}};
	see(world, 0);
	read_parts(world);
	for (left = 1; left <= 2; left++) {
		assert_int_equal(rows->results[0].seq, 5);
		rows->results[0] = rows->results[--rows->n_results];
		world->at[2][1].n = 2 - left;
		see(world, 0);
		read_parts(world);
		compare(world);
	}
	parts_free(&world->parts);
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_where_spans_begin),
		cmocka_unit_test(test_what_is_known_is_what_the_store_has),
		cmocka_unit_test(test_what_stays_is_not_read_again),
		cmocka_unit_test(test_where_a_newer_revision_is_gone_the_older_counts)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
