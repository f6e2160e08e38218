/*
 * nmea.h - the sentences of a receiver on a serial line (NMEA 0183), from bytes as they come to fixes.
 *
 * RMC, GGA and GSA of any talker are read, everything else on the line is passed over: other sentences,
 * binary frames, halves and doubles.  A sentence without its checksum, or with a wrong one, is refused and
 * counted.  Pure: no clock, no allocation; how the bytes are cut into pieces makes no difference.
 *
 * One report is made of RMC and GGA of the same time of day, and handed over when the second of them is in;
 * by one of them alone when the receiver does not send the other, or when the other was lost.
 * - mode: 1 unless every one of them says that there is a fix; estimated, manual and simulated positions
 *   are none.  Two or three dimensions as the last GSA says; where it says neither, three when GGA counts
 *   four satellites or more and tells a height.
 * - eph: 19 m times HDOP, 4.75 m with differential corrections (GGA quality 2), as gpsd 3.22 has it
 *   (its gpsd_error_model(), and the eph of its regression files), so that both sources mean the same.
 * - time: of a fix alone, since receivers make up dates without one.  The date is RMC's, or, for a GGA
 *   whose RMC was lost, the last RMC's of less than NMEA_DATE_MS ago.
 */
#ifndef PLACE_NMEA_H
#define PLACE_NMEA_H

#include <stddef.h>

#include "place/fix.h"

enum {
	NMEA_LINE = 128,      /* 82 by the standard; the longest known are about 100 */
	NMEA_FRESH_MS = 5000, /* GSA and HDOP hold so long, and a missing sentence is waited for */
	NMEA_DATE_MS = 10 * 1000
};

/* What one of the two timed sentences said last. */
struct nmea_said {
	bool heard;
	int64_t boot_ms;
	int32_t time_ms; /* of the day; -1: not said */
	bool fix;
	double lat, lon; /* degrees; meaningful with fix */
};

struct nmea {
	void (*hear)(void *ctx, const struct fix *fix);
	void *ctx;
	char line[NMEA_LINE];
	size_t len;
	bool inside; /* a sentence has begun */
	int64_t began_ms;
	uint64_t sentences; /* whole ones, of whatever kind */
	uint64_t bad;       /* broken ones */
	struct nmea_said rmc, gga;
	struct nmea_said *waiting; /* for the other one; NULL: reported */
	double speed_m_s;          /* RMC's; NAN: not said */
	bool has_date;
	int32_t date_days, date_time_ms; /* of the last RMC with a fix and a date */
	int64_t date_ms;                 /* boot time of that */
	bool corrected, has_height; /* GGA's: differential corrections; four satellites or more */
	double hdop;
	int64_t hdop_ms; /* boot time of that; meaningful when hdop > 0 */
	uint8_t gsa;     /* mode; 0: never heard */
	int64_t gsa_ms;
};

/* hear() will get every report. */
void nmea_begin(struct nmea *nmea, void (*hear)(void *ctx, const struct fix *fix), void *ctx);
/* Takes bytes that came at that moment, not before those taken already. */
void nmea_take(struct nmea *nmea, const uint8_t *bytes, size_t n, int64_t boot_ms);

#endif
