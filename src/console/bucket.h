/* bucket.h - so many at once, and then so many a second.  Pure. */
#ifndef CONSOLE_BUCKET_H
#define CONSOLE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket_size {
	unsigned most;    /* at once; 0: no limit */
	unsigned each_ms; /* then one each so many ms; at least 1 */
};

struct bucket {
	int64_t full_ms; /* when it is full again; 0: it is */
};

/* Takes one; else *wait_ms is how long until there is one. */
bool bucket_take(struct bucket *bucket, struct bucket_size size, int64_t now_ms, int64_t *wait_ms);

#endif
