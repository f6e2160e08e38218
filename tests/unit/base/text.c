/* Text never leaves its buffer, says when it was cut, and knows which word was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/text.h"

/* A text of `cap` bytes with guards behind it. */
struct guarded {
	char at[64];
	struct text text;
};

static struct guarded *guard(struct guarded *g, size_t cap)
{
	memset(g->at, '#', sizeof(g->at));
	g->text = text_over(g->at, cap);
	return g;
}

static void assert_whole(const struct guarded *g)
{
	size_t i;

	assert_true(g->text.len < g->text.cap);
	assert_int_equal(strlen(g->text.at), g->text.len);
	for (i = g->text.cap; i < sizeof(g->at); i++)
		assert_int_equal(g->at[i], '#');
}

static void what_fits_is_there(void **state)
{
	struct guarded g;

	(void)state;
	guard(&g, 40);
	assert_string_equal(g.at, "");
	text_put(&g.text, "pH ");
	text_put_i64(&g.text, -7);
	text_put_char(&g.text, '.');
	text_put_u64(&g.text, 12);
	text_printf(&g.text, " %s", "ok");
	text_put_n(&g.text, "!?", 1);
	assert_string_equal(g.at, "pH -7.12 ok!");
	assert_false(g.text.cut);
	assert_whole(&g);
	text_clear(&g.text);
	assert_string_equal(g.at, "");
	assert_int_equal(g.text.len, 0);
}

static void what_is_too_long_is_cut(void **state)
{
	struct guarded g;

	(void)state;
	/* The last byte that fits, and the first that does not. */
	guard(&g, 6);
	text_put(&g.text, "12345");
	assert_false(g.text.cut);
	text_put(&g.text, "");
	assert_false(g.text.cut);
	text_put_char(&g.text, '6');
	assert_true(g.text.cut);
	assert_string_equal(g.at, "12345");
	assert_whole(&g);

	guard(&g, 6);
	text_printf(&g.text, "%d", 12345);
	assert_false(g.text.cut);
	guard(&g, 6);
	text_printf(&g.text, "%d", 123456);
	assert_true(g.text.cut);
	assert_string_equal(g.at, "12345");
	assert_whole(&g);
	text_clear(&g.text);
	assert_false(g.text.cut);

	guard(&g, 1);
	text_put(&g.text, "x");
	text_printf(&g.text, "%s", "y");
	text_put_i64(&g.text, INT64_MIN);
	assert_string_equal(g.at, "");
	assert_true(g.text.cut);
	assert_whole(&g);
}

static void integers_to_their_ends(void **state)
{
	struct guarded g;

	(void)state;
	text_put_i64(&guard(&g, 40)->text, INT64_MIN);
	assert_string_equal(g.at, "-9223372036854775808");
	text_put_i64(&guard(&g, 40)->text, INT64_MAX);
	assert_string_equal(g.at, "9223372036854775807");
	text_put_u64(&guard(&g, 40)->text, UINT64_MAX);
	assert_string_equal(g.at, "18446744073709551615");
	text_put_u64(&guard(&g, 40)->text, 0);
	assert_string_equal(g.at, "0");
}

static void bytes_that_are_no_characters(void **state)
{
	struct guarded g;

	(void)state;
	text_put_utf8(&guard(&g, 40)->text, "a\0\xC3\xBC\xFF\xD8", 6);
	assert_string_equal(g.at, "a\xEF\xBF\xBD\xC3\xBC\xEF\xBF\xBD\xEF\xBF\xBD");
	text_put_utf8(&guard(&g, 3)->text, "\xFF", 1);
	assert_true(g.text.cut);
	assert_whole(&g);
}

static void quoted_for_a_question(void **state)
{
	struct guarded g;

	(void)state;
	text_put_quoted(&guard(&g, 40)->text, "it's \"a\\b\"\n", '\'');
	assert_string_equal(g.at, "'it\\'s \"a\\\\b\"\\n'");
	text_put_quoted(&guard(&g, 40)->text, "it's \"a\"", '"');
	assert_string_equal(g.at, "\"it's \\\"a\\\"\"");
	text_put_quoted(&guard(&g, 3)->text, "ab", '"');
	assert_true(g.text.cut);
	assert_whole(&g);
}

static void anything_in_any_order_stays_inside(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	int round, step;

	(void)state;
	printf("SEED=%u\n", seed);
	srand(seed);
	for (round = 0; round < 20000; round++) {
		char whole[512] = "";
		struct guarded g;

		guard(&g, 1 + (size_t)rand() % 48);
		for (step = rand() % 6; step > 0; step--) {
			int64_t n = (int64_t)rand() - RAND_MAX / 2;
			char word[32];

			snprintf(word, sizeof(word), "%lld", (long long)n);
			strcat(whole, word);
			if (step % 3 == 0)
				text_put_i64(&g.text, n);
			else if (step % 3 == 1)
				text_printf(&g.text, "%lld", (long long)n);
			else
				text_put(&g.text, word);
			/* After a cut, what follows would leave a gap. */
			if (g.text.cut)
				break;
		}
		assert_whole(&g);
		assert_memory_equal(g.at, whole, g.text.len);
		assert_true(g.text.cut == (g.text.len < strlen(whole)));
	}
}

static void copies_whole_or_not_at_all(void **state)
{
	char to[5] = "old";

	(void)state;
	assert_true(text_copy(to, sizeof(to), "1234"));
	assert_string_equal(to, "1234");
	assert_false(text_copy(to, sizeof(to), "12345"));
	assert_string_equal(to, "");
	assert_true(text_copy(to, 1, ""));
	assert_false(text_copy(to, 1, "x"));
}

static void distance_of_words(void **state)
{
	char long_word[80];

	(void)state;
	assert_int_equal(text_distance("", ""), 0);
	assert_int_equal(text_distance("baud", "baud"), 0);
	assert_int_equal(text_distance("Baud", "bAUD"), 0);
	assert_int_equal(text_distance("", "baud"), 4);
	assert_int_equal(text_distance("baud", ""), 4);
	assert_int_equal(text_distance("buad", "baud"), 2);
	assert_int_equal(text_distance("interval_m", "interval_ms"), 1);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_int_equal(text_distance("addres", "parity"), text_distance("parity", "addres"));
	memset(long_word, 'a', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_int_equal(text_distance(long_word, long_word), 63);
	long_word[63] = '\0';
	assert_int_equal(text_distance(long_word, long_word), 0);
	assert_int_equal(text_distance(long_word, ""), 63);
}

static void other_peoples_words_show_as_they_are(void **state)
{
	static const struct {
		const char *words;
		size_t most;
		const char *shown;
	} rows[] = {
		{"plain", 5, "plain"},
		{"plain", 4, "p\xE2\x80\xA6"},
		{"plain", 3, "\xE2\x80\xA6"},
		{"plain", 2, ""},
		{"a\tb\x1B[2J\xFF \xE2\x80\xAEz", 40, "a?b?[2J? ?z"},
		{"\xC3\xBC\xC3\xBC\xC3\xBC", 6, "\xC3\xBC\xC3\xBC\xC3\xBC"},
		{"\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC", 6, "\xC3\xBC\xE2\x80\xA6"},
		{"\xC3\xBC\xC3", 3, "\xC3\xBC?"},
		{"", 0, ""},
	};
	char room[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text text = text_over(room, sizeof(room));

		text_put(&text, ">");
		text_put_shown(&text, rows[i].words, strlen(rows[i].words), rows[i].most);
		assert_string_equal(room + 1, rows[i].shown);
		assert_int_equal(text.len, strlen(room));
		text = text_over(room, 5); /* what is there is the most, too */
		text_put_shown(&text, "plain", 5, 50);
		assert_string_equal(room, "p\xE2\x80\xA6");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_there),
		cmocka_unit_test(what_is_too_long_is_cut),
		cmocka_unit_test(integers_to_their_ends),
		cmocka_unit_test(bytes_that_are_no_characters),
		cmocka_unit_test(quoted_for_a_question),
		cmocka_unit_test(anything_in_any_order_stays_inside),
		cmocka_unit_test(other_peoples_words_show_as_they_are),
		cmocka_unit_test(copies_whole_or_not_at_all),
		cmocka_unit_test(distance_of_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
