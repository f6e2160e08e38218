/* What comes after a sample's end: a second person verifies it, a value is corrected. */
#include <stdlib.h>
#include <string.h>

#include "daemon/sample_answer.h"
#include "daemon/sample_commands.h"
#include "daemon/sample_early.h"
#include "daemon/sample_question.h"
#include "daemon/sample_value.h"
#include "sample/result.h"
#include "sample/terms.h"

int sample_ask_verify(void *ctx, const json_t *request, struct control_client *client)
{
	const json_t *seen = json_object_get(request, "seen");
	struct step step = {.kind = STEP_VERIFY};
	int err;

	if (!question_sample(request, &step, client, &err))
		return err;
	if (seen && !json_is_null(seen) && !question_number(request, "seen", &step.test))
		return control_refuse(
			client, "\"seen\" is the number of the newest result that was looked at");
	return sample_record(ctx, &step, client);
}

/* Copies the entry's step; false: there is none. */
static bool find_entry(const struct parts *parts, uint64_t number, uint64_t entry, struct step *to)
{
	struct sample *sample = malloc(sizeof(*sample));
	bool found = false;
	unsigned i;

	if (sample && field_sample(parts->field, number, sample))
		for (i = 0; i < sample->n_entries; i++)
			if (sample->entries[i].number == entry) {
				*to = sample->entries[i].step;
				found = true;
			}
	free(sample);
	return found;
}

/* What is not said stays as it was: a number without its unit, or undiluted, would be another value. */
static void keep_said(json_t *request, const char *key, const char *before)
{
	const json_t *said = json_object_get(request, key);

	if ((!said || json_is_null(said)) && *before)
		json_object_set_new(request, key, json_string(before));
}

/* Why there was no water, after all; false after a refusal. */
static bool take_impediment(
	const json_t *request, struct step *step, struct control_client *client, int *err)
{
	if (!question_text(request, "value", step->value, sizeof(step->value), client, err))
		return false;
	if (term_is(TERM_IMPEDIMENT, step->value))
		return true;
	*err = sample_refuse_term(client, "value", TERM_IMPEDIMENT);
	return false;
}

static const char *unit_of(const struct step *step, const struct parameter *parameter)
{
	return *step->value_unit ? step->value_unit : parameter->unit;
}

static bool is_said(const json_t *request, const char *key)
{
	const char *said = json_string_value(json_object_get(request, key));

	return said && *said;
}

/* What is in the value's unit cannot stay as it was when that does not; a dilution has none, and what is said of the undiluted test
 * stays.  False after a refusal. */
static bool is_in_one_unit(const json_t *request, const struct step *before,
	const struct step *step, struct control_client *client, int *err)
{
	const struct parameter *parameter = parameter_find(step->parameter);
	char words[40] = "";
	struct text shown = text_over(words, sizeof(words));

	if (!parameter || !strcmp(unit_of(before, parameter), unit_of(step, parameter)))
		return true;
	parameter_put_unit(&shown, unit_of(before, parameter));
	if (*before->known && !is_said(request, "known"))
		*err = control_refuse(client,
			"the value before was in %s, and so was what is known of it: say that in "
			"the new unit too (--known)",
			words);
	else if (*before->mdl && !is_said(request, "mdl"))
		*err = control_refuse(client,
			"the value before was in %s, and so was its detection limit: say that in "
			"the new unit too (--mdl)",
			words);
	else
		return true;
	return false;
}

/* The corrected value as a whole; false after a refusal. */
static bool take_amended(const json_t *request, const struct step *before, struct step *step,
	struct control_client *client, int *err)
{
	json_t *whole = json_copy((json_t *)request);
	bool taken;

	if (!strcmp(before->parameter, TERM_NO_WATER)) {
		json_decref(whole);
		return take_impediment(request, step, client, err);
	}
	keep_said(whole, "unit", before->value_unit);
	keep_said(whole, "mdl", before->mdl);
	keep_said(whole, "dilution", before->dilution);
	keep_said(whole, "known", before->known);
	taken = sample_value_take(whole, step, client, err) &&
		is_in_one_unit(request, before, step, client, err);
	json_decref(whole);
	return taken;
}

int sample_ask_amend(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_AMEND}, before;
	const char *early;
	char words[200];
	bool bag;
	int err;

	if (!question_sample(request, &step, client, &err) ||
		!question_text(request, "reason", step.reason, sizeof(step.reason), client, &err))
		return err;
	if (!question_number(request, "entry", &step.test) ||
		!find_entry(ctx, step.sample, step.test, &before))
		return control_refuse(client,
			"\"entry\" is the number of one of the sample's values; `waterlab sample "
			"show --json` shows them");
	if (!text_is_words(step.reason))
		return control_refuse(
			client, "\"reason\" is missing: why the value before was wrong");
	text_copy(step.parameter, sizeof(step.parameter), before.parameter);
	if (!take_amended(request, &before, &step, client, &err))
		return err;
	bag = result_is_bag(step.parameter, step.value, step.value_unit);
	/* A bag is asked back where none was before. */
	if (bag && before.origin != ORIGIN_BAG)
		step.origin = ORIGIN_BAG;
	early = sample_early_amended(ctx, &step);
	if (early && !sample_is_sure(request))
		return sample_ask_back(client, early);
	if (!sample_is_sure(request) && sample_value_is_odd(&step, words, sizeof(words)))
		return sample_ask_back(client, words);
	/* What it is of, the entry says. */
	step.origin = ORIGIN_KIT;
	*step.parameter = '\0';
	return sample_record(ctx, &step, client);
}
