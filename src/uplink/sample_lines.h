/* sample_lines.h - results of field tests and points as line protocol.  README.md lists tags and fields. */
#ifndef UPLINK_SAMPLE_LINES_H
#define UPLINK_SAMPLE_LINES_H

#include "uplink/line_protocol.h"

/* Of a LEDGER_RESULT or a LEDGER_POINT all but the time; lab and spool escaped.  False: words that say too little. */
bool sample_line_put(
	struct text *to, const struct spool_row *row, const char *lab, const char *spool);

#endif
