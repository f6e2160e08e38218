/* result.h - a result as a store holds it, for tests to change. */
#ifndef TESTS_HEATMAP_RESULT_H
#define TESTS_HEATMAP_RESULT_H

#include "../../../tools/heatmap/rows.h"

static const int64_t noon_ms = 1795953600000; /* 2026-11-29 */
static const int64_t day_ms = 86400000;

/* pH 7 by a meter in PK505, so many days ago, of a sample of its own. */
static struct result_row *add_result(struct rows *rows, const char *lab, uint64_t point, int ago)
{
	struct result_row *row = rows_add_result(rows);
	struct names *names = &rows->names;

	assert_non_null(row);
	row->lab = names_keep(names, lab);
	row->spool = names_keep(names, "5e1f");
	row->parameter = names_keep(names, "ph");
	row->method = names_keep(names, "meter");
	row->district = row->sent_district = names_keep(names, "PK505");
	row->activity = names_keep(names, "sample");
	row->source_type = names_keep(names, "borehole_tubewell");
	row->point = point;
	row->sample = row->seq = rows->n_results;
	row->at_ms = noon_ms - ago * day_ms;
	row->censor = AMOUNT_EXACT;
	row->value = 7;
	return row;
}

#endif
