/* qc_keys.h - qc.conf as it is written, and the table of its keys. */
#ifndef CONF_QC_KEYS_H
#define CONF_QC_KEYS_H

#include "conf/qc.h"
#include "conf/schema.h"

struct written_span {
	unsigned n;
	struct schema_number at[2];
};

struct written_season {
	uint32_t from_month, to_month;
	struct written_span suspect, fail;
	char why[QC_WHY];
};

struct written_flat {
	double tolerance, suspect_s, fail_s;
};

struct written_attenuated {
	double over_s, suspect, fail;
};

struct written_test {
	char parameter[PARAMETER_CODE], unit[UNIT_NAME], why[QC_WHY];
	double interval_s;
	struct written_span fail, suspect, spike;
	double rate_per_s, gap_s;
	struct written_flat flat;
	struct written_attenuated attenuated;
	unsigned n_seasons;
	struct written_season seasons[QC_SEASONS];
};

struct written_location {
	struct written_span lat, lon;
	double farthest_m;
	char why[QC_WHY];
};

struct written_qc {
	unsigned n_tests, n_no_value;
	struct written_test tests[QC_ENTRIES];
	struct written_location location;
	struct schema_number no_value[QC_NO_VALUES];
};

extern const struct schema qc_keys;

#endif
