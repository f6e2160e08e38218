#include "daemon/check_status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/sample_status.h"

static json_t *text_or_null(const char *s)
{
	json_t *text = *s ? json_string(s) : NULL;

	return text ? text : json_null();
}

static json_t *utc_or_null(int64_t utc_ms)
{
	return utc_ms ? json_integer(utc_ms) : json_null();
}

static const char *unit_of(const char *code)
{
	const struct parameter *parameter = parameter_find(code);

	return parameter ? parameter->unit : "";
}

/* --- what it shows ------------------------------------------------------------------------------------- */

static json_t *reading_of(
	const struct check_standard *standard, const struct check_reading *reading)
{
	char words[40];
	struct text text = text_over(words, sizeof(words));
	double off;

	if (!reading->number)
		return json_null();
	off = reading->value - standard->value;
	text_printf(&text, "%+.*g", check_digits(off), off);
	return json_pack("{s:s, s:s, s:b}", "value", reading->text, "off", words, "settled",
		(int)!reading->unsettled);
}

/* What it is, or was, held against. */
static const struct check_rule *rule_of(const struct parts *parts, const struct check *check)
{
	return check->over && !check->cancelled
		       ? &check->rule
		       : field_check_rule(parts->field, check->begin.parameter);
}

static json_t *standards_of(const struct check *check, const struct check_rule *rule)
{
	json_t *all = json_array(), *one;
	char allowed[40];
	struct text text;
	double within;
	unsigned i;

	for (i = 0; i < check->n_standards; i++) {
		const struct check_standard *of = &check->standards[i];

		one = json_pack("{s:s, s:s, s:o, s:b, s:b, s:b, s:o, s:o}", "lot", of->lot, "value",
			of->text, "expires", text_or_null(of->expires), "out_of_date",
			(int)of->out_of_date, "relabelled", (int)of->relabelled, "now",
			(int)(!check->over && i == check->now), "found", reading_of(of, &of->found),
			"left", reading_of(of, &of->left));
		text = text_over(allowed, sizeof(allowed));
		within = check_rule_within(rule, of->value);
		text_printf(&text, "%.*g", check_digits(within), within);
		json_object_set_new(one, "allowed", json_string(allowed));
		json_object_set_new(one, "standing",
			json_string(check_standing_word(check_standing(check, of, rule))));
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *line_of(const struct check *check, bool left)
{
	double slope, offset;

	return check_line(check, left, &slope, &offset)
		       ? json_pack("{s:f, s:f}", "slope", slope, "offset", offset)
		       : json_null();
}

static json_t *words_of(const struct check_rule *rule)
{
	return json_pack("{s:f, s:f, s:f, s:o}", "within", rule->within, "within_relative",
		rule->within_relative, "valid_h", rule->valid_h, "why", text_or_null(rule->why));
}

static json_t *live_of(const struct parts *parts, const struct check *check)
{
	struct field_live live;
	size_t i;

	for (i = 0; !check->over && field_live_at(parts->field, i, &live); i++)
		if (!strcmp(live.series.unit, check->begin.unit) &&
			!strcmp(live.series.parameter, check->begin.parameter))
			return sample_status_live(parts, &live);
	return json_null();
}

json_t *check_status_short(const struct parts *parts, const struct check *check)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "check",
		(json_int_t)check->number, "state", check_state_word(check_state(check)), "unit",
		check->begin.unit, "parameter", check->begin.parameter, "parameter_unit",
		unit_of(check->begin.parameter), "by", check->begin.by, "begun_ms",
		utc_or_null(sample_status_moment(parts, check->number)), "ended_ms",
		check->over ? utc_or_null(sample_status_moment(parts, check->over)) : json_null(),
		"ended_by", text_or_null(check->ended_by));
}

json_t *check_status(const struct parts *parts, const struct check *check)
{
	json_t *status = check_status_short(parts, check);
	const struct check_rule *rule = rule_of(parts, check);
	char words[240] = "";
	struct text why = text_over(words, sizeof(words));

	json_object_set_new(status, "passing", json_boolean(check_passes(check, rule, &why)));
	json_object_set_new(status, "why", text_or_null(words));
	json_object_set_new(status, "adjusted", json_boolean(check->adjusted));
	json_object_set_new(status, "standards", standards_of(check, rule));
	json_object_set_new(status, "found", line_of(check, false));
	json_object_set_new(status, "left", line_of(check, true));
	json_object_set_new(status, "rule", words_of(rule));
	json_object_set_new(status, "live", live_of(parts, check));
	return status;
}

/* --- is it to be believed ------------------------------------------------------------------------------ */

json_t *check_status_vouch(
	const struct parts *parts, const char *unit, const char *parameter, uint64_t number)
{
	static const char *const words[] = {[CHECK_GOOD] = "good",
		[CHECK_NEVER] = "never",
		[CHECK_EXPIRED] = "expired",
		[CHECK_FAILED] = "failed"};
	struct field_vouch vouch;
	char command[160];
	struct text text = text_over(command, sizeof(command));

	field_vouch(parts->field, unit, parameter, number, &vouch);
	text_printf(
		&text, "waterlab check begin %s %s --standard LOT --value VALUE", unit, parameter);
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "state", words[vouch.check], "check",
		vouch.by.number ? json_integer((json_int_t)vouch.by.number) : json_null(), "by",
		text_or_null(vouch.by.number ? vouch.by.ended_by : ""), "ended_ms",
		utc_or_null(vouch.ended_ms), "left_s",
		vouch.check == CHECK_GOOD ? json_integer((json_int_t)(vouch.left_ms / 1000))
					  : json_null(),
		"command", vouch.check == CHECK_GOOD ? json_null() : json_string(command));
}
