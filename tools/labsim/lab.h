/*
 * lab.h - the lab that a configuration describes, as a thing that answers Modbus questions.
 *
 * Pure but for its faults and counters: no ports, no clock of its own.  The caller brings a question and
 * the time, gets an answer, and puts it on a wire (rtu.c, tcp.c) or into a test's simulated port.  Times
 * are boot times in ns.  Safe from any thread.
 */
#ifndef LABSIM_LAB_H
#define LABSIM_LAB_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "bus/codec.h"
#include "bus/line.h"
#include "fault.h"

enum { LAB_PDU = 253, LAB_FRAME = 320, UNIT_FAULTS = 8 };

struct played; /* played.h */

struct lab_unit {
	const struct unit_conf *conf;
	uint64_t source;        /* whose water it measures: its own */
	int water[MOST_FIELDS]; /* water.h's number of each field's parameter; -1: none */
	struct played *played;  /* instead of registers, where its driver is C; NULL */
	int64_t talks_ns;       /* when it speaks next unasked */
	int64_t free_ns;        /* it hears nothing before: its answer plus its quiet time */
	unsigned n_faults;
	struct fault faults[UNIT_FAULTS];
	uint64_t asked, answered, spoilt; /* whole and honest answers; the others */
};

struct lab_line {
	const struct line_conf *conf;
	int64_t unplugged_until_ns; /* 0: plugged in */
	int64_t babble_until_ns;
	unsigned n_units;
	struct lab_unit units[MOST_UNITS];
};

struct lab {
	pthread_mutex_t lock;
	uint64_t seed;
	uint64_t chance;   /* state of the dice for p= */
	int64_t epoch_ms;  /* water time = boot time + this */
	int turnaround_ms; /* instead of every profile's; -1: the profile's */
	unsigned n_lines;
	struct lab_line lines[MOST_LINES];
};

/* One value of an answer, as its registers say it. */
struct lab_served {
	const struct profile_field *field;
	double value; /* what the registers decode to; NAN: none */
	enum fault_kind outcome;
};

struct lab_answer {
	const struct lab_unit *unit; /* who was asked; NULL: nobody has that number */
	uint8_t number;              /* the unit number the answer bears */
	uint8_t function;
	uint16_t start, count; /* as asked */
	enum fault_kind outcome;
	bool speaks;
	bool plain;       /* bytes as they are: no unit number, no checksum */
	int64_t delay_ns; /* from the end of the question to the first byte */
	uint64_t noise;   /* for whatever is random about this answer */
	size_t len;
	uint8_t pdu[LAB_PDU + 7];
	struct wl_out put; /* what the driver makes of it */
	unsigned n_served;
	struct lab_served served[MOST_FIELDS];
};

/* `lines` outlive it.  Water time at boot time 0 is `epoch_ms`. */
void lab_init(struct lab *lab, const struct line_conf *lines, unsigned n_lines, uint64_t seed,
	int64_t epoch_ms);
void lab_close(struct lab *lab);
/* Reads the cases under `drivers` for the units whose driver is C. */
int lab_play(struct lab *lab, const char *drivers, struct text *why) MUST_USE;

/*
 * What unit `number` of the line answers to this PDU, whose first byte came at `asked_ns` and whose last
 * at `now_ns`.  Broadcasts (0) and numbers nobody has: not a word (TCP: a gateway's exception 11).
 */
void lab_reply(struct lab *lab, unsigned line, uint8_t number, const uint8_t *pdu, size_t len,
	int64_t asked_ns, int64_t now_ns, struct lab_answer *answer);
/* The same for bytes that are no PDU, on a serial line; false: nobody there is asked so. */
bool lab_reply_bytes(struct lab *lab, unsigned line, const uint8_t *bytes, size_t len,
	int64_t asked_ns, int64_t now_ns, struct lab_answer *answer);
/* Somebody of the line has something to say unasked, once a second; `next_ns`: when to look again. */
bool lab_talks(struct lab *lab, unsigned line, int64_t now_ns, struct lab_answer *answer,
	int64_t *next_ns);
/* The last byte of the answer went out at `now_ns`, in the end with this outcome. */
void lab_spoke(
	struct lab *lab, const struct lab_answer *answer, enum fault_kind outcome, int64_t now_ns);

/* The answer's bytes for the wire; `out` holds LAB_FRAME.  Its frame faults are in them. */
size_t lab_frame_rtu(const struct lab_answer *answer, uint8_t *out);
size_t lab_frame_tcp(const struct lab_answer *answer, uint16_t transaction, uint8_t *out);

bool lab_plugged(struct lab *lab, unsigned line, int64_t now_ns);
bool lab_babbles(struct lab *lab, unsigned line, int64_t now_ns);
/*
 * "ph-1 crc 10s" (fault.h).  0, or ERR_ABSENT or ERR_RANGE with words in `why`.
 */
int lab_command(struct lab *lab, const char *command, int64_t now_ns, struct text *why) MUST_USE;
/* A line a unit: what it was asked, what it answered, what is wrong with it. */
void lab_status(struct lab *lab, int64_t now_ns, struct text *to);
/* Drops the unit's faults that are over.  For lab.c and command.c, which hold the lock. */
void lab_forget(struct lab_unit *unit, int64_t now_ns);
/* Draws from the lab's dice: 0 to 2^64 - 1. */
uint64_t lab_draw(struct lab *lab);

#endif
