/* A card that fails at any moment of a sample's end: what is answered is what is there, and its results come. */
#include "../spool/faulty.h"
#include "asked.h"

static size_t results_of(long long sample)
{
	return count(ask("{'ask':'sample-show','sample':%lld}", sample), "results");
}

static bool has_ended(long long sample)
{
	json_t *answer = ask("{'ask':'sample-show','sample':%lld}", sample);
	bool ended = !strcmp(json_string_value(json_object_get(answer, "state")), "done");

	json_decref(answer);
	return ended;
}

static void the_answer_is_what_is_recorded(void **state)
{
	bool failed = false, owed = false;
	char token[16];
	unsigned k;

	(void)state;
	for (k = 1; k <= 12; k++) {
		long long sample, other;
		json_t *answer;

		snprintf(token, sizeof(token), "b-%u", k);
		sample = begin(token, "Spring");
		json_decref(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7',"
				"'method':'strip','by':'Gul Khan','token':'v-%u'}",
			sample, k));
		faulty.fail_from = faulty.syncs + (k + 1) / 2;
		faulty.fail_to = faulty.fail_from + (k % 2 ? 0 : 3);
		answer = ask("{'ask':'sample-end','sample':%lld,'by':'Gul Khan','token':'e-%u'}",
			sample, k);
		faulty.fail_from = faulty.fail_to = 0;
		if (json_object_get(answer, "error")) {
			failed = true;
			if (has_ended(sample))
				fail_msg("round %u: \"%s\", and it was recorded", k,
					json_string_value(json_object_get(answer, "error")));
			json_decref(ask("{'ask':'sample-end','sample':%lld,'by':'Gul Khan',"
					"'token':'e-%u'}",
				sample, k));
		}
		json_decref(answer);
		assert_true(has_ended(sample));
		owed = owed || !results_of(sample);
		snprintf(token, sizeof(token), "o-%u", k);
		other = begin(token, "Well");
		assert_int_equal(results_of(sample), 1);
		assert_int_equal(results_of(other), 0);
	}
	assert_true(failed && owed);
}

/* --- a card that takes nothing more ---------------------------------------------------------------------- */

static json_t *act(const char *words, const char *of, long long number, const char *token)
{
	return ask("{'ask':%s,'%s':%lld,'by':'Gul Khan','token':'%s'}", words, of, number, token);
}

#define ENTER    "'sample-enter','parameter':'ph','value':'7','method':'strip'"
#define STANDARD "'check-standard','lot':'B4','value':'4.01'"
#define CANCEL   "'check-cancel','reason':'it fell'"

static void nothing_is_recorded(const char *words, const char *of, long long number)
{
	expect(act(words, of, number, "full"), "error", "not recorded");
}

/* Errors while it is full, and what is open goes on from where it was. */
static void a_full_card_says_so(void **state)
{
	static const struct series acidity = {"ph-1", "ph", NUMBER_F32, 0};
	static struct line_conf bench = {
		.name = "bench", .n_units = 1, .units = {{.name = "ph-1", .interval_ms = 1000}}};
	struct ledger_record audit = {.kind = LEDGER_AUDIT, .a = 1, .words = "by=Gul Khan"};
	long long sample, check;
	json_t *before, *after;

	(void)state;
	field_learn(parts.field, &acidity, 1);
	conf.lines = &bench;
	conf.n_lines = 1;
	check = taken(
		ask("{'ask':'check-begin','unit':'ph-1','lot':'B7','value':'7.01'," WHO("b") "}"),
		"check");
	conf.n_lines = 0;
	before = ask("{'ask':'check-show','check':%lld}", check);
	faulty.write_error = SQLITE_FULL;
	nothing_is_recorded(STANDARD, "check", check);
	nothing_is_recorded(CANCEL, "check", check);
	assert_int_equal(spool_note(parts.spool, &audit), ERR_FULL);
	after = ask("{'ask':'check-show','check':%lld}", check);
	assert_true(json_equal(before, after));
	json_decref(after);
	json_decref(before);
	faulty.write_error = 0;
	restart();
	assert_int_equal(count(act(STANDARD, "check", check, "s"), "standards"), 2);
	assert_int_equal(count(act(STANDARD, "check", check, "s"), "standards"), 2);
	expect(act(CANCEL, "check", check, "c"), "state", "cancelled");
	assert_int_equal(spool_note(parts.spool, &audit), 0);
	sample = begin("a", "Spring");
	faulty.write_error = SQLITE_FULL;
	nothing_is_recorded(ENTER, "sample", sample);
	nothing_is_recorded("'sample-end'", "sample", sample);
	faulty.write_error = 0;
	assert_int_equal(count(act(ENTER, "sample", sample, "v"), "entries"), 1);
	assert_int_equal(count(act(ENTER, "sample", sample, "v"), "entries"), 1);
	json_decref(act("'sample-end'", "sample", sample, "e"));
	assert_int_equal(results_of(sample), 1);
	restart();
	assert_int_equal(results_of(sample), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_answer_is_what_is_recorded, start, stop),
		cmocka_unit_test_setup_teardown(a_full_card_says_so, start, stop),
	};

	faulty_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
