/*
 * cells.h - the map's numbers: one cell for each month, district, parameter, class, and (where they are apart) kind of
 * source.  Pure.
 *
 * A point counts once in a month, parameter and class: by its latest routine result that is a verdict, else by its latest.
 * It counts in the district of that result.
 */
#ifndef HEATMAP_CELLS_H
#define HEATMAP_CELLS_H

#include "speak.h"

enum sources { SOURCES_ALL, SOURCES_PUBLIC, SOURCES_PRIVATE };

/* A number as it was found: `kind` says whether it is one. */
struct found_value {
	enum amount_kind kind; /* AMOUNT_NONE: there is none */
	double value;          /* of an interval its upper end */
};

struct cell {
	int32_t month;
	const char *district, *parameter; /* district "none": not known */
	bool screening;
	enum sources sources;
	unsigned points;
	unsigned meets, fails_above, fails_below, fails_detected, possible, cannot_judge,
		not_applicable;
	/* Their place may lie in the neighbour's district: fails or possible; meets.  In no other count. */
	unsigned doubtful_place, doubtful_meets;
	unsigned differs; /* of the results that count: judged otherwise by the van */
	struct found_value median, highest,
		lowest; /* of those believed whose place is not in doubt */
	int64_t newest_ms, oldest_ms;
	bool provisional;
	int64_t as_of_ms; /* the earliest that a lab which works there was heard of; 0: never, or not known */
	bool suppressed; /* by the policy: of what is above only the first line may be shown */
};

struct cells {
	struct cell *at; /* by month, district, parameter, class, sources */
	size_t n;
};

struct policy;

/* A lab not heard of since `silent_before_ms` makes no month after its last word provisional.  `apart`: public and private
 * sources each for themselves, private ones suppressed by the policy. */
int cells_make(struct cells *cells, const struct rows *rows, const struct speakers *speakers,
	const struct policy *policy, int64_t silent_before_ms, bool apart) MUST_USE;
void cells_free(struct cells *cells);

/* Points with a verdict that is one, and those of them that fail. */
unsigned cell_judged(const struct cell *cell);
unsigned cell_failing(const struct cell *cell);
/* Part of the points with a verdict that fail; NAN: none have, too few, or suppressed. */
double cell_share(const struct cell *cell, const struct policy *policy);

#endif
