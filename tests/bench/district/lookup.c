/*
 * ns for a district, beside bare GEOS: an STRtree and prepared outlines asked for the same points in
 * the same run, each candidate of the tree, the lowest code taken.  The answers must be the same.
 *
 * Layers: the 160 districts of ../shared/data beside the tree, and a tehsil-sized one: each of them cut
 * by GEOS into the Voronoi cells of four random points of its box, some 600 areas.  Points: at random in
 * the box of the layer (a part of it lies outside all), and near borders (up to 2 km from a random point
 * of one).  BENCH_N: points of a set (default 20000).
 *
 * "first" is the first time a point is asked for: rectangles of the map are looked into, outlines are
 * prepared.  "detailed" is the 160 districts with each edge in 64 pieces, as many points as a layer in
 * full detail has.
 */
#include <libgen.h>
#include <malloc.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../measure.h"
#include "district/boundaries_file.h"
#include "district/inner.h"
#include "district/plane.h"

enum { ROUNDS = 7, PIECES = 4, DETAIL = 64 };

static const char shared[] = "shared/data/districts/ocha_adm2_pakistan_160.geojson";
static struct point *points;
static size_t n_points = 20000;

/* --- layers ---------------------------------------------------------------------------------------- */

/* The file beside the tree that this program was built in; NULL: there is none. */
static const char *find_map(void)
{
	static char path[4096], folder[4096];
	ssize_t n = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	struct stat st;

	insist(n > 0, "/proc/self/exe");
	folder[n] = '\0';
	while (strlen(dirname(folder)) > 1) {
		snprintf(path, sizeof(path), "%.3000s/%s", folder, shared);
		if (stat(path, &st) == 0)
			return path;
	}
	return NULL;
}

static struct layer *read_layer(const char *path)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct mistakes_in_layer mistakes = {.to = &why, .most = 1};
	struct layer *layer;

	insist(layer_open(&layer, path, NULL, &mistakes) == 0, words);
	return layer;
}

static void add_ring(struct geos *geos, struct layer *to, const GEOSGeometry *ring)
{
	const GEOSCoordSequence *sequence = GEOSGeom_getCoordSeq_r(geos->handle, ring);
	struct point point;
	unsigned n, i;

	insist(GEOSCoordSeq_getSize_r(geos->handle, sequence, &n) && layer_add_ring(to) == 0,
		"ring");
	for (i = 0; i < n; i++) {
		insist(GEOSCoordSeq_getXY_r(geos->handle, sequence, i, &point.lon, &point.lat) &&
				layer_add_point(to, point) == 0,
			"point");
	}
}

static void add_polygons(struct geos *geos, struct layer *to, const GEOSGeometry *geometry)
{
	int i, k, n = GEOSGetNumGeometries_r(geos->handle, geometry);

	for (i = 0; i < n; i++) {
		const GEOSGeometry *polygon = GEOSGetGeometryN_r(geos->handle, geometry, i);

		if (GEOSGeomTypeId_r(geos->handle, polygon) != GEOS_POLYGON)
			continue;
		insist(layer_add_polygon(to) == 0, "polygon");
		add_ring(geos, to, GEOSGetExteriorRing_r(geos->handle, polygon));
		for (k = 0; k < GEOSGetNumInteriorRings_r(geos->handle, polygon); k++)
			add_ring(geos, to, GEOSGetInteriorRingN_r(geos->handle, polygon, k));
	}
}

/* The Voronoi cells of some points of the polygon's box, each as far as it lies in it. */
static void cut(struct geos *geos, struct layer *to, const struct area *area,
	const GEOSGeometry *polygon, struct box box)
{
	struct area piece = *area;
	double xy[2 * PIECES];
	GEOSGeometry *line, *cells, *shared_part;
	int i;

	for (i = 0; i < PIECES; i++) {
		xy[2 * i] = box.west + drand48() * (box.east - box.west);
		xy[2 * i + 1] = box.south + drand48() * (box.north - box.south);
	}
	line = GEOSGeom_createLineString_r(
		geos->handle, GEOSCoordSeq_copyFromBuffer_r(geos->handle, xy, PIECES, 0, 0));
	cells = GEOSVoronoiDiagram_r(geos->handle, line, polygon, 0, 0);
	insist(cells != NULL, geos->words);
	for (i = 0; i < GEOSGetNumGeometries_r(geos->handle, cells); i++) {
		struct text code = text_over(piece.tehsil, sizeof(piece.tehsil));

		shared_part = GEOSIntersection_r(
			geos->handle, polygon, GEOSGetGeometryN_r(geos->handle, cells, i));
		insist(shared_part != NULL, geos->words);
		text_printf(&code, "%s%02d", area->code, i + 1);
		if (!GEOSisEmpty_r(geos->handle, shared_part)) {
			insist(layer_add_area(to, &piece) == 0, "area");
			add_polygons(geos, to, shared_part);
		}
		GEOSGeom_destroy_r(geos->handle, shared_part);
	}
	GEOSGeom_destroy_r(geos->handle, cells);
	GEOSGeom_destroy_r(geos->handle, line);
}

/* Writes a layer of tehsils, as many as pieces of the districts. */
static void write_tehsils(const struct layer *districts, const char *path)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct mistakes_in_layer mistakes = {.to = &why, .most = 1};
	struct layer *tehsils = layer_new();
	struct locator locator;
	struct geos geos;
	size_t i;

	srand48(2026);
	insist(tehsils && geos_open(&geos) == 0, "no memory");
	for (i = 0; i < districts->n_polygons; i++) {
		const struct polygon *polygon = &districts->polygons[i];
		GEOSGeometry *outline = geos_polygon(&geos, districts, i);

		insist(outline != NULL, geos.words);
		if (i == 0 || polygon[-1].area != polygon->area) /* islands stay with nobody */
			cut(&geos, tehsils, &districts->areas[polygon->area], outline,
				layer_ring_box(districts, &districts->rings[polygon->ring]));
		GEOSGeom_destroy_r(geos.handle, outline);
	}
	geos_close(&geos);
	insist(layer_seal(tehsils, &mistakes) == 0 && !mistakes.wrong, words);
	insist(locator_open(&locator, tehsils) == 0 && inner_edges(tehsils, &locator) == 0,
		"edges between tehsils");
	locator_close(&locator);
	insist(boundaries_file_write(tehsils, path, &why) == 0, words);
	layer_free(tehsils);
}

/* As many points as a layer in full detail has: each edge divided, straight as it is. */
static void write_detailed(const struct layer *layer, const char *path)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct mistakes_in_layer mistakes = {.to = &why, .most = 1};
	struct layer *to = layer_new();
	size_t p;
	uint32_t r, i, k;

	insist(to != NULL, "no memory");
	for (p = 0; p < layer->n_polygons; p++) {
		const struct polygon *polygon = &layer->polygons[p];

		insist(layer_add_area(to, &layer->areas[polygon->area]) == 0, "no memory");
		insist(layer_add_polygon(to) == 0, "no memory");
		for (r = polygon->ring; r < polygon->ring + polygon->rings; r++) {
			const struct point *at = &layer->points[layer->rings[r].point];

			insist(layer_add_ring(to) == 0, "no memory");
			for (i = 0; i + 1 < layer->rings[r].points; i++)
				for (k = 0; k < DETAIL; k++) {
					double t = (double)k / DETAIL;
					struct point point = {
						at[i].lon + t * (at[i + 1].lon - at[i].lon),
						at[i].lat + t * (at[i + 1].lat - at[i].lat)};

					insist(layer_add_point(to, point) == 0, "no memory");
				}
			insist(layer_add_point(to, at[0]) == 0, "no memory");
		}
	}
	insist(layer_seal(to, &mistakes) == 0 && !mistakes.wrong, words);
	insist(boundaries_file_write(to, path, &why) == 0, words);
	printf("district_detailed_points %zu points\n", to->n_points);
	layer_free(to);
}

/* --- points ---------------------------------------------------------------------------------------- */

static void choose_points(const struct layer *layer, bool near_borders)
{
	struct box box = layer_box(layer);
	size_t i;

	srand48(near_borders ? 2 : 1);
	for (i = 0; i < n_points; i++) {
		struct point *p = &points[i];

		if (!near_borders) {
			p->lon = box.west + drand48() * (box.east - box.west);
			p->lat = box.south + drand48() * (box.north - box.south);
			continue;
		}
		const struct ring *ring =
			&layer->rings[(size_t)(drand48() * (double)layer->n_rings)];
		const struct point *a =
			&layer->points[ring->point + (size_t)(drand48() * (ring->points - 1))];
		double t = drand48(), far = 2000 * drand48() / 111195, way = 2 * M_PI * drand48();

		p->lon = a->lon + t * (a[1].lon - a->lon) + far * cos(way);
		p->lat = a->lat + t * (a[1].lat - a->lat) + far * sin(way);
	}
}

/* --- bare GEOS ------------------------------------------------------------------------------------- */

struct bare {
	struct geos geos;
	const struct layer *layer;
	GEOSSTRtree *tree;
	const GEOSPreparedGeometry **outlines;
	const GEOSGeometry *point;
	int64_t lowest;
};

static void bare_ask(void *item, void *ctx)
{
	struct bare *bare = ctx;
	const GEOSPreparedGeometry **outline = item;
	uint32_t area = bare->layer->polygons[outline - bare->outlines].area;

	if (GEOSPreparedIntersects_r(bare->geos.handle, *outline, bare->point) == 1 &&
		(bare->lowest < 0 || area < bare->lowest))
		bare->lowest = area;
}

static int64_t bare_find(struct bare *bare, const struct point *p)
{
	GEOSGeometry *point = GEOSGeom_createPointFromXY_r(bare->geos.handle, p->lon, p->lat);

	bare->point = point;
	bare->lowest = -1;
	GEOSSTRtree_query_r(bare->geos.handle, bare->tree, point, bare_ask, bare);
	GEOSGeom_destroy_r(bare->geos.handle, point);
	return bare->lowest;
}

static void bare_open(struct bare *bare, const struct layer *layer)
{
	size_t i;

	*bare = (struct bare){.layer = layer};
	insist(geos_open(&bare->geos) == 0, "GEOS");
	bare->tree = GEOSSTRtree_create_r(bare->geos.handle, 10);
	bare->outlines = calloc(layer->n_polygons, sizeof(*bare->outlines));
	insist(bare->tree && bare->outlines, "no memory");
	for (i = 0; i < layer->n_polygons; i++) { /* the outlines live as long as the process */
		GEOSGeometry *outline = geos_polygon(&bare->geos, layer, i);

		insist(outline != NULL, bare->geos.words);
		bare->outlines[i] = GEOSPrepare_r(bare->geos.handle, outline);
		GEOSSTRtree_insert_r(bare->geos.handle, bare->tree, outline, &bare->outlines[i]);
	}
}

/* --- both ------------------------------------------------------------------------------------------ */

static double ns_of(double begun)
{
	return (now_s() - begun) / (double)n_points * 1e9;
}

static double time_bare(struct bare *bare, int64_t *found)
{
	double begun = now_s();
	size_t i;

	for (i = 0; i < n_points; i++)
		found[i] = bare_find(bare, &points[i]);
	return ns_of(begun);
}

static double time_ours(struct boundaries *boundaries, double within_m, struct located *found)
{
	double begun = now_s();
	size_t i;

	for (i = 0; i < n_points; i++)
		insist(boundaries_find(
			       boundaries, points[i].lon, points[i].lat, within_m, &found[i]) == 0,
			"a point could not be found");
	return ns_of(begun);
}

static void measure(const char *name, const char *path, const struct layer *layer)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	int64_t *by_bare = malloc(n_points * sizeof(*by_bare));
	struct located *by_ours = malloc(n_points * sizeof(*by_ours));
	double bare_ns[ROUNDS], ours_ns[ROUNDS], near_ns[ROUNDS], far_ns[ROUNDS], first;
	struct boundaries *boundaries;
	struct bare bare;
	size_t i;
	int round;

	insist(by_bare && by_ours, "no memory");
	insist(boundaries_open(&boundaries, path, NULL, &why) == 0, words);
	bare_open(&bare, layer);
	first = time_ours(boundaries, 0, by_ours);
	time_bare(&bare, by_bare);
	for (i = 0; i < n_points; i++)
		insist((by_ours[i].area ? by_ours[i].area - boundaries_at(boundaries, 0) : -1) ==
				by_bare[i],
			"GEOS found another area");
	for (round = 0; round < ROUNDS; round++) {
		bare_ns[round] = time_bare(&bare, by_bare);
		ours_ns[round] = time_ours(boundaries, 0, by_ours);
		near_ns[round] = time_ours(boundaries, 2250, by_ours);
		far_ns[round] = time_ours(boundaries, INFINITY, by_ours);
	}
	printf("district_%s_geos_ns %.0f ns\n", name, median(bare_ns, ROUNDS));
	printf("district_%s_ns %.0f ns\n", name, median(ours_ns, ROUNDS));
	printf("district_%s_over_geos %.2f ratio\n", name,
		median(ours_ns, ROUNDS) / median(bare_ns, ROUNDS));
	printf("district_%s_first_ns %.0f ns\n", name, first);
	printf("district_%s_within_2250_m_ns %.0f ns\n", name, median(near_ns, ROUNDS));
	printf("district_%s_any_distance_ns %.0f ns\n", name, median(far_ns, ROUNDS));
	boundaries_free(boundaries);
	free(by_bare);
	free(by_ours);
}

static void measure_layer(const char *name, const char *path)
{
	struct layer *layer = read_layer(path);
	char set[64];

	choose_points(layer, false);
	snprintf(set, sizeof(set), "%s_random", name);
	measure(set, path, layer);
	choose_points(layer, true);
	snprintf(set, sizeof(set), "%s_near_border", name);
	measure(set, path, layer);
	printf("district_%s_areas %zu areas\n", name, layer->n_areas);
	layer_free(layer);
}

/* How long a file takes to open. */
static void measure_opening(const char *name, const char *path)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	double ms[ROUNDS], begun;
	struct boundaries *boundaries;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		begun = now_s();
		insist(boundaries_open(&boundaries, path, NULL, &why) == 0, words);
		ms[round] = (now_s() - begun) * 1e3;
		boundaries_free(boundaries);
	}
	printf("district_open_%s_ms %.2f ms\n", name, median(ms, ROUNDS));
}

/* What an installed file holds in memory: opened, and after points all over it.  In a process of
 * its own. */
static void measure_memory(const char *name, const char *path)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	double before = rss_anon_mb();
	struct boundaries *boundaries;
	struct located located;
	size_t i;
	pid_t child;

	fflush(stdout);
	child = fork();
	insist(child >= 0, "fork");
	if (child > 0) {
		insist(waitpid(child, NULL, 0) == child, "waitpid");
		return;
	}
	insist(boundaries_open(&boundaries, path, NULL, &why) == 0, words);
	printf("district_open_%s_mb %.1f MB\n", name, rss_anon_mb() - before);
	for (i = 0; i < n_points; i++)
		insist(boundaries_find(boundaries, 60 + 18 * drand48(), 23 + 14 * drand48(), 2250,
			       &located) == 0,
			"a point could not be found");
	printf("district_everywhere_%s_mb %.1f MB\n", name, rss_anon_mb() - before);
	boundaries_free(boundaries);
	exit(0);
}

int main(void)
{
	const char *asked = getenv("BENCH_N"), *map = find_map();
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct layer *districts;

	if (!map) {
		printf("no boundaries beside the tree (%s): nothing to measure\n", shared);
		return 0;
	}
	if (asked)
		n_points = strtoul(asked, NULL, 10);
	points = calloc(n_points, sizeof(*points));
	insist(points != NULL, "no memory");
	districts = read_layer(map);
	insist(boundaries_file_write(districts, "districts", &why) == 0, words);
	write_tehsils(districts, "tehsils");
	write_detailed(districts, "detailed");
	layer_free(districts);
	malloc_trim(0);
	measure_memory("160", "districts");
	measure_memory("detailed", "detailed");
	measure_opening("geojson_160", map);
	measure_opening("160", "districts");
	measure_opening("tehsils", "tehsils");
	measure_opening("detailed", "detailed");
	measure_layer("160", "districts");
	measure_layer("tehsils", "tehsils");
	free(points);
	return 0;
}
