/*
 * geos.h - GEOS with its words in our hands: nothing is printed, nothing ends the process.  A
 * context belongs to one thread at a time.  Only this room includes <geos_c.h>.
 */
#ifndef DISTRICT_GEOS_H
#define DISTRICT_GEOS_H

#include <geos_c.h>

#include "district/layer.h"

struct geos {
	GEOSContextHandle_t handle;
	char words[256]; /* of the last error */
};

int geos_open(struct geos *geos) MUST_USE;
void geos_close(struct geos *geos);
/* The outline of a polygon of the layer; NULL with words. */
GEOSGeometry *geos_polygon(struct geos *geos, const struct layer *layer, size_t i);

/*
 * Says of every polygon that crosses or flattens itself where it does; ERR_CONF then.  A ring that
 * touches itself in a point is sound: inside and outside are clear.
 */
int geos_check_rings(
	struct geos *geos, const struct layer *layer, struct mistakes_in_layer *mistakes) MUST_USE;

#endif
