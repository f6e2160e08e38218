/*
 * qc.h - qc.conf: what QARTOD's tests hold each parameter against.
 *
 * A file of its own beside waterlab.conf: one for the whole fleet, changed by who answers for the water's quality and
 * not by who changes a cable, and the centre judges old files by it, where there is no waterlab.conf.
 */
#ifndef CONF_QC_H
#define CONF_QC_H

#include "base/text.h"
#include "model/reading.h"
#include "qc/series.h"
#include "qc/thresholds.h"

enum { QC_ENTRIES = 64, QC_NO_VALUES = 8, QC_WHY = 512 };

struct qc_entry {
	char parameter[PARAMETER_CODE];
	char unit[UNIT_NAME]; /* "": any analyzer that has no entry of its own */
	char why[QC_WHY];
	struct qc_thresholds thresholds; /* fail is never wider than what water on earth can show */
};

struct qc_conf {
	unsigned n;
	struct qc_entry *entries; /* owned */
	struct qc_area area;      /* NAN where the file says nothing */
	unsigned n_no_value;
	double no_value[QC_NO_VALUES]; /* numbers that mean "no value" in a file */
};

/* ERR_CONF with one line a mistake in `errors`: "FILE:LINE: key: what is wrong; what is allowed"; ERR_MEMORY. */
int qc_conf_read(struct qc_conf **out, const char *path, struct text *errors) MUST_USE;
/* The same of a text under the name `path`. */
int qc_conf_read_text(
	struct qc_conf **out, const char *path, const char *text, struct text *errors) MUST_USE;
void qc_conf_free(struct qc_conf *conf);

/* Of that analyzer (""), else of any; NULL: the file has none for the parameter. */
const struct qc_thresholds *qc_conf_find(
	const struct qc_conf *conf, const char *unit, const char *parameter);

#endif
