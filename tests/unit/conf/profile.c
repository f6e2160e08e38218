/* Profiles: printed numbers to wire addresses, defaults, what does not fit, and every one in drivers/. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/keys.h"
#include "conf/profile_keys.h"

static char said[8192];

static int read_words(struct profile **out, const char *words)
{
	struct text errors = text_over(said, sizeof(said));
	struct mistakes mistakes = {.to = &errors};

	return profile_read(out, "p.conf", words, "p", &mistakes);
}

static struct profile *good(const char *words)
{
	struct profile *profile;

	if (read_words(&profile, words))
		fail_msg("%s", said);
	assert_string_equal(said, "");
	return profile;
}

#define TOP "models = \"M\"; manual = \"A\"; base = 40001;\n"

static void printed_numbers_become_wire_addresses(void **state)
{
	struct profile *p = good(TOP
		"values = ( { at = 40001; type = \"f32\"; parameter = \"ph\"; },\n"
		"{ at = 30008; base = 30001; function = \"input\"; type = \"u16\"; parameter = "
		"\"orp\"; },\n"
		"{ at = 105536; type = \"u16\"; parameter = \"iron\"; } );\n"
		"forbidden = ( { first = 40010; last = 40012; } );\n"
		"status = ( { at = 10005; base = 10001; function = \"discrete\"; effect = \"bad\"; "
		"meaning = \"m\"; } );");

	(void)state;
	assert_int_equal(p->fields[0].at.address, 0);
	assert_int_equal(p->fields[0].at.registers, 2);
	assert_int_equal(p->fields[0].at.function, 3);
	assert_int_equal(p->fields[1].at.address, 7);
	assert_int_equal(p->fields[1].at.function, 4);
	assert_int_equal(p->fields[2].at.address, 65535);
	assert_int_equal(p->forbidden[0].first, 9);
	assert_int_equal(p->forbidden[0].last, 11);
	assert_int_equal(p->forbidden[0].function, 3);
	assert_int_equal(p->status[0].at.address, 4);
	assert_int_equal(p->status[0].at.function, 2);
	assert_int_equal(p->status[0].at.registers, 1);
	assert_true(p->status[0].any && p->status[0].mask == 1);
	free(p);
}

static void what_is_not_said_is_the_default(void **state)
{
	struct profile *p =
		good(TOP "values = ( { at = 40001; type = \"f32\"; parameter = \"ph\"; } );");

	(void)state;
	assert_string_equal(p->name, "p");
	assert_int_equal(p->level, LEVEL_DOCUMENTED);
	assert_int_equal(p->most_registers, 125);
	assert_false(p->even_start);
	assert_false(p->exact_reads);
	assert_int_equal(p->reply_ms, 1000);
	assert_false(p->has_identity);
	assert_true(p->fields[0].scale == 1.0);
	assert_true(p->fields[0].offset == 0.0);
	assert_int_equal(p->fields[0].at.order, ORDER_ABCD);
	free(p);
}

/* The order is about values of several registers; a lone register says so itself if it is odd. */
static void the_order_is_for_values_of_several_registers(void **state)
{
	struct profile *p = good(
		TOP "order = \"DCBA\"; values = ( { at = 40001; type = \"f32\"; parameter = "
		    "\"ph\"; },\n"
		    "{ at = 40003; type = \"u16\"; parameter = \"orp\"; },\n"
		    "{ at = 40004; type = \"u16\"; parameter = \"tds\"; order = \"BADC\"; },\n"
		    "{ at = 40005; type = \"u32\"; parameter = \"iron\"; order = \"CDAB\"; } );");

	(void)state;
	assert_int_equal(p->fields[0].at.order, ORDER_DCBA);
	assert_int_equal(p->fields[1].at.order, ORDER_ABCD);
	assert_int_equal(p->fields[2].at.order, ORDER_BADC);
	assert_int_equal(p->fields[3].at.order, ORDER_CDAB);
	free(p);
}

static void a_value_is_written_as_exactly_as_it_is_known(void **state)
{
	static const struct {
		const char *words;
		enum number_kind kind;
		unsigned decimals;
	} cases[] = {
		{"type = \"u16\";", NUMBER_DECIMAL, 0},
		{"type = \"i16\"; scale = 0.01;", NUMBER_DECIMAL, 2},
		{"type = \"u16\"; scale = 0.1; offset = -2.25;", NUMBER_DECIMAL, 2},
		{"type = \"u16\"; scale = 10;", NUMBER_DECIMAL, 0},
		{"type = \"u16\"; scale = 0.05; decimals = 3;", NUMBER_DECIMAL, 3},
		{"type = \"u32\"; scale = 0.3333333333333333;", NUMBER_F64, 0},
		{"type = \"f32\"; scale = 1000;", NUMBER_F32, 0},
		{"type = \"f64\";", NUMBER_F64, 0},
	};
	char words[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *p;

		snprintf(words, sizeof(words),
			TOP "values = ( { at = 40001; parameter = \"ph\"; %s } );", cases[i].words);
		p = good(words);
		assert_int_equal(p->fields[0].kind, cases[i].kind);
		assert_int_equal(p->fields[0].decimals, cases[i].decimals);
		free(p);
	}
}

static void sentinels_are_words_or_numbers(void **state)
{
	static const struct {
		const char *words;
		uint64_t first, second;
	} cases[] = {
		{"type = \"u16\"; sentinels = [0xFFFF, 65534];", 0xFFFF, 0xFFFE},
		{"type = \"i16\"; sentinels = [-9999, 0x8000];", 0xD8F1, 0x8000},
		{"type = \"i32\"; sentinels = [-1, 0x7FFFFFFF];", 0xFFFFFFFF, 0x7FFFFFFF},
		{"type = \"f32\"; sentinels = ( 0x7FC00000L, -9999.0 );", 0x7FC00000, 0xC61C3C00},
		{"type = \"f32\"; sentinels = [0x7FA00000, 0];", 0x7FA00000, 0},
		{"type = \"f64\"; sentinels = [0x7FF8000000000000, 1];", 0x7FF8000000000000,
			0x3FF0000000000000},
		{"type = \"bits\"; mask = 0x0FF0; sentinels = [255, 0xFE];", 255, 254},
		{"type = \"bcd16\"; sentinels = [9999, 0x1234];", 0x9999, 0x1234},
	};
	char words[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *p;

		snprintf(words, sizeof(words),
			TOP "values = ( { at = 40001; parameter = \"ph\"; %s } );", cases[i].words);
		p = good(words);
		assert_int_equal(p->fields[0].n_sentinels, 2);
		if (p->fields[0].sentinel[0] != cases[i].first ||
			p->fields[0].sentinel[1] != cases[i].second)
			fail_msg("case %zu", i);
		free(p);
	}
}

#define STATUS(words)                                                             \
	TOP "values = ( { at = 40001; type = \"f32\"; parameter = \"ph\"; } );\n" \
	    "status = ( { at = 40009; effect = \"bad\"; meaning = \"m\"; " words " } );"

static void status_rules_say_when_they_hold(void **state)
{
	static const struct {
		const char *words;
		unsigned mask, equals;
		bool any;
	} cases[] = {
		{STATUS("bit = 15;"), 0x8000, 0, true},
		{STATUS("mask = 6;"), 6, 0, true},
		{STATUS("equals = 0;"), 0xFFFF, 0, false},
		{STATUS("mask = 0x0F; equals = 3;"), 0x0F, 3, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile *p = good(cases[i].words);

		assert_int_equal(p->status[0].mask, cases[i].mask);
		assert_int_equal(p->status[0].equals, cases[i].equals);
		assert_int_equal(p->status[0].any, cases[i].any);
		free(p);
	}
}

static void an_identity_is_a_number_or_a_text(void **state)
{
	struct profile *p =
		good(TOP "values = ( { at = 40001; type = \"f32\"; parameter = \"ph\"; } );\n"
			 "identity = { at = 40101; type = \"u32\"; equals = 0xDEADBEEF; };");

	(void)state;
	assert_true(p->has_identity);
	assert_int_equal(p->identity.registers, 2);
	assert_int_equal(p->identity_value, 0xDEADBEEF);
	free(p);
	p = good(TOP
		"values = ( { at = 40001; type = \"f32\"; parameter = \"ph\"; } );\n"
		"identity = { at = 40101; type = \"string\"; text = \"SC-7\"; registers = 6; };");
	assert_int_equal(p->identity.registers, 6);
	assert_string_equal(p->identity_text, "SC-7");
	free(p);
}

#define VALUE(words) \
	TOP "values = ( { at = 40001; type = \"u16\"; parameter = \"ph\"; " words " } );"
#define VALUES(words) TOP "values = (\n" words "\n);"
#define PH            "{ at = 40001; type = \"f32\"; parameter = \"ph\"; }"

static void mistakes_are_said_with_their_line(void **state)
{
	static const struct {
		const char *words, *expect;
	} cases[] = {
		{"models = \"M\"; base = 0; values = ( " PH " );",
			"p.conf:1: manual: is missing in this profile; The manual and the edition"},
		{"models = \"M\"; manual = \"A\"; values = ( " PH " );", "base: is missing"},
		{TOP, "values: is missing"},
		{TOP "values = ( );", "p.conf:2: values: is empty; at least 1 value is wanted"},
		{VALUES("{ at = 40001; type = \"f32\"; parameter = \"hp\"; }"),
			"p.conf:3: parameter: there is no parameter \"hp\""},
		{VALUES("{ at = 40001; type = \"f32\"; parameter = \"turbidity\"; }"),
			"there is no parameter \"turbidity\"; did you mean turbidity_"},
		{VALUES(PH ",\n{ at = 40003; type = \"f32\"; parameter = \"ph\"; }"),
			"p.conf:4: parameter: \"ph\" is measured by another value already"},
		{VALUES(PH ",\n{ at = 40002; type = \"u16\"; parameter = \"orp\"; }"),
			"p.conf:4: at: \"orp\" shares registers with \"ph\""},
		{VALUES("{ at = 40001; type = \"bits\"; mask = 6; parameter = \"ph\"; },\n"
			"{ at = 40001; type = \"bits\"; mask = 4; parameter = \"orp\"; }"),
			"p.conf:4: at: \"orp\" shares registers"},
		{VALUES("{ at = 40001; type = \"bits\"; parameter = \"ph\"; }"),
			"mask: is missing"},
		{VALUES("{ at = 40001; type = \"float\"; parameter = \"ph\"; }"),
			"type: \"float\" is not known; allowed \"u16\", \"i16\""},
		{VALUES("{ at = 40001; type = \"string\"; parameter = \"ph\"; }"), "is not known"},
		{VALUES("{ at = 40000; type = \"u16\"; parameter = \"ph\"; }"),
			"at: 40000 is out of range; with base = 40001 allowed are 40001 to 105536"},
		{VALUES("{ at = 105536; type = \"f32\"; parameter = \"ph\"; }"),
			"allowed are 40001 to 105535"},
		{VALUE("mask = 3;"), "mask: belongs to a value with type = \"bits\" only"},
		{VALUES("{ at = 40001; type = \"f32\"; parameter = \"ph\"; decimals = 2; }"),
			"decimals: belongs to a value with type = \"u16\" or "},
		{VALUE("scale = 0;"), "scale: 0 would make every value the same"},
		{VALUE("scale = \"0.1\";"), "scale: a number is wanted here; found the text"},
		{VALUE("scale = 1e999;"), "scale: inf is out of range"},
		{VALUE("sentinels = [0x10000];"), "sentinels: 0x10000 does not fit"},
		{VALUE("sentinels = [-1];"), "does not fit"},
		{VALUE("sentinels = [1.5];"), "does not fit"},
		{VALUE("sentinels = [1, 2, 3, 4, 5];"), "sentinels: too many numbers; allowed 4"},
		{VALUE("sentinels = [\"x\"];"), "sentinels: a list of numbers is wanted here"},
		{VALUE("sentinels = [3]; over = [0x03];"),
			"over: number 1 of it is among sentinels already; it means one thing"},
		{VALUE("over = [70000];"), "over: number 11170 does not fit"},
		{VALUE("doubtful = [1, 2, 3];"), "doubtful: too many numbers; allowed 2"},
		{VALUE("unit = \"mV\";"), "p.conf:2: unit: nothing is known of \"mV\" as \"[pH]\""},
		{VALUE("judged = false; unit = \"mV\";"),
			"judged: \"ph\" is water quality and always judged"},
		{VALUE("judged = 0;"), "judged: a word in \"quotes\" is wanted here"},
		{VALUES("{ at = 40001; type = \"u16\"; parameter = \"battery\"; judged = false; }"),
			"p.conf:3: unit: is missing; no parameter gives"},
		{VALUES("{ at = 40001; type = \"u16\"; parameter = \"Battery\"; judged = false; "
			"unit "
			"= \"V\"; }"),
			"parameter: \"Battery\" is no name; allowed are a to z"},
		{VALUES("{ at = 40001; type = \"u16\"; parameter = \"battery\"; }"),
			"says judged = false"},
		{VALUE("function = \"coils\";"), "function: a single bit is no measured value"},
		{"most_registers = 1;\n" VALUES(PH),
			"p.conf:4: type: fills 2 registers, but most_"},
		{"forbidden = ( { first = 40002; last = 40002; } );\n" VALUES(PH),
			"p.conf:4: at: 40001 lies in a range that is forbidden"},
		{"forbidden = ( { first = 40003; last = 40002; } );\n" VALUES(PH),
			"last: is before first"},
		{"starts = \"even\"; gaps = \"skip\";\n" VALUES(
			 "{ at = 40002; type = \"u16\"; parameter = \"ph\"; }"),
			"at: 40002 is wire address 1, odd, and no request may start there"},
		{"starts = \"even\"; forbidden = ( { first = 40001; last = 40001; } );\n" VALUES(
			 "{ at = 40002; type = \"u16\"; parameter = \"ph\"; }"),
			"p.conf:3: values: cannot all be read with this most_registers, starts"},
		{"turnaround_ms = 50; reply_ms = 40;\n" VALUES(PH),
			"turnaround_ms: 50 is more than"},
		{STATUS(""), "p.conf:3: bit: is missing in this status rule"},
		{STATUS("bit = 1; equals = 2;"), "bit: and mask or equals exclude each other"},
		{STATUS("bit = 16;"), "bit: 16 is out of range; allowed 0 to 15"},
		{STATUS("mask = 1; equals = 2;"), "the rule would never hold"},
		{STATUS("bit = 1; only = \"orp\";"), "only: \"orp\" is not among the values"},
		{STATUS("bit = 1; only = \"phh\";"), "only: there is no parameter \"phh\""},
		{STATUS("bit = 1; function = \"coils\";"), "is a single bit here"},
		{"identity = { at = 40101; type = \"u16\"; equals = 0x10000; };\n" VALUES(PH),
			"equals: does not fit the type of this identity"},
		{"identity = { at = 40101; type = \"string\"; text = \"ABC\"; registers = 1; "
		 "};\n" VALUES(PH),
			"text: has more than the 2 characters of 1 registers"},
		{"identity = { type = \"u16\"; at = 40101; };\n" VALUES(PH),
			"p.conf:1: equals: is missing in this identity"},
	};
	struct profile *profile;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (read_words(&profile, cases[i].words) != ERR_CONF || profile ||
			!strstr(said, cases[i].expect))
			fail_msg("case %zu: wanted\n  %s\ngot\n  %s", i, cases[i].expect, said);
}

static const char *tree(void)
{
	const char *top = getenv("WATERLAB_SOURCE");

	if (!top)
		fail_msg("WATERLAB_SOURCE is not set: it names the top of the tree "
			 "(tests/run-unit)");
	return top;
}

static void every_profile_in_the_tree_is_good(void **state)
{
	struct text errors = text_over(said, sizeof(said));
	struct profile *profile;
	struct dirent *entry;
	char path[1024];
	unsigned n = 0;
	FILE *f;
	DIR *dir;

	(void)state;
	snprintf(path, sizeof(path), "%s/drivers", tree());
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/drivers/%s/profile.conf", tree(), entry->d_name);
		if (*entry->d_name == '.' || !(f = fopen(path, "r")))
			continue;
		fclose(f);
		if (conf_read_profile(&profile, path, &errors))
			fail_msg("%s", said);
		assert_string_equal(profile->name, entry->d_name);
		assert_string_equal(said, "");
		free(profile);
		snprintf(path, sizeof(path), "%s/drivers/%s/README.md", tree(), entry->d_name);
		f = fopen(path, "r");
		if (!f)
			fail_msg("%s is missing", path);
		fclose(f);
		n++;
	}
	closedir(dir);
	assert_true(n >= 7);
}

static void find_keys(const struct schema *schema, const char *words)
{
	const struct schema_choice *choice;
	const struct schema_key *key;
	char quoted[64];

	for (key = schema->keys; key->key; key++) {
		snprintf(quoted, sizeof(quoted), "`%s`", key->key);
		if (!strstr(words, quoted))
			fail_msg("drivers/PROFILE.md does not explain %s of a %s", quoted,
				schema->what);
		for (choice = key->choices; choice && choice->word; choice++) {
			snprintf(quoted, sizeof(quoted), "\"%s\"", choice->word);
			if (!strstr(words, quoted) && strcmp(choice->word, "true") != 0 &&
				strcmp(choice->word, "false") != 0)
				fail_msg("drivers/PROFILE.md does not name %s of %s", quoted,
					key->key);
		}
		if (key->inside)
			find_keys(key->inside, words);
	}
}

static void the_readme_explains_every_key(void **state)
{
	static char words[1 << 16];
	char path[512];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/drivers/PROFILE.md", tree());
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(words, 1, sizeof(words) - 1, f) > 0);
	fclose(f);
	find_keys(&keys_profile, words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printed_numbers_become_wire_addresses),
		cmocka_unit_test(what_is_not_said_is_the_default),
		cmocka_unit_test(the_order_is_for_values_of_several_registers),
		cmocka_unit_test(a_value_is_written_as_exactly_as_it_is_known),
		cmocka_unit_test(sentinels_are_words_or_numbers),
		cmocka_unit_test(status_rules_say_when_they_hold),
		cmocka_unit_test(an_identity_is_a_number_or_a_text),
		cmocka_unit_test(mistakes_are_said_with_their_line),
		cmocka_unit_test(every_profile_in_the_tree_is_good),
		cmocka_unit_test(the_readme_explains_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
