/*
 * after.h - what may come after a sample's end: a second person verifies its results, a value is corrected.  Pure.
 *
 * A correction names the entry that it is of, and is an entry of the same parameter and method; the one before stays as it was.
 *
 * Of one parameter and method the newest entry counts.  A step of verification verifies those that count and are not verified
 * yet; each is then sent once more, as a revision of its own (README.md says why).  What is entered after it is preliminary.
 */
#ifndef SAMPLE_AFTER_H
#define SAMPLE_AFTER_H

#include "sample/samples.h"

/* May this step (STEP_VERIFY, STEP_AMEND) follow?  The sample is known and not cancelled.  Whether all was looked at that a verdict
 * rests on (beside_newest()) is asked when it is recorded, and never again. */
bool after_allow(const struct sample *sample, const struct step *step, struct text *why) MUST_USE;
void after_take(struct sample *sample, uint64_t number, const struct step *step);

/* The record of what an entry says first: of one that was corrected, however often, that of the first. */
uint64_t after_first(const struct sample *sample, unsigned entry);
/* Of a correction the entry before it; NULL: it is none, or that one is lost. */
const struct sample_entry *after_before(
	const struct sample *sample, const struct sample_entry *entry);
/* No later entry is of the same parameter and method. */
bool after_counts(const struct sample *sample, unsigned entry);
/*
 * How many results of the same parameter and method the sample has before this entry's, its preliminary or its verified one.
 * It follows from the steps, whatever of the results was lost, and lies behind that of each result of an earlier entry,
 * whatever of the steps was lost: never the same for two.
 */
unsigned after_revision(const struct sample *sample, unsigned entry, enum result_status status);

/*
 * A result as it stands in the ledger.  Where the step it is of cannot be read any more (the card damaged it), what the result
 * says is the entry again: what was corrected is not undone, what was verified stays so, and the sample has ended.
 */
void after_take_result(struct sample *sample, const struct result *result);

#endif
