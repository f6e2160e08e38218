#include "daemon/check_standard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/utc.h"
#include "daemon/sample_answer.h"
#include "daemon/sample_question.h"
#include "daemon/sample_value.h"
#include "model/typed.h"
#include "sample/result.h"

/* What the newest check said of that lot; number 0: it is not known. */
static struct check_standard recall(
	const struct parts *parts, const char *parameter, const char *lot, uint64_t *number)
{
	struct check check;
	unsigned k;
	size_t i;

	*number = 0;
	for (i = 0; field_check_at(parts->field, i, &check); i++)
		for (k = 0; !strcmp(check.begin.parameter, parameter) && k < check.n_standards; k++)
			if (!strcmp(check.standards[k].lot, lot)) {
				*number = check.number;
				return check.standards[k];
			}
	return (struct check_standard){.value = 0};
}

/* "12.88 mS/cm", "12.88mS/cm": what stands behind the number, apart from it. */
static void cut_unit(char *value, char unit[TYPED_LONGEST])
{
	size_t n = strspn(value, "-.0123456789"), blanks = strspn(value + n, " ");

	if (n && text_copy(unit, TYPED_LONGEST, value + n + blanks))
		value[n] = '\0';
}

/* "7.01", "12.88 mS/cm": into the parameter's unit. */
static bool take_value(
	const char *parameter, struct check_step *step, struct control_client *client, int *err)
{
	const struct parameter *of = parameter_find(parameter);
	char number[NUMBER_TEXT], unit[TYPED_LONGEST] = "", ucum[TYPED_UNIT] = "", words[200] = "";
	struct text why = text_over(words, sizeof(words));
	struct amount amount;

	if (typed_number(step->value, &why))
		cut_unit(step->value, unit);
	if (why.len || (!typed_unit(ucum, of, unit, &why) && why.len))
		*err = control_refuse(client, "%s", words);
	else if (*unit && !*ucum)
		*err = sample_refuse_unit(client, of, unit);
	else if (!*step->value)
		*err = control_refuse(client,
			"\"value\" is missing: what lot %s holds, as its label says; it is "
			"remembered for the next time",
			step->lot);
	else if (!result_amount(&amount, parameter, step->value, ucum, "", "") ||
		 amount.kind != AMOUNT_EXACT)
		*err = control_refuse(
			client, "\"%s\" is no number: what the label says, as 7.01", step->value);
	else if (!amount_of_water(&amount, of))
		*err = sample_refuse_unit(client, of, unit);
	else if (amount.value < of->low || amount.value > of->high)
		*err = control_refuse(client,
			"no standard of %s is %s: what analyzers show lies between %.6g and %.6g "
			"%s",
			parameter, step->value, of->low, of->high, of->unit);
	else {
		if (*ucum) {
			number[number_put_f64(number, amount.value)] = '\0';
			text_copy(step->value, sizeof(step->value), number);
		}
		return true;
	}
	return false;
}

/* "2027-03-31", or "2027-03", which is good to the month's end.  False: no such day. */
static bool read_day(char expires[CHECK_DAY], int32_t *day)
{
	int year, month, of_month, used = 0;
	struct text text;
	unsigned at, in_month;
	int n = sscanf(expires, "%4d-%2d%n-%2d%n", &year, &month, &used, &of_month, &used);

	if (n < 2 || expires[used] || strlen(expires) != (n == 2 ? 7u : 10u) ||
		!utc_day(year, month, n == 2 ? 1 : of_month, day))
		return false;
	if (n == 2) {
		utc_month(*day, 1, &at, &in_month);
		*day += (int32_t)in_month - 1;
		text = text_over(expires, CHECK_DAY);
		utc_put_day(&text, *day * (int64_t)UTC_DAY_MS);
	}
	return true;
}

/* A bottle does not change: another value of its lot, or another day, is asked back, and taken all the same stays on record. */
static bool is_relabelled(
	const struct check_standard *before, struct check_step *step, struct text *question)
{
	bool other = strtod(step->value, NULL) != before->value;

	step->relabelled =
		other || (*before->expires && strcmp(step->expires, before->expires) != 0);
	if (!step->relabelled)
		return false;
	if (other)
		text_printf(question,
			"lot %s was %s in an earlier check, and is %s now: what does its label "
			"say? Go on with %s?",
			step->lot, before->text, step->value, step->value);
	else
		text_printf(question,
			"lot %s was good to %s in an earlier check, and to %s now: what does its "
			"label say? Go on with %s?",
			step->lot, before->expires, step->expires, step->expires);
	return true;
}

/* An expired lot is asked back; taken all the same it proves nothing.  Without a time the person looks. */
static bool is_questionable(
	const struct parts *parts, struct check_step *step, int32_t last, struct text *question)
{
	struct time_offset utc = spool_utc(parts->spool);
	int64_t now_ms = clock_boot_ms(parts->clock) + utc.offset_ms;

	if (!*step->expires)
		return false;
	if (utc.source <= TIME_RESTORED) {
		text_printf(question,
			"the van does not know the day yet: is lot %s still good, to %s?",
			step->lot, step->expires);
		return true;
	}
	step->out_of_date = now_ms >= (last + 1) * (int64_t)UTC_DAY_MS;
	if (step->out_of_date)
		text_printf(question,
			"lot %s was good to %s: a check with it can be made, but not be passed. "
			"Go on with it?",
			step->lot, step->expires);
	return step->out_of_date;
}

bool check_standard_take(const struct parts *parts, const json_t *request, const char *parameter,
	struct check_step *step, struct control_client *client, int *err)
{
	struct check_standard before;
	char words[200] = "", more[240] = "";
	struct text question = text_over(words, sizeof(words));
	struct text other = text_over(more, sizeof(more));
	uint64_t number;
	int32_t last = 0;
	bool is_old, is_other;

	step->kind = CHECK_STEP_STANDARD;
	if (!question_text(request, "lot", step->lot, sizeof(step->lot), client, err) ||
		!question_text(request, "value", step->value, sizeof(step->value), client, err) ||
		!question_text(
			request, "expires", step->expires, sizeof(step->expires), client, err))
		return false;
	if (!*step->lot) {
		*err = control_refuse(client,
			"\"lot\" is missing: the number on the standard's label, or what it is, "
			"as \"air\" or \"blank\"");
		return false;
	}
	if (!typed_number(step->expires, &question)) {
		*err = control_refuse(client, "%s", words);
		return false;
	}
	before = recall(parts, parameter, step->lot, &number);
	if (!*step->value)
		text_copy(step->value, sizeof(step->value), before.text);
	if (!*step->expires)
		text_copy(step->expires, sizeof(step->expires), before.expires);
	if (!take_value(parameter, step, client, err))
		return false;
	if (*step->expires && !read_day(step->expires, &last)) {
		*err = control_refuse(client,
			"\"%s\" is no day: the last one on which the standard is good, as "
			"2027-03-31 or 2027-03",
			step->expires);
		return false;
	}
	/* In one check a lot is one thing: checks.h refuses another. */
	is_old = is_questionable(parts, step, last, &question);
	is_other = number && number != step->check && is_relabelled(&before, step, &other);
	if ((!is_old && !is_other) || sample_is_sure(request))
		return true;
	*err = sample_ask_back(client, is_other ? more : words);
	return false;
}
