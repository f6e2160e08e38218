/*
 * conf.h - waterlab.conf, checked, as the structures the modules take.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdio.h>

#include "bus/line.h"
#include "inbox/inbox.h"
#include "place/whereabouts.h"
#include "spool/spool.h"
#include "uplink/uplink.h"

enum { CONF_PATH = 256, MOST_PROFILES = 64 };

struct clock_conf {
	unsigned wait_s;         /* an unconfirmed clock is used, flagged, after this long */
	int64_t earliest_ms;     /* UTC before this is never believed (the release date) */
	int64_t latest_ms;       /* nor from this on */
	unsigned most_away_days; /* the longest a van is away from any confirmed time */
	unsigned bound_wait_s;   /* readings that nothing bounds go out, flagged, after this long */
};

struct conf {
	char lab[LAB_NAME];
	char control_socket[CONF_PATH];
	char drivers[CONF_PATH];     /* folder of drivers/NAME/profile.conf */
	char own_drivers[CONF_PATH]; /* the operator's own, before those; may be absent */
	unsigned log_level;
	struct clock_conf clock;
	struct receiver_conf gps;
	struct place_conf place;
	struct spool_conf spool;
	unsigned n_lines;
	struct line_conf *lines;
	struct inbox_conf inbox;
	unsigned n_stores;
	struct store_conf stores[MOST_STORES];
	unsigned n_profiles;
	struct profile *profiles[MOST_PROFILES]; /* owned; the lines' units point to them */
};

/*
 * Reads and checks `path`.  On error returns ERR_CONF and appends to `errors` one line a mistake:
 * "FILE:LINE: key: what is wrong; what is allowed; did you mean ...".  All mistakes are reported, not
 * only the first, as far as `errors` has room.  A line with "warning:" refuses nothing: with 0 returned,
 * `errors` may hold such lines for the operator to see.
 */
int conf_read(struct conf **out, const char *path, struct text *errors) MUST_USE;
void conf_free(struct conf *conf);

/* The effective configuration as a file that conf_read() takes, every option with its value. */
void conf_print(const struct conf *conf, FILE *to);
/* The commented sample: every option with its help, range, unit and default. */
void conf_print_sample(FILE *to);

/*
 * The driver NAME: its profile.conf under the folder, or the codec of that name in the program.  ERR_ABSENT, or
 * ERR_CONF with all mistakes in `errors`.
 */
int conf_find_driver(
	struct profile **out, const char *drivers, const char *name, struct text *errors) MUST_USE;
/* The same with the operator's own folder before it; `errors` may hold a warning when 0 is returned. */
int conf_find_own_driver(struct profile **out, const char *drivers, const char *own,
	const char *name, struct text *errors) MUST_USE;
/* One profile file. */
int conf_read_profile(struct profile **out, const char *path, struct text *errors) MUST_USE;

#endif
