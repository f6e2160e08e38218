/*
 * sim_port.h - a port whose wire is arithmetic: bytes take their time on an injected clock, and an answer
 * that comes too late lies in wait for the next question, as on a real serial line.
 */
#ifndef SIM_PORT_H
#define SIM_PORT_H

#include "../../tools/labsim/lab.h"
#include "io/port.h"

/* One line's time: lines run side by side, each with its own. */
struct sim_time {
	int64_t now_ns;
	struct clock clock; /* ctx is the sim_time itself */
};
void sim_time_init(struct sim_time *time, int64_t now_ns);

/* What the asker last got as a sound answer, and what the device meant by it. */
struct sim_heard {
	bool sound;
	bool stale; /* it was the answer to an earlier question */
	struct lab_answer answer;
};

struct sim_counts {
	uint64_t asked, sound, stale, timeouts, noise, exceptions, gone;
	uint64_t values; /* in sound answers to the very question */
};

/* `lab` and `time` outlive it. */
struct port *sim_port_new(struct lab *lab, unsigned line, struct sim_time *time);
const struct sim_heard *sim_port_heard(const struct port *port);
const struct sim_counts *sim_port_counts(const struct port *port);

#endif
