/*
 * tries.h - how often a PIN may be tried.  Pure.
 *
 * Under each name five may be wrong; the fifth, and each after it, costs a pause, 30 s and twice as long each time, up
 * to 15 min.  The right one forgets them.  Of all names together 20 are taken at once, right or wrong, and then four
 * a minute.  Who only wants to keep others out can, for as long as they keep trying.
 */
#ifndef CONSOLE_TRIES_H
#define CONSOLE_TRIES_H

#include "console/bucket.h"
#include "operators/operators.h"

struct tries {
	struct {
		char name[OPERATOR_NAME];
		unsigned wrong;
		int64_t not_before_ms;
	} each[MOST_OPERATORS];
	struct bucket all;
};

/*
 * Takes a try under that name: it counts as wrong until tries_forget(), so that many at once are no more than one after
 * the other.  False: not now, but in *wait_ms.  Names that `operators` does not know share the limit of all.
 */
bool tries_take(struct tries *tries, const struct operators *operators, const char *name,
	int64_t now_ms, int64_t *wait_ms);
void tries_forget(struct tries *tries, const char *name);

#endif
