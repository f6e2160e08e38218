#include "sample/point_list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int open_one(struct point_list *list, const char *path, struct text *why,
	int (*read)(struct point_list *list, FILE *file, const char *path, struct text *why))
{
	FILE *file = fopen(path, "re");
	int err;

	if (!file) {
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		text_printf(why, "%s: %s", path, strerror(errno));
		return err;
	}
	err = read(list, file, path, why);
	fclose(file);
	return err;
}

int point_list_open(struct point_list *list, const struct point_list_conf *conf, struct text *why)
{
	int err = 0;

	*list = (struct point_list){.n = 0};
	if (*conf->points)
		err = open_one(list, conf->points, why, point_list_read);
	if (!err && *conf->aliases)
		err = open_one(list, conf->aliases, why, point_list_read_doubles);
	return err;
}

void point_list_free(struct point_list *list)
{
	free(list->at);
	free(list->doubles);
	*list = (struct point_list){.n = 0};
}

/* --- looking --------------------------------------------------------------------------------------------- */

const struct listed_point *point_list_find(const struct point_list *list, const char *code)
{
	size_t from = 0, to = list->n, at;
	int order;

	while (from < to) {
		at = from + (to - from) / 2;
		order = strcmp(code, list->at[at].point.code);
		if (!order)
			return &list->at[at];
		if (order < 0)
			to = at;
		else
			from = at + 1;
	}
	return NULL;
}

const struct point_double *point_list_find_double(const struct point_list *list, const char *is)
{
	size_t from = 0, to = list->n_doubles, at;
	int order;

	while (from < to) {
		at = from + (to - from) / 2;
		order = strcmp(is, list->doubles[at].is);
		if (!order)
			return &list->doubles[at];
		if (order < 0)
			to = at;
		else
			from = at + 1;
	}
	return NULL;
}

void point_list_name(char *to, const struct point *point, const char *lab)
{
	if (*point->code)
		(void)text_copy(to, POINT_DOUBLE, point->code);
	else
		snprintf(to, POINT_DOUBLE, "%s/%s/%" PRIu64, lab, point->spool, point->number);
}
