#include "runs.h"

#include <stdlib.h>
#include <string.h>

static int64_t from_of(const struct run *run)
{
	return run->at[0]->from_ms;
}

static int64_t to_of(const struct run *run)
{
	return run->at[run->n - 1]->to_ms;
}

static const char *lab_of(const struct run *run)
{
	return run->at[0]->print.lab;
}

static int time_order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int by_lab_and_time(const void *x, const void *y)
{
	const struct part *a = *(struct part *const *)x, *b = *(struct part *const *)y;
	int order = names_order(a->print.lab, b->print.lab);

	return order ? order : time_order(a->from_ms, b->from_ms);
}

static int by_time_and_lab(const void *x, const void *y)
{
	const struct run *a = x, *b = y;
	int order = time_order(from_of(a), from_of(b));

	if (!order)
		order = time_order(to_of(a), to_of(b));
	return order ? order : names_order(lab_of(a), lab_of(b));
}

/* Of a lab's parts, sorted: how many of them one question is about. */
static size_t length_of(struct part *const *at, size_t n)
{
	uint64_t rows = at[0]->print.n;
	size_t i;

	for (i = 1; i < n; i++) {
		rows += at[i]->print.n;
		if (at[i]->print.lab != at[0]->print.lab || at[i]->from_ms != at[i - 1]->to_ms ||
			rows > RUN_ROWS)
			break;
	}
	return i;
}

int runs_find(struct runs *runs, struct parts *parts)
{
	size_t i;

	*runs = (struct runs){.wanted = calloc(parts->n + 1, sizeof(struct part *)),
		.at = calloc(parts->n + 1, sizeof(struct run))};
	if (!runs->wanted || !runs->at) {
		runs_free(runs);
		return ERR_MEMORY;
	}
	for (i = 0; i < parts->n; i++)
		if (parts->at[i].to_ms && !parts->at[i].read_ms)
			runs->wanted[runs->n_wanted++] = &parts->at[i];
	qsort(runs->wanted, runs->n_wanted, sizeof(struct part *), by_lab_and_time);
	for (i = 0; i < runs->n_wanted; i += runs->at[runs->n++].n)
		runs->at[runs->n] = (struct run){
			&runs->wanted[i], length_of(&runs->wanted[i], runs->n_wanted - i)};
	qsort(runs->at, runs->n, sizeof(struct run), by_time_and_lab);
	return 0;
}

void runs_free(struct runs *runs)
{
	free(runs->wanted);
	free(runs->at);
	*runs = (struct runs){.n = 0};
}

/* Of a longer name the rows have the beginning (rows.h). */
static bool is_told_by_rows(const struct run *run)
{
	return strlen(lab_of(run)) <= ROW_TEXT;
}

size_t runs_together(const struct runs *runs, size_t first, size_t labs)
{
	const struct run *run = &runs->at[first];
	size_t n = 1;

	if (!is_told_by_rows(run))
		return n;
	while (n < labs && first + n < runs->n && from_of(run + n) == from_of(run) &&
		to_of(run + n) == to_of(run) && is_told_by_rows(run + n))
		n++;
	return n;
}

struct asked runs_question(const struct run *runs, size_t n)
{
	struct asked asked = {.n_labs = n, .from_ms = from_of(runs), .to_ms = to_of(runs)};
	size_t i, k;

	for (i = 0; i < n; i++) {
		asked.labs[i] = lab_of(&runs[i]);
		for (k = 0; k < runs[i].n; k++)
			asked.least += runs[i].at[k]->print.n;
	}
	return asked;
}

struct part *runs_part_of(const struct run *runs, size_t n, const char *lab, int64_t at_ms)
{
	size_t i, k;

	for (i = 0; n > 1 && i < n; i++)
		if (!strcmp(lab, lab_of(&runs[i])))
			break;
	if (i == n)
		return NULL;
	for (k = 0; k < runs[i].n; k++)
		if (at_ms >= runs[i].at[k]->from_ms && at_ms < runs[i].at[k]->to_ms)
			return runs[i].at[k];
	return NULL;
}
