#include "sample/samples.h"

#include <stdlib.h>
#include <string.h>

#include "sample/after.h"
#include "sample/terms.h"

struct samples {
	size_t n;
	struct sample at[MOST_SAMPLES]; /* rising */
	struct tokens tokens;
};

struct samples *samples_new(void)
{
	return calloc(1, sizeof(struct samples));
}

void samples_free(struct samples *samples)
{
	free(samples);
}

/* --- looking ------------------------------------------------------------------------------------------- */

static struct sample *find(const struct samples *samples, uint64_t number)
{
	size_t i;

	for (i = samples->n; i-- > 0;)
		if (samples->at[i].number == number)
			return (struct sample *)&samples->at[i];
	return NULL;
}

const struct sample *samples_find(const struct samples *samples, uint64_t number)
{
	return find(samples, number);
}

static struct sample_test *find_test(const struct sample *sample, uint64_t number)
{
	unsigned i;

	for (i = 0; i < sample->n_tests; i++)
		if (sample->tests[i].number == number)
			return (struct sample_test *)&sample->tests[i];
	return NULL;
}

const struct sample *samples_of_test(const struct samples *samples, uint64_t test)
{
	size_t i;

	for (i = 0; i < samples->n; i++)
		if (find_test(&samples->at[i], test))
			return &samples->at[i];
	return NULL;
}

const struct sample *samples_at(const struct samples *samples, size_t i)
{
	return i < samples->n ? &samples->at[samples->n - 1 - i] : NULL;
}

bool sample_counts(const struct sample *sample)
{
	return term_is_water(sample->begin.activity) &&
	       term_number(TERM_PURPOSE, sample->begin.purpose) != PURPOSE_TRAINING;
}

enum sample_state sample_state(const struct sample *sample)
{
	unsigned i;

	if (sample->cancelled)
		return SAMPLE_CANCELLED;
	if (!sample->ended)
		return SAMPLE_OPEN;
	for (i = 0; i < sample->n_tests; i++)
		if (!sample->tests[i].finished)
			return SAMPLE_WAITING;
	return SAMPLE_DONE;
}

const char *sample_state_word(enum sample_state state)
{
	static const char *const words[] = {"open", "waiting", "done", "cancelled"};

	return words[state];
}

unsigned sample_room(const struct sample *sample)
{
	unsigned i, taken = sample->n_entries;

	for (i = 0; i < sample->n_tests; i++)
		taken += !sample->tests[i].finished;
	return taken < MOST_ENTRIES ? MOST_ENTRIES - taken : 0;
}

bool sample_has_taken(const struct sample *sample, const struct series *series)
{
	unsigned i;

	for (i = 0; i < sample->n_entries; i++)
		if (!strcmp(sample->entries[i].step.unit, series->unit) &&
			!strcmp(sample->entries[i].step.parameter, series->parameter))
			return true;
	return false;
}

static bool has_unit(const struct sample *sample, const char *unit)
{
	unsigned i;

	if (sample->all_units)
		return true;
	for (i = 0; i < sample->n_units; i++)
		if (!strcmp(sample->units[i], unit))
			return true;
	return false;
}

uint64_t samples_of_unit(const struct samples *samples, const char *unit)
{
	size_t i;

	for (i = samples->n; i-- > 0;)
		if (sample_state(&samples->at[i]) == SAMPLE_OPEN && has_unit(&samples->at[i], unit))
			return samples->at[i].number;
	return 0;
}

enum step_asked samples_asked(
	const struct samples *samples, const struct step *step, uint64_t *sample)
{
	return tokens_asked(&samples->tokens, step->token, step_question(step), sample);
}

/* --- may it be ----------------------------------------------------------------------------------------- */

static bool is_over(const struct sample *sample)
{
	enum sample_state state = sample_state(sample);

	return state == SAMPLE_DONE || state == SAMPLE_CANCELLED;
}

/* It fails a health limit, or may, and nobody has verified that. */
static bool is_unread_alarm(const struct sample *sample)
{
	unsigned i;

	for (i = 0; !sample->cancelled && i < sample->n_entries; i++)
		if (sample->entries[i].result.alarm && !sample->entries[i].verified &&
			after_counts(sample, i))
			return true;
	return false;
}

/* The one that makes room: the oldest that is over, of those that alarm only when there is no other.  samples->n: none is. */
static size_t find_spent(const struct samples *samples)
{
	size_t i, spent = samples->n;

	for (i = samples->n; i-- > 0;)
		if (is_over(&samples->at[i]) &&
			(spent == samples->n || !is_unread_alarm(&samples->at[i]) ||
				is_unread_alarm(&samples->at[spent])))
			spent = i;
	return spent;
}

static bool has_room(const struct samples *samples)
{
	return samples->n < MOST_SAMPLES || find_spent(samples) < samples->n;
}

static bool allow_in(const struct sample *sample, const struct step *step, struct text *why)
{
	const struct sample_test *test;

	if (!sample) {
		text_printf(why, "there is no sample %llu here; `waterlab sample list` shows them",
			(unsigned long long)step->sample);
		return false;
	}
	if (sample->cancelled) {
		text_put(why, "the sample was cancelled");
		return false;
	}
	if (*step->known && strcmp(sample->begin.activity, "spike") != 0 &&
		strcmp(sample->begin.activity, "reference") != 0) {
		text_put(why, "only of a spike or a reference it is known what is in it");
		return false;
	}
	if (step->kind == STEP_FINISH) {
		test = find_test(sample, step->test);
		if (!test)
			text_put(why,
				"there is no such test; `waterlab sample list` shows what is due");
		else if (test->finished)
			text_put(why, "that test has its value already");
		else
			return true;
		return false;
	}
	if (step->kind == STEP_VERIFY || step->kind == STEP_AMEND)
		return after_allow(sample, step, why);
	if (sample->ended) {
		text_put(why,
			"the sample has ended: only tests that were started can still be finished");
		return false;
	}
	if ((step->kind == STEP_ENTER || step->kind == STEP_START) && !sample_room(sample))
		text_printf(
			why, "the sample has %d values: end it and begin another", MOST_ENTRIES);
	else if (step->kind == STEP_IMPEDE && (sample->n_entries || sample->n_tests))
		text_put(why, "the sample has values, so there was water");
	else if (step->kind == STEP_START && sample->n_tests == MOST_TESTS)
		text_printf(why, "the sample has %d tests already", MOST_TESTS);
	else if (step->kind == STEP_UNIT && sample->n_units == MOST_ATTACHED)
		text_printf(why, "a sample has %d analyzers at most", MOST_ATTACHED);
	else
		return true;
	return false;
}

bool samples_allow(const struct samples *samples, const struct step *step, struct text *why)
{
	if (step->kind != STEP_BEGIN)
		return allow_in(find(samples, step->sample), step, why);
	if (has_room(samples))
		return true;
	text_printf(why, "%d samples are open or wait for a test: end, finish or cancel some first",
		MOST_SAMPLES);
	return false;
}

/* --- what a step changes ------------------------------------------------------------------------------- */

static bool take_begin(struct samples *samples, uint64_t number, const struct step *step)
{
	size_t i;

	if (samples->n == MOST_SAMPLES) {
		i = find_spent(samples);
		if (i == samples->n)
			return false;
		memmove(&samples->at[i], &samples->at[i + 1],
			(samples->n - i - 1) * sizeof(samples->at[0]));
		samples->n--;
	}
	memset(&samples->at[samples->n], 0, sizeof(samples->at[0]));
	samples->at[samples->n].number = number;
	samples->at[samples->n].begin = *step;
	samples->n++;
	return true;
}

static void add_entry(struct sample *sample, uint64_t number, const struct step *step)
{
	sample->entries[sample->n_entries++] =
		(struct sample_entry){.number = number, .step = *step};
}

/* A finished test's value is an entry with what its start said. */
static void finish(struct sample *sample, uint64_t number, const struct step *step)
{
	struct sample_test *test = find_test(sample, step->test);
	struct step entry = *step;

	if (!test) /* samples_allow() saw it */
		return;
	test->finished = true;
	text_copy(entry.parameter, sizeof(entry.parameter), test->step.parameter);
	text_copy(entry.method, sizeof(entry.method), test->step.method);
	text_copy(entry.lot, sizeof(entry.lot), test->step.lot);
	add_entry(sample, number, &entry);
}

/* Why there was no water is what the visit shows. */
static void impede(struct sample *sample, uint64_t number, const struct step *step)
{
	struct step entry = *step;

	text_copy(sample->impediment, sizeof(sample->impediment), step->value);
	text_copy(entry.parameter, sizeof(entry.parameter), TERM_NO_WATER);
	add_entry(sample, number, &entry);
}

static void take_in(struct sample *sample, uint64_t number, const struct step *step)
{
	switch (step->kind) {
	case STEP_SITE:
		sample->begin.point = step->point;
		memcpy(sample->begin.type, step->type, sizeof(step->type));
		memcpy(sample->begin.position, step->position, sizeof(step->position));
		memcpy(sample->begin.treated, step->treated, sizeof(step->treated));
		break;
	case STEP_PLACE:
		sample->begin.place = step->place;
		break;
	case STEP_UNIT:
		if (*step->unit)
			text_copy(sample->units[sample->n_units++], UNIT_NAME, step->unit);
		else
			sample->all_units = true;
		break;
	case STEP_ENTER:
		add_entry(sample, number, step);
		break;
	case STEP_START:
		sample->tests[sample->n_tests++] =
			(struct sample_test){.number = number, .step = *step};
		break;
	case STEP_FINISH:
		finish(sample, number, step);
		break;
	case STEP_IMPEDE:
		impede(sample, number, step);
		break;
	case STEP_END:
		sample->ended = true;
		break;
	case STEP_CANCEL:
		sample->cancelled = true;
		break;
	case STEP_VERIFY:
	case STEP_AMEND:
		after_take(sample, number, step);
		break;
	case STEP_BEGIN:
		break;
	}
}

bool samples_take(struct samples *samples, uint64_t number, const struct step *step)
{
	struct sample *sample = step->kind == STEP_BEGIN ? NULL : find(samples, step->sample);
	char words[200];
	struct text why = text_over(words, sizeof(words));

	if (!samples_allow(samples, step, &why))
		return false;
	tokens_keep(&samples->tokens, step->token, step_question(step),
		step->kind == STEP_BEGIN ? number : step->sample);
	if (step->kind == STEP_BEGIN)
		return take_begin(samples, number, step);
	if (sample)
		take_in(sample, number, step);
	return sample != NULL;
}

void samples_take_result(struct samples *samples, const struct result *result)
{
	struct sample *of = find(samples, result->sample);
	struct result taken = *result;

	if (!of)
		return;
	taken.alarm = taken.alarm && sample_counts(of);
	after_take_result(of, &taken);
}
