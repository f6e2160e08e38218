/* geojson_keys.h - which properties of a feature say which area it is. */
#ifndef DISTRICT_GEOJSON_KEYS_H
#define DISTRICT_GEOJSON_KEYS_H

#include <jansson.h>

#include "district/layer.h"

/* False, with a mistake, when the feature has no good code.  `number` of the feature, from 1. */
bool geojson_area(struct area *out, json_t *properties, size_t number,
	const struct boundary_keys *keys, struct mistakes_in_layer *mistakes);
/* The date a feature is valid from, as it says it; NULL: it does not. */
const char *geojson_valid_on(json_t *properties);

#endif
