/* waits.h - plain sentences: why something waits, and who has to do what.  Pure. */
#ifndef DAEMON_WAITS_H
#define DAEMON_WAITS_H

#include "base/text.h"
#include "bus/line.h"
#include "daemon/stamps.h"
#include "inbox/inbox.h"
#include "spool/spool.h"
#include "uplink/uplink.h"

enum { WAIT_SENTENCE = 700, WAIT_ASIDES = 8 };

/* Each puts its sentence, or nothing when all is well. */
void waits_line(struct text *to, const struct line_state *line);
void waits_unit(struct text *to, const struct unit_state *unit, int64_t now_ms);
void waits_store(struct text *to, const struct uplink_state *store, uint64_t waiting,
	const struct stamps_state *stamps, int64_t now_ms);
/* What is older than the store keeps. */
void waits_old(struct text *to, const struct uplink_state *store, const struct store_conf *conf,
	int64_t now_ms);
/* That it refuses every line of a stream, or that the card cannot be read. */
void waits_shut(struct text *to, const struct uplink_state *store, int64_t now_ms);
/* That it refused some in its own words. */
void waits_refused(
	struct text *to, const struct uplink_state *store, uint64_t readings, uint64_t records);
/* Why what a store took is not known to be there. */
void waits_receipts(struct text *to, const struct uplink_state *store);
void waits_inbox(struct text *to, const struct inbox_state *inbox, const char *dir);
/* That the centre's list of points is not as its files are. */
void waits_points(struct text *to, const char *words);
void waits_limits(struct text *to, const char *words);
void waits_spool(struct text *to, const struct spool_counts *counts);
/* That files of the spool are set aside as damaged: `n`, of which the first WAIT_ASIDES, or all, are at `asides`. */
void waits_asides(struct text *to, const struct spool_aside *asides, size_t n);

#endif
