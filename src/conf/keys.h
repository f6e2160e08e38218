/* keys.h - the table of waterlab.conf, and the hooks its odd keys need. */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include "conf/conf.h"
#include "conf/schema.h"

extern const struct schema keys_conf, keys_console, keys_samples;
extern const struct schema keys_line, keys_store, keys_meter, keys_check,
	keys_method; /* one of each list */

/* Where the field is, how wide it is. */
#define AT(type, field) .offset = offsetof(type, field), .size = sizeof(((type *)NULL)->field)

extern const struct schema_hook hook_drivers;     /* "": the folder installed with the program */
extern const struct schema_hook hook_own_drivers; /* a full path */
extern const struct schema_hook hook_limits;      /* "": the folder installed with the program */
extern const struct schema_hook hook_thresholds;  /* a full path; the file is read with it */
extern const struct schema_hook hook_places;      /* "": the file installed with the program */
extern const struct schema_hook hook_measures;    /* pairs of words, between commas */
extern const struct schema_hook hook_profile;     /* a name; the profile is read with it */
extern const struct schema_hook hook_date;        /* YYYY-MM-DD; UTC ms */
extern const struct schema_hook hook_token;       /* a path, or "credential:NAME" */

/* What the hooks share while one file is read: the `ctx` of schema_open(). */
struct reading_conf {
	struct conf *conf;
	unsigned n_bad;
	char bad[MOST_PROFILES][PROFILE_NAME]; /* profiles whose mistakes were said already */
};

/* What no table can say: names used twice, files that cannot be read, words that do not fit. */
void check_conf(struct schema_doc *doc, struct conf *conf);
void check_inbox(struct schema_doc *doc, const struct conf *conf);
void check_console(struct schema_doc *doc, const struct console_conf *console);
void check_limits(struct schema_doc *doc, const struct limits_conf *limits);
void check_methods(struct schema_doc *doc, const struct methods *methods);
void check_checks(struct schema_doc *doc, const struct check_rules *checks);
void check_samples(struct schema_doc *doc, const struct point_list_conf *samples);
void check_links(struct schema_doc *doc, const struct links_conf *links);

/* conf_read() of a text under the name `path`; NULL: of the file. */
int conf_read_text(
	struct conf **out, const char *path, const char *text, struct text *errors) MUST_USE;

/* qc_conf_read_text() with its mistakes added to those of another file. */
int qc_conf_read_in(struct qc_conf **out, const char *path, const char *text,
	struct mistakes *mistakes) MUST_USE;

/* Reads the profile at `path` (or `text` under that name) whose folder is `name`.  ERR_CONF with its
 * mistakes added, ERR_MEMORY. */
int profile_read(struct profile **out, const char *path, const char *text, const char *name,
	struct mistakes *mistakes) MUST_USE;

#endif
