/* Readers side by side, of a store that is made here: each row comes once and to its part; of errors the first is told. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../../tools/heatmap/readers.h"

enum { LABS = 9, SPANS = 5, ROWS = 7, WORLDS = 60 };

static const int64_t span_ms = 1000;

struct store {
	char unused;
};

static struct store store;
static pthread_t main_thread;
static atomic_uint questions, fails_at, by_others, opened;
static atomic_uint most_spans; /* of all labs of a question; 0: any */

/* --- the store ------------------------------------------------------------------------------------------ */

int store_open_again(struct store **out, const struct store *one, struct text *why)
{
	(void)one;
	(void)why;
	*out = calloc(1, sizeof(**out));
	assert_non_null(*out);
	atomic_fetch_add(&opened, 1);
	return 0;
}

void store_close(struct store *one)
{
	if (one)
		atomic_fetch_sub(&opened, 1);
	free(one);
}

size_t store_labs_at_once(const struct store *one)
{
	(void)one;
	return 3;
}

int store_results(struct store *one, const struct asked *asked, struct rows *rows, struct text *why)
{
	unsigned number = atomic_fetch_add(&questions, 1) + 1;
	size_t lab;
	int64_t at_ms;

	(void)one;
	atomic_fetch_add(&by_others, !pthread_equal(pthread_self(), main_thread));
	if (number == atomic_load(&fails_at)) {
		text_put(why, "it fails");
		return ERR_TIMEOUT;
	}
	if (atomic_load(&most_spans) &&
		asked->n_labs * (size_t)((asked->to_ms - asked->from_ms) / span_ms) >
			atomic_load(&most_spans)) {
		text_put(why, "too much");
		return ERR_CONF;
	}
	for (lab = 0; lab < asked->n_labs; lab++)
		for (at_ms = asked->from_ms; at_ms < asked->to_ms; at_ms += span_ms / ROWS + 1) {
			struct result_row *row = rows_add_result(rows);

			assert_non_null(row);
			row->lab = names_keep(&rows->names, asked->labs[lab]);
			row->at_ms = at_ms;
			sched_yield();
		}
	return 0;
}

/* --- the parts ------------------------------------------------------------------------------------------ */

static size_t make(struct parts *parts)
{
	char name[8];
	size_t lab, span, wanted = 0;

	*parts = (struct parts){.at = calloc(LABS * SPANS, sizeof(struct part))};
	assert_non_null(parts->at);
	for (lab = 0; lab < LABS; lab++)
		for (span = 0; span < SPANS; span++) {
			snprintf(name, sizeof(name), "%zu", lab);
			parts->at[parts->n] = (struct part){.from_ms = (int64_t)span * span_ms,
				.to_ms = (int64_t)(span + 1) * span_ms,
				.print = {names_keep(&parts->rows.names, name), 1, ROWS},
				.read_ms = lrand48() % 3 ? 0 : 1};
			wanted += !parts->at[parts->n++].read_ms;
		}
	return wanted;
}

/* parts_free() would bring parts_read() along, and that the real store. */
static void end(struct parts *parts)
{
	rows_free(&parts->rows);
	free(parts->at);
}

static void check(const struct parts *parts)
{
	unsigned rows_of[LABS * SPANS] = {0};
	size_t i;

	for (i = 0; i < parts->rows.n_results; i++) {
		const struct result_row *row = &parts->rows.results[i];
		const struct part *part = &parts->at[row->part];

		assert_ptr_equal(row->lab, part->print.lab);
		assert_true(row->at_ms >= part->from_ms && row->at_ms < part->to_ms);
		rows_of[row->part]++;
	}
	for (i = 0; i < parts->n; i++) {
		assert_int_equal(parts->at[i].read_ms == 5, rows_of[i] > 0);
		assert_int_equal(parts->at[i].n_rows, rows_of[i]);
	}
}

static void test_all_come_once(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	char words[100];
	struct text why = text_over(words, sizeof(words));
	size_t round, wanted, n;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48(seed);
	main_thread = pthread_self();
	for (round = 0; round < WORLDS; round++) {
		struct parts parts;

		wanted = make(&parts);
		assert_int_equal(readers_read(&parts, &store, 5, &n, &why), 0);
		assert_int_equal(n, wanted);
		assert_int_equal(why.len, 0);
		check(&parts);
		end(&parts);
	}
	assert_int_equal(atomic_load(&opened), 0);
	assert_true(atomic_load(&by_others) > 0);
}

/* A store that says no to much is asked by halves; to one that always says no, what it says is told. */
static void test_a_store_with_limits(void **state)
{
	char words[100];
	struct text why = text_over(words, sizeof(words));
	size_t round, wanted, n;

	(void)state;
	for (round = 0; round < WORLDS; round++) {
		struct parts parts;

		atomic_store(&most_spans, 1 + (unsigned)round % 3);
		wanted = make(&parts);
		assert_int_equal(readers_read(&parts, &store, 5, &n, &why), 0);
		assert_int_equal(n, wanted);
		assert_int_equal(why.len, 0);
		check(&parts);
		parts.at[0].read_ms = 0;
		parts.at[0].to_ms = parts.at[0].from_ms + 9 * span_ms;
		assert_int_equal(readers_read(&parts, &store, 5, &n, &why), ERR_CONF);
		assert_string_equal(words, "too much");
		text_clear(&why);
		end(&parts);
	}
	atomic_store(&most_spans, 0);
}

/* One has more since it was counted, another lost some: the sum would be right. */
static void test_what_is_short_is_not_read(void **state)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct parts parts;
	size_t i, n, to_read = 0;

	(void)state;
	(void)make(&parts);
	for (i = 0; i < parts.n; i++) {
		parts.at[i].read_ms = 0;
		parts.at[i].print.n = ROWS - 1;
	}
	parts.at[7].print.n = ROWS + 1;
	assert_int_equal(readers_read(&parts, &store, 5, &n, &why), ERR_DAMAGED);
	assert_non_null(strstr(words, "counts 8 results of some weeks and shows 7"));
	for (i = 0; i < parts.n; i++)
		to_read += !parts.at[i].read_ms;
	assert_int_equal(parts.at[7].read_ms, 0);
	assert_true(to_read < parts.n);
	end(&parts);
}

static void test_the_first_error_is_told(void **state)
{
	char words[100];
	struct text why = text_over(words, sizeof(words));
	size_t round, n;

	(void)state;
	for (round = 0; round < WORLDS; round++) {
		struct parts parts;

		(void)make(&parts);
		text_clear(&why);
		atomic_store(&questions, 0);
		atomic_store(&fails_at, 1 + (unsigned)round % 3);
		assert_int_equal(readers_read(&parts, &store, 5, &n, &why), ERR_TIMEOUT);
		assert_string_equal(words, "it fails");
		check(&parts); /* what came before stays what it is */
		end(&parts);
	}
	atomic_store(&fails_at, 0);
	assert_int_equal(atomic_load(&opened), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_come_once),
		cmocka_unit_test(test_a_store_with_limits),
		cmocka_unit_test(test_what_is_short_is_not_read),
		cmocka_unit_test(test_the_first_error_is_told)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
