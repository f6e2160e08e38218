/*
 * gps_wire.h - the simulated receiver's serial line: a thread that says what gps.c tells it, each second, byte
 * by byte at the line's speed, and writes down what was truly driven.
 *
 *   wall_ns,boot_ns,utc_ms,lat,lon,speed_m_s,state
 *
 * One row a second, whether it was said or not, written when the second begins; the time that it says is
 * utc_ms.
 */
#ifndef LABSIM_GPS_WIRE_H
#define LABSIM_GPS_WIRE_H

#include <stdatomic.h>
#include <stdio.h>

#include "gps.h"
#include "pty.h"

struct gps_wire {
	struct gps *gps;
	struct port_conf port;
	struct pty pty;
	FILE *log; /* NULL: none */
	atomic_bool stop;
	pthread_t thread;
	bool running;
};

/* Makes the pty behind a symlink at port->where and the log (NULL: none).  Errors come with words. */
int gps_wire_open(struct gps_wire *wire, struct gps *gps, const struct port_conf *port,
	const char *dir, const char *log, struct text *why) MUST_USE;
int gps_wire_start(struct gps_wire *wire) MUST_USE;
/* Ends the thread, if there is one, and takes the symlink away. */
void gps_wire_close(struct gps_wire *wire);
/* "gps DIR/gps -> /dev/pts/5 9600 8N1" */
void gps_wire_describe(const struct gps_wire *wire, struct text *to);

#endif
