/* field_inside.h - what the files of field.h share. */
#ifndef DAEMON_FIELD_INSIDE_H
#define DAEMON_FIELD_INSIDE_H

#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "daemon/field.h"
#include "spool/reader.h"

enum { MOST_LIVE = 256, MOST_MOMENTS = 128 };

/* The moment of a record: in the clock that does not jump, and in UTC where that is known. */
struct moment {
	uint64_t number; /* 0: none */
	char boot[37];
	int64_t boot_ms, utc_ms, error_ms;
	bool timed;
};

/* A file as it was at the last look. */
struct file_mark {
	bool there;
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec written, changed;
};

/* The centre's list of points. */
struct field_list {
	const struct point_list_conf *conf; /* NULL: there is none */
	const char *lab;
	bool looked;
	struct file_mark points, aliases;
	struct point_list list;
	char words[POINT_LIST_WORDS]; /* why it is not as its files are; "": it is */
};

struct field {
	struct spool *spool;
	const struct clock *clock;
	const struct limits_conf *conf;
	pthread_mutex_t recording; /* one after the other; taken before `lock` */
	pthread_mutex_t listing;   /* of `listed`; taken before `lock`, never with `recording` */
	struct field_list listed;
	pthread_mutex_t lock; /* of what is below; never held while the spool is asked */
	struct limit_book limits;
	char limits_words[FIELD_WORDS]; /* why they could not be read; "": they could */
	struct samples *samples;
	struct history *history;
	const struct check_rules *check_rules;
	const struct methods *methods;
	struct checks *checks;
	struct moment moments[MOST_MOMENTS]; /* by number */
	struct point *points;
	size_t n_points;
	struct field_live live[MOST_LIVE];
	size_t n_live;
};

/* field_results.c */
/* Reads the limits anew.  Under `recording`. */
void field_read_limits(struct field *field);
/* Records the results that ended samples owe.  Under `recording`. */
int field_settle(struct field *field) MUST_USE;

/* Takes a recorded result.  Under `lock`, but at the start. */
void field_keep_result(struct field *field, const struct result *result);
/* What an analyzer said before is of other water.  Under `lock`. */
void field_forget_unit(struct field *field, const char *unit);
/* The open sample that this analyzer's readings are of; 0: none, or it is being checked.  Under `lock`. */
uint64_t field_sample_of_unit(const struct field *field, const char *unit);

/* field_checks.c */
int field_read_checks(struct field *field, struct spool_reader *reader, uint64_t *damaged) MUST_USE;

/* Keeps a recorded point.  Under `lock`, but at the start. */
int field_keep_point(struct field *field, const struct point *point) MUST_USE;

#endif
