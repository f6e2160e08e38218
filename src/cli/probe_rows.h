/* probe_rows.h - what a probe read, as rows for people.  Pure. */
#ifndef CLI_PROBE_ROWS_H
#define CLI_PROBE_ROWS_H

#include "bus/probe_values.h"
#include "cli/page.h"

/* The rows of one value. */
void probe_show(struct page *page, const struct probe_value *value);

#endif
