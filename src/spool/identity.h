/*
 * identity.h - under which id a number was born.
 *
 * A spool has one id for as long as it stays where it is.  When a start finds the folder on another card or machine
 * than the one before, the rows from there on get a new id: the folder may be a copy, and the original may run on and
 * give the same numbers to other rows.  What was born before keeps its id, whoever sends it: it is the same row.
 *
 * Files know each other by the first id (meta `spool`); the list of later ones stands in the meta of the ledger and of
 * every segment written since, so that a ledger made anew knows it.
 */
#ifndef SPOOL_IDENTITY_H
#define SPOOL_IDENTITY_H

#include "spool/spool.h"
#include "spool/sql.h"

enum { MOST_IDENTITIES = 16 }; /* later ones; then the last stays, and that is said */

struct identities {
	char home[SPOOL_ID]; /* where the folder was at the last start; "": not known */
	size_t n;
	struct {
		char id[SPOOL_ID];
		uint64_t first[STREAM_COUNT]; /* the first numbers it holds for */
	} at[MOST_IDENTITIES];
};

/* `base` or one of the list; valid as long as they. */
const char *identity_of(
	const struct identities *list, const char *base, enum stream stream, uint64_t number);
const char *identity_newest(const struct identities *list, const char *base);
/* False: full; or no random bytes. */
bool identity_add(struct identities *list, const uint64_t first[STREAM_COUNT]);
/* 16 random hex digits. */
int identity_new(char *to) MUST_USE;

/* ERR_ABSENT: the file has none, *list is as it was; ERR_DAMAGED. */
int identity_load(sqlite3 *db, struct identities *list) MUST_USE;
int identity_save(sqlite3 *db, const struct identities *list) MUST_USE;

/*
 * Where the folder is: a sum over the serial number of the card it lies on, as the kernel says it (cid, wwid or
 * serial in sysfs), and the machine's id (/etc/machine-id).  "": neither is there.
 */
void identity_home(const char *dir, char *to);

#endif
