/* Any bytes from what should be a gpsd, through libgps: fixes that can be, and words that fit. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/gpsd.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void insist(int ok)
{
	if (!ok)
		abort();
}

static void hear(void *ctx, const struct fix *fix)
{
	(void)ctx;
	insist(fix->mode <= 3);
	insist(!isinf(fix->lat) && !isinf(fix->lon));
	insist(isnan(fix->eph_m) || (isfinite(fix->eph_m) && fix->eph_m > 0));
	insist(isnan(fix->speed_m_s) || (isfinite(fix->speed_m_s) && fix->speed_m_s >= 0));
	insist(!fix->has_time ||
		(fix->mode >= 2 && fix->utc_ms > 0 && fix->utc_ms <= INT64_C(4102444800000)));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	static const char *const heads[] = {"", "{\"class\":\"TPV\",",
		"{\"class\":\"DEVICES\",\"devices\":[", "{\"class\":\"DEVICE\",",
		"{\"class\":\"ERROR\",\"message\":\""};
	static struct gpsd *gpsd;
	const char *head;
	char room[200];
	struct text words = text_over(room, sizeof(room));

	if (!n)
		return 0;
	if (!gpsd && gpsd_new(&gpsd, at[0] & 0x80 ? "/dev/ttyACM0" : "", hear, NULL))
		abort();
	gpsd_begin(gpsd);
	head = heads[at[0] % (sizeof(heads) / sizeof(*heads))];
	gpsd_take(gpsd, head, strlen(head), 1000);
	gpsd_take(gpsd, (const char *)at + 1, n - 1, 1000);
	gpsd_take(gpsd, "\n", 1, 1000);
	gpsd_say(gpsd, &words);
	insist(words.len < sizeof(room));
	return 0;
}
