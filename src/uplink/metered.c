/* What the uplink asks of the links' budget, and tells it. */
#include "base/utc.h"
#include "uplink/internal.h"

static void note(void *ctx, const char *link, uint64_t bytes)
{
	struct uplink *uplink = ctx;

	spool_add_bytes(uplink->spool, link, bytes);
	uplink->carried += bytes;
}

void metered_begin(struct uplink *uplink)
{
	uplink->seat = -1;
	post_set_note(uplink->post, note, uplink);
	receipts_set_note(uplink->receipts, note, uplink);
}

void uplink_use_links(struct uplink *uplink, struct links *links)
{
	uplink->links = links;
	uplink->seat = links_join(links);
}

/* Nothing to be alarmed at: once a day. */
static void say_held(struct uplink *uplink)
{
	int64_t now_ms = uplink_now_ms(uplink);

	if (uplink->held_said_ms && now_ms - uplink->held_said_ms < UTC_DAY_MS)
		return;
	uplink->held_said_ms = now_ms;
	log_say(LOG_NOTICE, "uplink", "store %s: raw readings wait for bytes: %s",
		uplink->conf.name, uplink->held_words);
}

void metered_weigh(struct uplink *uplink)
{
	uint64_t want = uplink->failing ? 1 : uplink->lines >> uplink->busy, waiting;
	struct text words = text_over(uplink->held_words, sizeof(uplink->held_words));
	struct budget_answer answer;
	char link[LINK_NAME];
	struct range block;

	uplink->carried = 0;
	uplink->held = false;
	if (!uplink->links)
		return;
	uplink->lane.most_readings = 0;
	/* The ledger goes first; after trouble any line may be the one that is tried with. */
	if (!uplink->failing &&
		spool_unsent(uplink->spool, uplink->store, STREAM_LEDGER, UINT64_MAX, 1, &block))
		return;
	if (!spool_unsent(uplink->spool, uplink->store, STREAM_READINGS, UINT64_MAX, 1, &block)) {
		links_leave(uplink->links, uplink->seat);
		return;
	}
	waiting = spool_waiting(uplink->spool, uplink->store, STREAM_READINGS);
	if (waiting < want)
		want = waiting;
	post_link(uplink->post, link);
	answer = links_ask(
		uplink->links, uplink->seat, link, &uplink->cost, want ? (unsigned)want : 1);
	uplink->lane.most_readings = answer.lines;
	if (answer.lines)
		return;
	uplink->held = true;
	uplink->held_until_ms = answer.wait_ms < 0 ? 0 : uplink_now_ms(uplink) + answer.wait_ms;
	links_put_why(&words, uplink->links, answer.wait_ms);
	say_held(uplink);
}

void metered_done(struct uplink *uplink, enum stream stream, bool sent)
{
	if (sent && stream == STREAM_READINGS && uplink->carried)
		budget_learn(&uplink->cost, uplink->last_lines, uplink->carried);
	if (!uplink->links)
		return;
	if (stream == STREAM_READINGS)
		links_done(uplink->links, uplink->seat, uplink->carried);
	/* While it cannot send, others need not wait for it. */
	if (!sent)
		links_leave(uplink->links, uplink->seat);
}

void metered_rest(struct uplink *uplink)
{
	post_tell(uplink->post);
	receipts_tell(uplink->receipts);
	if (uplink->links && !uplink->held)
		links_leave(uplink->links, uplink->seat);
}
