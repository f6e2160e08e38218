/* options.h - labsim's command line. */
#ifndef LABSIM_OPTIONS_H
#define LABSIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "route.h"

struct options {
	const char *config, *dir, *log, *ctl, *example, *drivers;
	const char *gps, *gps_log; /* NULL: none */
	struct route route;
	unsigned gps_baud;
	double gps_speed_km_h, gps_lapse;
	uint64_t seed, storm_seed;
	bool storm, with_stdin;
	unsigned port_base;
	int turnaround_ms; /* -1: the profiles' own */
	int64_t latency_ns;
};

/* -1: go on, at optind with the words that are no options; otherwise the exit status. */
int options_parse(struct options *options, int argc, char **argv);

#endif
