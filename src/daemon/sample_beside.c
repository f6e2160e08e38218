#include "daemon/sample_beside.h"

#include <math.h>

#include "daemon/sample_status.h"

static json_t *text_or_null(const char *s)
{
	json_t *text = *s ? json_string(s) : NULL;

	return text ? text : json_null();
}

/* As a person reads it: percent and pH to a tenth or a hundredth, no more than was measured. */
static json_t *figure_of(const struct beside *one)
{
	int decimals =
		one->figure == FIGURE_APART_PERCENT || one->figure == FIGURE_RECOVERY ? 0 : 2;

	return one->figure == FIGURE_NONE ? json_null()
					  : json_sprintf("%.*f", decimals, one->number);
}

/* Of a blank's, spike's or reference's own the other may be unknown: then its value is null. */
static json_t *one_of(const struct beside *one, bool own)
{
	const struct result *other = &one->result;
	bool there = other->number > 0;

	return json_pack("{s:b, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "own",
		(int)own, "kind", beside_kind_word(one->kind), "state",
		beside_state_word(one->state), "figure",
		text_or_null(beside_figure_word(one->figure)), "number", figure_of(one), "sample",
		one->sample ? json_integer((json_int_t)one->sample) : json_null(), "parameter",
		text_or_null(other->parameter), "method", text_or_null(other->method), "value",
		text_or_null(other->value), "unit",
		json_string(there ? sample_status_unit(other->unit, other->parameter) : ""), "mpn",
		there ? sample_status_mpn(other) : json_null(), "verdict",
		there ? json_string(water_verdict_word(other->verdict)) : json_null());
}

json_t *sample_beside(const struct parts *parts, const struct sample *sample, unsigned entry,
	struct result *shown)
{
	struct beside beside[FIELD_BESIDE];
	size_t i, n = field_beside(parts->field, sample, entry, shown, beside);
	bool own = !term_is_water(sample->begin.activity);
	json_t *all = json_array();

	for (i = 0; i < n; i++)
		json_array_append_new(all, one_of(&beside[i], own));
	return all;
}
