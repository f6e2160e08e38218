/*
 * spool.h - the van's durable store.  Nothing counts as saved before it is in here.
 *
 * Two streams, each numbered 1, 2, 3 ... for ever without a hole: READINGS (files by range of numbers,
 * freed by unlink) and LEDGER (one kept file: starts, time anchors, gaps, files set aside; later
 * samples and results).  A number once used is never used again, even after a file was set aside.
 * Identity of a row everywhere is (lab, spool id, stream, number).
 *
 * One process opens a spool for writing (a lock file says so), with one writing connection and one
 * thread that commits: a group commit every `commit_ms`, the first reading after silence at once.
 * Threads: spool_add() and all other calls here are safe from any thread; none waits for the card
 * except where the contract says "durable on return".
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "model/reading.h"
#include "model/summary.h"

enum stream { STREAM_READINGS = 0, STREAM_LEDGER = 1, STREAM_COUNT };
enum { SPOOL_ID = 17, SPOOL_PATH = 200, STORE_NAME = 24, MOST_STORES = 4 };

struct spool_conf {
	char dir[SPOOL_PATH];
	unsigned commit_ms;        /* longest a reading waits for its commit; 100..60000 */
	unsigned segment_readings; /* readings in one segment file; 1000..10000000 */
	unsigned pending_bytes;    /* RAM for readings not yet saved; taken at start */
	unsigned keep_days;        /* readings that every store confirmed stay at least so long */
	unsigned ballast_mb;       /* MB held back for what must be noted on a full card; 0: none */
};

struct spool;

/*
 * Opens or makes the spool in conf->dir.  A damaged file is set aside by name and said in the ledger
 * and the log; it never stops the start.  ERR_BUSY when another process holds it; ERR_IO, ERR_CONF with
 * words in `why`.
 */
int spool_open(struct spool **out, const struct spool_conf *conf, const struct clock *clock,
	struct text *why) MUST_USE;
/* Commits what is pending, then closes.  Returns what the last commit returned. */
int spool_close(struct spool *spool);

/*
 * The random id under which new rows are born, 16 lower-case hex digits.  A start that finds the folder on another
 * card or machine than the last one begins a new one: it may be a copy.  Rows keep theirs (spool_row.spool).
 */
const char *spool_id(struct spool *spool);
/* The id of this boot, by which its rows name it. */
const char *spool_boot(const struct spool *spool);

/* --- writing ---------------------------------------------------------------------------------- */

/* Names a series; the same series always gets the same number in this process. */
int spool_add_series(struct spool *spool, const struct series *series, uint32_t *number) MUST_USE;

/*
 * Takes one exchange: `made`.  It is saved with the next commit.  ERR_FULL when RAM for pending
 * readings is full because the card refuses them: they are refused, counted, get numbers of their own,
 * and become a gap record as soon as the ledger can be written.
 */
int spool_add(struct spool *spool, const struct exchange *exchange) MUST_USE;

/* What a ledger record can say.  Numbers are for ever: they travel and are stored. */
enum ledger_kind {
	/* the spool was opened: a = schema version, c = 1: elsewhere than before, so under a new id; words = the
	 * one before; spool_open() writes it */
	LEDGER_START = 1,
	/*
	 * A moment known in both clocks: a = UTC ms, b = enum time_source, c = uncertainty in ms.
	 * With TIME_NONE a is what the machine's clock chip said, and c how far that is from what is
	 * known better: it is wrong; 0: it is right again.
	 */
	LEDGER_ANCHOR = 2,
	/* numbers a..b of stream c can never be delivered, or a person gave them up when a store refused them; words say
	 * why */
	LEDGER_GAP = 3,
	LEDGER_ASIDE = 4, /* a file was set aside: a..b the numbers it should hold; words name it */
	/* a person said where the van is: a, b = latitude and longitude times 10^7, both 0 when only the
	 * district is known, c = error in cm; words = codes, then the reason.  Words "": taken back */
	LEDGER_PLACE = 5,
	/* these boundaries decide from here on: a = their checksum, b = how many areas; words = edition */
	LEDGER_BOUNDARIES = 6,
	/*
	 * A value from a file that a meter wrote (model/filed.h): a = UTC ms by the meter's own clock, b = the
	 * mark by which the same record is known again, c = its flags; words = filed_put()'s.  Of records with
	 * one mark the newest number counts: it says what those before it got wrong.
	 */
	LEDGER_FILE_READING = 7,
	LEDGER_FILE_CHECK = 8,
	LEDGER_FILE_CALIBRATION = 9,
	/* refused numbers of a..b of stream c wait again, for a person put them back; words = the store, how many, who */
	LEDGER_AGAIN = 10,
	/* Numbers a..b of stream c are there again, whatever gap record before this one said; words name the
	 * file they were found in.  a = b = 0: it was looked into, and nothing more of it came back. */
	LEDGER_SALVAGED = 12,
	/* ten minutes of one analyzer and parameter (model/summary.h): a = UTC ms of the first reading, which is the
	 * record's time too (reader.h), b = readings, c = good ones; words = summary_put()'s */
	LEDGER_SUMMARY = 13,
	/* a step of a field test (sample/step.h): a = the sample, which is the number of its first step (there 0), b = of
	 * STEP_FINISH the test, c = enum step_kind; words = step_put()'s.  The first is followed by two more
	 * (LEDGER_BEGINNING) */
	LEDGER_SAMPLE = 14,
	/* what a sample shows of one parameter (sample/result.h): a = the sample, whose time it has (reader.h), b = codes,
	 * of which bits 24 to 31 are the revision; c = the entry; words = result_put()'s */
	LEDGER_RESULT = 15,
	/* where water is taken (sample/point.h): a, b = latitude and longitude times 10^7, both 0 when not known */
	LEDGER_POINT = 16,
	/* a step of a check of an analyzer against standards (sample/check_step.h): a = the check, which is the number of
	 * its first step (there 0), b = of a finish 1 passed, 2 not; c = enum check_step_kind; words = check_step_put()'s */
	LEDGER_CHECK = 17,
	/* who changed who may do what, or came in (model/audit.h): a = enum audit_what, b = how often; words = audit_put()'s,
	 * which stay in the van */
	LEDGER_AUDIT = 18,
	/* the reading of number a is a spike: b = QC_SUSPECT or QC_FAIL.  Written before the reading that showed it is saved;
	 * reading back takes it into the reading's qc and flags */
	LEDGER_SPIKE = 19,
	/* how the laboratory is (model/lab_status.h): a = what waits for a store, b = of it records, c = s how old the oldest
	 * is; words = lab_status_put()'s */
	LEDGER_LAB_STATUS = 20
};
enum { LEDGER_BEGINNING = 3 }; /* records of a sample's beginning, one behind the other */

struct ledger_record {
	enum ledger_kind kind;
	int64_t boot_ms; /* 0: now */
	int64_t a, b, c;
	char words[160];
};

/* Durable on return. */
int spool_note(struct spool *spool, const struct ledger_record *record) MUST_USE;
/*
 * All of them, one number after the other from *first on, or none.  An a of LEDGER_FIRST becomes *first.  Of field tests
 * and checks alone: LEDGER_SAMPLE to LEDGER_CHECK, else ERR_RANGE.  At most SPOOL_ALL_MOST; durable on return.
 */
enum { SPOOL_ALL_MOST = 64 };
#define LEDGER_FIRST INT64_MIN
int spool_note_all(struct spool *spool, const struct ledger_record *records, size_t n,
	uint64_t *first) MUST_USE;
enum { SPOOL_NEW_MOST = 10000 }; /* records in one call */
struct spool_added {
	size_t n;    /* recorded */
	size_t anew; /* of them: of a mark that was known */
};
/*
 * Those of `records` that the ledger does not hold yet: no sound record of kinds LEDGER_FILE_... has their `b`, or the
 * newest that has it says another `a` or other words (a configuration was mended); nor has one before it in this call
 * the same `b`.  All in one transaction, so that a file is in the ledger wholly or not at all.  Durable on return.
 * With added->n 0 nothing is written.
 *
 * boot_ms is not looked at: each new record gets a ms of its own, in the order given, the last about now, for a
 * store takes rows of one ms for one.  Behind many others it returns only when that ms is past: 1 ms each at most.
 *
 * ERR_RANGE: more than SPOOL_NEW_MOST, another kind, or words without an end.  On any error *added is zero and the
 * ledger has none of them.  Only a power cut right after a commit that failed may yet show all of them: a
 * caller that asks again never doubles anything.
 *
 * Committing waits for it: readings made meanwhile are taken into RAM and saved after it.  The README says how long.
 */
int spool_note_new(struct spool *spool, const struct ledger_record *records, size_t n,
	struct spool_added *added) MUST_USE;

/*
 * Summaries.  All readings up to *mark are in one, or were sent to every store before there were any; from then on
 * spool_free_old() leaves files alone that hold others.  Where the ledger has no mark yet (a new spool, an older
 * program's, or a ledger that was lost), it begins where the first reading waits for a store.  Stores are named
 * before.  Durable on return.
 */
int spool_summarised(struct spool *spool, uint64_t *mark) MUST_USE;
/*
 * The block's summaries become records, and the mark moves from `from` to `to`, in one transaction.  ERR_ABSENT: the
 * mark is not (or no longer) at `from`, nothing was written.  On any error the mark may be at either place, and what
 * belongs to it with it: ask spool_summarised() and go on from there.
 */
int spool_note_summaries(struct spool *spool, const struct summary_block *block, uint64_t from,
	uint64_t to) MUST_USE;

/* --- time ------------------------------------------------------------------------------------- */

/* How the UTC of a moment is known, from worst to best.  Numbers are for ever: tag-free field `clock`. */
enum time_source {
	TIME_NONE = 0,
	TIME_RESTORED = 1,
	TIME_ENTERED = 2,
	TIME_RTC = 3,
	TIME_NTP = 4,
	TIME_GPS = 5
};

/*
 * UTC = boot_ms + offset_ms, for rows of one boot from from_boot_ms on.  Of readings the last digit of
 * the ms is that of the offset instead: see SERIES_APART_MS.
 */
struct time_offset {
	int64_t from_boot_ms;
	int64_t offset_ms;
	enum time_source source;
	int64_t uncertainty_ms;
};

/*
 * Fixes the UTC of this boot's rows; the offset is moved by up to 5 ms (epochs.c says why).  The first call of a boot covers all its rows; a later call (a
 * better clock) covers rows made from now on, so a row's UTC never changes once it could have been sent.
 * Durable on return.  Rows of a boot without any offset are kept and not handed out for sending.
 */
int spool_fix_utc(
	struct spool *spool, int64_t offset_ms, enum time_source source, int64_t uncertainty_ms)
	MUST_USE; /* ERR_FULL: too often in this boot; TIME_RESTORED once more */
/* The offset in force for rows made now; source TIME_NONE when this boot has none yet. */
struct time_offset spool_utc(struct spool *spool);
/*
 * Fixes earlier boots that ended without an offset from their best anchor record, if they have one that
 * is better than an unconfirmed clock's.
 */
int spool_fix_earlier_boots(struct spool *spool) MUST_USE;

struct spool_bounding {
	int64_t floor_ms; /* no boot of this spool began before (UTC): the program's release */
	int64_t away_ms; /* nor this much later than the latest UTC known when the one before ended */
	int64_t wait_ms; /* see below */
};

/*
 * Fixes the other earlier boots without an offset between their neighbours, flagged TIME_RESTORED: a boot
 * began after the one before it ended and ended before the next one began.  They get their own clock's
 * time where that lies between, else the middle, with an uncertainty that reaches both ends.  While this
 * boot has no offset nothing bounds the last ones from above: they wait until wait_ms of boot time have
 * passed since they ended (over all boots together), and then get the earliest there can be.  *n: how many.
 */
int spool_bound_earlier_boots(
	struct spool *spool, const struct spool_bounding *by, unsigned *n) MUST_USE;

/* What the boots before this one leave for judging its clock. */
struct spool_past {
	bool known; /* one of them was confirmed by NTP or GPS */
	/* With `known`: this boot did not begin before utc_ms - uncertainty_ms. */
	int64_t utc_ms, uncertainty_ms;
	int64_t latest_ms; /* the same also by times from a chip or a person; 0: there are none */
	bool chip_doubted; /* the machine's clock chip was found wrong, and never right since */
};
/* After spool_fix_earlier_boots() it knows most. */
int spool_past(struct spool *spool, struct spool_past *past) MUST_USE;

/* --- sending ---------------------------------------------------------------------------------- */

struct range {
	uint64_t first, last; /* numbers, both included */
};

/* What happened to a number at one store. */
enum delivery { DELIVERY_SENT = 0, DELIVERY_RECEIVED = 1, DELIVERY_REFUSED = 2, DELIVERY_COUNT };

/* Names a store (a destination); its sets survive restarts under that name. */
int spool_add_store(struct spool *spool, const char *name, unsigned *store) MUST_USE;

/*
 * The highest reading up to which nothing changes any more, neither qc nor flags: all below the lowest one that is open
 * (reading.open_ms) and whose next is not saved.  After a restart all that is saved is final.
 */
uint64_t spool_final(struct spool *spool);
/*
 * The newest block of saved numbers, at most `most` long, that this store was neither sent nor refused,
 * whose time is fixed, of readings none above spool_final(), and that lies wholly below `below` (UINT64_MAX: no bound).
 * False: none.
 */
bool spool_unsent(struct spool *spool, unsigned store, enum stream stream, uint64_t below,
	uint64_t most, struct range *block);
/* Where a saved number has come with that store. */
enum spool_where { WHERE_SAVED, WHERE_SENT, WHERE_RECEIVED, WHERE_REFUSED };
enum spool_where spool_where(
	struct spool *spool, unsigned store, enum stream stream, uint64_t number);
/* How many saved numbers wait for this store, those without a fixed time included. */
uint64_t spool_waiting(struct spool *spool, unsigned store, enum stream stream);
/* The lowest of them; 0: none waits. */
uint64_t spool_oldest_waiting(struct spool *spool, unsigned store, enum stream stream);
/* How many saved numbers have no fixed time yet. */
uint64_t spool_untimed(struct spool *spool, enum stream stream);

/* The store took them.  Made durable with a later commit: after a crash they may be sent again.
 * Numbers of the block that lie in a gap are not counted as sent. */
void spool_mark_sent(struct spool *spool, unsigned store, enum stream stream, struct range block);
/* The store refuses this one for good, in these words.  Durable on return.  A number in a gap is left
 * as it is. */
int spool_mark_refused(struct spool *spool, unsigned store, enum stream stream, uint64_t number,
	int status, const char *words) MUST_USE;

/*
 * Receipts.  The lowest run of numbers, at most `most` long and none below `from`, that this store was sent and
 * has not confirmed: neither received, nor refused, nor in a gap.  False: none.
 */
bool spool_unconfirmed(struct spool *spool, unsigned store, enum stream stream, uint64_t from,
	uint64_t most, struct range *run);
/* The store was asked and has them.  Only what counts as sent is taken.  Made durable with a later commit: after a
 * crash it may be asked again. */
void spool_mark_received(
	struct spool *spool, unsigned store, enum stream stream, struct range block);
/* The same whether or not it has confirmed them: all that it should have and that is still on the van. */
bool spool_taken(struct spool *spool, unsigned store, enum stream stream, uint64_t from,
	uint64_t most, struct range *run);
/*
 * Receipts for these are not believed any more: what was received counts as sent again, and keeps its file.  Durable on
 * return.  What is off the van stays as it is.  A ledger that is lost later, and made anew from the segments, may believe them
 * again.
 */
int spool_doubt(
	struct spool *spool, unsigned store, enum stream stream, struct range range) MUST_USE;
/* The highest number this store confirmed, 0: none; *open: how many below it are neither received, refused nor in a
 * gap. */
uint64_t spool_confirmed(struct spool *spool, unsigned store, enum stream stream, uint64_t *open);
/*
 * The store was asked and does not have them, whatever it answered when they were sent: they wait again.  What is
 * received, refused or in a gap stays as it is.  Not written anywhere: after a crash they count as sent, are asked
 * about once more and found missing once more.
 */
void spool_mark_missing(
	struct spool *spool, unsigned store, enum stream stream, struct range block);

/*
 * Removes the oldest files of readings that every store named in this process confirmed (spool_mark_received) or
 * that are in a gap, once the youngest reading in them is keep_days old by a time from NTP or GPS.  On a full card
 * committing removes them by itself, one at a time, however young.  A file with a reading that is refused (and not given
 * up), unsent or unconfirmed stays, and all that are newer.  *n:
 * readings removed.  The ledger is never touched.  Not from the thread that commits.
 */
int spool_free_old(struct spool *spool, uint64_t *n) MUST_USE;

struct spool_refusal {
	enum stream stream;
	uint64_t number;
	int status;
	char words[200];
};
/* Calls each(ctx, refusal) for this store's refused numbers, newest first, at most `most`. */
int spool_each_refusal(struct spool *spool, unsigned store, size_t most,
	void (*each)(void *ctx, const struct spool_refusal *refusal), void *ctx);
/*
 * A person puts refused numbers back, for what the store minded was mended: those of the range that it refused wait
 * as if they had never been tried.  The ledger says so, with `who`.  *n: how many; with 0 nothing is written.
 * Durable on return: after a power cut they wait too, unless the store refused them again by then.
 */
int spool_try_refused(struct spool *spool, unsigned store, enum stream stream, struct range range,
	const char *who, uint64_t *n) MUST_USE;
/*
 * A person gives refused numbers up: they become a gap record that says why, in `words` and then the store's own, and
 * no longer keep their file.  ERR_ABSENT: not all of the range are refused by this store.  ERR_BUSY: another store in
 * use has neither confirmed nor refused all of them yet.  Durable on return.
 */
int spool_give_up(struct spool *spool, unsigned store, enum stream stream, struct range range,
	const char *words) MUST_USE;

/* Waits until a number above `seen` of the stream is saved, or `ms` have passed, or spool_wake(), which
 * fixing a time calls too.  A wake before the wait is not remembered: wait in bounded pieces. */
void spool_wait(struct spool *spool, enum stream stream, uint64_t seen, unsigned ms);
void spool_wake(struct spool *spool);

/* --- what went over links ------------------------------------------------------------------------- */

enum { LINK_NAME = 16, MOST_LINKS = 16, BYTES_DAYS = 62 };

/*
 * So many bytes went over this network link now.  They count for the UTC day; while that is not known, for the day
 * that is found next.  Written with the ledger's next commit, of its own after a minute at most: a process that is
 * killed forgets the last minute's.  Days are kept for BYTES_DAYS; of one day the links after MOST_LINKS are
 * counted together as "others".
 */
void spool_add_bytes(struct spool *spool, const char *link, uint64_t bytes);

struct link_bytes {
	char link[LINK_NAME];
	uint64_t today, month; /* today included */
};
struct spool_bytes {
	/* The UTC day now, since 1970-01-01, and how far it has come.  Not known: the last one anything was counted
	 * for (0: none), and -1; what went over since then is in `today`. */
	int32_t day;
	int64_t ms_of_day;
	size_t n;
	struct link_bytes links[MOST_LINKS]; /* those of this month, by name */
};
/* A month begins on that day of the calendar's (UTC), 1 to 28. */
void spool_bytes(struct spool *spool, unsigned month_begins, struct spool_bytes *out);

/* --- counting --------------------------------------------------------------------------------- */

struct spool_counts {
	uint64_t made;    /* readings taken since start */
	uint64_t saved;   /* readings committed since start */
	uint64_t refused; /* readings refused since start because the card could not take them */
	uint64_t last[STREAM_COUNT]; /* highest number saved, ever */
	uint64_t bytes;              /* on the card, all files of the spool */
	unsigned segments;
	int trouble; /* 0, or the error of the last failed commit */
	char trouble_words[160];
};
void spool_count(struct spool *spool, struct spool_counts *out);

enum { ASIDE_NAME = 64 };
/* A file of the spool that was set aside as damaged and that no salvage (salvage.h) has looked into yet. */
struct spool_aside {
	char name[ASIDE_NAME]; /* in the folder */
	enum stream stream;
	struct range range; /* of readings: numbers that it may hold; both 0: none, or a ledger */
};
/*
 * Looks into the folder.  Fills in at most `most`, ledgers first, then by number; returns how many there are.  0, too,
 * when the folder cannot be read.
 */
size_t spool_asides(struct spool *spool, struct spool_aside *to, size_t most);

struct delivery_counts {
	uint64_t n[DELIVERY_COUNT]; /* numbers ever sent, received, refused */
};
void spool_count_store(
	struct spool *spool, unsigned store, enum stream stream, struct delivery_counts *out);

#endif
