/* Mistakes under `checks`: rules that nobody could keep to, without a reason, or of what nobody measures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/keys.h"

static char said[16384];

static int read_rules(struct conf **conf, const char *rules)
{
	struct text errors = text_over(said, sizeof(said));
	char words[4096];

	snprintf(words, sizeof(words),
		"lab = \"van\"; lines = ("
		"{ name = \"b\"; type = \"rtu\"; port = \"/dev/a\"; units = ({ name = \"u\"; "
		"profile = \"lovibond-md610\"; address = 1; }); });\nchecks = ( %s );\n",
		rules);
	return conf_read_text(conf, "w.conf", words, &errors);
}

#define RULE(parameter, more) "{ parameter = \"" parameter "\"; " more " }"
#define GOOD                  "within = 0.2; valid_h = 12; why = \"ours\";"

static void each_is_named(void **state)
{
	static const char *const wrong[][2] = {
		{RULE("pH", GOOD), "w.conf:2: parameter: \"pH\" is no parameter"},
		{RULE("ph", "valid_h = 24; why = \"ours\";"),
			"within: is 0, and within_relative too: no analyzer would ever pass"},
		{RULE("ph", "within = 7.0; valid_h = 24; why = \"ours\";"),
			"within: is 7, and 0.1 is usual of ph"},
		{RULE("ph", "within_relative = 0.5; valid_h = 24; why = \"ours\";"),
			"within_relative: is 0.5: at a standard of 10 that is 5, and 0.1 is usual"},
		{RULE("free_chlorine", "within_relative = 1.0; valid_h = 24; why = \"ours\";"),
			"within_relative: "},
		{RULE("ph", "within = 0.1; valid_h = 24;"), "why: "},
		{RULE("ph", "within = 0.1; valid_h = 24; why = \"-\";"), "why: has no words"},
		{RULE("ph", "within = 0.1; valid_h = 0; why = \"ours\";"), "valid_h: "},
		{RULE("ph", "within_relative = 5; valid_h = 1; why = \"ours\";"),
			"within_relative: "},
		{RULE("ph", GOOD) "," RULE("ph", GOOD), "parameter: \"ph\" has a rule already"},
	};
	struct conf *conf = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_rules(&conf, wrong[i][0]), ERR_CONF);
		if (!strstr(said, wrong[i][1]))
			fail_msg("%s: not \"%s\" but %s", wrong[i][0], wrong[i][1], said);
	}
}

static void the_vans_own_come_first(void **state)
{
	struct conf *conf = NULL;

	(void)state;
	assert_int_equal(read_rules(&conf, RULE("ph", GOOD)), 0);
	assert_float_equal(check_rule_find(&conf->checks, "ph")->within, 0.2, 0);
	assert_float_equal(check_rule_find(&conf->checks, "ph")->valid_h, 12, 0);
	assert_float_equal(check_rule_find(&conf->checks, "orp")->within, 20, 0);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_named),
		cmocka_unit_test(the_vans_own_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
