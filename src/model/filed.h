/*
 * filed.h - one value from a file that a meter wrote, as the words of a ledger record:
 *
 *     hqd-1 ph 7.02 [pH]; sample HT 1; probe 1234567; by NK
 *     hqd-1 - - ; probe 1234567; as written: 7.00,pH,...
 *
 * Analyzer, parameter, number and unit, its flags by their words behind it; then what the record says of itself.
 * A check or calibration whose columns nobody documented has no parameter, but all that the record says.
 */
#ifndef MODEL_FILED_H
#define MODEL_FILED_H

#include <stdint.h>

#include "base/text.h"
#include "model/reading.h"

enum filed_kind { FILED_READING, FILED_CHECK, FILED_CALIBRATION };

/* Texts are one line of UTF-8; "" where there is none. */
struct filed {
	const char *analyzer, *parameter;
	const char *number; /* as the meter shows it */
	const char *unit;   /* UCUM */
	uint16_t flags;     /* enum reading_flag */
	const char *sample, *probe, *by, *written;
};

/* What does not fit is cut at its end. */
void filed_put(struct text *to, const struct filed *filed);

struct filed_head {
	char analyzer[UNIT_NAME], parameter[PARAMETER_CODE]; /* parameter "": none */
	double value;                                        /* NAN: none */
};
/* The head again; false: these are no such words. */
bool filed_read(const char *words, struct filed_head *head) MUST_USE;

#endif
