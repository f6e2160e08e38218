/*
 * internal.h - the spool's inside, for the files of this folder and its tests.
 *
 * Two kinds of state.  What is under "lock" is RAM shared by all threads.  What is under "writer" is the
 * two open files: only the writer thread touches them (and spool_open() before it starts it).  Calls that
 * promise "durable on return" are jobs run by the writer.
 */
#ifndef SPOOL_INTERNAL_H
#define SPOOL_INTERNAL_H

#include <pthread.h>

#include "base/log.h"
#include "spool/identity.h"
#include "spool/intervals.h"
#include "spool/pending.h"
#include "spool/reader.h"
#include "spool/sql.h"

enum {
	MOST_SERIES = 4096,
	MOST_SEGMENT = 10000000,  /* readings in one, by spool_conf */
	KNOWN_STORES = 16,        /* remembered, configured or not */
	RESERVE_READINGS = 65536, /* numbers set apart in the ledger ahead of use */
	RESERVE_LEDGER = 200,     /* ... and in the segment */
	UNKNOWN_LEDGER = 1000000, /* jumped over when nobody knows the last ledger number */
	CHECKPOINT_FRAMES = 250,  /* pages in the WAL before they are copied; see README.md */
	FILE_NAME_MAX = SPOOL_PATH + 64,
	UUID = 37
};

/* Rows made before the second offset of a boot, whenever they were made. */
#define EPOCH_START INT64_MIN

/* What tests change before spool_open(). */
struct spool_tuning {
	const char *boot_id; /* instead of the kernel's; NULL: the kernel's */
	const char *home;    /* instead of the card's and machine's, 16 hex digits */
	unsigned retry_first_ms, retry_most_ms;
	unsigned marks_ms; /* longest a sent mark waits for a commit to ride on */
	unsigned chunk;    /* most readings in one transaction */
	unsigned copy_ms;  /* between refreshes of the ledger's copy of the delivery sets */
	unsigned look_ms;  /* between looks at files that could not be looked at */
	unsigned bytes_ms; /* longest the bytes of links wait for a commit to ride on */
	size_t epochs;     /* most offsets of one boot, MOST_EPOCHS or fewer */
	void (*salvage_step)(const char *done); /* called between a salvage's steps; NULL: nobody */
};
extern struct spool_tuning spool_tuning;

/* In files beside those of enum delivery: struct store's `doubted`. */
enum { DELIVERY_DOUBTED = DELIVERY_COUNT, DELIVERY_CODES };

struct series_slot {
	struct series series;
	uint32_t in_segment; /* writer: its number in the open segment; 0: not there yet */
	/* spikes.c */
	uint64_t last;         /* writer: its last reading that was saved; 0: none */
	uint64_t noted;        /* writer: the last that is a spike by the ledger */
	uint64_t seen_in;      /* writer: the batch in which it was last met */
	uint64_t open;         /* its last reading's number while that is not final; 0 */
	int64_t open_until_ms; /* boot time */
	bool kept;             /* whatever time it is: that it is a spike is being written */
	bool missed; /* its last reading was refused: what the next one shows is of that one */
};

struct store {
	char name[STORE_NAME];
	bool in_use; /* by this process; others are remembered from files */
	struct intervals set[STREAM_COUNT][DELIVERY_COUNT];
	struct intervals done[STREAM_COUNT]; /* sent, refused, or a gap: nothing left to do */
	/* Receipts that the store took back: whatever a file says, these are not received. */
	struct intervals doubted[STREAM_COUNT];
	/* Sent, received: what is not yet written to a file. */
	struct intervals fresh[STREAM_COUNT][DELIVERY_REFUSED];
};

struct segment_entry {
	uint64_t first;
	uint64_t bytes; /* of the file when it was last looked at */
	bool readable;  /* false: of a newer program, or it could not be looked at; left alone */
	bool unseen;    /* it could not be looked at: its readings wait until it can */
	int64_t last_made_ms; /* UTC of its youngest reading, its error added; 0: not looked up */
};

/* What went over one link on one day. */
enum { BYTES_UNKNOWN = -1, MOST_BYTES_ROWS = 1024 };
struct bytes_row {
	int32_t day;         /* since 1970; BYTES_UNKNOWN */
	bool fresh, written; /* not in the ledger as it is; in the open transaction */
	char link[LINK_NAME];
	uint64_t bytes;
};
struct bytes {
	struct bytes_row rows[MOST_BYTES_ROWS]; /* by day, then link */
	size_t n;
	int32_t last_day; /* that anything was counted for; 0: none */
	bool fresh;
	int64_t fresh_since_ms; /* monotonic */
};

struct job {
	int (*run)(struct spool *spool, void *ctx);
	void *ctx;
	bool spends; /* on a full card it may have the ballast */
	int result;
	bool done;
	struct job *next;
};

struct newer_ledger {            /* set aside at this start; all 0: none */
	int64_t reading, ledger; /* highest numbers that may be in use */
	int64_t freed_below;
};

struct ledger_file { /* writer */
	sqlite3 *db;
	sqlite3 *keeper; /* only reads: see sql_keep() */
	sqlite3_stmt *add;
	uint32_t boot;     /* our boot's row; 0: not written yet */
	uint64_t reserved; /* reading numbers up to here may be in use */
	unsigned written;  /* records in the open transaction */
	int64_t last_ms;   /* boot time that the last record was given */
	uint64_t lost_to;  /* made anew, and no record says yet that those up to here are lost; 0 */
	int frames;        /* in its WAL */
	bool sick;         /* a write failed: nothing more before it was reopened and settled */
	bool started;      /* this start is recorded */
};

struct segment_file { /* writer */
	sqlite3 *db;
	sqlite3 *keeper;
	sqlite3_stmt *add_exchange, *add_reading, *drop_marks, *add_mark;
	uint64_t first, end;      /* numbers it may hold */
	uint64_t ledger_reserved; /* ledger numbers up to here may be in use */
	uint32_t boot;            /* our boot's row; 0: not there yet */
	bool outdated; /* of an older program: it keeps its birth schema and gets no more */
	uint32_t area; /* the row of the codes in area_of; 0: none looked up yet */
	struct place area_of;
	int frames;
	bool sick;
};

struct spool {
	struct spool_conf conf;
	const struct clock *clock;
	int lock_fd;
	char id[SPOOL_ID]; /* the first, by which the files know each other */
	char boot[UUID];

	pthread_mutex_t lock;
	pthread_cond_t work;     /* the writer has something to do */
	pthread_cond_t news;     /* something was saved, fixed, or spool_wake() */
	pthread_cond_t job_done; /* a job is finished */
	/* under "lock" */
	bool stop;
	struct job *jobs;
	struct pending pending;
	struct series_slot *series;
	uint32_t n_series;
	uint64_t batches; /* writer: begun */
	struct identities identities;
	uint64_t next[STREAM_COUNT]; /* the next number to be given */
	uint64_t made, saved, refused;
	uint64_t refused_unrecorded; /* refused, and no gap record says so yet */
	uint64_t wakes;
	int64_t greatest_boot_ms;
	bool fixed; /* our boot's UTC */
	struct time_offset utc;
	uint64_t boot_first[STREAM_COUNT];   /* first numbers of our boot */
	struct intervals gaps[STREAM_COUNT]; /* can never be delivered */
	struct intervals held[STREAM_COUNT]; /* earlier boots without a time */
	uint64_t
		freed_below; /* readings below are confirmed by every store, and their files gone */
	bool summarising;    /* somebody makes summaries */
	uint64_t summarised; /* by the ledger; up to here their readings are in one */
	struct store stores[KNOWN_STORES];
	unsigned n_stores;
	bool marks_waiting;
	int64_t marks_since_ms;
	struct segment_entry *segments; /* rising; the last is the one being written */
	size_t n_segments, cap_segments;
	uint64_t aside_first;       /* the newest segment set aside at this start */
	uint64_t epoch_version;     /* changes with the offsets, before any row they are for */
	unsigned ledger_generation; /* changes when the ledger file was replaced */
	int trouble;
	char trouble_words[160];
	struct bytes bytes;

	/* writer */
	pthread_t thread;
	bool running; /* opening is over */
	struct ledger_file ledger;
	struct newer_ledger newer;
	struct segment_file segment;
	int64_t last_commit_ms, last_copy_ms, last_look_ms;
	bool copy_stale;
	bool ballast_whole; /* or there is to be none */
	bool full_noted;    /* on this full card, what must be noted is */
	/* Readings from here to the next were never made, and no record says so yet; 0: there are none. */
	uint64_t unused_from;
	unsigned pause_ms; /* before the next try while in trouble; 0: none */
	int64_t retry_at_ms;
	int close_result;
	struct log_edge edge;
	char fault[160]; /* words of the last error in the writer */
};

/* spool.c */
int64_t spool_mono_ms(void);
/* Runs it in the writer; on a full card once more for each piece of the ballast it is given. */
int spool_run(struct spool *spool, int (*run)(struct spool *, void *), void *ctx) MUST_USE;
/* The same for what makes readings, which may not have the ballast. */
int spool_run_readings(struct spool *spool, int (*run)(struct spool *, void *), void *ctx) MUST_USE;
struct text spool_fault(struct spool *spool); /* empties the words and returns them to be filled */

/* commit.c */
void *commit_thread(void *arg);
/* Opens again what is sick and begins what is missing; the files are fit to be written after 0. */
int commit_prepare(struct spool *spool) MUST_USE;
/* The same of the ledger alone: a full card may still take what makes room. */
int commit_prepare_ledger(struct spool *spool) MUST_USE;
/* Commits everything pending now; for tests and benches.  Durable on return. */
int spool_flush(struct spool *spool) MUST_USE;

/* ledger.c, ledger_open.c: all run in the writer */
int ledger_open(struct spool *spool) MUST_USE; /* opens or makes; loads all of its state */
/* Adds its gap records, less what was salvaged out of them; `anew`: instead of those known. */
int ledger_load_gaps(struct spool *spool, bool anew) MUST_USE;
int ledger_reopen(struct spool *spool) MUST_USE;
void ledger_close(struct spool *spool);
int ledger_begin(struct spool *spool) MUST_USE;
int ledger_commit(struct spool *spool, int err) MUST_USE; /* or rolls back when err */
/* Inside begin..commit: one record with the next number. */
int ledger_insert(struct spool *spool, const struct ledger_record *record) MUST_USE;
/* One transaction each. */
int ledger_note(struct spool *spool, const struct ledger_record *record, unsigned n) MUST_USE;
int ledger_record_start(struct spool *spool) MUST_USE;
int ledger_reserve(struct spool *spool, uint64_t reading) MUST_USE;
/* The segment `first` is finished at `last` (0: there is none) and `begun` is the one in use. */
int ledger_roll(struct spool *spool, uint64_t first, uint64_t last, uint64_t begun) MUST_USE;
/* Notes every segment that the ledger believes to be there and the list does not have. */
int ledger_check_segments(struct spool *spool) MUST_USE;
int ledger_copy_delivery(struct spool *spool) MUST_USE;
/* The lowest segment, of that range, is gone from now on, and all below it. */
int ledger_free_segment(struct spool *spool, struct range range) MUST_USE;
/* Adds the offsets that the segments have copies of. */
int ledger_learn_epochs(struct spool *spool, sqlite3 *to) MUST_USE;
/* records.c */
/* From a row that begins with number, kind, boot, boot_ms, a, b, c, words (never NULL), crc.  False: not what was written. */
bool record_take(sqlite3_stmt *row, struct ledger_record *record) MUST_USE;
/* `add`: an INSERT of those columns. */
int record_insert(sqlite3_stmt *add, uint64_t number, uint32_t boot,
	const struct ledger_record *record) MUST_USE;
/* gaps.c: fills both sets, emptied first, with what the ledger's sound records say. */
int gaps_load(sqlite3 *ledger, struct intervals gaps[STREAM_COUNT]) MUST_USE;
/* ledger_make.c: a new file, filled with what the segments know, put in place whole. */
int ledger_make(struct spool *spool, const char *schema) MUST_USE;
/* ledger_steps.c: as far as this program knows; what was taken stays, whatever ends it. */
int ledger_take_steps(sqlite3 *db) MUST_USE;
/* ledger_newer.c: what ledger_make() has to know of a file that only a newer program can read. */
void ledger_learn_newer(struct spool *spool, const char *path);
void ledger_file_name(const struct spool_conf *conf, char *to, size_t cap);

/* segment.c: files */
void segment_file_name(const char *dir, uint64_t first, char *to, size_t cap);
/* Fills the list of the folder's segments, rising.  *list is to be freed. */
int segment_list(
	const char *dir, struct segment_entry **list, size_t *n, struct text *why) MUST_USE;
/* What the first 100 bytes, the size and the WAL say: 0, ERR_DAMAGED, ERR_CONF (a newer program's), ERR_IO. */
int segment_judge(const char *path, struct text *why) MUST_USE;
/* The same of a segment; a WAL beside one that is finished is brought home. */
int segment_look(const char *path, bool finished, struct text *why) MUST_USE;
/* wal.c: 0 (also: there is none), ERR_DAMAGED, ERR_IO; whole is one whose last transaction was cut, too. */
int wal_judge(const char *path, struct text *why) MUST_USE;
/* For reading beside the writer; `newest`: it may still be written. */
int segment_open_read(sqlite3 **db, const char *path, bool newest, struct text *why) MUST_USE;
/* PATH becomes PATH.KIND-N: "damaged", or "newer". */
int file_set_aside(const char *path, const char *kind, char *now_named, size_t cap) MUST_USE;
/* The WAL of a file that is gone, which SQLite would take for that of the next file of its name: the same for it
 * alone.  now_named "": there is none, or the file is there. */
int file_stray_wal_aside(const char *path, char *now_named, size_t cap) MUST_USE;
bool file_is_gone(const char *path);
/* There is one, with something in it. */
bool file_has_wal(const char *path);
/* All of them, or ERR_IO; errno says why. */
int file_put(int fd, const void *bytes, size_t len) MUST_USE;
/* Of an errno: there is no room for more. */
bool file_is_full(int error);
int file_sync(const char *path) MUST_USE;
bool file_last_aside(const char *path, char *named, size_t cap);
int file_sync_folder(const char *dir) MUST_USE;
/* A finished database file gets its name, durably. */
int file_publish(const char *dir, const char *made, const char *path) MUST_USE;
/* As SQLite stores numbers in its files' heads. */
static inline uint32_t file_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
void file_remove(const char *path);    /* a database that was never published */
uint64_t file_bytes(const char *path); /* with its WAL; 0 when it is not there */

/* segment_write.c: the open one; all run in the writer */
/* Empty tables, and what a new file says of the spool and of the numbers that it may hold; in any thread. */
int segment_make_tables(const struct spool *spool, sqlite3 *db, struct range numbers) MUST_USE;
/* Each table and column of today's schema is there by its name: ERR_DAMAGED; in any thread. */
int segment_check_names(sqlite3 *db) MUST_USE;
/* *last: the highest number in it; first - 1: none. */
int segment_open(struct spool *spool, uint64_t first, uint64_t *last) MUST_USE;
void segment_close(struct spool *spool, bool finished);
/* Looks again at segments that could not be looked at when the spool was opened, now and then. */
int segment_look_again(struct spool *spool) MUST_USE;
/* Makes, enters and opens the one for the next reading. */
int segment_begin_next(struct spool *spool) MUST_USE;
int segment_roll(struct spool *spool) MUST_USE;
int segment_reserve_ledger(struct spool *spool, uint64_t number) MUST_USE;
/* After a failed write: closed, opened, settled and checked; set aside when damaged. */
int segment_reopen(struct spool *spool) MUST_USE;
/* Renames a damaged one, takes it from the list and jumps over its numbers. */
int segment_lose(struct spool *spool, uint64_t first, const char *words) MUST_USE;

/* segment_names.c: inside a transaction, the open segment's own numbers of a series, of our boot, and of
 * the codes of a place (0: it has none) */
int segment_series(struct spool *spool, uint32_t series, uint32_t *number) MUST_USE;
int segment_boot(struct spool *spool, uint64_t first_reading) MUST_USE;
int segment_area(struct spool *spool, const struct place *place, uint32_t *number) MUST_USE;

/* asides.c: in any thread */
struct aside { /* a file that was set aside as damaged */
	enum stream stream;
	uint64_t first; /* of readings: the number its name says; 0: a ledger */
	unsigned n;     /* the last number of its name */
	char name[ASIDE_NAME];
};
/* Ledgers first, then by number; *list is to be freed whatever is returned. */
int asides_list(const char *dir, struct aside **list, size_t *n) MUST_USE;
/* The highest number that a file set aside which begins at `first` may hold; below `first`: none was used. */
uint64_t asides_last(struct spool *spool, uint64_t first);
/* A salvage has been through it: a record of that ledger names it. */
bool asides_looked_into(sqlite3 *ledger, const char *name);

/* salvage.c: what one that was cut off left half made */
void salvage_remove_left(const char *dir);

/* summaries.c */
/* What the ledger says of them is loaded. */
int summaries_load(struct spool *spool) MUST_USE;
/* bytes.c */
/* Writer: at opening, from the ledger.  Later RAM knows more: all of it is to be written. */
int bytes_load(struct spool *spool) MUST_USE;
/* Writer, inside a transaction of the ledger: what is not in it yet; and how that ended. */
int bytes_save(struct spool *spool, sqlite3 *db) MUST_USE;
void bytes_saved(struct spool *spool, bool well);
/* Writer: in a transaction of their own. */
void bytes_write(struct spool *spool);

/* freeing.c */
/* Writer, on a full card: the lowest file goes if every store has confirmed it, however young.  False: it must stay. */
bool freeing_makes_room(struct spool *spool);
void free_file(struct spool *spool, uint64_t first);

/* ballast.c: all run in the writer */
/* Takes what is missing of it.  ERR_FULL with words: there is no room for all of it, and so none for readings. */
int ballast_fill(struct spool *spool) MUST_USE;
/* Gives up a piece.  False: there is none. */
bool ballast_give(struct spool *spool);
/* Calls `work`, and again for each piece given up, while it says ERR_FULL. */
int ballast_spend(struct spool *spool, int (*work)(struct spool *, void *), void *ctx) MUST_USE;

/* lost.c: from a reader's thread; durable on return */
/* These numbers cannot be read back: a gap from now on. */
int lost_report(struct spool *spool, enum stream stream, struct range range) MUST_USE;
/* The segment cannot even be opened: it is set aside. */
int lost_file(struct spool *spool, uint64_t first) MUST_USE;

/* deliver.c */
struct mark { /* one interval of a sent or received set, whole, to be written */
	unsigned store;
	enum stream stream;
	enum delivery delivery;
	struct range range;
};
/* Under lock: adds to the gaps and to what is done at every store.  False: no memory. */
bool deliver_add_gap(struct spool *spool, enum stream stream, struct range range) MUST_USE;
/* Under lock: none of them is a gap any more; what was sent or refused of them is done all the same.  False: no
 * memory. */
bool deliver_drop_gaps(struct spool *spool, enum stream stream) MUST_USE;
/* Under lock: the files of all below are gone; nothing of it is left to do at any store.  False: no memory. */
bool deliver_set_freed(struct spool *spool, uint64_t below) MUST_USE;
bool deliver_add_held(struct spool *spool, enum stream stream, struct range range) MUST_USE;
/* Under lock: the store of that name, made when new; NULL when there are too many. */
struct store *deliver_store(struct spool *spool, const char *name);
/* Under lock: a set read from a file; numbers from next on are left out. */
bool deliver_load(struct spool *spool, const char *store, int stream, int delivery,
	struct range range) MUST_USE;
/* Under lock: a mark to be written waits now. */
void deliver_new_marks(struct spool *spool);
/* Under lock: takes up to `most` fresh marks. */
size_t deliver_take(struct spool *spool, struct mark *marks, size_t most);
/* Under lock: they were not written after all. */
void deliver_give_back(struct spool *spool, const struct mark *marks, size_t n);
/* Writer: writes all sent and received sets into the table `delivery` of db, or reads them. */
int deliver_save_all(struct spool *spool, sqlite3 *db) MUST_USE;
int deliver_load_all(struct spool *spool, sqlite3 *db) MUST_USE;
int deliver_insert(sqlite3_stmt *add, const char *store, int stream, int delivery,
	struct range range) MUST_USE;

/* spikes.c */
/*
 * Writer, before readings from `from` on are saved: spikes that they show are in the ledger, in one transaction.  *to,
 * the end of the batch, is moved before the first reading that shows one of the batch's own: a record names only what is saved.
 */
int spikes_note(struct spool *spool, uint64_t from, uint64_t *to) MUST_USE;
/* Writer, under lock: from..to of the ring were saved, under numbers from `first` on. */
void spikes_saved(struct spool *spool, uint64_t from, uint64_t to, uint64_t first);
/* Under lock: as spool_final(). */
uint64_t spikes_final(struct spool *spool);

/* epochs.c */
#define EPOCH_TABLE                                                             \
	"CREATE TABLE epoch(uuid TEXT NOT NULL, from_boot_ms INTEGER NOT NULL," \
	" offset_ms INTEGER NOT NULL, source INTEGER NOT NULL,"                 \
	" uncertainty_ms INTEGER NOT NULL, crc INTEGER NOT NULL,"               \
	" PRIMARY KEY(uuid, from_boot_ms)) WITHOUT ROWID;"
#define DELIVERY_TABLE                                                               \
	"CREATE TABLE delivery(store TEXT NOT NULL, stream INTEGER NOT NULL,"        \
	" delivery INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL," \
	" crc INTEGER NOT NULL, PRIMARY KEY(store, stream, delivery, first)) WITHOUT ROWID;"
#define META_TABLE "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"

/* Offsets of one boot.  A crystal 50 ppm off needs nine a day (STAMPS_STEP_MS): enough for a year. */
enum { MOST_EPOCHS = 4096 };
struct epochs {
	char uuid[UUID];
	size_t n;
	struct time_offset at[MOST_EPOCHS]; /* rising from_boot_ms */
};
/* Loads the offsets of a boot from a ledger or segment file; rows that fail their check are left out. */
int epochs_load(sqlite3 *db, const char *uuid, struct epochs *to) MUST_USE;
/* The offset in force at that moment, or NULL. */
const struct time_offset *epochs_at(const struct epochs *epochs, int64_t boot_ms);
/* Takes out rows that fail their check. */
int epochs_weed(sqlite3 *db, uint64_t *bad) MUST_USE;
/* The UTC of a row of that moment. */
int64_t epochs_utc_ms(const struct time_offset *offset, enum stream stream, int64_t boot_ms);
int epochs_insert(sqlite3 *db, const char *uuid, const struct time_offset *offset) MUST_USE;
/* Moves the offset by 5 ms at most, so that its last digit is that of no offset shortly before it. */
int epochs_give_digit(sqlite3 *db, struct time_offset *offset) MUST_USE;
/* Adds the offsets of boots of which the other file has none. */
int epochs_learn_absent(sqlite3 *from, sqlite3 *to) MUST_USE;
/* Writes our boot's offsets, as the ledger has them, into the open segment. */
int epochs_copy(struct spool *spool, const char *uuid, sqlite3 *to) MUST_USE;
/* Loads `fixed`, `utc` and `held` from the ledger. */
int epochs_refresh(struct spool *spool) MUST_USE;
bool epochs_read_boot_id(char *to, size_t cap);

#endif
