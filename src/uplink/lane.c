#include "uplink/lane.h"

enum { FULL_MS = 60 * 1000 };

struct lane lane_make(struct spool *spool, unsigned store, unsigned interval_ms)
{
	return (struct lane){.spool = spool,
		.store = store,
		.interval_ms = interval_ms,
		.most_readings = UINT64_MAX,
		.probe_below = {UINT64_MAX, UINT64_MAX},

		.old_ms = LANE_ALL_YOUNG};
}

void lane_free(struct lane *lane)
{
	int stream;

	for (stream = 0; stream < STREAM_COUNT; stream++) {
		intervals_free(&lane->of[stream].unread);
		intervals_free(&lane->of[stream].old);
	}
}

/* --- what does not go now ------------------------------------------------------------------------------ */

void lane_set_aside(struct lane *lane, enum stream stream, struct range range, int64_t until_ms)
{
	lane->of[stream].unread_until_ms = until_ms;
	if (!intervals_add(&lane->of[stream].unread, range.first, range.last))
		lane->of[stream].full_until_ms = until_ms;
}

void lane_hold(struct lane *lane, enum stream stream, uint64_t number, int64_t utc_ms)
{
	if (!lane_held(lane, STREAM_READINGS) && !lane_held(lane, STREAM_LEDGER))
		lane->oldest_ms = utc_ms;
	if (utc_ms < lane->oldest_ms)
		lane->oldest_ms = utc_ms;
	if (!intervals_add(&lane->of[stream].old, number, number))
		lane->of[stream].full_until_ms = lane->old_until_ms;
}

void lane_too_old(
	struct lane *lane, enum stream stream, uint64_t number, int64_t utc_ms, int64_t until_ms)
{
	lane->old_until_ms = until_ms;
	lane_hold(lane, stream, number, utc_ms);
	if (utc_ms < lane->old_ms)
		return;
	lane->old_ms = utc_ms;
	lane->old_stream = stream;
	lane->old_number = number;
}

void lane_old_taken(struct lane *lane)
{
	int stream;

	lane->old_ms = LANE_ALL_YOUNG;
	for (stream = 0; stream < STREAM_COUNT; stream++)
		intervals_clear(&lane->of[stream].old);
}

uint64_t lane_held(const struct lane *lane, enum stream stream)
{
	return lane->of[stream].old.count;
}

void lane_shut(struct lane *lane, enum stream stream, int64_t until_ms)
{
	lane->of[stream].shut = true;
	lane->of[stream].shut_until_ms = until_ms;
}

void lane_tried(struct lane *lane, enum stream stream, uint64_t number)
{
	lane->of[stream].shut_below = number;
}

void lane_open(struct lane *lane, enum stream stream)
{
	lane->of[stream].shut = false;
	lane->of[stream].shut_below = 0;
}

void lane_try_now(struct lane *lane)
{
	int stream;

	lane->old_until_ms = 0;
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		lane->of[stream].shut_until_ms = lane->of[stream].full_until_ms = 0;
		intervals_clear(&lane->of[stream].unread);
	}
}

/* --- what does ------------------------------------------------------------------------------------------ */

/* Shortens the block to what lies outside the set.  False: its end is inside; *below is where the set begins. */
static bool lies_outside(const struct intervals *set, struct range *block, uint64_t *below)
{
	struct range outside;

	if (!intervals_free_below(set, block->last, &outside)) {
		*below = 1;
		return false;
	}
	if (outside.last != block->last) {
		*below = outside.last + 1;
		return false;
	}
	if (outside.first > block->first)
		block->first = outside.first;
	return true;
}

static bool next_outside(
	struct lane *lane, enum stream stream, uint64_t below, uint64_t most, struct range *block)
{
	while (spool_unsent(lane->spool, lane->store, stream, below, most, block))
		if (lies_outside(&lane->of[stream].unread, block, &below) &&
			lies_outside(&lane->of[stream].old, block, &below))
			return true;
	return false;
}

static bool next_unsent(struct lane *lane, int64_t now_ms, enum stream stream, uint64_t below,
	uint64_t most, struct range *block)
{
	struct intervals *unread = &lane->of[stream].unread;
	uint64_t shut_below = lane->of[stream].shut_below;

	if (now_ms < lane->of[stream].full_until_ms ||
		(lane->of[stream].shut && now_ms < lane->of[stream].shut_until_ms))
		return false;
	if (unread->n && now_ms >= lane->of[stream].unread_until_ms)
		intervals_clear(unread);
	if (!lane->of[stream].shut)
		return next_outside(lane, stream, below, most, block);
	if (shut_below &&
		next_outside(lane, stream, shut_below < below ? shut_below : below, 1, block))
		return true;
	lane->of[stream].shut_below = 0;
	return next_outside(lane, stream, below, 1, block);
}

/* What has become live is gathered from now on, whether or not it may go. */
static bool is_live_due(struct lane *lane, int64_t now_ms, uint64_t last, uint64_t most)
{
	if (!lane->begun) {
		lane->begun = true;
		lane->live_from = last;
	}
	if (last <= lane->live_from)
		return true;
	if (!lane->live_due_ms)
		lane->live_due_ms = now_ms + lane->interval_ms;
	return now_ms >= lane->live_due_ms || last - lane->live_from >= most;
}

bool lane_next(
	struct lane *lane, int64_t now_ms, uint64_t most, enum stream *stream, struct range *block)
{
	bool due;

	*stream = STREAM_LEDGER;
	if (next_unsent(lane, now_ms, STREAM_LEDGER, UINT64_MAX, most, block))
		return true;
	*stream = STREAM_READINGS;
	if (lane->most_readings && lane->most_readings < most)
		most = lane->most_readings;
	if (!next_unsent(lane, now_ms, STREAM_READINGS, UINT64_MAX, most, block))
		return false;
	due = is_live_due(lane, now_ms, block->last, most);
	if (!lane->most_readings)
		return false;
	if (!due)
		return next_unsent(lane, now_ms, STREAM_READINGS, lane->live_from + 1, most, block);
	if (block->last > lane->live_from) {
		lane->live_from = block->last;
		lane->live_due_ms = 0;
	}
	return true;
}

static bool probe_below(struct lane *lane, int64_t now_ms, enum stream stream, struct range *block)
{
	uint64_t *below = &lane->probe_below[stream];

	if (!next_unsent(lane, now_ms, stream, *below, 1, block)) {
		*below = UINT64_MAX;
		if (!next_unsent(lane, now_ms, stream, *below, 1, block))
			return false;
	}
	*below = block->first;
	return true;
}

bool lane_next_probe(struct lane *lane, int64_t now_ms, enum stream *stream, struct range *block)
{
	*stream = STREAM_READINGS;
	if (lane->most_readings && probe_below(lane, now_ms, STREAM_READINGS, block))
		return true;
	*stream = STREAM_LEDGER;
	return probe_below(lane, now_ms, STREAM_LEDGER, block);
}

void lane_end_probes(struct lane *lane)
{
	lane->probe_below[STREAM_READINGS] = lane->probe_below[STREAM_LEDGER] = UINT64_MAX;
}

bool lane_next_old(struct lane *lane, int64_t now_ms, enum stream *stream, struct range *block)
{
	if (lane->old_ms == LANE_ALL_YOUNG || now_ms < lane->old_until_ms)
		return false;
	*stream = lane->old_stream;
	if (*stream == STREAM_READINGS && !lane->most_readings)
		return false;
	if (spool_unsent(lane->spool, lane->store, *stream, lane->old_number + 1, 1, block) &&
		block->last == lane->old_number)
		return true;
	/* It waits no more: somebody gave it up, or its time is not known.  The next one says it anew. */
	lane_old_taken(lane);
	return false;
}
