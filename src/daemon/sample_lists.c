/* Which samples there are, and which points are near. */
#include <math.h>
#include <stdlib.h>

#include "daemon/sample_commands.h"
#include "daemon/sample_status.h"

enum { RECENT = 20, POINTS_SHOWN = 200 };

int sample_ask_list(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct sample *sample = malloc(sizeof(*sample));
	json_t *open = json_array(), *due = json_array(), *recent = json_array(),
	       *failing = json_array();
	size_t i;

	(void)request;
	for (i = 0; sample && field_sample_at(parts->field, i, sample); i++) {
		sample_status_pending(parts, sample, due);
		sample_status_failing(parts, sample, failing);
		if (sample_state(sample) == SAMPLE_OPEN)
			json_array_append_new(open, sample_status_short(parts, sample));
		else if (json_array_size(recent) < RECENT)
			json_array_append_new(recent, sample_status_short(parts, sample));
	}
	free(sample);
	return control_send_new(
		client, json_pack("{s:I, s:o, s:o, s:o, s:o}", "now_ms",
				(json_int_t)clock_wall_ms(parts->clock), "open", open, "due", due,
				"recent", recent, "failing", failing));
}

struct near_point {
	struct point point;
	double away_m; /* NAN: not known */
};

/* Nearest first; those without a way to tell behind, the newest of them first. */
static int nearer(const void *a, const void *b)
{
	const struct near_point *x = a, *y = b;

	if (isnan(x->away_m) != isnan(y->away_m))
		return isnan(x->away_m) ? 1 : -1;
	if (!isnan(x->away_m) && x->away_m != y->away_m)
		return x->away_m < y->away_m ? -1 : 1;
	return x->point.number < y->point.number ? 1 : -1;
}

int sample_ask_points(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct near_point *all = NULL, *more;
	struct place here;
	json_t *list = json_array();
	struct point point;
	size_t i, n;

	(void)request;
	whereabouts_for_sample(parts->place, clock_boot_ms(parts->clock), 0, &here);
	for (n = 0; field_point_at(parts->field, n, &point); n++) {
		more = realloc(all, (n + 1) * sizeof(*all));
		if (!more)
			break;
		all = more;
		all[n].point = point;
		all[n].away_m = here.origin != PLACE_NONE && here.has_point && point.has_at
					? place_distance_m(here.lat_e7 / 1e7, here.lon_e7 / 1e7,
						  point.lat_e7 / 1e7, point.lon_e7 / 1e7)
					: (double)NAN;
	}
	if (n)
		qsort(all, n, sizeof(*all), nearer);
	for (i = 0; i < n && i < POINTS_SHOWN; i++)
		json_array_append_new(list, sample_status_point(&all[i].point, all[i].away_m));
	free(all);
	return control_send_new(client, json_pack("{s:o}", "points", list));
}
