#include "place/tag.h"

#include <math.h>
#include <string.h>

static int32_t whole_metres(double metres)
{
	return isfinite(metres) && metres < INT32_MAX ? (int32_t)lround(metres) : -1;
}

void tag_place(
	struct boundaries *boundaries, double lon, double lat, double reach_m, struct place *place)
{
	struct located at;

	memset(place->district, 0, sizeof(place->district));
	memset(place->tehsil, 0, sizeof(place->tehsil));
	memset(place->near, 0, sizeof(place->near));
	place->border_m = -1;
	place->edition = 0;
	if (!boundaries || boundaries_find(boundaries, lon, lat, reach_m, &at))
		return;
	place->edition = boundaries_checksum(boundaries);
	if (at.area) {
		memcpy(place->district, at.area->code, AREA_CODE);
		memcpy(place->tehsil, at.area->tehsil, AREA_CODE);
	}
	if (at.border || !at.area)
		place->border_m = whole_metres(at.border_m);
	/* Outside all, the nearest district is a neighbour only within reach; further off it is just far. */
	if (at.neighbour && (at.border || at.border_m <= reach_m))
		memcpy(place->near, at.neighbour->code, AREA_CODE);
}
