/* probe.h - what the two kinds of probe share. */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include "bus/probe.h"
#include "cli/on_line.h"

struct probing {
	struct on_line on;
	struct profile *profile; /* owned */
	uint8_t unit;
	bool asked, answered; /* an answer, or an exception */
	int last;             /* enum err of the last question without an answer */
	bool noisy;           /* bytes came that were no answer */
};

/* Asks; `trouble` gets what went wrong in words. */
int probing_ask(struct probing *probing, struct port_ask *ask, struct text *trouble) MUST_USE;

/* probe_driver.c: the turn of a driver in C, exchange by exchange; how many values it gave. */
unsigned probe_driver(struct probing *probing);

/* probe_map.c: what was read of a map of registers. */
void probe_print(const struct probe *probe);

#endif
