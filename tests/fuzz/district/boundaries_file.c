/*
 * Any bytes as an installed file, its checksum made right: refused in words, or boundaries that answer
 * whatever they are.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "district/boundaries.h"
#include "district/boundaries_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* A file in memory, with the first line that these bytes need, and the path by which it is opened. */
static int file_of(const uint8_t *bytes, size_t n, char *path, size_t cap)
{
	char line[BOUNDARIES_FIRST_LINE + 1];
	int fd = memfd_create("boundaries", MFD_CLOEXEC);

	boundaries_first_line(line, crc32_z(crc32(0, NULL, 0), bytes, n), n);
	must(fd >= 0 && write(fd, line, BOUNDARIES_FIRST_LINE) == BOUNDARIES_FIRST_LINE);
	must(n == 0 || write(fd, bytes, n) == (ssize_t)n);
	snprintf(path, cap, "/proc/self/fd/%d", fd);
	return fd;
}

static void ask(struct boundaries *boundaries, double lon, double lat)
{
	struct located located;

	if (boundaries_find(boundaries, lon, lat, INFINITY, &located) != 0)
		return; /* GEOS gave up on an unsound outline */
	must(isnan(located.border_m) || located.border_m >= 0);
	must(!located.area ||
		boundaries_by_code(boundaries, located.area->code, located.area->tehsil));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char said[512], path[64];
	struct text why = text_over(said, sizeof(said));
	struct boundaries *boundaries;
	int fd = file_of(bytes, n, path, sizeof(path));
	int err = boundaries_open(&boundaries, path, NULL, &why), i;

	must(!err == !why.len);
	must(!boundaries == (err != 0));
	for (i = -5; !err && i <= 80; i += 5) {
		ask(boundaries, i, i / 2.0);
		ask(boundaries, 70 + i / 100.0, 30 + i / 90.0);
	}
	boundaries_free(boundaries);
	close(fd);
	return 0;
}
