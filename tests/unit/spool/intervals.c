/* Interval sets against a plain bitmap. */
#include "lab.h"

enum { NUMBERS = 300, STEPS = 4000 };

static void agree(const struct intervals *set, const bool *bits)
{
	uint64_t count = 0, n;
	size_t i;

	for (n = 1; n <= NUMBERS; n++) {
		const struct range *at = intervals_find(set, n);

		count += bits[n];
		assert_int_equal(at != NULL, bits[n]);
		assert_true(!at || (at->first <= n && n <= at->last));
	}
	assert_int_equal(set->count, count);
	for (i = 1; i < set->n; i++) /* sorted, and never touching */
		assert_true(set->at[i].first > set->at[i - 1].last + 1);
}

static void runs_agree(const struct intervals *set, const bool *bits, uint64_t top)
{
	struct range run;
	uint64_t last = top, first;
	const struct range *at = intervals_from(set, top);

	while (last > 0 && bits[last])
		last--;
	for (first = last; first > 1 && !bits[first - 1]; first--)
		;
	assert_int_equal(intervals_free_below(set, top, &run), last > 0);
	if (last > 0) {
		assert_int_equal(run.last, last);
		assert_int_equal(run.first, first);
	}
	for (last = top; last <= NUMBERS && !bits[last]; last++)
		;
	assert_int_equal(at != NULL, last <= NUMBERS);
	if (at)
		assert_true(at->last >= last && (at->first <= top || at->first == last));
}

static void a_trim_is_what_a_bitmap_says(
	const struct intervals *set, const bool *bits, struct range run)
{
	uint64_t first = run.first, last;

	while (first <= run.last && bits[first])
		first++;
	for (last = first; last < run.last && !bits[last + 1]; last++)
		;
	if (first > run.last) {
		assert_false(intervals_trim(set, &run));
		return;
	}
	assert_true(intervals_trim(set, &run));
	assert_int_equal(run.first, first);
	assert_int_equal(run.last, last);
}

static void a_set_is_what_a_bitmap_says(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	struct intervals set = {0};
	static bool bits[NUMBERS + 2];
	int step;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (step = 0; step < STEPS; step++) {
		uint64_t first = 1 + (uint64_t)lrand48() % NUMBERS, n;
		uint64_t last = first + (uint64_t)lrand48() % (lrand48() % 20 ? 4 : 60);

		if (last > NUMBERS)
			last = NUMBERS;
		bool add = lrand48() % 3 > 0;

		assert_true(add ? intervals_add(&set, first, last)
				: intervals_remove(&set, first, last));
		for (n = first; n <= last; n++)
			bits[n] = add;
		if (step % 7 == 0)
			agree(&set, bits);
		a_trim_is_what_a_bitmap_says(&set, bits, (struct range){first, last});
		runs_agree(&set, bits, 1 + (uint64_t)lrand48() % NUMBERS);
		if (step % 150 == 149) {
			intervals_clear(&set);
			memset(bits, 0, sizeof(bits));
			agree(&set, bits);
		}
	}
	intervals_free(&set);
}

static void the_largest_numbers_fit(void **state)
{
	struct intervals set = {0};
	struct range run;

	(void)state;
	assert_false(intervals_free_below(&set, 0, &run));
	assert_true(intervals_add(&set, 10, INT64_MAX - 1));
	assert_true(intervals_add(&set, 1, 1));
	assert_true(intervals_free_below(&set, INT64_MAX - 1, &run));
	assert_int_equal(run.first, 2);
	assert_int_equal(run.last, 9);
	assert_true(intervals_add(&set, 2, 9));
	assert_int_equal(set.n, 1);
	assert_false(intervals_free_below(&set, 1000, &run));
	intervals_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_what_a_bitmap_says),
		cmocka_unit_test(the_largest_numbers_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
