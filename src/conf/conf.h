/*
 * conf.h - waterlab.conf, checked, as the structures the modules take.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <netinet/in.h>
#include <stdio.h>

#include "bus/line.h"
#include "conf/qc.h"
#include "inbox/inbox.h"
#include "model/limits.h"
#include "place/whereabouts.h"
#include "sample/check_rule.h"
#include "sample/method.h"
#include "sample/point_list_conf.h"
#include "spool/spool.h"
#include "uplink/links.h"
#include "uplink/uplink.h"

enum { CONF_PATH = 256, MOST_PROFILES = 64 };

struct console_conf {
	char listen
		[INET_ADDRSTRLEN]; /* IPv4; not loopback: only with certificate, key and operators */
	unsigned port;             /* 0: any free one */
	char certificate[CONF_PATH], key[CONF_PATH]; /* PEM; "": plain HTTP */
	char hosts
		[CONF_PATH]; /* names and addresses that a browser may call it by, between commas */
	/* Who works here (operators/operators.h); "": nobody is asked for a PIN, and names are as typed. */
	char operators[CONF_PATH];
	unsigned idle_min; /* without a touch of the page a PIN is asked for again */
};

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
	struct console_conf console; /* of waterlab-console */
	char drivers[CONF_PATH];     /* folder of drivers/NAME/profile.conf */
	char own_drivers[CONF_PATH]; /* the operator's own, before those; may be absent */
	unsigned log_level;
	struct clock_conf clock;
	struct receiver_conf gps;
	struct place_conf place;
	struct spool_conf spool;
	unsigned n_lines;
	struct line_conf *lines;
	char qc_file[CONF_PATH]; /* qc.conf; "": none */
	struct qc_conf *qc;      /* what it says, owned; NULL: there is none */
	struct inbox_conf inbox;
	struct limits_conf limits;
	struct point_list_conf samples;
	struct check_rules checks;
	struct methods methods;
	struct links_conf links;
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
/* The same for a machine that is no van: `lines` may be left out. */
int conf_read_centre(struct conf **out, const char *path, struct text *errors) MUST_USE;
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
/*
 * Adds all maps of registers in the folder, by name, behind those that are there; the caller frees each.  What cannot be read
 * is left out, and `mistakes` gets a line of it.  ERR_ABSENT, with errno: the folder cannot be read.
 */
int conf_read_known(struct profile *to[MOST_PROFILES], unsigned *n, const char *folder,
	struct text *mistakes) MUST_USE;
/* One profile file. */
int conf_read_profile(struct profile **out, const char *path, struct text *errors) MUST_USE;

#endif
