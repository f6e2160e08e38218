/*
 * verify.h - is what lies in a spool's folder what was written, and are all numbers accounted for?  Reads only; from
 * any thread or process, also beside the daemon.
 */
#ifndef SPOOL_VERIFY_H
#define SPOOL_VERIFY_H

#include "spool/spool.h"

struct verify_file {
	const char *name; /* in the folder; valid in the call */
	bool aside;       /* set aside by name: not looked into */
	bool sound;
	enum stream stream;
	struct range range; /* numbers it may hold rows of; both 0: none */
	uint64_t rows;      /* that are there and hold their checksums */
	uint64_t
		missing; /* numbers of the range that are neither there nor covered by a gap record */
	struct range hole; /* the first of those */
	char words[240];   /* what is wrong with it; "": nothing */
};

struct verify_ask {
	const char *dir;
	bool beside; /* a daemon may hold the spool; false: ERR_BUSY then */
	/* Once a file, in order of numbers, the ledger last.  Non-zero ends it and is returned. */
	int (*each)(void *ctx, const struct verify_file *file);
	/* NULL, or called at least each few seconds of work.  Non-zero ends it and is returned. */
	int (*still)(void *ctx);
	void *ctx;
};

struct verify_result {
	char spool[SPOOL_ID];
	unsigned files, unsound, aside;
	uint64_t rows[STREAM_COUNT]; /* sound ones */
	uint64_t gaps[STREAM_COUNT]; /* numbers covered by gap records */
	uint64_t missing[STREAM_COUNT];
	uint64_t freed_below; /* readings below were confirmed and taken off the card */
	uint64_t last[STREAM_COUNT];
};

/*
 * 0: it was looked through, and `out` says with what result: sound when unsound, missing[] are all 0.  ERR_ABSENT,
 * ERR_BUSY, ERR_IO, ERR_DAMAGED (a ledger that cannot be opened), ERR_MEMORY, with words in `why`.
 */
int spool_verify(
	const struct verify_ask *ask, struct verify_result *out, struct text *why) MUST_USE;

#endif
