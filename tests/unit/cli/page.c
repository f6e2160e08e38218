/* Columns, edges and widths of texts that are not ASCII. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "cli/page.h"
#include "cli/view.h"

static char room[4096];

static void widths_are_columns_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(page_width("ph"), 2);
	assert_int_equal(page_width("\xc2\xb5S/cm"), 5);
	assert_int_equal(page_width("e\xcc\x81"), 1);    /* e and an accent on it */
	assert_int_equal(page_width("\xe6\xb0\xb4"), 2); /* water, in Chinese */
	assert_int_equal(page_width("\xd9\xbe\xd8\xa7\xd9\x86\xdb\x8c"), 4); /* water, in Urdu */
	assert_int_equal(page_width("\xff\xc3"), 2);
}

static void cells_line_up(void **state)
{
	struct page page = page_over(room, sizeof(room), 40, false);

	(void)state;
	page_cell(&page, STYLE_STRONG,
		"\xc2\xb0"
		"C",
		5, false);
	page_cell(&page, STYLE_BAD, "7.1", 5, true);
	page_put(&page, STYLE_PLAIN, "|");
	page_end(&page);
	page_cell(&page, STYLE_PLAIN, "conductivity", 5, false);
	page_cell(&page, STYLE_PLAIN, "123456", 5, true);
	page_put(&page, STYLE_PLAIN, "|");
	page_end(&page);
	assert_string_equal(room, "\xc2\xb0"
				  "C     7.1|\ncond\xe2\x80\xa6"
				  "1234\xe2\x80\xa6|\n");
}

static void nothing_crosses_the_edge(void **state)
{
	struct page page = page_over(room, sizeof(room), 20, false);

	(void)state;
	page_put(&page, STYLE_PLAIN, "0123456789");
	page_put(&page, STYLE_PLAIN, "0123456789");
	page_put(&page, STYLE_PLAIN, "more");
	page_cell(&page, STYLE_PLAIN, "more", 9, true);
	page_to(&page, 30);
	page_end(&page);
	page_put(&page, STYLE_PLAIN, "0123456789abcdefghijklm");
	page_end(&page);
	assert_string_equal(room, "01234567890123456789\n0123456789abcdefghi\xe2\x80\xa6\n");
}

static void colours_take_no_columns(void **state)
{
	struct page page = page_over(room, sizeof(room), 40, true);

	(void)state;
	page_cell(&page, STYLE_GOOD, "ok", 4, false);
	page_put(&page, STYLE_PLAIN, "|");
	page_end(&page);
	assert_string_equal(room, "\033[32mok\033[0m  |\n");
}

static void texts_from_outside_send_no_commands(void **state)
{
	struct page page = page_over(room, sizeof(room), 40, false);

	(void)state;
	page_put(&page, STYLE_PLAIN,
		"a\033[2Jb\nc\xc2\x9b"
		"d\xff");
	page_end(&page);
	assert_string_equal(room, "a?[2Jb?c?d?\n");
}

static void names_are_cut_in_the_middle(void **state)
{
	struct page page = page_over(room, sizeof(room), 40, false);

	(void)state;
	page_cell_name(&page, STYLE_PLAIN, "hach-surface-scatter-1", 12);
	page_cell_name(&page, STYLE_PLAIN, "short", 6);
	page_put(&page, STYLE_PLAIN, "|");
	page_end(&page);
	assert_string_equal(room, "hach-\xe2\x80\xa6tter-1short |\n");
}

static void sentences_wrap(void **state)
{
	struct page page = page_over(room, sizeof(room), 20, false);

	(void)state;
	page_wrap(&page, STYLE_PLAIN, "  - ", "the store is away since this morning");
	assert_string_equal(room, "  - the store is\n    away since this\n    morning\n");
}

/* Whatever is put, no line is wider than the paper. */
/* Marks that turn the writing round take no column, but what stands for them does. */
static void what_stands_for_a_mark_takes_its_column(void **state)
{
	struct page page = page_over(room, sizeof(room), 20, false);

	(void)state;
	page_put(&page, STYLE_PLAIN,
		"a\xe2\x80\xae\xe2\x80\xae\xe2\x80\xae\xe2\x80\xae 012345678901234567890");
	page_end(&page);
	assert_string_equal(room, "a???? 0123456789012\xe2\x80\xa6\n");
}

static void random_texts_stay_on_the_paper(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	int i, k;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand(seed);
	for (i = 0; i < 20000; i++) {
		unsigned columns = 20 + (unsigned)rand() % 60;
		struct page page = page_over(room, sizeof(room), columns, false);
		char s[64];
		char *line, *end;

		for (k = 0; k < 5; k++) {
			size_t n = (size_t)rand() % sizeof(s), j;

			for (j = 0; j < n; j++)
				s[j] = (char)(rand() % 255 + 1);
			s[n == sizeof(s) ? n - 1 : n] = '\0';
			if (k == 0)
				page_put(&page, STYLE_PLAIN, s);
			else if (k == 1 && i % 2)
				page_cell_name(&page, STYLE_BAD, s, 1 + (unsigned)rand() % 30);
			else if (k == 1)
				page_cell(&page, STYLE_GOOD, s, (unsigned)rand() % 30, rand() % 2);
			else if (k == 2)
				page_to(&page, (unsigned)rand() % 100);
			else if (k == 3)
				page_end(&page);
			else
				page_wrap(&page, STYLE_PLAIN, " * ", s);
		}
		for (line = room; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			assert_true(page_width(line) <= columns);
		}
	}
}

static void units_and_ages_as_people_write_them(void **state)
{
	static const char *const units[][2] = {{"Cel", "\xc2\xb0"
						       "C"},
		{"uS/cm", "\xc2\xb5S/cm"}, {"{NTU}", "NTU"}, {"[pH]", ""}, {"mg/L", "mg/L"},
		{"%", "%"}, {"", ""}};
	static const struct {
		double s;
		const char *words;
	} ages[] = {{0, "0 s"}, {119, "119 s"}, {120, "2 min"}, {7200, "2 h"}, {172800, "2 d"}};
	struct text text = text_over(room, sizeof(room));
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		text_clear(&text);
		view_put_unit(&text, units[i][0]);
		assert_string_equal(room, units[i][1]);
	}
	for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		text_clear(&text);
		view_put_age(&text, ages[i].s);
		assert_string_equal(room, ages[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_are_columns_not_bytes),
		cmocka_unit_test(cells_line_up),
		cmocka_unit_test(nothing_crosses_the_edge),
		cmocka_unit_test(colours_take_no_columns),
		cmocka_unit_test(texts_from_outside_send_no_commands),
		cmocka_unit_test(names_are_cut_in_the_middle),
		cmocka_unit_test(sentences_wrap),
		cmocka_unit_test(what_stands_for_a_mark_takes_its_column),
		cmocka_unit_test(random_texts_stay_on_the_paper),
		cmocka_unit_test(units_and_ages_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
