#include "spool/check.h"

#include <string.h>
#include <zlib.h>

struct canon {
	uint8_t bytes[128 + EXCHANGE_READINGS * 16 + EXCHANGE_RAW + 256];
	size_t n;
};

static void put(struct canon *canon, uint64_t v, size_t width)
{
	size_t i;

	for (i = 0; i < width; i++)
		canon->bytes[canon->n + i] = (uint8_t)(v >> (8 * i));
	canon->n += width;
}

/* Strings here are at most 200 bytes by their types. */
static void put_text(struct canon *canon, const char *s)
{
	size_t n = strnlen(s, 200);

	put(canon, n, 2);
	memcpy(canon->bytes + canon->n, s, n);
	canon->n += n;
}

static int32_t sum(const struct canon *canon)
{
	uLong crc = crc32(0, canon->bytes, (uInt)canon->n);
	uint32_t low = (uint32_t)crc;
	int32_t signed_crc;

	memcpy(&signed_crc, &low, sizeof(signed_crc));
	return signed_crc;
}

static void put_codes(struct canon *canon, const struct place *place)
{
	put_text(canon, place->district);
	put_text(canon, place->tehsil);
	put_text(canon, place->near);
	put(canon, place->edition, 4);
}

/* The codes themselves and not their number in the file: a row of `area` that lies is noticed too. */
static void put_place(struct canon *canon, const struct place *place, int schema)
{
	put(canon, place->origin, 1);
	put(canon, (uint32_t)place->lat_e7, 4);
	put(canon, (uint32_t)place->lon_e7, 4);
	put(canon, (uint32_t)place->fix_age_ms, 4);
	put(canon, (uint32_t)place->eph_cm, 4);
	if (schema < 2) {
		put_text(canon, place->district);
		return;
	}
	put_codes(canon, place);
	put(canon, place->has_point, 1);
	put(canon, place->mode, 1);
	put(canon, (uint32_t)place->border_m, 4);
}

int32_t check_of_exchange(const struct check_exchange *row)
{
	const struct exchange *x = row->exchange;
	struct canon canon;
	uint64_t bits;
	size_t i;

	canon.n = 0;
	put(&canon, row->seq, 8);
	put(&canon, x->n, 2);
	put(&canon, row->boot, 4);
	put(&canon, (uint64_t)x->boot_ms, 8);
	put(&canon, x->context, 1);
	put(&canon, x->sample, 8);
	put_place(&canon, &x->place, row->schema);
	put(&canon, x->raw_len, 2);
	if (x->raw_len)
		memcpy(canon.bytes + canon.n, x->raw, x->raw_len);
	canon.n += x->raw_len;
	for (i = 0; i < x->n; i++) {
		const struct reading *r = &x->readings[i];

		/* One pattern for every NaN: it is stored as no value. */
		bits = UINT64_MAX;
		if (r->value == r->value)
			memcpy(&bits, &r->value, sizeof(bits));
		put(&canon, row->series[i], 4);
		put(&canon, bits, 8);
		put(&canon, r->qc, 1);
		put(&canon, r->flags, 2);
	}
	return sum(&canon);
}

int32_t check_of_series(uint32_t id, const struct series *series)
{
	struct canon canon;

	canon.n = 0;
	put(&canon, id, 4);
	put_text(&canon, series->unit);
	put_text(&canon, series->parameter);
	put(&canon, series->kind, 1);
	put(&canon, series->decimals, 1);
	return sum(&canon);
}

int32_t check_of_area(uint32_t id, const struct place *place)
{
	struct canon canon;

	canon.n = 0;
	put(&canon, id, 4);
	put_codes(&canon, place);
	return sum(&canon);
}

int32_t check_of_boot(uint32_t id, const char *uuid, uint64_t first_reading, uint64_t first_ledger)
{
	struct canon canon;

	canon.n = 0;
	put(&canon, id, 4);
	put_text(&canon, uuid);
	put(&canon, first_reading, 8);
	put(&canon, first_ledger, 8);
	return sum(&canon);
}

int32_t check_of_epoch(const char *uuid, const struct time_offset *offset)
{
	struct canon canon;

	canon.n = 0;
	put_text(&canon, uuid);
	put(&canon, (uint64_t)offset->from_boot_ms, 8);
	put(&canon, (uint64_t)offset->offset_ms, 8);
	put(&canon, offset->source, 1);
	put(&canon, (uint64_t)offset->uncertainty_ms, 8);
	return sum(&canon);
}

int32_t check_of_delivery(const char *store, int stream, int delivery, struct range range)
{
	struct canon canon;

	canon.n = 0;
	put_text(&canon, store);
	put(&canon, (uint64_t)stream, 1);
	put(&canon, (uint64_t)delivery, 1);
	put(&canon, range.first, 8);
	put(&canon, range.last, 8);
	return sum(&canon);
}

int32_t check_of_ledger(uint64_t number, uint32_t boot, const struct ledger_record *record)
{
	struct canon canon;

	canon.n = 0;
	put(&canon, number, 8);
	put(&canon, record->kind, 2);
	put(&canon, boot, 4);
	put(&canon, (uint64_t)record->boot_ms, 8);
	put(&canon, (uint64_t)record->a, 8);
	put(&canon, (uint64_t)record->b, 8);
	put(&canon, (uint64_t)record->c, 8);
	put_text(&canon, record->words);
	return sum(&canon);
}
