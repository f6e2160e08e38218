/* publish.h - from a store to a new version of the published folder, or to words about why not. */
#ifndef HEATMAP_PUBLISH_H
#define HEATMAP_PUBLISH_H

#include <stdatomic.h>

#include "conf.h"
#include "parts.h"
#include "sample/point_list.h"

struct published {
	size_t results, cells, failures, superseded;
	size_t asked, parts; /* of so many parts (parts.h) so many were read */
	char version[64];
};

/*
 * One publication; `parts` and `published`, empty at first, say what was read and
 * published by this program before.  On any error what was published last stays, and status.json beside it says so: ERR_TIMEOUT,
 * ERR_STOPPED, ERR_DAMAGED, ERR_CONF, ERR_ABSENT (the store holds no result at all), ERR_IO, ERR_BUSY, ERR_MEMORY.
 */
int publish(const struct heatmap_conf *conf, const atomic_bool *stop, struct parts *parts,
	struct published *published, struct text *why) MUST_USE;

/* The centre's table of doubles, into an empty list; with words about file, line and what to do. */
int publish_open_doubles(
	const struct heatmap_conf *conf, struct point_list *doubles, struct text *why) MUST_USE;

#endif
