/* Whether it is the right device that answers. */
#include <string.h>

#include "bus/decode.h"
#include "bus/unit.h"

/* Modbus Application Protocol v1.1b3, 7 */
enum { ILLEGAL_FUNCTION = 1, ILLEGAL_VALUE = 3 };

void unit_is_wrong(struct unit *unit, int64_t now_ns, int64_t took_ms, const char *words)
{
	struct text last = text_over(unit->said.last_words, sizeof(unit->said.last_words));
	int64_t pause_ms;

	unit->mismatch = false;
	unit->in_turn = false;
	unit->said.wrong++;
	unit->said.last_error = ERR_WRONG_UNIT;
	text_put(&last, words);
	pause_ms = health_is_wrong(&unit->health, took_ms);
	unit->said.health = unit->health.state;
	unit_wait(unit, now_ns + pause_ms * 1000000);
	log_lost(&unit->edge, now_ns / 1000000, "bus",
		"line %s, unit %s: another device answers at address %u: %s, not a %s; nothing is "
		"taken from it until the right one is there",
		unit->line, unit->conf->name, unit->conf->address, words, unit->profile->name);
}

void unit_take_identity(struct unit *unit, int64_t now_ns, const struct port_reply *reply)
{
	const struct profile_register *at = &unit->profile->identity;
	char words[80], says[96];
	struct text found = text_over(words, sizeof(words)), said = text_over(says, sizeof(says));
	struct value_bytes bytes;

	if (!decode_take(at, reply->pdu, reply->len, at->address, &bytes) &&
		decode_identity(unit->profile, &bytes, &found)) {
		/* A device that was wrong may stand again where the right one stood. */
		unit_answered(unit, now_ns);
		unit->verified = true;
		unit->mismatch = false;
		unit->stage = STAGE_BLOCKS;
		return;
	}
	if (!unit->mismatch) { /* it may be a stale answer to something else: once more */
		unit->mismatch = true;
		return;
	}
	text_printf(&said, "identity reads %s", words);
	unit_is_wrong(unit, now_ns, 0, says);
}

bool unit_doubts_identity(const struct unit *unit)
{
	return unit->in_turn && unit->mismatch &&
	       (unit->stage == STAGE_IDENTITY || (unit->stage == STAGE_CODEC && !unit->codec.at));
}

/* A device without that register is no device of this profile; one that is busy may be. */
void unit_identity_refused(struct unit *unit, int64_t now_ns, uint8_t code, int64_t took_ms)
{
	struct text last = text_over(unit->said.last_words, sizeof(unit->said.last_words));
	char words[80];
	struct text says = text_over(words, sizeof(words));

	unit->in_turn = false;
	text_printf(&last, "identity register: exception %u", code);
	if (code < ILLEGAL_FUNCTION || code > ILLEGAL_VALUE) {
		unit_till_next_beat(unit, now_ns);
		return;
	}
	text_clear(&last);
	text_printf(&says, "it refuses the identity register with exception %u", code);
	unit_is_wrong(unit, now_ns, took_ms, words);
}
