/*
 * example.h - a made-up lab as a ready waterlab.conf, with the profiles there are.
 */
#ifndef LABSIM_EXAMPLE_H
#define LABSIM_EXAMPLE_H

#include "base/err.h"
#include "base/text.h"

struct example {
	unsigned rtu_lines, tcp_lines, units;
	unsigned interval_ms;
	unsigned port_base; /* TCP ports from here; 0: free ones */
	const char
		*dir; /* of everything the lab makes: ports, spool, control socket, waterlab.conf */
	const char *to;      /* the file to write; NULL: DIR/waterlab.conf */
	const char *drivers; /* folder of NAME/profile.conf */
	char names
		[200]; /* "NAME+NAME": the units' drivers, over and over; "": any of the profiles */
};

/* "rtu-lines=2,tcp-lines=1,units=6,interval-ms=2000,drivers=NAME+NAME"; what is not said stays as it is. */
int example_parse(struct example *example, const char *words, struct text *why) MUST_USE;
/* Writes the file and has it read back by the daemon's own reader. */
int example_write(const struct example *example, struct text *why) MUST_USE;

#endif
