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
	is_wrong("d/acme-ph9/cases/one.trace:7: written \"= orp 1 mV\", comes out without it");
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
		cmocka_unit_test(ones_own_are_found_by_the_configuration),
		cmocka_unit_test(what_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, make_driver, NULL);
}
