/*
 * failures.h - what is open: points whose water failed, or may fail, and was not shown to meet since.  Pure.
 *
 * Only a *meets* closes it; what a screening method shows does not close what a laboratory's method found, nor does what may
 * have been earlier: of a clock that nobody confirmed only the order of one spool's samples is certain.
 */
#ifndef HEATMAP_FAILURES_H
#define HEATMAP_FAILURES_H

#include "speak.h"

struct failure {
	const struct result_row *row; /* the newest of the unbroken run */
	int64_t since_ms;             /* UTC; the first of it */
	bool retested;                /* more than one visit shows it */
};

struct failures {
	struct failure *at; /* health first, then the newest */
	size_t n;
};

int failures_find(struct failures *failures, const struct speakers *speakers) MUST_USE;
void failures_free(struct failures *failures);

#endif
