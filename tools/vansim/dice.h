/* dice.h - chance that a seed repeats, and the end of a tool that cannot go on. */
#ifndef VANSIM_DICE_H
#define VANSIM_DICE_H

#include <stdbool.h>
#include <stdint.h>

/* Prints what failed, and ends. */
_Noreturn void give_up(const char *what);
static inline void insist(bool ok, const char *what)
{
	if (!ok)
		give_up(what);
}
/* A whole number of decimal digits; else it ends. */
uint64_t insist_number(const char *text);

/* splitmix64: the same seed gives the same van. */
struct dice {
	uint64_t state;
};
uint64_t dice_next(struct dice *dice);
/* Evenly from least to most, both included. */
unsigned dice_roll(struct dice *dice, unsigned least, unsigned most);
/* Evenly from 0 to below 1. */
double dice_part(struct dice *dice);

#endif
