/* The installed form: what is written is what is read, and nothing else is. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "district/boundaries_file.h"
#include "map.h"

static void write_map(const char *path)
{
	struct map map;

	map_begin(&map);
	map_rectangle(&map, "A", "A1", 70, 30, 71, 31);
	map_rectangle(&map, "A", "A2", 71, 30, 72, 31);
	map_feature(&map, "B", "B1", "MultiPolygon",
		"[[[[72,30],[74,30],[74,32],[72,32],[72,30]],[[73,31],[73,31.5],[73.5,31.5],[73,31]"
		"]],"
		"[[[75,30],[75.1,30],[75.1,30.123456789012345],[75,30]]]]");
	map_end(&map, path);
}

static void install(const struct layer *layer, const char *path)
{
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	int err = boundaries_file_write(layer, path, &why);

	if (err)
		print_error("%s\n", words);
	assert_int_equal(err, 0);
	assert_int_equal(why.len, 0);
}

static void what_is_written_is_read(void **state)
{
	struct layer *layer, *again;
	struct stat st;

	(void)state;
	write_map("map.geojson");
	layer = open_map_as_layer("map.geojson");
	(void)text_copy(layer->edition, sizeof(layer->edition), "of 2026, by hand");
	(void)text_copy(layer->areas[0].division, AREA_NAME, "Division");
	install(layer, "installed");
	assert_int_equal(stat("installed", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(access("installed.installing", F_OK), -1);
	again = open_map_as_layer("installed");
	assert_string_equal(again->edition, "of 2026, by hand");
	assert_string_equal(again->source, "map.geojson");
	assert_int_equal(again->checksum, boundaries_file_checksum(layer));
	assert_int_equal(again->n_areas, layer->n_areas);
	assert_memory_equal(again->areas, layer->areas, layer->n_areas * sizeof(*layer->areas));
	assert_memory_equal(
		again->district, layer->district, layer->n_areas * sizeof(*layer->district));
	assert_int_equal(again->n_polygons, layer->n_polygons);
	assert_memory_equal(
		again->polygons, layer->polygons, layer->n_polygons * sizeof(*layer->polygons));
	assert_int_equal(again->n_rings, layer->n_rings);
	assert_memory_equal(again->rings, layer->rings, layer->n_rings * sizeof(*layer->rings));
	assert_int_equal(again->n_points, layer->n_points);
	assert_memory_equal(again->points, layer->points, layer->n_points * sizeof(*layer->points));
	assert_non_null(layer->inner); /* A1 and A2 */
	assert_memory_equal(again->inner, layer->inner, layer->n_points / 8 + 1);
	layer_free(layer);
	layer_free(again);
}

static void both_forms_have_one_checksum(void **state)
{
	struct boundaries *map, *installed;
	struct layer *layer;

	(void)state;
	write_map("map.geojson");
	layer = open_map_as_layer("map.geojson");
	install(layer, "installed");
	map = open_map("map.geojson");
	installed = open_map("installed");
	assert_int_equal(boundaries_checksum(map), boundaries_checksum(installed));
	boundaries_free(map);
	boundaries_free(installed);
	layer->areas[0].name[0] ^= 1;
	assert_int_not_equal(boundaries_file_checksum(layer), layer->checksum);
	layer_free(layer);
}

static size_t read_bytes(const char *path, char *to, size_t cap)
{
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(to, 1, cap, file);
	fclose(file);
	assert_true(n < cap);
	return n;
}

static void write_bytes(const char *path, const char *bytes, size_t n)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

/* Refused, with words that name the file. */
static void must_be_refused(const char *path)
{
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	struct boundaries *boundaries;
	int err = boundaries_open(&boundaries, path, NULL, &why);

	assert_true(err == ERR_DAMAGED || err == ERR_CONF);
	assert_null(boundaries);
	assert_true(why.len > 0);
}

static void every_byte_matters(void **state)
{
	static char bytes[16384];
	struct layer *layer;
	size_t n, i;
	int bit;

	(void)state;
	write_map("map.geojson");
	layer = open_map_as_layer("map.geojson");
	install(layer, "installed");
	layer_free(layer);
	n = read_bytes("installed", bytes, sizeof(bytes));
	for (i = 0; i < n; i++) {
		bit = 1 << i % 8;
		bytes[i] = (char)(bytes[i] ^ bit);
		write_bytes("damaged", bytes, n);
		must_be_refused("damaged");
		bytes[i] = (char)(bytes[i] ^ bit);
	}
	for (i = 0; i < n; i++) {
		write_bytes("damaged", bytes, i);
		must_be_refused("damaged");
	}
	bytes[n] = '\n';
	write_bytes("damaged", bytes, n + 1);
	must_be_refused("damaged");
}

static void the_words_for_damage_say_what_to_do(void **state)
{
	static char bytes[16384];
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct boundaries *boundaries;
	struct layer *layer;
	size_t n;

	(void)state;
	write_map("map.geojson");
	layer = open_map_as_layer("map.geojson");
	install(layer, "installed");
	layer_free(layer);
	n = read_bytes("installed", bytes, sizeof(bytes));
	write_bytes("damaged", bytes, n - 1);
	assert_int_equal(boundaries_open(&boundaries, "damaged", NULL, &why), ERR_DAMAGED);
	assert_string_equal(words, "damaged is damaged or not whole; install the boundaries again: "
				   "waterlab boundaries install FILE");
}

static void an_installation_that_fails_leaves_the_old_one(void **state)
{
	struct rlimit limit, small;
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct layer *layer;
	struct boundaries *old;
	int err;

	(void)state;
	write_map("map.geojson");
	layer = open_map_as_layer("map.geojson");
	install(layer, "installed");
	assert_int_equal(boundaries_file_write(layer, "no-such-folder/installed", &why), ERR_IO);
	assert_non_null(strstr(words, "no-such-folder/installed.installing: No such file"));
	/* A file may not become larger than this: as on a full card, in the middle of writing. */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 300;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	text_clear(&why);
	err = boundaries_file_write(layer, "installed", &why);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(err, ERR_IO);
	assert_non_null(strstr(words, "installed.installing: File too large"));
	assert_int_equal(access("installed.installing", F_OK), -1);
	old = open_map("installed");
	assert_string_equal(district_at(old, 70.5, 30.5), "A");
	boundaries_free(old);
	layer_free(layer);
}

static const char *code_at(struct boundaries *boundaries, double lon, double lat)
{
	struct located at;

	assert_int_equal(boundaries_find(boundaries, lon, lat, INFINITY, &at), 0);
	return at.area ? at.area->tehsil[0] ? at.area->tehsil : at.area->code : "";
}

/* A map's features come in any order, and a district's in several; nothing of that may change what lies where. */
static void both_forms_say_the_same_in_any_order(void **state)
{
	static const char letters[] = "ABCDEFGHIJ";
	struct boundaries *map, *installed;
	struct located a, b;
	struct layer *layer;
	struct map made;
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	int round, i;

	(void)state;
	print_message("SEED=%u\n", seed);
	srand(seed);
	for (round = 0; round < 20; round++) {
		map_begin(&made);
		for (i = 0; i < 30; i++) {
			char code[2] = {letters[rand() % 10], '\0'}, tehsil[4];
			double lon = 70 + i % 6, lat = 30 + i / 6;

			snprintf(tehsil, sizeof(tehsil), "%s%d", code, rand() % 3);
			map_rectangle(&made, code, tehsil, lon, lat, lon + 1, lat + 1);
		}
		map_end(&made, "map.geojson");
		layer = open_map_as_layer("map.geojson");
		install(layer, "installed");
		layer_free(layer);
		map = open_map("map.geojson");
		installed = open_map("installed");
		for (i = 0; i < 200; i++) {
			double lon = 69.5 + rand() % 7000 / 1000.0,
			       lat = 29.5 + rand() % 6000 / 1000.0;

			assert_string_equal(code_at(installed, lon, lat), code_at(map, lon, lat));
			assert_int_equal(boundaries_find(map, lon, lat, INFINITY, &a), 0);
			assert_int_equal(boundaries_find(installed, lon, lat, INFINITY, &b), 0);
			assert_true(a.border == b.border);
			assert_memory_equal(&a.border_m, &b.border_m, sizeof(a.border_m));
		}
		boundaries_free(map);
		boundaries_free(installed);
	}
}

/* Refused with a word on what is there, which stays. */
static void refuse_over(const struct layer *layer, const char *path, const char *expect)
{
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	struct stat before, after;

	assert_int_equal(lstat(path, &before), 0);
	assert_int_equal(boundaries_file_write(layer, path, &why), ERR_CONF);
	assert_non_null(strstr(words, expect));
	assert_int_equal(memcmp(words, path, strlen(path)), 0);
	assert_int_equal(lstat(path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_size, before.st_size);
}

static void only_an_earlier_installation_is_replaced(void **state)
{
	struct layer *layer;

	(void)state;
	write_map("map.geojson");
	layer = open_map_as_layer("map.geojson");
	refuse_over(layer, "map.geojson", "is no installed boundaries file");
	assert_int_equal(mkfifo("pipe", 0600), 0);
	refuse_over(layer, "pipe", "is no file");
	assert_int_equal(mkdir("folder", 0700), 0);
	refuse_over(layer, "folder", "is no file");
	assert_int_equal(symlink("/dev/full", "link"), 0);
	refuse_over(layer, "link", "is a symbolic link");
	write_bytes("empty", "", 0);
	install(layer, "empty");
	install(layer, "empty");
	layer_free(layer);
}

static void what_was_left_half_written_is_in_nobodys_way(void **state)
{
	struct layer *layer;

	(void)state;
	write_map("map.geojson");
	layer = open_map_as_layer("map.geojson");
	write_bytes("installed.installing", "half", 4);
	install(layer, "installed");
	layer_free(layer);
	layer = open_map_as_layer("installed");
	layer_free(layer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(both_forms_have_one_checksum),
		cmocka_unit_test(every_byte_matters),
		cmocka_unit_test(the_words_for_damage_say_what_to_do),
		cmocka_unit_test(an_installation_that_fails_leaves_the_old_one),
		cmocka_unit_test(both_forms_say_the_same_in_any_order),
		cmocka_unit_test(only_an_earlier_installation_is_replaced),
		cmocka_unit_test(what_was_left_half_written_is_in_nobodys_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
