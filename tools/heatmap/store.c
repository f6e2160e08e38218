#include "store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "influx.h"
#include "uplink/post.h"
#include "uplink/verdict.h"

enum { FORM = 2048 };

struct store {
	struct store_conf conf;
	struct post *post;
	const atomic_bool *stop;
	_Atomic int64_t beat_ms;
};

int store_open(struct store **out, const struct store_conf *conf, const atomic_bool *stop,
	struct text *why)
{
	struct store *store = calloc(1, sizeof(*store));
	int err;

	*out = NULL;
	if (!store)
		return ERR_MEMORY;
	store->conf = *conf;
	store->stop = stop;
	err = post_new(
		&store->post, POST_EXPORT, &store->conf, &clock_system, stop, &store->beat_ms, why);
	if (err) {
		free(store);
		return err;
	}
	*out = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	post_free(store->post);
	free(store);
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

static int ask(struct store *store, const struct text *form, struct answer *answer)
{
	char words[300];
	struct text said = text_over(words, sizeof(words)), *why = answer->why;
	struct reply reply;
	int err;

	if (form->cut) {
		text_put(why, "the question is too long: give the database a shorter name");
		return ERR_CONF;
	}
	answer->why = &said;
	post_stream(store->post, form->at, form->len, answer_bytes, answer, &reply);
	err = answer->err ? answer->err : 0;
	if (reply.transport == TRANSPORT_WHOLE && reply.status == 200 && !reply.html)
		err = answer_end(answer);
	else if (!err || reply.transport == TRANSPORT_WHOLE)
		err = weigh(store, &reply, why);
	if (err && !why->len)
		text_printf(why, "store %s: %s", store->conf.url, *words ? words : err_text(err));
	return err;
}

/* --- questions ----------------------------------------------------------------------------------------- */

int store_days(struct store *store, int64_t from_ms, int64_t to_ms, struct day_print **days,
	size_t *n, struct text *why)
{
	struct answer answer = {.take = influx_take_days, .why = why};
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	int err;

	influx_put_days(&form, &store->conf, from_ms, to_ms);
	err = ask(store, &form, &answer);
	*days = NULL;
	*n = 0;
	if (!err) {
		*days = answer.days;
		*n = answer.n_days;
		answer.days = NULL;
	}
	answer_free(&answer);
	return err;
}

static int ask_rows(struct store *store, const struct text *form, answer_take take,
	struct rows *rows, uint64_t *n, struct text *why)
{
	struct answer answer = {.take = take, .rows = rows, .why = why};
	int err = ask(store, form, &answer);

	*n = answer.n;
	answer_free(&answer);
	return err;
}

int store_results(struct store *store, int64_t from_ms, int64_t to_ms, uint64_t least,
	struct rows *rows, struct text *why)
{
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	uint64_t n;
	int err;

	influx_put_results(&form, &store->conf, from_ms, to_ms);
	err = ask_rows(store, &form, influx_take_results, rows, &n, why);
	if (!err && n < least) {
		text_printf(why,
			"store %s: it counts %" PRIu64 " results and shows %" PRIu64
			" of them; look at its limits for one answer (max-row-limit)",
			store->conf.url, least, n);
		err = ERR_DAMAGED;
	}
	return err;
}

int store_points(struct store *store, struct rows *rows, struct text *why)
{
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	uint64_t n;

	influx_put_points(&form, &store->conf);
	return ask_rows(store, &form, influx_take_points, rows, &n, why);
}

int store_heard(struct store *store, int64_t from_ms, struct rows *rows, struct text *why)
{
	char room[FORM];
	struct text form = text_over(room, sizeof(room));
	uint64_t n;

	influx_put_heard(&form, &store->conf, from_ms);
	return ask_rows(store, &form, influx_take_heard, rows, &n, why);
}
