/*
 * salvage.h - what is whole in files that were set aside comes back under its own old numbers, to be sent like the rest.
 *
 * The file itself is only copied, never changed or removed.  Every row is judged by its checksum.  A gap record may have
 * said of its numbers that they can never be delivered; a LEDGER_SALVAGED record takes that back for those found.
 */
#ifndef SPOOL_SALVAGE_H
#define SPOOL_SALVAGE_H

#include "spool/spool.h"

struct salvage_file {
	const char *name; /* in the folder; valid in the call */
	enum stream stream;
	uint64_t found;     /* readings or records that are whole in it */
	uint64_t back;      /* of them: numbers that wait to be sent again, or were sent before */
	struct range range; /* of those found; both 0: none */
	char words[240];    /* why not all, or none, of it comes back; "": nothing to say */
};

/*
 * Looks through all files that were set aside, ledgers first, once each, and names each in the ledger; a second call finds what is left to do.  Ended at any
 * moment (kill, power), the next call goes on.  Needs room on the card for two copies of a file.  0, ERR_FULL, ERR_IO,
 * ERR_MEMORY with words in `why`, or what each() returned; a file that is beyond help is no error.
 */
int spool_salvage(struct spool *spool, int (*each)(void *ctx, const struct salvage_file *file),
	void *ctx, struct text *why) MUST_USE;

#endif
