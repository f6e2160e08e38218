#include "daemon/check_commands.h"

#include <stdlib.h>
#include <string.h>

#include "bus/codec.h"
#include "daemon/check_standard.h"
#include "daemon/check_status.h"
#include "daemon/live_value.h"
#include "daemon/sample_answer.h"
#include "daemon/sample_question.h"

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

/* What an analyzer's driver can say: that is known before the analyzer has answered. */
static bool may_say(const struct unit_conf *unit, const char *parameter)
{
	const struct profile *profile = unit->profile;
	unsigned i;

	if (!profile || !parameter_find(parameter))
		return false;
	if (profile->driver)
		return codec_unit(profile->driver, parameter) != NULL;
	for (i = 0; i < profile->n_fields; i++)
		if (!strcmp(profile->fields[i].parameter, parameter))
			return true;
	return false;
}

static bool take_analyzer(
	const struct parts *parts, struct check_step *step, struct control_client *client, int *err)
{
	char words[240] = "", only[PARAMETER_CODE] = "";
	struct text all = text_over(words, sizeof(words));
	unsigned n = measures(parts, step->unit, step->parameter, &all, only);
	const struct unit_conf *unit = live_unit(parts, step->unit);

	if (!unit)
		*err = control_refuse(client,
			"no analyzer is called \"%s\"; `waterlab status` lists them", step->unit);
	else if (!n && may_say(unit, step->parameter))
		return true; /* asked for while the daemon was away: nobody taps it twice */
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
		!check_standard_take(parts, request, step.parameter, &standard, client, &err))
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
	if (!check_standard_take(parts, request, check.begin.parameter, &step, client, &err))
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
	if (!live_is_now(parts, &live, client, &err) || !live_is_good(&live, client, &err))
		return err;
	step.unsettled = !steady_state(
		&live.steady, steady_rule(live.series.parameter), clock_boot_ms(parts->clock))
				  .settled;
	if (step.unsettled && !sample_is_sure(request))
		return sample_ask_back(client,
			"the value still moves: wait until it has settled. Taken as it is now, the "
			"check is not passed with it. Take it all the same?");
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
