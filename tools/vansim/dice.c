#include "dice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	exit(1);
}

uint64_t insist_number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	insist(*text && !*end, "not a number; see --help");
	return n;
}

uint64_t dice_next(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

unsigned dice_roll(struct dice *dice, unsigned least, unsigned most)
{
	return least + (unsigned)(dice_next(dice) % (most - least + 1));
}

double dice_part(struct dice *dice)
{
	return (double)(dice_next(dice) >> 11) / 9007199254740992.0;
}
