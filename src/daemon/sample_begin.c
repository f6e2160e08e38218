/* A field test begins, or there was no water to take. */
#include <stdlib.h>
#include <string.h>

#include "daemon/live_value.h"
#include "daemon/sample_answer.h"
#include "daemon/sample_commands.h"
#include "daemon/sample_question.h"
#include "sample/terms.h"

static bool take_new_point(const struct parts *parts, const json_t *new_point, struct point *point,
	struct control_client *client, int *err)
{
	const json_t *treated = json_object_get(new_point, "treated");
	struct place here;

	*point = (struct point){.number = 0};
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

static bool take_point(const struct parts *parts, const json_t *request, struct point *point,
	struct control_client *client, int *err)
{
	const json_t *new_point = json_object_get(request, "new_point");
	char code[TERM];
	uint64_t number = 0;

	if (json_is_object(new_point)) {
		if (!take_new_point(parts, new_point, point, client, err))
			return false;
		*err = field_add_point(parts->field, point);
		if (!*err)
			return true;
		*err = control_refuse(client, "the new point is not recorded: %s", err_text(*err));
		return false;
	}
	if (!question_text(request, "code", code, sizeof(code), client, err))
		return false;
	if (*code || question_number(request, "point", &number)) {
		*err = field_use_point(parts->field, code, number, point);
		if (!*err)
			return true;
		if (*err != ERR_ABSENT) {
			*err = control_refuse(
				client, "the point is not recorded: %s", err_text(*err));
			return false;
		}
	}
	*err = control_refuse(client,
		"which point? \"point\" is the number or \"code\" the code of one that "
		"\"points\" lists, or \"new_point\" describes one");
	return false;
}

static bool says_point(const json_t *request)
{
	return json_object_get(request, "new_point") || json_object_get(request, "point") ||
	       json_object_get(request, "code");
}

/* A replicate is of its parent's water, so of its point. */
static bool is_elsewhere(const struct parts *parts, const json_t *request, const struct step *step)
{
	const char *code = json_string_value(json_object_get(request, "code"));
	uint64_t number = 0;

	if (!step->point || !says_point(request) || !term_is_water(step->activity))
		return false;
	return json_is_object(json_object_get(request, "new_point")) ||
	       ((code || question_number(request, "point", &number)) &&
		       !field_is_point(parts->field, code ? code : "", number, step->point));
}

/* Whether the sample is of the point that is asked for now, with water or without; of one that is long over nobody knows. */
static bool is_that_visit(
	const struct parts *parts, const json_t *request, uint64_t number, const char *impediment)
{
	const json_t *name = json_object_get(json_object_get(request, "new_point"), "name");
	const char *code = json_string_value(json_object_get(request, "code"));
	struct sample *sample = calloc(1, sizeof(*sample));
	struct point point;
	uint64_t asked = 0;
	bool there = true;

	if (sample && says_point(request) && field_sample(parts->field, number, sample) &&
		field_point(parts->field, sample->begin.point, &point))
		there = json_is_string(name)
				? !strcmp(json_string_value(name), point.name)
				: (code || question_number(request, "point", &asked)) &&
					  field_is_point(parts->field, code ? code : "", asked,
						  point.number);
	if (sample && sample->number == number)
		there = there && !strcmp(sample->impediment, impediment);
	free(sample);
	return there;
}

/* Begins a sample, or records a visit without water: step->value says why. */
static int visit(const struct parts *parts, const json_t *request, struct step *step,
	struct control_client *client)
{
	enum step_asked asked;
	struct point point;
	uint64_t sample;
	int err;

	if (!term_is(TERM_PURPOSE, step->purpose))
		return sample_refuse_term(client, "purpose", TERM_PURPOSE);
	asked = field_asked(parts->field, step, &sample);
	if (asked == ASKED_THIS && !is_that_visit(parts, request, sample, step->value))
		return control_refuse(client,
			"the token \"%s\" was used for another question, of sample %llu: this one "
			"is not recorded; ask with another token",
			step->token, (unsigned long long)sample);
	if (asked != ASKED_NEVER)
		return sample_record(parts, step, client);
	if (is_elsewhere(parts, request, step))
		return control_refuse(client,
			"a replicate is of the same water as its parent, sample %llu: of point "
			"%llu, which need not be said",
			(unsigned long long)step->parent, (unsigned long long)step->point);
	if (says_point(request) || !step->point) {
		if (!take_point(parts, request, &point, client, &err))
			return err;
	} else {
		err = field_use_point(parts->field, "", step->point, &point);
		if (err)
			return control_refuse(
				client, "the point is not recorded: %s", err_text(err));
	}
	step->point = point.number;
	text_copy(step->type, sizeof(step->type), point.type);
	text_copy(step->position, sizeof(step->position), point.position);
	text_copy(step->treated, sizeof(step->treated), point.treated);
	whereabouts_for_sample(parts->place, clock_boot_ms(parts->clock), 0, &step->place);
	return sample_record(parts, step, client);
}

/* The sample beside which this one is taken, where it is no ordinary one.  False after a refusal. */
static bool take_parent(const struct parts *parts, const json_t *request, struct step *step,
	struct control_client *client, int *err)
{
	const json_t *said = json_object_get(request, "parent");
	struct sample *parent;
	uint64_t asked;
	bool ordinary;

	if (!said || json_is_null(said))
		return true;
	if (!strcmp(step->activity, "sample")) {
		*err = control_refuse(client, "\"parent\" is of a replicate, a blank, a spike or a "
					      "reference: an ordinary "
					      "sample has none");
		return false;
	}
	ordinary = question_number(request, "parent", &step->parent);
	/* Asked again, it is what was answered, whatever has become of the parent. */
	if (ordinary && field_asked(parts->field, step, &asked) != ASKED_NEVER)
		return true;
	parent = calloc(1, sizeof(*parent));
	ordinary = ordinary && parent && field_sample(parts->field, step->parent, parent) &&
		   !strcmp(parent->begin.activity, "sample") && !parent->cancelled;
	if (ordinary)
		step->point = parent->begin.point; /* where no other is said */
	free(parent);
	if (!ordinary)
		*err = control_refuse(client,
			"\"parent\" is the number of an ordinary sample, not cancelled; `waterlab "
			"sample list` shows them");
	return ordinary;
}

int sample_ask_begin(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct step step = {.kind = STEP_BEGIN};
	int err;

	if (!question_asker(request, &step, client, &err) ||
		!question_text(
			request, "purpose", step.purpose, sizeof(step.purpose), client, &err) ||
		!question_text(
			request, "activity", step.activity, sizeof(step.activity), client, &err) ||
		!question_text(request, "unit", step.unit, sizeof(step.unit), client, &err))
		return err;
	if (!*step.activity)
		text_copy(step.activity, sizeof(step.activity), "sample");
	if (!term_is(TERM_ACTIVITY, step.activity))
		return sample_refuse_term(client, "activity", TERM_ACTIVITY);
	if (!take_parent(parts, request, &step, client, &err))
		return err;
	if (*step.unit && !live_unit(parts, step.unit))
		return control_refuse(client,
			"no analyzer is called %s; `waterlab status` lists them, and without "
			"\"unit\" all are the sample's",
			step.unit);
	return visit(parts, request, &step, client);
}

int sample_ask_impediment(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_BEGIN, .activity = "sample"};
	int err;

	if (!question_asker(request, &step, client, &err) ||
		!question_text(
			request, "purpose", step.purpose, sizeof(step.purpose), client, &err) ||
		!question_text(request, "reason", step.value, sizeof(step.value), client, &err))
		return err;
	if (!term_is(TERM_IMPEDIMENT, step.value))
		return sample_refuse_term(client, "reason", TERM_IMPEDIMENT);
	return visit(ctx, request, &step, client);
}

int sample_ask_attach(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_UNIT};
	int err;

	if (!question_sample(request, &step, client, &err) ||
		!question_text(request, "unit", step.unit, sizeof(step.unit), client, &err))
		return err;
	if (!live_unit(ctx, step.unit))
		return control_refuse(client,
			"no analyzer is called \"%s\"; `waterlab status` lists them", step.unit);
	return sample_record(ctx, &step, client);
}
