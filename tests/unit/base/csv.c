/* Records between commas: what RFC 4180 means, and what people write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"

static struct csv csv;
static FILE *file;

static void begin(const char *bytes, size_t n)
{
	file = fmemopen((void *)(uintptr_t)bytes, n, "r");
	assert_non_null(file);
	csv_begin(&csv, file);
}

static void end(void)
{
	assert_int_equal(csv_next(&csv), ERR_ABSENT);
	fclose(file);
}

/* The fields' own text, each behind a bar. */
static const char *fields(void)
{
	static char out[4096], field[512];
	struct text to = text_over(out, sizeof(out));
	size_t i;

	for (i = 0; i < csv.n; i++) {
		assert_true(csv_text(&csv, i, field, sizeof(field)));
		text_printf(&to, "|%s", field);
	}
	return out;
}

static void expect(unsigned long line, const char *record, const char *wanted)
{
	assert_int_equal(csv_next(&csv), 0);
	assert_int_equal(csv.line, line);
	assert_int_equal(csv.len, strlen(record));
	assert_memory_equal(csv.record, record, csv.len);
	assert_string_equal(fields(), wanted);
}

static void records_as_they_are_written(void **state)
{
	static const char text[] = "\xEF\xBB\xBF"
				   "a,b , \"c\"\r\n"
				   "\n"
				   ",,\n"
				   "\"a,\"\"b\"\"\",\"two\nlines\",5\"x\n"
				   "\"a\"b,c\"\"d,\"\"\n"
				   "last";

	(void)state;
	begin(text, sizeof(text) - 1);
	expect(1, "a,b , \"c\"", "|a|b|\"c\"");
	assert_string_equal(csv.end_of_line, "\r\n");
	expect(2, "", "|");
	expect(3, ",,", "|||");
	expect(4, "\"a,\"\"b\"\"\",\"two\nlines\",5\"x", "|a,\"b\"|two\nlines|5\"x");
	assert_string_equal(csv.end_of_line, "\n");
	expect(6, "\"a\"b,c\"\"d,\"\"", "|a|c\"\"d|");
	expect(7, "last", "|last");
	assert_string_equal(csv.end_of_line, "");
	end();
}

static void a_quote_that_is_not_closed_costs_its_line_only(void **state)
{
	static const char text[] = "a,\"b\nc,d\ne,f\n";

	(void)state;
	begin(text, sizeof(text) - 1);
	assert_int_equal(csv_next(&csv), ERR_CONF);
	assert_int_equal(csv.line, 1);
	assert_int_equal(csv.n, 0);
	assert_int_equal(csv.len, 4);
	expect(2, "c,d", "|c|d");
	expect(3, "e,f", "|e|f");
	end();
}

static void lines_of_any_length(void **state)
{
	static char text[3 * CSV_RECORD];
	size_t n = 0;
	int i;

	(void)state;
	text[n++] = 'a';
	text[n++] = '\n';
	memset(text + n, 'x', CSV_RECORD - 1); /* the longest that is held */
	n += CSV_RECORD - 1;
	text[n++] = '\n';
	memset(text + n, 'y', CSV_RECORD + 5000);
	n += CSV_RECORD + 5000;
	memcpy(text + n, "\nb\n", 3);
	n += 3;
	for (i = 0; i < CSV_FIELDS; i++)
		text[n++] = ',';
	text[n++] = '\n';
	for (i = 1; i < CSV_FIELDS; i++)
		text[n++] = ',';
	begin(text, n);
	expect(1, "a", "|a");
	assert_int_equal(csv_next(&csv), 0);
	assert_int_equal(csv.len, CSV_RECORD - 1);
	assert_int_equal(csv_next(&csv), ERR_FULL);
	assert_int_equal(csv.line, 3);
	expect(4, "b", "|b");
	assert_int_equal(csv_next(&csv), ERR_CONF); /* a field too many */
	assert_int_equal(csv.line, 5);
	assert_int_equal(csv.len, CSV_FIELDS);
	assert_int_equal(csv_next(&csv), 0);
	assert_int_equal(csv.n, CSV_FIELDS);
	end();
}

static void fields_that_do_not_fit(void **state)
{
	static const char text[] = "abcd,\"x\"\"y\",a\0b";
	char field[5];
	size_t len;

	(void)state;
	begin(text, sizeof(text) - 1);
	assert_int_equal(csv_next(&csv), 0);
	assert_true(csv_text(&csv, 0, field, 5));
	assert_false(csv_text(&csv, 0, field, 4));
	assert_true(csv_text(&csv, 1, field, 5));
	assert_string_equal(field, "x\"y");
	assert_false(csv_text(&csv, 2, field, 5)); /* a NUL within */
	assert_true(csv_exact(&csv, 2, field, 5, &len));
	assert_int_equal(len, 3);
	assert_memory_equal(field, "a\0b", 4);
	assert_false(csv_exact(&csv, 3, field, 5, &len));
	assert_false(csv_text(&csv, 3, field, 5));
	end();
}

static void an_empty_file_has_no_record(void **state)
{
	FILE *nothing = fopen("/dev/null", "r");

	(void)state;
	assert_non_null(nothing);
	csv_begin(&csv, nothing);
	assert_int_equal(csv_next(&csv), ERR_ABSENT);
	fclose(nothing);
}

/* What csv_put() writes is read as it was, whatever it is. */
static void what_is_put_is_read(void **state)
{
	static const char *const words[] = {
		"", "plain", "a,b", "say \"yes\"", "two\nlines", "\"", "\r"};
	char room[256], field[64];
	struct text to = text_over(room, sizeof(room));
	size_t i, n = sizeof(words) / sizeof(words[0]);

	(void)state;
	for (i = 0; i < n; i++) {
		text_put(&to, i ? "," : "");
		csv_put(&to, words[i]);
	}
	text_put_char(&to, '\n');
	begin(room, to.len);
	assert_int_equal(csv_next(&csv), 0);
	assert_int_equal(csv.n, n);
	for (i = 0; i < n; i++) {
		assert_true(csv_text(&csv, i, field, sizeof(field)));
		assert_string_equal(field, words[i]);
	}
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_as_they_are_written),
		cmocka_unit_test(a_quote_that_is_not_closed_costs_its_line_only),
		cmocka_unit_test(lines_of_any_length),
		cmocka_unit_test(fields_that_do_not_fit),
		cmocka_unit_test(an_empty_file_has_no_record),
		cmocka_unit_test(what_is_put_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
