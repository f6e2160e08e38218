/*
 * Any bytes as a limit set and as a file of signatures: refused with the file's line, or rows that hold what limits.h
 * says of them, against which anything can be judged.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* A file in memory, and the path by which it is opened. */
static int file_of(const uint8_t *bytes, size_t n, char *path, size_t cap)
{
	int fd = memfd_create("limits.csv", MFD_CLOEXEC);

	must(fd >= 0 && (n == 0 || write(fd, bytes, n) == (ssize_t)n));
	snprintf(path, cap, "/proc/self/fd/%d", fd);
	return fd;
}

static void look_at(const struct limit_set *set, const struct limit *limit)
{
	static const double tried[] = {0, 0.05, 5, 50, 1e6};
	const struct parameter *parameter = parameter_find(limit->parameter);
	char words[256];
	struct text to = text_over(words, sizeof(words));
	size_t i, kind;

	must(parameter && limit->basis >= LIMIT_HEALTH && limit->basis <= LIMIT_ACCEPTABILITY);
	must((limit->must == LIMIT_ABSENT) == (isnan(limit->low) && isnan(limit->high)));
	must(isnan(limit->low) || isnan(limit->high) || limit->low < limit->high);
	must(isnan(limit->high) ||
		(limit->high >= parameter->low && limit->high <= parameter->high));
	must(limit->decimals <= 9 && text_is_words(limit->edition) && text_is_words(limit->source));
	limit_put(&to, limit);
	must(to.len > 0 && !to.cut);
	for (kind = AMOUNT_NONE; kind <= AMOUNT_NOT_DETECTED; kind++)
		for (i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
			struct water_value value = {.parameter = limit->parameter,
				.amount = {.kind = (enum amount_kind)kind,
					.value = tried[i],
					.upper = 2 * tried[i]},
				.site = limit->applies_to};
			struct water_judgement got = water_judge(&value, &set, 1);

			/* No other row is for this water. */
			must(got.limit == limit && got.set == set);
			must(!water_fails(got.verdict) || limit_in_force(limit));
			must(!got.alarm || limit->basis == LIMIT_HEALTH);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct limit_set set;
	struct limit_set *const sets[] = {&set};
	char said[1024], path[64];
	struct text why = text_over(said, sizeof(said));
	unsigned i, stale;
	FILE *file;
	int fd = file_of(bytes, n, path, sizeof(path)), err;

	file = fopen(path, "re");
	must(file != NULL);
	err = limits_read(&set, file, "fuzz.csv", &why);
	fclose(file);
	must(!err == !why.len && !err == (set.n > 0));
	must(!err || !strncmp(said, "fuzz.csv:", 9));
	for (i = 0; i < set.n; i++)
		look_at(&set, &set.rows[i]);
	text_clear(&why);
	err = limits_read_signed(sets, 1, path, &stale, &why);
	must(!err == !why.len);
	for (i = 0; err && i < set.n; i++)
		must(!*set.rows[i].signer);
	close(fd);
	return 0;
}
