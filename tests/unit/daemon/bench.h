/* bench.h - a lab of one analyzer that answers from here, on a clock set by hand. */
#ifndef TESTS_DAEMON_BENCH_H
#define TESTS_DAEMON_BENCH_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/parts.h"
#include "two_values.h"

/* --- an analyzer that answers from here ------------------------------------------------------------- */

static _Atomic int64_t now_ms = 100000; /* the spool's own thread asks it, too */
static bool mute, opened, unplugged;
static uint8_t registers[] = {0x40, 0xe3, 0xd7, 0x0a, 0xff, 0xfb}; /* 7.12, -5 */

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
	opened = !unplugged;
	return opened ? 0 : ERR_GONE;
}

static bool fake_is_open(const struct port *port)
{
	(void)port;
	return opened;
}

static int fake_ask(struct port *port, const struct port_ask *ask, struct port_reply *reply)
{
	(void)port;
	if (mute)
		return ERR_TIMEOUT;
	assert_true(ask->start + ask->count <= 3);
	reply->pdu[0] = ask->function;
	reply->pdu[1] = (uint8_t)(ask->count * 2);
	memcpy(reply->pdu + 2, registers + 2 * ask->start, (size_t)ask->count * 2);
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
	return unplugged;
}

static void fake_close(struct port *port)
{
	(void)port;
	opened = false;
}

static const struct port_ops fake_ops = {
	fake_open, fake_is_open, fake_ask, fake_drain, fake_lost, fake_close, fake_close};
static struct port fake = {&fake_ops};

/* --- a lab ------------------------------------------------------------------------------------------ */

static struct line_conf line_conf = {
	.name = "bench",
	.port = {PORT_RTU, "/dev/lab", 9600, 'N', 1},
	.n_units = 1,
	.units = {{.name = "ph-1", .profile = &profile, .address = 7, .interval_ms = 1000}},
};
static struct conf conf = {.lab = "van-3",
	.clock = {600, 0, INT64_MAX, 730, 86400},
	.spool = {"spool", 100, 1000, 1 << 16, 30, 0},
	.links = {500, 1, "wlan*"},
	.n_lines = 1,
	.lines = &line_conf,
	.n_stores = 1,
	.stores = {{.name = "province",
		.url = "http://127.0.0.1:1",
		.database = "waterlab",
		.batch_lines = 1000,
		.interval_ms = 100,
		.timeout_ms = 1000,
		.retry_first_ms = 1000,
		.retry_most_ms = 60000}}};
static struct parts parts;

static struct clock_sync no_sync(void *ctx)
{
	(void)ctx;
	return (struct clock_sync){0};
}

static int start(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	parts = (struct parts){.clock = &machine, .conf = &conf, .started_ms = now_ms};
	assert_int_equal(spool_open(&parts.spool, &conf.spool, &machine, &why), 0);
	assert_int_equal(stamps_new(&parts.stamps, &conf.clock, parts.spool, &machine,
				 &(struct stamps_eyes){.sync = no_sync, .chips = "no-chips"}),
		0);
	assert_int_equal(whereabouts_new(&parts.place, &conf.gps, &conf.place, &machine), 0);
	assert_int_equal(quality_new(&parts.quality, &conf), 0);
	parts.sink = parts_sink(&parts);
	assert_int_equal(line_new(&parts.lines[0], &line_conf, &fake, &parts.sink, &machine, 1), 0);
	parts.n_lines = 1;
	assert_int_equal(spool_add_store(parts.spool, "province", &parts.store_numbers[0]), 0);
	assert_int_equal(
		uplink_new(&parts.stores[0], &conf.stores[0], conf.lab, parts.spool, &machine, 1),
		0);
	parts.n_stores = 1;
	assert_int_equal(links_new(&parts.links, &conf.links, parts.spool, &machine), 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	return parts_stop(&parts);
}

/* The line does all that is due in the next `ms`. */
static void run_line(int64_t ms)
{
	int64_t until_ms = now_ms + ms, due_ms;

	while (now_ms < until_ms) {
		due_ms = (line_step(parts.lines[0]) + 999999) / 1000000;
		now_ms = due_ms > now_ms ? due_ms : now_ms + 1;
	}
	now_ms = until_ms;
}

#endif
