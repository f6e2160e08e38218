/* sample_early.h - bacteria that had no time to grow yet. */
#ifndef DAEMON_SAMPLE_EARLY_H
#define DAEMON_SAMPLE_EARLY_H

#include "daemon/parts.h"
#include "sample/step.h"

/*
 * The shortest culture, of any kit: Colilert-18 is read after 18 to 22 hours (40 CFR 465.360k13, in the evaluation form of the
 * Illinois Department of Public Health); bags and membranes take longer.
 */
enum { SAMPLE_CULTURE_HOURS = 18 };

/*
 * Nothing was found in `step`, of bacteria, and it was read (record `read`, 0: now) before nine tenths of its hours had passed since
 * the record `since`, or nobody can tell that they had.  Then it is believed no more, step->qc says so, and the question to ask back
 * is returned; NULL: all is well.  What was found is there at any time.
 */
const char *sample_early(
	const struct parts *parts, struct step *step, uint64_t since, uint64_t read, int hours);
/* The same of a correction: it says what was seen when the value was read that it corrects. */
const char *sample_early_amended(const struct parts *parts, struct step *step);

#endif
