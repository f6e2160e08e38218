#include "daemon/sample_commands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/live_value.h"
#include "daemon/sample_answer.h"
#include "daemon/sample_early.h"
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
		!question_text(request, "parameter", step.parameter, sizeof(step.parameter), client,
			&err) ||
		!sample_value_known(request, &step, client, &err))
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
	step.unsettled = !steady_state(
		&live.steady, steady_rule(live.series.parameter), clock_boot_ms(parts->clock))
				  .settled;
	reading_put_number(step.value, live.value, live.series.kind, live.series.decimals);
	text_copy(step.method, sizeof(step.method), step.unit);
	return sample_record(parts, &step, client);
}

int sample_ask_enter(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_ENTER, .origin = ORIGIN_KIT};
	const char *early;
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
	early = sample_early(ctx, &step, step.sample, 0, 0);
	if (early && !sample_is_sure(request))
		return sample_ask_back(client, early);
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
	if (result_is_counted(step.parameter) && json_integer_value(hours) < SAMPLE_CULTURE_HOURS)
		return control_refuse(client,
			"bacteria grow for %d hours at least before nothing found says anything: "
			"\"hours\" is %d to %d",
			SAMPLE_CULTURE_HOURS, SAMPLE_CULTURE_HOURS, MOST_HOURS);
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
	else if (!question_text(request, "dilution", step->dilution, sizeof(step->dilution), client,
			 err) ||
		 !sample_value_known(request, step, client, err))
		return false;
	else if (!result_amount(&amount, step->parameter, bag, "", "", step->dilution))
		*err = control_refuse(client, "\"dilution\" is a number from 1 on");
	else {
		step->origin = ORIGIN_BAG;
		return text_copy(step->value, sizeof(step->value), bag);
	}
	return false;
}

int sample_ask_finish(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct step step = {.kind = STEP_FINISH}, started;
	char bag[VALUE_TEXT], words[200];
	const char *early;
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
	early = sample_early(parts, &step, step.test, 0, started.hours);
	if (early && !sample_is_sure(request))
		return sample_ask_back(client, early);
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
