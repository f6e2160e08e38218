/*
 * flags.h - QARTOD's tests, the flags they gave one reading, and what they come to.
 */
#ifndef QC_FLAGS_H
#define QC_FLAGS_H

#include <stdint.h>

#include "model/reading.h"

enum qc_test {
	/* In a stream, as the readings come (stream.h). */
	QC_SYNTAX,
	QC_GAP,
	QC_GROSS,
	QC_SPIKE,
	QC_RATE,
	QC_FLAT,
	/* Over a file (series.h). */
	QC_ATTENUATED,
	QC_CLIMATOLOGY,
	QC_LOCATION,
	QC_TESTS
};

/* "syntax", "gap", "gross", "spike", "rate", "flat", "attenuated", "climatology", "location" */
const char *qc_test_word(enum qc_test test);

struct qc_flags {
	uint8_t of[QC_TESTS]; /* enum qc */
};

/* The same flag for every test. */
struct qc_flags qc_flags_all(enum qc qc);

/*
 * How far the reading may be believed: the worst of its flags in the order 9, 2, 1, 3, 4; 9 whenever there is no value
 * (gross is 9), since nothing is there to be wrong.  The gap is left out: it says that values are missing before this
 * one, and a good value after a power cut is a good value.
 */
enum qc qc_flags_worst(const struct qc_flags *flags);

#endif
