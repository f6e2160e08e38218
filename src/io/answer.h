/* answer.h - what libmodbus says, in our words; and time left, for the two kinds of port. */
#ifndef IO_ANSWER_H
#define IO_ANSWER_H

#include <stdint.h>

#include "base/clock.h"
#include "io/port.h"

/* errno after a failed libmodbus call as an enum err. */
int answer_error(int number) MUST_USE;

/* 0, or ERR_RANGE for a question outside the contract of struct port_ask. */
int answer_check_ask(const struct port_ask *ask, enum port_kind kind) MUST_USE;

/* Payload bytes of a whole answer. */
unsigned answer_bytes(const struct port_ask *ask);

/*
 * Waits until `fd` has bytes (0) or `until_ns` of boot time has come (ERR_TIMEOUT).  ERR_GONE when the
 * device behind it has vanished.
 */
int answer_wait(int fd, const struct clock *clock, int64_t until_ns) MUST_USE;

#endif
