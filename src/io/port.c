#include "io/port.h"

#include "io/rtu.h"
#include "io/tcp.h"

struct port *port_new(const struct port_conf *conf, const struct clock *clock)
{
	return conf->kind == PORT_TCP ? tcp_new(conf, clock) : rtu_new(conf, clock);
}
