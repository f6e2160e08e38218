/* The operator's own profiles: before the installed ones, and only from whom they may come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/keys.h"

static char folder[256], said[8192];

static void write_profile(const char *path, const char *models)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fprintf(f,
			    "models = \"%s\"; manual = \"A\"; base = 0;\n"
			    "values = ( { at = 0; type = \"u16\"; parameter = \"ph\"; } );\n",
			    models) > 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static int set_up(void **state)
{
	(void)state;
	umask(022);
	assert_non_null(getcwd(folder, sizeof(folder)));
	mkdir("drivers", 0755);
	mkdir("drivers/acme-ph", 0755);
	write_profile("drivers/acme-ph/profile.conf", "Installed");
	mkdir("own", 0755);
	mkdir("own/van-ph", 0755);
	write_profile("own/van-ph/profile.conf", "Own");
	return 0;
}

/* A configuration with one analyzer of that profile; its models. */
static int read_with(const char *own, const char *profile, char models[PROFILE_TEXT])
{
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf = NULL;
	char words[2048];
	int err;

	snprintf(words, sizeof(words),
		"lab = \"v\"; drivers = \"%s/drivers\"; own_drivers = \"%s/%s\";\n"
		"lines = ( { name = \"b\"; type = \"rtu\"; port = \"/dev/a\"; units = ( { name = "
		"\"u\"; profile = \"%s\"; address = 1; } ); } );\n",
		folder, folder, own, profile);
	err = conf_read_text(&conf, "w.conf", words, &errors);
	if (conf)
		text_copy(models, PROFILE_TEXT, conf->profiles[0]->models);
	conf_free(conf);
	return err;
}

static void is_refused(const char *words)
{
	char models[PROFILE_TEXT];

	assert_int_equal(read_with("own", "van-ph", models), ERR_CONF);
	if (!strstr(said, words) || !strstr(said, "\"van-ph\" has mistakes; they are named above"))
		fail_msg("wanted\n  %s\ngot\n  %s", words, said);
}

static void ones_own_stand_beside_the_installed(void **state)
{
	char models[PROFILE_TEXT];

	(void)state;
	if (read_with("own", "van-ph", models))
		fail_msg("%s", said);
	assert_string_equal(said, "");
	assert_string_equal(models, "Own");
	assert_int_equal(read_with("own", "acme-ph", models), 0);
	assert_string_equal(models, "Installed");
	assert_string_equal(said, "");
}

static void the_folder_may_be_absent(void **state)
{
	char models[PROFILE_TEXT];

	(void)state;
	assert_int_equal(read_with("nowhere", "acme-ph", models), 0);
	assert_string_equal(said, "");
	assert_int_equal(read_with("nowhere", "van-ph", models), ERR_CONF);
	assert_non_null(strstr(said, "there is no profile \"van-ph\" in "));
	assert_null(strstr(said, " nor in "));
	assert_int_equal(read_with("own", "van-phh", models), ERR_CONF);
	assert_non_null(strstr(said, " nor in "));
	assert_non_null(strstr(said, "did you mean van-ph?"));
}

static void of_two_the_own_one_wins_and_says_so(void **state)
{
	char models[PROFILE_TEXT];

	(void)state;
	mkdir("own/acme-ph", 0755);
	write_profile("own/acme-ph/profile.conf", "Own");
	assert_int_equal(read_with("own", "acme-ph", models), 0);
	assert_string_equal(models, "Own");
	assert_non_null(strstr(said, "own/acme-ph/profile.conf: warning: is taken instead of "));
	assert_non_null(strstr(said, "drivers/acme-ph/profile.conf\n"));
	mkdir("own/ysi-exo", 0755);
	write_profile("own/ysi-exo/profile.conf", "Own");
	assert_int_equal(read_with("own", "ysi-exo", models), 0);
	assert_string_equal(models, "Own");
	assert_non_null(strstr(said, "the program's own driver ysi-exo"));
}

/* Whoever writes a profile says what every reading means. */
static void what_others_may_write_is_not_taken(void **state)
{
	static const char *const paths[] = {"own", "own/van-ph", "own/van-ph/profile.conf"};
	char words[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		mode_t good = i < 2 ? 0755 : 0644;

		snprintf(words, sizeof(words), "others than its owner may write %s/%s; a profile",
			folder, paths[i]);
		assert_int_equal(chmod(paths[i], good | 0020), 0);
		is_refused(words);
		assert_int_equal(chmod(paths[i], good | 0002), 0);
		is_refused(words);
		assert_non_null(strstr(said, ": chmod go-w "));
		assert_int_equal(chmod(paths[i], good), 0);
	}
}

static void what_belongs_to_another_is_not_taken(void **state)
{
	char words[512];

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(words, sizeof(words), "%s/own/van-ph belongs to user 65534; a profile", folder);
	assert_int_equal(chown("own/van-ph", 65534, 65534), 0);
	is_refused(words);
	assert_non_null(strstr(said, ": chown root "));
	assert_int_equal(chown("own/van-ph", 0, 0), 0);
}

static void a_link_is_not_taken(void **state)
{
	(void)state;
	assert_int_equal(rename("own/van-ph/profile.conf", "real.conf"), 0);
	assert_int_equal(symlink("../../real.conf", "own/van-ph/profile.conf"), 0);
	is_refused("own/van-ph/profile.conf is a link");
	assert_int_equal(unlink("own/van-ph/profile.conf"), 0);
	assert_int_equal(rename("real.conf", "own/van-ph/profile.conf"), 0);
}

static void its_place_is_a_full_path(void **state)
{
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf = NULL;

	(void)state;
	assert_int_equal(
		conf_read_text(&conf, "w.conf", "lab = \"v\"; own_drivers = \"own\";", &errors),
		ERR_CONF);
	assert_non_null(strstr(said, "w.conf:1: own_drivers: \"own\" is no full path"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ones_own_stand_beside_the_installed),
		cmocka_unit_test(the_folder_may_be_absent),
		cmocka_unit_test(of_two_the_own_one_wins_and_says_so),
		cmocka_unit_test(what_others_may_write_is_not_taken),
		cmocka_unit_test(what_belongs_to_another_is_not_taken),
		cmocka_unit_test(a_link_is_not_taken),
		cmocka_unit_test(its_place_is_a_full_path),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
