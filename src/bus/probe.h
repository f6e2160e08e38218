/*
 * probe.h - one analyzer asked for all that its map of registers says, and what lies beside, question by question.  Pure.
 *
 * Each value is read where the map says, one address lower and one higher; values of several registers once more,
 * a moment later (probe_values.h says why).  What the profile forbids is not asked.
 */
#ifndef BUS_PROBE_H
#define BUS_PROBE_H

#include "bus/probe_values.h"
#include "io/port.h"

enum {
	PROBE_REPLY_MS = 1000, /* where the profile names no worst time */
	PROBE_CHANGE_MS = 1500 /* an analyzer has a new value each second or so */
};

enum probe_what { PROBE_IDENTITY, PROBE_STATUS, PROBE_VALUE };

/* One read of it: which, and what came. */
struct probe_job {
	enum probe_what what;
	unsigned index, place;      /* of status rules and values; PROBE_WRITTEN and others */
	bool again;                 /* the second look */
	struct profile_register at; /* its registers there */
	uint16_t start, count;      /* the read that holds them */
	struct probe_read *into;
};

struct probe {
	const struct profile *profile; /* outlives the probe; no driver's */
	struct probe_read identity, status[MOST_STATUS];
	struct probe_value values[MOST_FIELDS];
	unsigned step;
	bool again;               /* the second looks have begun */
	unsigned wait_ms;         /* so long before the next question */
	unsigned asked, answered; /* questions, and answers or exceptions to them */
	int last;                 /* enum err of the last one without an answer */
	bool noisy;               /* bytes came that were no answer */
};

void probe_begin(struct probe *probe, const struct profile *profile);
/* The question now, without unit and deadline; the same until it is answered.  False: it is over, or nobody answers. */
bool probe_question(struct probe *probe, struct port_ask *ask);
void probe_answer(struct probe *probe, int err, const struct port_reply *reply);
/* How many questions there are at most. */
unsigned probe_steps(const struct probe *probe);
/*
 * Read `step` < probe_steps(), asked or not.  False: there is none such, and job->into->why may say why; a second look
 * there is only at what was read and may be in several orders.
 */
bool probe_job(struct probe *probe, unsigned step, struct probe_job *job);

#endif
