/* carry_inside.h - the insides of carry_in.c and carry_store.c. */
#ifndef UPLINK_CARRY_INSIDE_H
#define UPLINK_CARRY_INSIDE_H

#include "spool/intervals.h"
#include "uplink/batch.h"
#include "uplink/carry_in.h"
#include "uplink/post.h"
#include "uplink/receipt_form.h"

enum { CARRY_ANSWER = 4 << 20 /* bytes; a run's list takes some 100 KB */ };

struct carrying {
	const struct carry_in *ask;
	struct carry_in_result *out;
	struct text *why;
	struct store_conf asked; /* the store as it is asked */
	struct spool_reader *reader;
	struct line_encoder *encoder;
	struct batch *batch;
	struct post *write, *query;
	atomic_bool stop;
	_Atomic int64_t beat_ms;
	char *answer;
	unsigned lines; /* in one request */
	char good[LINE_LONGEST];
	size_t good_len;
	struct intervals confirmed[STREAM_COUNT],
		settled[STREAM_COUNT]; /* settled: refused, too old */
	bool first_round, sends;       /* in this round */
	uint64_t open;                 /* rows of this round that the store did not show */
	uint64_t stop_at;              /* the last number of the file at work */
	/* the run at work */
	enum stream stream;
	struct receipt_question question;
	char spool[SPOOL_ID]; /* the id that its rows were born under */
	int64_t at_ms[RECEIPT_RUN];
	uint64_t next;
};

/* carry_store.c */
/* Then still() is asked. */
int carry_pause(struct carrying *carrying, int64_t ms) MUST_USE;
/* Which of the run's rows the store has, each at its own time.  ERR_TIMEOUT, ERR_CONF with words. */
int carry_ask(struct carrying *carrying, bool *has) MUST_USE;
/* Those numbers of the run, which the store does not have.  The same. */
int carry_send(struct carrying *carrying, struct range block) MUST_USE;

#endif
