/* sample_status.h - a field test as JSON. */
#ifndef DAEMON_SAMPLE_STATUS_H
#define DAEMON_SAMPLE_STATUS_H

#include <jansson.h>

#include "daemon/parts.h"

/* All of it: live values, entries, tests, results, where they are by now. */
json_t *sample_status(const struct parts *parts, const struct sample *sample);
/* Who, where, which state: a line of a list. */
json_t *sample_status_short(const struct parts *parts, const struct sample *sample);
/* Tests of it that wait for their value. */
void sample_status_pending(const struct parts *parts, const struct sample *sample, json_t *to);
/* Its results that fail or may fail, those left out that were entered anew: each with "sample" and "point". */
void sample_status_failing(const struct parts *parts, const struct sample *sample, json_t *to);
/* When that record of the ledger was made; 0: not known yet. */
int64_t sample_status_moment(const struct parts *parts, uint64_t number);
/* Without a unit of its own a value is in the parameter's. */
const char *sample_status_unit(const char *unit, const char *parameter);
/* What a bag's compartments say, per 100 mL: "4.7", ">100", "not detected"; null: it is no bag. */
json_t *sample_status_mpn(const struct result *result);
/* What an analyzer shows of a parameter: has it settled, and is it to be believed? */
json_t *sample_status_live(const struct parts *parts, const struct field_live *live);
/* away_m NAN: not known. */
json_t *sample_status_point(const struct point *point, double away_m);

#endif
