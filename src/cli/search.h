/* search.h - scan and probe of a line that the daemon holds: it asks, between its own questions. */
#ifndef CLI_SEARCH_H
#define CLI_SEARCH_H

#include "cli/on_line.h"

/* Who answers at first..last; the exit status. */
int search_scan(const struct cli *cli, const struct on_line *on, unsigned first, unsigned last);
/* What the line's unit of that address says, by the driver that is configured for it; CLI_ABSENT: that is another, or none. */
int search_probe(const struct cli *cli, const struct on_line *on, const struct profile *profile,
	uint8_t address);

#endif
