/* reading_back.h - the reader's inside. */
#ifndef SPOOL_READING_BACK_H
#define SPOOL_READING_BACK_H

#include <math.h>

#include "spool/internal.h"

enum { OPEN_SEGMENTS = 2 }; /* the newest and the one where the backlog is */

typedef int (*row_fn)(void *ctx, const struct spool_row *row);

struct segment_place {
	uint64_t first, last;
	bool newest, readable;
};

struct segment_boot {
	uint32_t id;
	char uuid[UUID];
};

struct segment_series { /* what a number in the file means; series NULL: damaged */
	uint32_t key;
	const struct series *series;
};

struct segment_area { /* the codes of a place by the file's number */
	uint32_t id;
	struct place codes;
};

struct open_segment {
	uint64_t first;
	uint64_t used;
	int schema;
	sqlite3 *db;
	sqlite3_stmt *exchanges, *readings, *containing;
	struct segment_series *series; /* by the file's number */
	uint32_t n_series;
	struct segment_boot *boots;
	size_t n_boots;
	struct segment_area *areas;
	size_t n_areas;
};

struct spool_reader {
	struct spool *spool; /* NULL: alone */
	bool sealed;         /* when alone: nobody writes the files */
	char dir[SPOOL_PATH];
	char id[SPOOL_ID];
	struct identities identities;
	sqlite3 *ledger;
	sqlite3_stmt *records;
	sqlite3_stmt *spiked;
	struct spikes {
		struct spike {
			uint64_t number;
			enum qc qc;
		} * at;
		size_t n, cap;
	} spikes;                /* of the view that is read, rising */
	sqlite3_stmt *beginning; /* the same of a sample's, while a row of `records` is looked at */
	char about[LEDGER_BEGINNING * (sizeof(((struct ledger_record *)0)->words) + 2)];
	unsigned generation;
	uint64_t freed_below;           /* when alone */
	struct segment_entry *segments; /* when alone */
	size_t n_segments;
	struct open_segment open[OPEN_SEGMENTS];
	uint64_t uses;
	struct series **series; /* by key; each where it is for the reader's life */
	uint32_t n_series;
	struct epochs epochs; /* of the boot last met */
	uint64_t epoch_version;
	uint64_t last;                       /* when alone: the highest reading there is */
	struct intervals gaps[STREAM_COUNT]; /* when alone: numbers that never can be there */
	struct intervals lost;               /* numbers this call did not find sound */
	uint64_t unseen;                     /* numbers below this one are handed out or lost */
	/* NULL, or called for each whole exchange before its rows are handed out. */
	int (*exchange)(
		struct spool_reader *reader, void *ctx, const char *uuid, uint64_t seq, size_t n);
	void *exchange_ctx;
};

/* reader_open.c */
/* Reads alone; `beside`: whoever holds the folder. */
int reader_open_dir(
	struct spool_reader **out, const char *dir, bool beside, struct text *why) MUST_USE;
/* Files that nobody writes, where perhaps nothing can be written. */
int reader_open_sealed(struct spool_reader **out, const char *dir, struct text *why) MUST_USE;
/* When alone: what the ledger says now of numbers that are in no file. */
int reader_load_gaps(struct spool_reader *reader) MUST_USE;
int reader_open_ledger(struct spool_reader *reader, struct text *why) MUST_USE;
/* The segment that holds the number, or the next higher one; false when there is none. */
bool reader_find_segment(struct spool_reader *reader, uint64_t number, struct segment_place *place);
int reader_open_segment(struct spool_reader *reader, const struct segment_place *place,
	struct open_segment **out) MUST_USE;
void reader_close_segment(struct open_segment *open);
/* Nothing past this is committed: rows of a commit that failed may be seen for a moment. */
uint64_t reader_last(struct spool_reader *reader, enum stream stream);

/* reader.c */
/* Makes reader->epochs those of that boot.  To be asked after the row is seen: a row is committed only
 * after its offset is. */
int reader_time(struct spool_reader *reader, const char *uuid) MUST_USE;
void reader_stamp(struct spool_reader *reader, struct spool_row *row);
/* reader_spikes.c */
/* What the ledger says of this range of readings is in reader->spikes. */
int reader_load_spikes(struct spool_reader *reader, struct range range) MUST_USE;
/* The row's qc and flags are those of a spike, if it is one. */
void reader_add_spike(const struct spool_reader *reader, struct spool_row *row);

/* Records of the ledger past damaged pages; what stood there is in reader->lost. */
int reader_read_ledger(
	struct spool_reader *reader, struct range block, row_fn each, void *ctx) MUST_USE;
/* Readings from reader->unseen to `last` were not found. */
int reader_lost(struct spool_reader *reader, uint64_t last) MUST_USE;
/* What is in reader->lost becomes gaps of the spool beside it. */
int reader_report_lost(struct spool_reader *reader, enum stream stream) MUST_USE;

/* The number, or the first one after the known gap it lies in. */
uint64_t reader_past_gap(struct spool_reader *reader, uint64_t number);

/* reader_names.c: what the file's numbers mean; NULL, false: not known, or damaged */
/* Reads series and boots (anew): the segment being written gets new ones. */
int names_load(struct spool_reader *reader, struct open_segment *open) MUST_USE;
const char *names_boot(const struct open_segment *open, uint32_t id);
bool names_know(const struct open_segment *open, const uint32_t *series, size_t n);
/* The codes of a place, NULL: damaged; reads them anew when there is none of that number yet.  An error says nothing of
 * them. */
int names_area(struct open_segment *open, uint32_t id, const struct place **codes) MUST_USE;

/* reader_rows.c */
int rows_prepare(struct open_segment *open) MUST_USE;
int rows_read(struct spool_reader *reader, struct open_segment *open, struct range block,
	row_fn each, void *ctx) MUST_USE;

/* The ledger of now: another file when the spool has made it anew since. */
int reader_refresh(struct spool_reader *reader) MUST_USE;

/* reader_samples.c */
/* Rows of the ledger: number, kind, boot, boot_ms, a, b, c, words, crc, the boot's uuid; of two numbers from..to. */
int reader_prepare_records(struct spool_reader *reader, sqlite3_stmt **records) MUST_USE;
/* A result's time, and what its sample's beginning says (row->about). */
int reader_stamp_result(struct spool_reader *reader, struct spool_row *row) MUST_USE;

#endif
