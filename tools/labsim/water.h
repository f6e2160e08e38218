/*
 * water.h - made-up but plausible water: a pure function of (seed, parameter, time).
 *
 * A day's course of temperature, pH and oxygen, conductivity that follows temperature, turbidity with
 * spikes after rain, chlorine that decays and is dosed again, slow drift in everything; and noise in the
 * last places, so that neighbouring values differ and a swapped or stale value shows.
 */
#ifndef LABSIM_WATER_H
#define LABSIM_WATER_H

#include <stdint.h>

/* Number of a parameter's code for water_value(); -1 when this water does not have it. */
int water_find(const char *code);
/*
 * The value at `t_ms` in the parameter's unit, rounded as a good instrument would show it.  `source`
 * says whose water it is: equal sources give equal water.  Any time; always finite and positive, except
 * temperature and the potentials, which may fall below zero.
 */
double water_value(uint64_t source, int parameter, int64_t t_ms);
/* Mixes numbers into an even 64-bit one (splitmix64): for seeds, noise and chance. */
uint64_t water_mix(uint64_t x);

#endif
