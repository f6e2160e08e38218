/*
 * mpn.h - bacteria counted by which portions of a sample grew some: the most probable number.
 *
 * Portions of v mL of water with c bacteria per mL are free of them with probability exp(-c v).  The most probable c
 * is where sum over the positive portions of v / (exp(c v) - 1) = sum over the negative ones of v.  It is solved, not looked
 * up.  No bound of confidence is given, and no word of risk.
 */
#ifndef MODEL_MPN_H
#define MODEL_MPN_H

#include <stdbool.h>
#include <stddef.h>

#include "model/amount.h"

enum { MPN_COMPARTMENTS = 5, MPN_PORTIONS = 32 };

/* The compartments of the bag in the order of its key, mL: 10, 30, 56, 3, 1; 100 together. */
extern const double mpn_bag_ml[MPN_COMPARTMENTS];

/*
 * Bacteria per 100 mL of n portions (1..MPN_PORTIONS) of volumes_ml (each > 0).  0: all are negative; INFINITY: all
 * are positive; NAN: n or a volume is out of range.
 */
double mpn_per_100ml(const double *volumes_ml, const bool *positive, size_t n);

/*
 * The bag's result: AMOUNT_NOT_DETECTED (in 100 mL) when none grew, AMOUNT_ABOVE 100 when all did, else AMOUNT_EXACT, per
 * 100 mL, unrounded.  `positive` in the order of mpn_bag_ml.  dilution as in amount.h.
 */
struct amount mpn_bag(const bool positive[MPN_COMPARTMENTS], double dilution);

/* Reads "10110": compartments in the order of mpn_bag_ml, 1 is positive.  False: it is not five of 0 and 1. */
bool mpn_read_bag(const char *key, bool positive[MPN_COMPARTMENTS]);

#endif
