/* area.h - the smallest unit of a boundary file: a district, or a tehsil of one. */
#ifndef DISTRICT_AREA_H
#define DISTRICT_AREA_H

#include "model/place.h"

enum { AREA_NAME = 64 }; /* bytes of the longest name, UTF-8, the NUL included */

struct area {
	char code[AREA_CODE], name[AREA_NAME];          /* of the district */
	char division[AREA_NAME], province[AREA_NAME];  /* "": the file does not say */
	char tehsil[AREA_CODE], tehsil_name[AREA_NAME]; /* "": the file has districts only */
};

#endif
