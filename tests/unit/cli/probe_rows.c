/* What probe makes of registers: where it may read, what it marks, and what it advises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/probe_rows.h"

static char room[8192];

static void says(const char *words)
{
	if (!strstr(room, words))
		fail_msg("'%s' does not say '%s'", room, words);
}

/* --- where ------------------------------------------------------------------------------------------- */

static bool where(const struct profile *profile, unsigned place, uint16_t address,
	uint16_t registers, uint16_t *start, uint16_t *count)
{
	struct profile_register at = {3, address, registers, TYPE_F32, ORDER_ABCD, 0xFFFF};
	struct text why = text_over(room, sizeof(room));

	return probe_where(profile, place, &at, start, count, &why);
}

static void reads_stay_within_the_profile(void **state)
{
	struct profile profile = {.most_registers = 4,
		.n_forbidden = 1,
		.forbidden = {{.function = 3, .first = 20, .last = 29}}};
	uint16_t start, count;

	(void)state;
	assert_true(where(&profile, PROBE_WRITTEN, 10, 2, &start, &count));
	assert_int_equal(start, 10);
	assert_int_equal(count, 2);
	assert_true(where(&profile, PROBE_LOWER, 10, 2, &start, &count));
	assert_int_equal(start, 9);
	assert_false(where(&profile, PROBE_LOWER, 0, 2, &start, &count));
	says("no such address");
	assert_false(where(&profile, PROBE_HIGHER, 65534, 2, &start, &count));
	assert_true(where(&profile, PROBE_WRITTEN, 18, 2, &start, &count));
	assert_false(where(&profile, PROBE_HIGHER, 18, 2, &start, &count));
	says("forbidden");
	assert_false(where(&profile, PROBE_LOWER, 30, 2, &start, &count));
	profile.even_start = true; /* an odd address is read from the one before it */
	assert_true(where(&profile, PROBE_HIGHER, 10, 2, &start, &count));
	assert_int_equal(start, 10);
	assert_int_equal(count, 3);
	assert_false(where(&profile, PROBE_HIGHER, 10, 4, &start, &count));
	says("most_registers");
}

/* --- what can be ------------------------------------------------------------------------------------- */

static struct profile_field ph = {
	.at = {3, 1, 2, TYPE_F32, ORDER_ABCD, 0xFFFF},
	.printed = 40002,
	.parameter = "ph",
	.scale = 1,
	.kind = NUMBER_F32,
};
static struct profile_field temperature = {
	.at = {3, 9, 1, TYPE_I16, ORDER_ABCD, 0xFFFF},
	.printed = 40010,
	.parameter = "temperature",
	.scale = 0.1,
	.kind = NUMBER_DECIMAL,
	.decimals = 1,
};

static void set(struct probe_value *value, unsigned place, uint16_t first, uint16_t second)
{
	const uint8_t bytes[] = {
		(uint8_t)(first >> 8), (uint8_t)first, (uint8_t)(second >> 8), (uint8_t)second};

	memcpy(value->at[place].bytes.at, bytes, sizeof(bytes));
	value->at[place].done = true;
}

static void absurd_numbers_cannot_be(void **state)
{
	struct probe_value value = {.field = &ph};
	struct decoded decoded;

	(void)state;
	set(&value, PROBE_WRITTEN, 0x40E3, 0xD70A); /* 7.12 */
	probe_decode(&value, PROBE_WRITTEN, ORDER_ABCD, &decoded);
	assert_true(probe_can_be(&ph, &decoded));
	probe_decode(&value, PROBE_WRITTEN, ORDER_CDAB, &decoded);
	assert_false(probe_can_be(&ph, &decoded));
	set(&value, PROBE_WRITTEN, 0x0001, 0x40E3); /* 9e-41: within 0 to 14, and yet */
	probe_decode(&value, PROBE_WRITTEN, ORDER_ABCD, &decoded);
	assert_false(probe_can_be(&ph, &decoded));
	set(&value, PROBE_WRITTEN, 0x7FC0, 0); /* NaN */
	probe_decode(&value, PROBE_WRITTEN, ORDER_ABCD, &decoded);
	assert_false(probe_can_be(&ph, &decoded));
	set(&value, PROBE_WRITTEN, 0, 0);
	probe_decode(&value, PROBE_WRITTEN, ORDER_ABCD, &decoded);
	assert_true(probe_can_be(&ph, &decoded));
}

static void rows_show_orders_side_by_side(void **state)
{
	struct probe_value value = {.field = &ph};
	struct page page = page_over(room, sizeof(room), 80, false);

	(void)state;
	set(&value, PROBE_WRITTEN, 0xD70A, 0x40E3);
	text_copy(value.at[PROBE_LOWER].why, sizeof(value.at[0].why), "exception 2");
	set(&value, PROBE_HIGHER, 0x40E3, 0);
	probe_show(&page, &value);
	assert_string_equal(room,
		"ph               at 40002, wire 1, holding, f32: -1.52e+14 [pH]\n"
		"                          [ABCD]         CDAB         BADC         DCBA\n"
		"  wire 1      D70A 40E3     -1.52e+14  * 7.12         2.079e-32    -3.543e+21\n"
		"  wire 0      exception 2\n"
		"  wire 2      40E3 0000   * 7.09375      2.3277e-41   -3.542e+21   8.152e-41\n");
}

static void one_register_shows_its_range(void **state)
{
	struct probe_value value = {.field = &temperature};
	struct page page = page_over(room, sizeof(room), 80, false);

	(void)state;
	set(&value, PROBE_WRITTEN, 200, 0);
	set(&value, PROBE_LOWER, 2000, 0);
	set(&value, PROBE_HIGHER, 0, 0);
	probe_show(&page, &value);
	assert_string_equal(room,
		"temperature      at 40010, wire 9, holding, i16, scale 0.1\n"
		"  wire 9      00C8   * 20.0       Cel\n"
		"  wire 8      07D0     200.0      Cel   cannot be: outside -5 to 105\n"
		"  wire 10     0000   * 0.0        Cel\n");
}

/* --- advice ------------------------------------------------------------------------------------------ */

static void advise(const struct probe_value *values, unsigned n)
{
	struct profile profile = {.n_fields = 1, .fields = {ph}};
	struct text to = text_over(room, sizeof(room));
	struct probe_tally tally;

	probe_count(values, n, &tally);
	probe_advise(&profile, &tally, &to);
}

static void a_right_profile_is_left_alone(void **state)
{
	struct probe_value values[2] = {{.field = &ph}, {.field = &temperature}};

	(void)state;
	set(&values[0], PROBE_WRITTEN, 0x40E3, 0xD70A);
	set(&values[0], PROBE_LOWER, 0, 0x40E3); /* CDAB: 7.09375, nearly the same */
	set(&values[1], PROBE_WRITTEN, 200, 0);
	advise(values, 2);
	assert_string_equal(
		room, "As the profile is: 2 of 2 values can be (those of 0 tell nothing).");
}

static void the_right_order_is_named(void **state)
{
	struct probe_value value = {.field = &ph};

	(void)state;
	set(&value, PROBE_WRITTEN, 0xD70A, 0x40E3);
	advise(&value, 1);
	says("0 of 1 values can be");
	says("\nBut 1 can be with: order = \"CDAB\".");
}

/* The words of 7.12 one address higher; before them a 0, which CDAB takes for the low word of 7.09375. */
static void the_right_base_is_named(void **state)
{
	struct probe_value value = {.field = &ph};

	(void)state;
	set(&value, PROBE_WRITTEN, 0, 0x40E3);
	set(&value, PROBE_HIGHER, 0x40E3, 0xD70A);
	advise(&value, 1);
	says("\nBut 1 can be with: base = 40000 (now 40001).");
	set(&value, PROBE_LOWER, 0x40E3, 0xD70A); /* a copy: nothing here can tell */
	advise(&value, 1);
	says("base = 40002 (now 40001); or base = 40000 (now 40001). The right one agrees");
}

static void look_again(struct probe_value *value, unsigned place, uint16_t first, uint16_t second)
{
	struct probe_value other = {.field = value->field};

	set(&other, place, first, second);
	value->at[place].again = other.at[place].bytes;
	value->at[place].done_again = true;
}

/* Once, a simulated 22.216 Cel was -0.00085 with its words reversed: both can be, and only one stays. */
static void what_jumps_is_a_wrong_order(void **state)
{
	static struct profile_field warm = {
		.at = {3, 8, 2, TYPE_F32, ORDER_CDAB, 0xFFFF},
		.printed = 8,
		.parameter = "temperature",
		.scale = 1,
		.kind = NUMBER_F32,
	};
	struct probe_value value = {.field = &warm};
	struct page page = page_over(room, sizeof(room), 80, false);

	(void)state;
	set(&value, PROBE_WRITTEN, 0x41B1, 0xBA5E);
	assert_true(probe_is_good(&value, PROBE_WRITTEN, ORDER_CDAB));
	look_again(&value, PROBE_WRITTEN, 0x41B1, 0xBF10);
	assert_false(probe_is_good(&value, PROBE_WRITTEN, ORDER_CDAB));
	assert_true(probe_is_good(&value, PROBE_WRITTEN, ORDER_ABCD));
	probe_show(&page, &value);
	says("  wire 8      41B1 BA5E   * 22.216     ~ -0.0008478 ");
	advise(&value, 1);
	says("0 of 1 values can be (those of 0 tell nothing).\nBut 1 can be with: order = "
	     "\"ABCD\".");
	look_again(&value, PROBE_WRITTEN, 0x41B1, 0xBA5E); /* it stands still: nothing to tell by */
	assert_true(probe_is_good(&value, PROBE_WRITTEN, ORDER_CDAB));
}

static void zeros_tell_nothing(void **state)
{
	struct probe_value value = {.field = &ph};

	(void)state;
	set(&value, PROBE_WRITTEN, 0, 0);
	set(&value, PROBE_HIGHER, 0, 0);
	advise(&value, 1);
	says("No value but 0 that can be");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_stay_within_the_profile),
		cmocka_unit_test(absurd_numbers_cannot_be),
		cmocka_unit_test(rows_show_orders_side_by_side),
		cmocka_unit_test(one_register_shows_its_range),
		cmocka_unit_test(a_right_profile_is_left_alone),
		cmocka_unit_test(the_right_order_is_named),
		cmocka_unit_test(the_right_base_is_named),
		cmocka_unit_test(what_jumps_is_a_wrong_order),
		cmocka_unit_test(zeros_tell_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
