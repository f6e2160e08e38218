/*
 * line.h - one line, its analyzers, and the loop that asks them.
 *
 * One thread owns a line.  It asks each unit every `interval_ms`, block by block as planned, hands every
 * exchange with its readings to the sink, and keeps each unit's health; a sick unit costs its own turn
 * only.  line_step() does one thing and says when the next is due, so that tests run the same code on
 * an injected clock without a thread.
 */
#ifndef BUS_LINE_H
#define BUS_LINE_H

#include "base/clock.h"
#include "base/err.h"
#include "bus/profile.h"
#include "io/port.h"
#include "io/trace.h"
#include "model/reading.h"
#include "qc/flags.h"

enum { LINE_NAME = 24, MOST_UNITS = 32, MOST_LINES = 16, MOST_MEASURES = 16 };

/* What a value of the analyzer's own is, where only who set the analyzer up knows. */
struct unit_measures {
	unsigned n;
	struct {
		char value[PARAMETER_CODE], parameter[PARAMETER_CODE];
	} at[MOST_MEASURES];
};

struct unit_conf {
	char name[UNIT_NAME];
	const struct profile *profile;
	uint8_t address;
	unsigned interval_ms;        /* 100..86400000 */
	char temperature[UNIT_NAME]; /* the analyzer it compensates by; "": none */
	struct unit_measures measures;
};

struct line_conf {
	char name[LINE_NAME];
	struct port_conf port;
	unsigned n_units;
	struct unit_conf units[MOST_UNITS];
};

/* Where exchanges go, and what is asked of the rest of the daemon.  Called in the line's thread. */
struct bus_sink {
	void *ctx;
	int (*series)(void *ctx, const struct series *series, uint32_t *number);
	int (*exchange)(void *ctx, const struct exchange *exchange);
	/* Position, district, context and sample of this moment, filled into the exchange. */
	void (*where)(void *ctx, struct exchange *exchange);
	/*
	 * What only a series can show of its next reading: may make qc and flags of `readings` (the exchange's) worse, and
	 * says in tests[i] what each test gave.  May be NULL.
	 */
	void (*judge)(void *ctx, const struct exchange *exchange, struct reading *readings,
		struct qc_flags *tests);
	/* The water's temperature, in Cel, as that analyzer last gave it; NAN: not known.  May be NULL. */
	double (*temperature)(void *ctx, const char *unit, int64_t now_ms);
};

enum unit_health {
	UNIT_UNKNOWN, /* not asked yet */
	UNIT_OK,
	UNIT_DOUBTFUL, /* the last turns failed; still asked in its turn */
	UNIT_ASIDE,    /* left alone for a growing, jittered pause; then one probe */
	UNIT_WRONG /* another device answers at its address: refused until it is the right one */
};

struct field_state {
	char parameter[PARAMETER_CODE];
	char unit[UNIT_TEXT]; /* UCUM; "": none, or not known yet */
	double value;         /* NAN: none */
	uint8_t qc;
	uint16_t flags;
	bool tested; /* the sink judged it, and `tests` are its flags */
	struct qc_flags tests;
	int64_t boot_ms; /* of the last exchange that brought it; 0: never */
	enum number_kind kind;
	uint8_t decimals;
	bool refused; /* its register answers with an exception; asked again now and then */
};

struct unit_state {
	char name[UNIT_NAME];
	char profile[PROFILE_NAME];
	enum driver_level level;
	uint8_t address;
	unsigned interval_ms;
	enum unit_health health;
	int64_t last_ok_ms; /* boot time of the last good answer; 0: never */
	int64_t next_ms;    /* boot time of its next turn */
	int last_error;     /* enum err of the last failed exchange; 0: none since it is well */
	uint8_t last_exception;
	char last_words[96]; /* what went wrong, with register numbers */
	uint64_t exchanges, timeouts, noise, exceptions, wrong, late; /* since start */
	unsigned n_fields;
	struct field_state fields[MOST_FIELDS];
};

enum line_condition { LINE_CLOSED, LINE_OPEN };

struct line_state {
	char name[LINE_NAME];
	char where[PORT_SPEC];
	enum port_kind kind;
	enum line_condition condition;
	int last_error;
	char last_words[256]; /* whole, with a port by its path */
	uint64_t opened;      /* times the port was opened since start */
	uint64_t noise_bytes;
	unsigned n_units;
	bool searched;     /* search.h: one runs */
	uint64_t searches; /* since start */
};

struct line;

/*
 * Makes a line; nothing is opened yet.  `conf` and what it points to outlive it.  `port` NULL: made from
 * conf->port; otherwise this one is used (and freed with the line).  `seed` drives the jitter.
 */
int line_new(struct line **out, const struct line_conf *conf, struct port *port,
	const struct bus_sink *sink, const struct clock *clock, uint64_t seed) MUST_USE;
/* Does what is due now and returns the boot time in ns at which something is due next. */
int64_t line_step(struct line *line);
/* The thread: steps until line_stop().  A line may be stepped by hand or started, not both. */
int line_start(struct line *line) MUST_USE;
void line_stop(struct line *line); /* asks and waits; bounded by the longest deadline in progress */
void line_free(struct line *line);

/* Consistent copies of what the line knows; safe from any thread. */
void line_state(struct line *line, struct line_state *out);
/* i < n_units; ERR_ABSENT otherwise. */
int line_unit(struct line *line, unsigned i, struct unit_state *out) MUST_USE;
/* Asks a unit at once, whatever its pause: "try now".  ERR_ABSENT when there is none of that name. */
int line_try(struct line *line, const char *unit) MUST_USE;
/*
 * The last exchanges on the line, byte for byte: as trace_copy() of io/trace.h.  Returns how many were
 * copied.
 */
size_t line_trace(struct line *line, uint64_t after, struct trace_entry *out, size_t most);
/*
 * The last exchanges by which the driver of unit i told which device that is, those before number `before`,
 * oldest first: asked once, they leave the ring, and without them the rest cannot be replayed.
 */
enum { LINE_TOLD = 8 };
size_t line_told(struct line *line, unsigned i, uint64_t before, struct trace_entry out[LINE_TOLD]);
/* Boot time in ms when the thread last came round its loop: for the watchdog. */
int64_t line_heartbeat_ms(struct line *line);

#endif
