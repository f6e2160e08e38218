/* scan_drivers.h - whether a driver in C knows who answers, by its identity alone. */
#ifndef CLI_SCAN_DRIVERS_H
#define CLI_SCAN_DRIVERS_H

#include "bus/codec.h"

/*
 * Plays the exchanges of `driver` that tell the device.  Only reads are asked: one that tells by anything
 * else (text, a write) is never played, and never knows anybody.  ask() returns what port_ask() does, with
 * the answer in `reply`.
 */
bool scan_driver_knows(const struct wl_driver *driver, uint8_t unit,
	int (*ask)(void *ctx, struct port_ask *ask, const struct port_reply **reply), void *ctx);

#endif
