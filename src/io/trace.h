/*
 * trace.h - the last exchanges of one line, byte for byte, in fixed memory.
 *
 * The ring answers "what did the analyzer really say?" after the fact.  It has no lock: its owner
 * keeps others away.
 */
#ifndef IO_TRACE_H
#define IO_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "io/answer.h"
#include "io/port.h"

enum { TRACE_ENTRIES = 128 };

struct trace_entry {
	uint64_t number; /* 1, 2, 3 ... since the line was made */
	int64_t boot_ms; /* when it was asked */
	uint32_t took_us;
	uint8_t unit, function;
	uint16_t start, count; /* the question, as in struct port_ask */
	uint8_t kind;          /* enum ask_kind */
	uint8_t asked_len;     /* the question as a PDU, or the bytes sent */
	uint8_t asked[ANSWER_QUESTION];
	int16_t err; /* 0 or enum err */
	uint8_t exception;
	uint16_t stale; /* bytes thrown away before the question; 65535: that or more */
	uint16_t len;   /* of what is in pdu; 0 when nothing usable came */
	uint8_t pdu[PORT_REPLY];
};

struct trace {
	uint64_t made;
	struct trace_entry ring[TRACE_ENTRIES];
};

/* Notes one exchange; the oldest makes room.  `rc` is what port_ask() returned. */
void trace_note(struct trace *trace, const struct port_ask *ask, int rc,
	const struct port_reply *reply, int64_t asked_ns, int64_t done_ns);

/*
 * Copies entries with a number above `after`, oldest first, at most `most`; returns how many.  Call
 * again with the last number seen to go on; entries pushed out in between are missing from the count
 * of numbers, never silently renumbered.
 */
size_t trace_copy(const struct trace *trace, uint64_t after, struct trace_entry *out, size_t most);

#endif
