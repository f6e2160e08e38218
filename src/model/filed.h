/*
 * filed.h - one value from a file that a meter wrote, as the words of a ledger record:
 *
 *     hqd-1 ph 7.02 [pH]; sample HT 1; probe 1234567; by NK
 *     hqd-1 - - ; probe 1234567; as written: 7.00,pH,...
 *
 * Analyzer, parameter, number and unit, its flags by their words behind it; then what the record says of itself.
 * A check or calibration whose columns nobody documented has no parameter, but all that the record says.  Of ledger
 * records with one mark (spool.h) the newest counts.
 */
#ifndef MODEL_FILED_H
#define MODEL_FILED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "model/reading.h"

enum filed_kind { FILED_READING, FILED_CHECK, FILED_CALIBRATION };

/*
 * Texts may hold anything a person typed; "" where there is none.  `;` becomes `,`; a control character, one that
 * turns the writing round, or a byte that is no UTF-8 becomes '?'; of the first four a space becomes '_'.
 */
struct filed {
	const char *analyzer, *parameter;
	const char *number; /* as the meter shows it; of NUMBER_TEXT bytes or more: none */
	const char *unit;   /* UCUM; the parameter's */
	uint16_t flags;     /* enum reading_flag */
	const char *sample, *probe, *by, *written;
};

/* What does not fit is cut at its end, never inside a character. */
void filed_put(struct text *to, const struct filed *filed);

struct filed_head {
	char analyzer[UNIT_NAME], parameter[PARAMETER_CODE]; /* parameter "": none */
	/* In the parameter's unit.  NAN: none, no decimal number, or one in another unit. */
	double value;
};
/* The head again; false: these are no such words, or the cut came before the number's end. */
bool filed_read(const char *words, struct filed_head *head) MUST_USE;

#endif
