#include "daemon/trends.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct kept {
	struct trend trend; /* its values as a ring: that of step s at s % TREND_STEPS */
	uint32_t number;
	int64_t step; /* the newest */
};

struct trends {
	pthread_mutex_t lock;
	size_t n;
	struct kept kept[MOST_TRENDS];
};

struct trends *trends_new(void)
{
	struct trends *trends = calloc(1, sizeof(*trends));

	if (trends)
		pthread_mutex_init(&trends->lock, NULL);
	return trends;
}

void trends_free(struct trends *trends)
{
	if (!trends)
		return;
	pthread_mutex_destroy(&trends->lock);
	free(trends);
}

/* Goes on to `step`: what lies between is a gap. */
static void go_on(struct kept *kept, int64_t step)
{
	int64_t first = kept->step + 1;

	if (first <= step - TREND_STEPS)
		first = step - TREND_STEPS + 1;
	for (; first <= step; first++)
		kept->trend.values[first % TREND_STEPS] = NAN;
	if (step > kept->step)
		kept->step = step;
}

void trends_learn(struct trends *trends, const struct series *series, uint32_t number)
{
	struct kept *kept;
	size_t i;

	pthread_mutex_lock(&trends->lock);
	for (i = 0; i < trends->n; i++)
		if (!strcmp(trends->kept[i].trend.unit, series->unit) &&
			!strcmp(trends->kept[i].trend.parameter, series->parameter))
			break;
	if (i < MOST_TRENDS) {
		kept = &trends->kept[i];
		kept->number = number; /* an analyzer may write its numbers otherwise from now on */
		if (i == trends->n) {
			trends->n++;
			text_copy(kept->trend.unit, UNIT_NAME, series->unit);
			text_copy(kept->trend.parameter, PARAMETER_CODE, series->parameter);
			kept->step = -1;
			go_on(kept, TREND_STEPS - 1);
		}
	}
	pthread_mutex_unlock(&trends->lock);
}

void trends_take(struct trends *trends, const struct exchange *exchange)
{
	int64_t step = exchange->boot_ms / TREND_STEP_MS;
	size_t i, k;

	pthread_mutex_lock(&trends->lock);
	for (k = 0; k < exchange->n; k++) {
		const struct reading *reading = &exchange->readings[k];

		if (!isfinite(reading->value) || reading->qc == QC_FAIL)
			continue;
		for (i = 0; i < trends->n && trends->kept[i].number != reading->series; i++)
			;
		if (i == trends->n)
			continue;
		go_on(&trends->kept[i], step);
		trends->kept[i].trend.values[step % TREND_STEPS] = reading->value;
	}
	pthread_mutex_unlock(&trends->lock);
}

bool trends_at(struct trends *trends, size_t i, int64_t now_ms, struct trend *to)
{
	struct kept *kept = &trends->kept[i];
	int64_t step = now_ms / TREND_STEP_MS;
	bool there;
	unsigned k;

	pthread_mutex_lock(&trends->lock);
	there = i < trends->n;
	if (there) {
		go_on(kept, step);
		*to = kept->trend;
		for (k = 0; k < TREND_STEPS; k++)
			to->values[k] = kept->trend.values[(kept->step + 1 + k) % TREND_STEPS];
	}
	pthread_mutex_unlock(&trends->lock);
	return there;
}
