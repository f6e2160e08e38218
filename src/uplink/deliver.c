#include <stdio.h>
#include <string.h>

#include "uplink/internal.h"

enum { ASIDE_MS = 60 * 1000, TOO_OLD_ASIDE_MS = 10 * 60 * 1000 };

struct errand {
	struct uplink *uplink;
	enum stream stream;
};

static const char *const stream_words[STREAM_COUNT] = {"reading", "ledger record"};

/* A certificate's dates are judged by the machine's clock: what that says, and what it is worth. */
static void say_clock(const struct uplink *uplink, struct answer *answer)
{
	struct text words = text_over(answer->words, sizeof(answer->words));

	tls_clock_put_dates(&words, clock_wall_ms(uplink->clock), uplink_clock(uplink));
}

static void ask(struct uplink *uplink, struct batch_body body, size_t lines, struct answer *answer)
{
	struct reply reply;

	post_send(uplink->post, body.at, body.len, body.gzip, &reply);
	uplink->last_sent_bytes = reply.sent_bytes;
	*answer = (struct answer){.verdict = verdict_of(uplink->conf.flavour, &reply),
		.status = reply.status,
		.dropped = verdict_dropped(reply.body)};
	verdict_words(answer->words, sizeof(answer->words), reply.body);
	if (answer->verdict.reason == REASON_DATES)
		say_clock(uplink, answer);
	if (log_wants(LOG_DEBUG))
		log_say(LOG_DEBUG, "uplink", "store %s: %zu lines, %zu bytes: HTTP %d %s",
			uplink->conf.name, lines, body.len, reply.status, answer->words);
	pthread_mutex_lock(&uplink->lock);
	uplink->state.requests++;
	uplink->state.body_bytes += reply.sent_bytes;
	uplink->state.wire_bytes =
		post_wire_bytes(uplink->post) + receipts_wire_bytes(uplink->receipts);
	uplink->state.last_status = reply.status;
	pthread_mutex_unlock(&uplink->lock);
}

static void op_send(void *ctx, size_t first, size_t n, struct answer *answer)
{
	const struct errand *errand = ctx;
	struct uplink *uplink = errand->uplink;

	ask(uplink, batch_body(uplink->batch, first, n), n, answer);
}

static bool op_probe(void *ctx, struct answer *answer)
{
	const struct errand *errand = ctx;
	struct uplink *uplink = errand->uplink;

	if (!uplink->good_len)
		return false;
	ask(uplink, (struct batch_body){.at = uplink->good, .len = uplink->good_len}, 1, answer);
	return true;
}

static void note_sent(const struct errand *errand, struct range run)
{
	struct uplink *uplink = errand->uplink;

	receipts_sent(uplink->receipts, errand->stream, run);
	spool_mark_sent(uplink->spool, uplink->store, errand->stream, run);
}

static void op_sent(void *ctx, size_t first, size_t n)
{
	const struct errand *errand = ctx;
	struct uplink *uplink = errand->uplink;
	struct range run;
	const char *line;
	size_t i;

	run.first = run.last = batch_number(uplink->batch, first);
	for (i = first + 1; i < first + n; i++) {
		uint64_t number = batch_number(uplink->batch, i);

		if (number != run.last + 1) {
			note_sent(errand, run);
			run.first = number;
		}
		run.last = number;
	}
	note_sent(errand, run);
	line = batch_line(uplink->batch, first + n - 1, &uplink->good_len);
	memcpy(uplink->good, line, uplink->good_len);
	pthread_mutex_lock(&uplink->lock);
	uplink->state.lines += n;
	uplink->state.last_sent_ms = uplink_now_ms(uplink);
	pthread_mutex_unlock(&uplink->lock);
}

static bool op_refused(void *ctx, size_t line, const struct answer *answer)
{
	const struct errand *errand = ctx;
	struct uplink *uplink = errand->uplink;
	uint64_t number = batch_number(uplink->batch, line);

	if (spool_mark_refused(uplink->spool, uplink->store, errand->stream, number, answer->status,
		    answer->words))
		return false;
	log_say(LOG_WARN, "uplink",
		"store %s refuses %s %llu for good (HTTP %d: %s); it is kept here; its "
		"siblings went through",
		uplink->conf.name, stream_words[errand->stream], (unsigned long long)number,
		answer->status, answer->words);
	return true;
}

static void op_too_old(void *ctx, size_t first, size_t n, const struct answer *answer)
{
	const struct errand *errand = ctx;
	struct uplink *uplink = errand->uplink;
	struct range range = {1, batch_number(uplink->batch, first + n - 1)};
	int64_t now_ms = uplink_now_ms(uplink);

	lane_set_aside(&uplink->lane, errand->stream, range, now_ms + TOO_OLD_ASIDE_MS);
	log_lost(&uplink->too_old, now_ms, "uplink", "store %s: up to %s %llu, %s (%s)",
		uplink->conf.name, stream_words[errand->stream], (unsigned long long)range.last,
		answer->verdict.remedy, answer->words);
}

static const struct bisect_ops ops = {op_send, op_probe, op_sent, op_refused, op_too_old};

/* The block's numbers that got no line: refused when the card damaged them, else left for later. */
static void settle_missing(
	const struct errand *errand, struct range block, const struct batch_fill *fill)
{
	static const char words[] =
		"damaged on the van's card: its checksum fails, so it is not sent";
	struct uplink *uplink = errand->uplink;
	struct range missing = {0, 0};
	uint64_t number, n_missing;
	size_t i = 0;

	if (fill->full)
		block.last = batch_number(uplink->batch, fill->lines - 1);
	n_missing = block.last - block.first + 1 - fill->lines;
	if (!n_missing)
		return;
	for (number = block.first; number <= block.last && !atomic_load(&uplink->stop); number++) {
		if (i < fill->lines && batch_number(uplink->batch, i) == number) {
			i++;
			continue;
		}
		atomic_store(&uplink->beat_ms, uplink_now_ms(uplink));
		if (n_missing == fill->damaged && !spool_mark_refused(uplink->spool, uplink->store,
							  errand->stream, number, 0, words))
			continue;
		if (!missing.first)
			missing.first = number;
		missing.last = number;
	}
	if (missing.first)
		lane_set_aside(
			&uplink->lane, errand->stream, missing, uplink_now_ms(uplink) + ASIDE_MS);
	log_lost(&uplink->unreadable, uplink_now_ms(uplink), "uplink",
		"store %s: %llu of %ss %llu..%llu cannot be sent: %llu damaged, %llu of a kind or "
		"time this version cannot say",
		uplink->conf.name, (unsigned long long)n_missing, stream_words[errand->stream],
		(unsigned long long)block.first, (unsigned long long)block.last,
		(unsigned long long)fill->damaged, (unsigned long long)fill->unsaid);
}

bool uplink_deliver(
	struct uplink *uplink, enum stream stream, struct range block, struct answer *last)
{
	struct errand errand = {uplink, stream};
	struct batch_fill fill;
	int64_t now_ms = uplink_now_ms(uplink);
	int err;

	err = batch_fill(uplink->batch, uplink->reader, uplink->encoder, stream, block, &fill);
	if (err) {
		lane_set_aside(&uplink->lane, stream, block, now_ms + ASIDE_MS);
		log_lost(&uplink->unreadable, now_ms, "uplink",
			"store %s: %ss %llu..%llu cannot be read from the spool (%s); others go on",
			uplink->conf.name, stream_words[stream], (unsigned long long)block.first,
			(unsigned long long)block.last, err_text(err));
		return false;
	}
	if (fill.damaged || fill.unsaid || fill.lines < block.last - block.first + 1)
		settle_missing(&errand, block, &fill);
	else
		log_back(&uplink->unreadable, now_ms, "uplink", "store %s: the spool reads well",
			uplink->conf.name);
	uplink->last_lines = (unsigned)fill.lines;
	if (!fill.lines)
		return false;
	bisect_deliver(&ops, &errand, fill.lines, last);
	return true;
}
