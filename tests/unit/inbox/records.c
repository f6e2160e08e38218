/* The records of a file: which are taken, which not and why, and by what they are known again. */
#include "meter.h"

static const struct record_clock ymd = {DATE_YMD, 300, 1767225600000, 1798761600000}; /* of 2026 */

enum { MOST = 64 };

struct seen {
	unsigned n, stop_at;
	struct {
		unsigned line;
		char wrong[160];
		enum filed_kind kind;
		int64_t utc_ms;
		uint64_t mark;
		unsigned values;
		char sample[CODEC_TOLD];
	} at[MOST];
};

static int see(void *ctx, const struct record *record)
{
	struct seen *seen = ctx;
	unsigned i = seen->n++;

	assert_true(i < MOST);
	seen->at[i].line = record->line;
	text_copy(seen->at[i].wrong, sizeof(seen->at[i].wrong), record->wrong ? record->wrong : "");
	if (!record->wrong) {
		seen->at[i].kind = record->kind;
		seen->at[i].utc_ms = record->utc_ms;
		seen->at[i].mark = record->mark;
		seen->at[i].values = record->out->n;
		text_copy(seen->at[i].sample, CODEC_TOLD, record->out->told[WL_SAMPLE]);
	}
	return seen->n == seen->stop_at ? 7 : 0;
}

static struct seen read_text(const struct wl_driver *driver, const char *text)
{
	struct seen seen = {0};

	assert_int_equal(
		records_read(driver, &ymd, (const uint8_t *)text, strlen(text), see, &seen), 0);
	return seen;
}

static void lines_are_records_and_headings_are_not(void **state)
{
	struct seen seen = read_text(&by_line, "\xEF\xBB\xBFKind,Date,Time,Sample,Value,Unit\r\n"
					       "\r\n"
					       "reading,2026-11-28,14:05,HT 1,7.02,pH\r\n"
					       "check,2026-11-28,14:06,,7.00 passed,\n"
					       "calibration,2026-11-28,14:07,,slope 58,\n"
					       "\n"
					       "reading,2026-11-28,14:08,HT 2,7.1,pH+T\n");

	(void)state;
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.at[0].line, 3);
	assert_int_equal(seen.at[0].kind, FILED_READING);
	assert_int_equal(seen.at[0].utc_ms, 1795856700000); /* 09:05 UTC */
	assert_string_equal(seen.at[0].sample, "HT 1");
	assert_int_equal(seen.at[1].kind, FILED_CHECK);
	assert_int_equal(seen.at[1].values, 0);
	assert_int_equal(seen.at[2].kind, FILED_CALIBRATION);
	assert_int_equal(seen.at[3].line, 7);
	assert_int_equal(seen.at[3].values, 2);
}

static void what_is_not_taken_says_why_and_costs_only_itself(void **state)
{
	static const struct {
		const char *line, *wrong;
	} rows[] = {
		{"reading,2026-11-28,14:05,HT 1,7,02,pH", ""}, /* "02" is no unit: no number kept */
		{"reading,2026-11-28,14:05,HT 1,seven,pH", "understand"},
		{"reading,2026-11-28,14:05", "understand"},
		{"other,2026-11-28,14:05,HT 1,7.02,pH", "another meter"},
		{"nothing,2026-11-28,14:05,HT 1,7.02,pH", "nothing in it"},
		{"reading,-,,HT 1,7.02,pH", "does not say when"},
		{"reading,28-11-2026,14:05,HT 1,7.02,pH", "no date written year-month-day"},
		{"reading,2026-11-28,2 o'clock,HT 1,7.02,pH", "no time of day"},
		{"reading,2003-01-01,00:01,HT 1,7.02,pH", "before inbox.not_before"},
		{"reading,2027-11-28,14:05,HT 1,7.02,pH", "still to come"},
		{"reading,2026-11-28,14:05,HT 1,7.02,twice", "the driver puts"},
	};
	char text[1000], longest[RECORD_LINE + 3];
	struct seen seen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
			"reading,2026-11-28,14:05,A,7.0,pH\n%s\n"
			"reading,2026-11-28,14:06,B,7.1,pH\n",
			rows[i].line);
		seen = read_text(&by_line, text);
		assert_int_equal(seen.n, 3);
		assert_string_equal(seen.at[0].wrong, "");
		assert_string_equal(seen.at[2].wrong, "");
		assert_int_equal(seen.at[1].line, 2);
		if (!*rows[i].wrong ? *seen.at[1].wrong != 0
				    : !strstr(seen.at[1].wrong, rows[i].wrong))
			fail_msg("%s: \"%s\"", rows[i].line, seen.at[1].wrong);
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 2] = '\n';
	longest[sizeof(longest) - 1] = '\0';
	seen = read_text(&by_line, longest);
	assert_int_equal(seen.n, 1);
	assert_non_null(strstr(seen.at[0].wrong, "longer than any record"));
}

static void a_record_is_known_again(void **state)
{
	static const char one[] = "reading,2026-11-28,14:05,A,7.0,pH\n",
			  two[] = "reading,2026-11-28,14:05,B,7.0,pH\n";
	struct seen first, second;
	char text[300];
	unsigned i, k;

	(void)state;
	snprintf(text, sizeof(text), "%s%s%s", one, two, one);
	first = read_text(&by_line, text);
	/* the same file later: a heading, more lines, and other line ends */
	snprintf(text, sizeof(text), "Kind\n%s%s%s%s%s", one, two, one, one, two);
	second = read_text(&by_line, text);
	assert_int_equal(first.n, 3);
	assert_int_equal(second.n, 5);
	for (i = 0; i < first.n; i++)
		assert_int_equal(first.at[i].mark, second.at[i].mark);
	for (i = 0; i < second.n; i++)
		for (k = 0; k < i; k++)
			assert_int_not_equal(second.at[i].mark, second.at[k].mark);
	second = read_text(&by_line_too, text);
	assert_int_not_equal(first.at[0].mark, second.at[0].mark);
	second = read_text(&by_line, "reading,2026-11-28,14:05,A,7.0,pH\r\n");
	assert_int_equal(first.at[0].mark, second.at[0].mark);
}

/* What an editor, a spreadsheet or another system makes of a file without changing what it says. */
static void a_record_is_known_again_however_it_was_saved(void **state)
{
	static const char *const same[] = {
		"reading,2026-11-28,14:05,F\xC3\xBCr 1,7.0,pH\n",
		"reading,2026-11-28,14:05,F\xFCr 1,7.0,pH\n", /* Latin-1 */
		"reading,2026-11-28,14:05,F\xC3\xBCr 1,7.0,pH \t\r\n",
		"reading,2026-11-28,14:05,F\xC3\xBCr 1,7.0,pH\r",
		"\xEF\xBB\xBFreading,2026-11-28,14:05,F\xC3\xBCr 1,7.0,pH\n",
		"reading,2026-11-28,14:05,F\xC3\xBCr 1,7.0,pH,,\n",
		"reading,2026-11-28,14:05,\"F\xC3\xBCr 1\",7.0,pH\n",
		"reading,2026-11-28,14:05,F\xC3\xBCr 1 , 7.0,pH,THE-END\n",
	};
	static const char *const other[] = {
		"reading,2026-11-28,14:05,Fur 1,7.0,pH\n",
		"reading,2026-11-28,14:05,F\xC3\xBCr 11,7.0,pH\n",
		"reading,2026-11-28,14:05,F\xC3\xBCr  1,7.0,pH\n",
		"reading,2026-11-28,14:05,,F\xC3\xBCr 1,7.0,pH\n",
	};
	struct seen first = read_text(&by_line_too, same[0]), again;
	size_t i;

	(void)state;
	assert_string_equal(first.at[0].sample, "F\xC3\xBCr 1");
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		again = read_text(&by_line_too, same[i]);
		if (again.n != 1 || *again.at[0].wrong || again.at[0].mark != first.at[0].mark)
			fail_msg("%zu: %u records, \"%s\"", i, again.n, again.at[0].wrong);
	}
	assert_string_equal(read_text(&by_line_too, same[1]).at[0].sample, "F\xC3\xBCr 1");
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		again = read_text(&by_line_too, other[i]);
		assert_int_not_equal(again.at[0].mark, first.at[0].mark);
	}
}

static void a_carriage_return_alone_ends_a_line(void **state)
{
	struct seen seen = read_text(&by_line, "Kind,Date\rreading,2026-11-28,14:05,A,7.0,pH\r"
					       "reading,2026-11-28,14:06,B,7.1,pH\r\n"
					       "reading,2026-11-28,14:07,C,7.2,pH\r");
	unsigned i;

	(void)state;
	assert_int_equal(seen.n, 3);
	for (i = 0; i < 3; i++) {
		assert_string_equal(seen.at[i].wrong, "");
		assert_int_equal(seen.at[i].line, i + 2);
	}
	seen = read_text(&by_message, "\r<2026-11-28 14:05 7.02>\r\r\n<2026-11-28 14:06 7.03>\r");
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.at[0].line, 2);
	assert_int_equal(seen.at[1].line, 4);
}

static void a_line_that_was_cut_off_is_not_taken(void **state)
{
	static const char text[] = "reading,2026-11-28,14:05,A,7.0,pH\n"
				   "calibration,2026-11-28,14:06,,slope 58.12,THE-END";
	struct seen seen;
	char part[sizeof(text)];
	size_t n;

	(void)state;
	for (n = 36; n < sizeof(text) - 1; n++) {
		memcpy(part, text, n);
		part[n] = '\0';
		seen = read_text(&by_line_too, part);
		assert_int_equal(seen.n, 2);
		assert_string_equal(seen.at[0].wrong, "");
		assert_non_null(strstr(seen.at[1].wrong, "its end is missing"));
		assert_int_equal(seen.at[1].line, 2);
	}
	seen = read_text(&by_line_too, text); /* its own end closes it */
	assert_string_equal(seen.at[1].wrong, "");
	seen = read_text(&by_line, text); /* of a format without one */
	assert_non_null(strstr(seen.at[1].wrong, "its end is missing"));
	seen = read_text(&by_line, "reading,2026-11-28,14:05,A,7.0,pH\nKind,Date");
	assert_int_equal(seen.n, 1); /* nothing is lost */
}

static void each_value_has_a_mark_of_its_own(void **state)
{
	const struct record record = {.mark = 12345};

	(void)state;
	assert_int_not_equal(record_mark(&record, "ph"), record_mark(&record, "temperature"));
	assert_int_not_equal(record_mark(&record, "ph"), record_mark(&record, ""));
}

static void messages_are_found_and_what_lies_between_is_told(void **state)
{
	struct seen seen = read_text(&by_message, "\n <2026-11-28 14:05 7.02>\r\n\r\n"
						  "lost 14:05 7.0><2026-11-28 14:06 7.03>\n"
						  "<2026-11-28 14:07 7,04>\n<2026-11-28 14:0");

	(void)state;
	assert_int_equal(seen.n, 5);
	assert_int_equal(seen.at[0].line, 2);
	assert_string_equal(seen.at[0].wrong, "");
	assert_int_equal(seen.at[1].line, 4);
	assert_non_null(strstr(seen.at[1].wrong, "not a whole record"));
	assert_string_equal(seen.at[2].wrong, "");
	assert_non_null(strstr(seen.at[3].wrong, "understand"));
	assert_int_equal(seen.at[4].line, 6);
	assert_non_null(strstr(seen.at[4].wrong, "not a whole record"));
}

static int count(void *ctx, const struct record *record)
{
	(void)record;
	++*(unsigned *)ctx;
	return 0;
}

static void there_is_a_most(void **state)
{
	static const char line[] = "reading,2026-11-28,14:05,A,7.0,pH\n";
	const size_t len = sizeof(line) - 1, too_many = RECORDS_MOST + 1;
	uint8_t *text = malloc(too_many * len);
	struct seen seen = {.stop_at = 2};
	unsigned n = 0;
	size_t i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < too_many; i++)
		memcpy(text + i * len, line, len);
	assert_int_equal(records_read(&by_line, &ymd, text, RECORDS_MOST * len, count, &n), 0);
	assert_int_equal(n, RECORDS_MOST);
	assert_int_equal(records_read(&by_line, &ymd, text, too_many * len, count, &n), ERR_RANGE);
	assert_int_equal(records_read(&by_line, &ymd, text, RECORDS_BYTES + 1, count, &n),
		ERR_RANGE); /* the length alone decides */
	assert_int_equal(records_read(&by_line, &ymd, text, too_many * len, see, &seen), 7);
	assert_int_equal(seen.n, 2);
	free(text);
}

/* However a file is cut off, each whole record before the cut is what it was. */
static void a_file_cut_anywhere_keeps_what_is_whole(void **state)
{
	static const char text[] =
		"Kind,Date\nreading,2026-11-28,14:05,A,7.02,pH\n"
		"reading,2026-11-28,14:06,B,7.13,pH\ncheck,2026-11-28,14:07,,x,\n";
	struct seen whole = read_text(&by_line, text), part;
	size_t cut_at;
	unsigned i;

	(void)state;
	assert_int_equal(whole.n, 3);
	for (cut_at = 0; cut_at < sizeof(text); cut_at++) {
		part = (struct seen){0};
		assert_int_equal(
			records_read(&by_line, &ymd, (const uint8_t *)text, cut_at, see, &part), 0);
		for (i = 0; i + 1 < part.n; i++)
			assert_int_equal(part.at[i].mark, whole.at[i].mark);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_records_and_headings_are_not),
		cmocka_unit_test(what_is_not_taken_says_why_and_costs_only_itself),
		cmocka_unit_test(a_record_is_known_again),
		cmocka_unit_test(a_record_is_known_again_however_it_was_saved),
		cmocka_unit_test(a_carriage_return_alone_ends_a_line),
		cmocka_unit_test(a_line_that_was_cut_off_is_not_taken),
		cmocka_unit_test(each_value_has_a_mark_of_its_own),
		cmocka_unit_test(messages_are_found_and_what_lies_between_is_told),
		cmocka_unit_test(there_is_a_most),
		cmocka_unit_test(a_file_cut_anywhere_keeps_what_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
