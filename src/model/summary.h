/*
 * summary.h - ten minutes of what one analyzer said of one parameter, in a few numbers.  Pure.
 *
 * Readings come in the order of their numbers.  A block of them ends before the first whose ten minutes (of UTC) are
 * not those of the reading before it.  Within a block the readings of one analyzer, parameter, context, sample, district
 * and neighbour are one summary, so each reading is in exactly one, and what was made at one place never looks
 * as if it was made at another.  Where a clock is set back, or readings of two lines come just over the edge of ten
 * minutes in the other order, there are several blocks of the same ten minutes: their summaries are to be added up.
 *
 * A summary's time is that of its first reading: no other reading of the same tags has it, so no two summaries take
 * each other's place in a store.
 */
#ifndef MODEL_SUMMARY_H
#define MODEL_SUMMARY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"
#include "model/reading.h"

enum {
	SUMMARY_MS = 600000,
	SUMMARY_MOST =
		2048,       /* in one block; it ends before the reading that would begin one more */
	SUMMARY_WORDS = 160 /* bytes of its words, the NUL included */
};

/* Of one reading, what a summary wants to know. */
struct summary_reading {
	const struct series *series;
	enum context context;
	uint64_t sample;
	const struct place *place;
	int64_t utc_ms;
	uint8_t clock;          /* enum time_source */
	int64_t clock_error_ms; /* how far utc_ms may be off */
	double value;           /* NAN: none */
	uint8_t qc;
	uint32_t flags;
};

/* What the readings of one summary have in common.  Filled with zeros behind each name. */
struct summary_of {
	char analyzer[UNIT_NAME], parameter[PARAMETER_CODE];
	char district[AREA_CODE], near[AREA_CODE]; /* "": none; no doubt */
	uint64_t sample;                           /* 0: none */
	enum context context;
};

struct summary {
	struct summary_of of;
	int64_t utc_ms;  /* of the first reading */
	uint64_t n;      /* readings, those without a value too */
	uint64_t n_good; /* of them: with a value, that passed (qc 1), and without any flag */
	/*
	 * Of the good ones, as the analyzer said them (reading_put_number()); NAN: there are none.  The mean is rounded
	 * to ten digits, and lies between the other two.
	 */
	double min, mean, max;
	uint8_t clock;          /* of the reading whose time is known worst */
	int64_t clock_error_ms; /* the largest */
	bool entered;           /* a person said where one of them was made */
};

/* When the ten minutes that hold this moment began. */
int64_t summary_begin_ms(int64_t utc_ms);

struct summary_block;

struct summary_block *summary_block_new(void); /* NULL: no memory */
void summary_block_free(struct summary_block *block);
void summary_block_clear(struct summary_block *block);
/* False: the block ends before this reading, which is not taken: it is the first of the next block. */
bool summary_block_add(struct summary_block *block, const struct summary_reading *reading) MUST_USE;
/* How many summaries it has; in the order of their first readings. */
size_t summary_block_count(const struct summary_block *block);
struct summary summary_block_at(const struct summary_block *block, size_t i);
/* Of a block that has any: when its ten minutes are over, UTC. */
int64_t summary_block_end_ms(const struct summary_block *block);

/*
 * The words of its ledger record, beside its utc_ms, n and n_good:
 *
 *     ANALYZER PARAMETER CONTEXT DISTRICT NEAR SAMPLE MIN MEAN MAX CLOCK CLOCK_ERROR_MS POSITION
 *     ph-1 ph sample PK528 - 4711 7.1 7.1283333 7.2 4 50 -
 *
 * "-": none.  CONTEXT and CLOCK are numbers where there is no word; POSITION is 2 when `entered`.  In names %XX stands
 * for a byte that is no such word's.  Where all that is longer than SUMMARY_WORDS the three numbers are left out.
 * False: it is longer without them.
 */
bool summary_put(struct text *to, const struct summary *summary) MUST_USE;
/* All but utc_ms, n and n_good, which stay as they are.  False, with nothing changed: these are no such words. */
bool summary_read(const char *words, struct summary *summary) MUST_USE;

#endif
