/*
 * gps_storm.h - the receiver's part in a storm: its faults switched on and off at random, the same ones for
 * the same seed.
 */
#ifndef LABSIM_GPS_STORM_H
#define LABSIM_GPS_STORM_H

#include "gps.h"
#include "storm.h"

/* Brings the next fault if it is due; then `said` holds its command, else it is left empty. */
void gps_storm_step(struct storm *storm, struct gps *gps, int64_t now_ns, struct text *said);

#endif
