/* Which samples there are, and which points are near. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/sample_commands.h"
#include "daemon/sample_question.h"
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

/* --- points ---------------------------------------------------------------------------------------------- */

struct near_point {
	struct point point;
	double away_m; /* NAN: not known */
};

/* The nearest of those that were looked for. */
struct nearest {
	struct place here;
	const char *part; /* of its name or code; "": any */
	size_t n, all, within;
	struct near_point at[POINTS_SHOWN];
};

/*
 * Nearest first; those without a way to tell behind, the newest of them first, and last those that were never visited, by
 * code.
 */
static int nearer(const struct near_point *x, const struct near_point *y)
{
	if (isnan(x->away_m) != isnan(y->away_m))
		return isnan(x->away_m) ? 1 : -1;
	if (!isnan(x->away_m) && x->away_m != y->away_m)
		return x->away_m < y->away_m ? -1 : 1;
	if (x->point.number != y->point.number)
		return x->point.number < y->point.number ? 1 : -1;
	return strcmp(x->point.code, y->point.code);
}

static void take_point(void *ctx, const struct point *point)
{
	struct nearest *nearest = ctx;
	struct near_point one = {.away_m = (double)NAN};
	size_t at;

	if (*nearest->part && !strcasestr(point->name, nearest->part) &&
		!strcasestr(point->code, nearest->part))
		return;
	if (nearest->here.has_point && point->has_at)
		one.away_m = place_distance_m(nearest->here.lat_e7 / 1e7,
			nearest->here.lon_e7 / 1e7, point->lat_e7 / 1e7, point->lon_e7 / 1e7);
	nearest->all++;
	nearest->within += one.away_m <= POINT_NEAR_M;
	one.point = *point;
	for (at = nearest->n; at > 0 && nearer(&one, &nearest->at[at - 1]) < 0; at--)
		;
	if (at == POINTS_SHOWN)
		return;
	nearest->n += nearest->n < POINTS_SHOWN;
	memmove(&nearest->at[at + 1], &nearest->at[at],
		(nearest->n - 1 - at) * sizeof(nearest->at[0]));
	nearest->at[at] = one;
}

static json_t *points_of(const struct parts *parts, const struct nearest *nearest)
{
	json_t *list = json_array();
	struct field_list_state state;
	bool sited = nearest->here.has_point;
	size_t i;

	for (i = 0; i < nearest->n; i++)
		json_array_append_new(
			list, sample_status_point(&nearest->at[i].point, nearest->at[i].away_m));
	field_list_state(parts->field, &state);
	return json_pack("{s:o, s:I, s:i, s:I, s:b, s:o, s:s?}", "points", list, "all",
		(json_int_t)nearest->all, "near_m", POINT_NEAR_M, "near",
		(json_int_t)nearest->within, "sited", (int)sited, "off_m",
		sited && nearest->here.eph_cm ? json_real(nearest->here.eph_cm / 100.0)
					      : json_null(),
		"words", *state.words ? state.words : NULL);
}

int sample_ask_points(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct nearest *nearest = calloc(1, sizeof(*nearest));
	char part[POINT_NAME];
	json_t *answer;
	int err;

	if (!nearest)
		return ERR_MEMORY;
	if (!question_text(request, "part", part, sizeof(part), client, &err)) {
		free(nearest);
		return err;
	}
	nearest->part = part;
	whereabouts_for_sample(parts->place, clock_boot_ms(parts->clock), 0, &nearest->here);
	nearest->here.has_point = nearest->here.has_point && nearest->here.origin != PLACE_NONE;
	field_points(parts->field, take_point, nearest);
	answer = points_of(parts, nearest);
	free(nearest);
	return control_send_new(client, answer);
}
