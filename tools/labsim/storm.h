/*
 * storm.h - faults switched on and off at random, the same ones for the same seed.
 */
#ifndef LABSIM_STORM_H
#define LABSIM_STORM_H

#include "lab.h"

struct storm {
	uint64_t dice;
	int64_t pause_ns;  /* mean time between two faults */
	int64_t strike_ns; /* mean time a fault lasts */
	int64_t next_ns;   /* 0: not begun */
	bool lines;        /* unplugs and babbles too, not units' faults alone */
};

/* Draws from its dice: 0 to sides - 1; and between half and one and a half of the mean. */
uint64_t storm_roll(struct storm *storm, uint64_t sides);
int64_t storm_about(struct storm *storm, int64_t mean);
/* Brings the next fault if it is due; then `said` holds its command, else it is left empty. */
void storm_step(struct storm *storm, struct lab *lab, int64_t now_ns, struct text *said);

#endif
