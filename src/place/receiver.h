/*
 * receiver.h - a satellite receiver, by gpsd or on a serial line of its own: one thread that reads it
 * for ever, and opens it again whenever it goes.
 *
 * The thread does nothing but hand over fixes; a receiver that is away, mute or talking nonsense is a
 * state to be shown, never a reason to stop.
 */
#ifndef PLACE_RECEIVER_H
#define PLACE_RECEIVER_H

#include "base/clock.h"
#include "base/err.h"
#include "io/port.h"
#include "place/fix.h"

enum { RECEIVER_WORDS = 200 };

enum receiver_kind { RECEIVER_NONE = 0, RECEIVER_GPSD = 1, RECEIVER_NMEA = 2 };

struct receiver_conf {
	enum receiver_kind kind;
	char address[PORT_SPEC]; /* gpsd: "127.0.0.1:2947"; a number, or localhost */
	char device[PORT_SPEC];  /* gpsd: only this receiver of several; "": any */
	struct port_conf port;   /* nmea: where, baud, parity, stop bits as for a line */
};

struct receiver_state {
	bool open;                  /* connected to gpsd; the serial line is open */
	int last_error;             /* enum err of the last failure; 0: none since it is well */
	char words[RECEIVER_WORDS]; /* what is wrong, with the remedy; "" when fixes come */
	uint64_t reports;           /* fixes handed over, of whatever quality */
	uint64_t bad;               /* sentences or objects that could not be read */
	int64_t heard_ms;           /* boot time of the last report; 0: never */
};

struct receiver;

/*
 * hear(ctx, fix) is called in the receiver's thread.  `conf` and `clock` outlive it.  ERR_CONF, after a
 * log line, when `conf` names no receiver; ERR_MEMORY, ERR_IO.
 */
int receiver_new(struct receiver **out, const struct receiver_conf *conf, const struct clock *clock,
	void (*hear)(void *ctx, const struct fix *fix), void *ctx) MUST_USE;
/*
 * Does what is due now, without waiting, and returns the boot time in ms at which something is due next.
 * The thread does nothing else; a receiver may be stepped by hand or started, not both.
 */
int64_t receiver_step(struct receiver *receiver);
int receiver_start(struct receiver *receiver) MUST_USE;
/* Asks and waits; it comes within a second, whatever the receiver does. */
void receiver_stop(struct receiver *receiver);
void receiver_free(struct receiver *receiver);
/* Safe from any thread. */
void receiver_state(struct receiver *receiver, struct receiver_state *out);
/* Boot time in ms when the thread last came round: for the watchdog. */
int64_t receiver_heartbeat_ms(struct receiver *receiver);

#endif
