#include <stdio.h>
#include <string.h>

#include "uplink/internal.h"

enum { ASIDE_MS = 60 * 1000, SHUT_MS = 60 * 1000, TOO_OLD_MS = 10 * 60 * 1000 };

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
	if (uplink->trying_old) {
		lane_old_taken(&uplink->lane);
		log_back(&uplink->too_old, uplink_now_ms(uplink), "uplink",
			"store %s takes old readings too", uplink->conf.name);
	}
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
		"store %s refuses %s %llu (HTTP %d: %s); its siblings went through; it is kept "
		"here and waits for a person: waterlab refused",
		uplink->conf.name, stream_words[errand->stream], (unsigned long long)number,
		answer->status, answer->words);
	return true;
}

static void op_too_old(void *ctx, size_t first, size_t n, const struct answer *answer)
{
	const struct errand *errand = ctx;
	struct uplink *uplink = errand->uplink;
	int64_t now_ms = uplink_now_ms(uplink);
	size_t i;

	for (i = first; i < first + n; i++)
		lane_too_old(&uplink->lane, errand->stream, batch_number(uplink->batch, i),
			batch_utc_ms(uplink->batch, i), now_ms + TOO_OLD_MS);
	text_copy(uplink->old_words, sizeof(uplink->old_words), answer->words);
	log_lost(&uplink->too_old, now_ms, "uplink", "store %s: %s %llu and what is older: %s (%s)",
		uplink->conf.name, stream_words[errand->stream],
		(unsigned long long)batch_number(uplink->batch, first + n - 1),
		answer->verdict.remedy, answer->words);
}

static const struct bisect_ops ops = {op_send, op_probe, op_sent, op_refused, op_too_old};

static void take_old(void *ctx, uint64_t number, int64_t utc_ms)
{
	const struct errand *errand = ctx;

	lane_hold(&errand->uplink->lane, errand->stream, number, utc_ms);
}

/* --- what got no line ------------------------------------------------------------------------------------ */

/* Neither in the batch, at line *i or above, nor held. */
static bool is_missing(const struct errand *errand, uint64_t number, size_t lines, size_t *i)
{
	const struct uplink *uplink = errand->uplink;

	if (*i < lines && batch_number(uplink->batch, *i) == number) {
		++*i;
		return false;
	}
	return !intervals_find(&uplink->lane.of[errand->stream].old, number);
}

static uint64_t count_missing(const struct errand *errand, struct range block, size_t lines)
{
	uint64_t n = 0, number;
	size_t i = 0;

	for (number = block.first; number <= block.last; number++)
		n += is_missing(errand, number, lines, &i);
	return n;
}

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
	n_missing = count_missing(errand, block, fill->lines);
	if (!n_missing)
		return;
	for (number = block.first; number <= block.last && !atomic_load(&uplink->stop); number++) {
		if (!is_missing(errand, number, fill->lines, &i))
			continue;
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

/* --- a block -------------------------------------------------------------------------------------------- */

void uplink_say_held(struct uplink *uplink)
{
	const struct lane *lane = &uplink->lane;
	struct uplink_held held = {.oldest_ms = lane->oldest_ms,
		.youngest_ms = lane->old_ms,
		.next_ms = lane->old_until_ms};
	int stream;

	text_copy(held.words, sizeof(held.words), uplink->old_words);
	text_copy(held.shut_words, sizeof(held.shut_words), uplink->shut_words);
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		held.old[stream] = lane_held(lane, (enum stream)stream);
		held.shut[stream] = lane->of[stream].shut;
		held.unread = held.unread || lane->of[stream].unread.n;
		if (lane->of[stream].shut)
			held.shut_next_ms = lane->of[stream].shut_until_ms;
	}
	pthread_mutex_lock(&uplink->lock);
	uplink->state.held = held;
	pthread_mutex_unlock(&uplink->lock);
}

/* All of the stream is refused while others are taken: those others do not wait for it. */
static void shut(const struct errand *errand, const struct answer *answer)
{
	struct uplink *uplink = errand->uplink;
	int64_t now_ms = uplink_now_ms(uplink);
	/* A hold, and no longer than any other. */
	unsigned wait_ms =
		uplink->conf.retry_most_ms < SHUT_MS ? uplink->conf.retry_most_ms : SHUT_MS;

	lane_shut(&uplink->lane, errand->stream, now_ms + wait_ms);
	text_copy(uplink->shut_words, sizeof(uplink->shut_words), answer->words);
	log_lost(&uplink->shut[errand->stream], now_ms, "uplink",
		"store %s refuses all %ss while it takes others (HTTP %d: %s); they wait",
		uplink->conf.name, stream_words[errand->stream], answer->status, answer->words);
}

/*
 * One line, another each time, to see whether the store still refuses all of the stream.  None is refused for good
 * while many wait; the last few are as any lines that are refused beside good ones.
 */
static void try_shut(struct errand *errand, struct answer *last)
{
	struct uplink *uplink = errand->uplink;

	lane_tried(&uplink->lane, errand->stream, batch_number(uplink->batch, 0));
	if (spool_waiting(uplink->spool, uplink->store, errand->stream) <= MOST_REFUSED) {
		bisect_deliver(&ops, errand, 1, last);
		if (last->verdict.kind != VERDICT_SENT)
			return;
		lane_open(&uplink->lane, errand->stream);
		log_back(&uplink->shut[errand->stream], uplink_now_ms(uplink), "uplink",
			"store %s: the last of the %ss that waited are tried one by one",
			uplink->conf.name, stream_words[errand->stream]);
		return;
	}
	op_send(errand, 0, 1, last);
	if (last->verdict.kind == VERDICT_SENT) {
		op_sent(errand, 0, 1);
	} else if (last->verdict.reason == REASON_RETENTION) {
		op_too_old(errand, 0, 1, last);
	} else {
		if (last->verdict.kind == VERDICT_BISECT)
			shut(errand, last);
		return;
	}
	lane_open(&uplink->lane, errand->stream);
	log_back(&uplink->shut[errand->stream], uplink_now_ms(uplink), "uplink",
		"store %s takes %ss again", uplink->conf.name, stream_words[errand->stream]);
}

static void send_batch(struct errand *errand, size_t lines, struct answer *last)
{
	struct uplink *uplink = errand->uplink;
	bool held;

	if (uplink->lane.of[errand->stream].shut)
		try_shut(errand, last);
	else
		bisect_deliver(&ops, errand, lines, last);
	held = last->verdict.kind == VERDICT_HOLD && last->verdict.reason == REASON_LINES;
	if (held)
		shut(errand, last);
	/* The store is well: what it minds is dealt with. */
	if (held || last->verdict.kind == VERDICT_BISECT)
		last->verdict = (struct verdict){.kind = VERDICT_SENT, .remedy = ""};
}

static int fill_batch(struct errand *errand, struct range block, struct batch_fill *fill)
{
	struct uplink *uplink = errand->uplink;
	struct batch_old old = {
		uplink->trying_old ? LANE_ALL_YOUNG : uplink->lane.old_ms, take_old, errand};

	return batch_fill(
		uplink->batch, uplink->reader, uplink->encoder, errand->stream, block, &old, fill);
}

bool uplink_deliver(
	struct uplink *uplink, enum stream stream, struct range block, struct answer *last)
{
	struct errand errand = {uplink, stream};
	struct batch_fill fill;
	int64_t now_ms = uplink_now_ms(uplink);
	int err;

	err = fill_batch(&errand, block, &fill);
	if (err) {
		lane_set_aside(&uplink->lane, stream, block, now_ms + ASIDE_MS);
		log_lost(&uplink->unreadable, now_ms, "uplink",
			"store %s: %ss %llu..%llu cannot be read from the spool (%s); others go on",
			uplink->conf.name, stream_words[stream], (unsigned long long)block.first,
			(unsigned long long)block.last, err_text(err));
		return false;
	}
	if (fill.damaged || fill.unsaid || fill.lines + fill.old < block.last - block.first + 1)
		settle_missing(&errand, block, &fill);
	else
		log_back(&uplink->unreadable, now_ms, "uplink", "store %s: the spool reads well",
			uplink->conf.name);
	uplink->last_lines = (unsigned)fill.lines;
	if (fill.lines)
		send_batch(&errand, fill.lines, last);
	uplink_say_held(uplink);
	return fill.lines > 0;
}

/* The line that was too old goes once more, alone: when it is taken, so are the others. */
bool uplink_try_old(
	struct uplink *uplink, enum stream stream, struct range block, struct answer *last)
{
	bool sent;

	uplink->lane.old_until_ms = uplink_now_ms(uplink) + TOO_OLD_MS;
	uplink->trying_old = true;
	sent = uplink_deliver(uplink, stream, block, last);
	uplink->trying_old = false;
	return sent;
}
