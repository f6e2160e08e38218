#include "daemon/temperatures.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

void temperatures_init(struct temperatures *temperatures)
{
	temperatures->n = 0;
	pthread_mutex_init(&temperatures->lock, NULL);
}

void temperatures_destroy(struct temperatures *temperatures)
{
	pthread_mutex_destroy(&temperatures->lock);
}

void temperatures_learn(
	struct temperatures *temperatures, const struct series *series, uint32_t number)
{
	unsigned i;

	if (strcmp(series->parameter, "temperature") != 0)
		return;
	pthread_mutex_lock(&temperatures->lock);
	for (i = 0; i < temperatures->n && temperatures->at[i].series != number; i++)
		;
	if (i == temperatures->n && i < MOST_TEMPERATURES) {
		text_copy(temperatures->at[i].unit, UNIT_NAME, series->unit);
		temperatures->at[i].series = number;
		temperatures->at[i].boot_ms = 0;
		temperatures->n++;
	}
	pthread_mutex_unlock(&temperatures->lock);
}

void temperatures_take(struct temperatures *temperatures, const struct exchange *exchange)
{
	size_t k;
	unsigned i;

	pthread_mutex_lock(&temperatures->lock);
	for (k = 0; k < exchange->n; k++)
		for (i = 0; i < temperatures->n; i++)
			if (exchange->readings[k].series == temperatures->at[i].series) {
				bool good = exchange->readings[k].qc == QC_PASS;

				temperatures->at[i].value = exchange->readings[k].value;
				temperatures->at[i].boot_ms = good ? exchange->boot_ms : 0;
			}
	pthread_mutex_unlock(&temperatures->lock);
}

double temperatures_of(struct temperatures *temperatures, const char *unit, int64_t now_ms)
{
	double value = NAN;
	int64_t last_ms = now_ms - TEMPERATURE_OLD_MS;
	unsigned i;

	pthread_mutex_lock(&temperatures->lock);
	for (i = 0; i < temperatures->n; i++)
		if (!strcmp(temperatures->at[i].unit, unit) && temperatures->at[i].boot_ms &&
			temperatures->at[i].boot_ms >= last_ms) {
			last_ms = temperatures->at[i].boot_ms;
			value = temperatures->at[i].value;
		}
	pthread_mutex_unlock(&temperatures->lock);
	return value;
}
