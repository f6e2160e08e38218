/* tcp.h - Modbus TCP behind port.h.  NULL when memory is out. */
#ifndef IO_TCP_H
#define IO_TCP_H

#include "io/port.h"

/* Longest wait for a connection; the time a name server takes comes on top. */
enum { TCP_CONNECT_MS = 2000 };

struct port *tcp_new(const struct port_conf *conf, const struct clock *clock);

#endif
