/* A step or a point becomes a record, and counts once it is durable. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/field_inside.h"

static bool put_record(struct ledger_record *record, const struct step *step, enum step_kind kind)
{
	struct text words = text_over(record->words, sizeof(record->words));
	struct step part = *step;

	part.kind = kind;
	/* Of a beginning each record says its own part. */
	if (kind == STEP_BEGIN || kind == STEP_SITE || kind == STEP_PLACE) {
		part = (struct step){.kind = kind, .sample = step->sample};
		if (kind == STEP_BEGIN) {
			memcpy(part.by, step->by, sizeof(part.by));
			memcpy(part.token, step->token, sizeof(part.token));
			memcpy(part.purpose, step->purpose, sizeof(part.purpose));
			memcpy(part.activity, step->activity, sizeof(part.activity));
			part.parent = step->parent;
		} else if (kind == STEP_SITE) {
			part.point = step->point;
			memcpy(part.type, step->type, sizeof(part.type));
			memcpy(part.position, step->position, sizeof(part.position));
			memcpy(part.treated, step->treated, sizeof(part.treated));
		} else {
			part.place = step->place;
		}
	}
	step_put(&words, &part);
	record->kind = LEDGER_SAMPLE;
	record->boot_ms = 0;
	record->a = kind == STEP_BEGIN ? 0 : step->sample ? (int64_t)step->sample : LEDGER_FIRST;
	record->b = (int64_t)step->test;
	record->c = kind;
	return !words.cut;
}

/* The values that have settled, of analyzers that are the sample's.  Under both locks. */
static size_t stable_steps(
	struct field *field, const struct step *end, struct step *to, size_t most)
{
	const struct sample *sample = samples_find(field->samples, end->sample);
	int64_t now_ms = clock_boot_ms(field->clock);
	size_t i, n = 0;

	for (i = 0; sample && i < field->n_live && n < most; i++) {
		const struct field_live *live = &field->live[i];

		if (field_sample_of_unit(field, live->series.unit) != sample->number ||
			!parameter_find(live->series.parameter) ||
			sample_has_taken(sample, &live->series) ||
			!steady_state(&live->steady, steady_rule(live->series.parameter), now_ms)
				 .settled)
			continue;
		to[n] = (struct step){
			.kind = STEP_ENTER, .sample = end->sample, .origin = ORIGIN_STABLE};
		text_copy(to[n].by, sizeof(to[n].by), end->by);
		text_copy(to[n].unit, sizeof(to[n].unit), live->series.unit);
		text_copy(to[n].parameter, sizeof(to[n].parameter), live->series.parameter);
		text_copy(to[n].method, sizeof(to[n].method), live->series.unit);
		reading_put_number(
			to[n].value, live->value, live->series.kind, live->series.decimals);
		n++;
	}
	return n;
}

/* What an analyzer said before is of other water.  Under `lock`. */
static void forget_earlier(struct field *field, uint64_t sample)
{
	size_t i;

	for (i = 0; i < field->n_live; i++)
		if (field_sample_of_unit(field, field->live[i].series.unit) == sample)
			field_forget_unit(field, field->live[i].series.unit);
}

/* A visit without water is over as soon as it is recorded; an older program takes it for a sample without values. */
static size_t put_impediment(const struct step *step, struct step *steps, size_t n)
{
	steps[n] = (struct step){.kind = STEP_IMPEDE};
	memcpy(steps[n].by, step->by, sizeof(steps[n].by));
	memcpy(steps[n].value, step->value, sizeof(steps[n].value));
	steps[n + 1] = (struct step){.kind = STEP_END};
	memcpy(steps[n + 1].by, step->by, sizeof(steps[n + 1].by));
	return n + 2;
}

/* The steps that one answer is made of. */
static size_t put_steps(struct field *field, const struct step *step, struct step *steps)
{
	size_t n = 0, room = SPOOL_ALL_MOST - 1;

	if (step->kind == STEP_BEGIN) {
		steps[n] = steps[n + 1] = steps[n + 2] = *step;
		steps[n + 1].kind = STEP_SITE;
		steps[n + 2].kind = STEP_PLACE;
		n += LEDGER_BEGINNING;
		if (*step->value)
			return put_impediment(step, steps, n);
		steps[n] = (struct step){.kind = STEP_UNIT};
		text_copy(steps[n].unit, sizeof(steps[n].unit), step->unit);
		return n + 1;
	}
	if (step->kind == STEP_END) {
		const struct sample *sample = samples_find(field->samples, step->sample);

		if (sample && sample_room(sample) < room)
			room = sample_room(sample);
		n = stable_steps(field, step, steps, room);
	}
	steps[n] = *step;
	return n + 1;
}

/* As the next start will read them. */
static void take_back(struct field *field, const struct step *steps,
	const struct ledger_record *records, size_t n, uint64_t first)
{
	uint64_t sample = steps[0].kind == STEP_BEGIN ? first : steps[0].sample;
	struct step step;
	size_t i;

	pthread_mutex_lock(&field->lock);
	for (i = 0; i < n; i++)
		if (step_read(&step, steps[i].kind, first + i, sample, steps[i].test,
			    records[i].words))
			(void)samples_take(field->samples, first + i, &step);
	if (steps[0].kind == STEP_BEGIN)
		forget_earlier(field, sample);
	else if (steps[0].kind == STEP_UNIT)
		field_forget_unit(field, steps[0].unit);
	pthread_mutex_unlock(&field->lock);
}

static int write_steps(
	struct field *field, struct step *steps, size_t n, uint64_t *sample, struct text *why)
{
	struct ledger_record *records = calloc(n, sizeof(*records));
	uint64_t first;
	size_t i;
	int err = records ? 0 : ERR_MEMORY;

	for (i = 0; !err && i < n; i++)
		if (!put_record(&records[i], &steps[i], steps[i].kind)) {
			text_put(why, "that is too long for one record: shorten the reason, "
				      "the lot, the method or the value");
			err = ERR_RANGE;
		}
	if (!err)
		err = spool_note_all(field->spool, records, n, &first);
	if (!err) {
		*sample = steps[0].kind == STEP_BEGIN ? first : steps[0].sample;
		take_back(field, steps, records, n, first);
	}
	free(records);
	return err;
}

/*
 * One water at a time: an analyzer that is in a standard belongs to no sample.  A visit without water (its value says why)
 * has none.  Under `lock`.
 */
static bool is_in_a_standard(const struct field *field, const struct step *step, struct text *why)
{
	bool takes = step->kind == STEP_BEGIN || step->kind == STEP_UNIT;
	const struct check *check;
	size_t i;

	if (!takes || *step->value)
		return false;
	for (i = 0; (check = checks_at(field->checks, i)); i++) {
		if (check->over || (*step->unit && strcmp(step->unit, check->begin.unit) != 0))
			continue;
		text_printf(why,
			"%s is being checked by %s: finish or cancel that first (waterlab check "
			"list)",
			check->begin.unit, check->begin.by);
		return true;
	}
	return false;
}

/* An analyzer that is attached leaves no other sample.  Under `lock`. */
static bool is_in_a_sample(const struct field *field, const struct step *step, struct text *why)
{
	uint64_t has = step->kind == STEP_UNIT ? samples_of_unit(field->samples, step->unit) : 0;

	if (has && has == step->sample)
		text_printf(why, "%s is that sample's already", step->unit);
	else if (has)
		text_printf(why, "%s belongs to sample %llu until that is ended or cancelled",
			step->unit, (unsigned long long)has);
	return has > 0;
}

/* A verdict that somebody signs follows from what was looked at: from no later result, of the sample or beside it.  Under `lock`. */
static bool is_unseen(const struct field *field, const struct step *step, struct text *why)
{
	const struct sample *sample = samples_find(field->samples, step->sample);
	uint64_t newest, owes;

	if (step->kind != STEP_VERIFY || !sample)
		return false;
	newest = beside_newest(field->samples, sample, &owes);
	if (owes)
		text_printf(why,
			"results of sample %llu are not recorded yet (waterlab status says what is "
			"wrong with the card): verify when they are there",
			(unsigned long long)owes);
	else if (step->test && step->test < newest)
		text_printf(why,
			"result %llu came after what was looked at: look at the sample again, then "
			"verify",
			(unsigned long long)newest);
	else
		return false;
	return true;
}

/* Under `lock`. */
static bool may_be(const struct field *field, const struct step *step, struct text *why)
{
	return samples_allow(field->samples, step, why) && !is_in_a_standard(field, step, why) &&
	       !is_in_a_sample(field, step, why) && !is_unseen(field, step, why);
}

bool field_allows(struct field *field, const struct step *step, struct text *why)
{
	bool allowed;

	pthread_mutex_lock(&field->lock);
	allowed = may_be(field, step, why);
	pthread_mutex_unlock(&field->lock);
	return allowed;
}

static int record(struct field *field, const struct step *step, struct step *steps,
	uint64_t *sample, struct text *why)
{
	enum step_asked asked;
	size_t n = 0;
	int err = 0;

	pthread_mutex_lock(&field->lock);
	asked = samples_asked(field->samples, step, sample);
	if (asked == ASKED_ANOTHER) {
		text_printf(why,
			"the token \"%s\" was used for another question, of sample %llu: this one "
			"is not recorded; ask with another token",
			step->token, (unsigned long long)*sample);
		err = ERR_RANGE;
	} else if (asked == ASKED_NEVER) {
		err = may_be(field, step, why) ? 0 : ERR_RANGE;
		n = err ? 0 : put_steps(field, step, steps);
	}
	pthread_mutex_unlock(&field->lock);
	if (!err && n)
		err = write_steps(field, steps, n, sample, why);
	/* The step counts all the same: what it owes is tried again. */
	if (!err && field_settle(field))
		log_say(LOG_WARN, "daemon",
			"results of samples could not be recorded; tried again with the next "
			"change of a sample, and at the next start");
	return err;
}

int field_record(struct field *field, const struct step *step, uint64_t *sample, struct text *why)
{
	struct step *steps = malloc(SPOOL_ALL_MOST * sizeof(*steps));
	int err = ERR_MEMORY;

	*sample = 0;
	if (!steps)
		return err;
	pthread_mutex_lock(&field->recording);
	err = record(field, step, steps, sample, why);
	pthread_mutex_unlock(&field->recording);
	free(steps);
	return err;
}

int field_add_point(struct field *field, struct point *point)
{
	struct ledger_record record = {.kind = LEDGER_POINT};
	struct text words = text_over(record.words, sizeof(record.words));
	int err;

	point_put(&words, point);
	if (words.cut)
		return ERR_RANGE;
	if (point->has_at) {
		record.a = point->lat_e7;
		record.b = point->lon_e7;
	}
	pthread_mutex_lock(&field->recording);
	err = spool_note_all(field->spool, &record, 1, &point->number);
	(void)text_copy(point->spool, sizeof(point->spool), spool_id(field->spool));
	pthread_mutex_lock(&field->lock);
	if (!err)
		err = field_keep_point(field, point);
	pthread_mutex_unlock(&field->lock);
	pthread_mutex_unlock(&field->recording);
	return err;
}
