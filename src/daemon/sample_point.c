#include "daemon/sample_point.h"

#include <math.h>

#include "base/name.h"
#include "daemon/sample_answer.h"
#include "daemon/sample_question.h"
#include "sample/terms.h"

bool sample_point_is_said(const json_t *request)
{
	return json_object_get(request, "new_point") || json_object_get(request, "point") ||
	       json_object_get(request, "code");
}

/* --- a new one ------------------------------------------------------------------------------------------- */

bool sample_point_read(const struct parts *parts, const json_t *request, struct point *point,
	struct control_client *client, int *err)
{
	const json_t *new_point = json_object_get(request, "new_point");
	const json_t *treated = json_object_get(new_point, "treated");
	struct place here;

	*point = (struct point){.number = 0};
	if (!json_is_object(new_point))
		return true;
	if (!question_text(new_point, "name", point->name, sizeof(point->name), client, err) ||
		!question_text(
			new_point, "source_type", point->type, sizeof(point->type), client, err) ||
		!question_text(new_point, "position", point->position, sizeof(point->position),
			client, err))
		return false;
	if (json_is_boolean(treated))
		text_copy(point->treated, sizeof(point->treated),
			json_is_true(treated) ? "yes" : "no");
	if (!text_is_words(point->name))
		*err = control_refuse(client,
			"the new point has no name: what people call it, at least "
			"three letters");
	else if (!term_is(TERM_SOURCE, point->type))
		*err = sample_refuse_term(client, "source_type", TERM_SOURCE);
	else if (*point->position && !term_is(TERM_POSITION, point->position))
		*err = sample_refuse_term(client, "position", TERM_POSITION);
	else if (treated && !json_is_null(treated) && !json_is_boolean(treated))
		*err = control_refuse(client, "\"treated\" is true, false or null");
	else {
		whereabouts_for_sample(parts->place, clock_boot_ms(parts->clock), 0, &here);
		point->has_at = here.origin != PLACE_NONE && here.has_point;
		point->lat_e7 = point->has_at ? here.lat_e7 : 0;
		point->lon_e7 = point->has_at ? here.lon_e7 : 0;
		return true;
	}
	return false;
}

/* The known point that a new one may be: of its name, and not surely elsewhere. */
struct alike {
	const struct point *mine;
	bool there;
	struct point point;
	double away_m; /* NAN: not known */
};

static void take_alike(void *ctx, const struct point *point)
{
	struct alike *alike = ctx;
	double away_m = (double)NAN;

	if (!name_is_alike(point->name, alike->mine->name))
		return;
	if (alike->mine->has_at && point->has_at)
		away_m = place_distance_m(alike->mine->lat_e7 / 1e7, alike->mine->lon_e7 / 1e7,
			point->lat_e7 / 1e7, point->lon_e7 / 1e7);
	if (away_m > POINT_NEAR_M || (alike->there && !(away_m < alike->away_m) &&
					     !(isnan(alike->away_m) && !isnan(away_m))))
		return;
	alike->there = true;
	alike->point = *point;
	alike->away_m = away_m;
}

/* Two points of one water are two for ever. */
static bool is_asked_back(const struct parts *parts, const json_t *request,
	const struct point *point, struct control_client *client, int *err)
{
	struct alike alike = {.mine = point, .away_m = (double)NAN};
	char words[400] = "", name[TERM] = "";
	struct text text = text_over(words, sizeof(words)), called = text_over(name, sizeof(name));

	if (sample_is_sure(request))
		return false;
	field_points(parts->field, take_alike, &alike);
	if (!alike.there)
		return false;
	if (*alike.point.code)
		text_put(&called, alike.point.code);
	else
		text_printf(&called, "%llu", (unsigned long long)alike.point.number);
	if (isnan(alike.away_m))
		text_printf(&text,
			"\"%s\" is the name of a point that is known, %s: is this really another "
			"one? If it is the same water, choose that one.",
			alike.point.name, name);
	else
		text_printf(&text,
			"\"%s\" is the name of a point that is known, %s, %.0f m from here: is "
			"this really another one? If it is the same water, choose that one.",
			alike.point.name, name, alike.away_m);
	*err = sample_ask_back(client, words);
	return true;
}

/* --- any ------------------------------------------------------------------------------------------------- */

static bool take_known(const struct parts *parts, const json_t *request, uint64_t otherwise,
	struct point *point, struct control_client *client, int *err)
{
	char code[TERM];
	uint64_t number = 0;

	if (!question_text(request, "code", code, sizeof(code), client, err))
		return false;
	if (!sample_point_is_said(request))
		number = otherwise;
	else if (!*code)
		(void)question_number(request, "point", &number);
	*err = *code || number >= 1 ? field_use_point(parts->field, code, number, point)
				    : ERR_ABSENT;
	if (*err == ERR_ABSENT)
		*err = control_refuse(client,
			"which point? \"point\" is the number or \"code\" the code of one that "
			"\"points\" lists, or \"new_point\" describes one");
	else if (*err)
		*err = control_refuse(client, "the point is not recorded: %s", err_text(*err));
	else
		return true;
	return false;
}

bool sample_point_take(const struct parts *parts, const json_t *request, uint64_t otherwise,
	struct point *point, struct control_client *client, int *err)
{
	if (!json_is_object(json_object_get(request, "new_point")))
		return take_known(parts, request, otherwise, point, client, err);
	if (is_asked_back(parts, request, point, client, err))
		return false;
	*err = field_add_point(parts->field, point);
	if (!*err)
		return true;
	*err = control_refuse(client, "the new point is not recorded: %s", err_text(*err));
	return false;
}
