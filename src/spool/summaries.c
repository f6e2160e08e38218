/* Summaries of readings into the ledger, with the mark that says how far they go: `summarised` in its meta. */
#include <string.h>

#include "spool/internal.h"

static const char mark_key[] = "summarised";

static int read_mark(struct spool *spool, uint64_t *mark)
{
	int64_t number = 0;
	int err = sql_meta_number(spool->ledger.db, mark_key, &number);

	if (!err && number < 0)
		err = ERR_DAMAGED;
	*mark = (uint64_t)number;
	return err;
}

static void set_mark(struct spool *spool, uint64_t mark, bool summarising)
{
	pthread_mutex_lock(&spool->lock);
	spool->summarised = mark;
	spool->summarising = spool->summarising || summarising;
	pthread_mutex_unlock(&spool->lock);
}

int summaries_load(struct spool *spool)
{
	uint64_t mark;
	int err = read_mark(spool, &mark);

	if (err && err != ERR_ABSENT)
		return err;
	set_mark(spool, err ? 0 : mark, false);
	return 0;
}

/* --- beginning -------------------------------------------------------------------------------------- */

/* The last number before the first that waits for a store. */
static uint64_t sent_everywhere(struct spool *spool)
{
	uint64_t least = UINT64_MAX, last;
	const struct range *done;
	unsigned i;

	pthread_mutex_lock(&spool->lock);
	for (i = 0; i < spool->n_stores; i++) {
		if (!spool->stores[i].in_use)
			continue;
		done = intervals_find(&spool->stores[i].done[STREAM_READINGS], 1);
		last = done ? done->last : 0;
		if (last < least)
			least = last;
	}
	if (least == UINT64_MAX)
		least = spool->freed_below ? spool->freed_below - 1 : 0;
	if (least >= spool->next[STREAM_READINGS])
		least = spool->next[STREAM_READINGS] - 1;
	pthread_mutex_unlock(&spool->lock);
	return least;
}

struct look {
	uint64_t first; /* seen; 0: none */
	uint64_t begin; /* of the last run of one ten minutes */
	int64_t begin_ms;
};

static int look_at(void *ctx, const struct spool_row *row)
{
	struct look *look = ctx;
	int64_t begin_ms = summary_begin_ms(row->utc_ms);

	if (!look->first || begin_ms != look->begin_ms) {
		look->begin = row->number;
		look->begin_ms = begin_ms;
	}
	look->first = look->first ? look->first : row->number;
	return 0;
}

/*
 * Back to where the ten minutes of that reading began: what an earlier ledger had of them is made again as it was, not
 * a second time in part.
 */
static int align(struct spool *spool, uint64_t *mark)
{
	enum { LEAST = 4096, MOST = 1 << 22 };
	uint64_t width = LEAST, from;
	struct spool_reader *reader;
	struct look look;
	int err = spool_reader_open(&reader, spool);

	if (err)
		return err;
	do {
		from = *mark > width ? *mark - width : 0;
		look = (struct look){.first = 0};
		err = spool_read(reader, STREAM_READINGS, (struct range){from + 1, *mark}, look_at,
			&look, NULL);
		if (err == ERR_DAMAGED) /* a file nobody can read: what lies behind it counts */
			err = 0;
		width *= 4;
	} while (!err && from && look.begin == look.first && width < MOST);
	if (!err && look.first)
		*mark = look.begin - 1;
	spool_reader_close(reader);
	return err;
}

struct begin {
	uint64_t mark;
	bool known; /* it is the mark to be set when there is none */
};

static int begin(struct spool *spool, void *ctx)
{
	struct begin *want = ctx;
	uint64_t mark;
	int err = commit_prepare_ledger(spool);

	if (!err)
		err = ledger_begin(spool);
	if (err)
		return err;
	err = read_mark(spool, &mark);
	/* Numbers so far on were never given: until readings came to them no summary would be made. */
	if (!err && mark > spool->ledger.reserved + RESERVE_READINGS)
		err = ERR_ABSENT;
	if (err == ERR_ABSENT && !want->known) {
		err = ledger_commit(spool, 0);
		return err ? err : ERR_ABSENT;
	}
	if (!err)
		want->mark = mark;
	else if (err == ERR_ABSENT)
		err = sql_set_meta_number(spool->ledger.db, mark_key, (int64_t)want->mark);
	err = ledger_commit(spool, err);
	if (!err)
		set_mark(spool, want->mark, true);
	return err;
}

int spool_summarised(struct spool *spool, uint64_t *mark)
{
	struct begin want = {.mark = 0};
	int err = spool_run(spool, begin, &want);

	if (err == ERR_ABSENT) {
		want = (struct begin){sent_everywhere(spool), true};
		err = align(spool, &want.mark);
		if (!err)
			err = spool_run(spool, begin, &want);
	}
	*mark = want.mark;
	return err;
}

/* --- going on --------------------------------------------------------------------------------------- */

struct call {
	const struct summary_block *block;
	uint64_t from, to;
};

static int insert(struct spool *spool, const struct summary_block *block)
{
	size_t n = summary_block_count(block), i;
	uint64_t last = spool->next[STREAM_LEDGER] + n - 1;
	struct ledger_record record;
	struct summary summary;
	struct text words;
	int err = 0;

	/* At once, not a sync of the segment for every RESERVE_LEDGER of them. */
	if (n && spool->segment.db && last > spool->segment.ledger_reserved)
		err = segment_reserve_ledger(spool, last);
	for (i = 0; i < n && !err; i++) {
		summary = summary_block_at(block, i);
		record = (struct ledger_record){.kind = LEDGER_SUMMARY,
			.a = summary.utc_ms,
			.b = (int64_t)summary.n,
			.c = (int64_t)summary.n_good};
		words = text_over(record.words, sizeof(record.words));
		/* Too long even so: what is left of the names says nothing, the numbers of readings do. */
		if (!summary_put(&words, &summary))
			text_clear(&words);
		err = ledger_insert(spool, &record);
	}
	return err;
}

static int note(struct spool *spool, void *ctx)
{
	const struct call *call = ctx;
	uint64_t mark = 0;
	int err = commit_prepare(spool);

	if (!err)
		err = ledger_begin(spool);
	if (err)
		return err;
	err = read_mark(spool, &mark);
	if (err == ERR_ABSENT || (!err && mark != call->from)) {
		/* Nothing is wrong with the file: an empty transaction ends well. */
		err = ledger_commit(spool, 0);
		return err ? err : ERR_ABSENT;
	}
	if (!err)
		err = insert(spool, call->block);
	if (!err)
		err = sql_set_meta_number(spool->ledger.db, mark_key, (int64_t)call->to);
	err = ledger_commit(spool, err);
	if (!err)
		set_mark(spool, call->to, true);
	return err;
}

int spool_note_summaries(
	struct spool *spool, const struct summary_block *block, uint64_t from, uint64_t to)
{
	struct call call = {block, from, to};

	return spool_run(spool, note, &call);
}
