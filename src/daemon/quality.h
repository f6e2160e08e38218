/*
 * quality.h - QARTOD's tests of each analyzer's each parameter, reading by reading: what only a series can show.
 *
 * A visit is a sample, a check, or the time between two: water of one place.  A series that goes on in another visit
 * begins anew, and so does every series when the daemon starts: nothing is read back.  The same work for each
 * reading; memory is taken once, when a series is learnt.  Safe from any thread.
 */
#ifndef DAEMON_QUALITY_H
#define DAEMON_QUALITY_H

#include "conf/conf.h"

struct quality;

/* By conf->qc; without it a value is held against what water on earth can show, and the other tests give 2.  conf
 * outlives it.  ERR_MEMORY. */
int quality_new(struct quality **out, const struct conf *conf) MUST_USE;
void quality_free(struct quality *quality);

/* A series of readings has this number from now on.  Its flat line counts by the interval of its analyzer in
 * waterlab.conf.  Without memory for it its readings are not tested (2). */
void quality_learn(struct quality *quality, const struct series *series, uint32_t number);

/*
 * Tests the exchange's readings: each gets the worst of its own qc and of what the tests say, gap left out
 * (qc/flags.h), and FLAG_RANGE, FLAG_RATE, FLAG_FLAT where that test says 3 or 4.  Its spike is known with the next one
 * of its visit: until then, for twice its analyzer's interval, it is open (open_ms), and what comes of it is said with the next
 * (spike_before).  An analyzer asked each 30 s or more seldom has no spike test.  tests[i] is what each test gave, but
 * that of the spike is of the reading before.
 */
void quality_judge(struct quality *quality, const struct exchange *exchange,
	struct reading *readings, struct qc_flags *tests);

#endif
