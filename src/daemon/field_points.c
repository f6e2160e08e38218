/*
 * Where water is taken: the points of the centre's list, and those that the van made.  The ledger has a record of each point a sample was
 * begun at, as it was then; a list that changed since makes a new one, and no sample's own changes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "daemon/field_inside.h"

/* --- the files ------------------------------------------------------------------------------------------- */

static struct file_mark mark_of(const char *path)
{
	struct stat st;

	if (!*path || stat(path, &st) != 0)
		return (struct file_mark){.there = false};
	return (struct file_mark){true, st.st_dev, st.st_ino, st.st_size, st.st_mtim, st.st_ctim};
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_same_file(const struct file_mark *a, const struct file_mark *b)
{
	return a->there == b->there && a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       is_same_time(&a->written, &b->written) && is_same_time(&a->changed, &b->changed);
}

/* Reads what is not as it was at the last look.  What cannot be read changes nothing of what is there.  Under `listing`. */
static void look(struct field *field)
{
	struct field_list *in = &field->listed;
	struct file_mark points, aliases;
	struct point_list list;
	struct text why;
	int err;

	if (!in->conf)
		return;
	points = mark_of(in->conf->points);
	aliases = mark_of(in->conf->aliases);
	if (in->looked && is_same_file(&points, &in->points) &&
		is_same_file(&aliases, &in->aliases))
		return;
	why = text_over(in->words, sizeof(in->words));
	in->looked = true;
	in->points = points;
	in->aliases = aliases;
	err = point_list_open(&list, in->conf, &why);
	if (err && !why.len)
		text_put(&why, err_text(err));
	if (err && in->list.n) {
		text_put(&why, "; the list read before goes on");
	} else {
		if (err)
			text_put(&why, list.n ? "; doubles are not merged"
					      : "; points made in the van go on");
		point_list_free(&in->list);
		in->list = list;
		list = (struct point_list){.n = 0};
	}
	point_list_free(&list);
	if (err)
		log_say(LOG_WARN, "daemon", "%s", in->words);
}

void field_use_list(struct field *field, const struct point_list_conf *conf, const char *lab)
{
	pthread_mutex_lock(&field->listing);
	field->listed.conf = conf;
	field->listed.lab = lab;
	look(field);
	pthread_mutex_unlock(&field->listing);
}

void field_list_state(struct field *field, struct field_list_state *to)
{
	pthread_mutex_lock(&field->listing);
	look(field);
	to->points = field->listed.list.n;
	to->doubles = field->listed.list.n_doubles;
	memcpy(to->words, field->listed.words, sizeof(to->words));
	pthread_mutex_unlock(&field->listing);
}

/* --- which point is which -------------------------------------------------------------------------------- */

/* The code that counts for what is called so; "": it is a point of the van's own.  Under `listing`. */
static void put_counting(struct field *field, const char *name, char code[TERM])
{
	const struct point_double *one = point_list_find_double(&field->listed.list, name);

	(void)text_copy(code, TERM, one ? one->counts : strchr(name, '/') ? "" : name);
}

static void put_code(struct field *field, const struct point *point, char code[TERM])
{
	char name[POINT_DOUBLE];

	point_list_name(name, point, field->listed.lab);
	put_counting(field, name, code);
}

/* Is it the very point that the record has? */
static bool is_as_recorded(const struct point *point, const struct point *recorded)
{
	return !strcmp(point->code, recorded->code) && !strcmp(point->name, recorded->name) &&
	       !strcmp(point->type, recorded->type) &&
	       !strcmp(point->position, recorded->position) &&
	       !strcmp(point->treated, recorded->treated) && point->has_at == recorded->has_at &&
	       point->lat_e7 == recorded->lat_e7 && point->lon_e7 == recorded->lon_e7;
}

/* The newest record of that code, or NULL.  Under `lock`. */
static const struct point *newest_of(const struct field *field, const char *code)
{
	size_t i;

	for (i = field->n_points; i-- > 0;)
		if (!strcmp(field->points[i].code, code))
			return &field->points[i];
	return NULL;
}

static const struct point *recorded(const struct field *field, uint64_t number)
{
	size_t i;

	for (i = field->n_points; i-- > 0;)
		if (field->points[i].number == number)
			return &field->points[i];
	return NULL;
}

bool field_point(struct field *field, uint64_t number, struct point *to)
{
	const struct point *own;

	pthread_mutex_lock(&field->lock);
	own = recorded(field, number);
	if (own)
		*to = *own;
	pthread_mutex_unlock(&field->lock);
	return own != NULL;
}

/* The point that is meant, as it is now; number 0: it has no such record yet.  Under `listing` and `lock`. */
static bool find_meant(struct field *field, const char *code, uint64_t number, struct point *to)
{
	const struct point *own = *code ? NULL : recorded(field, number), *newest;
	const struct listed_point *listed;
	char counts[TERM];

	if (*code)
		put_counting(field, code, counts);
	else if (own)
		put_code(field, own, counts);
	else
		return false;
	listed = *counts ? point_list_find(&field->listed.list, counts) : NULL;
	newest = *counts ? newest_of(field, counts) : NULL;
	if (listed) {
		*to = listed->point;
		if (newest && is_as_recorded(to, newest))
			to->number = newest->number;
	} else if (newest || own) {
		*to = newest ? *newest : *own;
	}
	return listed || newest || own;
}

int field_use_point(struct field *field, const char *code, uint64_t number, struct point *to)
{
	bool there;

	pthread_mutex_lock(&field->listing);
	look(field);
	pthread_mutex_lock(&field->lock);
	there = find_meant(field, code, number, to);
	pthread_mutex_unlock(&field->lock);
	pthread_mutex_unlock(&field->listing);
	if (!there)
		return ERR_ABSENT;
	return to->number ? 0 : field_add_point(field, to);
}

bool field_is_point(struct field *field, const char *code, uint64_t number, uint64_t point)
{
	struct point meant, had;
	bool same;

	if (!*code && number == point)
		return true;
	pthread_mutex_lock(&field->listing);
	pthread_mutex_lock(&field->lock);
	same = find_meant(field, code, number, &meant) && find_meant(field, "", point, &had);
	pthread_mutex_unlock(&field->lock);
	pthread_mutex_unlock(&field->listing);
	return same && (*meant.code ? !strcmp(meant.code, had.code) : meant.number == had.number);
}

/* --- all of them ----------------------------------------------------------------------------------------- */

/* A point of the van's own, or one that was taken off the list; not those that another record or the list stands for. */
static bool stands_alone(struct field *field, const struct point *point)
{
	char code[TERM];

	put_code(field, point, code);
	if (!*code)
		return true;
	return !point_list_find(&field->listed.list, code) && newest_of(field, code) == point;
}

void field_points(
	struct field *field, void (*take)(void *ctx, const struct point *point), void *ctx)
{
	const struct point_list *list = &field->listed.list;
	const struct listed_point *listed;
	struct point point;
	uint64_t *numbers;
	size_t i;

	pthread_mutex_lock(&field->listing);
	look(field);
	numbers = calloc(list->n + 1, sizeof(*numbers)); /* without, each is as if never seen */
	pthread_mutex_lock(&field->lock);
	for (i = 0; i < field->n_points; i++) {
		const struct point *own = &field->points[i];

		listed = *own->code ? point_list_find(list, own->code) : NULL;
		if (numbers && listed)
			numbers[listed - list->at] =
				is_as_recorded(&listed->point, own) ? own->number : 0;
		if (stands_alone(field, own))
			take(ctx, own);
	}
	pthread_mutex_unlock(&field->lock);
	for (i = 0; i < list->n; i++) {
		if (list->n_doubles && point_list_find_double(list, list->at[i].point.code))
			continue;
		point = list->at[i].point;
		point.number = numbers ? numbers[i] : 0;
		take(ctx, &point);
	}
	pthread_mutex_unlock(&field->listing);
	free(numbers);
}

/* --- what was found there -------------------------------------------------------------------------------- */

size_t field_before(
	struct field *field, uint64_t point, uint64_t sample, struct result *to, size_t most)
{
	const struct point *own;
	char code[TERM] = "", other[TERM];
	size_t i, n;

	pthread_mutex_lock(&field->listing);
	pthread_mutex_lock(&field->lock);
	own = recorded(field, point);
	if (own)
		put_code(field, own, code);
	n = history_before(field->history, point, sample, to, 0, most);
	for (i = 0; *code && i < field->n_points; i++) {
		if (field->points[i].number == point)
			continue;
		put_code(field, &field->points[i], other);
		if (!strcmp(code, other))
			n = history_before(
				field->history, field->points[i].number, sample, to, n, most);
	}
	pthread_mutex_unlock(&field->lock);
	pthread_mutex_unlock(&field->listing);
	return n;
}
