/* How often a PIN may be tried: by name, and by all together; and so many at once of anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console/rates.h"
#include "console/tries.h"

static const struct operators people = {
	.n = 2, .all = {{"Gul Khan", ROLE_TECHNICIAN, ""}, {"Sana Bibi", ROLE_SUPERVISOR, ""}}};

static void so_many_at_once_and_then_so_many_a_second(void **state)
{
	const struct bucket_size size = {3, 100};
	struct bucket bucket = {0};
	int64_t now_ms = 5000, wait_ms, i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true(bucket_take(&bucket, size, now_ms, &wait_ms));
	assert_false(bucket_take(&bucket, size, now_ms, &wait_ms));
	assert_int_equal(wait_ms, 100);
	assert_false(bucket_take(&bucket, size, now_ms + 99, &wait_ms));
	assert_int_equal(wait_ms, 1);
	assert_true(bucket_take(&bucket, size, now_ms + 100, &wait_ms));
	assert_false(bucket_take(&bucket, size, now_ms + 100, &wait_ms));
	/* However long it was quiet, it is full and no more. */
	for (i = 0; i < 3; i++)
		assert_true(bucket_take(&bucket, size, now_ms + 1000000, &wait_ms));
	assert_false(bucket_take(&bucket, size, now_ms + 1000000, &wait_ms));
	for (i = 0; i < 1000; i++)
		assert_true(bucket_take(&bucket, (struct bucket_size){0, 1}, 1, &wait_ms));
}

static void each_address_has_its_share_and_all_have_one(void **state)
{
	struct rates rates = {.each_size = {3, 100}, .all_size = {100, 10}};
	int64_t wait_ms;
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true(rates_take(&rates, 1, 1000, &wait_ms));
	for (i = 0; i < 50; i++) {
		assert_false(rates_take(&rates, 1, 1000, &wait_ms));
		assert_int_equal(wait_ms, 100);
	}
	/* What was refused took nothing of what all have. */
	for (i = 0; i < 97; i++)
		assert_true(rates_take(&rates, 2 + i, 1000, &wait_ms));
	assert_false(rates_take(&rates, 200, 1000, &wait_ms));
	assert_int_equal(wait_ms, 10);
	assert_true(rates_take(&rates, 201, 1010, &wait_ms));
}

static void wrong_ones_cost_longer_and_longer_pauses(void **state)
{
	static const int64_t pauses_s[] = {30, 60, 120, 240, 480, 900, 900, 900};
	struct tries tries = {.all = {0}};
	int64_t now_ms = 1, wait_ms;
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_true(tries_take(&tries, &people, "Gul Khan", now_ms, &wait_ms));
	for (i = 0; i < sizeof(pauses_s) / sizeof(pauses_s[0]); i++) {
		assert_false(tries_take(&tries, &people, "Gul Khan", now_ms, &wait_ms));
		assert_int_equal(wait_ms, pauses_s[i] * 1000);
		/* The other's PIN may be tried meanwhile. */
		assert_true(tries_take(&tries, &people, "Sana Bibi", now_ms, &wait_ms));
		tries_forget(&tries, "Sana Bibi");
		now_ms += pauses_s[i] * 1000;
		assert_true(tries_take(&tries, &people, "Gul Khan", now_ms, &wait_ms));
	}
	tries_forget(&tries, "Gul Khan");
	for (i = 0; i < 5; i++)
		assert_true(tries_take(&tries, &people, "Gul Khan", now_ms, &wait_ms));
	assert_false(tries_take(&tries, &people, "Gul Khan", now_ms, &wait_ms));
}

static void all_names_together_have_a_limit(void **state)
{
	struct tries tries = {.all = {0}};
	int64_t now_ms = 1, wait_ms;
	char name[OPERATOR_NAME];
	unsigned i;

	(void)state;
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "Nobody %u", i);
		assert_true(tries_take(&tries, &people, name, now_ms, &wait_ms));
	}
	assert_false(tries_take(&tries, &people, "Gul Khan", now_ms, &wait_ms));
	assert_int_equal(wait_ms, 15000);
	assert_true(tries_take(&tries, &people, "Gul Khan", now_ms + 15000, &wait_ms));
}

static void who_is_removed_makes_room(void **state)
{
	struct operators many = {.n = MOST_OPERATORS};
	struct tries tries = {.all = {0}};
	int64_t now_ms = 1, wait_ms;
	unsigned i, round;

	(void)state;
	for (i = 0; i < MOST_OPERATORS; i++)
		snprintf(many.all[i].name, OPERATOR_NAME, "Before %u", i);
	for (round = 0; round < 3; round++)
		for (i = 0; i < MOST_OPERATORS; i++, now_ms += 15000) {
			snprintf(many.all[i].name, OPERATOR_NAME, "Number %u %u", round, i);
			assert_true(tries_take(&tries, &many, many.all[i].name, now_ms, &wait_ms));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_at_once_and_then_so_many_a_second),
		cmocka_unit_test(each_address_has_its_share_and_all_have_one),
		cmocka_unit_test(wrong_ones_cost_longer_and_longer_pauses),
		cmocka_unit_test(all_names_together_have_a_limit),
		cmocka_unit_test(who_is_removed_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
