/* The trace ring, and the choice of an adapter by its ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/trace.h"
#include "io/usb.h"

static struct trace trace;
static struct trace_entry out[TRACE_ENTRIES];

static void the_last_exchanges_are_kept(void **state)
{
	struct port_ask ask = {.unit = 7, .function = 3, .count = 2, .timeout_ms = 100};
	struct port_reply reply = {.pdu = {3, 4, 1, 2, 3, 4}, .len = 6, .stale = 70000};
	unsigned i;

	(void)state;
	assert_int_equal(trace_copy(&trace, 0, out, TRACE_ENTRIES), 0);
	for (i = 1; i <= 300; i++) {
		ask.start = (uint16_t)i;
		reply.pdu[5] = (uint8_t)i;
		trace_note(&trace, &ask, 0, &reply, i * 1000000000ll, i * 1000000000ll + 5000000);
	}
	assert_int_equal(trace_copy(&trace, 0, out, TRACE_ENTRIES), TRACE_ENTRIES);
	for (i = 0; i < TRACE_ENTRIES; i++) {
		assert_int_equal(out[i].number, 300 - TRACE_ENTRIES + 1 + i);
		assert_int_equal(out[i].start, out[i].number);
		assert_int_equal(out[i].pdu[5], (uint8_t)out[i].number);
		assert_int_equal(out[i].boot_ms, out[i].number * 1000);
		assert_int_equal(out[i].took_us, 5000);
		assert_int_equal(out[i].len, 6);
		assert_int_equal(out[i].stale, 65535);
	}
	assert_int_equal(trace_copy(&trace, 298, out, TRACE_ENTRIES), 2);
	assert_int_equal(out[0].number, 299);
	assert_int_equal(trace_copy(&trace, 200, out, 10), 10);
	assert_int_equal(out[0].number, 201);
	assert_int_equal(trace_copy(&trace, 300, out, 10), 0);
	assert_int_equal(trace_copy(&trace, 9999, out, 10), 0);
	reply.len = 0;
	trace_note(&trace, &ask, ERR_TIMEOUT, &reply, 5, 1);
	assert_int_equal(trace_copy(&trace, 300, out, 10), 1);
	assert_int_equal(out[0].err, ERR_TIMEOUT);
	assert_int_equal(out[0].len, 0);
	assert_int_equal(out[0].took_us, 0);
}

static void an_adapter_is_what_it_is(void **state)
{
	static const struct usb_adapter adapters[] = {
		{0x0403, 0x6001, "A9QX1", "/dev/ttyUSB0"},
		{0x1a86, 0x7523, "", "/dev/ttyUSB1"},
		{0x0403, 0x6001, "B7", "/dev/ttyUSB2"},
	};
	static const struct {
		const char *where, *path;
		int rc;
	} cases[] = {
		{"usb:0403:6001:A9QX1", "/dev/ttyUSB0", 0},
		{"usb:0403:6001:B7", "/dev/ttyUSB2", 0},
		{"usb:1A86:7523", "/dev/ttyUSB1", 0},
		{"usb:0403:6001", NULL, ERR_CONF}, /* two of them */
		{"usb:0403:6001:C", NULL, ERR_GONE},
		{"usb:0403:6002", NULL, ERR_GONE},
		{"usb:0403", NULL, ERR_CONF},
		{"usb:0403:6001:", NULL, ERR_CONF},
		{"usb:04030:6001", NULL, ERR_CONF},
		{"usb:0403:6001x", NULL, ERR_CONF},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct usb_adapter *got = NULL;
		char words[300] = "";
		struct text why = text_over(words, sizeof(words));

		print_message("%s\n", cases[i].where);
		assert_int_equal(usb_choose(cases[i].where, adapters, 3, &got, &why), cases[i].rc);
		if (cases[i].path)
			assert_string_equal(got->path, cases[i].path);
		else
			assert_true(words[0]);
	}
	assert_true(usb_is_spec("usb:x"));
	assert_false(usb_is_spec("/dev/usb"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_exchanges_are_kept),
		cmocka_unit_test(an_adapter_is_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
