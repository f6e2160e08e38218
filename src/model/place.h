/* place.h - where the van was when a reading was made.  Frozen into the reading when it is saved. */
#ifndef MODEL_PLACE_H
#define MODEL_PLACE_H

#include <stdint.h>

enum place_origin { PLACE_NONE = 0, PLACE_GPS = 1, PLACE_ENTERED = 2 };

struct place {
	enum place_origin origin; /* PLACE_NONE: nothing below but the district means anything */
	int32_t lat_e7, lon_e7;   /* degrees times 10^7, WGS 84 */
	int32_t fix_age_ms;       /* from the fix to the reading */
	int32_t eph_cm;           /* estimated horizontal error; 0 when the receiver does not say */
	char district[8];         /* P-code, e.g. "PK528"; "" when not known */
};

#endif
