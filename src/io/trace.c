#include "io/trace.h"

#include <string.h>

void trace_note(struct trace *trace, const struct port_ask *ask, int rc,
	const struct port_reply *reply, int64_t asked_ns, int64_t done_ns)
{
	struct trace_entry *entry = &trace->ring[trace->made % TRACE_ENTRIES];
	int64_t took_us = (done_ns - asked_ns) / 1000;

	entry->number = ++trace->made;
	entry->boot_ms = asked_ns / 1000000;
	entry->took_us = took_us < 0 ? 0 : took_us > UINT32_MAX ? UINT32_MAX : (uint32_t)took_us;
	entry->unit = ask->unit;
	entry->function = ask->function;
	entry->start = ask->start;
	entry->count = ask->count;
	entry->kind = (uint8_t)ask->kind;
	entry->asked_len = (uint8_t)answer_question(ask, entry->asked);
	entry->err = (int16_t)rc;
	entry->exception = reply->exception;
	entry->stale = reply->stale > UINT16_MAX ? UINT16_MAX : (uint16_t)reply->stale;
	entry->len = (uint16_t)(reply->len > PORT_REPLY ? PORT_REPLY : reply->len);
	memcpy(entry->pdu, reply->pdu, entry->len);
}

size_t trace_copy(const struct trace *trace, uint64_t after, struct trace_entry *out, size_t most)
{
	uint64_t first = trace->made > TRACE_ENTRIES ? trace->made - TRACE_ENTRIES : 0;
	size_t n = 0;

	for (first = after > first ? after : first; first < trace->made && n < most; first++)
		out[n++] = trace->ring[first % TRACE_ENTRIES];
	return n;
}
