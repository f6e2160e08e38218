/*
 * changes.h - what became different since the version that is published, by that version's own files.
 *
 * What is published is all that is remembered: index.json (`changes`), the months' results, whose column `changed` says since
 * when each row is as it is, and withdrawn.csv.  A version that was never finished therefore changes nothing.  Where these files
 * are not as their index says, all rows count as changed now, which is logged; it stops no publication.
 */
#ifndef HEATMAP_CHANGES_H
#define HEATMAP_CHANGES_H

#include "base/csv.h"
#include "put.h"

struct changes;

/* Reads OUT/current/official/data.  Rows that are gone are listed for so many days.  ERR_MEMORY. */
int changes_open(struct changes **out, const char *folder, int64_t made_ms,
	unsigned withdrawn_days) MUST_USE;
void changes_close(struct changes *changes);

/* What changes in this version bears this time (UTC): `made`, or later where a clock went back.  It grows with each. */
int64_t changes_to_ms(const struct changes *changes);
/* Since then what changed and what is gone is known without a gap. */
int64_t changes_from_ms(const struct changes *changes);

/*
 * Since when the row is as it is; `key` and `line` are its put.sum as a key of its own (changes_key()) and up to `changed`.
 * To be asked once for each row of the new version.
 */
int64_t changes_since_ms(struct changes *changes, uint64_t key, uint64_t line);
uint64_t changes_key(const char *lab, const char *spool, uint64_t sample, const char *parameter,
	const char *method, uint32_t replicate);

/* lab,spool,sample,parameter,method,replicate,sampled of a row, as they stood in its file. */
enum { CHANGES_TOLD = 7 };

/* The rows that are gone, when all were asked for: as they went. */
typedef void (*changes_gone)(
	void *ctx, const struct csv_field told[CHANGES_TOLD], int64_t withdrawn_ms);
int changes_each_gone(struct changes *changes, changes_gone gone, void *ctx) MUST_USE;

#endif
