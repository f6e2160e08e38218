/* What of a file was not taken, in words for people. */
#include "inbox/filing.h"
#include "meter.h"

static const struct record_clock ymd = {DATE_YMD, 300, 1767225600000, 1798761600000}; /* of 2026 */
static const struct profile profile = {.driver = &by_line};
static const struct meter_conf meter = {.name = "hqd-1", .profile = &profile};

#define GOOD "reading,2026-11-28,14:05,HT 1,7.02,pH\n"

static struct filing filing_of(const char *bytes, size_t len)
{
	struct filing filing = {.meter = &meter};

	assert_int_equal(filing_read(&filing, &ymd, (const uint8_t *)bytes, len), 0);
	return filing;
}

static void what_was_not_understood_is_shown(void **state)
{
	static const char text[] = GOOD
		"reading,2026-11-28,14:06,HT\x1B[2J 2,sev,pH\r\n"
		"garbled \xE2\x80\xAE\xFF of 300 bytes"
		"............................................................................."
		"............................................................................."
		".............................................................................\n";
	struct filing filing = filing_of(text, sizeof(text) - 1);
	const char *last = strstr(filing.words, "\nline 3: ");

	(void)state;
	assert_int_equal(filing.n, 1);
	assert_int_equal(filing.wrong, 2);
	assert_non_null(strstr(filing.words, "\nline 2: the driver does not understand it: "
					     "\"reading,2026-11-28,14:06,HT?[2J 2,sev,pH\"\n"));
	assert_non_null(last);
	assert_non_null(strstr(last, "\"garbled ?\xC3\xBF of 300"));
	assert_non_null(strstr(last, "...\xE2\x80\xA6\"\n"));
	assert_true(strlen(last) < 260);
	filing_free(&filing);
}

static void a_list_that_is_too_long_says_what_it_leaves_out(void **state)
{
	enum { N = 3000 };
	static char text[N * 40];
	struct filing filing;
	unsigned listed = 0, more = 0, from = 0;
	const char *at;
	size_t len = 0;
	int i;

	(void)state;
	for (i = 0; i < N; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "garbled line of %d\n", i);
	filing = filing_of(text, len);
	assert_int_equal(filing.wrong, N);
	assert_true(strlen(filing.words) < FILING_WORDS);
	for (at = filing.words; (at = strstr(at, "\nline ")); at++)
		listed++;
	at = strstr(filing.words, "\nand ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "\nand %u more, from line %u on\n", &more, &from), 2);
	assert_int_equal(listed + more, N);
	assert_int_equal(from, listed + 1);
	assert_string_equal(strchr(at + 1, '\n'), "\n");
	filing_free(&filing);
}

static void text_of_another_width_is_named(void **state)
{
	static const char letters[] = GOOD GOOD;
	char wide[2 * sizeof(letters) + 2];
	struct filing filing;
	int big, mark;
	size_t i, n;

	(void)state;
	for (big = 0; big < 2; big++)
		for (mark = 0; mark < 2; mark++) {
			n = 0;
			if (mark) {
				wide[n++] = (char)(big ? 0xFE : 0xFF);
				wide[n++] = (char)(big ? 0xFF : 0xFE);
			}
			for (i = 0; i < sizeof(letters) - 1; i++) {
				wide[n++] = big ? 0 : letters[i];
				wide[n++] = big ? letters[i] : 0;
			}
			filing = filing_of(wide, n);
			assert_int_equal(filing.n, 0);
			assert_non_null(strstr(filing.words, "save it as UTF-8 text"));
			filing_free(&filing);
		}
}

static void a_file_that_is_too_much_says_what_to_do(void **state)
{
	const size_t len = sizeof(GOOD) - 1, n = RECORDS_MOST + 1;
	struct filing filing;
	char *text = malloc(n * len);
	size_t i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < n; i++)
		memcpy(text + i * len, GOOD, len);
	filing = filing_of(text, n * len);
	assert_int_equal(filing.n, 0);
	assert_int_equal(filing.wrong, 1);
	assert_non_null(strstr(filing.words, "put it into the inbox in parts"));
	filing_free(&filing);
	filing = filing_of("Kind,Date\n", 10);
	assert_int_equal(filing.wrong, 1);
	assert_non_null(strstr(filing.words, "no record in it"));
	filing_free(&filing);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_understood_is_shown),
		cmocka_unit_test(a_list_that_is_too_long_says_what_it_leaves_out),
		cmocka_unit_test(text_of_another_width_is_named),
		cmocka_unit_test(a_file_that_is_too_much_says_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
