#include "uplink/receipts.h"

#include <stdlib.h>

#include "base/utc.h"
#include "uplink/receipts_inside.h"

enum {
	AWAY_MS = 60 * 1000,      /* after a request that brought no answer */
	NO_ROUTE_MS = 3600000,    /* after an answer that says no */
	DAY_MS = 24 * 3600000,    /* then what stayed missing may be sent once more */
	MOST_AT_ONCE = 1000000000 /* numbers sent again in one pass, at most */
};

static int64_t now_of(const struct receipts *receipts)
{
	return clock_boot_ms(receipts->clock);
}

/* --- a pass --------------------------------------------------------------------------------------------- */

static void forget_again(struct receipts *receipts, int64_t now_ms)
{
	int stream;

	receipts->day_ms = now_ms + DAY_MS;
	for (stream = 0; stream < STREAM_COUNT; stream++)
		intervals_clear(&receipts->again[stream]);
}

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
	/* What is behind holes that cannot be helped has its turn. */
	if (!receipts->halfway || receipts->now || now_ms < receipts->proof_ms) {
		receipts->stream = STREAM_COUNT - 1;
		receipts->from = 1;
	}
	receipts->halfway = false;
	receipts->left = left_of(receipts);
	receipts->helped = receipts->confirmed = false;
	receipts->stayed = 0;
	receipts->found = (struct receipts_state){.passes = receipts->state.passes,
		.asked_ms = receipts->state.asked_ms,
		.requests = receipts->state.requests,
		.again = receipts->state.again};
	receipts->state.condition = RECEIPTS_ASKING;
}

/* A store that says nothing about rows that it drops: what it does have tells how far back it keeps. */
static void say_stays(const struct receipts *receipts, struct text *to, uint64_t stays)
{
	const struct receipts_state *found = &receipts->found;

	text_printf(to,
		"%llu that the store took are not there, and sending again did not help: of ",
		(unsigned long long)stays);
	utc_put_minute(to, found->missing_from_ms);
	text_put(to, " to ");
	utc_put_minute(to, found->missing_to_ms);
	if (found->missing_to_ms < receipts->there_ms && receipts->there_ms != INT64_MAX)
		text_put(to,
			" UTC, older than all it has: does it keep times so far back? When its "
			"retention is longer: waterlab reconcile");
	else
		text_put(to,
			" UTC: is it asked where it is written to (read_url), and does it keep "
			"times so far back or ahead?");
}

/* What stays missing whatever is sent is said, and asked about less and less often. */
static void weigh_pass(struct receipts *receipts)
{
	struct receipts_state *found = &receipts->found;
	struct text text = text_over(found->words, sizeof(found->words));
	bool proving = now_of(receipts) < receipts->proof_ms;
	uint64_t stays = receipts->stayed;

	if (!proving && !stays)
		stays = receipts_missing(found); /* behind others that stay: not sent again */
	found->condition = stays                     ? RECEIPTS_MISSING
			   : receipts_missing(found) ? RECEIPTS_MENDING
						     : RECEIPTS_WHOLE;
	if (receipts->helped)
		receipts->at_once = receipts->at_once * 10 < MOST_AT_ONCE ? receipts->at_once * 10
									  : MOST_AT_ONCE;
	else if (stays)
		receipts->at_once = RECEIPT_RUN;
	receipts->fruitless =
		stays && !receipts->confirmed && !proving ? receipts->fruitless + 1 : 0;
	if (stays)
		say_stays(receipts, &text, stays);
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

	if (again)
		receipts->proof_ms = now_ms + 4 * receipts->wait_ms;
	if (answered && found->asked[STREAM_READINGS] + found->asked[STREAM_LEDGER] == 0)
		*found = receipts->before; /* nothing was old enough: nothing is known anew */
	else if (answered)
		weigh_pass(receipts);
	if (answered)
		found->asked_ms = now_ms;
	for (stream = 0; stream < STREAM_COUNT; stream++)
		found->young[stream] =
			receipts->young[stream][0].count + receipts->young[stream][1].count;
	found->passes = receipts->state.passes + 1;
	found->requests = receipts->state.requests;
	receipts->before = *found;
	receipts->passing = receipts->now = receipts->all = false;
	receipts->next_ms = now_ms + pause_after(receipts, answered);
	receipts->state = *found;
	say_pass(receipts, again);
}

bool receipts_hurry(const struct receipts *receipts)
{
	return receipts->now;
}

bool receipts_ask_all(const struct receipts *receipts)
{
	return receipts->all;
}

void receipts_ask_now(struct receipts *receipts, bool all)
{
	receipts->now = receipts->wait_ms > 0;
	receipts->all = receipts->now && all;
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
	receipts_turn(receipts, now_ms);
	if (!receipts->passing) {
		if (!receipts->now && now_ms < receipts->next_ms)
			return false;
		begin_pass(receipts, now_ms);
	}
	n = receipts_gather(receipts, questions, tallies ? RECEIPT_QUESTIONS : 1);
	if (!n) {
		end_pass(receipts, true);
		return false;
	}
	answered = receipts_ask(receipts, questions, n);
	receipts->state.requests = receipts->found.requests;
	if (!answered || receipts_helpless(receipts)) {
		receipts->halfway = answered;
		end_pass(receipts, answered);
	}
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

void receipts_set_note(struct receipts *receipts, wire_note note, void *ctx)
{
	post_set_note(receipts->post, note, ctx);
}

void receipts_tell(struct receipts *receipts)
{
	post_tell(receipts->post);
}

void receipts_wake(struct receipts *receipts)
{
	post_wake(receipts->post);
}

/* --- life ------------------------------------------------------------------------------------------------ */

int receipts_new(struct receipts **out, const struct store_conf *conf, struct spool *spool,
	unsigned store, struct spool_reader *reader, const struct clock *clock,
	const atomic_bool *stop, _Atomic int64_t *beat_ms, struct text *why)
{
	struct receipts *receipts = calloc(1, sizeof(*receipts));
	int err;

	*out = NULL;
	if (!receipts)
		return ERR_MEMORY;
	receipts->conf = receipt_asked_as(conf);
	receipts->spool = spool;
	receipts->store = store;
	receipts->reader = reader;
	receipts->clock = clock;
	receipts->wait_ms = (int64_t)conf->receipt_s * 1000;
	receipts->at_once = RECEIPT_RUN;
	receipts->there_ms = INT64_MAX;
	receipts->turned_ms = now_of(receipts);
	receipts->next_ms = receipts->turned_ms + receipts->wait_ms;
	receipts->day_ms = receipts->turned_ms + DAY_MS;
	receipts->state.condition = receipts->wait_ms ? RECEIPTS_WAITING : RECEIPTS_OFF;
	receipts->before = receipts->state;
	receipts_all_young(receipts);
	receipts->answer = malloc(RECEIPT_ANSWER);
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
