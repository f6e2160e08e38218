/*
 * point.h - a place where water is taken, as the words of a ledger record (LEDGER_POINT) and back.  Pure.
 *
 * Its number is that of its record, for ever.  The record's a and b are its position (degrees times 10^7), both 0 when it
 * is not known.
 */
#ifndef SAMPLE_POINT_H
#define SAMPLE_POINT_H

#include "model/limits.h"
#include "sample/step.h"

/* Who stands so near may mean that one. */
enum { POINT_NEAR_M = 200 };

struct point {
	uint64_t number;       /* 0: not recorded yet */
	char spool[17];        /* the id of the spool whose number that is (spool_id()) */
	char code[TERM];       /* of the list it was imported from; "": the van made it */
	char name[POINT_NAME]; /* as people call it */
	char type[TERM];       /* TERM_SOURCE */
	char position[TERM];   /* TERM_POSITION; "": not known */
	char treated[4];       /* "yes", "no"; "": not known */
	bool has_at;
	int32_t lat_e7, lon_e7;
};

void point_put(struct text *to, const struct point *point);
bool point_read(
	struct point *point, uint64_t number, int64_t a, int64_t b, const char *words) MUST_USE;
/* What limits depend on. */
struct water_site site_of(const char *position, const char *treated);

#endif
