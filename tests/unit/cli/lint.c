/* `waterlab lint`: a sound driver, and one with each mistake. */
#include "command.h"

#include <sys/stat.h>

static const char profile[] =
	"models = \"Acme PH9\"; manual = \"made up, page 1\"; base = 0; level = \"documented\";\n"
	"values = ( { at = 0; type = \"u16\"; parameter = \"ph\"; scale = 0.01; } );\n";
static const char readme[] = "# Acme PH9\n\nSource: made up.\n";
static const char trace[] = "# waterlab trace 1\n"
			    "driver: acme-ph9\n"
			    "source: made\n"
			    "> 03 00 00 00 01\n"
			    "< 03 02 02 C8\n"
			    "= ph 7.12 [pH]\n";

static void write_file(const char *path, const char *words)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(words, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* d/acme-ph9, whole and sound. */
static int make_driver(void **state)
{
	(void)state;
	mkdir("d", 0755);
	mkdir("d/acme-ph9", 0755);
	mkdir("d/acme-ph9/cases", 0755);
	write_file("d/acme-ph9/profile.conf", profile);
	write_file("d/acme-ph9/README.md", readme);
	write_file("d/acme-ph9/cases/one.trace", trace);
	return 0;
}

static void is_wrong(const char *words)
{
	assert_int_equal(waterlab("lint --drivers d acme-ph9"), 1);
	says(out, words);
	says(out, "\n1 driver, 1 mistake\n");
	assert_string_equal(err, "");
	make_driver(NULL);
}

static void a_sound_driver_passes_by_name_and_by_folder(void **state)
{
	(void)state;
	assert_int_equal(waterlab("lint --drivers d acme-ph9"), 0);
	assert_string_equal(out, "1 driver, 0 mistakes\n");
	assert_int_equal(waterlab("lint --drivers nowhere d/acme-ph9 ./d/acme-ph9/"), 0);
	assert_string_equal(out, "2 drivers, 0 mistakes\n");
}

static void mistakes_of_the_profile_have_their_lines(void **state)
{
	(void)state;
	write_file("d/acme-ph9/profile.conf",
		"models = \"Acme PH9\"; manual = \"made up, page 1\"; base = 0;\n"
		"values = (\n"
		"{ at = 0; type = \"f32\"; parameter = \"ph\"; },\n"
		"{ at = 1; type = \"u16\"; parameter = \"orp\"; } );\n");
	is_wrong("d/acme-ph9/profile.conf:4: at: \"orp\" shares registers with \"ph\"");
	write_file("d/acme-ph9/profile.conf",
		"models = \"Acme PH9\"; manual = \"made up, page 1\"; base = 0;\n"
		"values = ( { at = 0; type = \"u16\"; parameter = \"phh\"; } );\n");
	is_wrong("d/acme-ph9/profile.conf:2: parameter: there is no parameter \"phh\"");
}

static void the_readme_is_there_and_names_its_source(void **state)
{
	(void)state;
	unlink("d/acme-ph9/README.md");
	is_wrong("d/acme-ph9/README.md: is missing");
	write_file("d/acme-ph9/README.md", "# Acme PH9\n");
	is_wrong("d/acme-ph9/README.md: names no source");
}

static void a_case_is_needed_and_comes_out_as_written(void **state)
{
	(void)state;
	unlink("d/acme-ph9/cases/one.trace");
	is_wrong("d/acme-ph9/cases: holds no NAME.trace");
	write_file("d/acme-ph9/cases/one.trace",
		"# waterlab trace 1\ndriver: acme-ph9\nsource: made\n> 03 00 00 00 01\n"
		"< 03 02 02 C8\n= ph 7.13 [pH]\n");
	is_wrong("d/acme-ph9/cases/one.trace:6: written \"= ph 7.13 [pH]\", comes out as \"= ph "
		 "7.12 [pH]\"");
	write_file("d/acme-ph9/cases/one.trace",
		"# waterlab trace 1\ndriver: acme-ph9\nsource: made\n> 03 00 00 00 01\n"
		"< 03 02 02 C8\n");
	is_wrong("d/acme-ph9/cases/one.trace:6: ends; comes out with \"= ph 7.12 [pH]\"");
	write_file("d/acme-ph9/cases/one.trace",
		"# waterlab trace 1\ndriver: acme-ph9\nsource: made\n> 03 00 00 00 01\n"
		"< 03 02 02 C8\n= ph 7.12 [pH]\n= orp 1 mV\n");
	is_wrong("d/acme-ph9/cases/one.trace:7: written \"= orp 1 mV\", comes out as nothing");
	write_file("d/acme-ph9/cases/one.trace", "driver: acme-ph9\nsource: made\n> 0G\n");
	is_wrong("d/acme-ph9/cases/one.trace:3:");
}

static void a_case_says_whose_it_is_and_where_from(void **state)
{
	(void)state;
	write_file("d/acme-ph9/cases/one.trace",
		"# waterlab trace 1\ndriver: acme-ph8\nsource: made\n> 03 00 00 00 01\n"
		"< 03 02 02 C8\n= ph 7.12 [pH]\n");
	is_wrong("d/acme-ph9/cases/one.trace: says \"driver: acme-ph8\"; it is a case of acme-ph9");
	write_file("d/acme-ph9/cases/one.trace",
		"# waterlab trace 1\ndriver: acme-ph9\n> 03 00 00 00 01\n< 03 02 02 C8\n"
		"= ph 7.12 [pH]\n");
	is_wrong("d/acme-ph9/cases/one.trace: does not say \"source: ...\"");
}

/* Paper proves nothing about a device. */
static void the_level_is_what_the_cases_prove(void **state)
{
	(void)state;
	write_file("d/acme-ph9/profile.conf",
		"models = \"Acme PH9\"; manual = \"made up, page 1\"; base = 0; level = "
		"\"recorded\";\n"
		"values = ( { at = 0; type = \"u16\"; parameter = \"ph\"; scale = 0.01; } );\n");
	is_wrong("d/acme-ph9: level: is \"recorded\", but no case was recorded");
	write_file("d/acme-ph9/profile.conf",
		"models = \"Acme PH9\"; manual = \"made up, page 1\"; base = 0; level = "
		"\"recorded\";\n"
		"values = ( { at = 0; type = \"u16\"; parameter = \"ph\"; scale = 0.01; } );\n");
	write_file("d/acme-ph9/cases/one.trace",
		"# waterlab trace 1\ndriver: acme-ph9\nsource: recorded 2026-11-02, serial 17\n"
		"> 03 00 00 00 01\n< 03 02 02 C8\n= ph 7.12 [pH]\n");
	assert_int_equal(waterlab("lint d/acme-ph9"), 0);
	write_file("d/acme-ph9/cases/one.trace",
		"driver: acme-ph9\nsource: from a pseudo-terminal, as simulators have, recorded "
		"2026-11-02\n"
		"> 03 00 00 00 01\n< 03 02 02 C8\n= ph 7.12 [pH]\n");
	is_wrong("d/acme-ph9: level: is \"recorded\", but no case was recorded");
}

/* With a wrong base nothing at all comes of the manual's own frames. */
static void a_case_shows_something_and_each_value_is_shown(void **state)
{
	(void)state;
	write_file("d/acme-ph9/cases/two.trace",
		"driver: acme-ph9\nsource: made\n# nothing is asked\n");
	is_wrong("d/acme-ph9/cases/two.trace: shows nothing");
	unlink("d/acme-ph9/cases/two.trace");
	write_file("d/acme-ph9/profile.conf",
		"models = \"Acme PH9\"; manual = \"made up, page 1\"; base = 0;\n"
		"values = ( { at = 0; type = \"u16\"; parameter = \"ph\"; scale = 0.01; },\n"
		"{ at = 1; type = \"u16\"; parameter = \"ph_mv\"; } );\n");
	is_wrong("d/acme-ph9/cases: no case shows ph_mv, at 1, wire address 1");
	write_file("d/acme-ph9/profile.conf",
		"models = \"Acme PH9\"; manual = \"made up, page 1\"; base = 0;\n"
		"values = ( { at = 40001; type = \"u16\"; parameter = \"ph\"; scale = 0.01; } "
		");\n");
	write_file("d/acme-ph9/cases/one.trace",
		"driver: acme-ph9\nsource: made\n> 03 00 00 00 01\n< 03 02 02 C8\n"
		"? not asked by the driver\n");
	is_wrong("d/acme-ph9/cases: no case shows ph, at 40001, wire address 40001");
	says(out, "d/acme-ph9/profile.conf: warning: base: with 0, at = 40001 is wire address "
		  "40001; a "
		  "manual that counts from 40001 means base = 40001\n");
}

static void an_address_is_one_that_a_unit_can_have(void **state)
{
	static const char *const good[] = {"1", "247", "255", "0"};
	static const char *const bad[] = {"300", "256", "1000000000000", "-1", "x"};
	char words[200], expected[100];
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]) + sizeof(bad) / sizeof(bad[0]); i++) {
		const char *word = i < 4 ? good[i] : bad[i - 4];

		snprintf(words, sizeof(words),
			"driver: acme-ph9\naddress: %s\nsource: made\n> 03 00 00 00 01\n"
			"< 03 02 02 C8\n= ph 7.12 [pH]\n",
			word);
		write_file("d/acme-ph9/cases/one.trace", words);
		snprintf(expected, sizeof(expected),
			"one.trace: says \"address: %.7s\"; a unit's number is 1 to 247", word);
		if (i >= 4)
			is_wrong(expected);
		else
			assert_int_equal(waterlab("lint d/acme-ph9"), 0);
	}
	make_driver(NULL);
}

/* What is written and does not come is told from what comes otherwise. */
static void a_line_that_comes_to_nothing_is_called_so(void **state)
{
	static const char start[] =
		"driver: acme-ph9\nsource: made\n> 03 00 00 00 01\n< 03 02 02 C8\n";
	char words[400];

	(void)state;
	snprintf(words, sizeof(words), "%s= orp 1 mV\n= ph 7.12 [pH]\n", start);
	write_file("d/acme-ph9/cases/one.trace", words);
	is_wrong("one.trace:5: written \"= orp 1 mV\", comes out as nothing");
	snprintf(words, sizeof(words),
		"%s= ph 7.12 [pH]\n= orp 1 mV\n> 03 00 00 00 01\n< 83 02\n"
		"! exception 2\n",
		start);
	write_file("d/acme-ph9/cases/one.trace", words);
	is_wrong("one.trace:6: written \"= orp 1 mV\", comes out as nothing");
	snprintf(words, sizeof(words), "%s> 03 00 00 00 01\n< 83 02\n! exception 2\n", start);
	write_file("d/acme-ph9/cases/one.trace", words);
	is_wrong("one.trace:5: lacks \"= ph 7.12 [pH]\" before it");
}

static void with_states(const char *rules)
{
	char words[1200];

	snprintf(words, sizeof(words),
		"models = \"Acme PH9\"; manual = \"made up, page 1\"; base = 0;\n"
		"values = ( { at = 0; type = \"u16\"; parameter = \"ph\"; scale = 0.01; } );\n"
		"status = ( %s );\n",
		rules);
	write_file("d/acme-ph9/profile.conf", words);
	write_file("d/acme-ph9/cases/one.trace",
		"driver: acme-ph9\nsource: made\n> 03 00 00 00 02\n< 03 04 02 C8 00 00\n"
		"= ph 7.12 [pH]\n");
}

#define RULE(which, effect) \
	"{ at = 1; " which " effect = \"" effect "\"; meaning = \"" which "\"; }"

static void a_state_has_one_rule(void **state)
{
	(void)state;
	with_states(RULE("bit = 3;", "bad") "," RULE("mask = 8;", "suspect"));
	is_wrong("d/acme-ph9/profile.conf: status: \"bit = 3;\" and \"mask = 8;\" are rules for "
		 "the same of "
		 "register 1");
	with_states(RULE("equals = 0x1; mask = 0x1;", "bad") "," RULE(
		"equals = 1; mask = 1;", "suspect"));
	is_wrong("are rules for the same of register 1");
	with_states(RULE("bit = 3;", "bad") "," RULE("mask = 0x18;", "suspect"));
	assert_int_equal(waterlab("lint d/acme-ph9"), 0);
	assert_string_equal(out, "1 driver, 0 mistakes\n");
	make_driver(NULL);
}

/* All but one number of a register that holds a number should say something: as in xylem-cl500. */
static void numbers_without_a_rule_are_warned_of(void **state)
{
	(void)state;
	with_states(RULE("equals = 1;", "bad") "," RULE("equals = 2;", "suspect"));
	assert_int_equal(waterlab("lint d/acme-ph9"), 0);
	says(out, "d/acme-ph9/profile.conf: warning: status: 65534 numbers of register 1 fall "
		  "under no rule");
	with_states(RULE("mask = 3; equals = 1;", "bad"));
	assert_int_equal(waterlab("lint d/acme-ph9"), 0);
	says(out, ": warning: status: 3 numbers of register 1 fall");
	with_states(RULE("mask = 1; equals = 1;", "bad"));
	assert_int_equal(waterlab("lint d/acme-ph9"), 0);
	assert_string_equal(out, "1 driver, 0 mistakes\n");
	with_states(RULE("equals = 1;", "bad") "," RULE("mask = 0xFFFE;", "suspect"));
	assert_int_equal(waterlab("lint d/acme-ph9"), 0);
	assert_string_equal(out, "1 driver, 0 mistakes\n");
	make_driver(NULL);
}

/* One's own stands before the installed one, from whom it may come. */
static void ones_own_are_found_by_the_configuration(void **state)
{
	char folder[256], words[1024];

	(void)state;
	assert_non_null(getcwd(folder, sizeof(folder)));
	mkdir("installed", 0755);
	mkdir("installed/acme-ph9", 0755);
	write_file("installed/acme-ph9/profile.conf", profile);
	chmod("d", 0755);
	chmod("d/acme-ph9", 0755);
	chmod("d/acme-ph9/profile.conf", 0644);
	snprintf(words, sizeof(words),
		"lab = \"v\"; drivers = \"%s/installed\"; own_drivers = \"%s/d\";\n"
		"lines = ( { name = \"b\"; type = \"rtu\"; port = \"/dev/a\"; units = ( { name = "
		"\"u\"; profile = \"acme-ph9\"; address = 1; } ); } );\n",
		folder, folder);
	write_file("w.conf", words);
	assert_int_equal(waterlab("--config w.conf lint acme-ph9"), 0);
	says(out, "d/acme-ph9/profile.conf: warning: is taken instead of ");
	says(out, "\n1 driver, 0 mistakes\n");
	chmod("d/acme-ph9/profile.conf", 0664);
	assert_int_equal(waterlab("--config w.conf lint acme-ph9"), 1);
	says(err, "because the configuration cannot be used: ");
	says(err, "others than its owner may write ");
	chmod("d/acme-ph9/profile.conf", 0644);
}

static void what_is_not_there_is_said(void **state)
{
	(void)state;
	assert_int_equal(waterlab("lint --drivers d acme-ph8"), 1);
	says(out, "there is no profile \"acme-ph8\" in d; did you mean acme-ph9?");
	mkdir("d/acme-c", 0755);
	write_file("d/acme-c/acme-c.c", "");
	write_file("d/acme-c/README.md", readme);
	assert_int_equal(waterlab("lint d/acme-c"), 1);
	says(out, "d/acme-c: is a driver in C that this program was built without");
	/* in a tree without an installation */
	assert_int_equal(waterlab("-c ./none lint acme-ph9"), 1);
	says(out, "; use a path (drivers/acme-ph9) or --drivers DIR\n");
	assert_int_equal(waterlab("-c ./none lint ysi-exo"), 1);
	says(out, "/ysi-exo: is not there, and its cases neither; use a path (drivers/ysi-exo) or "
		  "--drivers DIR\n1 driver, 1");
	assert_int_equal(waterlab("-c ./none replay acme-ph9 d/acme-ph9/cases/one.trace"), 2);
	says(err, "; use a path (drivers/acme-ph9) or --drivers DIR\n");
	assert_int_equal(waterlab("-c ./none replay d/acme-ph9 d/acme-ph9/cases/one.trace"), 0);
	assert_int_equal(waterlab("lint"), 2);
	assert_int_equal(waterlab("lint --json d/acme-ph9"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_driver_passes_by_name_and_by_folder),
		cmocka_unit_test(mistakes_of_the_profile_have_their_lines),
		cmocka_unit_test(the_readme_is_there_and_names_its_source),
		cmocka_unit_test(a_case_is_needed_and_comes_out_as_written),
		cmocka_unit_test(a_case_says_whose_it_is_and_where_from),
		cmocka_unit_test(the_level_is_what_the_cases_prove),
		cmocka_unit_test(a_case_shows_something_and_each_value_is_shown),
		cmocka_unit_test(an_address_is_one_that_a_unit_can_have),
		cmocka_unit_test(a_line_that_comes_to_nothing_is_called_so),
		cmocka_unit_test(a_state_has_one_rule),
		cmocka_unit_test(numbers_without_a_rule_are_warned_of),
		cmocka_unit_test(ones_own_are_found_by_the_configuration),
		cmocka_unit_test(what_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, make_driver, NULL);
}
