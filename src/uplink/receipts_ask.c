/* One request about what a store has, and what its answer means for the numbers. */
#include "uplink/receipts_inside.h"

enum { MOST_HOLES = RECEIPT_RUN }; /* counted in a pass that can do nothing about them */

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

	while (run.first <= run.last) {
		fresh = run;
		if (!intervals_trim(again, &fresh))
			fresh = (struct range){run.last + 1, run.last};
		receipts->stayed += fresh.first - run.first;
		if (fresh.first > run.last || !receipts->left)
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

uint64_t receipts_missing(const struct receipts_state *found)
{
	return found->missing[STREAM_READINGS] + found->missing[STREAM_LEDGER];
}

bool receipts_helpless(const struct receipts *receipts)
{
	return !receipts->left && !receipts->all && receipts_missing(&receipts->found) > MOST_HOLES;
}

static void weigh_whole(struct receipts *receipts, const struct receipt_question *question)
{
	receipts->found.asked[question->stream] += question->range.last - question->range.first + 1;
	if (question->from_ms < receipts->there_ms)
		receipts->there_ms = question->from_ms;
	are_there(receipts, question->stream, question->range);
}

/* When what is there and what is missing was made. */
static void note_times(
	struct receipts *receipts, const struct receipt_question *question, const bool *has)
{
	struct receipts_state *found = &receipts->found;
	uint64_t n = question->range.last - question->range.first + 1, i;

	for (i = 0; i < n; i++) {
		int64_t at_ms = question->at_ms[i];

		if (has[i]) {
			if (at_ms < receipts->there_ms)
				receipts->there_ms = at_ms;
			continue;
		}
		if (!found->missing_to_ms || at_ms > found->missing_to_ms)
			found->missing_to_ms = at_ms;
		if (!found->missing_from_ms || at_ms < found->missing_from_ms)
			found->missing_from_ms = at_ms;
	}
}

/* What it confirmed before and has no more is not received: first of all that must be on the card. */
static bool doubt(struct receipts *receipts, const struct receipt_question *question)
{
	int err = spool_doubt(receipts->spool, receipts->store, question->stream, question->range);
	struct text text = text_over(receipts->found.words, sizeof(receipts->found.words));

	if (!err)
		return true;
	text_printf(
		&text, "what it has no more cannot be noted on the van's card: %s", err_text(err));
	receipts->found.condition = RECEIPTS_AWAY;
	return false;
}

static bool has_all(const bool *has, uint64_t n)
{
	while (n && has[n - 1])
		n--;
	return !n;
}

static bool weigh_list(
	struct receipts *receipts, const struct receipt_question *question, const bool *has)
{
	uint64_t n = question->range.last - question->range.first + 1, i, begin = 0;
	struct range run;

	if (receipts->all && !has_all(has, n) && !doubt(receipts, question))
		return false;
	receipts->found.asked[question->stream] += n;
	note_times(receipts, question, has);
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
	return true;
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
	if (reply->transport != TRANSPORT_WHOLE || reply->status / 100 == 3 || !*said)
		text_copy(said, sizeof(said), verdict_of(receipts->conf.flavour, reply).remedy);
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

	*answer = text_over(receipts->answer, RECEIPT_ANSWER);
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

static bool ask_list(struct receipts *receipts, const struct receipt_question *question,
	enum receipt_detail detail, bool *has)
{
	char form_at[RECEIPT_FORM], words[200];
	struct text form = text_over(form_at, sizeof(form_at)), answer;
	struct text why = text_over(words, sizeof(words));

	if (receipt_put_list(&form, &receipts->conf, receipts->born, question, detail))
		return not_understood(receipts, "the question is too long");
	if (!ask(receipts, &form, &answer))
		return false;
	if (receipt_read_list(&receipts->conf, answer.at, answer.len, question, detail, has, &why))
		return not_understood(receipts, words);
	return true;
}

/* Number by number, each at its time. */
static bool ask_rows(struct receipts *receipts, const struct receipt_question *question)
{
	bool has[RECEIPT_RUN];

	if (!ask_list(receipts, question, RECEIPT_ROWS, has))
		return false;
	return weigh_list(receipts, question, has);
}

/* That number is there at its own time.  *answered false: nobody said. */
static bool is_there(struct receipts *receipts, const struct receipt_question *question,
	uint64_t number, bool *answered)
{
	struct receipt_question one = receipt_of_one(question, number);
	bool has = false;

	*answered = ask_list(receipts, &one, RECEIPT_ROWS, &has);
	return *answered && has;
}

/* All numbers are there, and two of them at their time; else row by row. */
static bool ask_numbers(struct receipts *receipts, const struct receipt_question *question)
{
	uint64_t n = question->range.last - question->range.first + 1, i;
	bool has[RECEIPT_RUN], answered, exact;

	if (!ask_list(receipts, question, RECEIPT_NUMBERS, has))
		return false;
	for (i = 0; i < n; i++)
		if (!has[i])
			return ask_rows(receipts, question);
	exact = is_there(receipts, question, question->range.last, &answered);
	if (exact)
		exact = is_there(receipts, question, question->chance, &answered);
	if (!answered)
		return false;
	if (!exact)
		return ask_rows(receipts, question);
	weigh_whole(receipts, question);
	return true;
}

static bool ask_tallies(
	struct receipts *receipts, const struct receipt_question *questions, size_t n)
{
	static const bool none[RECEIPT_RUN];
	struct receipt_tally tallies[RECEIPT_QUESTIONS], whole;
	char form_at[RECEIPT_FORM], words[200];
	struct text form = text_over(form_at, sizeof(form_at)), answer;
	struct text why = text_over(words, sizeof(words));
	size_t i;

	if (receipt_put_tallies(&form, &receipts->conf, receipts->born, questions, n))
		return not_understood(receipts, "the question is too long");
	if (!ask(receipts, &form, &answer))
		return false;
	if (receipt_read_tallies(answer.at, answer.len, tallies, n, &why))
		return not_understood(receipts, words);
	for (i = 0; i < n && !receipts_helpless(receipts); i++) {
		whole = receipt_whole(questions[i].range);
		if (receipt_same_tally(&tallies[i], &whole))
			weigh_whole(receipts, &questions[i]);
		else if (receipts->all && !tallies[i].n &&
			 !weigh_list(receipts, &questions[i], none))
			return false;
		else if (!(receipts->all && !tallies[i].n) && !ask_rows(receipts, &questions[i]))
			return false;
		receipts->stream = (int)questions[i].stream;
		receipts->from = questions[i].range.last + 1;
	}
	return true;
}

bool receipts_ask(struct receipts *receipts, const struct receipt_question *questions, size_t n)
{
	return receipt_has_tallies(&receipts->conf) ? ask_tallies(receipts, questions, n)
						    : ask_numbers(receipts, &questions[0]);
}
