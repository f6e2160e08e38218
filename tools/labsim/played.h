/*
 * played.h - a unit whose driver is C: its device is played from the driver's own cases.
 *
 * Questions and answers are those of drivers/NAME/cases/ (bus/trace_text.h), in their order, over and over.  Left
 * out are exchanges with a line of `!` or `?` behind them, and cases without a line of `=`.  The unit's own copy
 * of the driver takes what the asker gets, and so knows what is made of it.
 */
#ifndef LABSIM_PLAYED_H
#define LABSIM_PLAYED_H

#include "lab.h"

/* The n-th such unit of its driver begins with the n-th case, from 0. */
int played_new(struct played **out, const struct unit_conf *conf, const char *drivers, unsigned n,
	struct text *why) MUST_USE;
void played_free(struct played *played);

/* Whether it speaks with nobody asking; whether some of its messages are plain bytes. */
bool played_talks(const struct played *played);
bool played_bytes(const struct played *played);
/*
 * What it answers to a PDU or a message (len 0: what it says unasked) into answer->pdu; silence where the cases
 * know an exchange without an answer.  False: its cases do not know that question.
 */
bool played_find(
	struct played *played, const uint8_t *question, size_t len, struct lab_answer *answer);
/* The asker gets the answer: what the driver makes of it into answer->put. */
void played_take(struct played *played, struct lab_answer *answer);

#endif
