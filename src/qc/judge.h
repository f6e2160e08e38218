/*
 * judge.h - QARTOD's flag for one reading, from what is known at its own moment.  Pure.
 *
 * Here: missing value, gross range (what water on earth can show), the device's own status, warm-up.
 * The raw value is never changed.
 */
#ifndef QC_JUDGE_H
#define QC_JUDGE_H

#include <stdint.h>

#include "model/parameter.h"
#include "model/reading.h"

/* The worse of two, in the order 9 (best), 2, 1, 3, 4. */
enum qc qc_worst(enum qc a, enum qc b);

/* FLAG_RANGE when a finite value lies outside the parameter's bounds, else 0.  NULL: no bounds. */
uint16_t qc_range(const struct parameter *parameter, double value);

/*
 * The verdict: no value is 9 whatever else is known; else the worst of the flags: FLAG_RANGE, FLAG_FAULT,
 * FLAG_CALIBRATING and FLAG_CLEANING fail, FLAG_STATUS, FLAG_WARMUP and the ends of a device's range (FLAG_OVER,
 * FLAG_UNDER, FLAG_NOT_DETECTED: the number is a bound) are suspect, none passes.  A parameter outside the
 * vocabulary (NULL) without flags is "not evaluated".
 */
enum qc qc_judge(const struct parameter *parameter, double value, uint16_t flags);

#endif
