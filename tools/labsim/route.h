/*
 * route.h - where the simulated van drives: straight legs between a few points, to and fro, for ever.
 *
 * The points are those of tehsils in the gazetteer (config/places.csv), given there to a hundredth of a
 * degree.  A leg is no road: it runs over mountains and through rivers.  Pure.
 */
#ifndef LABSIM_ROUTE_H
#define LABSIM_ROUTE_H

#include <stdbool.h>

#include "base/text.h"

enum { ROUTE_POINTS = 12 };

struct route {
	unsigned n; /* 1: it stands there */
	struct route_point {
		double lat, lon;
		double at_m; /* from the first one */
	} points[ROUTE_POINTS];
};

/* "kkh", "border" or "park:LAT,LON"; false with words when it is none of them. */
bool route_parse(struct route *route, const char *words, struct text *why);
/* Where the van is after so many metres, and its course in degrees from north. */
void route_at(const struct route *route, double driven_m, double *lat, double *lon, double *course);

#endif
