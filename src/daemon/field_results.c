/* What ended samples owe: their values judged by the limits in force, each a record. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/field_inside.h"
#include "sample/after.h"

static bool is_kit(enum origin origin)
{
	return origin == ORIGIN_KIT || origin == ORIGIN_BAG;
}

/* What needs no check, as a kit, is believed. */
static enum water_check vouch(struct field *field, const struct sample *sample, unsigned i)
{
	const struct step *step = &sample->entries[i].step;
	struct field_vouch vouch;

	if (is_kit(step->origin))
		return CHECK_GOOD;
	field_vouch(field, step->unit, step->parameter, after_first(sample, i), &vouch);
	return vouch.check;
}

static void judge(struct field *field, const struct sample *sample, unsigned i, struct result *to)
{
	const struct step *step = &sample->entries[i].step;
	struct water_value value = {.parameter = step->parameter,
		.site = site_of(sample->begin.position, sample->begin.treated),
		.check = vouch(field, sample, i),
		.method = method_find(
			field->methods, step->method, step->parameter, is_kit(step->origin)),
		.qc = step->qc ? (enum qc)step->qc : QC_PASS,
		.unsettled = step->unsettled,
		.not_water = !term_is_water(sample->begin.activity)};
	struct water_judgement judgement = {.verdict = WATER_CANNOT_JUDGE,
		.as_if_believed = WATER_CANNOT_JUDGE,
		.reason = WHY_NO_WATER};

	struct text uncertainty = text_over(to->uncertainty, sizeof(to->uncertainty));

	*to = (struct result){.sample = sample->number,
		.entry = sample->entries[i].number,
		.status = RESULT_PRELIMINARY,
		.revision = after_revision(sample, i, RESULT_PRELIMINARY)};
	text_copy(to->parameter, sizeof(to->parameter), step->parameter);
	text_copy(to->method, sizeof(to->method), step->method);
	text_copy(to->value, sizeof(to->value), step->value);
	text_copy(to->unit, sizeof(to->unit), step->value_unit);
	text_copy(to->mdl, sizeof(to->mdl), step->mdl);
	text_copy(to->dilution, sizeof(to->dilution), step->dilution);
	text_copy(to->known, sizeof(to->known), step->known);
	if (!result_amount(&value.amount, step->parameter, step->value, step->value_unit, step->mdl,
		    step->dilution))
		value.amount.kind = AMOUNT_NONE;
	if (strcmp(step->parameter, TERM_NO_WATER) != 0)
		judgement = water_judge(&value, (const struct limit_set *const *)field->limits.sets,
			field->limits.n);
	result_judged(to, &judgement);
	to->rule = value.method.rule;
	to->unsettled = step->unsettled;
	if (water_uncertainty(&value) > 0)
		text_printf(&uncertainty, "%.2g", water_uncertainty(&value));
}

/* Under `recording`. */
void field_read_limits(struct field *field)
{
	struct limit_book book = {.n = 0}, before;
	char words[FIELD_WORDS] = "";
	struct text why = text_over(words, sizeof(words));
	bool read = !limits_load(&book, field->conf, &why);

	if (!read)
		log_say(LOG_WARN, "daemon", "%s; %s", words,
			field->limits.n ? "results are judged by the limits read before"
					: "results cannot be judged");
	pthread_mutex_lock(&field->lock);
	memcpy(field->limits_words, words, sizeof(words));
	before = read ? field->limits : book;
	if (read)
		field->limits = book;
	pthread_mutex_unlock(&field->lock);
	limits_free(&before);
}

bool field_limits_trouble(struct field *field, char words[FIELD_WORDS])
{
	pthread_mutex_lock(&field->lock);
	memcpy(words, field->limits_words, FIELD_WORDS);
	if (!samples_at(field->samples, 0))
		*words = '\0';
	pthread_mutex_unlock(&field->lock);
	return *words != '\0';
}

size_t field_beside(struct field *field, const struct sample *sample, unsigned entry,
	struct result *shown, struct beside to[FIELD_BESIDE])
{
	size_t n;

	pthread_mutex_lock(&field->lock);
	n = beside_look(field->samples, sample, entry, shown, to, FIELD_BESIDE);
	pthread_mutex_unlock(&field->lock);
	return n;
}

uint64_t field_newest(struct field *field, const struct sample *sample)
{
	uint64_t newest, owes;

	pthread_mutex_lock(&field->lock);
	newest = beside_newest(field->samples, sample, &owes);
	pthread_mutex_unlock(&field->lock);
	return newest;
}

/* What that entry owes.  False: nothing. */
static bool owed(struct field *field, const struct sample *sample, unsigned i, struct result *to)
{
	const struct sample_entry *entry = &sample->entries[i];
	struct beside beside[FIELD_BESIDE];

	if (!entry->result.number) {
		judge(field, sample, i, to);
		return true;
	}
	if (!entry->verified || entry->result.status == RESULT_VERIFIED)
		return false;
	/* With the verdict that follows by now.  It is recorded at once, so that nothing came since the look (field_record.c), but for what
	 * a card that took no result, or a power cut, left for later. */
	(void)field_beside(field, sample, i, to, beside);
	to->status = RESULT_VERIFIED;
	to->revision = after_revision(sample, i, RESULT_VERIFIED);
	return true;
}

static void put_record(struct ledger_record *record, const struct result *result)
{
	struct text words = text_over(record->words, sizeof(record->words));

	record->kind = LEDGER_RESULT;
	record->boot_ms = 0;
	result_put(&words, &record->b, result);
	record->a = (int64_t)result->sample;
	record->c = (int64_t)result->entry;
}

/* Results that an ended sample owes; *n: how many.  Under `recording`. */
static int settle_some(struct field *field, const struct sample *sample, size_t *n)
{
	struct ledger_record records[MOST_ENTRIES];
	struct result result;
	uint64_t first;
	size_t k;
	unsigned i;
	int err;

	*n = 0;
	for (i = 0; i < sample->n_entries; i++)
		if (owed(field, sample, i, &result))
			put_record(&records[(*n)++], &result);
	if (!*n)
		return 0;
	err = spool_note_all(field->spool, records, *n, &first);
	if (err)
		return err;
	pthread_mutex_lock(&field->lock); /* as the next start will read them */
	for (k = 0; k < *n; k++)
		if (result_read(&result, first + k, records[k].a, records[k].b, records[k].c,
			    records[k].words))
			field_keep_result(field, &result);
	pthread_mutex_unlock(&field->lock);
	return 0;
}

/* A result is recorded as preliminary before it is recorded as verified. */
static int settle(struct field *field, struct sample *sample)
{
	size_t n = 1;
	int err = 0, turn;

	if (!sample->ended || sample->cancelled)
		return 0;
	for (turn = 0; !err && n && turn < 2; turn++) {
		err = settle_some(field, sample, &n);
		if (!err && n)
			(void)field_sample(field, sample->number, sample);
	}
	return err;
}

static bool owes(const struct sample *sample)
{
	unsigned i;

	for (i = 0; i < sample->n_entries; i++)
		if (!sample->entries[i].result.number)
			return sample->ended && !sample->cancelled;
	return false;
}

int field_settle(struct field *field)
{
	struct sample *sample = malloc(sizeof(*sample));
	bool read = false;
	size_t i;
	int err = sample ? 0 : ERR_MEMORY;

	for (i = 0; !err && field_sample_at(field, i, sample); i++) {
		if (!read && owes(sample)) {
			field_read_limits(field);
			read = true;
		}
		err = settle(field, sample);
	}
	free(sample);
	return err;
}

void field_summarize(struct field *field, const struct sample *sample,
	void (*take)(void *ctx, const struct water_summary *summary), void *ctx)
{
	struct water_result results[WATER_RESULTS];
	struct water_summary summary;
	struct water_site site = site_of(sample->begin.position, sample->begin.treated);
	struct beside beside[FIELD_BESIDE];
	struct result shown;
	size_t n = 0;
	unsigned i;

	if (!term_is_water(sample->begin.activity))
		return;
	for (i = 0; i < sample->n_tests && n < WATER_RESULTS; i++)
		if (!sample->tests[i].finished)
			results[n++] =
				(struct water_result){.parameter = sample->tests[i].step.parameter,
					.judgement = {.verdict = WATER_CANNOT_JUDGE,
						.as_if_believed = WATER_CANNOT_JUDGE,
						.reason = WHY_NO_VALUE}};
	for (i = 0; i < sample->n_entries && n < WATER_RESULTS; i++) {
		if (!sample->entries[i].result.number || !after_counts(sample, i))
			continue;
		(void)field_beside(field, sample, i, &shown, beside);
		results[n++] = (struct water_result){.parameter = sample->entries[i].step.parameter,
			.judgement = {.verdict = shown.verdict,
				.reason = shown.reason,
				.as_if_believed = shown.as_if_believed,
				.alarm = shown.alarm,
				.screening = shown.screening}};
	}
	pthread_mutex_lock(&field->lock); /* another's entry may read the limits anew */
	water_summarize(&summary, results, n, &site,
		(const struct limit_set *const *)field->limits.sets, field->limits.n);
	take(ctx, &summary);
	pthread_mutex_unlock(&field->lock);
}
