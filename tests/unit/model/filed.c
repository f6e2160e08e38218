/* The words of a meter's record: read back as they were put, one line of UTF-8, whatever a person typed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/number.h"
#include "model/filed.h"
#include "model/flags.h"

enum { WORDS = 160 }; /* of a ledger record */

static const struct filed plain = {.analyzer = "hqd-1",
	.parameter = "ph",
	.number = "7.02",
	.unit = "[pH]",
	.sample = "HT 1",
	.probe = "1234567",
	.by = "NK",
	.written = ""};

static const char *put(const struct filed *filed, size_t cap)
{
	static char at[4096];
	struct text text = text_over(at, cap);

	filed_put(&text, filed);
	assert_int_equal(text.len, strlen(at));
	return at;
}

static void words_are_those_of_the_contract(void **state)
{
	struct filed filed = plain;

	(void)state;
	assert_string_equal(
		put(&filed, WORDS), "hqd-1 ph 7.02 [pH]; sample HT 1; probe 1234567; by NK");
	filed.flags = FLAG_RANGE | FLAG_OVER;
	filed.sample = filed.probe = filed.by = "";
	assert_string_equal(put(&filed, WORDS), "hqd-1 ph 7.02 [pH] range over");
	filed = (struct filed){.analyzer = "hqd-1",
		.parameter = "",
		.number = "",
		.unit = "",
		.sample = "",
		.probe = "1234567",
		.by = "",
		.written = "7.00,pH,..."};
	assert_string_equal(
		put(&filed, WORDS), "hqd-1 - - ; probe 1234567; as written: 7.00,pH,...");
}

static void every_flag_has_its_word(void **state)
{
	struct filed filed = plain;
	struct filed_head head;
	unsigned bit;
	char *word;

	(void)state;
	for (bit = 0; bit < 16; bit++) {
		char expected[80];

		filed.flags = (uint16_t)(1U << bit);
		snprintf(expected, sizeof(expected), "hqd-1 ph 7.02 [pH]%s%s; sample HT 1",
			flag_word(bit) ? " " : "", flag_word(bit) ? flag_word(bit) : "");
		assert_memory_equal(put(&filed, WORDS), expected, strlen(expected));
	}
	filed.flags = 0xFFFF;
	word = strdup(put(&filed, 4096));
	for (bit = 0; bit < 16; bit++) { /* that of a spike is no analyzer's */
		assert_non_null(flag_word(bit));
		assert_non_null(strstr(word, flag_word(bit)));
	}
	assert_true(filed_read(word, &head) && head.value == 7.02);
	free(word);
}

static void what_a_person_typed_makes_no_other_part(void **state)
{
	struct filed filed = plain;

	(void)state;
	filed.sample = "A; by EVE\r\nhqd-2";
	filed.probe = "\x1b[2J\t\x7f";
	filed.by = "\xc2\x85\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8z";
	assert_string_equal(put(&filed, WORDS),
		"hqd-1 ph 7.02 [pH]; sample A, by EVE??hqd-2; probe ?[2J??; by ????z");
	filed = plain;
	filed.analyzer = "my meter; by x";
	filed.sample = filed.probe = filed.by = "";
	assert_string_equal(put(&filed, WORDS), "my_meter,_by_x ph 7.02 [pH]");
}

static void what_is_no_utf8_becomes_question_marks(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"\xd9\x85\xd9\xb0 \xf0\x9f\x92\xa7", "\xd9\x85\xd9\xb0 \xf0\x9f\x92\xa7"},
		{"22 \xb0\x43", "22 ?C"}, /* Latin-1, as a meter may write it */
		{"\xd9", "?"},            /* the text ends inside */
		{"\xe2\x82", "??"},
		{"\xe2\x82z", "??z"},
		{"\xf0\x9f\x92", "???"},
		{"\xc0\xaf", "??"}, /* longer than need be */
		{"\xe0\x80\xaf", "???"},
		{"\xf0\x80\x80\xaf", "????"},
		{"\xed\xa0\x80", "???"},      /* half a pair */
		{"\xf4\x90\x80\x80", "????"}, /* beyond the last */
		{"\xf9\x80\x80\x80\xff\xfe", "??????"},
		{"\xef\xbf\xbd", "\xef\xbf\xbd"},
	};
	struct filed filed = plain;
	char expected[200];
	size_t i;

	(void)state;
	filed.probe = filed.by = "";
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		filed.sample = cases[i].from;
		snprintf(expected, sizeof(expected), "hqd-1 ph 7.02 [pH]; sample %s", cases[i].to);
		assert_string_equal(put(&filed, WORDS), expected);
	}
}

static void the_longest_texts_leave_the_head_whole(void **state)
{
	char longest[300], number[300];
	struct filed filed = plain;
	struct filed_head head;
	const char *words;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(number, '7', sizeof(number) - 1);
	number[sizeof(number) - 1] = '\0';
	filed.sample = filed.probe = filed.by = filed.written = longest;
	words = put(&filed, WORDS);
	assert_int_equal(strlen(words), WORDS - 1);
	assert_true(filed_read(words, &head));
	assert_true(head.value == 7.02 && strcmp(head.parameter, "ph") == 0);

	filed.analyzer = longest;
	words = put(&filed, WORDS);
	assert_true(filed_read(words, &head));
	assert_int_equal(strlen(head.analyzer), UNIT_NAME - 1);
	assert_true(head.value == 7.02);
	filed.parameter = longest;
	assert_true(filed_read(put(&filed, WORDS), &head));
	assert_int_equal(strlen(head.parameter), PARAMETER_CODE - 1);
	assert_true(isnan(head.value)); /* of what nobody knows, nobody knows the unit */
	filed = plain;
	number[NUMBER_TEXT - 1] = '\0';
	filed.number = number;
	assert_true(filed_read(put(&filed, WORDS), &head));
	assert_true(head.value > 7e29);
	number[NUMBER_TEXT - 1] = '7';
	assert_true(filed_read(put(&filed, WORDS), &head)); /* cut, it would be another number */
	assert_true(isnan(head.value));
}

static void a_cut_never_makes_another_number(void **state)
{
	struct filed filed = plain;
	struct filed_head head;
	char whole[200];
	size_t cap;

	(void)state;
	filed.unit = "\xd9\x85";
	filed.by = "\xf0\x9f\x92\xa7\xd9\x85";
	memcpy(whole, put(&filed, WORDS), WORDS);
	for (cap = 1; cap <= strlen(whole) + 1; cap++) {
		const char *words = put(&filed, cap);
		size_t n = strlen(words);

		assert_memory_equal(words, whole, n);
		assert_true((whole[n] & 0xC0) != 0x80);
		assert_true(cap - n <= sizeof("; probe ")); /* a part's name goes in whole */
	}
	filed = plain;
	for (cap = 1; cap <= WORDS; cap++) {
		const char *words = put(&filed, cap);
		bool read = filed_read(words, &head);

		assert_int_equal(read, cap - 1 >= strlen("hqd-1 ph 7.02 "));
		assert_true(!read || isnan(head.value) || head.value == 7.02);
		assert_int_equal(
			read && head.value == 7.02, cap - 1 >= strlen("hqd-1 ph 7.02 [pH]"));
	}
}

static void what_is_no_number_is_no_value(void **state)
{
	static const char *const none[] = {"", "-", "----", "<0.05", "nan", "inf", "-inf", "0x10",
		"1e999", "7,02", "7.0.2", "+", ".", "e5", "7 02", "7.02;"};
	static const struct {
		const char *text;
		double value;
	} some[] = {
		{"7.020", 7.02}, {"-0.5", -0.5}, {"+3", 3}, {"1.2e3", 1200}, {".5", .5}, {"0", 0}};
	struct filed filed = plain;
	struct filed_head head;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		filed.number = none[i];
		assert_true(filed_read(put(&filed, WORDS), &head));
		assert_true(isnan(head.value));
		assert_string_equal(head.parameter, "ph");
	}
	for (i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		filed.number = some[i].text;
		assert_true(filed_read(put(&filed, WORDS), &head));
		assert_true(head.value == some[i].value);
	}
	filed = plain;
	filed.unit = "mV"; /* it would travel as a pH */
	assert_true(filed_read(put(&filed, WORDS), &head) && isnan(head.value));
	filed.unit = "";
	assert_true(filed_read(put(&filed, WORDS), &head) && isnan(head.value));
}

static void other_words_are_none(void **state)
{
	static const char *const others[] = {"", " ", "gone", "damaged, kept", "a b", "a b c",
		" a b c d", "- ph 7.02 [pH]", "hqd-1;ph 7.02 [pH]", "hqd-1 ph; 7.02 [pH]",
		"an_analyzer_whose_name_is_too_long ph 7 [pH]",
		"hqd-1 a_parameter_whose_code_is_too_long 7 [pH]",
		"hqd-1 ph 77777777777777777777777777777777 [pH]"};
	struct filed_head head;
	struct filed filed = plain;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(filed_read(others[i], &head));
	filed.analyzer = "";
	assert_false(filed_read(put(&filed, WORDS), &head));
}

static const char *any_text(char *to, unsigned most)
{
	static const char *const pieces[] = {"a", "7", " ", ";", "; ", "\n", "\xd9\x85",
		"\xf0\x9f\x92\xa7", "\xb0", "\xe2\x80\xae", "-", ",", "\\", "\"", "=", "\x01"};
	unsigned n = (unsigned)rand() % (most + 1);

	for (*to = '\0'; n > 0; n--)
		strcat(to, pieces[(unsigned)rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
	return to;
}

static void any_head_reads_back(void **state)
{
	const char *seed = getenv("SEED");
	unsigned s = seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL);
	char number[NUMBER_TEXT], texts[4][400], name[UNIT_NAME];
	int i, k;

	(void)state;
	printf("SEED=%u\n", s);
	srand(s);
	for (i = 0; i < 100000; i++) {
		const struct parameter *p = parameter_at((size_t)rand() % parameter_count());
		double value = (double)(rand() - RAND_MAX / 2) / (double)(1 + rand() % 100000);
		struct filed filed = {.analyzer = name,
			.parameter = p->code,
			.number = number,
			.unit = p->unit,
			.flags = (uint16_t)(rand() % 65536 & rand()),
			.sample = any_text(texts[0], 40),
			.probe = any_text(texts[1], 40),
			.by = any_text(texts[2], 40),
			.written = any_text(texts[3], 90)};
		struct filed_head head;
		const char *words;

		for (k = 0; k <= rand() % (UNIT_NAME - 1); k++)
			name[k] = "abcXYZ019_."[rand() % 11];
		name[k] = '\0';
		number[number_put_f64(number, value)] = '\0';
		words = put(&filed, WORDS);
		assert_true(filed_read(words, &head));
		assert_string_equal(head.analyzer, name);
		assert_string_equal(head.parameter, p->code);
		assert_true(head.value == value);
		for (k = 0; words[k]; k++) { /* one line, and a part only where one was put */
			assert_true((unsigned char)words[k] >= ' ' && words[k] != 0x7F);
			if (words[k] == ';' && words[k + 1])
				assert_int_equal(words[k + 1], ' ');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_those_of_the_contract),
		cmocka_unit_test(every_flag_has_its_word),
		cmocka_unit_test(what_a_person_typed_makes_no_other_part),
		cmocka_unit_test(what_is_no_utf8_becomes_question_marks),
		cmocka_unit_test(the_longest_texts_leave_the_head_whole),
		cmocka_unit_test(a_cut_never_makes_another_number),
		cmocka_unit_test(what_is_no_number_is_no_value),
		cmocka_unit_test(other_words_are_none),
		cmocka_unit_test(any_head_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
