/*
 * Any bytes as a boundary file: refused in words, or a layer in which points are found, borders
 * measured, overlaps and gaps surveyed, whatever they are; and what is found does not depend on
 * what was asked before.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "district/boundaries.h"
#include "district/survey.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* A file in memory, and the path by which it is opened. */
static int file_of(const uint8_t *bytes, size_t n, char *path, size_t cap)
{
	int fd = memfd_create("map.geojson", MFD_CLOEXEC);

	must(fd >= 0 && (n == 0 || write(fd, bytes, n) == (ssize_t)n));
	snprintf(path, cap, "/proc/self/fd/%d", fd);
	return fd;
}

static void ask(struct boundaries *boundaries, double lon, double lat)
{
	struct located far, near, again;

	if (boundaries_find(boundaries, lon, lat, INFINITY, &far) != 0)
		return; /* GEOS gave up on it */
	must(far.area ? far.border || isnan(far.border_m) : !far.border && far.neighbour);
	must(isnan(far.border_m) || (far.border_m >= 0 && far.border_m < 3e7));
	must(!far.neighbour || !far.area || strcmp(far.neighbour->code, far.area->code) != 0);
	must(boundaries_find(boundaries, lon, lat, 0, &again) == 0);
	must(again.area == far.area);
	must(boundaries_find(boundaries, lon, lat, 1000, &near) == 0);
	must(near.area == far.area);
	if (near.border)
		must(near.border_m == far.border_m && far.border);
}

static void ask_around(struct boundaries *boundaries, const struct layer *layer)
{
	size_t i, step = layer->n_points / 40 + 1;

	for (i = 0; i < layer->n_points; i += step) {
		const struct point *p = &layer->points[i];

		ask(boundaries, p->lon, p->lat);
		ask(boundaries, nextafter(p->lon, 0), p->lat);
		ask(boundaries, p->lon * 0.9, p->lat * 0.9);
	}
	ask(boundaries, 180, -90);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char said[1024], path[64];
	struct text why = text_over(said, sizeof(said));
	struct mistakes_in_layer mistakes = {.to = &why, .most = 3};
	struct survey survey = {.findings = NULL};
	struct boundaries *boundaries = NULL;
	struct layer *layer = NULL;
	int fd = file_of(bytes, n, path, sizeof(path));
	int err = layer_open(&layer, path, NULL, &mistakes);

	must(!layer == (err != 0));
	must(!err == !mistakes.wrong);
	must(!err == !why.len);
	if (!err) {
		must(survey_fit(&survey, layer) == 0);
		must(boundaries_open(&boundaries, path, NULL, &why) == 0);
		must(boundaries_checksum(boundaries) != 0);
		ask_around(boundaries, layer);
	}
	survey_free(&survey);
	boundaries_free(boundaries);
	layer_free(layer);
	close(fd);
	return 0;
}
