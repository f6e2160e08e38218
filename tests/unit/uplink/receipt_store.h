/*
 * receipt_store.h - a store that is a list of numbers: it loses some, keeps some never, falls silent, answers nonsense.
 * It stands in for post.c, so that every answer is decided here and no time passes.
 */
#ifndef TESTS_UPLINK_RECEIPT_STORE_H
#define TESTS_UPLINK_RECEIPT_STORE_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "uplink/post.h"
#include "uplink/receipt_form.h"
#include "uplink/receipts.h"

enum { NUMBERS = 20000, WAIT_S = 60 };

enum mood { WELL, AWAY, FORBIDDEN, NONSENSE, EMPTY, COPIED, MOODS };

static struct {
	bool has[NUMBERS + 1];
	bool never[NUMBERS + 1]; /* says 204 and does not keep it */
	int64_t utc_ms[NUMBERS + 1];
	char born[NUMBERS + 1][SPOOL_ID]; /* the id that the row has */
	uint64_t copied_from;             /* of COPIED: numbers below are the same rows */
	enum mood mood;
	unsigned requests;
} store;

struct post {
	int nothing;
};

int post_new(struct post **out, enum post_route route, const struct store_conf *conf,
	const struct clock *clock, const atomic_bool *stop, _Atomic int64_t *beat_ms,
	struct text *why)
{
	(void)conf, (void)clock, (void)stop, (void)beat_ms, (void)why;
	assert_int_equal(route, POST_QUERY);
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : ERR_MEMORY;
}

void post_free(struct post *post)
{
	free(post);
}

void post_wake(struct post *post)
{
	(void)post;
}

uint64_t post_wire_bytes(struct post *post)
{
	(void)post;
	return 100 * (uint64_t)store.requests;
}

void post_set_note(struct post *post, wire_note note, void *ctx)
{
	(void)post, (void)note, (void)ctx;
}

void post_tell(struct post *post)
{
	(void)post;
}

static void put_tally(struct text *to, uint64_t first, uint64_t last)
{
	uint64_t n = 0, least = 0, most = 0, sum = 0, i;

	for (i = first; i <= last; i++)
		if (store.has[i] && store.mood != EMPTY) {
			least = n++ ? least : i;
			most = i;
			sum += i;
		}
	text_put(to, "{\"statement_id\":0");
	if (n)
		text_printf(to,
			",\"series\":[{\"values\":[[0,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
			"]]}]",
			n, least, most, sum);
	text_put_char(to, '}');
}

/* The time of the row, as the test's spool gave it; a copied card's row has another. */
static int64_t utc_of(uint64_t number)
{
	bool copied = store.mood == COPIED && number >= store.copied_from;

	return store.utc_ms[number] + (copied ? 10 : 0);
}

static void put_list(struct text *to, uint64_t first, uint64_t last)
{
	const char *between = "";
	uint64_t i;

	text_put(to, "{\"series\":[{\"values\":[");
	for (i = first; i <= last; i++)
		if (store.has[i] && store.mood != EMPTY) {
			text_printf(to, "%s[%" PRId64 ",%" PRIu64 "]", between, utc_of(i), i);
			between = ",";
		}
	text_put(to, "]}]}");
}

static void put_exact(struct text *to, uint64_t number, int64_t at_ms)
{
	bool is = store.has[number] && store.mood != EMPTY && utc_of(number) == at_ms;

	text_put(to, is ? "{\"series\":[{\"values\":[[0,1]]}]}" : "{\"statement_id\":0}");
}

/* The number behind that word of a form; *at moves there. */
static uint64_t number_behind(const char **at, const char *word)
{
	*at = strstr(*at, word);
	assert_non_null(*at);
	*at += strlen(word);
	return strtoull(*at, NULL, 10);
}

/* Answers InfluxQL by the bounds of time and `seq` in it. */
static void answer_sql(const char *form, struct text *to)
{
	const char *at = form, *between = "";
	bool list = !strstr(form, "count%28");
	unsigned k = 0;

	text_put(to, "{\"results\":[");
	while (strstr(at, "time%3E%3D")) {
		int64_t from_ms = (int64_t)number_behind(&at, "time%3E%3D");
		uint64_t first = number_behind(&at, "seq%3E%3D");
		uint64_t last = number_behind(&at, "seq%3C%3D");

		assert_in_range(last, first, NUMBERS);
		assert_string_equal(store.born[first], store.born[last]);
		assert_non_null(strstr(form, store.born[first]));
		assert_true(last - first < RECEIPT_RUN);
		text_put(to, between);
		if (list)
			put_list(to, first, last);
		else if (k++ % 3)
			put_exact(to, first, from_ms);
		else
			put_tally(to, first, last);
		between = ",";
	}
	text_put(to, "]}");
}

/* "1700000000.123" as ms. */
static int64_t ms_behind(const char *form, const char *word)
{
	const char *at = form;
	uint64_t seconds = number_behind(&at, word);

	at = strchr(at, '.');
	assert_non_null(at);
	return (int64_t)seconds * 1000 + strtol(at + 1, NULL, 10);
}

/* Answers an export by its span of time; each third row is there twice. */
static void answer_export(const char *form, struct text *to)
{
	int64_t from_ms = ms_behind(form, "start="), to_ms = ms_behind(form, "end=");
	bool rows = strstr(form, "timestamp") != NULL;
	uint64_t i;
	int k;

	for (i = 1; i <= NUMBERS; i++) {
		if (!store.has[i] || store.mood == EMPTY || utc_of(i) < from_ms ||
			utc_of(i) > to_ms || !strstr(form, store.born[i]))
			continue;
		for (k = 0; k < (i % 3 ? 1 : 2); k++)
			if (rows)
				text_printf(to, "%" PRIu64 ",%" PRId64 "\n", i, utc_of(i));
			else
				text_printf(to, "%" PRIu64 "\n", i);
	}
}

static struct store_conf conf = {
	.name = "store", .database = "wq", .timeout_ms = 1000, .receipt_s = WAIT_S};

void post_ask(
	struct post *post, const char *form, size_t len, struct text *whole, struct reply *reply)
{
	(void)post;
	assert_int_equal(strlen(form), len);
	store.requests++;
	*reply = (struct reply){.status = 200};
	if (store.mood == AWAY)
		*reply = (struct reply){.transport = TRANSPORT_CONNECT};
	else if (store.mood == FORBIDDEN)
		*reply = (struct reply){.status = 401, .body = "{\"error\":\"no\"}"};
	else if (store.mood == NONSENSE)
		text_put(whole, "<html>log in</html>");
	else if (conf.flavour == FLAVOUR_VICTORIAMETRICS)
		answer_export(form, whole);
	else
		answer_sql(form, whole);
}

#endif
