/*
 * lab_reports.h - the thread that records how the laboratory is (model/lab_status.h), so that the centre sees it:
 * LAB_REPORTS_FIRST_MS after the start, once the time is known; then every LAB_REPORTS_EVERY_MS; and when something changed that
 * somebody should hear of (an analyzer sick for an hour or well again, checks, refused lines, damaged files),
 * LAB_REPORTS_APART_MS after the one before at the earliest.
 */
#ifndef DAEMON_LAB_REPORTS_H
#define DAEMON_LAB_REPORTS_H

#include "daemon/lab_look.h"

enum {
	LAB_REPORTS_FIRST_MS = 60 * 1000,
	LAB_REPORTS_APART_MS = 3600 * 1000,
	LAB_REPORTS_EVERY_MS = 6 * 3600 * 1000
};

struct lab_reports;

/* All parts that are looked at outlive it. */
int lab_reports_new(struct lab_reports **out, const struct parts *parts) MUST_USE;
/* Looks whether one is due, and records it.  What fails is said in the log, and tried again. */
int lab_reports_step(struct lab_reports *reports) MUST_USE;
/* Steps in a thread of its own. */
int lab_reports_start(struct lab_reports *reports) MUST_USE;
void lab_reports_stop(struct lab_reports *reports);
void lab_reports_free(struct lab_reports *reports);

/* Boot time of its last step, once it was started; safe from any thread. */
int64_t lab_reports_heartbeat_ms(struct lab_reports *reports);

#endif
