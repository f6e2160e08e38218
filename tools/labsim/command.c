/* Commands: who is meant, and whether it can be done. */
#include <inttypes.h>
#include <string.h>

#include "image.h"
#include "lab.h"
#include "played.h"

static bool is_word(const struct fault_command *command, const char *word)
{
	return !strcmp(command->target, word);
}

static bool only_modbus(enum fault_kind kind)
{
	return kind == FAULT_WRONG_UNIT || kind == FAULT_EXCEPTION || kind == FAULT_WRONG_COUNT;
}

/* Whether this unit can show the fault at all; words when not. */
static int can(const struct lab_unit *unit, const struct fault *fault, struct text *why)
{
	const struct profile *profile = unit->conf->profile;
	const struct profile_field *field;

	if (unit->played && (fault_words[fault->kind].scope == SCOPE_WORDS ||
				    (played_bytes(unit->played) && only_modbus(fault->kind)))) {
		text_printf(why, "%s is played from its driver's cases and cannot show that",
			unit->conf->name);
		return ERR_ABSENT;
	}
	if (fault_words[fault->kind].argument == ARGUMENT_PARAMETER) {
		field = image_field(profile, fault->parameter);
		if (!field) {
			text_printf(why, "%s has no %s", unit->conf->name, fault->parameter);
			return ERR_ABSENT;
		}
		if (fault->kind == FAULT_SENTINEL && !image_has_sentinel(field)) {
			text_printf(why, "%s names no sentinel for %s", profile->name,
				fault->parameter);
			return ERR_ABSENT;
		}
		if (fault->kind == FAULT_NAN && field->at.type != TYPE_F32 &&
			field->at.type != TYPE_F64) {
			text_printf(why, "%s of %s is no float", fault->parameter, profile->name);
			return ERR_ABSENT;
		}
	}
	if (fault->kind == FAULT_STATUS && !image_can_say(profile, fault->number)) {
		text_printf(why, "%s has no status that says so", profile->name);
		return ERR_ABSENT;
	}
	if (fault->kind == FAULT_IMPOSTOR && !profile->has_identity) {
		text_printf(why, "%s has no identity register", profile->name);
		return ERR_ABSENT;
	}
	return 0;
}

static bool replaces(const struct fault *a, const struct fault *b)
{
	return a->kind == b->kind && !strcmp(a->parameter, b->parameter);
}

static int apply(struct lab_unit *unit, const struct fault *fault, struct text *why)
{
	unsigned i;
	int rc = can(unit, fault, why);

	if (rc)
		return rc;
	for (i = 0; i < unit->n_faults; i++)
		if (replaces(&unit->faults[i], fault))
			break;
	if (i == UNIT_FAULTS) {
		text_printf(why, "%s has %d faults already", unit->conf->name, UNIT_FAULTS);
		return ERR_RANGE;
	}
	if (i == unit->n_faults)
		unit->n_faults++;
	unit->faults[i] = *fault;
	return 0;
}

static int apply_line(struct lab_line *line, const struct fault *fault, struct text *why)
{
	unsigned i, done = 0;
	int rc = ERR_ABSENT;

	switch (fault->kind) {
	case FAULT_UNPLUG:
		line->unplugged_until_ns = fault->until_ns;
		return 0;
	case FAULT_REPLUG:
		line->unplugged_until_ns = 0;
		return 0;
	case FAULT_BABBLE:
		line->babble_until_ns = fault->until_ns;
		return 0;
	case FAULT_OK:
		line->unplugged_until_ns = line->babble_until_ns = 0;
		for (i = 0; i < line->n_units; i++)
			line->units[i].n_faults = 0;
		return 0;
	default:
		break;
	}
	for (i = 0; i < line->n_units; i++) {
		rc = apply(&line->units[i], fault, why);
		done += !rc;
	}
	return done ? 0 : rc;
}

static int apply_unit(struct lab_unit *unit, const struct fault *fault, struct text *why)
{
	if (fault->kind == FAULT_OK) {
		unit->n_faults = 0;
		return 0;
	}
	if (fault_words[fault->kind].scope == SCOPE_LINE) {
		text_printf(why, "%s is a fault of a line; %s is a unit",
			fault_words[fault->kind].name, unit->conf->name);
		return ERR_RANGE;
	}
	return apply(unit, fault, why);
}

static int apply_named(struct lab *lab, const struct fault_command *command, struct text *why)
{
	bool all = is_word(command, "all"), found = false;
	unsigned i, j;
	int rc = ERR_ABSENT, one;

	for (i = 0; i < lab->n_lines; i++) {
		struct lab_line *line = &lab->lines[i];

		if (all || is_word(command, line->conf->name)) {
			one = apply_line(line, &command->fault, why);
			rc = found && !rc ? 0 : one;
			found = true;
			continue;
		}
		for (j = 0; j < line->n_units; j++)
			if (is_word(command, line->units[j].conf->name))
				return apply_unit(&line->units[j], &command->fault, why);
	}
	if (!found)
		text_printf(why, "no line or unit is called \"%s\"", command->target);
	return rc;
}

int lab_command(struct lab *lab, const char *command, int64_t now_ns, struct text *why)
{
	struct fault_command parsed;
	unsigned i, j;
	int rc;

	if (!fault_parse(&parsed, command, why))
		return ERR_RANGE;
	if (parsed.fault.until_ns != INT64_MAX)
		parsed.fault.until_ns += now_ns;
	if (parsed.fault.kind == FAULT_FROZEN)
		parsed.fault.ms = now_ns / 1000000 + lab->epoch_ms;
	pthread_mutex_lock(&lab->lock);
	for (i = 0; i < lab->n_lines; i++)
		for (j = 0; j < lab->lines[i].n_units; j++)
			lab_forget(&lab->lines[i].units[j], now_ns);
	rc = apply_named(lab, &parsed, why);
	pthread_mutex_unlock(&lab->lock);
	if (!rc)
		text_clear(why);
	return rc;
}

static void put_unit(const struct lab_unit *unit, int64_t now_ns, struct text *to)
{
	unsigned i;

	text_printf(to, "  %-16s %-20s %3u  asked %" PRIu64 " answered %" PRIu64 " spoilt %" PRIu64,
		unit->conf->name, unit->conf->profile->name, unit->conf->address, unit->asked,
		unit->answered, unit->spoilt);
	for (i = 0; i < unit->n_faults; i++)
		if (unit->faults[i].until_ns > now_ns && unit->faults[i].times)
			text_printf(to, "  %s%s%s", fault_words[unit->faults[i].kind].name,
				unit->faults[i].parameter[0] ? " " : "", unit->faults[i].parameter);
	text_put_char(to, '\n');
}

void lab_status(struct lab *lab, int64_t now_ns, struct text *to)
{
	unsigned i, j;

	pthread_mutex_lock(&lab->lock);
	for (i = 0; i < lab->n_lines; i++) {
		struct lab_line *line = &lab->lines[i];

		text_printf(to, "%s %s%s\n", line->conf->name,
			line->unplugged_until_ns > now_ns ? "unplugged" : "plugged in",
			line->babble_until_ns > now_ns ? ", babbling" : "");
		for (j = 0; j < line->n_units; j++)
			put_unit(&line->units[j], now_ns, to);
	}
	pthread_mutex_unlock(&lab->lock);
}
