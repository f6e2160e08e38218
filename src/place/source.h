/*
 * source.h - what receiver.c opens and reads: a gpsd, or a serial line, each with its own reasons why
 * nothing comes.  Nothing in here waits; a source belongs to one thread.
 */
#ifndef PLACE_SOURCE_H
#define PLACE_SOURCE_H

#include "base/text.h"
#include "place/receiver.h"

enum { SOURCE_PIECE = 512 }; /* bytes taken at a time, so that no flood delays a stop */

struct source;

struct source_ops {
	/*
	 * Opens, or goes on with it.  0: open; ERR_TIMEOUT: not yet, call again when the descriptor can be
	 * written to; otherwise closed, with words.
	 */
	int (*open)(struct source *source, struct text *why);
	/* Reads a piece of what is there and hands over its fixes; ERR_GONE with words: nothing will
	 * come any more. */
	int (*read)(struct source *source, int64_t now_ms, size_t *n, struct text *why);
	/* ERR_GONE with words when the device has vanished, without asking it. */
	int (*look)(struct source *source, struct text *why);
	/*
	 * Why no reports come, with the remedy; 0 when all is well as far as it knows.  `silent`: there was
	 * none for long enough to ask.
	 */
	int (*judge)(const struct source *source, bool silent, struct text *words);
	uint64_t (*bad)(const struct source *source); /* what could not be read, ever */
	void (*close)(struct source *source);
	void (*free)(struct source *source);
};

struct source {
	const struct source_ops *ops;
	const char *name;      /* for the log */
	int fd;                /* -1: closed */
	int64_t pause_most_ms; /* it is tried again after this at the latest */
	int64_t dead_ms;       /* so long without a byte: to be opened anew; 0: never */
	uint64_t bytes;        /* since the last report; whoever hears that sets it to 0 */
};

/* hear() gets every fix.  ERR_CONF with words, ERR_MEMORY.  `conf` outlives it. */
int source_gpsd_new(struct source **out, const struct receiver_conf *conf,
	void (*hear)(void *ctx, const struct fix *fix), void *ctx, struct text *why) MUST_USE;
int source_nmea_new(struct source **out, const struct receiver_conf *conf,
	void (*hear)(void *ctx, const struct fix *fix), void *ctx, struct text *why) MUST_USE;

#endif
