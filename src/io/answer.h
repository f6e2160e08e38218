/* answer.h - what libmodbus says, in our words; and time left, for the two kinds of port. */
#ifndef IO_ANSWER_H
#define IO_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "io/port.h"

/* errno after a failed libmodbus call as an enum err. */
int answer_error(int number) MUST_USE;

/* 0, or ERR_RANGE for a question outside the contract of struct port_ask. */
int answer_check_ask(const struct port_ask *ask, enum port_kind kind) MUST_USE;

/* Payload bytes of a whole answer to a read. */
unsigned answer_bytes(const struct port_ask *ask);

/* The question as a PDU; `to` holds ANSWER_QUESTION bytes.  Its length. */
enum { ANSWER_QUESTION = 64 };
size_t answer_question(const struct port_ask *ask, uint8_t *to);

/* Whether a PDU can be the answer to this question: function, length, and what writes echo. */
bool answer_fits(const struct port_ask *ask, const uint8_t *pdu, size_t len);

/*
 * Waits until `fd` has bytes (0) or `until_ns` of boot time has come (ERR_TIMEOUT).  ERR_GONE when the
 * device behind it has vanished.
 */
int answer_wait(int fd, const struct clock *clock, int64_t until_ns) MUST_USE;

#endif
