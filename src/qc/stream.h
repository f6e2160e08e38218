/*
 * stream.h - QARTOD's tests of one analyzer's one parameter, reading by reading, during one visit.
 *
 * A visit is a sample, or the time between two: water of one place.  Each begins anew, since two waters are not one
 * series.  Every reading costs the same, and the state is of fixed size and allocates nothing.
 *
 * With thresholds of ioos_qc's functions the flags are theirs: gross_range_test, spike_test ("average"),
 * rate_of_change_test, flat_line_test.  What differs on purpose: a time to the millisecond counts as it is (theirs are
 * whole seconds), and flat line counts readings by the configured interval (theirs by the series' median one).
 */
#ifndef QC_STREAM_H
#define QC_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "qc/flags.h"
#include "qc/thresholds.h"

/*
 * Flat line looks at the last readings in so many buckets.  Where a flat line of flat_fail_s is no more readings than
 * that, each has its own, and the test is exact.  Else neighbours share one: the flag comes late by less than a 63rd of
 * flat_fail_s, and never for what is not flat.
 */
enum { QC_BUCKETS = 64 };

struct qc_bucket {
	double low, high; /* NAN: no value came in it */
};

struct qc_stream {
	const struct qc_thresholds *thresholds;
	int64_t at_ms, value_ms;           /* of the last reading; of the last that had a value */
	double last, before;               /* the last two readings; NAN: no value, or none yet */
	uint32_t taken;                    /* readings, up to UINT32_MAX */
	uint32_t suspect_n, fail_n, share; /* readings that make a flat line; in one bucket */
	struct qc_bucket buckets[QC_BUCKETS]; /* a ring */
	uint32_t newest, in_newest;
};

/* A new visit.  `thresholds` stays the caller's, as they are, for as long as the stream is used. */
void qc_stream_begin(struct qc_stream *stream, const struct qc_thresholds *thresholds);

/*
 * Judges the next reading: `value` is NAN when there is none, `flags` are the reading's own (enum reading_flag), times
 * rise.  Sets the streaming tests' flags of `out`, the others to 2; without a value all to 9 but syntax and location.
 * Of a value the spike flag is 2, for one neighbour is still to come; that of the reading before is now known and
 * returned (2 for good at both ends of a visit and beside a reading without a value).
 */
enum qc qc_stream_take(struct qc_stream *stream, int64_t at_ms, double value, uint16_t flags,
	struct qc_flags *out);

/* The next reading may yet make the last one's spike flag 1, 3 or 4. */
bool qc_stream_is_open(const struct qc_stream *stream);

/* --- the tests that need no neighbours ------------------------------------------------------------- */

/*
 * What a decoded reading can still show of the message that brought it (its checksum and length were right, or there
 * were no reading): 4, it held no number or one in a unit that nothing is known of; 9, the device said that it has no
 * value; 1, a value.
 */
enum qc qc_syntax(double value, uint16_t flags);

/* 4 outside of `fail`, 3 outside of `suspect`, 1; 9 without a value, 2 without any span. */
enum qc qc_gross(const struct qc_span *fail, const struct qc_span *suspect, double value);

#endif
