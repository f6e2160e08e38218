#include "sample/history.h"

#include <stdlib.h>
#include <string.h>

struct past {
	uint64_t point;
	struct result *at; /* by sample, rising */
	size_t n;
};

struct history {
	struct past *points;
	size_t n;
};

struct history *history_new(void)
{
	return calloc(1, sizeof(struct history));
}

void history_free(struct history *history)
{
	size_t i;

	for (i = 0; history && i < history->n; i++)
		free(history->points[i].at);
	if (history)
		free(history->points);
	free(history);
}

static struct past *find(const struct history *history, uint64_t point)
{
	size_t i;

	for (i = 0; i < history->n; i++)
		if (history->points[i].point == point)
			return &history->points[i];
	return NULL;
}

static struct past *find_or_add(struct history *history, uint64_t point)
{
	struct past *past = find(history, point), *more;

	if (past)
		return past;
	more = realloc(history->points, (history->n + 1) * sizeof(*more));
	if (!more)
		return NULL;
	history->points = more;
	history->points[history->n] = (struct past){.point = point};
	return &history->points[history->n++];
}

static bool is_same(const struct result *a, const struct result *b)
{
	return a->sample == b->sample && !strcmp(a->parameter, b->parameter) &&
	       !strcmp(a->method, b->method);
}

/* The oldest of a parameter makes room when there are enough. */
static void make_room(struct past *past, const char *parameter)
{
	size_t i, n = 0, oldest = 0;

	for (i = past->n; i-- > 0;)
		if (!strcmp(past->at[i].parameter, parameter)) {
			oldest = i;
			n++;
		}
	if (n < HISTORY_KEPT)
		return;
	memmove(&past->at[oldest], &past->at[oldest + 1],
		(past->n - oldest - 1) * sizeof(past->at[0]));
	past->n--;
}

int history_take(struct history *history, uint64_t point, const struct result *result)
{
	struct past *past = find_or_add(history, point);
	struct result *more;
	size_t i;

	if (!past)
		return ERR_MEMORY;
	for (i = 0; i < past->n; i++)
		if (is_same(&past->at[i], result)) {
			past->at[i] = *result;
			return 0;
		}
	more = realloc(past->at, (past->n + 1) * sizeof(*more));
	if (!more)
		return ERR_MEMORY;
	past->at = more;
	make_room(past, result->parameter);
	/* The result of a test that took a day may come after a later sample's. */
	for (i = past->n; i > 0 && past->at[i - 1].sample > result->sample; i--)
		past->at[i] = past->at[i - 1];
	past->at[i] = *result;
	past->n++;
	return 0;
}

size_t history_before(const struct history *history, uint64_t point, uint64_t sample,
	struct result *to, size_t n, size_t most)
{
	const struct past *past = find(history, point);
	size_t i, k = 0;

	for (i = past ? past->n : 0; i-- > 0;) {
		if (past->at[i].sample >= sample)
			continue;
		while (k < n && to[k].sample >= past->at[i].sample)
			k++;
		if (k == most)
			break;
		n += n < most;
		memmove(&to[k + 1], &to[k], (n - 1 - k) * sizeof(to[0]));
		to[k++] = past->at[i];
	}
	return n;
}
