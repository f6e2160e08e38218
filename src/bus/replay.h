/*
 * replay.h - what a driver makes of a trace (trace_text.h), without any line.
 *
 * The driver's turn runs as on a line, its questions answered by the trace; a map of registers takes each
 * answer for itself, and knows of a state only what was read of it: as on a line, values whose state was
 * not read before are suspect.  Behind every answer stand its values,
 *
 *     = ph 7.02 [pH]
 *     = free_chlorine - mg/L standby       no value, and why
 *     = : date "28-Nov-2026"               what the record tells of itself (wl_tell), behind its values
 *     ? not asked by the driver            passed over; a map: a read of none of its registers
 *     ? holds no value of the driver whole a map: a read of less than one
 *     ! garbled                            no answer to the question; or "another device", "exception 2"
 *
 * so that a trace with the right lines is a case: printed again it is the same, byte for byte.
 */
#ifndef BUS_REPLAY_H
#define BUS_REPLAY_H

#include <stdio.h>

#include "bus/profile.h"
#include "bus/trace_text.h"

/* Prints the trace with what came of it; `text` is the trace as written, for its comments and keys. */
int replay(const struct profile *profile, const char *name, const char *text, size_t len, FILE *to,
	struct text *why) MUST_USE;

#endif
