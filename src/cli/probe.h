/* probe.h - what the two kinds of probe share. */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include "cli/on_line.h"

struct probe {
	struct on_line on;
	struct profile *profile; /* owned */
	uint8_t unit;
	unsigned asked, answered; /* questions, and answers or exceptions to them */
	int last;                 /* enum err of the last one without an answer */
	bool noisy;               /* bytes came that were no answer */
};

/* Asks after the device's silence; `trouble` gets what went wrong in words. */
int probe_ask(struct probe *probe, struct port_ask *ask, struct text *trouble) MUST_USE;
/* Nobody is there: more questions only take time. */
bool probe_is_in_vain(const struct probe *probe);

/* probe_driver.c: the turn of a driver in C, exchange by exchange; how many values it gave. */
unsigned probe_driver(struct probe *probe);

#endif
