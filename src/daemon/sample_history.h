/* sample_history.h - what this van found before at a sample's point, as JSON. */
#ifndef DAEMON_SAMPLE_HISTORY_H
#define DAEMON_SAMPLE_HISTORY_H

#include <jansson.h>

#include "daemon/parts.h"

/*
 * An array: of each parameter that the sample has too, or that failed there last, the last results before it, newest first.
 * `retest_of`: the sample that failed it last; `tested`: this one has a value of it, or a test under way.
 */
json_t *sample_history(const struct parts *parts, const struct sample *sample);

#endif
