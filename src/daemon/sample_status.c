#include "daemon/sample_status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "daemon/check_status.h"
#include "daemon/sample_beside.h"
#include "daemon/sample_history.h"
#include "daemon/status.h"
#include "sample/after.h"
#include "spool/reader.h"

static json_t *text_or_null(const char *s)
{
	json_t *text = *s ? json_string(s) : NULL;

	return text ? text : json_null();
}

static json_t *real_or_null(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

/* --- moments ------------------------------------------------------------------------------------------- */

static int take_utc(void *ctx, const struct spool_row *row)
{
	if (row->clock != TIME_NONE)
		*(int64_t *)ctx = row->utc_ms;
	return 0;
}

int64_t sample_status_moment(const struct parts *parts, uint64_t number)
{
	struct spool_reader *reader;
	int64_t utc_ms = 0;

	if (spool_reader_open(&reader, parts->spool))
		return 0;
	if (spool_read(
		    reader, STREAM_LEDGER, (struct range){number, number}, take_utc, &utc_ms, NULL))
		utc_ms = 0;
	spool_reader_close(reader);
	return utc_ms;
}

static json_t *utc_or_null(int64_t utc_ms)
{
	return utc_ms ? json_integer(utc_ms) : json_null();
}

/* --- the point ----------------------------------------------------------------------------------------- */

json_t *sample_status_point(const struct point *point, double away_m)
{
	json_t *treated =
		!*point->treated ? json_null() : json_boolean(!strcmp(point->treated, "yes"));

	return json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "point",
		point->number ? json_integer((json_int_t)point->number) : json_null(), "code",
		text_or_null(point->code), "name", point->name, "source_type", point->type,
		"position", text_or_null(point->position), "treated", treated, "lat",
		point->has_at ? json_real(point->lat_e7 / 1e7) : json_null(), "lon",
		point->has_at ? json_real(point->lon_e7 / 1e7) : json_null(), "away_m",
		real_or_null(away_m));
}

static json_t *point_of(const struct parts *parts, const struct sample *sample)
{
	struct point point;

	return sample->begin.point && field_point(parts->field, sample->begin.point, &point)
		       ? sample_status_point(&point, (double)NAN)
		       : json_null();
}

/* --- what the analyzers say ---------------------------------------------------------------------------- */

json_t *sample_status_live(const struct parts *parts, const struct field_live *live)
{
	const struct steady_rule *rule = steady_rule(live->series.parameter);
	const struct parameter *parameter = parameter_find(live->series.parameter);
	int64_t now_ms = clock_boot_ms(parts->clock);
	struct steady_state steady = steady_state(&live->steady, rule, now_ms);
	char text[NUMBER_TEXT] = "", why[120];
	struct text words = text_over(why, sizeof(why));

	if (isfinite(live->value))
		reading_put_number(text, live->value, live->series.kind, live->series.decimals);
	if (isnan(steady.low))
		text_put(&words, "no good value yet");
	else if (steady.seen_s < rule->window_s)
		text_printf(
			&words, "good for %lld of %u s", (long long)steady.seen_s, rule->window_s);
	else
		text_printf(
			&words, "within %.3g for %u s", steady.high - steady.low, rule->window_s);
	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:i, s:o, s:o, s:b, s:s, s:I, s:o}", "unit",
		live->series.unit, "parameter", live->series.parameter, "parameter_unit",
		parameter ? parameter->unit : "", "value",
		*text ? json_real(strtod(text, NULL)) : json_null(), "text", text, "qc",
		(int)live->qc, "flags", status_flags(live->flags), "age_s",
		live->boot_ms ? json_real((double)(now_ms - live->boot_ms) / 1000) : json_null(),
		"stable", (int)steady.settled, "why", why, "seconds", (json_int_t)steady.seen_s,
		"check", check_status_vouch(parts, live->series.unit, live->series.parameter, 0));
}

static json_t *live_of(const struct parts *parts, const struct sample *sample)
{
	json_t *all = json_array(), *one;
	struct field_live live;
	size_t i;

	for (i = 0; sample_state(sample) == SAMPLE_OPEN && field_live_at(parts->field, i, &live);
		i++)
		if (parameter_find(live.series.parameter) &&
			field_sample_of(parts->field, live.number) == sample->number) {
			one = sample_status_live(parts, &live);
			json_object_set_new(
				one, "taken", json_boolean(sample_has_taken(sample, &live.series)));
			json_array_append_new(all, one);
		}
	return all;
}

const char *sample_status_unit(const char *unit, const char *code)
{
	const struct parameter *parameter = parameter_find(code);

	return *unit || !parameter ? unit : parameter->unit;
}

/* --- what was entered ---------------------------------------------------------------------------------- */

static json_t *entries_of(const struct sample *sample)
{
	static const char *const origins[] = {"kit", "stable", "taken", "bag"};
	json_t *all = json_array();
	unsigned i;

	for (i = 0; i < sample->n_entries; i++) {
		const struct step *step = &sample->entries[i].step;

		json_array_append_new(all,
			json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:b, s:s}",
				"entry", (json_int_t)sample->entries[i].number, "parameter",
				step->parameter, "method", step->method, "value", step->value,
				"unit",
				result_is_bag(step->parameter, step->value, step->value_unit)
					? ""
					: sample_status_unit(step->value_unit, step->parameter),
				"lot", text_or_null(step->lot), "mdl", text_or_null(step->mdl),
				"dilution", text_or_null(step->dilution), "analyzer",
				text_or_null(step->unit), "origin", origins[step->origin],
				"unsettled", (int)step->unsettled, "by", step->by));
	}
	return all;
}

void sample_status_pending(const struct parts *parts, const struct sample *sample, json_t *to)
{
	int64_t now_ms = clock_wall_ms(parts->clock);
	unsigned i;

	if (sample->cancelled)
		return;
	for (i = 0; i < sample->n_tests; i++) {
		const struct step *step = &sample->tests[i].step;
		int64_t begun_ms, due_ms;

		if (sample->tests[i].finished)
			continue;
		begun_ms = sample_status_moment(parts, sample->tests[i].number);
		due_ms = begun_ms ? begun_ms + step->hours * INT64_C(3600000) : 0;
		json_array_append_new(to,
			json_pack("{s:I, s:I, s:s, s:s, s:o, s:o, s:o, s:b, s:i, s:o}", "test",
				(json_int_t)sample->tests[i].number, "sample",
				(json_int_t)sample->number, "parameter", step->parameter, "method",
				step->method, "lot", text_or_null(step->lot), "begun_ms",
				utc_or_null(begun_ms), "due_ms", utc_or_null(due_ms), "due",
				(int)(due_ms && due_ms <= now_ms), "hours", step->hours,
				"incubation_c", text_or_null(step->incubation_c)));
	}
}

/* --- results ------------------------------------------------------------------------------------------- */

static json_t *stores_of(const struct parts *parts, uint64_t number)
{
	static const char *const words[] = {"saved", "sent", "received", "refused"};
	json_t *all = json_array();
	unsigned i;

	for (i = 0; i < parts->n_stores; i++)
		json_array_append_new(
			all, json_pack("{s:s, s:s}", "store", parts->conf->stores[i].name, "state",
				     words[spool_where(parts->spool, parts->store_numbers[i],
					     STREAM_LEDGER, number)]));
	return all;
}

static const char *basis_word(enum limit_basis basis)
{
	return basis ? limit_basis_word(basis) : "";
}

json_t *sample_status_mpn(const struct result *result)
{
	const struct parameter *parameter = parameter_find(result->parameter);
	struct amount amount;

	if (!parameter || !result_is_bag(result->parameter, result->value, result->unit) ||
		!result_amount(&amount, result->parameter, result->value, result->unit, result->mdl,
			result->dilution) ||
		!amount_of_water(&amount, parameter))
		return json_null();
	if (amount.kind == AMOUNT_NOT_DETECTED)
		return json_string("not detected");
	return json_sprintf("%s%.*f", amount.kind == AMOUNT_ABOVE ? ">" : "",
		amount.kind == AMOUNT_EXACT ? 1 : 0, amount.value);
}

/* What a corrected value was before, the newest first: whose it was, and of what was a correction itself the reason. */
static json_t *before_of(const struct sample *sample, const struct sample_entry *entry)
{
	json_t *all = json_array();

	while ((entry = after_before(sample, entry)) != NULL)
		json_array_append_new(all,
			json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "parameter",
				entry->step.parameter, "method", entry->step.method, "value",
				entry->step.value, "unit",
				sample_status_unit(entry->step.value_unit, entry->step.parameter),
				"mpn", sample_status_mpn(&entry->result), "by", entry->step.by,
				"why", text_or_null(entry->step.reason)));
	return all;
}

static json_t *result_of(const struct parts *parts, const struct sample *sample, unsigned entry)
{
	const struct sample_entry *at = &sample->entries[entry];
	struct result shown, *result = &shown;
	json_t *beside = sample_beside(parts, sample, entry, &shown), *one;
	bool verified = result->status == RESULT_VERIFIED;
	bool amended = at->step.kind == STEP_AMEND;

	one = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:s, s:o, s:o, s:b, "
			"s:b, s:s, s:o, s:o, s:o, s:o, s:i, s:b, s:o, s:s}",
		"entry", (json_int_t)result->entry, "result", (json_int_t)result->number,
		"parameter", result->parameter, "method", result->method, "value", result->value,
		"unit", sample_status_unit(result->unit, result->parameter), "mpn",
		sample_status_mpn(result), "verdict", water_verdict_word(result->verdict), "reason",
		water_reason_word(result->reason), "limit", text_or_null(result->limit),
		"limit_unit", sample_status_unit("", result->parameter), "limit_set",
		text_or_null(result->set), "basis", text_or_null(basis_word(result->basis)),
		"alarm", (int)result->alarm, "screening", (int)result->screening, "status",
		verified ? "verified" : "preliminary", "verified_by",
		text_or_null(verified ? at->verified_by : ""), "amended_by",
		text_or_null(amended ? at->step.by : ""), "amended_why",
		text_or_null(at->step.reason), "stores", stores_of(parts, result->number),
		"revision", (int)result->revision, "counts", (int)after_counts(sample, entry),
		"uncertainty", text_or_null(result->uncertainty), "rule",
		result->rule == RULE_GUARDED ? "guarded" : "simple");
	json_object_set_new(one, "known", text_or_null(result->known));
	json_object_set_new(one, "unsettled", json_boolean(result->unsettled));
	json_object_set_new(one, "before", before_of(sample, at));
	json_object_set_new(one, "beside", beside);
	/* As it was recorded and sent, where those beside it leave another. */
	json_object_set_new(one, "recorded",
		at->result.verdict == shown.verdict
			? json_null()
			: json_string(water_verdict_word(at->result.verdict)));
	return one;
}

void sample_status_failing(const struct parts *parts, const struct sample *sample, json_t *to)
{
	struct beside beside[FIELD_BESIDE];
	struct result shown;
	json_t *one;
	unsigned i;

	for (i = 0; sample_counts(sample) && i < sample->n_entries; i++) {
		if (!sample->entries[i].result.number || !after_counts(sample, i))
			continue;
		(void)field_beside(parts->field, sample, i, &shown, beside);
		if (!water_fails(shown.verdict) && shown.verdict != WATER_POSSIBLE_FAILURE)
			continue;
		one = result_of(parts, sample, i);
		json_object_set_new(one, "sample", json_integer((json_int_t)sample->number));
		json_object_set_new(one, "point", point_of(parts, sample));
		json_array_append_new(to, one);
	}
}

/* Of an analyzer's value: the check it rests on; null: what needs none. */
static json_t *check_of(const struct parts *parts, const struct sample *sample, unsigned i)
{
	const struct step *step = &sample->entries[i].step;
	json_t *check;

	if (!*step->unit)
		return json_null();
	check = check_status_vouch(parts, step->unit, step->parameter, after_first(sample, i));
	json_object_set_new(check, "unit", json_string(step->unit));
	return check;
}

static json_t *results_of(const struct parts *parts, const struct sample *sample)
{
	json_t *all = json_array(), *one;
	unsigned i;

	for (i = 0; i < sample->n_entries; i++) {
		if (!sample->entries[i].result.number)
			continue;
		one = result_of(parts, sample, i);
		json_object_set_new(one, "check", check_of(parts, sample, i));
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *names_of(const char *const *names, unsigned n)
{
	json_t *all = json_array();
	unsigned i;

	for (i = 0; i < n && i < WATER_RESULTS; i++)
		json_array_append_new(all, json_string(names[i]));
	return all;
}

static void take_summary(void *ctx, const struct water_summary *summary)
{
	json_t **to = ctx;
	char words[600];
	struct text text = text_over(words, sizeof(words));

	water_put_summary(&text, summary);
	*to = json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:b, s:s}", "required",
		(int)summary->required, "tested", (int)summary->judged, "failing",
		names_of(summary->failed, summary->n_failed), "possible",
		names_of(summary->possible, summary->n_possible), "not_judged",
		names_of(summary->not_judged, summary->n_not_judged), "missing",
		names_of(summary->missing, summary->n_missing), "alarm", (int)summary->alarm,
		"words", words);
}

static json_t *summary_of(const struct parts *parts, const struct sample *sample)
{
	json_t *summary = NULL;

	if (!*sample->impediment)
		field_summarize(parts->field, sample, take_summary, &summary);
	return summary ? summary : json_null();
}

/* --- the whole ----------------------------------------------------------------------------------------- */

json_t *sample_status_short(const struct parts *parts, const struct sample *sample)
{
	const struct step *begin = &sample->begin;

	return json_pack("{s:I, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "sample",
		(json_int_t)sample->number, "state", sample_state_word(sample_state(sample)),
		"purpose", begin->purpose, "activity", begin->activity, "parent",
		begin->parent ? json_integer((json_int_t)begin->parent) : json_null(), "by",
		begin->by, "begun_ms", utc_or_null(sample_status_moment(parts, sample->number)),
		"point", point_of(parts, sample), "district", text_or_null(begin->place.district),
		"impediment",
		text_or_null(*sample->impediment ? sample->entries[sample->n_entries - 1].step.value
						 : ""));
}

json_t *sample_status(const struct parts *parts, const struct sample *sample)
{
	json_t *status = sample_status_short(parts, sample);
	json_t *pending = json_array(), *units = json_array();
	unsigned i;

	for (i = 0; i < sample->n_units; i++)
		json_array_append_new(units, json_string(sample->units[i]));
	sample_status_pending(parts, sample, pending);
	/* Before the results: what comes in between was not shown. */
	json_object_set_new(
		status, "newest", json_integer((json_int_t)field_newest(parts->field, sample)));
	json_object_set_new(status, "lab", json_string(parts->conf->lab));
	json_object_set_new(status, "units", units);
	json_object_set_new(status, "all_units", json_boolean(sample->all_units));
	json_object_set_new(status, "live", live_of(parts, sample));
	json_object_set_new(status, "entries", entries_of(sample));
	json_object_set_new(status, "pending", pending);
	json_object_set_new(status, "results", results_of(parts, sample));
	json_object_set_new(status, "summary", summary_of(parts, sample));
	json_object_set_new(status, "history", sample_history(parts, sample));
	return status;
}
