/* Lots of standards on the control socket: what a bottle holds is typed once, and is not talked away. */
#include "checked.h"

/* Typed once: the next check of the same bottle needs its lot alone.  Past its day it proves nothing. */
static void a_bottle_is_known(void **state)
{
	long long number;
	json_t *answer, *bottle;

	(void)state;
	assert_int_equal(spool_fix_utc(parts.spool, 1800000000000 - clock_boot_ms(&clock_system),
				 TIME_NTP, 10),
		0); /* January 2027 */
	number = taken(ask("{'ask':'check-begin','unit':'ph-1','parameter':'ph','lot':'B7',"
			   "'value':'7.01','expires':'2027-01'," WHO("a") "}"),
		"check");
	json_decref(
		ask("{'ask':'check-cancel','check':%lld,'reason':'later'," WHO("b") "}", number));
	number = taken(
		ask("{'ask':'check-begin','unit':'ph-1','parameter':'ph','lot':'B7'," WHO("c") "}"),
		"check");
	answer = ask("{'ask':'checks'}");
	bottle = json_incref(json_array_get(json_object_get(answer, "standards"), 0));
	json_decref(answer);
	assert_string_equal(json_string_value(json_object_get(bottle, "value")), "7.01");
	expect(bottle, "expires", "2027-01-31");
	expect(ask("{'ask':'check-standard','check':%lld,'lot':'B4','value':'4',"
		   "'expires':'2026-12-31'," WHO("d") "}",
		       number),
		"question", "lot B4 was good to 2026-12-31");
	json_decref(ask("{'ask':'check-standard','check':%lld,'lot':'B4','value':'4',"
			"'expires':'2026-12-31','sure':true," WHO("d") "}",
		number));
	settles(4);
	json_decref(step(number, "check-take", "e"));
	answer = step(number, "check-finish", "f");
	assert_non_null(
		strstr(json_string_value(json_object_get(answer, "why")), "past its last day"));
	expect(answer, "state", "failed");
}

/* A bottle holds what its label says: a failed check is not passed by saying otherwise of it, but by a person who insists, and
 * that stays on record. */
static void a_known_lot_holds_what_it_held(void **state)
{
	static const char as[] = "{'ask':'check-begin','unit':'ph-1','parameter':'ph','lot':'B7',"
				 "%s,'by':'Gul Khan','token':'%s'}";
	long long number;
	json_t *answer, *standard;

	(void)state;
	assert_int_equal(spool_fix_utc(parts.spool, 1700000000000, TIME_NTP, 10), 0);
	assert_false(check("a", 8.2));
	expect(ask(as, "'value':'8.20'", "b"), "question",
		"lot B7 was 7.01 in an earlier check, and is 8.20 now");
	answer = ask(as, "'value':'7.010','expires':'2030-03'", "c"); /* the same, and its day */
	assert_false(json_is_true(json_object_get(
		json_array_get(json_object_get(answer, "standards"), 0), "relabelled")));
	number = taken(answer, "check");
	json_decref(step(number, "check-cancel", "x")); /* without a reason: it is open still */
	expect(ask("{'ask':'check-standard','check':%lld,'lot':'B7','value':'8.2'," WHO("d") "}",
		       number),
		"error", "in this check, not 8.2");
	json_decref(
		ask("{'ask':'check-cancel','check':%lld,'reason':'later'," WHO("y") "}", number));
	expect(ask(as, "'value':'7.01','expires':'2031-03'", "f"), "question",
		"lot B7 was good to 2030-03-31 in an earlier check, and to 2031-03-31 now");
	number = taken(ask(as, "'value':'8.2','sure':true", "g"), "check");
	restart_bench();
	answer = ask("{'ask':'check-show','check':%lld}", number);
	standard = json_array_get(json_object_get(answer, "standards"), 0);
	assert_string_equal(json_string_value(json_object_get(standard, "value")), "8.2");
	assert_true(json_is_true(json_object_get(standard, "relabelled")));
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_bottle_is_known, start_bench, stop),
		cmocka_unit_test_setup_teardown(a_known_lot_holds_what_it_held, start_bench, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
