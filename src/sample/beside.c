#include "sample/beside.h"

#include <string.h>

#include "sample/after.h"
#include "sample/beside_say.h"
#include "sample/terms.h"

/* --- which are beside each other ----------------------------------------------------------------------- */

static uint64_t root_of(const struct sample *sample)
{
	return sample->begin.parent ? sample->begin.parent : sample->number;
}

static bool is_practice(const struct sample *sample)
{
	return term_number(TERM_PURPOSE, sample->begin.purpose) == PURPOSE_TRAINING;
}

/* Ended, of the same water, and both in earnest or both for practice. */
static bool is_beside(const struct sample *sample, const struct sample *other)
{
	return other->number != sample->number && root_of(other) == root_of(sample) &&
	       other->ended && !other->cancelled && is_practice(other) == is_practice(sample);
}

static enum beside_kind kind_of(const struct sample *sample)
{
	switch (term_number(TERM_ACTIVITY, sample->begin.activity)) {
	case 3:
		return BESIDE_BLANK;
	case 4:
		return BESIDE_SPIKE;
	case 5:
		return BESIDE_REFERENCE;
	default:
		return BESIDE_REPLICATE;
	}
}

static bool counts(const struct sample *sample, unsigned entry)
{
	return sample->entries[entry].result.number && after_counts(sample, entry);
}

static bool is_same_test(const struct result *a, const struct result *b)
{
	return !strcmp(a->parameter, b->parameter) && !strcmp(a->method, b->method);
}

/* The result of the same test of the sample beside which this one was taken; NULL: there is none. */
static const struct result *parent_of(
	const struct samples *samples, const struct sample *sample, const struct result *result)
{
	const struct sample *parent = samples_find(samples, sample->begin.parent);
	unsigned i;

	for (i = 0; parent && is_beside(sample, parent) && i < parent->n_entries; i++)
		if (counts(parent, i) && is_same_test(&parent->entries[i].result, result))
			return &parent->entries[i].result;
	return NULL;
}

/* --- what a verdict becomes ---------------------------------------------------------------------------- */

struct weight {
	enum water_reason high, low; /* why what the water shows may be too much, or too little */
	const struct result *bad;    /* a replicate that fails, or may */
};

static void weigh_one(struct weight *weight, const struct beside *one, const struct result *other)
{
	static const enum water_reason why[] = {WHY_REPLICATE, WHY_BLANK, WHY_SPIKE, WHY_REFERENCE};

	if (one->kind == BESIDE_REPLICATE && beside_is_bad(other) &&
		(!weight->bad || other->alarm > weight->bad->alarm))
		weight->bad = other;
	if (one->state == BESIDE_FOUND || one->state == BESIDE_HIGH)
		weight->high = why[one->kind];
	if (one->state == BESIDE_LOW)
		weight->low = why[one->kind];
}

static bool has_lower_bound(const char *limit)
{
	return strstr(limit, "..") && strncmp(limit, "..", 2) != 0;
}

/* "absent" is one too. */
static bool has_upper_bound(const char *limit)
{
	const char *between = strstr(limit, "..");

	return !between || between[2];
}

static void doubt(struct result *shown, enum water_reason why, bool fails, bool other_end)
{
	if (why == WHY_NONE)
		return;
	if (fails)
		shown->verdict = WATER_POSSIBLE_FAILURE;
	else if (shown->verdict == WATER_MEETS && other_end)
		shown->verdict = shown->as_if_believed = WATER_CANNOT_JUDGE;
	else
		return;
	shown->reason = why;
}

static void weigh(struct result *shown, const struct weight *weight)
{
	const struct result *bad = weight->bad;

	doubt(shown, weight->high,
		shown->verdict == WATER_FAILS_ABOVE || shown->verdict == WATER_FAILS_DETECTED,
		has_lower_bound(shown->limit));
	doubt(shown, weight->low, shown->verdict == WATER_FAILS_BELOW,
		has_upper_bound(shown->limit));
	if (!bad || (shown->verdict != WATER_MEETS && shown->verdict != WATER_CANNOT_JUDGE))
		return;
	shown->verdict = WATER_POSSIBLE_FAILURE;
	shown->as_if_believed = bad->as_if_believed;
	shown->reason = WHY_REPLICATE;
	shown->alarm = bad->alarm;
	if (!shown->basis)
		shown->basis = bad->basis;
}

/* --- looking ------------------------------------------------------------------------------------------- */

struct look {
	const struct samples *samples;
	const struct sample *sample;
	const struct result *result; /* of it */
	struct weight weight;
	struct beside *to;
	size_t n, most;
};

/* What `other`, a result of `from`, says of the water's. */
static void look_at(struct look *look, const struct sample *from, const struct result *other)
{
	struct beside one = {.kind = kind_of(from), .sample = from->number};
	bool method = one.kind == BESIDE_SPIKE || one.kind == BESIDE_REFERENCE;

	if (!amount_same_property(other->parameter, look->result->parameter) ||
		(method && !is_same_test(other, look->result)))
		return;
	if (one.kind == BESIDE_REPLICATE)
		beside_say_replicate(look->result, other, &one);
	else if (one.kind == BESIDE_BLANK)
		beside_say_blank(look->result, other, &one);
	else
		beside_say_recovery(one.kind, other, parent_of(look->samples, from, other), &one);
	weigh_one(&look->weight, &one, other);
	one.result = *other;
	if (look->n < look->most)
		look->to[look->n++] = one;
}

/* What a blank, spike or reference says itself. */
static void look_inside(struct look *look)
{
	const struct result *parent = parent_of(look->samples, look->sample, look->result);
	struct beside one = {.kind = kind_of(look->sample), .sample = look->sample->begin.parent};

	if (one.kind == BESIDE_BLANK)
		beside_say_blank(parent, look->result, &one);
	else
		beside_say_recovery(one.kind, look->result, parent, &one);
	if (parent)
		one.result = *parent;
	if (look->most)
		look->to[look->n++] = one;
}

size_t beside_look(const struct samples *samples, const struct sample *sample, unsigned entry,
	struct result *shown, struct beside *to, size_t most)
{
	struct look look = {.samples = samples,
		.sample = sample,
		.result = &sample->entries[entry].result,
		.to = to,
		.most = most};
	const struct sample *other;
	size_t i;
	unsigned k;

	*shown = *look.result;
	if (!strcmp(shown->parameter, TERM_NO_WATER))
		return 0;
	if (!term_is_water(sample->begin.activity)) {
		look_inside(&look);
		return look.n;
	}
	for (i = 0; (other = samples_at(samples, i)); i++)
		for (k = 0; is_beside(sample, other) && k < other->n_entries; k++)
			if (counts(other, k))
				look_at(&look, other, &other->entries[k].result);
	weigh(shown, &look.weight);
	return look.n;
}

/* --- what is to be looked at --------------------------------------------------------------------------- */

static uint64_t newest_in(const struct sample *sample, uint64_t *owes)
{
	uint64_t newest = 0;
	unsigned i;

	for (i = 0; i < sample->n_entries; i++) {
		uint64_t result = sample->entries[i].result.number;

		if (!result)
			*owes = sample->number;
		if (result > newest)
			newest = result;
	}
	return newest;
}

uint64_t beside_newest(const struct samples *samples, const struct sample *sample, uint64_t *owes)
{
	uint64_t newest, other_newest;
	const struct sample *other;
	size_t i;

	*owes = 0;
	newest = newest_in(sample, owes);
	for (i = 0; (other = samples_at(samples, i)); i++) {
		other_newest = is_beside(sample, other) ? newest_in(other, owes) : 0;
		if (other_newest > newest)
			newest = other_newest;
	}
	return newest;
}

/* --- words --------------------------------------------------------------------------------------------- */

const char *beside_kind_word(enum beside_kind kind)
{
	static const char *const words[] = {"replicate", "blank", "spike", "reference"};

	return words[kind];
}

const char *beside_state_word(enum beside_state state)
{
	static const char *const words[] = {"untold", "near", "far", "disagrees", "clean", "faint",
		"found", "good", "low", "high"};

	return words[state];
}

const char *beside_figure_word(enum beside_figure figure)
{
	static const char *const words[] = {
		"", "apart_percent", "apart_log", "apart", "recovery", "off_log", "off"};

	return words[figure];
}
