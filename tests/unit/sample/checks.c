/* Checks of analyzers: steps as words and back; what follows from them; what makes no sense is refused with the remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample/checks.h"

static struct checks *checks;
static uint64_t last; /* number given */
static char words[240];

static int start(void **state)
{
	(void)state;
	checks = checks_new();
	last = 0;
	return !checks;
}

static int stop(void **state)
{
	(void)state;
	checks_free(checks);
	return 0;
}

/* Through its words, as a restart reads it; its number, 0: refused. */
static uint64_t take(struct check_step step)
{
	char room[STEP_WORDS];
	struct text to = text_over(room, sizeof(room)), why = text_over(words, sizeof(words));
	struct check_step back;

	*words = '\0';
	text_copy(step.by, sizeof(step.by), "Gul Khan");
	check_step_put(&to, &step);
	assert_false(to.cut);
	if (!checks_allow(checks, &step, &why))
		return 0;
	assert_true(check_step_read(&back, ++last,
		step.kind == CHECK_STEP_BEGIN ? 0 : (int64_t)step.check, check_step_outcome(&step),
		step.kind, room));
	assert_true(check_step_question(&back) == check_step_question(&step));
	assert_true(checks_take(checks, last, &back));
	return last;
}

static uint64_t begin(const char *unit)
{
	struct check_step step = {.kind = CHECK_STEP_BEGIN, .parameter = "ph"};

	text_copy(step.unit, sizeof(step.unit), unit);
	return take(step);
}

static uint64_t standard(uint64_t check, const char *lot, const char *value, bool old)
{
	struct check_step step = {.kind = CHECK_STEP_STANDARD,
		.check = check,
		.expires = "2027-03-31",
		.out_of_date = old};

	text_copy(step.lot, sizeof(step.lot), lot);
	text_copy(step.value, sizeof(step.value), value);
	return take(step);
}

static uint64_t shows(uint64_t check, const char *value, bool unsettled)
{
	struct check_step step = {.kind = CHECK_STEP_TAKE,
		.check = check,
		.unit = "ph-1",
		.parameter = "ph",
		.unsettled = unsettled};

	text_copy(step.value, sizeof(step.value), value);
	return take(step);
}

static uint64_t plain(uint64_t check, enum check_step_kind kind)
{
	return take((struct check_step){.kind = kind, .check = check, .reason = "dropped"});
}

static uint64_t finish(uint64_t check, bool passed)
{
	return take((struct check_step){.kind = CHECK_STEP_FINISH,
		.check = check,
		.unit = "ph-1",
		.parameter = "ph",
		.within = "0.1",
		.within_relative = "0",
		.valid_h = "24",
		.passed = passed});
}

/* How its standards stand, one word for each. */
static const char *stand(uint64_t check)
{
	static const struct check_rules none;
	static char all[120];
	const struct check *of = checks_find(checks, check);
	struct text to = text_over(all, sizeof(all));
	unsigned i;

	for (i = 0; i < of->n_standards; i++)
		text_printf(&to, "%s%s", i ? " " : "",
			check_standing_word(check_standing(
				of, &of->standards[i], check_rule_find(&none, "ph"))));
	return all;
}

static bool passes(uint64_t check)
{
	static const struct check_rules none;
	struct text why = text_over(words, sizeof(words));

	return check_passes(checks_find(checks, check), check_rule_find(&none, "ph"), &why);
}

/* The longest of everything still fits into a record. */
static void the_longest_steps_fit(void **state)
{
	static const char long_words[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
					 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop";
	struct check_step full = {.check = 9, .out_of_date = true, .unsettled = true}, step;
	enum check_step_kind kind;

	(void)state;
	memcpy(full.by, long_words, sizeof(full.by) - 1);
	memcpy(full.token, long_words, sizeof(full.token) - 1);
	memcpy(full.unit, long_words, sizeof(full.unit) - 1);
	memcpy(full.parameter, long_words, sizeof(full.parameter) - 1);
	for (kind = CHECK_STEP_BEGIN; kind <= CHECK_STEP_CANCEL; kind++) {
		char room[STEP_WORDS];
		struct text to = text_over(room, sizeof(room));

		step = full;
		step.kind = kind;
		if (kind == CHECK_STEP_STANDARD || kind >= CHECK_STEP_ADJUSTED)
			*step.unit = *step.parameter = '\0';
		if (kind == CHECK_STEP_STANDARD) {
			memcpy(step.lot, long_words, sizeof(step.lot) - 1);
			text_copy(step.expires, sizeof(step.expires), "2027-03-31");
			text_copy(step.value, sizeof(step.value), "-12345678901234567890");
		} else if (kind == CHECK_STEP_TAKE) {
			step.out_of_date = false;
			text_copy(step.value, sizeof(step.value), "-1.234567890123e-05");
		} else if (kind == CHECK_STEP_FINISH) {
			step = full;
			step.kind = kind;
			step.out_of_date = step.unsettled = false;
			text_copy(step.within, sizeof(step.within), "1.23456e-05");
			text_copy(step.within_relative, sizeof(step.within_relative), "0.123456");
			text_copy(step.valid_h, sizeof(step.valid_h), "123.456");
		} else if (kind == CHECK_STEP_CANCEL) {
			memcpy(step.reason, long_words, sizeof(step.reason) - 1);
		}
		check_step_put(&to, &step);
		if (to.cut)
			fail_msg("kind %d: %s", kind, room);
	}
}

static void as_found_and_passed(void **state)
{
	uint64_t check = begin("ph-1"), over;

	(void)state;
	assert_true(standard(check, "B7", "7.01", false));
	assert_false(passes(check));
	assert_string_equal(words, "no value was taken yet");
	assert_int_equal(finish(check, true), 0);
	assert_non_null(strstr(words, "take one, or cancel"));
	assert_true(shows(check, "7.11", false)); /* 0.1 exactly is within 0.1 */
	assert_true(passes(check));
	assert_ptr_equal(checks_of_unit(checks, "ph-1"), checks_find(checks, check));
	over = finish(check, true);
	assert_null(checks_of_unit(checks, "ph-1"));
	assert_int_equal(check_state(checks_find(checks, check)), CHECK_HAS_PASSED);
	assert_null(checks_before(checks, "ph-1", "ph", over));
	assert_ptr_equal(checks_before(checks, "ph-1", "ph", over + 1), checks_find(checks, check));
	assert_null(checks_before(checks, "ph-1", "temperature", over + 1));
	assert_null(checks_before(checks, "ph-2", "ph", over + 1));
	assert_int_equal(shows(check, "7", false), 0);
	assert_non_null(strstr(words, "is over"));
}

/* What does not pass says why, in the words that a person can act on. */
static void what_does_not_pass(void **state)
{
	uint64_t off = begin("ph-1"), moved, old;

	(void)state;
	standard(off, "B7", "7.01", false);
	shows(off, "7.32", false);
	assert_false(passes(off));
	assert_string_equal(words, "B7 is 7.01 and was shown as 7.32: 0.31 off, 0.1 is allowed");
	finish(off, false);
	off = begin("ph-1"); /* a number of a thousand is one that people read */
	standard(off, "C1413", "1413", false);
	shows(off, "84.2", false);
	assert_false(passes(off));
	assert_string_equal(
		words, "C1413 is 1413 and was shown as 84.2: -1328.8 off, 0.1 is allowed");
	finish(off, false);
	moved = begin("ph-1");
	standard(moved, "B7", "7.01", false);
	shows(moved, "7.01", true);
	assert_false(passes(moved));
	assert_non_null(strstr(words, "still moved"));
	shows(moved, "7.02", false); /* the newest counts */
	assert_true(passes(moved));
	finish(moved, true);
	old = begin("ph-1");
	standard(old, "B7", "7.01", true);
	shows(old, "7.01", false);
	assert_false(passes(old));
	assert_non_null(strstr(words, "past its last day, 2027-03-31"));
}

/* As found, adjusted, as left: what was off is read again, or nothing vouches for it. */
static void adjusted(void **state)
{
	uint64_t check = begin("ph-1");
	double slope, offset;

	(void)state;
	standard(check, "B7", "7.00", false);
	assert_int_equal(plain(check, CHECK_STEP_ADJUSTED), 0);
	assert_non_null(strstr(words, "as it is found"));
	shows(check, "7.2", false);
	standard(check, "B4", "4.00", false);
	assert_string_equal(stand(check), "off unread");
	shows(check, "4.5", false);
	assert_true(check_line(checks_find(checks, check), false, &slope, &offset));
	assert_float_equal(slope, 0.9, 1e-9);
	assert_float_equal(offset, 0.9, 1e-9);
	assert_false(check_line(checks_find(checks, check), true, &slope, &offset));
	assert_true(plain(check, CHECK_STEP_ADJUSTED));
	assert_false(passes(check));
	assert_string_equal(words, "no value was taken since the adjustment");
	assert_int_equal(finish(check, true), 0);
	assert_string_equal(stand(check), "again again");
	shows(check, "4.01", false);
	assert_string_equal(stand(check), "again within");
	assert_false(passes(check));
	assert_string_equal(
		words, "B7 was 0.2 off as found, and was not read again after the adjustment");
	standard(check, "B7", "7.00", false); /* back into the first */
	assert_int_equal(checks_find(checks, check)->n_standards, 2);
	shows(check, "7.02", false);
	assert_true(passes(check));
	assert_true(check_line(checks_find(checks, check), true, &slope, &offset));
	assert_float_equal(slope, 3.01 / 3, 1e-9);
	assert_true(plain(check, CHECK_STEP_ADJUSTED)); /* what was left before is left no more */
	assert_false(passes(check));
	assert_int_equal(standard(check, "B7", "7.10", false), 0);
	assert_non_null(strstr(words, "is 7.00 in this check"));
}

/* Cancelled before anything was changed, the one before it stands; after an adjustment nothing vouches for the analyzer. */
static void cancelled(void **state)
{
	uint64_t good = begin("ph-1"), other;

	(void)state;
	standard(good, "B7", "7.00", false);
	shows(good, "7", false);
	finish(good, true);
	other = begin("ph-1");
	standard(other, "B7", "7.00", false);
	plain(other, CHECK_STEP_CANCEL);
	assert_int_equal(checks_before(checks, "ph-1", "ph", UINT64_MAX)->number, good);
	other = begin("ph-1");
	standard(other, "B7", "7.00", false);
	shows(other, "7.3", false);
	plain(other, CHECK_STEP_ADJUSTED);
	plain(other, CHECK_STEP_CANCEL);
	assert_int_equal(checks_before(checks, "ph-1", "ph", UINT64_MAX)->number, other);
	assert_int_equal(check_state(checks_find(checks, other)), CHECK_IS_CANCELLED);
}

static void one_check_of_an_analyzer(void **state)
{
	uint64_t first = begin("ph-1");
	unsigned i;
	char lot[8];

	(void)state;
	assert_int_equal(begin("ph-1"), 0);
	assert_non_null(strstr(words, "being checked already, by Gul Khan (check 1)"));
	assert_true(begin("ph-2"));
	assert_int_equal(standard(99, "B7", "7", false), 0);
	assert_non_null(strstr(words, "there is no check 99"));
	for (i = 0; i < MOST_STANDARDS; i++) {
		snprintf(lot, sizeof(lot), "L%u", i);
		assert_true(standard(first, lot, "7", false));
	}
	assert_int_equal(standard(first, "L9", "7", false), 0);
	assert_non_null(strstr(words, "5 standards at most"));
}

static void a_token_is_of_one_question(void **state)
{
	struct check_step step = {.kind = CHECK_STEP_BEGIN,
		.by = "Gul Khan",
		.token = "a",
		.unit = "ph-1",
		.parameter = "ph"};
	uint64_t of = 0;

	(void)state;
	assert_int_equal(checks_asked(checks, &step, &of), ASKED_NEVER);
	assert_true(checks_take(checks, 5, &step));
	assert_int_equal(checks_asked(checks, &step, &of), ASKED_THIS);
	assert_int_equal(of, 5);
	text_copy(step.unit, sizeof(step.unit), "ph-2");
	assert_int_equal(checks_asked(checks, &step, &of), ASKED_ANOTHER);
}

/* The last check of an analyzer that is checked once a year outlives those of one that is checked each hour. */
static void the_last_of_each_stays(void **state)
{
	uint64_t rare = begin("rare"), check;
	unsigned i;

	(void)state;
	standard(rare, "B7", "7", false);
	shows(rare, "7", false);
	finish(rare, true);
	for (i = 0; i < 3 * MOST_CHECKS; i++) {
		check = begin("ph-1");
		standard(check, "B7", "7", false);
		shows(check, "7", false);
		finish(check, true);
	}
	assert_int_equal(checks_before(checks, "rare", "ph", UINT64_MAX)->number, rare);
	assert_int_equal(checks_before(checks, "ph-1", "ph", UINT64_MAX)->number, check);
}

static void rules(void **state)
{
	static const struct check_rules none;
	static const struct check_rules own = {1, {{"ph", 0.3, 0, 8, "an old electrode"}}};
	size_t i;

	(void)state;
	for (i = 0; i < parameter_count(); i++) {
		const struct check_rule *rule = check_rule_find(&none, parameter_at(i)->code);

		assert_true(rule->valid_h > 0 && text_is_words(rule->why));
		assert_true(rule->within > 0 || rule->within_relative > 0);
	}
	assert_float_equal(check_rule_within(check_rule_find(&none, "ph"), 7), 0.1, 0);
	assert_float_equal(check_rule_within(check_rule_find(&own, "ph"), 7), 0.3, 0);
	assert_float_equal(
		check_rule_within(check_rule_find(&own, "conductivity"), 1413), 70.65, 1e-9);
	assert_float_equal(check_rule_within(check_rule_find(&own, "conductivity"), 0), 5, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_longest_steps_fit, start, stop),
		cmocka_unit_test_setup_teardown(as_found_and_passed, start, stop),
		cmocka_unit_test_setup_teardown(what_does_not_pass, start, stop),
		cmocka_unit_test_setup_teardown(adjusted, start, stop),
		cmocka_unit_test_setup_teardown(cancelled, start, stop),
		cmocka_unit_test_setup_teardown(one_check_of_an_analyzer, start, stop),
		cmocka_unit_test_setup_teardown(a_token_is_of_one_question, start, stop),
		cmocka_unit_test_setup_teardown(the_last_of_each_stays, start, stop),
		cmocka_unit_test(rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
