/* The trace on the control socket: which analyzer, every exchange once, and what is not kept any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "daemon/parts.h"
#include "daemon/trace_commands.h"
#include "driver.h"

static int64_t now_ms = 100000;
static bool opened;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return now_ms * 1000000;
}

static const struct clock machine = {boot_ns, boot_ns, NULL};

static int fake_open(struct port *port, struct text *why)
{
	(void)port;
	(void)why;
	opened = true;
	return 0;
}

static bool fake_is_open(const struct port *port)
{
	(void)port;
	return opened;
}

static int fake_ask(struct port *port, const struct port_ask *ask, struct port_reply *reply)
{
	(void)port;
	memset(reply, 0, sizeof(*reply));
	if (ask->kind == ASK_BYTES) {
		memcpy(reply->pdu, ask->bytes, ask->len);
		reply->len = ask->len;
		return 0;
	}
	if (ask->unit == 9)
		return ERR_TIMEOUT;
	reply->pdu[0] = ask->function;
	reply->pdu[1] = (uint8_t)(ask->count * 2);
	reply->len = 2 + (size_t)ask->count * 2;
	return 0;
}

static size_t fake_drain(struct port *port, unsigned most_ms)
{
	(void)port;
	(void)most_ms;
	return 0;
}

static bool fake_lost(struct port *port)
{
	(void)port;
	return false;
}

static void fake_close(struct port *port)
{
	(void)port;
	opened = false;
}

static const struct port_ops fake_ops = {
	fake_open, fake_is_open, fake_ask, fake_drain, fake_lost, fake_close, fake_close};
static struct port fake = {&fake_ops};

static const struct profile profile = {.name = "one-value",
	.most_registers = 10,
	.reply_ms = 100,
	.n_fields = 1,
	.fields = {{.at = {3, 0, 1, TYPE_I16, ORDER_ABCD, 0xffff},
		.parameter = "ph",
		.scale = 1,
		.kind = NUMBER_DECIMAL}}};
/* --- a driver that asks who that is once, and then for a value ---------------------------------------- */

static int ask_who(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	tx[0] = 'I';
	return 1;
}

static int ask_value(const struct wl_unit *unit, uint8_t *tx, size_t cap)
{
	(void)unit;
	(void)cap;
	tx[0] = 'R';
	return 1;
}

static int frame(const struct wl_unit *unit, const uint8_t *rx, size_t len)
{
	(void)unit;
	(void)rx;
	return (int)len;
}

static const struct wl_exchange exchanges[] = {{.name = "who",
						       .wire = WL_BYTES,
						       .compose = ask_who,
						       .frame = frame,
						       .reply_ms = 100,
						       .identity = true},
	{.name = "value", .wire = WL_BYTES, .compose = ask_value, .frame = frame, .reply_ms = 100},
	{.name = NULL}};
static const struct wl_driver driver = {
	.name = "asker", .models = "Asker", .manual = "none", .exchanges = exchanges};
static const struct profile asker = {.name = "asker", .driver = &driver, .reply_ms = 100};

static struct line_conf line_conf = {
	.name = "bench",
	.port = {PORT_RTU, "/dev/lab", 9600, 'N', 1},
	.n_units = 2,
	.units = {{.name = "ph-1", .profile = &profile, .address = 7, .interval_ms = 100},
		{.name = "ph-2", .profile = &profile, .address = 9, .interval_ms = 2000}},
};
static struct conf conf = {.lab = "van-3", .n_lines = 1, .lines = &line_conf};
static uint32_t series;

static int number_series(void *ctx, const struct series *one, uint32_t *number)
{
	(void)ctx;
	(void)one;
	*number = ++series;
	return 0;
}

static int keep(void *ctx, const struct exchange *exchange)
{
	(void)ctx;
	(void)exchange;
	return 0;
}

static const struct bus_sink sink = {.series = number_series, .exchange = keep};
static struct parts parts = {.clock = &clock_system, .conf = &conf, .n_lines = 1};
static struct control *control;
static const struct control_command commands[] = {{"trace", trace_ask}, {NULL, NULL}};

static int start(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	assert_int_equal(line_new(&parts.lines[0], &line_conf, &fake, &sink, &machine, 1), 0);
	return control_start(&control, "./control", commands, &parts, &why);
}

static int stop(void **state)
{
	(void)state;
	control_stop(control);
	line_free(parts.lines[0]);
	return 0;
}

static void run_line(int64_t ms)
{
	int64_t until_ms = now_ms + ms, due_ms;

	while (now_ms < until_ms) {
		due_ms = (line_step(parts.lines[0]) + 999999) / 1000000;
		now_ms = due_ms > now_ms ? due_ms : now_ms + 1;
	}
}

/* --- asking ------------------------------------------------------------------------------------------ */

struct heard {
	unsigned lines, entries, runs;
	json_t *head, *oldest, *last;
	json_int_t missed[2], first, number;
	char error[600];
	bool ended, in_order;
};

static int hear(void *ctx, const char *text, size_t len)
{
	struct heard *heard = ctx;
	json_t *line = json_loadb(text, len, 0, NULL);
	const json_t *missed = json_object_get(line, "missed");
	json_int_t number = json_integer_value(json_object_get(line, "number"));

	assert_non_null(line);
	if (!heard->lines++)
		heard->head = json_incref(line);
	if (missed) {
		heard->missed[0] = json_integer_value(json_array_get(missed, 0));
		heard->missed[1] = json_integer_value(json_array_get(missed, 1));
	}
	if (json_string_value(json_object_get(line, "error")) && !number)
		text_copy(heard->error, sizeof(heard->error),
			json_string_value(json_object_get(line, "error")));
	if (number) {
		heard->in_order = !heard->entries++ || number > heard->number;
		heard->first = heard->first ? heard->first : number;
		heard->number = number;
		if (!heard->oldest)
			heard->oldest = json_incref(line);
		json_decref(heard->last);
		heard->last = json_incref(line);
	}
	heard->ended |= json_is_true(json_object_get(line, "end"));
	json_decref(line);
	if (heard->runs) { /* the line goes on while somebody listens */
		heard->runs--;
		run_line(500);
	}
	return 0;
}

static void ask(struct heard *heard, const char *unit, int seconds)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	json_t *request = json_pack("{s:s, s:s, s:s?, s:i}", "ask", "trace", "line", "bench",
		"unit", unit, "seconds", seconds);

	assert_int_equal(control_ask("./control", request, hear, heard, &why), 0);
	json_decref(request);
}

static void forget(struct heard *heard)
{
	json_decref(heard->head);
	json_decref(heard->oldest);
	json_decref(heard->last);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "(none)";
}

/* --- the tests --------------------------------------------------------------------------------------- */

static void one_analyzer_is_told_whole(void **state)
{
	struct heard heard = {.in_order = true};

	(void)state;
	run_line(1000);
	ask(&heard, "ph-1", 0);
	assert_string_equal(text_of(heard.head, "driver"), "one-value");
	assert_string_equal(text_of(heard.head, "speed"), "9600 8N1");
	assert_int_equal(json_integer_value(json_object_get(heard.head, "address")), 7);
	assert_true(heard.ended && heard.in_order && heard.entries >= 8);
	assert_string_equal(text_of(heard.last, "asked"), "0300000001");
	assert_string_equal(text_of(heard.last, "answer"), "03020000");
	assert_string_equal(text_of(heard.last, "error"), "ok");
	assert_int_equal(heard.missed[1], 0);
	forget(&heard);
	heard = (struct heard){.in_order = true};
	run_line(1000);
	ask(&heard, "ph-2", 0);
	assert_string_equal(text_of(heard.last, "error"), "timeout");
	assert_string_equal(text_of(heard.last, "answer"), "");
	forget(&heard);
}

static void what_is_not_kept_is_said(void **state)
{
	struct heard heard = {.in_order = true};

	(void)state;
	run_line(60000);
	ask(&heard, "ph-1", 0);
	assert_int_equal(heard.missed[0], 1);
	assert_true(heard.missed[1] > 300 && heard.first >= heard.missed[1] + 1);
	assert_true(heard.in_order && heard.entries <= TRACE_ENTRIES);
	forget(&heard);
}

/* It was asked once, long ago; without that no driver could read the rest. */
static void how_the_device_was_told_is_kept(void **state)
{
	struct heard heard = {.in_order = true};

	line_conf.units[1].profile = &asker;
	line_conf.units[1].interval_ms = 2000;
	assert_int_equal(stop(state) | start(state), 0);
	run_line(60000);
	ask(&heard, "ph-2", 0);
	line_conf.units[1].profile = &profile;
	assert_string_equal(text_of(heard.oldest, "asked"), "49");
	assert_string_equal(text_of(heard.oldest, "kind"), "bytes");
	assert_string_equal(text_of(heard.last, "asked"), "52");
	assert_true(heard.in_order && heard.entries > 2 && heard.missed[1] > 300);
	forget(&heard);
}

static void following_has_neither_holes_nor_doubles(void **state)
{
	struct heard heard = {.in_order = true, .runs = 12};

	(void)state;
	line_conf.units[1].interval_ms = 86400000; /* its numbers would be holes */
	run_line(300);
	ask(&heard, "ph-1", 1);
	assert_true(heard.ended && heard.in_order);
	assert_int_equal(heard.missed[1], 0);
	assert_in_range(
		heard.entries, heard.number - heard.first - 3, heard.number - heard.first + 1);
	assert_true(heard.entries > 20);
	forget(&heard);
}

static void what_cannot_be_is_refused(void **state)
{
	struct heard heard = {0};

	(void)state;
	ask(&heard, NULL, 0);
	assert_string_equal(
		heard.error, "line bench has several analyzers, say which one: ph-1, ph-2");
	ask(&heard, "ph-3", 0);
	assert_string_equal(heard.error, "line bench has no analyzer \"ph-3\"; it has: ph-1, ph-2");
	ask(&heard, "ph-1", -1);
	assert_string_equal(heard.error, "\"seconds\" is a whole number, 0 to 86400");
	line_conf.name[0] = 'B';
	ask(&heard, "ph-1", 0);
	line_conf.name[0] = 'b';
	assert_string_equal(heard.error, "there is no line \"bench\"; there are: Bench");
	forget(&heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_analyzer_is_told_whole, start, stop),
		cmocka_unit_test_setup_teardown(what_is_not_kept_is_said, start, stop),
		cmocka_unit_test_setup_teardown(how_the_device_was_told_is_kept, start, stop),
		cmocka_unit_test_setup_teardown(
			following_has_neither_holes_nor_doubles, start, stop),
		cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, start, stop),
	};

	log_open(LOG_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
