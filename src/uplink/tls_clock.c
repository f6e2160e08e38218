#include "uplink/tls_clock.h"

#include <strings.h>

#include "base/utc.h"

/* No certificate's life hangs on less. */
enum { NEAR_MS = 60 * 1000 };

enum tls_clock tls_clock_of(int64_t wall_ms, int64_t boot_ms, const struct time_offset *utc)
{
	int64_t off_ms = wall_ms - boot_ms - utc->offset_ms;

	if (utc->source < TIME_NTP)
		return TLS_CLOCK_UNCONFIRMED;
	return off_ms > -NEAR_MS && off_ms < NEAR_MS ? TLS_CLOCK_CONFIRMED : TLS_CLOCK_WRONG;
}

bool tls_clock_allows(const struct store_conf *conf, int64_t wall_ms)
{
	if (strncasecmp(conf->url, "https://", 8) != 0 || !conf->tls_to_ms)
		return true;
	return wall_ms >= conf->tls_from_ms && wall_ms < conf->tls_to_ms;
}

void tls_clock_put_closed(struct text *to, int64_t wall_ms)
{
	text_put(to, "the van's clock says ");
	utc_put_day(to, wall_ms);
	text_put(to, ": certificates cannot be checked by it, so nothing is sent; it goes on by "
		     "itself once NTP or GPS (chrony) or a person has set the clock");
}

void tls_clock_put_dates(struct text *to, int64_t wall_ms, enum tls_clock clock)
{
	static const char *const meanings[] = {
		[TLS_CLOCK_CONFIRMED] = "which is confirmed: the store needs another certificate",
		[TLS_CLOCK_UNCONFIRMED] = "which nobody confirmed: the clock may be the reason; it "
					  "waits for NTP or GPS (chrony), or set it",
		[TLS_CLOCK_WRONG] = "which is wrong by the readings' own time: set the clock "
				    "(chrony)",
	};

	text_put(to, "it says ");
	utc_put_minute(to, wall_ms);
	text_printf(to, " UTC, %s", meanings[clock]);
}
