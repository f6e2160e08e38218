/* sample_beside.h - what those taken beside a sample say of a result of it, as JSON (sample/beside.h). */
#ifndef DAEMON_SAMPLE_BESIDE_H
#define DAEMON_SAMPLE_BESIDE_H

#include <jansson.h>

#include "daemon/parts.h"

/* A list; `shown` is the result with the verdict that they leave. */
json_t *sample_beside(const struct parts *parts, const struct sample *sample, unsigned entry,
	struct result *shown);

#endif
