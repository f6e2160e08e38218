/* What comes after a sample's end: a second person verifies it, a value is corrected. */
#include <stdlib.h>
#include <string.h>

#include "daemon/sample_answer.h"
#include "daemon/sample_commands.h"
#include "daemon/sample_question.h"
#include "daemon/sample_value.h"
#include "sample/result.h"
#include "sample/terms.h"

/* A result that ought to be there and is not, nobody has looked at. */
static bool owes(const struct parts *parts, uint64_t number)
{
	struct sample *sample = malloc(sizeof(*sample));
	bool missing = !sample;
	unsigned i;

	if (sample && field_sample(parts->field, number, sample))
		for (i = 0; sample->ended && i < sample->n_entries; i++)
			missing = missing || !sample->entries[i].result.number;
	free(sample);
	return missing;
}

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
	if (owes(ctx, step.sample))
		return control_refuse(client,
			"results of sample %llu are not recorded yet (waterlab status says what is "
			"wrong with the card): verify when they are there",
			(unsigned long long)step.sample);
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
	taken = sample_value_take(whole, step, client, err);
	json_decref(whole);
	return taken;
}

int sample_ask_amend(void *ctx, const json_t *request, struct control_client *client)
{
	struct step step = {.kind = STEP_AMEND}, before;
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
	if (!sample_is_sure(request) && sample_value_is_odd(&step, words, sizeof(words)))
		return sample_ask_back(client, words);
	/* What it is of, the entry says. */
	step.origin = ORIGIN_KIT;
	*step.parameter = '\0';
	return sample_record(ctx, &step, client);
}
