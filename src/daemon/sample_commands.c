#include "daemon/sample_commands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/live_value.h"
#include "daemon/sample_answer.h"
#include "daemon/sample_question.h"
#include "daemon/sample_value.h"
#include "model/typed.h"
#include "sample/terms.h"

enum { MOST_HOURS = 7 * 24 };

/* --- shown -------------------------------------------------------------------------------------------- */

int sample_ask_show(void *ctx, const json_t *request, struct control_client *client)
{
	uint64_t number;

	if (!question_number(request, "sample", &number))
		return control_refuse(
			client, "\"sample\" is its number; `waterlab sample list` shows them");
	return sample_send(ctx, number, client);
}

/* --- begin --------------------------------------------------------------------------------------------- */

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

	if (sample && field_sample(parts->field, number, sample) &&
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
	if (!take_point(parts, request, &point, client, &err))
		return err;
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

/* --- values -------------------------------------------------------------------------------------------- */

static bool find_live(const struct parts *parts, const struct step *step, struct field_live *live)
{
	size_t i;

	for (i = 0; field_live_at(parts->field, i, live); i++)
		if (!strcmp(live->series.unit, step->unit) &&
			!strcmp(live->series.parameter, step->parameter) &&
			field_sample_of(parts->field, live->number) == step->sample)
			return true;
	return false;
}

int sample_ask_take(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct step step = {.kind = STEP_ENTER, .origin = ORIGIN_TAKEN};
	struct field_live live;
	uint64_t sample;
	int err;

	if (!question_sample(request, &step, client, &err) ||
		!question_text(request, "unit", step.unit, sizeof(step.unit), client, &err) ||
		!question_text(
			request, "parameter", step.parameter, sizeof(step.parameter), client, &err))
		return err;
	if (field_asked(parts->field, &step, &sample) != ASKED_NEVER)
		return sample_record(parts, &step, client);
	if (!find_live(parts, &step, &live))
		return control_refuse(
			client, "no analyzer of this sample is called so and measures that");
	if (!live_is_now(parts, &live, client, &err) || !live_is_good(&live, client, &err))
		return err;
	if (live.qc == QC_SUSPECT || live.qc == QC_FAIL) {
		step.qc = live.qc;
		if (!sample_is_sure(request))
			return sample_ask_back(client,
				"the van's own tests doubt this value (waterlab status says why): "
				"with it the result is a possible failure, or cannot be judged. "
				"Take "
				"it all the same?");
	}
	reading_put_number(step.value, live.value, live.series.kind, live.series.decimals);
	text_copy(step.method, sizeof(step.method), step.unit);
	return sample_record(parts, &step, client);
}

int sample_ask_enter(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_ENTER, .origin = ORIGIN_KIT};
	char words[200];
	int err;

	if (!question_sample(request, &step, client, &err) ||
		!question_text(request, "parameter", step.parameter, sizeof(step.parameter), client,
			&err) ||
		!question_text(request, "method", step.method, sizeof(step.method), client, &err) ||
		!sample_value_take(request, &step, client, &err))
		return err;
	if (!*step.method)
		return control_refuse(
			client, "\"method\" is missing: which kit or meter showed it");
	if (live_unit(ctx, step.method))
		return control_refuse(client,
			"%s is an analyzer on a line: its value is taken (sample take), not typed",
			step.method);
	if (result_is_bag(step.parameter, step.value, step.value_unit))
		step.origin = ORIGIN_BAG;
	if (!sample_is_sure(request) && sample_value_is_odd(&step, words, sizeof(words)))
		return sample_ask_back(client, words);
	return sample_record(ctx, &step, client);
}

/* --- tests that take hours ----------------------------------------------------------------------------- */

int sample_ask_start(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_START};
	const json_t *hours = json_object_get(request, "hours");
	char words[200] = "", *end;
	struct text why = text_over(words, sizeof(words));
	double celsius;
	int err;

	if (!question_sample(request, &step, client, &err) ||
		!question_text(request, "parameter", step.parameter, sizeof(step.parameter), client,
			&err) ||
		!question_text(request, "method", step.method, sizeof(step.method), client, &err) ||
		!question_text(request, "lot", step.lot, sizeof(step.lot), client, &err) ||
		!question_text(request, "incubation_c", step.incubation_c,
			sizeof(step.incubation_c), client, &err))
		return err;
	if (!parameter_find(step.parameter))
		return control_refuse(client,
			"\"%s\" is no parameter; `waterlab parameters` shows all", step.parameter);
	if (!*step.method || live_unit(ctx, step.method))
		return control_refuse(
			client, "\"method\" is missing: which test it is, no analyzer on a line");
	if (!typed_number(step.incubation_c, &why))
		return control_refuse(client, "%s", words);
	celsius = strtod(step.incubation_c, &end);
	if (*step.incubation_c && (*end || !(celsius >= 0 && celsius <= 100)))
		return control_refuse(
			client, "\"incubation_c\" is degrees Celsius, 0 to 100, as 35 or 44.5");
	if (!json_is_integer(hours) || json_integer_value(hours) < 1 ||
		json_integer_value(hours) > MOST_HOURS)
		return control_refuse(client, "\"hours\" is a whole number, 1 to %d", MOST_HOURS);
	step.hours = (int)json_integer_value(hours);
	return sample_record(ctx, &step, client);
}

static bool find_test(const struct parts *parts, struct step *step, struct step *started)
{
	struct sample *sample = malloc(sizeof(*sample));
	bool there = false;
	unsigned i;

	if (sample && field_sample(parts->field, step->sample, sample))
		for (i = 0; i < sample->n_tests && !there; i++) {
			there = sample->tests[i].number == step->test;
			*started = sample->tests[i].step;
		}
	free(sample);
	return there && text_copy(step->parameter, sizeof(step->parameter), started->parameter);
}

/* The five compartments; false after an answer. */
static bool take_bag(const json_t *request, const char *bag, struct step *step,
	struct control_client *client, int *err)
{
	struct amount amount;

	if (!result_is_counted(step->parameter))
		*err = control_refuse(client,
			"a bag counts bacteria, and test %llu is for %s: \"value\" says what it "
			"showed",
			(unsigned long long)step->test, step->parameter);
	else if (!result_is_bag(step->parameter, bag, ""))
		*err = control_refuse(client,
			"\"bag\" is five of 0 and 1: the compartments of 10, 30, 56, 3 and 1 mL; 1 "
			"changed its colour");
	else if (json_is_string(json_object_get(request, "mdl")))
		*err = control_refuse(
			client, "\"mdl\" is none of a bag's: its compartments say what it sees");
	else if (!question_text(
			 request, "dilution", step->dilution, sizeof(step->dilution), client, err))
		return false;
	else if (!result_amount(&amount, step->parameter, bag, "", "", step->dilution))
		*err = control_refuse(client, "\"dilution\" is a number from 1 on");
	else {
		step->origin = ORIGIN_BAG;
		return text_copy(step->value, sizeof(step->value), bag);
	}
	return false;
}

/* Nothing was found, but nothing had the time to grow: asked back, and believed no more for that. */
static bool is_early(const struct parts *parts, const struct step *started, struct step *step)
{
	struct amount amount;
	int64_t age_ms;

	if (!result_is_counted(step->parameter) ||
		!result_amount(&amount, step->parameter, step->value, step->value_unit, step->mdl,
			step->dilution) ||
		amount.kind == AMOUNT_DETECTED || amount.kind == AMOUNT_ABOVE ||
		(amount.kind == AMOUNT_EXACT && amount.value > 0) ||
		!field_age(parts->field, step->test, &age_ms) ||
		age_ms >= started->hours * INT64_C(3600000) * 9 / 10)
		return false;
	step->qc = QC_SUSPECT;
	return true;
}

int sample_ask_finish(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct step step = {.kind = STEP_FINISH}, started;
	char bag[VALUE_TEXT], words[200];
	int err;

	if (!question_number(request, "test", &step.test))
		return control_refuse(
			client, "\"test\" is its number; `waterlab sample list` shows what is due");
	step.sample = field_of_test(parts->field, step.test);
	if (!step.sample || !find_test(parts, &step, &started))
		return control_refuse(
			client, "there is no test %llu here", (unsigned long long)step.test);
	if (!question_asker(request, &step, client, &err) ||
		!question_text(request, "bag", bag, sizeof(bag), client, &err))
		return err;
	if (*bag) {
		if (!take_bag(request, bag, &step, client, &err))
			return err;
	} else if (!sample_value_take(request, &step, client, &err)) {
		return err;
	} else if (result_is_bag(step.parameter, step.value, step.value_unit)) {
		text_copy(step.value_unit, sizeof(step.value_unit),
			parameter_find(step.parameter)->unit);
	}
	if (is_early(parts, &started, &step) && !sample_is_sure(request))
		return sample_ask_back(client,
			"nothing was found, but the test has not had its hours yet: with that it "
			"cannot be judged. Is it read all the same?");
	if (!*bag && !sample_is_sure(request) && sample_value_is_odd(&step, words, sizeof(words)))
		return sample_ask_back(client, words);
	return sample_record(parts, &step, client);
}

/* --- its end ------------------------------------------------------------------------------------------- */

int sample_ask_end(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_END};
	int err;

	if (!question_sample(request, &step, client, &err))
		return err;
	return sample_record(ctx, &step, client);
}

int sample_ask_cancel(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_CANCEL};
	int err;

	if (!question_sample(request, &step, client, &err) ||
		!question_text(request, "reason", step.reason, sizeof(step.reason), client, &err))
		return err;
	if (!text_is_words(step.reason))
		return control_refuse(client, "\"reason\" is missing: why it is cancelled");
	return sample_record(ctx, &step, client);
}
