/*
 * carry.h - a van's data on a stick: what `waterlab carry` writes there and reads back.
 *
 * One folder a spool, waterlab-LAB-SPOOLID: copies of the ledger and of segments, manifest.txt, which says what they are, and
 * receipt-STORE.txt, which says what a store at the centre has of them by its own count.  Both texts are lines of words with
 * one blank between, and end with the checksum of all before: `sum XXXXXXXX`.  A checksum shows damage, not malice.
 */
#ifndef SPOOL_CARRY_H
#define SPOOL_CARRY_H

#include "spool/reader.h"

enum {
	CARRY_LAB = 32,
	CARRY_FILES = 20000,  /* in one folder, at most */
	CARRY_BLOCK = 10000,  /* numbers in one block of a receipt, at most */
	CARRY_TEXT = 4 << 20, /* bytes of a manifest or receipt, at most */
	CARRY_NAME = 40
};

struct carry_file {
	char name[CARRY_NAME];
	struct range range; /* numbers it holds rows of */
	uint64_t bytes;
	uint32_t sum; /* CRC-32 of its bytes */
};

struct carry_manifest {
	char lab[CARRY_LAB], spool[SPOOL_ID];
	char made_at[24];       /* by the van's clock; for people */
	char store[STORE_NAME]; /* what that store has was left out; "": nothing was */
	size_t n;
	struct carry_file *files; /* the ledger first, then rising */
};

struct carry_block {
	enum stream stream;
	struct range range;
	uint64_t rows; /* of it that have a time */
	uint32_t sum;  /* of their numbers and times: carry_sum_rows() */
};

struct carry_receipt {
	char lab[CARRY_LAB], spool[SPOOL_ID], store[STORE_NAME];
	char made_at[24];
	size_t n;
	struct carry_block *blocks;
};

/* ERR_DAMAGED with words in `why`: it is not one that was written whole.  Freed by carry_free_...() in any case. */
int carry_read_manifest(
	struct carry_manifest *out, const char *text, size_t len, struct text *why) MUST_USE;
int carry_read_receipt(
	struct carry_receipt *out, const char *text, size_t len, struct text *why) MUST_USE;
void carry_free_manifest(struct carry_manifest *manifest);
void carry_free_receipt(struct carry_receipt *receipt);

/* A whole text of at most CARRY_TEXT bytes, the caller's to free; NULL: no memory. */
char *carry_put_manifest(const struct carry_manifest *manifest, size_t *len);
char *carry_put_receipt(const struct carry_receipt *receipt, size_t *len);

/* Whole under its name or not at all, and on the device.  ERR_FULL, ERR_IO with words. */
int carry_write(const char *folder, const char *name, const char *text, size_t len,
	struct text *why) MUST_USE;
/* ERR_ABSENT, ERR_IO, ERR_DAMAGED (too long), with words. */
int carry_read(
	const char *folder, const char *name, char **text, size_t *len, struct text *why) MUST_USE;

/* Of the rows of the block that have a time: how many, and the CRC-32 of number and UTC ms of each, rising. */
int carry_sum_rows(struct spool_reader *reader, struct carry_block *block) MUST_USE;

/* --- out: at the van ---------------------------------------------------------------------------- */

struct carry_out {
	const char *dir; /* of the spool; a daemon may hold it */
	const char *lab;
	const char *to; /* the stick's folder */
	/* What all of these have by their own count, and by no later one lost (spool_doubt), is left out. */
	const char *const *stores;
	size_t n_stores;
	/* NULL, or called as files are done. */
	void (*each)(void *ctx, const char *name, bool kept);
	void *ctx;
};

struct carry_result {
	char folder[512];                /* on the stick */
	uint64_t bytes, files, left_out; /* left_out: files of readings that the stores have */
	struct range readings;           /* both 0: none */
	uint64_t ledger;
};

/*
 * Copies, checks what it wrote by reading it back, and says by the manifest that it is whole.  Run again it keeps the
 * files that are there and right.  From any thread or process.  ERR_FULL, ERR_IO, ERR_ABSENT, ERR_DAMAGED, ERR_RANGE, with words in `why`.
 */
int carry_out(const struct carry_out *ask, struct carry_result *out, struct text *why) MUST_USE;

/* --- in: at the centre -------------------------------------------------------------------------- */

/* Every file of the manifest is there, as it was written.  ERR_DAMAGED, ERR_IO, with words. */
int carry_check_files(
	const char *folder, const struct carry_manifest *manifest, struct text *why) MUST_USE;
/* Reads only, also where nothing can be written. */
int carry_open(struct spool_reader **out, const char *folder, struct text *why) MUST_USE;

#endif
