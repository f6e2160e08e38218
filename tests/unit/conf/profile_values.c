/* Values of profiles: special numbers, units of the manual, what is no water quality; the words of states. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/decode.h"
#include "bus/encode.h"
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

/* One list in the decoder; "no value" first in it. */
static void special_numbers_keep_their_meaning(void **state)
{
	struct profile *p =
		good(TOP "values = ( { at = 40001; type = \"f32\"; parameter = \"ph\"; doubtful = "
			 "[0]; under = "
			 "[0xFF800000]; over = [0x7F800000]; sentinels = [0x7FC00000]; } );");
	const struct profile_field *field = &p->fields[0];

	(void)state;
	assert_int_equal(field->n_sentinels, 4);
	assert_int_equal(field->sentinel[0], 0x7FC00000);
	assert_int_equal(field->sentinel_means[0], MEANS_NO_VALUE);
	assert_int_equal(field->sentinel[1], 0x7F800000);
	assert_int_equal(field->sentinel_means[1], MEANS_OVER);
	assert_int_equal(field->sentinel[2], 0xFF800000);
	assert_int_equal(field->sentinel_means[2], MEANS_UNDER);
	assert_int_equal(field->sentinel[3], 0);
	assert_int_equal(field->sentinel_means[3], MEANS_DOUBTFUL);
	free(p);
}

/* As the manual has it; the conversion is exact and moves the point. */
static void a_value_may_come_in_another_unit(void **state)
{
	static const struct {
		const char *words;
		enum number_kind kind;
		unsigned decimals;
		uint8_t bytes[4];
		double value;
	} cases[] = {
		{"type = \"f32\"; parameter = \"conductivity\"; unit = \"mS/cm\";", NUMBER_F32, 0,
			{0x3E, 0xDD, 0x2F, 0x1B}, (double)432.0f},
		{"type = \"u16\"; parameter = \"conductivity\"; unit = \"mS/cm\"; scale = 0.01;",
			NUMBER_DECIMAL, 0, {0x00, 0x07}, 70},
		{"type = \"u16\"; parameter = \"fluoride\"; unit = \"ug/L\";", NUMBER_DECIMAL, 3,
			{0x05, 0xDD}, 1.501},
		{"type = \"i16\"; parameter = \"temperature\"; unit = \"[degF]\"; scale = 0.1;",
			NUMBER_DECIMAL, 2, {0x02, 0xC3}, 21.5},
		{"type = \"u16\"; parameter = \"tds\"; unit = \"mg/L\";", NUMBER_DECIMAL, 0,
			{0x01, 0x00}, 256},
	};
	struct value_bytes bytes = {{0}}, again;
	struct decoded got;
	char words[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct profile_field *field;
		struct profile *p;
		double served;

		snprintf(words, sizeof(words), TOP "values = ( { at = 40001; %s } );",
			cases[i].words);
		p = good(words);
		field = &p->fields[0];
		assert_int_equal(field->kind, cases[i].kind);
		assert_int_equal(field->decimals, cases[i].decimals);
		memcpy(bytes.at, cases[i].bytes, sizeof(cases[i].bytes));
		decode_field(field, &bytes, &got);
		if (got.value != cases[i].value)
			fail_msg("case %zu: %.17g", i, got.value);
		assert_int_equal(encode_value(field, got.value, &again, &served), 0);
		assert_true(served == got.value);
		free(p);
	}
}

/* Of no vocabulary: its unit is its own, and never converted. */
static void what_is_no_water_quality_is_not_judged(void **state)
{
	struct profile *p = good(TOP
		"values = ( { at = 40001; type = \"f32\"; parameter = \"ph\"; },\n"
		"{ at = 40003; type = \"u16\"; parameter = \"battery\"; unit = \"mV\"; judged = "
		"false; } );\n"
		"status = ( { at = 40009; equals = 1; effect = \"bad\"; meaning = \"m\"; only = "
		"\"battery\"; } );");

	(void)state;
	assert_false(p->fields[0].unjudged);
	assert_string_equal(decode_unit(&p->fields[0]), "[pH]");
	assert_true(p->fields[1].unjudged);
	assert_string_equal(p->fields[1].parameter, "battery");
	assert_string_equal(decode_unit(&p->fields[1]), "mV");
	free(p);
}

/* What a profile can say, labsim and the decoder call the same. */
static void every_effect_has_one_word(void **state)
{
	char words[300];
	unsigned i;

	(void)state;
	for (i = 0; decode_effect_word(i); i++) {
		struct profile *p;

		snprintf(words, sizeof(words),
			TOP "values = ( { at = 40001; type = \"f32\"; parameter = \"ph\"; } );\n"
			    "status = ( { at = 40009; equals = 1; effect = \"%s\"; meaning = "
			    "\"m\"; } );",
			decode_effect_word(i));
		p = good(words);
		assert_int_equal(p->status[0].effect, i);
		free(p);
	}
	assert_int_equal(i, EFFECT_UNIT + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_numbers_keep_their_meaning),
		cmocka_unit_test(a_value_may_come_in_another_unit),
		cmocka_unit_test(what_is_no_water_quality_is_not_judged),
		cmocka_unit_test(every_effect_has_one_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
