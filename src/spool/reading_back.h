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
	char dir[SPOOL_PATH];
	char id[SPOOL_ID];
	sqlite3 *ledger;
	sqlite3_stmt *records;
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
	uint64_t last;         /* when alone: the highest reading there is */
	struct intervals gaps; /* when alone: numbers of readings that never can be there */
	struct intervals lost; /* numbers this call did not find sound */
	uint64_t unseen;       /* numbers below this one are handed out or lost */
};

/* reader_open.c */
int reader_open_ledger(struct spool_reader *reader, struct text *why) MUST_USE;
/* The segment that holds the number, or the next higher one; false when there is none. */
bool reader_find_segment(struct spool_reader *reader, uint64_t number, struct segment_place *place);
int reader_open_segment(struct spool_reader *reader, const struct segment_place *place,
	struct open_segment **out) MUST_USE;
/* Nothing past this is committed: rows of a commit that failed may be seen for a moment. */
uint64_t reader_last(struct spool_reader *reader, enum stream stream);

/* reader.c */
/* Makes reader->epochs those of that boot.  To be asked after the row is seen: a row is committed only
 * after its offset is. */
int reader_time(struct spool_reader *reader, const char *uuid) MUST_USE;
void reader_stamp(struct spool_reader *reader, struct spool_row *row);
/* Readings from reader->unseen to `last` were not found. */
int reader_lost(struct spool_reader *reader, uint64_t last) MUST_USE;

/* The number, or the first one after the known gap it lies in. */
uint64_t reader_past_gap(struct spool_reader *reader, uint64_t number);

/* reader_names.c: what the file's numbers mean; NULL, false: not known, or damaged */
/* Reads series and boots (anew): the segment being written gets new ones. */
int names_load(struct spool_reader *reader, struct open_segment *open) MUST_USE;
const char *names_boot(const struct open_segment *open, uint32_t id);
bool names_know(const struct open_segment *open, const uint32_t *series, size_t n);
/* The codes of a place; reads them anew when there is none of that number yet. */
const struct place *names_area(struct open_segment *open, uint32_t id);

/* reader_rows.c */
int rows_prepare(struct open_segment *open) MUST_USE;
int rows_read(struct spool_reader *reader, struct open_segment *open, struct range block,
	row_fn each, void *ctx) MUST_USE;

#endif
