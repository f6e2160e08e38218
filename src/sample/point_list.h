/*
 * point_list.h - the water points that a centre exported for its vans, and its table of doubles.
 *
 * A point is known by the list's own code.  A double is a code, or a point that a van made (as its line at the store says:
 * LAB/SPOOL/NUMBER), that is another point of the list by now.  config/POINTS.md describes both files.  Nothing here changes
 * what was recorded.
 */
#ifndef SAMPLE_POINT_LIST_H
#define SAMPLE_POINT_LIST_H

#include <stdio.h>

#include "sample/point.h"
#include "sample/point_list_conf.h"

enum {
	POINT_LIST_MOST = 20000, /* points, and doubles */
	POINT_DOUBLE = 72        /* bytes of what a double is called, the NUL included */
};

struct listed_point {
	struct point point; /* number 0; as a record would give it back */
	unsigned long line;
};

struct point_double {
	char is[POINT_DOUBLE];
	char counts[TERM]; /* the code that counts for it in the end, one of the list */
	unsigned long line;
};

struct point_list {
	struct listed_point *at; /* by code */
	size_t n;
	struct point_double *doubles; /* by what they are called */
	size_t n_doubles;
};

/*
 * Both read into an empty list, the doubles after the points; without points any code may count.  ERR_CONF, ERR_IO,
 * ERR_MEMORY: `why` says file, line and what to do, and nothing is taken of that file.
 */
int point_list_read(
	struct point_list *list, FILE *file, const char *path, struct text *why) MUST_USE;
int point_list_read_doubles(
	struct point_list *list, FILE *file, const char *path, struct text *why) MUST_USE;
/* Both files by their paths.  With an error there may be points, but then no doubles. */
int point_list_open(
	struct point_list *list, const struct point_list_conf *conf, struct text *why) MUST_USE;
void point_list_free(struct point_list *list);

/* The point of that very code, be it a double; NULL: none. */
const struct listed_point *point_list_find(const struct point_list *list, const char *code);
/* NULL: it is no double. */
const struct point_double *point_list_find_double(const struct point_list *list, const char *is);

/* What a point is called here: its code, or, of one that the van made, LAB/SPOOL/NUMBER; `to` has POINT_DOUBLE bytes. */
void point_list_name(char *to, const struct point *point, const char *lab);

#endif
