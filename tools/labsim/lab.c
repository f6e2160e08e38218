#include "lab.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/crc.h"
#include "image.h"
#include "played.h"
#include "water.h"

enum { PLAYED_TURNAROUND_MS = 20, TALK_NS = 1000000000 };

static uint64_t hash_name(uint64_t seed, const char *name)
{
	uint64_t hash = water_mix(seed);

	while (*name)
		hash = water_mix(hash ^ (uint8_t)*name++);
	return hash;
}

void lab_init(struct lab *lab, const struct line_conf *lines, unsigned n_lines, uint64_t seed,
	int64_t epoch_ms)
{
	unsigned i, j, k;

	memset(lab, 0, sizeof(*lab));
	pthread_mutex_init(&lab->lock, NULL);
	lab->seed = seed;
	lab->chance = water_mix(seed ^ 0xD1CE);
	lab->epoch_ms = epoch_ms;
	lab->turnaround_ms = -1;
	lab->n_lines = n_lines;
	for (i = 0; i < n_lines; i++) {
		struct lab_line *line = &lab->lines[i];

		line->conf = &lines[i];
		line->n_units = lines[i].n_units;
		for (j = 0; j < line->n_units; j++) {
			struct lab_unit *unit = &line->units[j];
			const struct profile *profile = lines[i].units[j].profile;

			unit->conf = &lines[i].units[j];
			unit->source = hash_name(seed, unit->conf->name);
			for (k = 0; k < profile->n_fields; k++)
				unit->water[k] = water_find(profile->fields[k].parameter);
		}
	}
}

/* How many units before this one, through all lines, have its driver. */
static unsigned before(const struct lab *lab, unsigned line, unsigned unit)
{
	const struct lab_unit *of = &lab->lines[line].units[unit], *at;
	unsigned i, j, n = 0;

	for (i = 0; i <= line; i++)
		for (j = 0; j < lab->lines[i].n_units; j++) {
			at = &lab->lines[i].units[j];
			if (at == of)
				return n;
			n += at->conf->profile->driver == of->conf->profile->driver;
		}
	return n;
}

int lab_play(struct lab *lab, const char *drivers, struct text *why)
{
	unsigned i, j;
	int rc = 0;

	for (i = 0; i < lab->n_lines; i++)
		for (j = 0; j < lab->lines[i].n_units && !rc; j++) {
			struct lab_unit *unit = &lab->lines[i].units[j];

			if (unit->conf->profile->driver)
				rc = played_new(
					&unit->played, unit->conf, drivers, before(lab, i, j), why);
		}
	return rc;
}

void lab_close(struct lab *lab)
{
	unsigned i, j;

	for (i = 0; i < lab->n_lines; i++)
		for (j = 0; j < lab->lines[i].n_units; j++)
			played_free(lab->lines[i].units[j].played);
	pthread_mutex_destroy(&lab->lock);
}

static uint64_t draw(struct lab *lab)
{
	lab->chance = water_mix(lab->chance);
	return lab->chance;
}

uint64_t lab_draw(struct lab *lab)
{
	uint64_t drawn;

	pthread_mutex_lock(&lab->lock);
	drawn = draw(lab);
	pthread_mutex_unlock(&lab->lock);
	return drawn;
}

void lab_forget(struct lab_unit *unit, int64_t now_ns)
{
	unsigned i, kept = 0;

	for (i = 0; i < unit->n_faults; i++)
		if (unit->faults[i].until_ns > now_ns && unit->faults[i].times)
			unit->faults[kept++] = unit->faults[i];
	unit->n_faults = kept;
}

/* The first fault of the frame that strikes this time. */
static struct fault *strike(struct lab *lab, struct lab_unit *unit)
{
	unsigned i;

	for (i = 0; i < unit->n_faults; i++) {
		struct fault *fault = &unit->faults[i];

		if (fault_words[fault->kind].scope != SCOPE_FRAME)
			continue;
		if (fault->chance < 1 && ldexp((double)(draw(lab) >> 11), -53) >= fault->chance)
			continue;
		if (fault->times > 0)
			fault->times--;
		return fault;
	}
	return NULL;
}

static void miscount(struct lab_answer *answer)
{
	if (answer->len < 4 || answer->pdu[0] & 0x80)
		return;
	if (answer->pdu[1] <= 248) {
		answer->pdu[answer->len++] = (uint8_t)(answer->noise >> 8);
		answer->pdu[answer->len++] = (uint8_t)answer->noise;
		answer->pdu[1] = (uint8_t)(answer->pdu[1] + 2);
	} else {
		answer->pdu[1] = (uint8_t)(answer->pdu[1] - 2);
		answer->len -= 2;
	}
}

static void spoil(struct lab_answer *answer, const struct fault *fault)
{
	answer->outcome = fault->kind;
	if (fault->kind == FAULT_MUTE)
		answer->speaks = false;
	if (fault->kind == FAULT_LATE)
		answer->delay_ns += fault->ms * 1000000;
	if (fault->kind == FAULT_WRONG_UNIT)
		answer->number = (uint8_t)(answer->number == 247 ? 1 : answer->number + 1);
	if (fault->kind == FAULT_EXCEPTION)
		image_exception(answer, fault->number);
	if (fault->kind == FAULT_WRONG_COUNT)
		miscount(answer);
}

/* Faults that leave the asker its answer, sooner or later. */
static bool arrives(const struct lab_answer *answer)
{
	return answer->outcome == FAULT_OK || answer->outcome == FAULT_LATE ||
	       answer->outcome == FAULT_EXTRA || answer->outcome == FAULT_EXCEPTION;
}

static void begin_answer(
	struct lab *lab, struct lab_unit *unit, int64_t now_ns, struct lab_answer *answer)
{
	unsigned ms = unit->played ? PLAYED_TURNAROUND_MS : unit->conf->profile->turnaround_ms;

	lab_forget(unit, now_ns);
	unit->asked++;
	answer->unit = unit;
	answer->delay_ns =
		1000000 * (int64_t)(lab->turnaround_ms >= 0 ? (unsigned)lab->turnaround_ms : ms);
}

/* False: its cases know no such question. */
static bool answer_played(struct lab *lab, struct lab_unit *unit, const uint8_t *question,
	size_t len, int64_t asked_ns, int64_t now_ns, struct lab_answer *answer)
{
	const struct fault *fault;

	if (!played_find(unit->played, question, len, answer))
		return false;
	begin_answer(lab, unit, now_ns, answer);
	if (asked_ns < unit->free_ns) {
		answer->outcome = FAULT_HURRIED;
		answer->speaks = false;
		return true;
	}
	fault = answer->speaks ? strike(lab, unit) : NULL;
	if (fault)
		spoil(answer, fault);
	if (arrives(answer))
		played_take(unit->played, answer);
	return true;
}

static void answer_unit(struct lab *lab, struct lab_unit *unit, const uint8_t *pdu, size_t len,
	int64_t asked_ns, int64_t now_ns, struct lab_answer *answer)
{
	const struct fault *fault;

	if (len == 5) {
		answer->start = (uint16_t)(pdu[1] << 8 | pdu[2]);
		answer->count = (uint16_t)(pdu[3] << 8 | pdu[4]);
	}
	if (unit->played && answer_played(lab, unit, pdu, len, asked_ns, now_ns, answer))
		return;
	begin_answer(lab, unit, now_ns, answer);
	answer->speaks = true;
	if (unit->played) {
		image_exception(answer, 2);
		return;
	}
	if (answer->function < 1 || answer->function > 4) {
		image_exception(answer, 1);
	} else if (len != 5) {
		image_exception(answer, 3);
	} else {
		image_read(unit, now_ns / 1000000 + lab->epoch_ms, answer);
	}
	if (asked_ns < unit->free_ns) {
		answer->outcome = FAULT_HURRIED;
		answer->speaks = false;
		return;
	}
	fault = strike(lab, unit);
	if (fault)
		spoil(answer, fault);
}

static void clear(struct lab_answer *answer)
{
	memset(answer, 0, offsetof(struct lab_answer, put));
	answer->put.n = answer->n_served = 0;
}

void lab_reply(struct lab *lab, unsigned line, uint8_t number, const uint8_t *pdu, size_t len,
	int64_t asked_ns, int64_t now_ns, struct lab_answer *answer)
{
	struct lab_line *on = &lab->lines[line];
	unsigned i;

	clear(answer);
	answer->number = number;
	answer->function = len ? pdu[0] : 0;
	pthread_mutex_lock(&lab->lock);
	answer->noise = draw(lab);
	for (i = 0; i < on->n_units; i++)
		if (on->units[i].conf->address == number && len)
			answer_unit(lab, &on->units[i], pdu, len, asked_ns, now_ns, answer);
	pthread_mutex_unlock(&lab->lock);
	if (!answer->unit && len && on->conf->port.kind == PORT_TCP) {
		image_exception(answer, 11);
		answer->speaks = true;
	}
}

bool lab_reply_bytes(struct lab *lab, unsigned line, const uint8_t *bytes, size_t len,
	int64_t asked_ns, int64_t now_ns, struct lab_answer *answer)
{
	struct lab_line *on = &lab->lines[line];
	bool found = false;
	unsigned i;

	clear(answer);
	answer->plain = true;
	pthread_mutex_lock(&lab->lock);
	answer->noise = draw(lab);
	for (i = 0; i < on->n_units && !found; i++) {
		struct lab_unit *unit = &on->units[i];

		if (!unit->played || !played_bytes(unit->played))
			continue;
		found = answer_played(lab, unit, bytes, len, asked_ns, now_ns, answer);
	}
	pthread_mutex_unlock(&lab->lock);
	return found;
}

bool lab_talks(
	struct lab *lab, unsigned line, int64_t now_ns, struct lab_answer *answer, int64_t *next_ns)
{
	struct lab_line *on = &lab->lines[line];
	bool found = false;
	unsigned i;

	pthread_mutex_lock(&lab->lock);
	for (i = 0; i < on->n_units && !found; i++) {
		struct lab_unit *unit = &on->units[i];

		if (!unit->played || !played_talks(unit->played))
			continue;
		if (now_ns >= unit->talks_ns) {
			clear(answer);
			answer->plain = true;
			answer->noise = draw(lab);
			unit->talks_ns = now_ns + TALK_NS;
			found = answer_played(lab, unit, NULL, 0, now_ns, now_ns, answer);
		}
		if (unit->talks_ns < *next_ns)
			*next_ns = unit->talks_ns;
	}
	pthread_mutex_unlock(&lab->lock);
	return found;
}

void lab_spoke(
	struct lab *lab, const struct lab_answer *answer, enum fault_kind outcome, int64_t now_ns)
{
	struct lab_unit *unit = (struct lab_unit *)(uintptr_t)answer->unit;

	if (!unit)
		return;
	pthread_mutex_lock(&lab->lock);
	if (answer->speaks)
		unit->free_ns = now_ns + (int64_t)unit->conf->profile->quiet_ms * 1000000;
	if (outcome == FAULT_OK)
		unit->answered++;
	else
		unit->spoilt++;
	pthread_mutex_unlock(&lab->lock);
}

static void randomise(uint64_t noise, uint8_t *out, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		noise = water_mix(noise);
		out[i] = (uint8_t)noise;
	}
}

size_t lab_frame_rtu(const struct lab_answer *answer, uint8_t *out)
{
	size_t n = answer->plain ? answer->len : 3 + answer->len;
	uint16_t crc;

	memcpy(answer->plain ? out : out + 1, answer->pdu, answer->len);
	if (!answer->plain) {
		out[0] = answer->number;
		crc = crc_modbus(out, n - 2);
		if (answer->outcome == FAULT_CRC)
			crc ^= 0x5A01;
		out[n - 2] = (uint8_t)crc;
		out[n - 1] = (uint8_t)(crc >> 8);
	}
	if (answer->outcome == FAULT_SHORT)
		n = n > 5 ? n / 2 : n > 2 ? n - 2 : 1;
	if (answer->outcome == FAULT_GARBAGE || (answer->plain && answer->outcome == FAULT_CRC))
		randomise(answer->noise, out, n);
	if (answer->outcome == FAULT_EXTRA) {
		randomise(answer->noise, out + n, 5);
		n += 5;
	}
	return n;
}

size_t lab_frame_tcp(const struct lab_answer *answer, uint16_t transaction, uint8_t *out)
{
	size_t n = 7 + answer->len;

	if (answer->outcome == FAULT_CRC)
		transaction ^= 0x5A01;
	out[0] = (uint8_t)(transaction >> 8);
	out[1] = (uint8_t)transaction;
	out[2] = out[3] = 0;
	out[4] = (uint8_t)((answer->len + 1) >> 8);
	out[5] = (uint8_t)(answer->len + 1);
	out[6] = answer->number;
	memcpy(out + 7, answer->pdu, answer->len);
	if (answer->outcome == FAULT_SHORT)
		n = n > 10 ? n / 2 : n - 1;
	if (answer->outcome == FAULT_GARBAGE)
		randomise(answer->noise, out, n);
	if (answer->outcome == FAULT_EXTRA) {
		randomise(answer->noise, out + n, 5);
		n += 5;
	}
	return n;
}

bool lab_plugged(struct lab *lab, unsigned line, int64_t now_ns)
{
	bool plugged;

	pthread_mutex_lock(&lab->lock);
	plugged = lab->lines[line].unplugged_until_ns <= now_ns;
	pthread_mutex_unlock(&lab->lock);
	return plugged;
}

bool lab_babbles(struct lab *lab, unsigned line, int64_t now_ns)
{
	bool babbles;

	pthread_mutex_lock(&lab->lock);
	babbles = lab->lines[line].babble_until_ns > now_ns;
	pthread_mutex_unlock(&lab->lock);
	return babbles;
}
