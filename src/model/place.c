#include "model/place.h"

#include <math.h>

#define RADIANS(degree) ((degree) * (M_PI / 180))

const char *place_neighbour(const struct place *place)
{
	if (place->origin == PLACE_NONE || place->border_m < 0)
		return "";
	return *place->near || !*place->district ? place->near : "none";
}

double place_distance_m(double lat_a, double lon_a, double lat_b, double lon_b)
{
	double lat = sin(RADIANS(lat_b - lat_a) / 2), lon = sin(RADIANS(lon_b - lon_a) / 2);
	double part = lat * lat + cos(RADIANS(lat_a)) * cos(RADIANS(lat_b)) * lon * lon;

	return 2 * PLACE_EARTH_M * asin(sqrt(part < 1 ? part : 1));
}
