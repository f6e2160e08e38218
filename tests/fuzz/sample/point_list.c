/*
 * Any bytes as a list of points and, behind a line "---", as its table of doubles: refused with the file's line, or points that a record holds,
 * each found by its code, and doubles that end at one of them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample/point_list.h"
#include "sample/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int take(struct point_list *list, const uint8_t *bytes, size_t n,
	int (*read)(struct point_list *list, FILE *file, const char *path, struct text *why))
{
	char said[1024];
	struct text why = text_over(said, sizeof(said));
	FILE *file = n ? fmemopen((void *)bytes, n, "r") : fopen("/dev/null", "re");
	int err;

	must(file != NULL);
	err = read(list, file, "fuzz.csv", &why);
	fclose(file);
	must(!err == !why.len && (!err || !strncmp(said, "fuzz.csv:", 9)));
	return err;
}

static void look_at(const struct point_list *list, const struct listed_point *listed)
{
	const struct point *point = &listed->point;
	char room[STEP_WORDS];
	struct text words = text_over(room, sizeof(room));
	struct point again;

	must(point_list_find(list, point->code) == listed);
	must(term_is(TERM_SOURCE, point->type) && text_is_words(point->name));
	must(!*point->position || term_is(TERM_POSITION, point->position));
	must(abs(point->lat_e7) <= 900000000 && abs(point->lon_e7) <= 1800000000);
	point_put(&words, point);
	must(!words.cut && point_read(&again, 0, point->lat_e7, point->lon_e7, room));
	must(!memcmp(&again, point, sizeof(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const uint8_t *cut = memmem(bytes, n, "---\n", 4);
	size_t first = cut ? (size_t)(cut - bytes) : n, i;
	struct point_list list = {.n = 0};
	int err = take(&list, bytes, first, point_list_read);

	must(!err == (list.n > 0));
	for (i = 0; i < list.n; i++)
		look_at(&list, &list.at[i]);
	if (!err && cut && take(&list, cut + 4, n - first - 4, point_list_read_doubles))
		must(!list.n_doubles);
	for (i = 0; i < list.n_doubles; i++) {
		must(point_list_find_double(&list, list.doubles[i].is) == &list.doubles[i]);
		must(point_list_find(&list, list.doubles[i].counts) != NULL);
		must(!point_list_find_double(&list, list.doubles[i].counts));
	}
	point_list_free(&list);
	return 0;
}
