#include "lab.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/crc.h"
#include "image.h"
#include "water.h"

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

void lab_close(struct lab *lab)
{
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

static void answer_unit(struct lab *lab, struct lab_unit *unit, const uint8_t *pdu, size_t len,
	int64_t asked_ns, int64_t now_ns, struct lab_answer *answer)
{
	const struct profile *profile = unit->conf->profile;
	const struct fault *fault;

	lab_forget(unit, now_ns);
	unit->asked++;
	answer->unit = unit;
	answer->speaks = true;
	answer->delay_ns =
		1000000 * (int64_t)(lab->turnaround_ms >= 0 ? (unsigned)lab->turnaround_ms
							    : profile->turnaround_ms);
	if (answer->function < 1 || answer->function > 4) {
		image_exception(answer, 1);
	} else if (len != 5) {
		image_exception(answer, 3);
	} else {
		answer->start = (uint16_t)(pdu[1] << 8 | pdu[2]);
		answer->count = (uint16_t)(pdu[3] << 8 | pdu[4]);
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

void lab_reply(struct lab *lab, unsigned line, uint8_t number, const uint8_t *pdu, size_t len,
	int64_t asked_ns, int64_t now_ns, struct lab_answer *answer)
{
	struct lab_line *on = &lab->lines[line];
	unsigned i;

	memset(answer, 0, offsetof(struct lab_answer, served));
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
	size_t n = 1 + answer->len;
	uint16_t crc;

	out[0] = answer->number;
	memcpy(out + 1, answer->pdu, answer->len);
	crc = crc_modbus(out, n);
	if (answer->outcome == FAULT_CRC)
		crc ^= 0x5A01;
	out[n++] = (uint8_t)crc;
	out[n++] = (uint8_t)(crc >> 8);
	if (answer->outcome == FAULT_SHORT)
		n = n > 5 ? n / 2 : n - 2;
	if (answer->outcome == FAULT_GARBAGE)
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
