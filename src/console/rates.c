#include "console/rates.h"

#include <stddef.h>

static struct bucket *bucket_of(struct rates *rates, uint32_t address)
{
	size_t i, quiet = 0;

	for (i = 0; i < MOST_ADDRESSES; i++) {
		if (rates->each[i].address == address)
			return &rates->each[i].bucket;
		if (rates->each[i].bucket.full_ms < rates->each[quiet].bucket.full_ms)
			quiet = i;
	}
	rates->each[quiet].address = address;
	rates->each[quiet].bucket = (struct bucket){0};
	return &rates->each[quiet].bucket;
}

bool rates_take(struct rates *rates, uint32_t address, int64_t now_ms, int64_t *wait_ms)
{
	return bucket_take(bucket_of(rates, address), rates->each_size, now_ms, wait_ms) &&
	       bucket_take(&rates->all, rates->all_size, now_ms, wait_ms);
}
