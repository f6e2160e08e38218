/* serial.h - a serial line as a locked, raw file descriptor.  Works on adapters, UARTs and ptys. */
#ifndef IO_SERIAL_H
#define IO_SERIAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "io/port.h"

struct serial {
	int fd; /* -1: closed */
	char path[PORT_SPEC];
	dev_t device; /* what the open fd is, to notice that the name now leads elsewhere */
	dev_t filesystem;
	ino_t node;
};

/*
 * Follows conf->where, opens, locks (flock and TIOCEXCL) and sets the line raw at its speed.
 * Errors as port_ops.open says.
 */
int serial_open(struct serial *serial, const struct port_conf *conf, struct text *why) MUST_USE;
/* True when the device has hung up, or the configured name does not lead to it any more. */
bool serial_lost(const struct serial *serial, const struct port_conf *conf);
void serial_close(struct serial *serial);

/* Bits one character takes on the wire, start, parity and stop bits included. */
unsigned serial_bits(const struct port_conf *conf);
/* The silence that ends a frame: 3.5 characters, 1.75 ms above 19200 baud (Modbus serial 1.02, 2.5.1.1). */
int64_t serial_gap_ns(const struct port_conf *conf);

#endif
