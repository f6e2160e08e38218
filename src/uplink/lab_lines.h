/* lab_lines.h - how the laboratory is (model/lab_status.h) as line protocol.  README.md lists the fields. */
#ifndef UPLINK_LAB_LINES_H
#define UPLINK_LAB_LINES_H

#include "uplink/line_protocol.h"

/* Of a LEDGER_LAB_STATUS all but the time; lab and spool escaped.  False: it does not fit. */
bool lab_line_put(struct text *to, const struct spool_row *row, const char *lab, const char *spool);

#endif
