/*
 * series.h - QARTOD's tests that look back over a file: attenuated signal, climatology, location.
 *
 * Of ioos_qc's functions, on purpose not the same: attenuated signal is not evaluated before attenuated_s is over and
 * while more than half of the readings are missing (there one reading alone spreads by nothing, and fails).
 */
#ifndef QC_SERIES_H
#define QC_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "qc/flags.h"
#include "qc/thresholds.h"

/* --- attenuated signal ----------------------------------------------------------------------------- */

struct qc_point {
	int64_t at_ms;
	double value;
};

struct qc_queue {
	struct qc_point *at; /* owned; a ring */
	size_t from, n, cap;
};

/* The spread (highest less lowest) of the last attenuated_s of one analyzer's one parameter, one visit at a time. */
struct qc_spread {
	const struct qc_thresholds *thresholds;
	int64_t began_ms;
	struct qc_queue all, lows, highs; /* the lowest and the highest are the first of theirs */
};

void qc_spread_begin(
	struct qc_spread *spread, const struct qc_thresholds *thresholds); /* `spread` is zero */
void qc_spread_anew(struct qc_spread *spread);                             /* a new visit */
void qc_spread_free(struct qc_spread *spread);

/* The next reading; its flag: 9 without a value, 2 where there is nothing to say yet.  ERR_MEMORY. */
int qc_spread_take(struct qc_spread *spread, int64_t at_ms, double value, enum qc *flag) MUST_USE;

/* --- climatology ----------------------------------------------------------------------------------- */

/* Against the last season that the month (UTC) lies in; 2: in none, 9: no value. */
enum qc qc_climatology(const struct qc_thresholds *thresholds, int64_t utc_ms, double value);

/* --- location -------------------------------------------------------------------------------------- */

struct qc_area {
	struct qc_span lat, lon; /* degrees; NAN: the whole earth */
	double farthest_m;       /* from the position before; NAN: however far */
};

struct qc_track {
	const struct qc_area *area;
	double lat, lon; /* the position before; NAN: none yet */
};

void qc_track_begin(struct qc_track *track, const struct qc_area *area);

/*
 * The next position, NAN for what is not said: 9, nothing is; 4, one of the two only, or none on earth, or outside of
 * the area; 3, farther than that from the one before; 1.
 */
enum qc qc_track_take(struct qc_track *track, double lat, double lon);

#endif
