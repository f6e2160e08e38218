/*
 * scan_known.h - what a scan asks, and what it knows of who answers.  Pure.
 *
 * All questions are reads of one register, or of what tells a known model.  An exception is an answer too.
 */
#ifndef BUS_SCAN_KNOWN_H
#define BUS_SCAN_KNOWN_H

#include "bus/profile.h"
#include "io/port.h"

enum { SCAN_QUESTIONS = 2, SCAN_SPEEDS = 24 };

struct scan_question {
	uint8_t function; /* 3 or 4 */
	uint16_t start;
};

/*
 * One question of each function: the address that most of the known profiles use for it, their identity
 * registers before all others; 0 where none is known.
 */
void scan_questions(
	const struct profile *const *known, unsigned n, struct scan_question to[SCAN_QUESTIONS]);

/* "FIRST-LAST" or "N" within least..most; false when it is none. */
bool scan_range(const char *word, unsigned least, unsigned most, unsigned *first, unsigned *last);

/* Speed and framing i < SCAN_SPEEDS, the line's own first, then the usual ones; false: there is none more. */
bool scan_speed(const struct port_conf *own, unsigned i, struct port_conf *to);

/* A gateway answers for units that are not there: exceptions 10 and 11. */
bool scan_is_somebody(int err, uint8_t exception);

#endif
