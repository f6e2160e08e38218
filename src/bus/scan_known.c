#include "bus/scan_known.h"

#include <stdlib.h>
#include <string.h>

/* How much a profile speaks for asking there. */
static unsigned weight_of(const struct profile *profile, uint8_t function, uint16_t start)
{
	unsigned i;

	if (profile->has_identity && profile->identity.function == function &&
		profile->identity.address == start)
		return 1000;
	for (i = 0; i < profile->n_fields; i++)
		if (profile->fields[i].at.function == function &&
			profile->fields[i].at.address == start)
			return 1;
	return 0;
}

static void weigh(const struct profile *const *known, unsigned n, unsigned start,
	struct scan_question *best, unsigned *best_weight)
{
	unsigned i, weight = 0;

	for (i = 0; i < n; i++)
		weight += weight_of(known[i], best->function, (uint16_t)start);
	if (weight <= *best_weight)
		return;
	*best_weight = weight;
	best->start = (uint16_t)start;
}

void scan_questions(
	const struct profile *const *known, unsigned n, struct scan_question to[SCAN_QUESTIONS])
{
	unsigned q, i, k, weight;

	for (q = 0; q < SCAN_QUESTIONS; q++) {
		to[q] = (struct scan_question){(uint8_t)(3 + q), 0};
		for (weight = 0, i = 0; i < n; i++) {
			if (known[i]->has_identity)
				weigh(known, n, known[i]->identity.address, &to[q], &weight);
			for (k = 0; k < known[i]->n_fields; k++)
				weigh(known, n, known[i]->fields[k].at.address, &to[q], &weight);
		}
	}
}

bool scan_range(const char *word, unsigned least, unsigned most, unsigned *first, unsigned *last)
{
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	*first = *last = (unsigned)strtoul(word, &end, 10);
	if (*end == '-' && end[1] >= '0' && end[1] <= '9')
		*last = (unsigned)strtoul(end + 1, &end, 10);
	return !*end && *first >= least && *last <= most && *first <= *last;
}

bool scan_speed(const struct port_conf *own, unsigned i, struct port_conf *to)
{
	static const unsigned bauds[] = {9600, 19200, 4800, 38400, 57600, 115200};
	static const struct {
		char parity;
		unsigned stop_bits;
	} frames[] = {{'N', 1}, {'E', 1}, {'O', 1}, {'N', 2}};
	unsigned n;

	*to = *own;
	if (i == 0)
		return true;
	for (n = 0; n < SCAN_SPEEDS; n++) {
		to->baud = bauds[n / 4];
		to->parity = frames[n % 4].parity;
		to->stop_bits = frames[n % 4].stop_bits;
		if (to->baud == own->baud && to->parity == own->parity &&
			to->stop_bits == own->stop_bits)
			continue;
		if (--i == 0)
			return true;
	}
	return false;
}

bool scan_is_somebody(int err, uint8_t exception)
{
	return !err || (err == ERR_EXCEPTION && exception != 10 && exception != 11);
}
