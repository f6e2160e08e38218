/*
 * thresholds.h - what QARTOD's tests hold the values of one parameter of one analyzer against.
 *
 * All in the parameter's unit.  A threshold that is NAN is none: its test gives 2, not evaluated.
 */
#ifndef QC_THRESHOLDS_H
#define QC_THRESHOLDS_H

#include "model/parameter.h"

enum { QC_SEASONS = 12 };

struct qc_span { /* both ends belong to it */
	double low, high;
};

struct qc_season {
	unsigned from_month, to_month; /* 1 to 12, both included; 11 to 2 goes over the new year */
	struct qc_span suspect, fail;  /* outside of it */
};

struct qc_thresholds {
	struct qc_span fail, suspect;       /* gross range */
	double spike_suspect, spike_fail;   /* away from the middle of both neighbours by more */
	double rate_per_s;                  /* by more than that a second: suspect */
	double gap_s;                       /* longer without a value: fail */
	double interval_s;                  /* how far apart its readings are meant to be */
	double flat_tolerance;              /* a spread below it is flat */
	double flat_suspect_s, flat_fail_s; /* flat for so long */
	double attenuated_s;                /* the spread of so long */
	double attenuated_suspect, attenuated_fail; /* is below that */
	unsigned n_seasons;
	struct qc_season seasons[QC_SEASONS]; /* a later one counts before an earlier one */
};

/* Nothing but the bounds of what water on earth can show; NULL: not even those. */
struct qc_thresholds qc_bounds_only(const struct parameter *parameter);

#endif
