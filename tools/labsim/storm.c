#include "storm.h"

#include <inttypes.h>

#include "bus/decode.h"
#include "image.h"
#include "water.h"

uint64_t storm_roll(struct storm *storm, uint64_t sides)
{
	storm->dice = water_mix(storm->dice);
	return storm->dice % sides;
}

int64_t storm_about(struct storm *storm, int64_t mean)
{
	return mean / 2 + (int64_t)storm_roll(storm, (uint64_t)mean);
}

static const struct profile_field *any_field(
	struct storm *storm, const struct profile *profile, bool sentinel)
{
	unsigned first = (unsigned)storm_roll(storm, profile->n_fields ? profile->n_fields : 1), i;

	for (i = 0; i < profile->n_fields; i++) {
		const struct profile_field *field =
			&profile->fields[(first + i) % profile->n_fields];

		if (!sentinel || image_has_sentinel(field))
			return field;
	}
	return NULL;
}

static void say_field(struct text *said, const char *word, const struct profile_field *field)
{
	if (field)
		text_printf(said, "%s %s", word, field->parameter);
	else
		text_put(said, "mute");
}

static void say_state(struct storm *storm, const struct profile *profile, struct text *said)
{
	unsigned rules = profile->n_status;
	uint64_t i = storm_roll(storm, rules ? rules : 1);

	if (rules)
		text_printf(said, "status %s", decode_effect_word(profile->status[i].effect));
	else
		text_put(said, "mute");
}

static void say_unit_fault(struct storm *storm, const struct profile *profile, struct text *said)
{
	static const char *const plain[] = {
		"mute", "crc", "wrong-unit", "short", "extra", "garbage", "wrong-count", "frozen"};
	const struct profile_field *field;
	uint64_t kind = storm_roll(storm, 14);

	switch (kind) {
	case 8:
	case 9: /* a bit later than it should ever be, and well later */
		text_printf(said, "late %" PRIu64 "ms",
			1 + storm_roll(storm, profile->reply_ms + profile->reply_ms / 2 + 1));
		return;
	case 10:
		text_printf(said, "exception %" PRIu64, 4 + 2 * storm_roll(storm, 2));
		return;
	case 11:
		field = any_field(storm, profile, true);
		say_field(said, "sentinel", field);
		return;
	case 12:
		field = any_field(storm, profile, false);
		say_field(said, "refuse", field);
		return;
	case 13:
		say_state(storm, profile, said);
		return;
	default:
		text_put(said, plain[kind]);
	}
}

static void say(struct storm *storm, const struct lab *lab, struct text *said)
{
	static const char *const chances[] = {"1", "1", "0.5", "0.2", "0.05"};
	const struct lab_line *line = &lab->lines[storm_roll(storm, lab->n_lines)];
	const struct lab_unit *unit;
	int64_t lasts_ms = storm_about(storm, storm->strike_ns) / 1000000;

	if (!line->n_units || (storm->lines && !storm_roll(storm, 8))) {
		text_printf(said, "%s %s", line->conf->name,
			storm_roll(storm, 2) ? "unplug" : "babble");
	} else {
		unit = &line->units[storm_roll(storm, line->n_units)];
		text_printf(said, "%s ", unit->conf->name);
		say_unit_fault(storm, unit->conf->profile, said);
		text_printf(said, " p=%s", chances[storm_roll(storm, 5)]);
	}
	text_printf(said, " %" PRId64 "ms", lasts_ms);
}

void storm_step(struct storm *storm, struct lab *lab, int64_t now_ns, struct text *said)
{
	char words[160];
	struct text why = text_over(words, sizeof(words));

	text_clear(said);
	if (!lab->n_lines || (storm->next_ns && now_ns < storm->next_ns))
		return;
	if (storm->next_ns) {
		say(storm, lab, said);
		if (lab_command(lab, said->at, now_ns, &why))
			text_clear(said); /* this unit cannot show that */
	}
	storm->next_ns = now_ns + storm_about(storm, storm->pause_ns);
}
