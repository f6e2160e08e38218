#include "sample/after.h"

#include <string.h>

#include "base/name.h"
#include "sample/terms.h"

/* --- persons ------------------------------------------------------------------------------------------- */

static bool took_part(const struct sample *sample, const char *who)
{
	unsigned i;

	if (name_is_alike(sample->begin.by, who))
		return true;
	for (i = 0; i < sample->n_entries; i++)
		if (name_is_alike(sample->entries[i].step.by, who))
			return true;
	for (i = 0; i < sample->n_tests; i++)
		if (name_is_alike(sample->tests[i].step.by, who))
			return true;
	return false;
}

/* --- what counts --------------------------------------------------------------------------------------- */

static bool is_same_test(const struct step *a, const struct step *b)
{
	return !strcmp(a->parameter, b->parameter) && !strcmp(a->method, b->method);
}

bool after_counts(const struct sample *sample, unsigned entry)
{
	unsigned i;

	for (i = entry + 1; i < sample->n_entries; i++)
		if (is_same_test(&sample->entries[i].step, &sample->entries[entry].step))
			return false;
	return true;
}

/* The next revision behind those that this entry has or owes. */
static unsigned behind(const struct sample_entry *entry, unsigned next)
{
	const struct result *result = &entry->result;
	unsigned owed = entry->verified && result->status != RESULT_VERIFIED;

	next += entry->verified ? 2 : 1;
	if (result->number && result->revision + 1 + owed > next)
		next = result->revision + 1 + owed;
	return next;
}

unsigned after_revision(const struct sample *sample, unsigned entry, enum result_status status)
{
	const struct result *own = &sample->entries[entry].result;
	unsigned i, next = 0;

	for (i = 0; i < entry; i++)
		if (is_same_test(&sample->entries[i].step, &sample->entries[entry].step))
			next = behind(&sample->entries[i], next);
	if (status == RESULT_VERIFIED)
		next = own->number && own->revision > next ? own->revision + 1 : next + 1;
	return next;
}

/* --- steps --------------------------------------------------------------------------------------------- */

static bool is_to_verify(const struct sample *sample, unsigned i)
{
	return !sample->entries[i].verified && after_counts(sample, i);
}

static bool allow_verify(const struct sample *sample, const struct step *step, struct text *why)
{
	unsigned i, n = 0;

	for (i = 0; i < sample->n_entries; i++)
		n += is_to_verify(sample, i);
	if (!n)
		text_put(why, sample->n_entries ? "all results of the sample are verified already"
						: "the sample has no results to verify");
	else if (took_part(sample, step->by))
		text_printf(why,
			"a second person verifies: %s began the sample or entered a value of it",
			step->by);
	else
		return true;
	return false;
}

static struct sample_entry *find_entry(struct sample *sample, uint64_t number)
{
	unsigned i;

	for (i = 0; i < sample->n_entries; i++)
		if (sample->entries[i].number == number)
			return &sample->entries[i];
	return NULL;
}

const struct sample_entry *after_before(
	const struct sample *sample, const struct sample_entry *entry)
{
	return entry->step.kind == STEP_AMEND && entry->step.test < entry->number
		       ? find_entry((struct sample *)sample, entry->step.test)
		       : NULL;
}

uint64_t after_first(const struct sample *sample, unsigned entry)
{
	const struct sample_entry *at = &sample->entries[entry], *before;

	while ((before = after_before(sample, at)) != NULL)
		at = before;
	return at->number;
}

static bool allow_amend(const struct sample *sample, const struct step *step, struct text *why)
{
	const struct sample_entry *entry = find_entry((struct sample *)sample, step->test);

	if (!entry)
		text_printf(why, "the sample has no entry %llu; `waterlab sample show` shows them",
			(unsigned long long)step->test);
	else if (!after_counts(sample, (unsigned)(entry - sample->entries)))
		text_printf(why,
			"another value has replaced entry %llu: look at the sample again, then "
			"correct that one",
			(unsigned long long)step->test);
	else if (!sample_room(sample))
		text_printf(why, "the sample has %d values and no room for another", MOST_ENTRIES);
	else
		return true;
	return false;
}

bool after_allow(const struct sample *sample, const struct step *step, struct text *why)
{
	if (!sample->ended)
		text_put(why, step->kind == STEP_AMEND
				      ? "the sample is open: enter the right value, the newest "
					"counts (waterlab sample enter)"
				      : "the sample is open: end it first (waterlab sample end)");
	else
		return step->kind == STEP_AMEND ? allow_amend(sample, step, why)
						: allow_verify(sample, step, why);
	return false;
}

/* An analyzer's value that a person corrects is still that analyzer's: it is believed no more than before. */
static enum origin origin_of(const struct step *before, const struct step *now)
{
	if (before->origin == ORIGIN_STABLE || before->origin == ORIGIN_TAKEN)
		return before->origin;
	return result_is_bag(before->parameter, now->value, now->value_unit) ? ORIGIN_BAG
									     : ORIGIN_KIT;
}

static void take_amend(struct sample *sample, uint64_t number, const struct step *step)
{
	const struct sample_entry *before = find_entry(sample, step->test);
	struct sample_entry *entry = &sample->entries[sample->n_entries];

	if (!before) /* after_allow() saw it */
		return;
	*entry = (struct sample_entry){.number = number, .step = *step};
	entry->step.origin = origin_of(&before->step, step);
	entry->step.qc = step->qc > before->step.qc ? step->qc : before->step.qc;
	entry->step.unsettled = before->step.unsettled;
	memcpy(entry->step.unit, before->step.unit, sizeof(entry->step.unit));
	memcpy(entry->step.parameter, before->step.parameter, sizeof(entry->step.parameter));
	memcpy(entry->step.method, before->step.method, sizeof(entry->step.method));
	if (!*step->lot)
		memcpy(entry->step.lot, before->step.lot, sizeof(entry->step.lot));
	if (!*step->known)
		memcpy(entry->step.known, before->step.known, sizeof(entry->step.known));
	sample->n_entries++;
}

void after_take(struct sample *sample, uint64_t number, const struct step *step)
{
	unsigned i;

	if (step->kind == STEP_AMEND) {
		take_amend(sample, number, step);
		return;
	}
	for (i = 0; i < sample->n_entries; i++)
		if (is_to_verify(sample, i)) {
			sample->entries[i].verified = number;
			memcpy(sample->entries[i].verified_by, step->by, sizeof(step->by));
		}
}

/* --- steps that were lost ------------------------------------------------------------------------------ */

/* What the result says of its entry; who entered it nobody knows any more.  What may be an analyzer's is taken for one: it needs
 * a check to be believed. */
static struct step entry_of(const struct result *result)
{
	struct step step = {.kind = STEP_ENTER,
		.sample = result->sample,
		.origin = result->screening ? ORIGIN_KIT : ORIGIN_TAKEN,
		.qc = result->reason == WHY_QC_SUSPECT  ? QC_SUSPECT
		      : result->reason == WHY_QC_FAILED ? QC_FAIL
							: 0,
		.unsettled = result->unsettled};

	text_copy(step.parameter, sizeof(step.parameter), result->parameter);
	text_copy(step.method, sizeof(step.method), result->method);
	text_copy(step.value, sizeof(step.value), result->value);
	text_copy(step.value_unit, sizeof(step.value_unit), result->unit);
	text_copy(step.mdl, sizeof(step.mdl), result->mdl);
	text_copy(step.dilution, sizeof(step.dilution), result->dilution);
	text_copy(step.known, sizeof(step.known), result->known);
	if (!result->screening)
		text_copy(step.unit, sizeof(step.unit), result->method);
	return step;
}

/* Among the others by its number: the newest counts.  NULL: there is no room. */
static struct sample_entry *bring_back(struct sample *sample, const struct result *result)
{
	unsigned i = sample->n_entries;

	if (result->entry <= sample->number || result->entry >= result->number ||
		!sample_room(sample))
		return NULL;
	while (i > 0 && sample->entries[i - 1].number > result->entry)
		i--;
	memmove(&sample->entries[i + 1], &sample->entries[i],
		(sample->n_entries - i) * sizeof(sample->entries[0]));
	sample->n_entries++;
	sample->entries[i] =
		(struct sample_entry){.number = result->entry, .step = entry_of(result)};
	if (!strcmp(result->parameter, TERM_NO_WATER))
		text_copy(sample->impediment, sizeof(sample->impediment), result->value);
	return &sample->entries[i];
}

void after_take_result(struct sample *sample, const struct result *result)
{
	struct sample_entry *entry = find_entry(sample, result->entry);

	if (!entry)
		entry = bring_back(sample, result);
	if (!entry)
		return;
	sample->ended = true;
	entry->result = *result;
	if (result->status == RESULT_VERIFIED && !entry->verified)
		entry->verified = result->number;
}
