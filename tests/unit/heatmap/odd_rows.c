/* Rows as no van sends them: what cannot be makes no other row go away, and no water safe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "world.h"

static void put(struct result_row *row, const char *field, double number)
{
	column_put_number(row, column_of_result(field), number);
}

/* Its failure is of the day on which it is dated; one that meets closes nothing, and takes no other row's place. */
static void test_a_revision_that_cannot_be(void **state)
{
	static const double revisions[] = {-1, 256, 4294967295.0, 4294967296.0, 0.5};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(revisions) / sizeof(revisions[0]); i++) {
		add(1, 5, WATER_MEETS);
		put(add(1, 1, WATER_FAILS_ABOVE), "rev", revisions[i]);
		settle(false);
		assert_int_equal(failures.n, 1);
		assert_int_equal(failures.at[0].since_ms, noon_ms - day_ms);
		assert_int_equal(rows.n_odd, 1);
		forget();
		add(1, 5, WATER_FAILS_ABOVE)->sample = 9;
		add(1, 5, WATER_MEETS)->sample = 9;
		put(&rows.results[1], "rev", revisions[i]);
		put(add(1, 1, WATER_MEETS), "rev", revisions[i]);
		settle(false);
		assert_int_equal(rows.n_results, 3);
		assert_int_equal(rows.n_odd, 2);
		assert_int_equal(failures.n, 1);
		assert_int_equal(cells.n, 1);
		assert_int_equal(cells.at[0].meets, 0);
		forget();
	}
}

/* Twice, for rows that were read stay for the next version: their keys are what they were, and no two are one. */
static void each_stays(const char *field, double number)
{
	uint64_t samples[3];
	uint32_t replicates[3];
	size_t i, k;

	for (i = 0; i < 3; i++) {
		add(1 + i, 5, i == 1 ? WATER_FAILS_ABOVE : WATER_MEETS)->sample = 7;
		rows.results[i].at_ms += (int64_t)i;
		put(&rows.results[i], field, number);
	}
	for (k = 0; k < 2; k++) {
		settle(false);
		assert_int_equal(rows.n_results, 3);
		assert_int_equal(rows.n_odd, 3);
		assert_int_equal(failures.n, 1);
		assert_int_equal(failures.at[0].row->own_verdict, WATER_FAILS_ABOVE);
		for (i = 0; i < 3; i++) {
			const struct result_row *row = &rows.results[i];

			assert_true(!i || row[-1].sample != row->sample ||
				    row[-1].replicate != row->replicate);
			assert_true((int64_t)row->sample < (int64_t)1 << 53 &&
				    (int64_t)row->sample > -((int64_t)1 << 53));
			assert_true(!k ||
				    (row->sample == samples[i] && row->replicate == replicates[i]));
			samples[i] = row->sample;
			replicates[i] = row->replicate;
		}
		speakers_free(&speakers);
		failures_free(&failures);
		cells_free(&cells);
	}
	forget();
}

static void test_no_two_become_one(void **state)
{
	static const char *const fields[] = {"sample", "replicate", "rev", "seq", "point", "parent",
		"screening", "verdict", "limit_set"};
	static const double numbers[] = {-1, 0.5, 9007199254740992.0, 9223372036854775807.0};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
			each_stays(fields[i], numbers[k]);
}

/* Two that even line and time do not tell apart. */
static void test_two_that_are_the_same_are_two(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		put(add(1, 5, i ? WATER_MEETS : WATER_FAILS_ABOVE), "seq", -1);
	rows.results[1].sample = rows.results[0].sample;
	settle(false);
	assert_int_equal(rows.n_results, 2);
	assert_int_equal(failures.n, 1);
}

/* At no point that anybody knows, and of samples without a number: neither is the other's. */
static void test_two_at_a_point_that_cannot_be(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		put(add(1, 5, WATER_FAILS_ABOVE), "point", -1);
		put(&rows.results[i], "sample", -1);
	}
	settle(false);
	assert_int_equal(failures.n, 2);
	assert_string_not_equal(failures.at[0].row->who, failures.at[1].row->who);
}

/* A replicate that cannot be counts for its sample where it fails, as any other. */
static void test_a_replicate_that_fails_stays_beside_its_sample(void **state)
{
	struct result_row *row;

	(void)state;
	add(1, 5, WATER_MEETS);
	row = add(1, 6, WATER_FAILS_ABOVE);
	row->activity = names_keep(&rows.names, "replicate");
	row->parent = 1;
	put(row, "rev", -1);
	settle(false);
	assert_int_equal(failures.n, 1);
}

static void test_a_class_is_a_kits_or_a_laboratorys(void **state)
{
	static const double numbers[] = {2, 255, 256, -1};
	size_t i;

	(void)state;
	add(9, 5, WATER_FAILS_ABOVE);
	for (i = 0; i < 4; i++)
		put(add(i + 1, 5, WATER_FAILS_ABOVE), "screening", numbers[i]);
	settle(false);
	assert_int_equal(failures.n, 5);
	assert_int_equal(rows.n_odd, 4);
	assert_int_equal(cells.n, 1);
	assert_int_equal(cells.at[0].points, 5);
}

/* The line of a point that cannot be is no newer than another. */
static void test_a_points_line_that_cannot_be(void **state)
{
	struct point_row *point;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		point = rows_add_point(&rows);
		assert_non_null(point);
		point->lab = names_keep(&rows.names, "kp-van-01");
		point->spool = names_keep(&rows.names, "5e1f");
		point->code = names_keep(&rows.names, i ? "KP-2" : "KP-1");
		point->point = 1;
		column_put_number(point, column_of_point("seq"), i ? -1 : 1);
	}
	add(1, 5, WATER_MEETS);
	settle(false);
	assert_string_equal(rows.results[0].who, "KP-1");
}

/* Each byte a quote, which a table doubles: what is kept is short, and ends between letters. */
static void test_a_text_without_end_is_cut(void **state)
{
	static char text[33000];
	struct point_row *point = rows_add_point(&rows);
	const struct column *name = column_of_point("name");
	size_t i;

	(void)state;
	assert_non_null(point);
	memset(text, '"', sizeof(text) - 1);
	column_put_text(&rows, point, name, text);
	assert_int_equal(strlen(point->name), ROW_TEXT);
	for (i = 1; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xD9\x86", 2);
	column_put_text(&rows, point, name, text);
	assert_int_equal(strcspn(point->name, "~"), ROW_TEXT - 17);
	column_put_text(&rows, point, name, text + 1);
	assert_int_equal(strcspn(point->name, "~"), ROW_TEXT - 18);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(test_a_revision_that_cannot_be),
		TEST(test_no_two_become_one), TEST(test_two_that_are_the_same_are_two),
		TEST(test_two_at_a_point_that_cannot_be),
		TEST(test_a_replicate_that_fails_stays_beside_its_sample),
		TEST(test_a_class_is_a_kits_or_a_laboratorys),
		TEST(test_a_points_line_that_cannot_be), TEST(test_a_text_without_end_is_cut)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
