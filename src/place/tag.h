/* tag.h - the codes a point gets: district, tehsil, and the neighbour that it may belong to instead. */
#ifndef PLACE_TAG_H
#define PLACE_TAG_H

#include "district/boundaries.h"

/*
 * Fills district, tehsil, near, border_m and edition of `place` for a point that may be `reach_m` off,
 * the boundaries' own error included.  Without boundaries, or for no point on earth, nothing is known.
 */
void tag_place(
	struct boundaries *boundaries, double lon, double lat, double reach_m, struct place *place);

#endif
