#include "daemon/check_commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/utc.h"
#include "daemon/check_status.h"
#include "daemon/live_value.h"
#include "daemon/sample_question.h"
#include "sample/result.h"

enum { RECENT = 20 };

/* --- answers ------------------------------------------------------------------------------------------- */

static int refuse_number(struct control_client *client)
{
	return control_refuse(client, "\"check\" is its number; `waterlab check list` shows them");
}

static int send_check(const struct parts *parts, uint64_t number, struct control_client *client)
{
	struct check check;

	if (!field_check(parts->field, number, &check))
		return control_refuse(client,
			"there is no check %llu here; `waterlab check list` shows them",
			(unsigned long long)number);
	return control_send_new(client, check_status(parts, &check));
}

static int record(const struct parts *parts, const struct check_step *step,
	const struct check_step *standard, struct control_client *client)
{
	char words[240] = "";
	struct text why = text_over(words, sizeof(words));
	uint64_t check;
	int err = field_record_check(parts->field, step, standard, &check, &why);

	if (err == ERR_RANGE && why.len)
		return control_refuse(client, "%s", words);
	if (err)
		return control_refuse(client, "it is not recorded: %s; do it again", err_text(err));
	return send_check(parts, check, client);
}

/* Something odd is asked back, not refused: the same with "sure" is then taken. */
static bool is_sure(const json_t *request)
{
	return json_is_true(json_object_get(request, "sure"));
}

/* --- shown --------------------------------------------------------------------------------------------- */

int check_ask_show(void *ctx, const json_t *request, struct control_client *client)
{
	uint64_t number;

	if (!question_number(request, "check", &number))
		return refuse_number(client);
	return send_check(ctx, number, client);
}

/* What each analyzer's parameters rest on now. */
static json_t *analyzers_of(const struct parts *parts)
{
	json_t *all = json_array(), *one;
	struct field_live live;
	size_t i;

	for (i = 0; field_live_at(parts->field, i, &live); i++) {
		const struct parameter *parameter = parameter_find(live.series.parameter);

		if (!parameter)
			continue;
		one = check_status_vouch(parts, live.series.unit, live.series.parameter, 0);
		json_object_set_new(one, "unit", json_string(live.series.unit));
		json_object_set_new(one, "parameter", json_string(live.series.parameter));
		json_object_set_new(one, "parameter_unit", json_string(parameter->unit));
		json_array_append_new(all, one);
	}
	return all;
}

static bool has_standard(const json_t *all, const char *parameter, const char *lot)
{
	const json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(all, i)); i++)
		if (!strcmp(json_string_value(json_object_get(one, "lot")), lot) &&
			!strcmp(json_string_value(json_object_get(one, "parameter")), parameter))
			return true;
	return false;
}

/* The bottles in the van: what earlier checks were made with, as it was said last. */
static void add_standards(json_t *all, const struct check *check)
{
	unsigned i;

	for (i = 0; i < check->n_standards; i++) {
		const struct check_standard *one = &check->standards[i];

		if (!has_standard(all, check->begin.parameter, one->lot))
			json_array_append_new(all,
				json_pack("{s:s, s:s, s:s, s:o}", "parameter",
					check->begin.parameter, "lot", one->lot, "value", one->text,
					"expires",
					*one->expires ? json_string(one->expires) : json_null()));
	}
}

int check_ask_list(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	json_t *open = json_array(), *recent = json_array(), *standards = json_array();
	struct check check;
	size_t i;

	(void)request;
	for (i = 0; field_check_at(parts->field, i, &check); i++) {
		add_standards(standards, &check);
		if (!check.over)
			json_array_append_new(open, check_status_short(parts, &check));
		else if (json_array_size(recent) < RECENT)
			json_array_append_new(recent, check_status_short(parts, &check));
	}
	return control_send_new(
		client, json_pack("{s:I, s:o, s:o, s:o, s:o}", "now_ms",
				(json_int_t)clock_wall_ms(parts->clock), "open", open, "analyzers",
				analyzers_of(parts), "standards", standards, "recent", recent));
}

/* --- the standard -------------------------------------------------------------------------------------- */

/* What an earlier check said of that lot stands where nothing else is said now. */
static void recall(const struct parts *parts, const char *parameter, struct check_step *step)
{
	struct check check;
	unsigned k;
	size_t i;

	for (i = 0; field_check_at(parts->field, i, &check); i++)
		for (k = 0; !strcmp(check.begin.parameter, parameter) && k < check.n_standards; k++)
			if (!strcmp(check.standards[k].lot, step->lot)) {
				if (!*step->value)
					text_copy(step->value, sizeof(step->value),
						check.standards[k].text);
				if (!*step->expires)
					text_copy(step->expires, sizeof(step->expires),
						check.standards[k].expires);
				return;
			}
}

/* "7.01", "12.88 mS/cm": into the parameter's unit. */
static bool take_value(
	const char *parameter, struct check_step *step, struct control_client *client, int *err)
{
	const struct parameter *of = parameter_find(parameter);
	char *unit = strchr(step->value, ' ');
	char number[NUMBER_TEXT];
	struct amount amount;

	if (unit)
		*unit++ = '\0';
	if (!*step->value)
		*err = control_refuse(client,
			"\"value\" is missing: what lot %s holds, as its label says; it is "
			"remembered for the next time",
			step->lot);
	else if (!result_amount(&amount, parameter, step->value, unit ? unit : "", "", "") ||
		 amount.kind != AMOUNT_EXACT)
		*err = control_refuse(
			client, "\"%s\" is no number: what the label says, as 7.01", step->value);
	else if (!amount_of_water(&amount, of))
		*err = control_refuse(client, "%s cannot be in \"%s\": its unit is %s", parameter,
			unit ? unit : "", *of->unit ? of->unit : "none");
	else if (amount.value < of->low || amount.value > of->high)
		*err = control_refuse(client,
			"no standard of %s is %s: what analyzers show lies between %.6g and %.6g "
			"%s",
			parameter, step->value, of->low, of->high, of->unit);
	else {
		if (unit) {
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

/* The words of a standard.  False after an answer. */
static bool take_standard(const struct parts *parts, const json_t *request, const char *parameter,
	struct check_step *step, struct control_client *client, int *err)
{
	char words[200] = "";
	struct text question = text_over(words, sizeof(words));
	int32_t last = 0;

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
	recall(parts, parameter, step);
	if (!take_value(parameter, step, client, err))
		return false;
	if (*step->expires && !read_day(step->expires, &last)) {
		*err = control_refuse(client,
			"\"%s\" is no day: the last one on which the standard is good, as "
			"2027-03-31 or 2027-03",
			step->expires);
		return false;
	}
	if (!is_questionable(parts, step, last, &question) || is_sure(request))
		return true;
	*err = control_send_new(client, json_pack("{s:s}", "question", words));
	return false;
}

/* --- begin --------------------------------------------------------------------------------------------- */

/* The parameters of an analyzer, as far as it has said any. */
static unsigned measures(const struct parts *parts, const char *unit, const char *wanted,
	struct text *all, char only[PARAMETER_CODE])
{
	struct field_live live;
	unsigned n = 0;
	size_t i;

	for (i = 0; field_live_at(parts->field, i, &live); i++) {
		if (strcmp(live.series.unit, unit) != 0 || !parameter_find(live.series.parameter))
			continue;
		text_printf(all, "%s%s", n ? ", " : "", live.series.parameter);
		if (!*wanted || !strcmp(wanted, live.series.parameter))
			text_copy(only, PARAMETER_CODE, live.series.parameter);
		n++;
	}
	return n;
}

static bool take_analyzer(
	const struct parts *parts, struct check_step *step, struct control_client *client, int *err)
{
	char words[240] = "", only[PARAMETER_CODE] = "";
	struct text all = text_over(words, sizeof(words));
	unsigned n = measures(parts, step->unit, step->parameter, &all, only);

	if (!live_unit(parts, step->unit))
		*err = control_refuse(client,
			"no analyzer is called \"%s\"; `waterlab status` lists them", step->unit);
	else if (!n)
		*err = control_refuse(client,
			"%s has not answered since the daemon started: try it (waterlab try %s)",
			step->unit, step->unit);
	else if (!*only)
		*err = control_refuse(client, "%s does not measure \"%s\", but %s", step->unit,
			step->parameter, words);
	else if (!*step->parameter && n > 1)
		*err = control_refuse(
			client, "%s measures %s: say which is checked", step->unit, words);
	else
		return text_copy(step->parameter, sizeof(step->parameter), only);
	return false;
}

/* Whether the check was begun in the standard that is asked for now; of one that is long over nobody knows. */
static bool began_in(const struct parts *parts, const json_t *request, uint64_t number)
{
	const char *lot = json_string_value(json_object_get(request, "lot"));
	struct check check;

	return !field_check(parts->field, number, &check) || !check.n_standards ||
	       (lot && !strcmp(lot, check.standards[0].lot));
}

int check_ask_begin(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct check_step step = {.kind = CHECK_STEP_BEGIN}, standard = {.check = 0};
	enum step_asked asked;
	uint64_t check;
	int err;

	if (!question_who(request, step.by, step.token, client, &err) ||
		!question_text(request, "unit", step.unit, sizeof(step.unit), client, &err) ||
		!question_text(
			request, "parameter", step.parameter, sizeof(step.parameter), client, &err))
		return err;
	asked = field_asked_check(parts->field, &step, &check);
	if (asked == ASKED_THIS && !began_in(parts, request, check))
		return control_refuse(client,
			"the token \"%s\" was used for another question, of check %llu: this one "
			"is not recorded; ask with another token",
			step.token, (unsigned long long)check);
	if (asked != ASKED_NEVER)
		return record(parts, &step, &standard, client);
	if (!take_analyzer(parts, &step, client, &err) ||
		!take_standard(parts, request, step.parameter, &standard, client, &err))
		return err;
	return record(parts, &step, &standard, client);
}

/* --- what follows -------------------------------------------------------------------------------------- */

/* Which check, who and the token; *check is the check as it is, where it is known. */
static bool take_check(const struct parts *parts, const json_t *request, struct check_step *step,
	struct check *check, struct control_client *client, int *err)
{
	*check = (struct check){.number = 0};
	if (!question_number(request, "check", &step->check)) {
		*err = refuse_number(client);
		return false;
	}
	if (!question_who(request, step->by, step->token, client, err))
		return false;
	(void)field_check(parts->field, step->check, check);
	return true;
}

static bool was_asked(const struct parts *parts, const struct check_step *step)
{
	uint64_t check;

	return field_asked_check(parts->field, step, &check) != ASKED_NEVER;
}

int check_ask_standard(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct check_step step = {.kind = CHECK_STEP_STANDARD};
	struct check check;
	int err;

	if (!take_check(parts, request, &step, &check, client, &err))
		return err;
	if (!check.number)
		return send_check(parts, step.check, client);
	if (!take_standard(parts, request, check.begin.parameter, &step, client, &err))
		return err;
	return record(parts, &step, NULL, client);
}

static bool find_live(const struct parts *parts, const struct check *check, struct field_live *live)
{
	size_t i;

	for (i = 0; field_live_at(parts->field, i, live); i++)
		if (!strcmp(live->series.unit, check->begin.unit) &&
			!strcmp(live->series.parameter, check->begin.parameter))
			return true;
	return false;
}

int check_ask_take(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct check_step step = {.kind = CHECK_STEP_TAKE};
	struct field_live live;
	struct check check;
	int err;

	if (!take_check(parts, request, &step, &check, client, &err))
		return err;
	/* The daemon may have been killed before it answered, and not have heard of the analyzer since. */
	if (was_asked(parts, &step) || !check.number || check.over)
		return record(parts, &step, NULL, client);
	if (!find_live(parts, &check, &live))
		return control_refuse(client, "%s has not answered yet: try it (waterlab try %s)",
			check.begin.unit, check.begin.unit);
	if (!live_is_now(parts, &live, client, &err) || !live_is_good(&live, true, client, &err))
		return err;
	step.unsettled = !steady_state(
		&live.steady, steady_rule(live.series.parameter), clock_boot_ms(parts->clock))
				  .settled;
	if (step.unsettled && !is_sure(request))
		return control_send_new(client,
			json_pack("{s:s}", "question",
				"the value still moves: wait until it has settled. Taken as it is "
				"now, the check is not passed with it. Take it all the same?"));
	reading_put_number(step.value, live.value, live.series.kind, live.series.decimals);
	return record(parts, &step, NULL, client);
}

static int plain(const struct parts *parts, const json_t *request, enum check_step_kind kind,
	struct control_client *client)
{
	struct check_step step = {.kind = kind};
	struct check check;
	int err;

	if (!take_check(parts, request, &step, &check, client, &err))
		return err;
	return record(parts, &step, NULL, client);
}

int check_ask_adjusted(void *ctx, const json_t *request, struct control_client *client)
{
	return plain(ctx, request, CHECK_STEP_ADJUSTED, client);
}

int check_ask_finish(void *ctx, const json_t *request, struct control_client *client)
{
	return plain(ctx, request, CHECK_STEP_FINISH, client);
}

int check_ask_cancel(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct check_step step = {.kind = CHECK_STEP_CANCEL};
	struct check check;
	int err;

	if (!take_check(parts, request, &step, &check, client, &err) ||
		!question_text(request, "reason", step.reason, sizeof(step.reason), client, &err))
		return err;
	if (!text_is_words(step.reason))
		return control_refuse(client, "\"reason\" is missing: why it is cancelled");
	return record(parts, &step, NULL, client);
}
