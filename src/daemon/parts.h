/*
 * parts.h - the running daemon: its parts, started in this order and stopped in the reverse.
 *
 *   spool -> place, time (stamps) -> field tests -> lines, inbox -> stores -> summaries, lab reports -> control
 */
#ifndef DAEMON_PARTS_H
#define DAEMON_PARTS_H

#include "base/clock.h"
#include "base/log.h"
#include "bus/line.h"
#include "conf/conf.h"
#include "control/control.h"
#include "daemon/field.h"
#include "daemon/quality.h"
#include "daemon/stamps.h"
#include "daemon/summaries.h"
#include "daemon/temperatures.h"
#include "daemon/trends.h"
#include "inbox/inbox.h"
#include "place/whereabouts.h"
#include "spool/spool.h"
#include "uplink/uplink.h"

struct parts {
	const struct clock *clock;
	const struct conf *conf;
	int64_t started_ms; /* boot time */
	struct spool *spool;
	struct whereabouts *place;
	struct log_edge
		left_edge; /* the receiver's thread: entries that ended could not be noted */
	struct stamps *stamps;
	struct temperatures temperatures;
	struct quality *quality;
	struct field *field; /* tests at points */
	struct trends *trends;
	struct bus_sink sink;
	unsigned n_known;
	struct profile *known[MOST_PROFILES]; /* owned: models that a scan can name */
	unsigned n_lines;
	struct line *lines[MOST_LINES];
	struct inbox *inbox; /* NULL: no meter is configured */
	struct links *links; /* under one budget */
	unsigned n_stores;
	struct uplink *stores[MOST_STORES];
	unsigned store_numbers[MOST_STORES]; /* as the spool counts them */
	struct summaries *summaries;
	struct lab_reports *reports;
	struct control *control;
};

/* Starts all parts of conf.  On error nothing runs, and `why` says what and the remedy. */
int parts_start(struct parts *parts, const struct conf *conf, const struct clock *clock,
	struct text *why) MUST_USE;
/* Stops and frees all that was started; commits what is pending.  What the last commit returned. */
int parts_stop(struct parts *parts);

/* The sink that the lines fill: readings get their place and go to the spool. */
struct bus_sink parts_sink(struct parts *parts);

#endif
