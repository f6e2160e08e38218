/*
 * stamps_judge.h - which of the machine's clocks is believed, and what follows from it.
 *
 * Two sources confirm: the kernel's NTP state and the satellites.  Either fixes the readings' time at once,
 * and neither does while they contradict each other.  Without them a person may enter the time, which is
 * used at once and flagged; after conf->wait_s the best of what is left is used, flagged: the machine's
 * clock chip, a receiver that does not know its leap seconds yet, or the clock as it stands: the surest.  A
 * clock that nobody confirmed must not contradict what earlier boots knew (struct spool_past).  Pure but for
 * `memory`.
 */
#ifndef DAEMON_STAMPS_JUDGE_H
#define DAEMON_STAMPS_JUDGE_H

#include "conf/conf.h"
#include "place/fix_time.h"
#include "spool/spool.h"

enum {
	STAMPS_STEP_MS = 500,              /* a difference that moved by more is a step */
	STAMPS_ANCHOR_MS = 10 * 60 * 1000, /* from one anchor to the next */
	STAMPS_SURE_MS = 1000,             /* a source that is less sure confirms nothing */
	STAMPS_APART_MS = 2000, /* sources further apart than this and their errors contradict */
	/*
	 * Without a source a confirmed time stays within a second for so long, then it is flagged.  NTP
	 * steers the machine's clock, and the kernel's own bound takes half an hour to pass SURE_MS;
	 * satellites only correct it by steps of STAMPS_STEP_MS.  After a restart of the daemon nobody knows
	 * how long it has been.
	 */
	STAMPS_HOLD_NTP_MS = 4 * 3600 * 1000,
	STAMPS_HOLD_GPS_MS = 30 * 60 * 1000,
	STAMPS_HOLD_RESTART_MS = 15 * 60 * 1000,
	STAMPS_DRIFT = 10000,  /* what boot time may drift: 50 ppm, doubled for heat and cold */
	STAMPS_CHIP_MS = 2000, /* a chip is set and read in whole seconds */
	STAMPS_CHIP_NEAR_MS = 3000,   /* the machine's clock is its chip's when it is this near */
	STAMPS_CHIP_DRIFT = 20000,    /* 50 ppm: a chip drifts by one part in so many */
	STAMPS_ENTERED_MS = 60 * 1000 /* an entered time's error, when the person states none */
};
/* What a chip may be off when nobody knows when it was last right: a day. */
#define STAMPS_CHIP_UNKNOWN_MS (INT64_C(24) * 3600 * 1000)
/* A receiver's week number has ten bits. */
#define STAMPS_ROLLOVER_MS (INT64_C(1024) * 7 * 24 * 3600 * 1000)

/* What the kernel says about its clock (adjtimex(2), read only). */
struct clock_sync {
	int no; /* errno when it could not be read; then it counts as not synchronised */
	bool synchronised;
	int64_t most_error_ms; /* the kernel's bound on its error */
};

/* What the machine's clock chip says (/sys/class/rtc, read only). */
struct clock_chip {
	bool there;
	bool sets;      /* the kernel set its clock from it when it started */
	bool readable;  /* utc_ms is meaningful */
	int64_t utc_ms; /* whole seconds */
};

/* One look at the clocks. */
struct stamps_look {
	int64_t boot_ms, wall_ms;
	struct clock_sync sync;
	struct clock_chip chip;
	bool receiver; /* there is one, which says: */
	struct gps_time gps;
};

/* --- the candidates ---------------------------------------------------------------------------------- */

enum clock_kind { CLOCK_GPS, CLOCK_NTP, CLOCK_CHIP, CLOCK_ENTERED, CLOCK_MACHINE, CLOCK_KINDS };

/* Why a candidate is used, or is not. */
enum clock_standing {
	STANDING_ABSENT,       /* there is no such thing */
	STANDING_SILENT,       /* it says nothing yet */
	STANDING_RANGE,        /* before conf->earliest_ms, or from conf->latest_ms on */
	STANDING_ROLLOVER,     /* ... by whole 1024 weeks: the receiver's week number */
	STANDING_EARLY,        /* before the last confirmed time */
	STANDING_LATE,         /* longer after it than a van is away */
	STANDING_UNUSED,       /* the chip: the kernel did not take its clock from it */
	STANDING_APART,        /* the chip: it and the machine's clock differ */
	STANDING_DOUBTED,      /* a better source found it wrong */
	STANDING_CONTRADICTED, /* NTP and GPS differ */
	STANDING_STEPPED,      /* GPS says another time than what was confirmed in this boot */
	STANDING_UNSURE,       /* GPS without leap seconds, NTP off too long: used flagged */
	STANDING_GOOD
};

struct clock_candidate {
	enum clock_standing standing;
	enum time_source source; /* as which it would be used; TIME_NONE: it would not */
	int64_t offset_ms, uncertainty_ms;
	int64_t off_ms; /* ROLLOVER, APART, CONTRADICTED, STEPPED: by how much */
};

/* --- memory and outcome ------------------------------------------------------------------------------ */

/* What is remembered from look to look.  Zero-initialise. */
struct stamps_memory {
	bool looked;
	int64_t first_ms;  /* boot time of the first look */
	int64_t offset_ms; /* wall - boot at the last look */
	bool anchored;
	int64_t anchored_ms; /* boot time of the last anchor */
	/* What a person entered in this boot. */
	bool entered, entered_now;
	int64_t entered_offset_ms, entered_uncertainty_ms;
	int64_t confirmed_ms; /* boot time when something last confirmed the time in force */
	bool held;            /* the time in force was confirmed, too long ago */
	/* The last time that was confirmed in this boot, as an offset; meaningful while sure_ms. */
	int64_t sure_ms; /* boot time */
	int64_t sure_offset_ms, sure_uncertainty_ms;
	bool chip_doubted;
	int64_t gps_late_ms; /* GPS - NTP, measured while both confirmed: the receiver's own delay */
	bool full;           /* the spool takes no more times of this boot */
};

/* What a look leads to. */
struct stamps_act {
	struct clock_candidate clocks[CLOCK_KINDS];
	enum time_source source; /* the best that can be believed now; TIME_NONE: nothing can */
	int64_t offset_ms, uncertainty_ms;
	int64_t step_ms;     /* the machine's clock stepped by so much; 0: it did not */
	int64_t apart_ms;    /* NTP and GPS contradict each other by so much; 0: they do not */
	int64_t gps_step_ms; /* GPS contradicts what was confirmed by so much; 0: it does not */
	bool fix;            /* offset_ms becomes the offset of later readings */
	bool bounded;        /* ... being no clock's, but the earliest it can be */
	bool held;           /* ... being the one in force, which nothing confirms any more */
	bool ntp_waits;   /* NTP may come from a receiver that does not know its leap seconds yet */
	bool anchor;      /* goes into the ledger */
	bool doubt;       /* memory->chip_doubted changed: so does that */
	int64_t doubt_ms; /* what the chip is off by; 0: it is right again */
};

/* `past` NULL: not known yet, then no unconfirmed clock is believed.  `in_force` is what the spool uses. */
struct stamps_act stamps_judge(const struct clock_conf *conf, const struct spool_past *past,
	struct stamps_memory *memory, const struct stamps_look *look,
	const struct time_offset *in_force);

/* stamps_weigh.c: each clock by itself and against the others.  Changes what is remembered of doubts. */
void stamps_weigh(const struct clock_conf *conf, const struct spool_past *past,
	struct stamps_memory *memory, const struct stamps_look *look,
	const struct time_offset *in_force, struct stamps_act *act);

/* The UTC before which no boot can have begun that is not the first after `past`. */
int64_t stamps_floor_ms(const struct clock_conf *conf, const struct spool_past *past);
int64_t stamps_away_ms(const struct clock_conf *conf);

/* Whether a person's time can be taken: 0, or ERR_RANGE with the reason and the remedy in `why`. */
int stamps_judge_entry(const struct clock_conf *conf, const struct spool_past *past,
	const struct stamps_look *look, const struct stamps_act *act,
	const struct time_offset *in_force, int64_t offset_ms, int64_t uncertainty_ms,
	struct text *why) MUST_USE;

#endif
