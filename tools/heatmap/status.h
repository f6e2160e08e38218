/* status.h - data/status.json beside what is published: when the store was last asked, and what came of it. */
#ifndef HEATMAP_STATUS_H
#define HEATMAP_STATUS_H

#include "conf.h"

/*
 * In each view of OUT/current, replaced by rename; nothing else there changes.  `trouble` NULL: all is well.  The public
 * view gets no words that name a machine.
 */
void status_put(const struct heatmap_conf *conf, int64_t tried_ms, int err, const char *trouble);

#endif
