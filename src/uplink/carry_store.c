/* Asking and sending for a carry, until the store has answered or for as long as patience lasts. */
#include <string.h>
#include <time.h>

#include "uplink/bisect.h"
#include "uplink/carry_inside.h"

enum {
	PAUSE_MS = 500, /* before another try, and doubled up to PAUSE_MOST_MS */
	PAUSE_MOST_MS = 8000
};

int carry_pause(struct carrying *carrying, int64_t ms)
{
	struct timespec wait = {
		.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

	if (ms > 0)
		nanosleep(&wait, NULL);
	if (carrying->ask->still &&
		carrying->ask->still(carrying->ask->ctx, carrying->next, carrying->stop_at))
		return ERR_STOPPED;
	return 0;
}

/* --- asking ------------------------------------------------------------------------------------------------ */

/* What it means that no list came: 0: try again. */
static int weigh_reply(struct carrying *carrying, const struct reply *reply)
{
	struct verdict verdict = verdict_of(carrying->ask->store->flavour, reply);
	bool away = reply->transport != TRANSPORT_WHOLE || reply->status >= 500 ||
		    reply->status == 408 || reply->status == 429;
	char said[REPLY_EXCERPT];

	verdict_words(said, sizeof(said), reply->body);
	text_clear(carrying->why);
	text_printf(carrying->why, "store %s: ", carrying->ask->store->name);
	if (!away)
		text_put(carrying->why, "it does not say what it has: ");
	text_put(carrying->why, away || !*said ? verdict.remedy : said);
	if (reply->status)
		text_printf(carrying->why, " [HTTP %d]", reply->status);
	else if (*reply->body)
		text_printf(carrying->why, " [%s]", reply->body);
	return away && verdict.kind == VERDICT_WAIT ? 0 : ERR_CONF;
}

static int ask_once(struct carrying *carrying, bool *has, bool *answered)
{
	char form_at[RECEIPT_FORM], words[200];
	struct text form = text_over(form_at, sizeof(form_at));
	struct text answer = text_over(carrying->answer, CARRY_ANSWER);
	struct text why = text_over(words, sizeof(words));
	struct reply reply;

	*answered = false;
	if (receipt_put_list(
		    &form, &carrying->asked, carrying->spool, &carrying->question, RECEIPT_ROWS))
		return ERR_RANGE;
	post_ask(carrying->query, form.at, form.len, &answer, &reply);
	if (reply.transport != TRANSPORT_WHOLE || reply.status != 200 || reply.html)
		return weigh_reply(carrying, &reply);
	*answered = receipt_read_list(&carrying->asked, answer.at, answer.len, &carrying->question,
			    RECEIPT_ROWS, has, &why) == 0;
	if (*answered)
		return 0;
	text_clear(carrying->why);
	text_printf(carrying->why, "store %s: ", carrying->ask->store->name);
	text_put(carrying->why, words);
	return ERR_CONF;
}

/* Which of the run's rows the store has, each at its own time. */
int carry_ask(struct carrying *carrying, bool *has)
{
	int64_t waited_ms = 0, ms = PAUSE_MS;
	bool answered;
	int err;

	for (;;) {
		err = ask_once(carrying, has, &answered);
		if (err || answered)
			return err;
		if (waited_ms >= carrying->ask->patience_ms)
			return ERR_TIMEOUT;
		err = carry_pause(carrying, ms);
		if (err)
			return err;
		waited_ms += ms;
		ms = ms * 2 < PAUSE_MOST_MS ? ms * 2 : PAUSE_MOST_MS;
	}
}

/* --- sending ----------------------------------------------------------------------------------------------- */

static void send_body(struct carrying *carrying, struct batch_body body, struct answer *answer)
{
	struct reply reply;

	post_send(carrying->write, body.at, body.len, body.gzip, &reply);
	*answer = (struct answer){.verdict = verdict_of(carrying->ask->store->flavour, &reply),
		.status = reply.status,
		.dropped = verdict_dropped(reply.body)};
	verdict_words(answer->words, sizeof(answer->words), reply.body);
}

static void op_send(void *ctx, size_t first, size_t n, struct answer *answer)
{
	struct carrying *carrying = ctx;

	send_body(carrying, batch_body(carrying->batch, first, n), answer);
}

static bool op_probe(void *ctx, struct answer *answer)
{
	struct carrying *carrying = ctx;

	if (!carrying->good_len)
		return false;
	send_body(carrying, (struct batch_body){.at = carrying->good, .len = carrying->good_len},
		answer);
	return true;
}

static void op_sent(void *ctx, size_t first, size_t n)
{
	struct carrying *carrying = ctx;
	const char *line = batch_line(carrying->batch, first + n - 1, &carrying->good_len);

	memcpy(carrying->good, line, carrying->good_len);
	carrying->out->sent += n;
}

static bool op_refused(void *ctx, size_t line, const struct answer *answer)
{
	struct carrying *carrying = ctx;
	uint64_t number = batch_number(carrying->batch, line);

	(void)answer;
	carrying->out->refused++;
	return intervals_add(&carrying->settled[carrying->stream], number, number);
}

static void op_too_old(void *ctx, size_t first, size_t n, const struct answer *answer)
{
	struct carrying *carrying = ctx;
	size_t i;

	(void)answer;
	carrying->out->too_old += n;
	for (i = first; i < first + n; i++)
		(void)!intervals_add(&carrying->settled[carrying->stream],
			batch_number(carrying->batch, i), batch_number(carrying->batch, i));
}

static const struct bisect_ops ops = {op_send, op_probe, op_sent, op_refused, op_too_old};

static void say_answer(struct carrying *carrying, const struct answer *answer)
{
	text_clear(carrying->why);
	text_printf(carrying->why, "store %s: %s", carrying->ask->store->name,
		answer->verdict.remedy ? answer->verdict.remedy : "it does not take them");
	if (answer->status)
		text_printf(carrying->why, " [HTTP %d: %s]", answer->status, answer->words);
	else if (*answer->words)
		text_printf(carrying->why, " [%s]", answer->words);
}

/* One piece of the run, in one request; *block is moved behind what is done. */
static int send_piece(struct carrying *carrying, struct range *block, struct answer *answer)
{
	struct range piece = *block;
	struct batch_fill fill;
	int err;

	if (piece.last - piece.first >= carrying->lines)
		piece.last = piece.first + carrying->lines - 1;
	err = batch_fill(carrying->batch, carrying->reader, carrying->encoder, carrying->stream,
		piece, NULL, &fill);
	if (err)
		return err;
	if (fill.full && fill.lines)
		piece.last = batch_number(carrying->batch, fill.lines - 1);
	answer->verdict.kind = VERDICT_SENT;
	if (fill.lines)
		bisect_deliver(&ops, carrying, fill.lines, answer);
	if (answer->verdict.kind == VERDICT_SENT)
		block->first = piece.last + 1;
	return 0;
}

/* Numbers first..last of the run, which the store does not have. */
int carry_send(struct carrying *carrying, struct range block)
{
	int64_t waited_ms = 0, ms = PAUSE_MS;
	struct answer answer = {.status = 0};
	int err;

	while (block.first <= block.last) {
		err = send_piece(carrying, &block, &answer);
		if (err)
			return err;
		if (answer.verdict.kind == VERDICT_SENT) {
			waited_ms = 0;
			ms = PAUSE_MS;
			continue;
		}
		say_answer(carrying, &answer);
		if (answer.verdict.kind == VERDICT_HALVE && carrying->lines > 1) {
			carrying->lines /= 2;
			continue;
		}
		if (answer.verdict.kind != VERDICT_WAIT)
			return ERR_CONF;
		if (waited_ms >= carrying->ask->patience_ms)
			return ERR_TIMEOUT;
		ms = answer.verdict.wait_ms > ms ? answer.verdict.wait_ms : ms;
		err = carry_pause(carrying, ms);
		if (err)
			return err;
		waited_ms += ms;
		ms = ms * 2 < PAUSE_MOST_MS ? ms * 2 : PAUSE_MOST_MS;
	}
	return 0;
}
