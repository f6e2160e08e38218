/* Checks of analyzers: their records, and whether an analyzer is to be believed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/field_inside.h"

/* --- the ledger ---------------------------------------------------------------------------------------- */

static int take_row(void *ctx, const struct spool_row *row)
{
	struct field *field = ctx;
	struct check_step step;

	if (check_step_read(&step, row->number, row->a, row->b, row->c, row->words))
		(void)checks_take(field->checks, row->number, &step);
	return 0;
}

int field_read_checks(struct field *field, struct spool_reader *reader, uint64_t *damaged)
{
	return spool_read_checks(reader, take_row, field, damaged);
}

static bool put_record(struct ledger_record *record, const struct check_step *step, int64_t check)
{
	struct text words = text_over(record->words, sizeof(record->words));

	check_step_put(&words, step);
	record->kind = LEDGER_CHECK;
	record->a = check;
	record->b = check_step_outcome(step);
	record->c = step->kind;
	return !words.cut;
}

/* As the next start will read them; what the analyzer said before was in other water. */
static void take_back(struct field *field, const struct ledger_record *records, size_t n,
	uint64_t first, uint64_t of)
{
	const struct check *check;
	struct check_step step;
	size_t i;

	pthread_mutex_lock(&field->lock);
	for (i = 0; i < n; i++)
		if (check_step_read(&step, first + i,
			    records[i].c == CHECK_STEP_BEGIN ? 0 : (int64_t)of, records[i].b,
			    records[i].c, records[i].words))
			(void)checks_take(field->checks, first + i, &step);
	check = checks_find(field->checks, of);
	if (check && records[0].c != CHECK_STEP_TAKE)
		field_forget_unit(field, check->begin.unit);
	pthread_mutex_unlock(&field->lock);
}

static int write_check(struct field *field, const struct check_step *step,
	const struct check_step *standard, uint64_t *check, struct text *why)
{
	bool begins = step->kind == CHECK_STEP_BEGIN;
	struct ledger_record records[2] = {{.boot_ms = 0}};
	uint64_t first;
	int err = 0;

	if (!put_record(&records[0], step, begins ? 0 : (int64_t)step->check) ||
		(begins && !put_record(&records[1], standard, LEDGER_FIRST))) {
		text_put(why, "that is too long for one record: shorten the lot or the reason");
		return ERR_RANGE;
	}
	err = spool_note_all(field->spool, records, begins ? 2 : 1, &first);
	if (!err) {
		*check = begins ? first : step->check;
		take_back(field, records, begins ? 2 : 1, first, *check);
	}
	return err;
}

/* One water at a time.  Under `lock`. */
static bool is_in_a_sample(
	const struct field *field, const struct check_step *step, struct text *why)
{
	uint64_t sample =
		step->kind == CHECK_STEP_BEGIN ? samples_of_unit(field->samples, step->unit) : 0;

	if (!sample)
		return false;
	text_printf(why,
		"%s belongs to sample %llu until that is ended or cancelled; then check it, and "
		"take a new sample",
		step->unit, (unsigned long long)sample);
	return true;
}

static void put_rule(char to[16], double number)
{
	struct text text = text_over(to, 16);

	text_printf(&text, "%.6g", number);
}

/* What a taking and a finish say of their check.  Under `lock`. */
static struct check_step filled(const struct field *field, const struct check_step *step)
{
	const struct check *check = checks_find(field->checks, step->check);
	struct check_step full = *step;
	const struct check_rule *rule;
	char words[240];
	struct text why = text_over(words, sizeof(words));

	if (!check || (step->kind != CHECK_STEP_TAKE && step->kind != CHECK_STEP_FINISH))
		return full;
	memcpy(full.unit, check->begin.unit, sizeof(full.unit));
	memcpy(full.parameter, check->begin.parameter, sizeof(full.parameter));
	if (step->kind == CHECK_STEP_TAKE)
		return full;
	rule = check_rule_find(field->check_rules, full.parameter);
	put_rule(full.within, rule->within);
	put_rule(full.within_relative, rule->within_relative);
	put_rule(full.valid_h, rule->valid_h);
	full.passed = check_passes(check, rule, &why);
	return full;
}

int field_record_check(struct field *field, const struct check_step *step,
	const struct check_step *standard, uint64_t *check, struct text *why)
{
	enum step_asked asked;
	struct check_step full;
	int err = 0;

	*check = 0;
	pthread_mutex_lock(&field->recording);
	pthread_mutex_lock(&field->lock);
	asked = checks_asked(field->checks, step, check);
	if (asked == ASKED_ANOTHER) {
		text_printf(why,
			"the token \"%s\" was used for another question, of check %llu: this one "
			"is not recorded; ask with another token",
			step->token, (unsigned long long)*check);
		err = ERR_RANGE;
	} else if (asked == ASKED_NEVER &&
		   (!checks_allow(field->checks, step, why) || is_in_a_sample(field, step, why))) {
		err = ERR_RANGE;
	}
	full = filled(field, step);
	pthread_mutex_unlock(&field->lock);
	if (!err && asked == ASKED_NEVER)
		err = write_check(field, &full, standard, check, why);
	pthread_mutex_unlock(&field->recording);
	return err;
}

/* --- looking ------------------------------------------------------------------------------------------- */

enum step_asked field_asked_check(
	struct field *field, const struct check_step *step, uint64_t *check)
{
	enum step_asked asked;

	pthread_mutex_lock(&field->lock);
	asked = checks_asked(field->checks, step, check);
	pthread_mutex_unlock(&field->lock);
	return asked;
}

static bool copy(const struct check *from, struct check *to)
{
	if (from)
		*to = *from;
	return from != NULL;
}

bool field_check(struct field *field, uint64_t number, struct check *to)
{
	bool there;

	pthread_mutex_lock(&field->lock);
	there = copy(checks_find(field->checks, number), to);
	pthread_mutex_unlock(&field->lock);
	return there;
}

bool field_check_at(struct field *field, size_t i, struct check *to)
{
	bool there;

	pthread_mutex_lock(&field->lock);
	there = copy(checks_at(field->checks, i), to);
	pthread_mutex_unlock(&field->lock);
	return there;
}

const struct check_rule *field_check_rule(struct field *field, const char *parameter)
{
	return check_rule_find(field->check_rules, parameter);
}

/* --- is it to be believed ------------------------------------------------------------------------------ */

static int take_moment(void *ctx, const struct spool_row *row)
{
	struct moment *moment = ctx;

	moment->number = row->number;
	memcpy(moment->boot, row->boot, sizeof(moment->boot));
	moment->boot_ms = row->boot_ms;
	moment->utc_ms = row->utc_ms;
	moment->timed = row->clock != TIME_NONE;
	moment->error_ms = row->clock_error_ms;
	return 0;
}

/* What is shown each second is looked up once: a time never changes once there is one. */
static bool find_moment(struct field *field, uint64_t number, struct moment *to)
{
	struct moment *known = &field->moments[number % MOST_MOMENTS];
	struct spool_reader *reader;

	pthread_mutex_lock(&field->lock);
	*to = *known;
	pthread_mutex_unlock(&field->lock);
	if (to->number == number && to->timed)
		return true;
	*to = (struct moment){.number = 0};
	if (spool_reader_open(&reader, field->spool))
		return false;
	if (spool_read(
		    reader, STREAM_LEDGER, (struct range){number, number}, take_moment, to, NULL))
		to->number = 0;
	spool_reader_close(reader);
	if (!to->number)
		return false;
	pthread_mutex_lock(&field->lock);
	*known = *to;
	pthread_mutex_unlock(&field->lock);
	return true;
}

/* Now: in the machine's present boot, which the newest record has too. */
static bool moment_now(struct field *field, struct moment *to)
{
	struct time_offset utc = spool_utc(field->spool);
	struct spool_counts counts;

	spool_count(field->spool, &counts);
	if (!find_moment(field, counts.last[STREAM_LEDGER], to))
		return false;
	to->boot_ms = clock_boot_ms(field->clock);
	to->timed = utc.source != TIME_NONE;
	to->utc_ms = to->boot_ms + utc.offset_ms;
	to->error_ms = utc.uncertainty_ms;
	return true;
}

/*
 * How long the check was over when the value was recorded, at most.  False: nobody can tell, for the machine was started anew
 * between them and one of them has no time, or their times contradict each other.
 */
static bool find_age(const struct moment *then, const struct moment *at, int64_t *age_ms)
{
	if (!strcmp(then->boot, at->boot))
		*age_ms = at->boot_ms - then->boot_ms;
	else if (then->timed && at->timed)
		*age_ms = at->utc_ms - then->utc_ms + then->error_ms + at->error_ms;
	else
		return false;
	return *age_ms >= 0;
}

enum field_passed field_passed(struct field *field, uint64_t from, uint64_t to, int64_t ms)
{
	struct moment then, at;
	int64_t most_ms, error_ms;

	if (!find_moment(field, from, &then) ||
		!(to ? find_moment(field, to, &at) : moment_now(field, &at)) ||
		!find_age(&then, &at, &most_ms))
		return PASSED_UNKNOWN;
	error_ms = strcmp(then.boot, at.boot) != 0 ? then.error_ms + at.error_ms : 0;
	return most_ms < ms ? PASSED_NOT : most_ms - 2 * error_ms < ms ? PASSED_UNKNOWN : PASSED;
}

void field_vouch(struct field *field, const char *unit, const char *parameter, uint64_t number,
	struct field_vouch *to)
{
	struct moment then, at;
	const struct check *check;
	int64_t age_ms;

	*to = (struct field_vouch){.check = CHECK_NEVER};
	pthread_mutex_lock(&field->lock);
	check = checks_before(field->checks, unit, parameter, number ? number : UINT64_MAX);
	if (check)
		to->by = *check;
	pthread_mutex_unlock(&field->lock);
	if (!to->by.number)
		return;
	to->check = to->by.passed ? CHECK_EXPIRED : CHECK_FAILED;
	if (!find_moment(field, to->by.over, &then))
		return;
	to->ended_ms = then.timed ? then.utc_ms : 0;
	if (!to->by.passed ||
		!(number ? find_moment(field, number, &at) : moment_now(field, &at)) ||
		!find_age(&then, &at, &age_ms))
		return;
	to->left_ms = llround(to->by.rule.valid_h * 3600000) - age_ms;
	if (to->left_ms > 0)
		to->check = CHECK_GOOD;
}
