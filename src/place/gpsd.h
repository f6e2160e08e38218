/*
 * gpsd.h - what gpsd says, from the bytes of its connection to fixes.
 *
 * libgps reads the fixes (TPV): gps_unpack(), one line at a time, after json_line.h has looked at it.  What
 * gpsd says of itself now and then (DEVICES, DEVICE, ERROR) goes through jansson, since an odd list of devices
 * can hold libgps for ever.  Pure: no clock, no socket; nothing is allocated for a fix.
 */
#ifndef PLACE_GPSD_H
#define PLACE_GPSD_H

#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "place/fix.h"

/* What is sent once connected: everything, as JSON; which receiver is ours is decided here. */
#define GPSD_WATCH "?WATCH={\"enable\":true,\"json\":true};\n"

struct gpsd;

/* `device`: only this receiver's fixes are handed over; "": any.  It outlives the gpsd. */
int gpsd_new(struct gpsd **out, const char *device, void (*hear)(void *ctx, const struct fix *fix),
	void *ctx) MUST_USE;
void gpsd_free(struct gpsd *gpsd);

/* A new connection: the half of a line is forgotten, and what gpsd said of itself. */
void gpsd_begin(struct gpsd *gpsd);
/* Takes bytes that came at that moment; hear() gets every fix, of whatever quality. */
void gpsd_take(struct gpsd *gpsd, const char *bytes, size_t n, int64_t boot_ms);

/* Lines that could not be read, since gpsd_new(). */
uint64_t gpsd_bad(const struct gpsd *gpsd);
/* It has said in this connection that it is gpsd. */
bool gpsd_is_one(const struct gpsd *gpsd);
/* Why it sends no fixes, as far as it has said: "has no receiver: ..."; nothing when it has not. */
void gpsd_say(const struct gpsd *gpsd, struct text *words);

#endif
