#include "daemon/sample_early.h"

#include <stdlib.h>

#include "sample/result.h"

/* Nothing, or it may be nothing. */
static bool found_nothing(const struct step *step)
{
	struct amount amount;

	if (!result_amount(&amount, step->parameter, step->value, step->value_unit, step->mdl,
		    step->dilution))
		return false;
	switch (amount.kind) {
	case AMOUNT_NOT_DETECTED:
	case AMOUNT_BELOW:
		return true;
	case AMOUNT_EXACT:
	case AMOUNT_BETWEEN:
		return !(amount.value > 0);
	case AMOUNT_NONE:
	case AMOUNT_ABOVE:
	case AMOUNT_DETECTED:
		break;
	}
	return false;
}

const char *sample_early(
	const struct parts *parts, struct step *step, uint64_t since, uint64_t read, int hours)
{
	enum field_passed passed;

	if (!result_is_counted(step->parameter) || !found_nothing(step))
		return NULL;
	if (hours < SAMPLE_CULTURE_HOURS)
		hours = SAMPLE_CULTURE_HOURS;
	passed = field_passed(parts->field, since, read, hours * INT64_C(3600000) * 9 / 10);
	if (passed == PASSED)
		return NULL;
	if (step->qc < QC_SUSPECT)
		step->qc = QC_SUSPECT;
	return passed == PASSED_NOT
		       ? "nothing was found, but the test has not had its hours yet: with that it "
			 "cannot be judged. Is it read all the same?"
		       : "nothing was found, and the van's clock cannot tell whether the test has "
			 "had its hours: with that it cannot be judged. Is it read all the same?";
}

static const struct sample_entry *find_entry(const struct sample *sample, uint64_t number)
{
	unsigned i;

	for (i = 0; i < sample->n_entries; i++)
		if (sample->entries[i].number == number)
			return &sample->entries[i];
	return NULL;
}

/* The entry that was read, below all that was corrected of it; NULL: it is not there any more. */
static const struct sample_entry *find_read(const struct sample *sample, uint64_t number)
{
	const struct sample_entry *entry = find_entry(sample, number);

	while (entry && entry->step.kind == STEP_AMEND && entry->step.test < entry->number)
		entry = find_entry(sample, entry->step.test);
	return entry;
}

static const char *early_of(
	const struct parts *parts, struct step *step, const struct sample *sample)
{
	const struct sample_entry *entry = find_read(sample, step->test);
	unsigned i;

	for (i = 0; entry && entry->step.kind == STEP_FINISH && i < sample->n_tests; i++)
		if (sample->tests[i].number == entry->step.test)
			return sample_early(parts, step, entry->step.test, entry->number,
				sample->tests[i].step.hours);
	return sample_early(parts, step, sample->number, entry ? entry->number : step->test, 0);
}

const char *sample_early_amended(const struct parts *parts, struct step *step)
{
	struct sample *sample = malloc(sizeof(*sample));
	const char *question = NULL;

	if (sample && field_sample(parts->field, step->sample, sample))
		question = early_of(parts, step, sample);
	free(sample);
	return question;
}
