/*
 * unit.h - one analyzer on a line: its turn, question by question.  No I/O: the line asks and says
 * what came.  `said` is what other threads may see; the line's lock covers every call that changes it.
 */
#ifndef BUS_UNIT_H
#define BUS_UNIT_H

#include "base/log.h"
#include "bus/blocks.h"
#include "bus/codec.h"
#include "bus/health.h"
#include "bus/line.h"

/* The readings of one answer, ready for the sink. */
struct delivery {
	int64_t boot_ms;
	unsigned n;
	uint8_t field[MOST_FIELDS]; /* the profile's field of each reading */
	struct reading readings[MOST_FIELDS];
	struct qc_flags tests[MOST_FIELDS]; /* what the sink found of each */
};

enum { MOST_OPEN = 8, LEAST_REPLY_MS = 50 };

enum unit_stage { STAGE_IDENTITY, STAGE_PROBE, STAGE_BLOCKS, STAGE_CODEC };

struct unit {
	const struct unit_conf *conf;
	const struct profile *profile;
	const char *line; /* its name, for the log */
	bool serial;      /* RTU: answers carry nothing of their question */
	struct blocks blocks;
	struct codec codec; /* instead of blocks, where the profile is one of a driver */
	struct wl_out put;
	struct health health;
	struct unit_state said;
	struct log_edge edge, refusals[MOST_ITEMS], edge_sink, edge_driver, edge_strange;
	/* when */
	int64_t phase_ns, due_ns;
	int64_t unasked_until_ns; /* a late answer may still come */
	int64_t appeared_ms;      /* first answer since it was away; 0: not yet */
	int64_t last_boot_ms;
	/* what is known */
	bool verified; /* its identity since the line was opened */
	/* RTU: questions whose answers may still come.  They come in order: once one that can be told
	 * from all of them is answered, none is left. */
	struct question open[MOST_OPEN];
	unsigned n_open;
	uint32_t series[MOST_FIELDS];
	bool has_series[MOST_FIELDS];
	const struct parameter *parameters[MOST_FIELDS];
	/* this turn */
	int64_t turn_ms; /* boot time when it began */
	bool in_turn, failed, retried, gone_before, mismatch;
	enum unit_stage stage;
	struct plan_request probe; /* in STAGE_PROBE */
	bool telling;              /* its answer can be told from those of open questions */
	bool rule_known[MOST_STATUS], rule_holds[MOST_STATUS];
};

/* ERR_CONF with words when the profile cannot be planned on this line. */
int unit_init(struct unit *unit, const struct unit_conf *conf, const struct line_conf *line,
	uint64_t seed, struct text *why) MUST_USE;
/* Its line was opened (again).  `away`: it had been closed for a while, anything may have happened. */
void unit_line_opened(struct unit *unit, int64_t now_ns, bool away);
/* Its line is lost; the turn is off. */
void unit_line_lost(struct unit *unit);
void unit_try(struct unit *unit, int64_t now_ns);

/* The profile's worst reply time, or LEAST_REPLY_MS where that is less. */
unsigned unit_reply_ms(const struct unit *unit);

void unit_begin(struct unit *unit, int64_t now_ns);
/* The next question of the turn without its deadline; false: the turn is over. */
bool unit_question(struct unit *unit, struct port_ask *ask);

/*
 * What came of the question.  Each may fill `out` (n > 0) with readings to deliver.  unit_good() returns
 * ERR_NOISE for what a driver does not take for an answer, ERR_TIMEOUT when the device is never ready.
 */
int unit_good(
	struct unit *unit, int64_t now_ns, const struct port_reply *reply, struct delivery *out);
void unit_exception(struct unit *unit, int64_t now_ns, const struct port_ask *ask,
	const struct port_reply *reply, int64_t took_ms, struct delivery *out);
/* `rc` ended the turn; it took so long. */
void unit_failed(
	struct unit *unit, int64_t now_ns, int rc, const struct port_ask *ask, int64_t took_ms);
/*
 * RTU: the question's answer may still come.  The unit stays unasked for its worst reply time; its next
 * question is a probe that a late answer cannot pass for.
 */
void unit_left_open(struct unit *unit, int64_t now_ns, const struct port_ask *ask);
/* Not its fault: the turn goes on where it was, when the unit may be asked again. */
void unit_suspend(struct unit *unit, int64_t now_ns);
/* True once when an identity did not fit: read it again after draining before it is believed. */
bool unit_doubts_identity(const struct unit *unit);
/* Ends the turn when nothing is left of it. */
void unit_end_if_over(struct unit *unit, int64_t now_ns);

/* Its turn, or the rest of it, is due then; or at the next beat of its own. */
void unit_wait(struct unit *unit, int64_t due_ns);
void unit_till_next_beat(struct unit *unit, int64_t now_ns);
/* It is there.  Warm-up begins anew when it had been away. */
void unit_answered(struct unit *unit, int64_t now_ns);
/* unit_identity.c: what the identity register says, and what it means that it refuses. */
void unit_take_identity(struct unit *unit, int64_t now_ns, const struct port_reply *reply);
void unit_identity_refused(struct unit *unit, int64_t now_ns, uint8_t code, int64_t took_ms);
/* Another device is where it should be; `words` say by what that was seen. */
void unit_is_wrong(struct unit *unit, int64_t now_ns, int64_t took_ms, const char *words);

/* unit_codec.c: the same turn where the profile is that of a driver. */
int unit_codec_init(struct unit *unit, struct text *why) MUST_USE;
void unit_codec_opened(struct unit *unit, int64_t now_ns);
void unit_codec_begin(struct unit *unit, int64_t now_ns);
void unit_codec_left_open(struct unit *unit, int64_t now_ns);
int unit_codec_good(
	struct unit *unit, int64_t now_ns, const struct port_reply *reply, struct delivery *out);
/* True when the exception was an answer. */
bool unit_codec_exception(struct unit *unit, int64_t now_ns);
void unit_codec_name(struct unit *unit, struct text *to);
/* The question now is one that tells which device that is. */
bool unit_codec_is_telling(struct unit *unit);

/* values.c: which of the unit's fields has this parameter; added where there is room, else MOST_FIELDS. */
unsigned unit_field(
	struct unit *unit, const char *parameter, enum number_kind kind, uint8_t decimals);
/* values.c: what a driver put. */
void unit_take_put(struct unit *unit, int64_t now_ns, struct delivery *out);
/* values.c: the readings of a good answer to `r`, and those of an item the device refuses. */
void unit_take_values(struct unit *unit, int64_t now_ns, const struct plan_request *r,
	const struct port_reply *reply, struct delivery *out);
void unit_take_refusal(struct unit *unit, int64_t now_ns, unsigned item, struct delivery *out);

#endif
