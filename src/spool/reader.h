/*
 * reader.h - reading a spool back, in order of numbers, from any thread or, read-only, from a process
 * of its own when no daemon runs.  One reader belongs to one thread.
 */
#ifndef SPOOL_READER_H
#define SPOOL_READER_H

#include "spool/spool.h"

struct spool_row {
	enum stream stream;
	uint64_t number;
	const char *spool; /* the id it was born under; valid in the call */
	char boot[37];     /* the kernel's boot id */
	int64_t boot_ms;
	/* Meaningful when clock is not TIME_NONE, as is clock_error_ms.  Of a LEDGER_SUMMARY all three are those of
	 * its readings, of a LEDGER_RESULT those of its sample's beginning and a ms for each revision. */
	int64_t utc_ms;
	enum time_source clock;
	/* How far utc_ms may be off.  Below TIME_NTP with what boot time may have drifted, in whole
	 * seconds; from NTP on as it was when the time was fixed. */
	int64_t clock_error_ms;
	/* readings */
	uint32_t series_key;         /* equal for equal series within one reader; small, from 0 */
	const struct series *series; /* valid while the reader is open */
	enum context context;
	uint64_t sample;
	struct place place;
	double value;   /* NAN: none */
	uint8_t qc;     /* that of a spike is in both once the ledger has it (spool_final()) */
	uint32_t flags; /* enum reading_flag */
	const uint8_t
		*raw; /* the exchange's reply; the same for all its readings; valid in the call */
	size_t raw_len;
	/* ledger */
	enum ledger_kind kind;
	int64_t a, b, c;
	const char *words; /* valid in the call */
	const char *
		about; /* of a LEDGER_RESULT: the words of its sample's beginning, "; " between; valid in the call */
};

struct spool_reader;

/* Beside the daemon's own spool. */
int spool_reader_open(struct spool_reader **out, struct spool *spool) MUST_USE;
/* A spool nobody holds; ERR_BUSY with words when a daemon does. */
int spool_reader_open_dir(struct spool_reader **out, const char *dir, struct text *why) MUST_USE;
void spool_reader_close(struct spool_reader *reader);

/* As spool_id(): rows may have earlier ones. */
const char *spool_reader_id(const struct spool_reader *reader);
/* Lowest and highest number there is; both 0 when the stream is empty. */
struct range spool_reader_range(struct spool_reader *reader, enum stream stream);

/*
 * Calls each(ctx, row) for every row of the block, rising, until it returns non-zero (which is then
 * returned).  Rows that are damaged or missing are left out, counted in *damaged when not NULL; nothing
 * that fails its checksum is ever handed out.  Beside the daemon's spool they are a gap when the call
 * returns, so that they are counted once and nobody waits for them.  A row whose time is not fixed comes
 * with TIME_NONE.  0, ERR_IO, ERR_DAMAGED (a whole file), or what `each` returned.
 */
int spool_read(struct spool_reader *reader, enum stream stream, struct range block,
	int (*each)(void *ctx, const struct spool_row *row), void *ctx, uint64_t *damaged) MUST_USE;
/* Every sound record of field tests and points, rising; as spool_read(), but what is damaged is a gap only if the card takes
 * that now. */
int spool_read_samples(struct spool_reader *reader,
	int (*each)(void *ctx, const struct spool_row *row), void *ctx, uint64_t *damaged) MUST_USE;
/* The same of checks of analyzers. */
int spool_read_checks(struct spool_reader *reader,
	int (*each)(void *ctx, const struct spool_row *row), void *ctx, uint64_t *damaged) MUST_USE;
/* The first part of a range of readings that lies in a file which this program cannot read (a newer one wrote it), but
 * for the newest file.  False: there is none. */
bool spool_reader_unreadable(struct spool_reader *reader, struct range range, struct range *part);

#endif
