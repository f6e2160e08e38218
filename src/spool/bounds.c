#include "spool/boots.h"

/*
 * For the moment a boot began: where its nearest neighbours with a time put it, and what is certain, by
 * every neighbour with its uncertainty.
 */
struct span {
	bool open; /* nothing later has a time */
	int64_t low_ms, high_ms;
	int64_t least_ms, most_ms;
};

static int64_t drift(int64_t ms)
{
	return ms / BOOTS_DRIFT;
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t error_of(const struct time_offset *time, int64_t lasted_ms)
{
	return time->uncertainty_ms + boots_drift_ms(time, lasted_ms);
}

/* From the first on: a boot began after the one before it ended. */
static struct span bound_below(const struct boots *boots, size_t to, const struct bounds *by)
{
	struct span span = {.low_ms = by->floor_ms, .least_ms = by->floor_ms};
	size_t i;

	for (i = 0; i < to; i++) {
		const struct boot_seen *boot = &boots->at[i];
		int64_t end_ms = boot->time.offset_ms + boot->last_ms;

		span.least_ms += boot->last_ms - drift(boot->last_ms);
		span.low_ms += boot->last_ms;
		if (boot->time.source == TIME_NONE || boot->placed)
			continue;
		span.low_ms = end_ms;
		span.least_ms =
			greater(span.least_ms, end_ms - error_of(&boot->time, boot->last_ms));
	}
	return span;
}

/* From the last on: it ended before the next one began. */
static void bound_above(
	const struct boots *boots, size_t from, const struct bounds *by, struct span *span)
{
	size_t i;

	span->open = by->ours.source == TIME_NONE;
	span->high_ms = by->ours.offset_ms;
	span->most_ms = by->ours.offset_ms + error_of(&by->ours, by->now_ms);
	if (span->open)
		span->most_ms = bound_below(boots, boots->n, by).least_ms + by->away_ms;
	for (i = boots->n; i-- > from;) {
		const struct boot_seen *boot = &boots->at[i];

		span->high_ms -= boot->last_ms;
		span->most_ms -= boot->last_ms - drift(boot->last_ms);
		if (i == from || boot->time.source == TIME_NONE || boot->placed)
			continue;
		span->open = false;
		span->high_ms = boot->time.offset_ms;
		span->most_ms = smaller(
			span->most_ms, boot->time.offset_ms + error_of(&boot->time, boot->last_ms));
	}
}

static int64_t choose(const struct boot_seen *boot, const struct span *span)
{
	if (span->open)
		return span->low_ms;
	if (boot->note.source != TIME_NONE)
		return boot->note.offset_ms;
	return span->low_ms + (span->high_ms - span->low_ms) / 2;
}

static void place(struct boot_seen *boot, const struct span *span, int64_t after_ms)
{
	int64_t at_ms = choose(boot, span);

	/* Bounds that cross mean that a neighbour is less sure than it says: between them, then. */
	if (span->least_ms > span->most_ms)
		at_ms = span->most_ms + (span->least_ms - span->most_ms) / 2;
	else
		at_ms = smaller(greater(at_ms, span->least_ms), span->most_ms);
	at_ms = greater(at_ms, after_ms); /* order comes first, also where drift is all the room */
	boot->time = (struct time_offset){.from_boot_ms = EPOCH_START,
		.offset_ms = at_ms,
		.source = TIME_RESTORED,
		.uncertainty_ms = greater(greater(at_ms - span->least_ms, span->least_ms - at_ms),
			greater(span->most_ms - at_ms, at_ms - span->most_ms))};
	boot->placed = true;
}

void bounds_place(struct boots *boots, const struct bounds *by)
{
	int64_t waited_ms = by->now_ms, after_ms = INT64_MIN;
	struct span span;
	size_t i;

	for (i = 0; i < boots->n; i++)
		waited_ms += boots->at[i].last_ms;
	for (i = 0; i < boots->n; i++) {
		struct boot_seen *boot = &boots->at[i];

		waited_ms -= boot->last_ms;
		if (boot->time.source != TIME_NONE)
			continue;
		span = bound_below(boots, i, by);
		bound_above(boots, i, by, &span);
		if (span.open && waited_ms < by->wait_ms)
			continue;
		place(boot, &span, after_ms);
		after_ms = boot->time.offset_ms + boot->last_ms;
	}
}
