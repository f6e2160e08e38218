/* boundaries_form.h - the first line of an installed file, which its reader and its writer must
 * agree on. */
#ifndef DISTRICT_BOUNDARIES_FORM_H
#define DISTRICT_BOUNDARIES_FORM_H

#include <stdint.h>
#include <stdio.h>

#define BOUNDARIES_MAGIC "waterlab boundaries 1 "

enum { BOUNDARIES_FIRST_LINE = sizeof(BOUNDARIES_MAGIC) - 1 + 8 + 1 + 12 + 1 };

static inline void boundaries_first_line(
	char to[BOUNDARIES_FIRST_LINE + 1], unsigned long crc, uint64_t bytes)
{
	snprintf(to, BOUNDARIES_FIRST_LINE + 1, BOUNDARIES_MAGIC "%08lx %012llu\n",
		crc & 0xffffffff, (unsigned long long)bytes % 1000000000000);
}

/* Of the bits for inner edges. */
static inline size_t boundaries_inner_bytes(size_t points)
{
	return points / 8 + 1;
}

#endif
