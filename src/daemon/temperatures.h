/*
 * temperatures.h - the water's temperature as each analyzer last gave it, for those that compensate by it.
 *
 * Only readings that pass count, and only as long as the water can still be the same.  Safe from any thread.
 */
#ifndef DAEMON_TEMPERATURES_H
#define DAEMON_TEMPERATURES_H

#include <pthread.h>

#include "bus/line.h"

enum { TEMPERATURE_OLD_MS = 60 * 1000, MOST_TEMPERATURES = 64 };

struct temperatures {
	pthread_mutex_t lock;
	unsigned n;
	struct {
		char unit[UNIT_NAME];
		uint32_t series;
		double value;
		int64_t boot_ms; /* 0: none yet */
	} at[MOST_TEMPERATURES];
};

void temperatures_init(struct temperatures *temperatures);
void temperatures_destroy(struct temperatures *temperatures);
/* A series of readings has this number from now on. */
void temperatures_learn(
	struct temperatures *temperatures, const struct series *series, uint32_t number);
void temperatures_take(struct temperatures *temperatures, const struct exchange *exchange);
/* In Cel; NAN when the unit gave none lately. */
double temperatures_of(struct temperatures *temperatures, const char *unit, int64_t now_ms);

#endif
