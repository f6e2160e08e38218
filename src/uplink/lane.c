#include "uplink/lane.h"

struct lane lane_make(struct spool *spool, unsigned store, unsigned interval_ms)
{
	return (struct lane){.spool = spool,
		.store = store,
		.interval_ms = interval_ms,
		.probe_below = UINT64_MAX};
}

void lane_set_aside(struct lane *lane, enum stream stream, struct range range, int64_t until_ms)
{
	struct range *aside = &lane->aside[stream].range;

	if (aside->last == 0) {
		*aside = range;
	} else {
		if (range.first < aside->first)
			aside->first = range.first;
		if (range.last > aside->last)
			aside->last = range.last;
	}
	lane->aside[stream].until_ms = until_ms;
}

static bool next_unsent(struct lane *lane, int64_t now_ms, enum stream stream, uint64_t below,
	uint64_t most, struct range *block)
{
	struct range *aside = &lane->aside[stream].range;

	if (aside->last && now_ms >= lane->aside[stream].until_ms)
		*aside = (struct range){0, 0};
	if (!spool_unsent(lane->spool, lane->store, stream, below, most, block))
		return false;
	if (block->first > aside->last || block->last < aside->first)
		return true;
	if (block->last > aside->last) {
		block->first = aside->last + 1;
		return true;
	}
	/* Its end is aside: what lies below. */
	return aside->first > 1 &&
	       spool_unsent(lane->spool, lane->store, stream, aside->first, most, block);
}

bool lane_next(
	struct lane *lane, int64_t now_ms, uint64_t most, enum stream *stream, struct range *block)
{
	*stream = STREAM_LEDGER;
	if (next_unsent(lane, now_ms, STREAM_LEDGER, UINT64_MAX, most, block))
		return true;
	*stream = STREAM_READINGS;
	if (!next_unsent(lane, now_ms, STREAM_READINGS, UINT64_MAX, most, block))
		return false;
	if (!lane->begun) {
		lane->begun = true;
		lane->live_from = block->last;
	}
	if (block->last <= lane->live_from)
		return true;
	if (!lane->live_due_ms)
		lane->live_due_ms = now_ms + lane->interval_ms;
	if (now_ms >= lane->live_due_ms || block->last - lane->live_from >= most) {
		lane->live_from = block->last;
		lane->live_due_ms = 0;
		return true;
	}
	return next_unsent(lane, now_ms, STREAM_READINGS, lane->live_from + 1, most, block);
}

static bool probe_below(struct lane *lane, int64_t now_ms, struct range *block)
{
	if (!next_unsent(lane, now_ms, STREAM_READINGS, lane->probe_below, 1, block))
		return false;
	lane->probe_below = block->first;
	return true;
}

bool lane_next_probe(struct lane *lane, int64_t now_ms, enum stream *stream, struct range *block)
{
	*stream = STREAM_READINGS;
	if (probe_below(lane, now_ms, block))
		return true;
	lane->probe_below = UINT64_MAX;
	if (probe_below(lane, now_ms, block))
		return true;
	*stream = STREAM_LEDGER;
	return next_unsent(lane, now_ms, STREAM_LEDGER, UINT64_MAX, 1, block);
}
