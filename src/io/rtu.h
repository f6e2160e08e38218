/* rtu.h - Modbus RTU behind port.h.  NULL when memory is out. */
#ifndef IO_RTU_H
#define IO_RTU_H

#include "io/port.h"

struct port *rtu_new(const struct port_conf *conf, const struct clock *clock);

#endif
