/*
 * geojson.h - a FeatureCollection (RFC 7946) as a layer.  One feature at a time is taken apart, so
 * that memory is the text, the layer and the largest feature.
 *
 * Taken: Polygon and MultiPolygon, longitude first, degrees of WGS 84; a third coordinate is
 * ignored.  Every mistake is named by the feature's number, and reading goes on to find the next.
 */
#ifndef DISTRICT_GEOJSON_H
#define DISTRICT_GEOJSON_H

#include "district/layer.h"

enum { GEOJSON_BYTES = 512 * 1024 * 1024 };

/* ERR_CONF with mistakes; ERR_MEMORY. */
int geojson_read(struct layer **out, const char *text, size_t len, const struct boundary_keys *keys,
	struct mistakes_in_layer *mistakes) MUST_USE;

#endif
