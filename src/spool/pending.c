#include "spool/pending.h"

#include <stdlib.h>
#include <string.h>

struct record {
	size_t bytes; /* the whole record; 0: nothing more until the end of the ring */
	struct exchange exchange;
};

static size_t rounded(size_t n)
{
	return (n + 15) & ~(size_t)15;
}

bool pending_init(struct pending *ring, size_t cap)
{
	*ring = (struct pending){.cap = rounded(cap)};
	ring->bytes = malloc(ring->cap);
	return ring->bytes != NULL;
}

void pending_free(struct pending *ring)
{
	free(ring->bytes);
	*ring = (struct pending){0};
}

bool pending_put(struct pending *ring, const struct exchange *exchange)
{
	size_t readings = exchange->n * sizeof(*exchange->readings);
	size_t need = rounded(rounded(sizeof(struct record)) + readings + exchange->raw_len);
	size_t place = (size_t)(ring->head % ring->cap), to_end = ring->cap - place;
	size_t skip = to_end < need ? to_end : 0;
	struct record record = {.bytes = need, .exchange = *exchange};
	uint8_t *to;

	if (ring->head - ring->tail + skip + need > ring->cap)
		return false;
	if (skip) {
		memset(ring->bytes + place, 0, sizeof(record.bytes));
		ring->head += skip;
		place = 0;
	}
	to = ring->bytes + place;
	memcpy(to, &record, sizeof(record));
	to += rounded(sizeof(record));
	memcpy(to, exchange->readings, readings);
	if (exchange->raw_len)
		memcpy(to + readings, exchange->raw, exchange->raw_len);
	ring->head += need;
	ring->readings += exchange->n;
	return true;
}

uint64_t pending_see(const struct pending *ring, uint64_t at, struct exchange *exchange)
{
	size_t place = (size_t)(at % ring->cap), bytes;
	struct record record;
	const uint8_t *body;

	memcpy(&bytes, ring->bytes + place, sizeof(bytes));
	if (bytes == 0) {
		at += ring->cap - place;
		place = 0;
	}
	memcpy(&record, ring->bytes + place, sizeof(record));
	body = ring->bytes + place + rounded(sizeof(record));
	*exchange = record.exchange;
	exchange->readings = (const void *)body;
	exchange->raw = body + exchange->n * sizeof(*exchange->readings);
	return at + record.bytes;
}

void pending_drop(struct pending *ring, uint64_t at, uint64_t readings)
{
	ring->tail = at;
	ring->readings -= readings;
}
