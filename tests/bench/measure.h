/* measure.h - what the benchmarks share: clocks, medians, memory, and giving up aloud. */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A benchmark that cannot run says why and fails. */
static inline void insist(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench %s: %s\n", program_invocation_short_name, what);
	exit(1);
}

static inline double clock_s(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline double now_s(void)
{
	return clock_s(CLOCK_MONOTONIC);
}

/* Of this process, all threads. */
static inline double cpu_s(void)
{
	return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

static inline int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts v. */
static inline double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_size);
	return v[n / 2];
}

static inline double rss_anon_mb(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	double kb = 0;

	insist(file != NULL, "/proc/self/status");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %lf", &kb) == 1)
			break;
	fclose(file);
	return kb / 1024;
}

#endif
