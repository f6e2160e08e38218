/* Reading back: what the ledger found out later of readings. */
#include <stdlib.h>

#include "spool/reading_back.h"

static int add(struct spikes *spikes, const struct ledger_record *record)
{
	size_t cap = spikes->cap ? 2 * spikes->cap : 64;
	struct spike *more;

	if (spikes->n == spikes->cap) {
		more = realloc(spikes->at, cap * sizeof(*more));
		if (!more)
			return ERR_MEMORY;
		spikes->at = more;
		spikes->cap = cap;
	}
	spikes->at[spikes->n++] = (struct spike){(uint64_t)record->a, (enum qc)record->b};
	return 0;
}

static int ask(struct spool_reader *reader, struct range range)
{
	struct ledger_record record;
	int code = SQLITE_DONE, err = 0;

	if (!reader->spiked)
		err = sql_prepare(reader->ledger,
			"SELECT number,kind,boot,boot_ms,a,b,c,ifnull(words,''),crc FROM ledger"
			" WHERE kind=19 AND a BETWEEN ? AND ? ORDER BY a",
			&reader->spiked);
	if (err)
		return err;
	sqlite3_bind_int64(reader->spiked, 1, (sqlite3_int64)range.first);
	sqlite3_bind_int64(reader->spiked, 2, (sqlite3_int64)range.last);
	while (!err && (code = sqlite3_step(reader->spiked)) == SQLITE_ROW)
		if (record_take(reader->spiked, &record) &&
			(record.b == QC_SUSPECT || record.b == QC_FAIL))
			err = add(&reader->spikes, &record);
	sqlite3_reset(reader->spiked);
	return err ? err : sql_error(code);
}

struct looking {
	struct spikes *spikes;
	struct range range;
};

static int take(void *ctx, const struct spool_row *row)
{
	struct looking *looking = ctx;
	const struct ledger_record record = {.a = row->a, .b = row->b};

	return row->kind != LEDGER_SPIKE || (row->b != QC_SUSPECT && row->b != QC_FAIL) ||
			       row->a < (int64_t)looking->range.first ||
			       row->a > (int64_t)looking->range.last
		       ? 0
		       : add(looking->spikes, &record);
}

static int in_order(const void *one, const void *other)
{
	uint64_t a = ((const struct spike *)one)->number, b = ((const struct spike *)other)->number;

	return a < b ? -1 : a > b;
}

/* The way by the index is damaged: all of the ledger is looked through.  Its own losses are said by who asks for it. */
static int look_through(struct spool_reader *reader, struct range range)
{
	struct looking looking = {&reader->spikes, range};
	struct range all = {1, reader_last(reader, STREAM_LEDGER)};
	struct intervals lost = reader->lost;
	int err;

	reader->lost = (struct intervals){0};
	err = reader_read_ledger(reader, all, take, &looking);
	intervals_free(&reader->lost);
	reader->lost = lost;
	if (reader->spikes.n)
		qsort(reader->spikes.at, reader->spikes.n, sizeof(*reader->spikes.at), in_order);
	return err;
}

int reader_load_spikes(struct spool_reader *reader, struct range range)
{
	int err;

	reader->spikes.n = 0;
	err = ask(reader, range);
	if (err != ERR_DAMAGED)
		return err;
	reader->spikes.n = 0;
	return look_through(reader, range);
}

static int by_number(const void *number, const void *spike)
{
	uint64_t a = *(const uint64_t *)number, b = ((const struct spike *)spike)->number;

	return a < b ? -1 : a > b;
}

/* It was saved with a value, else it were no spike; worse than what it was saved with, or the same. */
void reader_add_spike(const struct spool_reader *reader, struct spool_row *row)
{
	const struct spikes *spikes = &reader->spikes;
	const struct spike *spike = NULL;

	if (spikes->n)
		spike = bsearch(
			&row->number, spikes->at, spikes->n, sizeof(*spikes->at), by_number);
	if (!spike)
		return;
	row->flags |= FLAG_SPIKE;
	if (row->qc != QC_FAIL)
		row->qc = (uint8_t)spike->qc;
}
