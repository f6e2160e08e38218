/* Any bytes on a receiver's line: fixes that can be, and the same ones however the bytes are cut. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/nmea.h"

enum { MOST = 512 };

struct heard {
	size_t n;
	struct fix fixes[MOST];
};

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void insist(int ok)
{
	if (!ok)
		abort();
}

static void hear(void *ctx, const struct fix *fix)
{
	struct heard *heard = ctx;

	insist(fix->mode >= 1 && fix->mode <= 3);
	insist(isfinite(fix->lat) == (fix->mode >= 2) && isfinite(fix->lon) == (fix->mode >= 2));
	insist(isnan(fix->eph_m) || (fix->mode >= 2 && fix->eph_m > 0));
	insist(isnan(fix->speed_m_s) || (fix->mode >= 2 && fix->speed_m_s >= 0));
	insist(!fix->has_time || (fix->mode >= 2 && fix->utc_ms >= INT64_C(315532800000) &&
					 fix->utc_ms < INT64_C(3471292800000)));
	insist(!fix->leap_known);
	if (heard->n < MOST)
		heard->fixes[heard->n++] = *fix;
}

static void take(struct heard *heard, const uint8_t *at, size_t n, size_t piece)
{
	struct nmea nmea;
	size_t k;

	heard->n = 0;
	nmea_begin(&nmea, hear, heard);
	for (; n; at += k, n -= k) {
		k = piece < n ? piece : n;
		nmea_take(&nmea, at, k, 1000);
	}
	insist(heard->n <= nmea.sentences || heard->n == MOST);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	static struct heard whole, cut;
	size_t i;

	if (!n)
		return 0;
	take(&whole, at + 1, n - 1, n);
	take(&cut, at + 1, n - 1, 1 + at[0] % 16);
	insist(whole.n == cut.n);
	for (i = 0; i < whole.n; i++)
		insist(whole.fixes[i].mode == cut.fixes[i].mode &&
			whole.fixes[i].utc_ms == cut.fixes[i].utc_ms);
	return 0;
}
