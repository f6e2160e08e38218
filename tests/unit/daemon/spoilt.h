/* spoilt.h - a day of samples, checks and people on a card, and what of it a daemon that starts on that card says. */
#ifndef TESTS_DAEMON_SPOILT_H
#define TESTS_DAEMON_SPOILT_H

#include <stdio.h>
#include <time.h>

#include "asked.h"
#include "spool/check.h"
#include "spool/internal.h"
#include "spool/verify.h"
#include "uplink/line_protocol.h"

static const struct series acidity = {"ph-1", "ph", NUMBER_F32, 0};

static struct line_conf bench = {
	.name = "bench", .n_units = 1, .units = {{.name = "ph-1", .interval_ms = 1000}}};

static void start_it(void)
{
	conf.n_lines = 0;
	assert_int_equal(start_daemon(), 0);
	field_learn(parts.field, &acidity, 1);
	conf.lines = &bench;
	conf.n_lines = 1;
}

static int begin_empty(void **state)
{
	(void)state;
	return system("rm -rf spool whole");
}

static void says(double value)
{
	struct reading reading = {.series = 1, .value = value, .qc = QC_PASS};
	struct exchange exchange = {.readings = &reading, .n = 1};
	int64_t ago_ms;

	for (ago_ms = 40000; ago_ms >= 0; ago_ms -= 1000) {
		exchange.boot_ms = clock_boot_ms(&clock_system) - ago_ms;
		field_take(parts.field, &exchange);
	}
}

static json_t *act(const char *words, long long of, const char *by, const char *token)
{
	return ask("{%s:%lld,'by':'%s','token':'%s'}", words, of, by, token);
}

/* What is asked may be refused, as a card is spoilt: it is answered. */
static void told(json_t *answer)
{
	assert_true(json_object_size(answer) > 0);
	json_decref(answer);
}

/* --- a van's day ----------------------------------------------------------------------------------------- */

static long long sample, entry;

static long long newest_entry(void)
{
	json_t *answer = ask("{'ask':'sample-show','sample':%lld}", sample);
	json_t *entries = json_object_get(answer, "entries");
	long long number = (long long)json_integer_value(
		json_object_get(json_array_get(entries, json_array_size(entries) - 1), "entry"));

	json_decref(answer);
	return number;
}

static json_t *amend(const char *value, const char *token)
{
	return ask("{'ask':'sample-amend','sample':%lld,'entry':%lld,'value':'%s','sure':true,"
		   "'reason':'misread','by':'Gul Khan','token':'%s'}",
		sample, entry, value, token);
}

/* A check, a sample: 7, verified; corrected to 9.5, verified.  A second one is open, and a second check. */
static void live(void)
{
	struct ledger_record audit = {
		.kind = LEDGER_AUDIT, .a = 1, .b = 1, .words = "by=Gul Khan; about=Sana Bibi"};
	struct ledger_record spike = {.kind = LEDGER_SPIKE, .a = 3, .b = QC_FAIL};
	long long check;

	memset(&conf, 0, sizeof(conf));
	assert_int_equal(start((void *[]){NULL}), 0);
	assert_int_equal(stop(NULL), 0);
	start_it();
	assert_int_equal(spool_fix_utc(parts.spool, 1700000000000, TIME_NTP, 10), 0);
	assert_int_equal(spool_note(parts.spool, &audit), 0);
	assert_int_equal(spool_note(parts.spool, &spike), 0);
	check = taken(
		ask("{'ask':'check-begin','unit':'ph-1','lot':'B7','value':'7.01'," WHO("c") "}"),
		"check");
	says(7);
	told(act("'ask':'check-take','check'", check, "Gul Khan", "c1"));
	told(act("'ask':'check-adjusted','check'", check, "Gul Khan", "c2"));
	says(7);
	told(act("'ask':'check-take','check'", check, "Gul Khan", "c3"));
	told(act("'ask':'check-finish','check'", check, "Gul Khan", "c4"));
	sample = begin("s", "Spring");
	told(ask(
		"{'ask':'sample-start','sample':%lld,'parameter':'ecoli','method':'cbt','hours':24,"
		"'incubation_c':'35'," WHO("s1") "}",
		sample));
	told(ask("{'ask':'sample-enter','sample':%lld,'parameter':'ph','value':'7','method':'strip'"
		 "," WHO("s2") "}",
		sample));
	entry = newest_entry();
	says(7.4);
	told(ask("{'ask':'sample-take','sample':%lld,'unit':'ph-1','parameter':'ph'," WHO("s3") "}",
		sample));
	told(act("'ask':'sample-end','sample'", sample, "Gul Khan", "s4"));
	told(act("'ask':'sample-verify','sample'", sample, "Sana Bibi", "s5"));
	told(amend("9.5", "s6"));
	entry = newest_entry();
	told(act("'ask':'sample-verify','sample'", sample, "Sana Bibi", "s7"));
	entry = newest_entry();
	told(ask("{'ask':'sample-begin','purpose':'routine','point':%lld," WHO("t") "}",
		sample - 1));
	assert_int_equal(parts_stop(&parts), 0);
	assert_int_equal(system("rm -rf whole; cp -r spool whole"), 0);
}

/* --- what is there --------------------------------------------------------------------------------------- */

enum { MOST = 256 };

struct results {
	struct result at[MOST];
	size_t n;
};

static int take_result(void *ctx, const struct spool_row *row)
{
	struct results *all = ctx;

	if (row->kind == LEDGER_RESULT && all->n < MOST &&
		result_read(&all->at[all->n], row->number, row->a, row->b, row->c, row->words))
		all->n++;
	return 0;
}

static void one_revision_each(const char *after)
{
	static struct results all;
	struct spool_reader *reader;
	size_t i, k;

	all.n = 0;
	assert_int_equal(spool_reader_open(&reader, parts.spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
				 take_result, &all, NULL),
		0);
	spool_reader_close(reader);
	for (i = 0; i < all.n; i++)
		for (k = 0; k < i; k++)
			if (all.at[i].sample == all.at[k].sample &&
				all.at[i].revision == all.at[k].revision &&
				!strcmp(all.at[i].parameter, all.at[k].parameter) &&
				!strcmp(all.at[i].method, all.at[k].method))
				fail_msg("%s: results %llu and %llu have revision %u", after,
					(unsigned long long)all.at[k].number,
					(unsigned long long)all.at[i].number, all.at[i].revision);
}

/* The strip's value that counts. */
static void counts_as(const char *value, const char *after)
{
	json_t *answer = ask("{'ask':'sample-show','sample':%lld}", sample), *one;
	json_t *results = json_object_get(answer, "results");
	const char *said = "nothing";
	size_t i;

	for (i = 0; (one = json_array_get(results, i)); i++)
		if (!strcmp(json_string_value(json_object_get(one, "method")), "strip"))
			said = json_string_value(json_object_get(one, "value"));
	if (strcmp(said, value) != 0)
		fail_msg("%s: the strip showed %s, and the sample says %s", after, value, said);
	json_decref(answer);
}

#endif
