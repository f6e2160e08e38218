/* A field test begins, or there was no water to take. */
#include <stdlib.h>
#include <string.h>

#include "daemon/live_value.h"
#include "daemon/sample_answer.h"
#include "daemon/sample_commands.h"
#include "daemon/sample_point.h"
#include "daemon/sample_question.h"
#include "sample/terms.h"

/* A replicate is of its parent's water, so of its point. */
static bool is_elsewhere(const struct parts *parts, const json_t *request, const struct step *step)
{
	const char *code = json_string_value(json_object_get(request, "code"));
	uint64_t number = 0;

	if (!step->point || !sample_point_is_said(request) || !term_is_water(step->activity))
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

	if (sample && sample_point_is_said(request) && field_sample(parts->field, number, sample) &&
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

/* Begins a sample, or records a visit without water: step->value says why.  A point is for ever: all that refuses, and what is
 * asked back, comes before it is recorded. */
static int visit(const struct parts *parts, const json_t *request, struct step *step,
	struct control_client *client)
{
	char words[200] = "";
	struct text why = text_over(words, sizeof(words));
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
	if (!step->point && !sample_point_is_said(request) && strcmp(step->activity, "sample") != 0)
		return control_refuse(client,
			"a %s is taken beside a sample: \"parent\" is the number of that one; "
			"`waterlab sample list` shows them",
			step->activity);
	if (!sample_point_read(parts, request, &point, client, &err))
		return err;
	if (!field_allows(parts->field, step, &why))
		return control_refuse(client, "%s", words);
	if (!sample_point_take(parts, request, step->point, &point, client, &err))
		return err;
	step->point = point.number;
	text_copy(step->type, sizeof(step->type), point.type);
	text_copy(step->position, sizeof(step->position), point.position);
	text_copy(step->treated, sizeof(step->treated), point.treated);
	whereabouts_for_sample(parts->place, clock_boot_ms(parts->clock), 0, &step->place);
	return sample_record(parts, step, client);
}

/* May it be beside that one, of which it takes point and, where none is said, purpose? */
static bool is_beside(
	const struct sample *parent, struct step *step, struct control_client *client, int *err)
{
	bool learns = term_number(TERM_PURPOSE, parent->begin.purpose) == PURPOSE_TRAINING;

	step->point = parent->begin.point; /* where no other is said */
	if (!learns || term_number(TERM_PURPOSE, step->purpose) == PURPOSE_TRAINING)
		return true;
	*err = control_refuse(client,
		"sample %llu was taken for training: what is beside it is for training too, "
		"whatever it shows",
		(unsigned long long)step->parent);
	return false;
}

/* The sample beside which this one is taken, where it is no ordinary one.  False after a refusal. */
static bool take_parent(const struct parts *parts, const json_t *request, struct step *step,
	struct control_client *client, int *err)
{
	const json_t *said = json_object_get(request, "parent");
	struct sample *parent;
	uint64_t asked;
	bool known, taken;

	if (!said || json_is_null(said))
		return true;
	if (!strcmp(step->activity, "sample")) {
		*err = control_refuse(client, "\"parent\" is of a replicate, a blank, a spike or a "
					      "reference: an ordinary "
					      "sample has none");
		return false;
	}
	parent = calloc(1, sizeof(*parent));
	known = question_number(request, "parent", &step->parent) && parent &&
		field_sample(parts->field, step->parent, parent);
	if (known && !*step->purpose)
		text_copy(step->purpose, sizeof(step->purpose), parent->begin.purpose);
	/* Asked again, it is what was answered, whatever has become of the parent. */
	taken = step->parent && field_asked(parts->field, step, &asked) != ASKED_NEVER;
	if (!taken && known && !strcmp(parent->begin.activity, "sample") && !parent->cancelled)
		taken = is_beside(parent, step, client, err);
	else if (!taken)
		*err = control_refuse(client,
			"\"parent\" is the number of an ordinary sample, not cancelled; `waterlab "
			"sample list` shows them");
	free(parent);
	return taken;
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
