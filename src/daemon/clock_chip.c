#include "daemon/clock_chip.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number a file of the kernel's holds; false when it cannot be read (a chip whose battery is empty). */
static bool read_number(const char *folder, const char *chip, const char *name, int64_t *number)
{
	char path[512], at[32], *end;
	int fd, length = snprintf(path, sizeof(path), "%s/%s/%s", folder, chip, name);
	ssize_t n = -1;

	if (length < 0 || (size_t)length >= sizeof(path))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, at, sizeof(at) - 1);
		close(fd);
	}
	if (n < 1)
		return false;
	at[n] = '\0';
	errno = 0;
	*number = strtoll(at, &end, 10);
	return !errno && end != at && (*end == '\n' || *end == '\0') && *number >= 0 &&
	       *number < INT64_MAX / 1000;
}

static struct clock_chip read_chip(const char *folder, const char *name)
{
	struct clock_chip chip = {.there = true};
	int64_t sets = 0, utc_s = 0;

	chip.sets = read_number(folder, name, "hctosys", &sets) && sets == 1;
	chip.readable = read_number(folder, name, "since_epoch", &utc_s);
	if (chip.readable)
		chip.utc_ms = utc_s * 1000;
	return chip;
}

struct clock_chip clock_chip_read(const char *folder)
{
	struct clock_chip chip = {.there = false};
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && !chip.sets && (entry = readdir(dir)))
		if (strncmp(entry->d_name, "rtc", 3) == 0)
			chip = read_chip(folder, entry->d_name);
	if (dir)
		closedir(dir);
	return chip;
}
