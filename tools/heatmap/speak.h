/*
 * speak.h - which results speak for a point.  Pure.
 *
 * Of one visit (a sample and the replicates beside it) the worst result of a parameter and class speaks: a replicate, or a
 * second method, never makes a failure go away.  Quality control, training and visits without water speak for nothing; what is
 * dated more than a day after `now` (a wrong clock), or of a newer program's purpose or activity, for failures alone; an odd
 * row (rows.h) where it fails, or not at all.
 */
#ifndef HEATMAP_SPEAK_H
#define HEATMAP_SPEAK_H

#include "rows.h"

struct spoken {
	const struct result_row *row;
	uint64_t visit;   /* the number of its first sample */
	int64_t visit_ms; /* UTC; when that began */
	uint8_t purpose;  /* the visit's, not the replicate's */
	/* Of all that fail or may, of this class: when the last began, and the highest sample; 0: none does. */
	int64_t failed_ms;
	uint64_t failed_sample;
	const struct result_row *failed; /* the one whose clock is least sure; NULL: none */
	bool fails_only; /* dated after now, or of a kind that nobody here knows: closes nothing */
};

struct speakers {
	struct spoken
		*at; /* by point, parameter, when the visit began; of one moment the worst last */
	size_t n;
};

/* It fails, or may. */
bool speak_fails(const struct result_row *row);
/* How much a verdict matters beside others of the same visit: a failure most. */
unsigned speak_weight(const struct result_row *row);

int speakers_find(struct speakers *speakers, const struct rows *rows, int64_t now_ms) MUST_USE;
void speakers_free(struct speakers *speakers);

/* When the sample began: the time of a result without its revision's milliseconds. */
int64_t sampled_ms(const struct result_row *row);
/* NTP or GPS confirmed it. */
bool speak_is_timed(const struct result_row *row);
/* Between when and when it was, by what is known of its clock. */
int64_t speak_earliest_ms(const struct result_row *row);
int64_t speak_latest_ms(const struct result_row *row);

#endif
