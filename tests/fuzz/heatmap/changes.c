/* A published version whose files hold anything, sizes as their index says: read as rows that stood or not at all, never out of bounds. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../tools/heatmap/changes.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static char folder[] = "/tmp/heatmap-fuzz-XXXXXX";

static void remove_folder(void)
{
	if (!chdir(folder)) {
		(void)!unlink("current/official/data/index.json");
		(void)!unlink("current/official/data/withdrawn.csv");
		(void)!unlink("current/official/data/results/2026-11.csv");
		(void)!rmdir("current/official/data/results");
		(void)!rmdir("current/official/data");
		(void)!rmdir("current/official");
		(void)!rmdir("current");
	}
	(void)!rmdir(folder);
}

static void begin(void)
{
	log_open(LOG_ERROR, false);
	if (!mkdtemp(folder) || chdir(folder) || mkdir("current", 0755) ||
		mkdir("current/official", 0755) || mkdir("current/official/data", 0755) ||
		mkdir("current/official/data/results", 0755) || atexit(remove_folder))
		abort();
}

static void write_file(const char *name, const void *bytes, size_t n)
{
	char path[100];
	FILE *file;

	snprintf(path, sizeof(path), "current/official/data/%s", name);
	file = fopen(path, "w");
	if (!file || fwrite(bytes, 1, n, file) != n || fclose(file))
		abort();
}

struct count {
	size_t rows;
	unsigned sum;
};

static void look(void *ctx, const struct csv_field told[CHANGES_TOLD], int64_t withdrawn_ms)
{
	struct count *count = ctx;
	size_t i, k;

	count->rows++;
	for (i = 0; i < CHANGES_TOLD; i++)
		for (k = 0; k < told[i].len; k++)
			count->sum += (unsigned char)told[i].at[k];
	if (withdrawn_ms < 0)
		abort();
}

/* Up to a byte 0 the month's results, then the list of what is gone. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	const uint8_t *zero = n ? memchr(at, 0, n) : NULL;
	size_t first = zero ? (size_t)(zero - at) : n, second = zero ? n - first - 1 : 0, i;
	struct count count = {.rows = 0};
	struct changes *changes;
	char index[400];
	size_t lines = 0;

	if (strchr(folder, 'X'))
		begin();
	write_file("results/2026-11.csv", at, first);
	write_file("withdrawn.csv", zero ? zero + 1 : at, second);
	snprintf(index, sizeof(index),
		"{\"changes\":{\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-11-29T12:00:00Z\"},"
		"\"files\":[{\"name\":\"withdrawn.csv\",\"bytes\":%zu},"
		"{\"name\":\"results/2026-11.csv\",\"bytes\":%zu}]}",
		second, first);
	write_file("index.json", index, strlen(index));
	for (i = 0; i < n; i++)
		lines += at[i] == '\n';
	if (!changes_open(&changes, ".", 1795953600000, 400)) {
		(void)changes_since_ms(changes, changes_key("kp", "5e", 1, "ph", "tube", 0), 1);
		if (changes_each_gone(changes, look, &count) || count.rows > lines)
			abort();
	}
	changes_close(changes);
	return 0;
}
