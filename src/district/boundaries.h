/*
 * boundaries.h - which district a position lies in, and how near its border is.
 *
 * GEOS decides inside and outside, exactly, in the file's own coordinates (WGS 84 degrees).  A point on a
 * shared border belongs to the district of the lowest code (byte order), and so does one where districts
 * overlap.  Distances are metres on the ground, from a plane laid at the point; far ones along the great
 * circle.  Borders are those between districts and to the outside, never those between tehsils of one.
 *
 * A `struct boundaries` belongs to one thread at a time.
 */
#ifndef DISTRICT_BOUNDARIES_H
#define DISTRICT_BOUNDARIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "district/area.h"

enum { EDITION_TEXT = 96 };

/* Which properties of a GeoJSON feature say what; "" or NULL: the usual names are tried. */
struct boundary_keys {
	const char *code, *name, *division, *province, *tehsil, *tehsil_name;
};

struct boundaries;

/*
 * Reads an installed file (boundaries_file.h) or GeoJSON, whichever it is.  `keys` is for GeoJSON, NULL:
 * the usual names.  ERR_ABSENT: no such file; ERR_DAMAGED, ERR_CONF, ERR_IO, ERR_MEMORY, each with words
 * in `why` that name the feature and the remedy.
 */
int boundaries_open(struct boundaries **out, const char *path, const struct boundary_keys *keys,
	struct text *why) MUST_USE;
void boundaries_free(struct boundaries *boundaries);

const char *boundaries_edition(
	const struct boundaries *boundaries); /* words; "" when none are known */
uint32_t boundaries_checksum(const struct boundaries *boundaries); /* never 0 */
/* Whether it was an installed file, which `waterlab boundaries install` has looked through. */
bool boundaries_installed(const struct boundaries *boundaries);
size_t boundaries_count(const struct boundaries *boundaries);
const struct area *boundaries_at(const struct boundaries *boundaries, size_t i);
/* NULL: no district (with tehsil NULL or "") or tehsil of that code. */
const struct area *boundaries_by_code(
	const struct boundaries *boundaries, const char *code, const char *tehsil);

struct located {
	const struct area *area; /* NULL: outside all */
	/* A border is nearer than asked for; outside all: always false. */
	bool border;
	/* Metres to that border, 0 where districts overlap; outside all: to the nearest district.
	 * NAN: further than asked for. */
	double border_m;
	/* With `border`: the nearest other district within reach, NULL: none in the file, the border is
	 * the file's own edge.  Outside all: the nearest district. */
	const struct area *neighbour;
};

/*
 * Where a point lies, looking `within_m` around it for borders (0: not at all; INFINITY: however far).
 * Outside all, the nearest district is found however far it is when within_m is not 0.
 * ERR_RANGE when it is no point on earth; ERR_MEMORY when GEOS could not say.
 */
int boundaries_find(struct boundaries *boundaries, double lon, double lat, double within_m,
	struct located *out) MUST_USE;
/*
 * How far a point is from a district, 0 within it; it looks at all of its outlines.  NAN: nothing is known of
 * that code, or it is no point on earth.
 */
double boundaries_metres_to(
	struct boundaries *boundaries, double lon, double lat, const char *code);

#endif
