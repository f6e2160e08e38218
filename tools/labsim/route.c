#include "route.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EARTH_M         6371008.8
#define RADIANS(degree) ((degree) * (M_PI / 180))

/* Up the Karakoram Highway: Kohistan, Diamer, Gilgit, Nagar, Hunza, towards Khunjerab. */
static const struct route_point kkh[] = {
	{34.88, 72.84, 0}, /* Bisham PK52902 */
	{35.17, 73.02, 0}, /* Pattan PK51501 */
	{35.25, 73.50, 0}, /* Dassu PK51601 */
	{35.42, 73.57, 0}, /* Harban Basha PK51603 */
	{35.37, 74.21, 0}, /* Chilas PK30201 */
	{35.97, 74.51, 0}, /* Gilgit PK30501 */
	{36.34, 74.27, 0}, /* Sikandar Abad PK30802 */
	{36.39, 74.68, 0}, /* Ali Abad PK30601 */
	{36.54, 75.22, 0}, /* Gojal PK30602 */
};

/* Over the border of Peshawar and Nowshera and back: seven kilometres on either side of it or so. */
static const struct route_point border[] = {
	{34.01, 71.58, 0}, /* Peshawar, Town-I PK52801 */
	{33.94, 71.82, 0}, /* Nowshera, Pabbi PK52602 */
};

static void lay(struct route *route, const struct route_point *points, unsigned n)
{
	unsigned i;

	*route = (struct route){.n = n};
	for (i = 0; i < n; i++) {
		struct route_point *to = &route->points[i];
		double north_m, east_m;

		*to = points[i];
		to->at_m = 0;
		if (!i)
			continue;
		north_m = RADIANS(to->lat - to[-1].lat) * EARTH_M;
		east_m = RADIANS(to->lon - to[-1].lon) * EARTH_M *
			 cos(RADIANS((to->lat + to[-1].lat) / 2));
		to->at_m = to[-1].at_m + hypot(north_m, east_m);
	}
}

static bool read_degrees(const char *at, char end, double most, double *out, const char **behind)
{
	char *stop;

	*out = strtod(at, &stop);
	*behind = stop + 1;
	return stop != at && *stop == end && fabs(*out) <= most;
}

bool route_parse(struct route *route, const char *words, struct text *why)
{
	struct route_point place = {0};
	const char *at;

	if (!strcmp(words, "kkh")) {
		lay(route, kkh, sizeof(kkh) / sizeof(*kkh));
		return true;
	}
	if (!strcmp(words, "border")) {
		lay(route, border, sizeof(border) / sizeof(*border));
		return true;
	}
	if (!strncmp(words, "park:", 5) && read_degrees(words + 5, ',', 90, &place.lat, &at) &&
		read_degrees(at, '\0', 180, &place.lon, &at)) {
		lay(route, &place, 1);
		return true;
	}
	text_printf(why, "\"%s\" is no route: kkh, border or park:LAT,LON", words);
	return false;
}

void route_at(const struct route *route, double driven_m, double *lat, double *lon, double *course)
{
	const struct route_point *to = &route->points[route->n - 1], *from;
	double length_m = to->at_m, at_m, part;
	bool back;

	*lat = to->lat;
	*lon = to->lon;
	*course = 0;
	if (route->n < 2)
		return;
	at_m = fmod(driven_m, 2 * length_m);
	back = at_m > length_m;
	if (back)
		at_m = 2 * length_m - at_m;
	for (to = &route->points[1]; at_m > to->at_m && to < &route->points[route->n - 1]; to++)
		;
	from = to - 1;
	part = (at_m - from->at_m) / (to->at_m - from->at_m);
	*lat = from->lat + part * (to->lat - from->lat);
	*lon = from->lon + part * (to->lon - from->lon);
	*course = atan2((to->lon - from->lon) * cos(RADIANS(*lat)), to->lat - from->lat) *
		  (180 / M_PI);
	*course = fmod(*course + (back ? 540 : 360), 360);
}
