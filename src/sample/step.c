#include "sample/step.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fields.h"
#include "sample/tokens.h"

/* --- texts --------------------------------------------------------------------------------------------- */

struct field {
	const char *key;
	size_t at, cap;
};

#define FIELD(key, member)                                                             \
	{                                                                              \
		key, offsetof(struct step, member), sizeof(((struct step *)0)->member) \
	}

/* Short keys: a record's words have 159 bytes. */
static const struct field fields[] = {FIELD("by", by), FIELD("t", token), FIELD("purpose", purpose),
	FIELD("activity", activity), FIELD("type", type), FIELD("position", position),
	FIELD("treated", treated), FIELD("a", unit), FIELD("p", parameter), FIELD("m", method),
	FIELD("lot", lot), FIELD("v", value), FIELD("u", value_unit), FIELD("mdl", mdl),
	FIELD("x", dilution), FIELD("k", known), FIELD("cel", incubation_c),
	FIELD("reason", reason), FIELD("district", place.district), FIELD("tehsil", place.tehsil),
	FIELD("near", place.near)};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the place ----------------------------------------------------------------------------------------- */

static void put_place(struct text *to, const struct place *place)
{
	char at[32];

	if (place->origin == PLACE_NONE)
		return;
	fields_put_number(to, "pos", place->origin);
	if (place->has_point) {
		snprintf(at, sizeof(at), "%d,%d", place->lat_e7, place->lon_e7);
		fields_put(to, "at_e7", at);
		fields_put_number(to, "mode", place->mode);
		fields_put_number(to, "eph_cm", place->eph_cm);
		fields_put_number(to, "fix_age_ms", place->fix_age_ms);
	}
	if (place->border_m >= 0)
		fields_put_number(to, "border_m", place->border_m);
}

static int32_t number_of(const char *words, const char *key, int32_t otherwise)
{
	int64_t value;

	return fields_get_number(words, key, &value) && value >= INT32_MIN && value <= INT32_MAX
		       ? (int32_t)value
		       : otherwise;
}

static void read_place(struct place *place, const char *words)
{
	int32_t origin = number_of(words, "pos", PLACE_NONE);
	char at[32], *end;
	long lat, lon;

	place->border_m = number_of(words, "border_m", -1);
	if (origin != PLACE_GPS && origin != PLACE_ENTERED)
		return;
	place->origin = (enum place_origin)origin;
	if (!fields_get(words, "at_e7", at, sizeof(at)))
		return;
	lat = strtol(at, &end, 10);
	if (*end != ',')
		return;
	lon = strtol(end + 1, NULL, 10);
	if (lat < -900000000 || lat > 900000000 || lon < -1800000000 || lon > 1800000000)
		return;
	place->lat_e7 = (int32_t)lat;
	place->lon_e7 = (int32_t)lon;
	place->has_point = true;
	place->mode = (uint8_t)number_of(words, "mode", 0);
	place->eph_cm = number_of(words, "eph_cm", 0);
	place->fix_age_ms = number_of(words, "fix_age_ms", 0);
}

/* --- a step -------------------------------------------------------------------------------------------- */

void step_put(struct text *to, const struct step *step)
{
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		fields_put(to, fields[i].key, (const char *)step + fields[i].at);
	switch (step->kind) {
	case STEP_BEGIN:
		if (step->parent)
			fields_put_number(to, "parent", (int64_t)step->parent);
		break;
	case STEP_SITE:
		if (step->point)
			fields_put_number(to, "point", (int64_t)step->point);
		break;
	case STEP_PLACE:
		put_place(to, &step->place);
		break;
	case STEP_START:
		fields_put_number(to, "hours", step->hours);
		break;
	case STEP_ENTER:
	case STEP_FINISH:
	case STEP_AMEND:
		fields_put_number(to, "o", step->origin);
		if (step->qc)
			fields_put_number(to, "q", step->qc);
		if (step->unsettled)
			fields_put_number(to, "moved", 1);
		break;
	case STEP_UNIT:
	case STEP_END:
	case STEP_CANCEL:
	case STEP_VERIFY:
	case STEP_IMPEDE:
		break;
	}
}

uint64_t step_question(const struct step *step)
{
	struct step asked = *step;
	char words[1024];
	struct text to = text_over(words, sizeof(words));

	if (step->kind == STEP_BEGIN) {
		asked = (struct step){.kind = STEP_BEGIN};
		memcpy(asked.by, step->by, sizeof(asked.by));
		memcpy(asked.purpose, step->purpose, sizeof(asked.purpose));
		memcpy(asked.activity, step->activity, sizeof(asked.activity));
		asked.parent = step->parent;
	}
	if (step->origin == ORIGIN_TAKEN)
		*asked.value = *asked.method = '\0';
	asked.qc = 0;
	asked.unsettled = false;
	*asked.token = '\0';
	asked.place = (struct place){.origin = PLACE_NONE};
	fields_put_number(&to, "kind", asked.kind);
	fields_put_number(&to, "sample", (int64_t)asked.sample);
	fields_put_number(&to, "test", (int64_t)asked.test);
	step_put(&to, &asked);
	return tokens_question(&to);
}

static bool says_enough(const struct step *step)
{
	switch (step->kind) {
	case STEP_BEGIN:
		return *step->purpose && *step->activity;
	case STEP_ENTER:
		return step->sample && *step->parameter && *step->value;
	case STEP_START:
		return step->sample && *step->parameter && step->hours > 0;
	case STEP_FINISH:
		return step->sample && step->test && *step->value;
	case STEP_AMEND:
		return step->sample && step->test && *step->value && *step->by && *step->reason;
	case STEP_VERIFY:
		return step->sample && *step->by;
	case STEP_IMPEDE:
		return step->sample && *step->value;
	case STEP_SITE:
	case STEP_PLACE:
	case STEP_UNIT:
	case STEP_END:
	case STEP_CANCEL:
		return step->sample > 0;
	}
	return false;
}

bool step_read(struct step *step, enum step_kind kind, uint64_t number, uint64_t sample,
	uint64_t test, const char *words)
{
	int64_t value;
	size_t i;

	*step = (struct step){
		.kind = kind, .sample = kind == STEP_BEGIN ? number : sample, .test = test};
	for (i = 0; i < COUNT(fields); i++)
		(void)fields_get(words, fields[i].key, (char *)step + fields[i].at, fields[i].cap);
	if (fields_get_number(words, "point", &value) && value > 0)
		step->point = (uint64_t)value;
	if (fields_get_number(words, "parent", &value) && value > 0)
		step->parent = (uint64_t)value;
	step->hours = number_of(words, "hours", 0);
	value = number_of(words, "o", ORIGIN_KIT);
	step->origin = value >= ORIGIN_KIT && value <= ORIGIN_BAG ? (enum origin)value : ORIGIN_KIT;
	value = number_of(words, "q", 0);
	step->qc = value == QC_SUSPECT || value == QC_FAIL ? (uint8_t)value : 0;
	step->unsettled = number_of(words, "moved", 0) == 1;
	read_place(&step->place, words);
	return says_enough(step);
}
