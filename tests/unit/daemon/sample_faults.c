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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_answer_is_what_is_recorded, start, stop),
	};

	faulty_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
