/* place.h - where the van was when a reading was made.  Frozen into the reading when it is saved. */
#ifndef MODEL_PLACE_H
#define MODEL_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers are for ever: they travel and are stored. */
enum place_origin { PLACE_NONE = 0, PLACE_GPS = 1, PLACE_ENTERED = 2 };

enum { AREA_CODE = 16 }; /* bytes of the longest code of an area, e.g. "PK528", the NUL included */

struct place {
	enum place_origin origin; /* PLACE_NONE: nothing below means anything */
	bool has_point; /* false: a person named district and tehsil, and knows no coordinates */
	uint8_t mode;   /* dimensions of the fix, 2 or 3; 0: not from a receiver */
	int32_t lat_e7, lon_e7;   /* degrees times 10^7, WGS 84 */
	int32_t fix_age_ms;       /* from the fix to the reading */
	int32_t eph_cm;           /* estimated horizontal error; 0: not known */
	char district[AREA_CODE]; /* code, e.g. "PK528"; "": none, outside all, or not known */
	char tehsil[AREA_CODE];   /* code, where the boundaries have tehsils; "": not known */
	/*
	 * Metres to a border that the error, the way driven since the fix and the configured margin reach
	 * over: the true place may lie in `near`, the neighbour's code, "" where the file has no district
	 * beyond.  Without a district:
	 * metres to the nearest one, `near`.  -1: no border within reach, or nothing is known of borders.
	 */
	int32_t border_m;
	char near[AREA_CODE];
	uint32_t edition; /* checksum of the boundaries that decided; 0: none did */
};

/* The tag `near`: which district the place may lie in instead, "none" for one that the boundaries do not have; "":
 * there is no doubt. */
const char *place_neighbour(const struct place *place);

#define PLACE_EARTH_M 6371008.8 /* mean radius (IUGG) */

/* Along a great circle of a ball of that radius, between points in degrees; at most 0.6 % off the ellipsoid's. */
double place_distance_m(double lat_a, double lon_a, double lat_b, double lon_b);

#endif
