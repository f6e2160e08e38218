#include <inttypes.h>
#include <string.h>

#include "uplink/url.h"
#include "victoria.h"

enum { QUESTION = 8 * 1024 };

/* One of them; each byte that is not plain in an expression stands for itself. */
static void put_labs(struct text *to, const struct asked *asked)
{
	char room[QUESTION];
	struct text among = text_over(room, sizeof(room));
	const char *at;
	size_t i;

	for (i = 0; i < asked->n_labs; i++) {
		text_put(&among, i ? "|" : "");
		for (at = asked->labs[i]; *at; at++) {
			if (strchr("\\.+*?()|[]{}^$", *at))
				text_put_char(&among, '\\');
			text_put_char(&among, *at);
		}
	}
	to->cut |= among.cut;
	text_put(to, ",lab=~");
	text_put_quoted(to, room, '"');
}

/* NULL `asked`: of all labs. */
static void put_selector(struct text *to, const struct store_conf *conf, const char *names,
	const struct asked *asked)
{
	text_printf(to, "{__name__=~\"%s\"", names);
	if (asked)
		put_labs(to, asked);
	if (*conf->database) {
		text_put(to, ",db=");
		text_put_quoted(to, conf->database, '"');
	}
	text_put(to, "}");
}

static void put_moment(struct text *form, const char *key, int64_t at_ms)
{
	text_printf(form, "&%s=%" PRId64 ".%03d", key, at_ms / 1000, (int)(at_ms % 1000));
}

static void put_export(struct text *form, const struct store_conf *conf, const char *names,
	const struct asked *asked, int64_t from_ms, int64_t to_ms)
{
	char room[QUESTION];
	struct text selector = text_over(room, sizeof(room));

	put_selector(&selector, conf, names, asked);
	form->cut |= selector.cut;
	text_put(form, "match%5B%5D=");
	url_put_encoded(form, room);
	put_moment(form, "start", from_ms);
	put_moment(form, "end", to_ms - 1);
	text_put(form, "&deny_partial_response=1");
}

/* A result without one of these is another one: routine, of a confirmed clock, beyond doubt.  A store shows a new series a
 * moment later than its neighbours, so their numbers are counted like the results. */
static const char *const guarded[] = {"result_rev", "result_purpose", "result_screening",
	"result_unsettled", "result_rule", "result_parent", "result_reason", "result_clock",
	"result_clock_err"};

enum { GUARDED = sizeof(guarded) / sizeof(guarded[0]) };

bool victoria_is_guarded(const char *name)
{
	size_t i;

	for (i = 0; i < GUARDED; i++)
		if (!strcmp(guarded[i], name))
			return true;
	return false;
}

/* Vans write late, so what it remembers of old times may be old; and an answer without a store's part is none. */
static void put_query(struct text *form, const struct text *question, int64_t at_ms)
{
	form->cut |= question->cut;
	text_put(form, "query=");
	url_put_encoded(form, question->at);
	put_moment(form, "time", at_ms);
	text_put(form, "&nocache=1&deny_partial_response=1");
}

/* An expression over what a selector has in a span. */
static void put_over(struct text *form, const struct store_conf *conf, const char *before,
	const char *names, const struct asked *asked, const char *behind, int64_t from_ms,
	int64_t to_ms)
{
	char room[QUESTION];
	struct text question = text_over(room, sizeof(room));

	text_put(&question, before);
	put_selector(&question, conf, names, asked);
	text_printf(&question, "[%" PRId64 "ms]%s", to_ms - from_ms, behind);
	put_query(form, &question, to_ms - 1);
}

void victoria_put_prints(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t to_ms)
{
	char room[2 * QUESTION];
	struct text question = text_over(room, sizeof(room));

	text_put(&question, "union(label_set(sum(sum_over_time(");
	put_selector(&question, conf, "result_seq", NULL);
	text_printf(&question,
		"[%" PRId64 "ms])) by (lab),\"__name__\",\"seqs\"),"
		"label_set(sum(count_over_time(",
		to_ms - from_ms);
	put_selector(&question, conf, "result_verdict", NULL);
	text_printf(&question, "[%" PRId64 "ms])) by (lab),\"__name__\",\"n\"))", to_ms - from_ms);
	put_query(form, &question, to_ms - 1);
}

void victoria_put_counts(
	struct text *form, const struct store_conf *conf, const struct asked *asked)
{
	char room[QUESTION];
	struct text names = text_over(room, sizeof(room));
	size_t i;

	text_put(&names, "result_seq");
	for (i = 0; i < GUARDED; i++)
		text_printf(&names, "|%s", guarded[i]);
	put_over(form, conf, "sum(count_over_time(", room, asked,
		") keep_metric_names) by (__name__)", asked->from_ms, asked->to_ms);
}

void victoria_put_results(
	struct text *form, const struct store_conf *conf, const struct asked *asked)
{
	char room[QUESTION];
	struct text names = text_over(room, sizeof(room));
	const struct column *column;
	const char *before = "result_(";
	size_t i;

	for (i = 0; (column = column_of_result_at(i)); i++)
		if (!column_is_text(column)) {
			text_printf(&names, "%s%s", before, column_name(column));
			before = "|";
		}
	text_put(&names, ")");
	form->cut |= names.cut;
	put_export(form, conf, room, asked, asked->from_ms, asked->to_ms);
}

void victoria_put_points(struct text *form, const struct store_conf *conf, int64_t to_ms)
{
	put_export(form, conf, "point_(point|seq|lat|lon)", NULL, 0, to_ms);
}

void victoria_put_heard(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms)
{
	put_over(form, conf, "max(tlast_over_time(", "(reading|event|summary|result|point)_seq",
		NULL, ")) by (lab)", from_ms, now_ms + 1);
}

void victoria_put_lab_times(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms)
{
	put_over(form, conf, "tlast_over_time(", "lab_status_.+", NULL, ") keep_metric_names",
		from_ms, now_ms + 1);
}

void victoria_put_labs(
	struct text *form, const struct store_conf *conf, int64_t from_ms, int64_t now_ms)
{
	put_over(form, conf, "last_over_time(", "lab_status_.+", NULL, ") keep_metric_names",
		from_ms, now_ms + 1);
}
