/* utc.h - a moment as people write it.  Any int64_t is some text; years past 9999 are not a concern here. */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include "base/text.h"

/* "2026-12-01" */
void utc_put_day(struct text *to, int64_t utc_ms);
/* "2026-12-01 09:05" */
void utc_put_minute(struct text *to, int64_t utc_ms);
/* "2026-12-01 09:05:31" */
void utc_put_second(struct text *to, int64_t utc_ms);

#endif
