#include "sample/checks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct checks {
	size_t n;
	struct check at[MOST_CHECKS]; /* rising */
	struct tokens tokens;
};

struct checks *checks_new(void)
{
	return calloc(1, sizeof(struct checks));
}

void checks_free(struct checks *checks)
{
	free(checks);
}

/* --- looking ------------------------------------------------------------------------------------------- */

static struct check *find(const struct checks *checks, uint64_t number)
{
	size_t i;

	for (i = checks->n; i-- > 0;)
		if (checks->at[i].number == number)
			return (struct check *)&checks->at[i];
	return NULL;
}

const struct check *checks_find(const struct checks *checks, uint64_t number)
{
	return find(checks, number);
}

const struct check *checks_at(const struct checks *checks, size_t i)
{
	return i < checks->n ? &checks->at[checks->n - 1 - i] : NULL;
}

const struct check *checks_of_unit(const struct checks *checks, const char *unit)
{
	size_t i;

	for (i = checks->n; i-- > 0;)
		if (!checks->at[i].over && !strcmp(checks->at[i].begin.unit, unit))
			return &checks->at[i];
	return NULL;
}

const struct check *checks_before(
	const struct checks *checks, const char *unit, const char *parameter, uint64_t number)
{
	const struct check *last = NULL;
	size_t i;

	for (i = 0; i < checks->n; i++) {
		const struct check *check = &checks->at[i];

		if (check->over && check->over < number && (!check->cancelled || check->adjusted) &&
			!strcmp(check->begin.unit, unit) &&
			!strcmp(check->begin.parameter, parameter) &&
			(!last || check->over > last->over))
			last = check;
	}
	return last;
}

enum step_asked checks_asked(
	const struct checks *checks, const struct check_step *step, uint64_t *check)
{
	return tokens_asked(&checks->tokens, step->token, check_step_question(step), check);
}

enum check_state check_state(const struct check *check)
{
	return !check->over       ? CHECK_IS_OPEN
	       : check->cancelled ? CHECK_IS_CANCELLED
	       : check->passed    ? CHECK_HAS_PASSED
				  : CHECK_HAS_FAILED;
}

const char *check_state_word(enum check_state state)
{
	static const char *const words[] = {"open", "passed", "failed", "cancelled"};

	return words[state];
}

/* --- what it shows ------------------------------------------------------------------------------------- */

const struct check_reading *check_counts(
	const struct check *check, const struct check_standard *standard)
{
	const struct check_reading *reading = check->adjusted ? &standard->left : &standard->found;

	return reading->number ? reading : NULL;
}

static bool is_within(const struct check_standard *standard, const struct check_reading *reading,
	const struct check_rule *rule)
{
	/* 7.11 less 7.01 is a little more than 0.1 in binary. */
	return fabs(reading->value - standard->value) <=
	       check_rule_within(rule, standard->value) * (1 + 1e-9) + 1e-12;
}

enum check_standing check_standing(const struct check *check, const struct check_standard *standard,
	const struct check_rule *rule)
{
	const struct check_reading *reading = check_counts(check, standard);

	if (!reading && !standard->found.number)
		return STANDING_UNREAD;
	if (!reading)
		return is_within(standard, &standard->found, rule) ? STANDING_WITHIN
								   : STANDING_AGAIN;
	if (!is_within(standard, reading, rule))
		return STANDING_OFF;
	if (reading->unsettled)
		return STANDING_MOVED;
	return standard->out_of_date ? STANDING_EXPIRED : STANDING_WITHIN;
}

const char *check_standing_word(enum check_standing standing)
{
	static const char *const words[] = {"unread", "within", "again", "off", "moved", "expired"};

	return words[standing];
}

int check_digits(double difference)
{
	return fabs(difference) < 100 ? 3 : 6;
}

static bool passes_one(const struct check *check, const struct check_standard *standard,
	const struct check_rule *rule, struct text *why)
{
	const struct check_reading *reading = check_counts(check, standard);
	double allowed = check_rule_within(rule, standard->value);
	double off = (reading ? reading : &standard->found)->value - standard->value;

	switch (check_standing(check, standard, rule)) {
	case STANDING_UNREAD:
	case STANDING_WITHIN:
		return true;
	case STANDING_AGAIN:
		text_printf(why,
			"%s was %.*g off as found, and was not read again after the adjustment",
			standard->lot, check_digits(off), off);
		break;
	case STANDING_OFF:
		text_printf(why, "%s is %s and was shown as %s: %.*g off, %.*g is allowed",
			standard->lot, standard->text, reading->text, check_digits(off), off,
			check_digits(allowed), allowed);
		break;
	case STANDING_MOVED:
		text_printf(why, "in %s the value still moved when it was taken", standard->lot);
		break;
	case STANDING_EXPIRED:
		text_printf(why, "%s is past its last day, %s", standard->lot, standard->expires);
		break;
	}
	return false;
}

static bool has_reading(const struct check *check)
{
	unsigned i;

	for (i = 0; i < check->n_standards; i++)
		if (check_counts(check, &check->standards[i]))
			return true;
	return false;
}

bool check_passes(const struct check *check, const struct check_rule *rule, struct text *why)
{
	unsigned i;

	if (!has_reading(check)) {
		text_put(why, check->adjusted ? "no value was taken since the adjustment"
					      : "no value was taken yet");
		return false;
	}
	for (i = 0; i < check->n_standards; i++)
		if (!passes_one(check, &check->standards[i], rule, why))
			return false;
	return true;
}

bool check_line(const struct check *check, bool left, double *slope, double *offset)
{
	double n = 0, x = 0, y = 0, xx = 0, xy = 0;
	unsigned i;

	for (i = 0; i < check->n_standards; i++) {
		const struct check_standard *standard = &check->standards[i];
		const struct check_reading *reading = left ? &standard->left : &standard->found;

		if (!reading->number)
			continue;
		n++;
		x += standard->value;
		y += reading->value;
	}
	for (i = 0; n >= 2 && i < check->n_standards; i++) {
		const struct check_standard *standard = &check->standards[i];
		const struct check_reading *reading = left ? &standard->left : &standard->found;

		if (!reading->number)
			continue;
		xx += (standard->value - x / n) * (standard->value - x / n);
		xy += (standard->value - x / n) * (reading->value - y / n);
	}
	if (n < 2 || !(xx > 0))
		return false;
	*slope = xy / xx;
	*offset = y / n - *slope * (x / n);
	return true;
}

/* --- may it be ----------------------------------------------------------------------------------------- */

static struct check_standard *find_standard(const struct check *check, const char *lot)
{
	unsigned i;

	for (i = 0; i < check->n_standards; i++)
		if (!strcmp(check->standards[i].lot, lot))
			return (struct check_standard *)&check->standards[i];
	return NULL;
}

static bool allow_standard(
	const struct check *check, const struct check_step *step, struct text *why)
{
	const struct check_standard *same = find_standard(check, step->lot);

	if (same && same->value != strtod(step->value, NULL))
		text_printf(why, "lot %s is %s in this check, not %s", step->lot, same->text,
			step->value);
	else if (same && *same->expires && *step->expires &&
		 strcmp(same->expires, step->expires) != 0)
		text_printf(why, "lot %s is good to %s in this check, not to %s", step->lot,
			same->expires, step->expires);
	else if (!same && check->n_standards == MOST_STANDARDS)
		text_printf(why, "a check has %d standards at most: finish it and begin another",
			MOST_STANDARDS);
	else
		return true;
	return false;
}

static bool allow_in(const struct check *check, const struct check_step *step, struct text *why)
{
	if (!check) {
		text_printf(why, "there is no check %llu here; `waterlab check list` shows them",
			(unsigned long long)step->check);
		return false;
	}
	if (check->over) {
		text_printf(why, "check %llu is over: `waterlab check begin` begins another",
			(unsigned long long)check->number);
		return false;
	}
	switch (step->kind) {
	case CHECK_STEP_STANDARD:
		return allow_standard(check, step, why);
	case CHECK_STEP_ADJUSTED:
		if (has_reading(check))
			return true;
		text_put(why, "first take the value as it is found: after the adjustment nobody "
			      "knows any more how far off it was");
		return false;
	case CHECK_STEP_FINISH:
		if (has_reading(check))
			return true;
		text_printf(why, "%s: take one, or cancel the check",
			check->adjusted ? "no value was taken since the adjustment"
					: "no value was taken yet");
		return false;
	case CHECK_STEP_BEGIN:
	case CHECK_STEP_TAKE:
	case CHECK_STEP_CANCEL:
		break;
	}
	return true;
}

bool checks_allow(const struct checks *checks, const struct check_step *step, struct text *why)
{
	const struct check *open;

	if (step->kind != CHECK_STEP_BEGIN)
		return allow_in(find(checks, step->check), step, why);
	open = checks_of_unit(checks, step->unit);
	if (!open)
		return true;
	text_printf(why, "%s is being checked already, by %s (check %llu): finish or cancel that",
		step->unit, open->begin.by, (unsigned long long)open->number);
	return false;
}

/* --- what a step changes ------------------------------------------------------------------------------- */

/* It is over, and a later one of that analyzer and parameter says more. */
static bool is_outdone(const struct checks *checks, const struct check *check)
{
	return check->over && checks_before(checks, check->begin.unit, check->begin.parameter,
				      UINT64_MAX) != check;
}

/* The oldest that a newer one outdoes makes room; where there is none, the oldest that is over; then the oldest. */
static void make_room(struct checks *checks)
{
	size_t i = 0;

	if (checks->n < MOST_CHECKS)
		return;
	while (i < checks->n && !is_outdone(checks, &checks->at[i]))
		i++;
	if (i == checks->n)
		for (i = 0; i < checks->n - 1 && !checks->at[i].over;)
			i++;
	memmove(&checks->at[i], &checks->at[i + 1], (checks->n - i - 1) * sizeof(checks->at[0]));
	checks->n--;
}

static void take_standard(struct check *check, const struct check_step *step)
{
	struct check_standard *standard = find_standard(check, step->lot);

	if (!standard) {
		standard = &check->standards[check->n_standards++];
		*standard = (struct check_standard){.value = strtod(step->value, NULL)};
		text_copy(standard->lot, sizeof(standard->lot), step->lot);
		text_copy(standard->text, sizeof(standard->text), step->value);
	}
	memcpy(standard->expires, step->expires, sizeof(standard->expires));
	standard->out_of_date = step->out_of_date;
	standard->relabelled = standard->relabelled || step->relabelled;
	check->now = (unsigned)(standard - check->standards);
}

static void take_reading(struct check *check, uint64_t number, const struct check_step *step)
{
	struct check_standard *standard = &check->standards[check->now];
	struct check_reading *reading = check->adjusted ? &standard->left : &standard->found;

	*reading = (struct check_reading){
		.number = number, .value = strtod(step->value, NULL), .unsettled = step->unsettled};
	text_copy(reading->text, sizeof(reading->text), step->value);
}

/* What was left by an adjustment before this one is left no more. */
static void take_adjusted(struct check *check)
{
	unsigned i;

	check->adjusted = true;
	for (i = 0; i < check->n_standards; i++)
		check->standards[i].left = (struct check_reading){.number = 0};
}

static void take_end(struct check *check, uint64_t number, const struct check_step *step)
{
	check->over = number;
	check->cancelled = step->kind == CHECK_STEP_CANCEL;
	check->passed = step->passed;
	memcpy(check->ended_by, step->by, sizeof(check->ended_by));
	check->rule = (struct check_rule){.within = strtod(step->within, NULL),
		.within_relative = strtod(step->within_relative, NULL),
		.valid_h = strtod(step->valid_h, NULL)};
}

static bool take_in(struct check *check, uint64_t number, const struct check_step *step)
{
	switch (step->kind) {
	case CHECK_STEP_STANDARD:
		take_standard(check, step);
		return true;
	case CHECK_STEP_TAKE:
		if (check->n_standards)
			take_reading(check, number, step);
		return check->n_standards > 0;
	case CHECK_STEP_ADJUSTED:
		take_adjusted(check);
		return true;
	case CHECK_STEP_FINISH:
	case CHECK_STEP_CANCEL:
		take_end(check, number, step);
		return true;
	case CHECK_STEP_BEGIN:
		break;
	}
	return false;
}

bool checks_take(struct checks *checks, uint64_t number, const struct check_step *step)
{
	struct check *check = find(checks, step->check);
	char words[240];
	struct text why = text_over(words, sizeof(words));

	if (!checks_allow(checks, step, &why))
		return false;
	tokens_keep(&checks->tokens, step->token, check_step_question(step),
		step->kind == CHECK_STEP_BEGIN ? number : step->check);
	if (step->kind != CHECK_STEP_BEGIN)
		return check && take_in(check, number, step);
	make_room(checks);
	checks->at[checks->n++] = (struct check){.number = number, .begin = *step};
	return true;
}
