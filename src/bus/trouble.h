/* trouble.h - what came of a question instead of its answer, in words for people.  Pure. */
#ifndef BUS_TROUBLE_H
#define BUS_TROUBLE_H

#include <stdint.h>

#include "base/text.h"

/* "exception 2: it has no such register"; "no answer".  `exception` counts with ERR_EXCEPTION. */
void trouble_put(struct text *to, int err, uint8_t exception);

#endif
