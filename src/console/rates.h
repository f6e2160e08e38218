/* rates.h - how many requests are taken, of each address and of all.  Pure. */
#ifndef CONSOLE_RATES_H
#define CONSOLE_RATES_H

#include "console/bucket.h"

enum {
	MOST_ADDRESSES = 64
}; /* remembered; one more takes the place of the one that was longest quiet */

struct rates {
	struct bucket_size each_size, all_size;
	struct bucket all;
	struct {
		uint32_t address; /* IPv4 */
		struct bucket bucket;
	} each[MOST_ADDRESSES];
};

/* Takes one request of that address; else *wait_ms is how long until one is taken.  A refused one costs nobody else's. */
bool rates_take(struct rates *rates, uint32_t address, int64_t now_ms, int64_t *wait_ms);

#endif
