/* `waterlab limits`: what is in force, and a signature that puts a limit in force. */
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

static void put(const char *path, const char *words)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(words, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	const char *top = getenv("WATERLAB_SOURCE");
	char here[256], conf[1024];

	(void)state;
	if (!top || !getcwd(here, sizeof(here)))
		return -1;
	snprintf(conf, sizeof(conf),
		"lab = \"van\";\nlimits = { sets = \"nsdwq-2010,who-2022\"; folder = "
		"\"%s/config/limits\"; signatures = \"%s/signed.csv\"; };\n",
		top, here);
	put("w.conf", conf);
	unlink("signed.csv");
	return 0;
}

/* A reason has blanks, which the words of a command line here have not. */
#define CONFIRM \
	"--config w.conf limits confirm arsenic --set nsdwq-2010 --by N.Khan --reason gazette"

/* Columns of the longest line. */
static unsigned widest(const char *s)
{
	unsigned most = 0, at = 0;

	for (; *s; s++) {
		at = *s == '\n' ? 0 : at + (((unsigned char)*s & 0xC0) != 0x80);
		most = at > most ? at : most;
	}
	return most;
}

static void shows_what_is_in_force_and_what_is_not(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--config none.conf limits --set /dev/null"), CLI_USAGE);
	says(err, "waterlab: /dev/null:");
	assert_int_equal(waterlab("--config w.conf limits"), CLI_DONE);
	says(out, "nsdwq-2010: National Standards for Drinking Water Quality, Pakistan (code 1)");
	says(out, "arsenic*                 at most 50 \xc2\xb5g/L        any                  "
		  "unconfirmed\n");
	says(out, "health: a failure alarms\n"
		  "ecoli*                   not detected in 100 mL any                  seen\n");
	says(out, "free_chlorine*           0.2 to 0.5 mg/L        treated consumer_end");
	assert_true(widest(out) <= 80);
	says(out, "12 of 35 limits are in force.");
	says(out, "who-2022: WHO");
	says(out, "waterlab limits confirm PARAMETER --set SET --by NAME --reason TEXT");
	assert_int_equal(waterlab("--config w.conf limits show arsenic"), CLI_DONE);
	says(out, "source   NSDWQ value from memory (high confidence)");
	says(out, "field kits report ug/L");
	says(out, "at most 10 ");
	assert_null(strstr(out, "fluoride"));
	assert_int_equal(waterlab("--config w.conf limits show iron"), CLI_DONE);
	says(out, "no limit for iron");
	assert_int_equal(waterlab("--config w.conf limits arsenik"), CLI_USAGE);
	says(err, "there is no parameter \"arsenik\"");
	assert_int_equal(waterlab("--config w.conf limits --set who-1996"), CLI_DONE);
	says(out, "who-1996: WHO");
	assert_null(strstr(out, "nsdwq"));
	assert_int_equal(waterlab("--config w.conf limits --set nsdwq-1999"), CLI_USAGE);
	says(err, "nsdwq-1999.csv: No such file");
}

static void as_json(void **state)
{
	json_t *answer;
	const json_t *set, *limit;

	(void)state;
	assert_int_equal(waterlab("--config w.conf limits show turbidity_ntu --json"), CLI_DONE);
	answer = json_loads(out, 0, NULL);
	assert_non_null(answer);
	set = json_array_get(json_object_get(answer, "sets"), 0);
	limit = json_array_get(json_object_get(set, "limits"), 0);
	assert_string_equal(json_string_value(json_object_get(limit, "operator")), "<");
	assert_true(json_number_value(json_object_get(limit, "high")) == 5);
	assert_true(json_is_null(json_object_get(limit, "low")));
	assert_true(json_is_true(json_object_get(limit, "in_force")));
	assert_string_equal(json_string_value(json_object_get(limit, "unit")), "{NTU}");
	json_decref(answer);
}

static void a_signature_puts_it_in_force(void **state)
{
	(void)state;
	assert_int_equal(waterlab(CONFIRM), CLI_DONE);
	says(out, "signed   by N.Khan, ");
	says(out, "source   NSDWQ value from memory");
	says(out, "signed.csv,\nfor this limit as it stands");
	assert_int_equal(waterlab("--config w.conf limits"), CLI_DONE);
	says(out, "13 of 35 limits are in force.");
	assert_int_equal(waterlab(CONFIRM), CLI_FAILED); /* once is enough */
	says(err, "nothing was signed: the limits of arsenic in nsdwq-2010 are in force already");
	assert_int_equal(waterlab("--config w.conf limits confirm ph --set nsdwq-2010 --by N.Khan "
				  "--reason gazette"),
		CLI_FAILED);
	assert_int_equal(waterlab("--config w.conf limits confirm iron --set nsdwq-2010 --by "
				  "N.Khan --reason gazette"),
		CLI_FAILED);
	says(err, "nsdwq-2010 has no limit for iron");
	assert_int_equal(waterlab("--config w.conf limits confirm free_chlorine --set nsdwq-2010 "
				  "--by N.Khan --reason gazette"),
		CLI_DONE);
	says(out, "these limits as they stand");
	assert_int_equal(waterlab("--config w.conf limits"), CLI_DONE);
	says(out, "15 of 35 limits are in force.");
}

static void what_is_missing_is_said(void **state)
{
	(void)state;
	assert_int_equal(waterlab("--config w.conf limits confirm"), CLI_USAGE);
	assert_int_equal(waterlab("--config w.conf limits confirm arsenic"), CLI_USAGE);
	says(err, "all are needed");
	assert_int_equal(waterlab("--config w.conf limits confirm arsenic --set nsdwq-2010 --by "
				  "N.Khan"),
		CLI_USAGE);
	assert_int_equal(waterlab("--config w.conf limits confirm arsenic --set "
				  "nsdwq-2010,who-2022 --by N.Khan --reason gazette"),
		CLI_USAGE);
	assert_int_equal(waterlab("--config w.conf limits confirm arsenic --set nsdwq-2010 --by N "
				  "--reason gazette"),
		CLI_USAGE);
	says(err, "who signs and why are words");
	assert_int_equal(waterlab("--config w.conf limits confirm arsenic --set nsdwq-2010 --by "
				  "N.Khan --reason x"),
		CLI_USAGE);
	says(err, "who signs and why are words");
	assert_int_equal(waterlab("--config w.conf limits confirm arsenik --set nsdwq-2010 --by "
				  "N.Khan --reason gazette"),
		CLI_USAGE);
	says(err, "there is no parameter \"arsenik\"");
	assert_int_equal(waterlab("--config none.conf limits confirm arsenic --set nsdwq-2010 --by "
				  "N.Khan --reason gazette"),
		CLI_USAGE);
	assert_int_equal(waterlab("--config w.conf limits --by N.Khan"), CLI_USAGE);
	says(err, "limits does not take --by; waterlab help limits");
	assert_int_equal(access("signed.csv", F_OK), -1);
}

static void old_signatures_are_said(void **state)
{
	(void)state;
	put("signed.csv", "set,parameter,applies_to,checksum,by,at,reason\n"
			  "nsdwq-2010,lead,any,0123456789abcdef,N. Khan,2026-11-28 10:00:00,why\n");
	assert_int_equal(waterlab("--config w.conf limits"), CLI_DONE);
	says(out, "1 signatures in ");
	put("signed.csv", "spoilt\n");
	assert_int_equal(waterlab("--config w.conf limits"), CLI_USAGE);
	says(err, "signed.csv:1: this is no file of signatures");
	assert_int_equal(waterlab(CONFIRM), CLI_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(shows_what_is_in_force_and_what_is_not, set_up),
		cmocka_unit_test_setup(as_json, set_up),
		cmocka_unit_test_setup(a_signature_puts_it_in_force, set_up),
		cmocka_unit_test_setup(what_is_missing_is_said, set_up),
		cmocka_unit_test_setup(old_signatures_are_said, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
