/* What a sample's results say together: which tests this water must have, and which of them say something. */
#include <string.h>

#include "model/verdict.h"

static const char ecoli[] = "ecoli", thermotolerant[] = "thermotolerant_coliform";

static bool has(const char *const *codes, unsigned n, const char *code)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (amount_same_property(codes[i], code))
			return true;
	return false;
}

static void add(const char **codes, unsigned *n, const char *code)
{
	if (*n < WATER_RESULTS && !has(codes, *n, code))
		codes[(*n)++] = code;
}

/* --- which tests ------------------------------------------------------------------------------------- */

static bool judges(const struct limit_set *set, const char *code)
{
	unsigned i;

	for (i = 0; i < set->n; i++)
		if (amount_same_property(set->rows[i].parameter, code))
			return true;
	return false;
}

/* As water_judge() has it: a parameter is the first set's that has a row for it. */
static bool is_of_earlier(const struct limit_set *const *sets, size_t n, const char *code)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (judges(sets[i], code))
			return true;
	return false;
}

/* What is not known of the site excuses from no test. */
static bool may_apply(const struct water_site *site, const struct limit *limit)
{
	enum water_reason why = water_fits(site, &limit->applies_to);

	return why == WHY_NONE || why == WHY_TREATMENT || why == WHY_POSITION;
}

static unsigned list_required(const char **codes, const struct water_site *site,
	const struct limit_set *const *sets, size_t n_sets)
{
	unsigned n = 0, k;
	size_t i;

	add(codes, &n, ecoli);
	for (i = 0; i < n_sets; i++)
		for (k = 0; k < sets[i]->n; k++) {
			const struct limit *limit = &sets[i]->rows[k];

			if (limit->required && may_apply(site, limit) &&
				!is_of_earlier(sets, i, limit->parameter))
				add(codes, &n, limit->parameter);
		}
	return n;
}

/* --- what is known of them --------------------------------------------------------------------------- */

static bool is_of(const struct water_result *result, const char *code)
{
	return result->judgement.verdict != WATER_NOT_APPLICABLE &&
	       amount_same_property(result->parameter, code);
}

static void count_required(
	struct water_summary *to, const struct water_result *results, size_t n, const char *code)
{
	const char *speaks = code;
	bool there = false, judged = false;
	size_t i;

	for (i = 0; i < n && !there; i++)
		there = is_of(&results[i], code);
	if (!there && code == ecoli)
		speaks = thermotolerant;
	for (i = 0; i < n; i++) {
		if (!is_of(&results[i], speaks))
			continue;
		there = true;
		judged |= results[i].judgement.verdict != WATER_CANNOT_JUDGE;
	}
	to->judged += judged;
	if (!there)
		add(to->missing, &to->n_missing, code);
	else if (!judged)
		add(to->not_judged, &to->n_not_judged, code);
}

void water_summarize(struct water_summary *to, const struct water_result *results, size_t n,
	const struct water_site *site, const struct limit_set *const *sets, size_t n_sets)
{
	const char *required[WATER_RESULTS];
	unsigned k;
	size_t i;

	*to = (struct water_summary){.required = list_required(required, site, sets, n_sets)};
	n = n < WATER_RESULTS ? n : WATER_RESULTS;
	for (i = 0; i < n; i++) {
		const struct water_judgement *judgement = &results[i].judgement;

		if (water_fails(judgement->verdict))
			add(to->failed, &to->n_failed, results[i].parameter);
		else if (judgement->verdict == WATER_POSSIBLE_FAILURE)
			add(to->possible, &to->n_possible, results[i].parameter);
		to->alarm |= judgement->alarm;
		to->screening |= judgement->screening;
	}
	for (k = 0; k < to->required; k++)
		count_required(to, results, n, required[k]);
}
