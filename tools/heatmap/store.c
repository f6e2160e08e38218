#include "store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "influx.h"
#include "uplink/post.h"
#include "uplink/verdict.h"
#include "victoria.h"

enum { FORM = 32 * 1024 };

/* How a kind of store is asked and understood. */
struct dialect {
	const char *kind;
	bool says_end; /* in JSON its last line says that it is the last: there are asked for points; results are CSV */
	enum post_route sums; /* where is asked what it adds up, or counts, itself */
	size_t labs;          /* whose results are asked for at once */
	void (*put_prints)(struct text *, const struct store_conf *, int64_t, int64_t);
	/* NULL: of its fields a row has all or none; that all rows came the prints say. */
	void (*put_counts)(struct text *, const struct store_conf *, const struct asked *);
	void (*put_results)(struct text *, const struct store_conf *, const struct asked *);
	void (*put_points)(struct text *, const struct store_conf *, int64_t);
	void (*put_heard)(struct text *, const struct store_conf *, int64_t, int64_t);
	void (*put_lab_times)(struct text *, const struct store_conf *, int64_t, int64_t);
	void (*put_labs)(struct text *, const struct store_conf *, int64_t, int64_t);
	answer_take take_prints, take_counts, take_results, take_points, take_heard, take_lab_times,
		take_labs;
};

static const struct dialect influx = {"influxdb", true, POST_QUERY, 1, influx_put_prints, NULL,
	influx_put_results, influx_put_points, influx_put_heard, NULL, influx_put_labs,
	influx_take_prints, NULL, influx_take_results, influx_take_points, influx_take_heard, NULL,
	influx_take_labs};
static const struct dialect victoria = {"victoriametrics", false, POST_INSTANT, ASKED_LABS,
	victoria_put_prints, victoria_put_counts, victoria_put_results, victoria_put_points,
	victoria_put_heard, victoria_put_lab_times, victoria_put_labs, victoria_take_prints,
	victoria_take_counts, victoria_take_results, victoria_take_points, victoria_take_heard,
	victoria_take_lab_times, victoria_take_labs};

struct store {
	struct store_conf conf;
	const struct dialect *dialect;
	struct post *exporting, *asking; /* two routes of one store */
	const atomic_bool *stop;
	_Atomic int64_t beat_ms;
	char words[300]; /* what is wrong with the answer, by who reads it */
	struct text said;
};

static const struct dialect *dialect_of(const struct store_conf *conf)
{
	return conf->flavour == FLAVOUR_VICTORIAMETRICS ? &victoria : &influx;
}

const char *store_kind(const struct store_conf *conf)
{
	return dialect_of(conf)->kind;
}

int store_open(struct store **out, const struct store_conf *conf, const atomic_bool *stop,
	struct text *why)
{
	struct store *store = calloc(1, sizeof(*store));
	int err;

	*out = NULL;
	if (!store)
		return ERR_MEMORY;
	store->conf = *conf;
	store->dialect = dialect_of(conf);
	store->stop = stop;
	err = post_new(&store->exporting, POST_EXPORT, &store->conf, &clock_system, stop,
		&store->beat_ms, why);
	if (!err)
		err = post_new(&store->asking, store->dialect->sums, &store->conf, &clock_system,
			stop, &store->beat_ms, why);
	if (err)
		store_close(store);
	else
		*out = store;
	return err;
}

int store_open_again(struct store **out, const struct store *store, struct text *why)
{
	return store_open(out, &store->conf, store->stop, why);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	post_free(store->exporting);
	post_free(store->asking);
	free(store);
}

size_t store_labs_at_once(const struct store *store)
{
	return store->dialect->labs;
}

bool store_shows_late(const struct store *store)
{
	return !store->dialect->says_end;
}

/* --- an answer that is none ---------------------------------------------------------------------------- */

/* What came is no whole answer of status 200: its words, and whether it is worth another try. */
static int weigh(const struct store *store, const struct reply *reply, struct text *why)
{
	struct verdict verdict = verdict_of(store->conf.flavour, reply);
	bool away = reply->transport != TRANSPORT_WHOLE || reply->status >= 500 ||
		    reply->status == 408 || reply->status == 429;
	char said[REPLY_EXCERPT];

	verdict_words(said, sizeof(said), reply->body);
	text_printf(why, "store %s: ", store->conf.url);
	text_put(why, away || !*said ? verdict.remedy : said);
	if (reply->status)
		text_printf(why, " [HTTP %d]", reply->status);
	else if (*reply->body)
		text_printf(why, " [%s]", reply->body);
	if (reply->transport == TRANSPORT_STOPPED)
		return ERR_STOPPED;
	return away && verdict.kind == VERDICT_WAIT ? ERR_TIMEOUT : ERR_CONF;
}

static int ask(
	struct store *store, struct post *post, const struct text *form, struct answer *answer)
{
	struct text *why = answer->why;
	struct reply reply;
	int err;

	if (form->cut) {
		text_put(why,
			"the question is too long: give the database, or the lab, a shorter name");
		return ERR_CONF;
	}
	store->said = text_over(store->words, sizeof(store->words));
	answer->why = &store->said;
	answer->is_csv = store->dialect->says_end && post == store->exporting;
	answer->ended = answer->is_csv || !store->dialect->says_end;
	post_stream(post, form->at, form->len, answer_bytes, answer, &reply);
	err = answer->err ? answer->err : 0;
	if (reply.transport == TRANSPORT_WHOLE && reply.status == 200 && !reply.html)
		err = answer_end(answer);
	else if (!err || reply.transport == TRANSPORT_WHOLE)
		err = weigh(store, &reply, why);
	if (err && !why->len)
		text_printf(why, "store %s: %s", store->conf.url,
			*store->words ? store->words : err_text(err));
	return err;
}

/* --- questions ----------------------------------------------------------------------------------------- */

int store_prints(struct store *store, int64_t from_ms, int64_t to_ms, struct rows *rows,
	struct print **prints, size_t *n, struct text *why)
{
	struct answer answer = {.take = store->dialect->take_prints, .rows = rows, .why = why};
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	int err;

	*prints = NULL;
	*n = 0;
	store->dialect->put_prints(&form, &store->conf, from_ms, to_ms);
	err = ask(store, store->asking, &form, &answer);
	if (!err) {
		*prints = answer.prints;
		*n = answer.n_prints;
		answer.prints = NULL;
	}
	answer_free(&answer);
	return err;
}

struct count {
	uint64_t n, n_fields;
};

/* *came: how many rows, and fields of them. */
static int ask_rows(struct store *store, struct post *post, const struct text *form,
	answer_take take, struct rows *rows, struct count *came, struct text *why)
{
	struct answer answer = {.take = take, .rows = rows, .why = why};
	int err = ask(store, post, form, &answer);

	*came = (struct count){answer.n, answer.n_fields};
	answer_free(&answer);
	return err;
}

int store_results(
	struct store *store, const struct asked *asked, struct rows *rows, struct text *why)
{
	const struct dialect *dialect = store->dialect;
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	size_t before = rows->n_results;
	struct count least = {.n = asked->least}, came;
	int err = 0;

	if (dialect->put_counts) {
		dialect->put_counts(&form, &store->conf, asked);
		err = ask_rows(
			store, store->asking, &form, dialect->take_counts, rows, &least, why);
		text_clear(&form);
		least.n = least.n < asked->least ? asked->least : least.n;
	}
	if (err)
		return err;
	dialect->put_results(&form, &store->conf, asked);
	err = ask_rows(store, store->exporting, &form, dialect->take_results, rows, &came, why);
	if (!err && dialect == &victoria)
		err = victoria_check_results(rows, before, why);
	if (!err && (came.n < least.n || came.n_fields < least.n_fields)) {
		text_printf(why,
			"store %s: of lab \"%.80s\"%s it counts %" PRIu64 " results with %" PRIu64
			" fields and shows %" PRIu64 " with %" PRIu64
			" of them; look at its limits for one answer",
			store->conf.url, asked->labs[0], asked->n_labs > 1 ? " and others" : "",
			least.n, least.n_fields, came.n, came.n_fields);
		err = ERR_DAMAGED;
	}
	return err;
}

int store_points(struct store *store, int64_t now_ms, struct rows *rows, struct text *why)
{
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	struct count came;

	store->dialect->put_points(&form, &store->conf, now_ms + UTC_DAY_MS);
	return ask_rows(store, store->dialect->says_end ? store->asking : store->exporting, &form,
		store->dialect->take_points, rows, &came, why);
}

int store_heard(
	struct store *store, int64_t from_ms, int64_t now_ms, struct rows *rows, struct text *why)
{
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	struct count came;

	store->dialect->put_heard(&form, &store->conf, from_ms, now_ms);
	return ask_rows(store, store->asking, &form, store->dialect->take_heard, rows, &came, why);
}

int store_labs(
	struct store *store, int64_t from_ms, int64_t now_ms, struct rows *rows, struct text *why)
{
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	struct count came;
	int err = 0;

	if (store->dialect->put_lab_times) {
		store->dialect->put_lab_times(&form, &store->conf, from_ms, now_ms);
		err = ask_rows(store, store->asking, &form, store->dialect->take_lab_times, rows,
			&came, why);
		text_clear(&form);
	}
	if (err)
		return err;
	store->dialect->put_labs(&form, &store->conf, from_ms, now_ms);
	return ask_rows(store, store->asking, &form, store->dialect->take_labs, rows, &came, why);
}
