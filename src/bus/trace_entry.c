#include "bus/trace_entry.h"

#include "bus/trace_text.h"

static void print_trouble(FILE *to, const struct trace_entry *entry)
{
	switch (entry->err) {
	case 0:
		return;
	case ERR_TIMEOUT:
		fputs("# no answer\n", to);
		return;
	case ERR_EXCEPTION:
		fprintf(to, "# exception %u\n", entry->exception);
		return;
	case ERR_NOISE:
		fputs(entry->len ? "# this is no answer to the question\n"
				 : "# bytes came, but no whole answer\n",
			to);
		return;
	default:
		fprintf(to, "# %s\n", err_text(entry->err));
	}
}

void trace_entry_print(FILE *to, const struct trace_entry *entry, int64_t first_ms)
{
	/* Modbus is hexadecimal, even where its bytes happen to be letters. */
	bool hex = entry->kind != ASK_BYTES;

	fprintf(to, "# +%.3f s, %.0f ms\n", (double)(entry->boot_ms - first_ms) / 1000,
		(double)entry->took_us / 1000);
	if (entry->stale)
		fprintf(to, "# %s%u bytes that nobody asked for lay on the line before it\n",
			entry->stale == UINT16_MAX ? "at least " : "", entry->stale);
	if (entry->asked_len)
		trace_text_print(to, '>', entry->asked, entry->asked_len, hex);
	if (entry->len)
		trace_text_print(to, '<', entry->pdu, entry->len, hex);
	print_trouble(to, entry);
}
