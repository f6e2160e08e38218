#include "console/bucket.h"

/* One that has still to fill for N times each_ms lacks N. */
bool bucket_take(struct bucket *bucket, struct bucket_size size, int64_t now_ms, int64_t *wait_ms)
{
	int64_t full_ms = bucket->full_ms > now_ms ? bucket->full_ms : now_ms;

	*wait_ms = 0;
	if (!size.most)
		return true;
	full_ms += size.each_ms;
	if (full_ms - now_ms > (int64_t)size.most * size.each_ms) {
		*wait_ms = full_ms - now_ms - (int64_t)size.most * size.each_ms;
		return false;
	}
	bucket->full_ms = full_ms;
	return true;
}
