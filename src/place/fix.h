/* fix.h - what a satellite receiver said of one moment, as it said it: nothing is judged yet. */
#ifndef PLACE_FIX_H
#define PLACE_FIX_H

#include <stdbool.h>
#include <stdint.h>

struct fix {
	int64_t boot_ms;  /* when it came */
	uint8_t mode;     /* 0 nothing said of it, 1 no fix, 2 two dimensions, 3 three */
	double lat, lon;  /* degrees, WGS 84; NAN: not said */
	double eph_m;     /* estimated horizontal error; NAN: not said */
	double speed_m_s; /* over ground; NAN: not said */
	bool has_time;
	int64_t utc_ms; /* of the fix; meaningful with has_time, and then only as good as the receiver */
	bool leap_known; /* the receiver says that it knows how many leap seconds there are */
};

#endif
