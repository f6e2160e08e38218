/* An exchange of the ring as text: read again by trace_text.h, and what went wrong beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/trace_entry.h"
#include "bus/trace_text.h"

static char text[4096];

static void print(const struct trace_entry *entry)
{
	FILE *to = fmemopen(text, sizeof(text), "w");

	assert_non_null(to);
	trace_entry_print(to, entry, 1000);
	assert_int_equal(fclose(to), 0);
}

static void an_answer_is_read_again(void **state)
{
	const struct trace_entry entry = {.boot_ms = 2234,
		.took_us = 45400,
		.kind = ASK_PDU,
		.asked = {3, 0, 0, 0, 2},
		.asked_len = 5,
		.pdu = {3, 4, 'a', 'b', 'c', 'd'},
		.len = 6};
	struct trace_text back;
	char words[200];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	print(&entry);
	assert_string_equal(text, "# +1.234 s, 45 ms\n> 03 00 00 00 02\n< 03 04 61 62 63 64\n");
	assert_int_equal(trace_text_read(&back, "x", text, strlen(text), &why), 0);
	assert_int_equal(back.n, 1);
	assert_int_equal(back.exchanges[0].n_answer, 6);
	assert_memory_equal(back.exchanges[0].answer, entry.pdu, 6);
	trace_text_free(&back);
}

static void trouble_is_a_comment(void **state)
{
	struct trace_entry entry = {.boot_ms = 1000,
		.kind = ASK_REGISTERS,
		.asked = {3, 0, 0, 0, 2},
		.asked_len = 5,
		.err = ERR_TIMEOUT};

	(void)state;
	print(&entry);
	assert_string_equal(text, "# +0.000 s, 0 ms\n> 03 00 00 00 02\n# no answer\n");
	entry.err = ERR_NOISE;
	entry.stale = 7;
	print(&entry);
	assert_string_equal(text,
		"# +0.000 s, 0 ms\n# 7 bytes that nobody asked for lay on the line before it\n"
		"> 03 00 00 00 02\n# bytes came, but no whole answer\n");
	entry.stale = 0;
	entry.err = ERR_EXCEPTION;
	entry.exception = 2;
	entry.len = 2;
	entry.pdu[0] = 0x83;
	entry.pdu[1] = 2;
	print(&entry);
	assert_string_equal(text, "# +0.000 s, 0 ms\n> 03 00 00 00 02\n< 83 02\n# exception 2\n");
}

/* One that talks unasked: no question; letters are letters. */
static void a_talker_is_text(void **state)
{
	const struct trace_entry entry = {
		.boot_ms = 1000, .kind = ASK_BYTES, .pdu = {'7', '.', '0', '\r'}, .len = 4};

	(void)state;
	print(&entry);
	assert_string_equal(text, "# +0.000 s, 0 ms\n< \"7.0\\r\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_read_again),
		cmocka_unit_test(trouble_is_a_comment),
		cmocka_unit_test(a_talker_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
