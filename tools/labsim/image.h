/*
 * image.h - a unit's registers: its profile, filled with water.
 */
#ifndef LABSIM_IMAGE_H
#define LABSIM_IMAGE_H

#include "lab.h"

/*
 * Answers a read of answer->count from answer->start into answer->pdu, served values included.  Exceptions
 * as a strict device gives them: 3 for a count beyond its limit, 2 for addresses outside the map, in a
 * forbidden range, in a gap of a device that allows exact reads only, or odd where only even are answered.
 */
void image_read(const struct lab_unit *unit, int64_t water_ms, struct lab_answer *answer);
void image_exception(struct lab_answer *answer, unsigned code);
/* Whether it has a number of its own for "no value", the first of its sentinels. */
bool image_has_sentinel(const struct profile_field *field);
/* Whether some status register can say this (enum status_effect). */
bool image_can_say(const struct profile *profile, unsigned effect);
/* The field of that parameter; NULL when the unit has none. */
const struct profile_field *image_field(const struct profile *profile, const char *parameter);

#endif
