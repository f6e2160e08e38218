#include "qc/thresholds.h"

#include <math.h>

struct qc_thresholds qc_bounds_only(const struct parameter *parameter)
{
	const double none = NAN;
	struct qc_thresholds thresholds = {.fail = {none, none},
		.suspect = {none, none},
		.spike_suspect = none,
		.spike_fail = none,
		.rate_per_s = none,
		.gap_s = none,
		.interval_s = none,
		.flat_tolerance = none,
		.flat_suspect_s = none,
		.flat_fail_s = none,
		.attenuated_s = none,
		.attenuated_suspect = none,
		.attenuated_fail = none};

	if (parameter)
		thresholds.fail = (struct qc_span){parameter->low, parameter->high};
	return thresholds;
}
