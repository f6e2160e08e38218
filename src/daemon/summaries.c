#include "daemon/summaries.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/round.h"
#include "spool/reader.h"

enum { STACK = 256 * 1024, STEP_MS = 5000, MORE_MS = 100, ENDS = 1, UNTIMED = 2 };

struct summaries {
	struct spool *spool;
	const struct clock *clock;
	struct spool_reader *reader;
	struct summary_block *block;
	bool begun;
	uint64_t mark; /* all readings up to it are in summaries */
	uint64_t next; /* the next to be read: those from mark to it are in the block */
	struct log_edge edge;
	struct round *round; /* NULL: it does not run */
};

/* --- one step ---------------------------------------------------------------------------------------- */

static int begin(struct summaries *summaries)
{
	int err = 0;

	if (!summaries->begun)
		err = spool_summarised(summaries->spool, &summaries->mark);
	else
		return 0;
	if (err)
		return err;
	summary_block_clear(summaries->block);
	summaries->next = summaries->mark + 1;
	summaries->begun = true;
	return 0;
}

/* What could not be written may be written all the same: the ledger is asked. */
static int end_block(struct summaries *summaries, uint64_t last)
{
	int err = spool_note_summaries(summaries->spool, summaries->block, summaries->mark, last);

	summaries->begun = !err;
	if (err)
		return err;
	summaries->mark = last;
	summary_block_clear(summaries->block);
	return 0;
}

static int take_row(void *ctx, const struct spool_row *row)
{
	struct summaries *summaries = ctx;
	struct summary_reading reading = {.series = row->series,
		.context = row->context,
		.sample = row->sample,
		.place = &row->place,
		.utc_ms = row->utc_ms,
		.clock = (uint8_t)row->clock,
		.clock_error_ms = row->clock_error_ms,
		.value = row->value,
		.qc = row->qc,
		.flags = row->flags};

	summaries->next = row->number;
	if (row->clock == TIME_NONE)
		return UNTIMED;
	if (!summary_block_add(summaries->block, &reading))
		return ENDS;
	summaries->next = row->number + 1;
	return 0;
}

/* Up to `last`; ENDS before a reading that begins a new block, UNTIMED before one without a time. */
static int read_on(struct summaries *summaries, uint64_t last)
{
	struct range range = {summaries->next, last}, part;
	int err;

	if (spool_reader_unreadable(summaries->reader, range, &part)) {
		if (part.first == range.first) { /* its readings are in no summary */
			summaries->next = part.last + 1;
			return 0;
		}
		range.last = part.first - 1;
	}
	err = spool_read(summaries->reader, STREAM_READINGS, range, take_row, summaries, NULL);
	if (!err)
		summaries->next = range.last + 1;
	return err;
}

struct saved {
	uint64_t last; /* of those that are final */
	/* All that was made before is among them, and what comes later is of later: a block whose ten minutes were over
	 * by then is whole.  INT64_MIN: not so. */
	int64_t whole_ms;
};

static struct saved look(const struct summaries *summaries)
{
	int64_t now_ms = clock_boot_ms(summaries->clock);
	struct time_offset utc = spool_utc(summaries->spool);
	struct spool_counts counts;
	uint64_t final;
	bool all;

	spool_count(summaries->spool, &counts);
	final = spool_final(summaries->spool);
	all = counts.made == counts.saved && final >= counts.last[STREAM_READINGS];
	return (struct saved){final, all && utc.source != TIME_NONE
					     ? now_ms + utc.offset_ms - SUMMARIES_QUIET_MS
					     : INT64_MIN};
}

static int read_and_write(struct summaries *summaries, bool *more)
{
	struct saved saved = look(summaries);
	uint64_t most = summaries->next + SUMMARIES_ROWS - 1;
	int blocks = 0, err = 0;

	while (!err && summaries->next <= saved.last) {
		*more = summaries->next > most || blocks == SUMMARIES_BLOCKS;
		if (*more)
			return 0;
		err = read_on(summaries, saved.last < most ? saved.last : most);
		if (err == ENDS) {
			err = end_block(summaries, summaries->next - 1);
			blocks++;
		}
	}
	if (err == UNTIMED)
		return 0;
	if (!err && summary_block_count(summaries->block) &&
		summary_block_end_ms(summaries->block) <= saved.whole_ms)
		err = end_block(summaries, saved.last);
	return err;
}

int summaries_step(struct summaries *summaries, bool *more)
{
	int64_t now_ms = clock_boot_ms(summaries->clock);
	int err;

	*more = false;
	err = begin(summaries);
	if (!err)
		err = read_and_write(summaries, more);
	if (err)
		log_lost(&summaries->edge, now_ms, "summaries",
			"readings cannot be summarised: %s; it is tried again", err_text(err));
	else
		log_back(&summaries->edge, now_ms, "summaries", "readings are summarised again");
	return err;
}

/* --- life -------------------------------------------------------------------------------------------- */

int summaries_new(struct summaries **out, struct spool *spool, const struct clock *clock)
{
	struct summaries *summaries = calloc(1, sizeof(*summaries));
	int err = ERR_MEMORY;

	*out = NULL;
	if (!summaries)
		return ERR_MEMORY;
	summaries->spool = spool;
	summaries->clock = clock;
	summaries->block = summary_block_new();
	if (summaries->block)
		err = spool_reader_open(&summaries->reader, spool);
	if (err) {
		summary_block_free(summaries->block);
		free(summaries);
		return err;
	}
	*out = summaries;
	return 0;
}

static unsigned turn(void *ctx)
{
	bool more;

	return !summaries_step(ctx, &more) && more ? MORE_MS : STEP_MS;
}

int summaries_start(struct summaries *summaries)
{
	return round_start(&summaries->round, turn, summaries, STACK, summaries->clock);
}

void summaries_stop(struct summaries *summaries)
{
	round_stop(summaries->round);
	summaries->round = NULL;
}

void summaries_free(struct summaries *summaries)
{
	if (!summaries)
		return;
	spool_reader_close(summaries->reader);
	summary_block_free(summaries->block);
	free(summaries);
}

int64_t summaries_heartbeat_ms(struct summaries *summaries)
{
	return round_heartbeat_ms(summaries->round);
}
