/*
 * store.h - a store that is asked what it holds, whichever kind it is.
 *
 * Of every question: 0, or ERR_TIMEOUT (away, slow or busy: later), ERR_CONF (a person must act), ERR_DAMAGED (what came is
 * no answer), ERR_MEMORY, ERR_STOPPED, each with words in `why`.  After an error what was read is not to be published.
 */
#ifndef HEATMAP_STORE_H
#define HEATMAP_STORE_H

#include <stdatomic.h>

#include "answer.h"
#include "base/clock.h"
#include "uplink/uplink.h"

struct store;

/* `stop` ends a question under way.  Both must live as long. */
int store_open(struct store **out, const struct store_conf *conf, const atomic_bool *stop,
	struct text *why) MUST_USE;
/* The same one once more, for another thread. */
int store_open_again(struct store **out, const struct store *store, struct text *why) MUST_USE;
void store_close(struct store *store);

/* Which labs have results from..to (UTC ms), and what by their prints; names are the rows'.  *prints is the caller's to free. */
int store_prints(struct store *store, int64_t from_ms, int64_t to_ms, struct rows *rows,
	struct print **prints, size_t *n, struct text *why) MUST_USE;
/* All results that are asked for, added to rows.  ERR_DAMAGED when fewer came, or fewer of their fields, than the store counts, or than its prints say. */
int store_results(struct store *store, const struct asked *asked, struct rows *rows,
	struct text *why) MUST_USE;
/* Of how many labs it is best asked for at once, at most ASKED_LABS. */
size_t store_labs_at_once(const struct store *store);
int store_points(struct store *store, int64_t now_ms, struct rows *rows, struct text *why) MUST_USE;
/* When each lab was heard of last, of what came since from_ms. */
int store_heard(struct store *store, int64_t from_ms, int64_t now_ms, struct rows *rows,
	struct text *why) MUST_USE;
/* How each lab said that it is, last. */
int store_labs(struct store *store, int64_t from_ms, int64_t now_ms, struct rows *rows,
	struct text *why) MUST_USE;
/* Some fields of a row may be there a moment later than others. */
bool store_shows_late(const struct store *store);
/* "influxdb" or "victoriametrics" */
const char *store_kind(const struct store_conf *conf);

#endif
