#include "uplink/receipts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "spool/intervals.h"
#include "uplink/post.h"
#include "uplink/receipt_form.h"

enum {
	ANSWER = 256 * 1024,   /* a run's list takes 30 KB of JSON */
	AWAY_MS = 60 * 1000,   /* after a request that brought no answer */
	NO_ROUTE_MS = 3600000, /* after an answer that says no */
	DAY_MS = 24 * 3600000, /* then what stayed missing may be sent once more */
	MOST_HOLES = 10 * RECEIPT_RUN,
	APART_MS = 3600000,       /* rows further apart in time are asked about apart */
	MOST_AT_ONCE = 1000000000 /* numbers sent again in one pass, at most */
};

struct receipts {
	/* set once */
	struct store_conf conf; /* as it is asked */
	char lab[LAB_NAME];
	struct spool *spool;
	unsigned store;
	struct spool_reader *reader;
	const struct clock *clock;
	struct post *post;
	char *answer; /* ANSWER bytes */
	int64_t wait_ms;

	/* Sent in this period and in the one before: too young to be asked about. */
	struct intervals young[STREAM_COUNT][2];
	int64_t turned_ms;
	struct intervals again[STREAM_COUNT]; /* sent again today, and not seen since */
	int64_t day_ms;
	uint64_t at_once;   /* how many of those there may be */
	unsigned fruitless; /* passes in a row that found nothing but holes that stay */
	int64_t next_ms;
	bool now; /* a person asks */

	/* the pass */
	bool passing;
	int stream;
	uint64_t from, left; /* next number; how many may still be sent again */
	bool helped;         /* something sent again was there */
	bool confirmed;      /* anything was */
	struct receipts_state found;

	struct receipts_state state;
	struct log_edge lost;
};

static int64_t now_of(const struct receipts *receipts)
{
	return clock_boot_ms(receipts->clock);
}

/* --- which numbers ----------------------------------------------------------------------------------- */

void receipts_sent(struct receipts *receipts, enum stream stream, struct range block)
{
	/* Without memory they are asked about early: harmless but for a store that dies just then. */
	(void)!intervals_add(&receipts->young[stream][0], block.first, block.last);
}

static void turn(struct receipts *receipts, int64_t now_ms)
{
	struct intervals old;
	int stream;

	if (now_ms - receipts->turned_ms < receipts->wait_ms)
		return;
	receipts->turned_ms = now_ms;
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		old = receipts->young[stream][1];
		receipts->young[stream][1] = receipts->young[stream][0];
		intervals_clear(&old);
		receipts->young[stream][0] = old;
	}
}

static void forget_again(struct receipts *receipts, int64_t now_ms)
{
	int stream;

	receipts->day_ms = now_ms + DAY_MS;
	for (stream = 0; stream < STREAM_COUNT; stream++)
		intervals_clear(&receipts->again[stream]);
}

/* The next run to ask about.  False: the stream has no more. */
static bool next_run(struct receipts *receipts, struct range *run)
{
	const struct intervals *young = receipts->young[receipts->stream];
	uint64_t begins;
	bool old;

	while (spool_unconfirmed(receipts->spool, receipts->store, (enum stream)receipts->stream,
		receipts->from, RECEIPT_RUN, run)) {
		do {
			begins = run->first;
			old = intervals_trim(&young[0], run) && intervals_trim(&young[1], run);
			/* The second may have moved the beginning into the first. */
		} while (old && run->first != begins);
		if (old)
			return true;
		receipts->from = run->last + 1;
	}
	return false;
}

struct gather {
	struct receipt_question *question;
	uint64_t next;
	int64_t last_ms;
};

/* Rows in one piece of numbers and of time. */
static int take_row(void *ctx, const struct spool_row *row)
{
	struct gather *gather = ctx;
	struct receipt_question *question = gather->question;
	bool first = gather->next == question->range.first;

	if (row->number != gather->next || row->clock == TIME_NONE)
		return 1;
	if (!first && (row->utc_ms - gather->last_ms > APART_MS ||
			      gather->last_ms - row->utc_ms > APART_MS))
		return 1;
	if (first || row->utc_ms < question->from_ms)
		question->from_ms = row->utc_ms;
	if (first || row->utc_ms > question->to_ms)
		question->to_ms = row->utc_ms;
	gather->last_ms = row->utc_ms;
	gather->next++;
	return 0;
}

/* Up to `most` questions; moves on to the next stream where one ends. */
static size_t gather(struct receipts *receipts, struct receipt_question *questions, size_t most)
{
	struct gather gather;
	struct range run;
	size_t n = 0;

	while (n < most && receipts->stream >= 0) {
		if (!next_run(receipts, &run)) {
			receipts->stream--; /* the ledger is the higher one, and comes first */
			receipts->from = 1;
			continue;
		}
		questions[n] = (struct receipt_question){
			.stream = (enum stream)receipts->stream, .range = run};
		gather = (struct gather){&questions[n], run.first, 0};
		if (spool_read(receipts->reader, questions[n].stream, run, take_row, &gather,
			    NULL) < 0 ||
			gather.next == run.first) {
			/* It cannot be read: a gap now, or of a file that comes back. */
			receipts->from = run.first + 1;
			continue;
		}
		questions[n].range.last = gather.next - 1;
		receipts->from = gather.next;
		n++;
	}
	return n;
}

/* --- what the answer means ----------------------------------------------------------------------------- */

static void are_there(struct receipts *receipts, enum stream stream, struct range run)
{
	struct intervals *again = &receipts->again[stream];
	const struct range *at = intervals_from(again, run.first);

	if (at && at->first <= run.last) {
		receipts->helped = true;
		(void)!intervals_remove(again, run.first, run.last);
	}
	receipts->confirmed = true;
	spool_mark_received(receipts->spool, receipts->store, stream, run);
}

static void send_again(struct receipts *receipts, enum stream stream, struct range run)
{
	struct intervals *again = &receipts->again[stream];
	struct range fresh;

	while (receipts->left && run.first <= run.last) {
		fresh = run;
		if (!intervals_trim(again, &fresh))
			return;
		if (fresh.last - fresh.first >= receipts->left)
			fresh.last = fresh.first + receipts->left - 1;
		/* What could not be remembered is not sent: it might be sent for ever. */
		if (!intervals_add(again, fresh.first, fresh.last))
			return;
		spool_mark_missing(receipts->spool, receipts->store, stream, fresh);
		receipts->left -= fresh.last - fresh.first + 1;
		receipts->found.again += fresh.last - fresh.first + 1;
		run.first = fresh.last + 1;
	}
}

static void are_missing(struct receipts *receipts, enum stream stream, struct range run)
{
	struct receipts_state *found = &receipts->found;

	found->missing[stream] += run.last - run.first + 1;
	if (found->n_holes[stream] < RECEIPT_HOLES)
		found->holes[stream][found->n_holes[stream]++] = run;
	send_again(receipts, stream, run);
}

static void weigh_list(
	struct receipts *receipts, const struct receipt_question *question, const bool *has)
{
	uint64_t n = question->range.last - question->range.first + 1, i, begin = 0;
	struct range run;

	for (i = 1; i <= n; i++) {
		if (i < n && has[i] == has[begin])
			continue;
		run = (struct range){question->range.first + begin, question->range.first + i - 1};
		if (has[begin])
			are_there(receipts, question->stream, run);
		else
			are_missing(receipts, question->stream, run);
		begin = i;
	}
}

/* --- a request --------------------------------------------------------------------------------------- */

/* The pass ends without an answer: which kind of none, in which words, and for how long. */
static bool no_answer(struct receipts *receipts, const struct reply *reply, const char *words)
{
	bool away = reply->transport != TRANSPORT_WHOLE || reply->status >= 500 ||
		    reply->status == 408 || reply->status == 429;
	struct text text = text_over(receipts->found.words, sizeof(receipts->found.words));
	char said[sizeof(receipts->found.words)];

	if (reply->transport == TRANSPORT_TOO_LONG || reply->transport == TRANSPORT_NOT_HTTP)
		away = false;
	verdict_words(said, sizeof(said), reply->body);
	text_put(&text, words ? words : said);
	if (reply->status && reply->status != 200)
		text_printf(&text, " [HTTP %d]", reply->status);
	receipts->found.condition = away ? RECEIPTS_AWAY : RECEIPTS_NO_ROUTE;
	return false;
}

/* False: no answer that can be read, see found.words. */
static bool ask(struct receipts *receipts, const struct text *form, struct text *answer)
{
	struct reply reply;

	*answer = text_over(receipts->answer, ANSWER);
	post_ask(receipts->post, form->at, form->len, answer, &reply);
	receipts->found.requests++;
	if (reply.transport != TRANSPORT_WHOLE || reply.status != 200)
		return no_answer(receipts, &reply, NULL);
	if (reply.html)
		return no_answer(receipts, &reply, "a page came, not the store's answer");
	return true;
}

static bool not_understood(struct receipts *receipts, const char *words)
{
	static const struct reply whole = {.transport = TRANSPORT_WHOLE, .status = 200};

	return no_answer(receipts, &whole, words);
}

static bool ask_list(struct receipts *receipts, const struct receipt_question *question)
{
	char form_at[RECEIPT_FORM], words[200];
	struct text form = text_over(form_at, sizeof(form_at)), answer;
	struct text why = text_over(words, sizeof(words));
	bool has[RECEIPT_RUN];

	if (receipt_put_list(
		    &form, &receipts->conf, receipts->lab, spool_id(receipts->spool), question))
		return not_understood(receipts, "the question is too long");
	if (!ask(receipts, &form, &answer))
		return false;
	if (receipt_read_list(&receipts->conf, answer.at, answer.len, question->range, has, &why))
		return not_understood(receipts, words);
	weigh_list(receipts, question, has);
	return true;
}

static bool ask_tallies(
	struct receipts *receipts, const struct receipt_question *questions, size_t n)
{
	struct receipt_tally tallies[RECEIPT_QUESTIONS], whole;
	char form_at[RECEIPT_FORM], words[200];
	struct text form = text_over(form_at, sizeof(form_at)), answer;
	struct text why = text_over(words, sizeof(words));
	size_t i;

	if (receipt_put_tallies(
		    &form, &receipts->conf, receipts->lab, spool_id(receipts->spool), questions, n))
		return not_understood(receipts, "the question is too long");
	if (!ask(receipts, &form, &answer))
		return false;
	if (receipt_read_tallies(answer.at, answer.len, tallies, n, &why))
		return not_understood(receipts, words);
	for (i = 0; i < n; i++) {
		whole = receipt_whole(questions[i].range);
		if (receipt_same_tally(&tallies[i], &whole))
			are_there(receipts, questions[i].stream, questions[i].range);
		else if (!ask_list(receipts, &questions[i]))
			return false;
	}
	return true;
}

/* --- a pass --------------------------------------------------------------------------------------------- */

static uint64_t left_of(const struct receipts *receipts)
{
	uint64_t n = receipts->again[STREAM_READINGS].count + receipts->again[STREAM_LEDGER].count;

	return n < receipts->at_once ? receipts->at_once - n : 0;
}

static void begin_pass(struct receipts *receipts, int64_t now_ms)
{
	if (receipts->now || now_ms >= receipts->day_ms)
		forget_again(receipts, now_ms);
	receipts->passing = true;
	receipts->stream = STREAM_COUNT - 1;
	receipts->from = 1;
	receipts->left = left_of(receipts);
	receipts->helped = receipts->confirmed = false;
	receipts->found = (struct receipts_state){.passes = receipts->state.passes,
		.asked_ms = receipts->state.asked_ms,
		.requests = receipts->state.requests,
		.again = receipts->state.again};
	receipts->state.condition = RECEIPTS_ASKING;
}

static uint64_t missing_of(const struct receipts_state *found)
{
	return found->missing[STREAM_READINGS] + found->missing[STREAM_LEDGER];
}

static enum receipts_condition condition_of(uint64_t missing, uint64_t again)
{
	if (missing > again)
		return RECEIPTS_MISSING;
	return again ? RECEIPTS_MENDING : RECEIPTS_WHOLE;
}

/* What stays missing whatever is sent is said, and asked about less and less often. */
static void weigh_pass(struct receipts *receipts, uint64_t again)
{
	struct receipts_state *found = &receipts->found;
	uint64_t missing = missing_of(found);
	struct text text = text_over(found->words, sizeof(found->words));
	bool stays = missing > again;

	found->condition = condition_of(missing, again);
	if (receipts->helped)
		receipts->at_once = receipts->at_once * 10 < MOST_AT_ONCE ? receipts->at_once * 10
									  : MOST_AT_ONCE;
	else if (stays)
		receipts->at_once = RECEIPT_RUN;
	receipts->fruitless = stays && !again && !receipts->confirmed ? receipts->fruitless + 1 : 0;
	if (stays)
		text_printf(&text,
			"%llu that the store took are not there: is it asked where it is written "
			"to (read_url), and does it keep times so far back or ahead?",
			(unsigned long long)(missing - again));
}

static int64_t pause_after(const struct receipts *receipts, bool answered)
{
	int64_t pause_ms = receipts->wait_ms;
	unsigned i;

	if (!answered)
		return receipts->found.condition == RECEIPTS_AWAY ? AWAY_MS : NO_ROUTE_MS;
	for (i = 1; i < receipts->fruitless && pause_ms < DAY_MS; i++)
		pause_ms *= 2;
	return pause_ms < DAY_MS ? pause_ms : DAY_MS;
}

static void say_pass(struct receipts *receipts, uint64_t again)
{
	const struct receipts_state *found = &receipts->found;
	int64_t now_ms = now_of(receipts);

	if (again)
		log_say(LOG_NOTICE, "uplink",
			"store %s does not have %llu that it had taken; they are sent again",
			receipts->conf.name, (unsigned long long)again);
	if (found->condition == RECEIPTS_NO_ROUTE || found->condition == RECEIPTS_MISSING)
		log_lost(&receipts->lost, now_ms, "uplink", "store %s: no receipts: %s",
			receipts->conf.name, found->words);
	else if (found->condition != RECEIPTS_AWAY)
		log_back(&receipts->lost, now_ms, "uplink", "store %s gives receipts",
			receipts->conf.name);
}

static void end_pass(struct receipts *receipts, bool answered)
{
	struct receipts_state *found = &receipts->found;
	uint64_t again = found->again - receipts->state.again;
	int64_t now_ms = now_of(receipts);
	int stream;

	if (answered) {
		found->asked_ms = now_ms;
		weigh_pass(receipts, again);
	}
	for (stream = 0; stream < STREAM_COUNT; stream++)
		found->young[stream] =
			receipts->young[stream][0].count + receipts->young[stream][1].count;
	found->passes++;
	receipts->passing = receipts->now = false;
	receipts->next_ms = now_ms + pause_after(receipts, answered);
	receipts->state = *found;
	say_pass(receipts, again);
}

bool receipts_hurry(const struct receipts *receipts)
{
	return receipts->now;
}

void receipts_ask_now(struct receipts *receipts)
{
	receipts->now = receipts->wait_ms > 0;
	receipts->passing = false;
}

bool receipts_step(struct receipts *receipts)
{
	struct receipt_question questions[RECEIPT_QUESTIONS];
	bool tallies = receipt_has_tallies(&receipts->conf), answered;
	int64_t now_ms = now_of(receipts);
	size_t n;

	if (!receipts->wait_ms)
		return false;
	turn(receipts, now_ms);
	if (!receipts->passing) {
		if (!receipts->now && now_ms < receipts->next_ms)
			return false;
		begin_pass(receipts, now_ms);
	}
	n = gather(receipts, questions, tallies ? RECEIPT_QUESTIONS : 1);
	if (!n) {
		end_pass(receipts, true);
		return false;
	}
	answered =
		tallies ? ask_tallies(receipts, questions, n) : ask_list(receipts, &questions[0]);
	while (n--)
		receipts->found.asked[questions[n].stream] +=
			questions[n].range.last - questions[n].range.first + 1;
	receipts->state.requests = receipts->found.requests;
	/* Holes that nothing can be done about now need not be counted to the last. */
	if (!answered || (!receipts->left && missing_of(&receipts->found) > MOST_HOLES))
		end_pass(receipts, answered);
	return true;
}

void receipts_state(const struct receipts *receipts, struct receipts_state *out)
{
	*out = receipts->state;
}

uint64_t receipts_wire_bytes(const struct receipts *receipts)
{
	return post_wire_bytes(receipts->post);
}

void receipts_wake(struct receipts *receipts)
{
	post_wake(receipts->post);
}

/* --- life ------------------------------------------------------------------------------------------------ */

/* The store as it is asked: where reading has no keys of its own, those of writing. */
static struct store_conf asked_as(const struct store_conf *conf)
{
	struct store_conf asked = *conf;

	if (conf->read_url[0])
		text_copy(asked.url, sizeof(asked.url), conf->read_url);
	if (conf->read_token_file[0]) {
		text_copy(asked.token_file, sizeof(asked.token_file), conf->read_token_file);
		text_copy(asked.user, sizeof(asked.user), conf->read_user);
	}
	return asked;
}

int receipts_new(struct receipts **out, const struct store_conf *conf, const char *lab,
	struct spool *spool, unsigned store, struct spool_reader *reader, const struct clock *clock,
	const atomic_bool *stop, _Atomic int64_t *beat_ms, struct text *why)
{
	struct receipts *receipts = calloc(1, sizeof(*receipts));
	int err;

	*out = NULL;
	if (!receipts)
		return ERR_MEMORY;
	receipts->conf = asked_as(conf);
	text_copy(receipts->lab, sizeof(receipts->lab), lab);
	receipts->spool = spool;
	receipts->store = store;
	receipts->reader = reader;
	receipts->clock = clock;
	receipts->wait_ms = (int64_t)conf->receipt_s * 1000;
	receipts->at_once = RECEIPT_RUN;
	/* What an earlier start sent may be as young as that: it waits too. */
	receipts->turned_ms = now_of(receipts);
	receipts->next_ms = receipts->turned_ms + receipts->wait_ms;
	receipts->day_ms = receipts->turned_ms + DAY_MS;
	receipts->state.condition = receipts->wait_ms ? RECEIPTS_WAITING : RECEIPTS_OFF;
	receipts->answer = malloc(ANSWER);
	err = receipts->answer ? post_new(&receipts->post, POST_QUERY, &receipts->conf, clock, stop,
					 beat_ms, why)
			       : ERR_MEMORY;
	if (err) {
		receipts_free(receipts);
		return err;
	}
	*out = receipts;
	return 0;
}

void receipts_free(struct receipts *receipts)
{
	int stream;

	if (!receipts)
		return;
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		intervals_free(&receipts->young[stream][0]);
		intervals_free(&receipts->young[stream][1]);
		intervals_free(&receipts->again[stream]);
	}
	post_free(receipts->post);
	free(receipts->answer);
	free(receipts);
}
