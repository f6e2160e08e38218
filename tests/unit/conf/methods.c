/* What is said of kits and meters: each mistake is named, and what is right is found by name and parameter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf/keys.h"

static char said[4096];

static int read_methods(struct conf **conf, const char *methods)
{
	struct text errors = text_over(said, sizeof(said));
	char words[4096];

	snprintf(words, sizeof(words),
		"lab = \"van\"; lines = ("
		"{ name = \"b\"; type = \"rtu\"; port = \"/dev/a\"; units = ({ name = \"u\"; "
		"profile = \"lovibond-md610\"; address = 1; }); });\nmethods = ( %s );\n",
		methods);
	return conf_read_text(conf, "w.conf", words, &errors);
}

#define METHOD(name, parameter, more) \
	"{ name = \"" name "\"; parameter = \"" parameter "\"; why = \"ours\"; " more " }"

static void each_is_named(void **state)
{
	static const char *const wrong[][2] = {
		{METHOD("DPD", "chlorine", ""),
			"w.conf:2: parameter: \"chlorine\" is no parameter"},
		{METHOD("", "ph", ""), "name: is empty"},
		{METHOD("DPD", "ph", "rule = \"guarded\";"),
			"rule: is guarded, but no uncertainty"},
		{METHOD("DPD", "ph", "rule = \"strict\";"), "rule: "},
		{METHOD("DPD", "ph", "uncertainty = -1.0;"), "uncertainty: "},
		{METHOD("DPD", "ph", "uncertainty_relative = 10;"), "uncertainty_relative: "},
		{METHOD("DPD", "ph", "screening = \"maybe\";"), "screening: "},
		{"{ name = \"DPD\"; parameter = \"ph\"; why = \"-\"; }", "why: has no words"},
		{METHOD("DPD", "ph", "") "," METHOD("dpd", "ph", ""),
			"name: \"dpd\" is said of ph already"},
	};
	struct conf *conf = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_methods(&conf, wrong[i][0]), ERR_CONF);
		if (!strstr(said, wrong[i][1]))
			fail_msg("%s: not \"%s\" but %s", wrong[i][0], wrong[i][1], said);
	}
}

static void found_by_name_and_parameter(void **state)
{
	struct conf *conf = NULL;
	struct water_method got;

	(void)state;
	assert_int_equal(read_methods(&conf, METHOD("DPD", "free_chlorine",
						     "uncertainty = 0.05; screening = false;")),
		0);
	got = method_find(&conf->methods, "dpd", "free_chlorine", true);
	assert_float_equal(got.uncertainty, 0.05, 0);
	assert_false(got.screening);
	assert_int_equal(got.rule, RULE_SIMPLE);
	got = method_find(&conf->methods, "dpd", "ph", true);
	assert_float_equal(got.uncertainty, 0, 0);
	assert_true(got.screening);
	assert_false(method_find(&conf->methods, "ph-1", "ph", false).screening);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_named),
		cmocka_unit_test(found_by_name_and_parameter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
