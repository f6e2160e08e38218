/*
 * port.h - one physical line, seen as "ask this unit for these registers and wait for the answer".
 *
 * A port is a table of functions so that the same bus code runs over RTU on a serial line, over Modbus
 * TCP, and in tests over a simulated line on an injected clock.  A port belongs to one thread.  No call
 * blocks longer than its own deadline; nothing retries in here.
 */
#ifndef IO_PORT_H
#define IO_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

enum { PORT_SPEC = 160, PORT_REGISTERS = 125, PORT_REPLY = 256 };

enum port_kind { PORT_RTU = 0, PORT_TCP = 1 };

struct port_conf {
	enum port_kind kind;
	/*
	 * RTU: "/dev/..." (a symlink is followed at every open), "usb:VID:PID" or "usb:VID:PID:SERIAL"
	 * (hexadecimal ids).  TCP: "host:port".
	 */
	char where[PORT_SPEC];
	unsigned baud; /* RTU: 1200..115200 */
	char parity;   /* 'N', 'E', 'O' */
	unsigned stop_bits;
};

enum ask_kind { ASK_REGISTERS = 0, ASK_PDU, ASK_BYTES };

struct port_ask {
	uint8_t unit;     /* 1..247 (TCP: 0..255) */
	uint8_t function; /* 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers */
	uint16_t start;   /* wire address, from 0 */
	uint16_t count;   /* registers 1..125, bits 1..2000 */
	unsigned timeout_ms;
	/*
	 * Instead of function, start and count: a driver's own question, `len` bytes.  ASK_PDU: a Modbus PDU,
	 * whose answer must fit its function.  ASK_BYTES (serial lines only): sent as they are, or nothing when
	 * len is 0; frame() finds the answer in what comes: n > 0 when its first n bytes are one, 0 to read on,
	 * -1 to drop a byte.  frame NULL: nothing answers (TCP: nor is it sent).  A line that talks unasked is heard from its next
	 * silence on, never from the middle of a message.
	 */
	enum ask_kind kind;
	const uint8_t *bytes;
	size_t len;
	int (*frame)(void *ctx, const uint8_t *rx, size_t len);
	void *ctx;
};

struct port_reply {
	uint8_t pdu[PORT_REPLY]; /* as it came: function code, byte count, data; or the message */
	size_t len;
	uint8_t exception; /* Modbus exception code, with ERR_EXCEPTION */
	size_t stale;      /* bytes that lay on the line before the question, thrown away */
};

struct port;

struct port_ops {
	/* Opens or reopens.  ERR_GONE: nothing there (now); ERR_BUSY: locked by another program;
	 * ERR_CONF, ERR_IO: with words in `why`. */
	int (*open)(struct port *port, struct text *why);
	bool (*is_open)(const struct port *port);
	/*
	 * One transaction: keeps the silence the line needs, throws away stale bytes, asks, waits.
	 * 0 with a reply whose unit, function, length and checksum (TCP: transaction number) are verified;
	 * ERR_TIMEOUT: not one byte came; ERR_NOISE; ERR_EXCEPTION (the code in reply->exception, the PDU
	 * in reply->pdu); ERR_GONE (the port is closed by then); ERR_RANGE: the question breaks the contract.  TCP is closed after ERR_TIMEOUT and ERR_NOISE
	 * too, so that a late answer dies with its connection.
	 */
	int (*ask)(struct port *port, const struct port_ask *ask, struct port_reply *reply);
	/* Reads the line until it has been silent for its frame gap, at most `most_ms`; bytes thrown away. */
	size_t (*drain)(struct port *port, unsigned most_ms);
	/* True as soon as the device behind an open port has vanished (unplugged), without asking it. */
	bool (*lost)(struct port *port);
	void (*close)(struct port *port);
	void (*free)(struct port *port);
};

struct port {
	const struct port_ops *ops;
};

/* A port for `conf`, closed.  NULL when memory is out.  `clock` outlives it. */
struct port *port_new(const struct port_conf *conf, const struct clock *clock);

/*
 * What a line is whose other end is a program of this machine: "a pseudo-terminal", "a loopback address".
 * It may stand for a device (a bridge), or be a simulator; NULL: it is neither, or is not there.
 */
const char *port_stand_in(const struct port_conf *conf);

static inline int port_open(struct port *port, struct text *why)
{
	return port->ops->open(port, why);
}

static inline bool port_is_open(const struct port *port)
{
	return port->ops->is_open(port);
}

static inline int port_ask(struct port *port, const struct port_ask *ask, struct port_reply *reply)
{
	return port->ops->ask(port, ask, reply);
}

static inline size_t port_drain(struct port *port, unsigned most_ms)
{
	return port->ops->drain(port, most_ms);
}

static inline bool port_lost(struct port *port)
{
	return port->ops->lost(port);
}

static inline void port_close(struct port *port)
{
	port->ops->close(port);
}

static inline void port_free(struct port *port)
{
	if (port)
		port->ops->free(port);
}

#endif
