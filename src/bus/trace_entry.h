/*
 * trace_entry.h - one exchange of a line's ring (io/trace.h) as lines of a trace (trace_text.h):
 *
 *     # +1.234 s, 45 ms
 *     > 03 00 00 00 02
 *     # no answer
 *
 * The time counts from `first_ms`.  What went wrong is a comment, so that the trace can be replayed.
 */
#ifndef BUS_TRACE_ENTRY_H
#define BUS_TRACE_ENTRY_H

#include <stdio.h>

#include "io/trace.h"

void trace_entry_print(FILE *to, const struct trace_entry *entry, int64_t first_ms);

#endif
