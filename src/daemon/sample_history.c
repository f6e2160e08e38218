/* What was found at a sample's point before, beside each parameter of it. */
#include "daemon/sample_history.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/sample_status.h"

enum { MOST = 256, SHOWN = HISTORY_KEPT - 1 };

struct past {
	const struct parts *parts;
	struct result at[MOST];
	int64_t begun_ms[MOST]; /* of its sample; -1: not asked yet */
	size_t n;
};

/* Results of one sample stand side by side and have one time. */
static int64_t begun_of(struct past *past, size_t i)
{
	if (past->begun_ms[i] < 0)
		past->begun_ms[i] = i && past->at[i].sample == past->at[i - 1].sample
					    ? begun_of(past, i - 1)
					    : sample_status_moment(past->parts, past->at[i].sample);
	return past->begun_ms[i];
}

static json_t *earlier_one(struct past *past, size_t i)
{
	const struct result *result = &past->at[i];
	int64_t begun_ms = begun_of(past, i);

	return json_pack("{s:I, s:o, s:s, s:s, s:s, s:o, s:s, s:s}", "sample",
		(json_int_t)result->sample, "begun_ms",
		begun_ms ? json_integer(begun_ms) : json_null(), "value", result->value, "unit",
		sample_status_unit(result->unit, result->parameter), "method", result->method,
		"mpn", sample_status_mpn(result), "verdict", water_verdict_word(result->verdict),
		"status", result->status == RESULT_VERIFIED ? "verified" : "preliminary");
}

static bool has_failed(const struct result *result)
{
	return water_fails(result->verdict) || result->verdict == WATER_POSSIBLE_FAILURE;
}

/* The newest of its visit that failed: a replicate that meets the limit does not clear its parent.  NULL: none did. */
static const struct result *failure_of(const struct past *past, size_t i)
{
	size_t k;

	for (k = i; k < past->n; k++)
		if (past->at[k].visit == past->at[i].visit &&
			!strcmp(past->at[k].parameter, past->at[i].parameter) &&
			has_failed(&past->at[k]))
			return &past->at[k];
	return NULL;
}

/* Is it tested in this sample, by now or by a test under way? */
static bool is_tested(const struct sample *sample, const char *parameter)
{
	unsigned i;

	for (i = 0; i < sample->n_entries; i++)
		if (!strcmp(sample->entries[i].step.parameter, parameter))
			return true;
	for (i = 0; i < sample->n_tests; i++)
		if (!strcmp(sample->tests[i].step.parameter, parameter))
			return true;
	return false;
}

/* Of the parameter of the i-th, which is the newest of it. */
static json_t *parameter_of(struct past *past, const struct sample *sample, size_t i)
{
	const struct result *last = &past->at[i], *failed = failure_of(past, i);
	json_t *earlier = json_array();
	size_t k;

	for (k = i; k < past->n && json_array_size(earlier) < SHOWN; k++)
		if (!strcmp(past->at[k].parameter, last->parameter))
			json_array_append_new(earlier, earlier_one(past, k));
	return json_pack("{s:s, s:b, s:o, s:o}", "parameter", last->parameter, "tested",
		(int)is_tested(sample, last->parameter), "retest_of",
		failed ? json_integer((json_int_t)failed->sample) : json_null(), "earlier",
		earlier);
}

static bool is_newest(const struct past *past, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (!strcmp(past->at[k].parameter, past->at[i].parameter))
			return false;
	return true;
}

/* What was taken beside a sample is no retest of it. */
static void leave_out_visit(struct past *past, uint64_t visit)
{
	size_t i, n = 0;

	for (i = 0; i < past->n; i++)
		if (!visit || past->at[i].visit != visit)
			past->at[n++] = past->at[i];
	past->n = n;
}

json_t *sample_history(const struct parts *parts, const struct sample *sample)
{
	struct past *past = malloc(sizeof(*past));
	json_t *all = json_array();
	size_t i;

	if (!past || !sample->begin.point || !term_is_water(sample->begin.activity)) {
		free(past);
		return all;
	}
	past->parts = parts;
	past->n = field_before(parts->field, sample->begin.point, sample->number, past->at, MOST);
	leave_out_visit(past, sample->begin.parent);
	for (i = 0; i < past->n; i++)
		past->begun_ms[i] = -1;
	for (i = 0; i < past->n; i++)
		if (is_newest(past, i) &&
			(is_tested(sample, past->at[i].parameter) || failure_of(past, i)))
			json_array_append_new(all, parameter_of(past, sample, i));
	free(past);
	return all;
}
