/* stamps_words.h - the clock's state and its reasons, for people.  Pure. */
#ifndef DAEMON_STAMPS_WORDS_H
#define DAEMON_STAMPS_WORDS_H

#include "daemon/stamps_judge.h"

struct stamps_view {
	const struct clock_conf *conf;
	const struct spool_past *past; /* NULL: not known */
	const struct stamps_memory *memory;
	const struct stamps_look *look;
	const struct stamps_act *act;
	struct time_offset in_force;
};

/* "12 ms", "5 s", "3 min", "7 h", "12 days" */
void stamps_put_span(struct text *to, int64_t ms);
/* "GPS", "NTP", "the machine's clock chip" ... */
const char *stamps_source_words(enum time_source source);
/* What readings made now get their time from, or what they wait for. */
void stamps_put_words(struct text *to, const struct stamps_view *view);
/* Why this clock is used, or is not. */
void stamps_put_clock(struct text *to, const struct stamps_view *view, enum clock_kind kind);

#endif
