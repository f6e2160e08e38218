/*
 * inner.h - which edges of a layer are no borders: those between two outlines of one district, as
 * between its tehsils.
 *
 * Outlines of a file fit by the millimetre, or do not quite: so it is asked what lies INNER_ASIDE_M
 * to both sides of an edge.  Where that is its own district, the edge is inner.  A gap between two
 * tehsils that is narrower than that is thereby no border either.
 */
#ifndef DISTRICT_INNER_H
#define DISTRICT_INNER_H

#include "district/locate.h"

#define INNER_ASIDE_M 10.0

/* Fills layer->inner, or leaves it NULL when there is none.  `locator` is over `layer`. */
int inner_edges(struct layer *layer, struct locator *locator) MUST_USE;

#endif
