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

int reader_load_spikes(struct spool_reader *reader, struct range range)
{
	struct ledger_record record;
	int code = SQLITE_DONE, err = 0;

	reader->spikes.n = 0;
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
