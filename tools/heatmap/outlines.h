/* outlines.h - the operator's own edition of districts as areas, as the page gets it (heatmap.conf, outlines). */
#ifndef HEATMAP_OUTLINES_H
#define HEATMAP_OUTLINES_H

#include "picture.h"

#define OUTLINES_FILE "outlines.geojson"

/* Writes it to the folder, in few digits, for phones; nothing where none is configured.  ERR_IO with words: it is no
 * GeoJSON, has none of the map's districts, or a feature that would be shown as what it is not; ERR_MEMORY. */
int outlines_put(const struct picture *picture, const char *folder, struct text *why) MUST_USE;

#endif
