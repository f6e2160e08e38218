/* stamps_inside.h - the stamps' own insides, shared by stamps.c and stamps_act.c. */
#ifndef DAEMON_STAMPS_INSIDE_H
#define DAEMON_STAMPS_INSIDE_H

#include <pthread.h>

#include "base/log.h"
#include "daemon/stamps.h"
#include "daemon/stamps_words.h"

struct stamps {
	const struct clock_conf *conf;
	struct spool *spool;
	const struct clock *clock;
	struct stamps_eyes eyes;

	pthread_mutex_t turn; /* over what is below: a look, or a person's entry */
	struct stamps_memory memory;
	struct spool_past past;
	bool earlier_fixed, past_known, bounded, unreadable_said, gps_said;
	struct clock_chip chip;
	int64_t chip_ms;  /* boot time when it was read; 0: never */
	int64_t again_ms; /* boot time before which the ledger is left alone */
	int64_t bound_ms; /* ... before which unbounded boots are */
	struct log_edge ledger_edge, apart_edge, step_edge;

	pthread_mutex_t lock; /* over what is below */
	pthread_cond_t wake;
	bool stopping;
	struct stamps_state state;

	bool running;
	pthread_t thread;
};

/* stamps_act.c; all in turn.  What fails is said, and tried again by a later look. */

/* Once a start: what earlier boots noted, and what that says of this one's clock. */
void stamps_learn_past(struct stamps *stamps, int64_t now_ms);
/* An anchor record, durable on return. */
int stamps_note(struct stamps *stamps, int64_t now_ms, struct ledger_record *record) MUST_USE;
/* What the look leads to: said, fixed, noted, published.  What the fixing returned. */
int stamps_act_on(struct stamps *stamps, struct stamps_view *view, const struct stamps_act *act);

#endif
