/*
 * gps.h - the simulated satellite receiver: what it says each second, NMEA as such receivers write it, and
 * what can be wrong with it.
 *
 * Pure but for its faults: no port, no clock of its own.  Safe from any thread.
 */
#ifndef LABSIM_GPS_H
#define LABSIM_GPS_H

#include <pthread.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "route.h"

enum gps_fault {
	GPS_NO_SKY,
	GPS_COLD,
	GPS_CHECKSUM,
	GPS_BINARY,
	GPS_JUMP,
	GPS_STUCK,
	GPS_FROZEN,
	GPS_MUTE,
	GPS_ROLLOVER,
	GPS_OFF,
	GPS_LATE,
	GPS_WANDER,
	GPS_UNPLUG,
	GPS_FAULTS
};

enum { GPS_BURST = 1024, GPS_STATE = 96 };

/* What it says of one second, and the truth. */
struct gps_told {
	double lat, lon, speed_m_s; /* what was truly driven */
	char state[GPS_STATE];      /* "ok", or the faults there were: "no-sky+late" */
	int64_t late_ns;            /* the bytes go out so much later than usual */
	size_t n;
	char bytes[GPS_BURST];
};

struct gps {
	pthread_mutex_t lock;
	struct route route;
	double speed_m_s;
	double lapse;     /* seconds of the route in each second */
	int64_t begun_ns; /* boot time when the van sets off */
	int64_t stands_from_ns,
		stood_ns;    /* since when it stands (0: it drives); what it stood before */
	int64_t utc_at_0_ms; /* the satellites' time at boot time 0 */
	uint64_t dice;
	struct {
		int64_t until_ns; /* 0: it is well */
		double argument;
	} faults[GPS_FAULTS];
	double wander_east_m, wander_north_m;
	bool has_last;
	struct gps_told last; /* what it said while it was well: stuck repeats it */
	double frozen_lat, frozen_lon;
};

void gps_init(struct gps *gps, const struct route *route, double speed_km_h, double lapse,
	uint64_t seed, int64_t begun_ns, int64_t utc_at_0_ms);
void gps_free(struct gps *gps);
/* What it says of the second that begins at this boot time. */
void gps_tell(struct gps *gps, int64_t boot_ns, struct gps_told *told);
bool gps_plugged(struct gps *gps, int64_t boot_ns);
/* "no-sky 10s", "jump 20 5s", "ok"; ERR_RANGE with words. */
int gps_command(struct gps *gps, const char *command, int64_t boot_ns, struct text *why) MUST_USE;
/* A line on how it is. */
void gps_status(struct gps *gps, int64_t boot_ns, struct text *to);
/* What help says about the faults. */
void gps_put_faults(struct text *to);
/* The name of a fault that takes no argument, by number modulo how many there are: for the storm. */
const char *gps_plain_fault(uint64_t number);

#endif
