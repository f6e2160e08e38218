#include "fault.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bus/decode.h"

const struct fault_word fault_words[FAULT_COUNT] = {
	[FAULT_OK] = {"ok", SCOPE_LINE, ARGUMENT_NONE, "ends every fault of the target"},
	[FAULT_MUTE] = {"mute", SCOPE_FRAME, ARGUMENT_NONE, "does not answer"},
	[FAULT_LATE] = {"late", SCOPE_FRAME, ARGUMENT_MS, "answers, but so much later than usual"},
	[FAULT_CRC] = {"crc", SCOPE_FRAME, ARGUMENT_NONE,
		"wrong checksum (TCP: a transaction number nobody asked with)"},
	[FAULT_WRONG_UNIT] = {"wrong-unit", SCOPE_FRAME, ARGUMENT_NONE,
		"answers under the next unit number"},
	[FAULT_EXCEPTION] = {"exception", SCOPE_FRAME, ARGUMENT_NUMBER,
		"answers every read with this Modbus exception"},
	[FAULT_SHORT] = {"short", SCOPE_FRAME, ARGUMENT_NONE, "stops in the middle of the answer"},
	[FAULT_EXTRA] = {"extra", SCOPE_FRAME, ARGUMENT_NONE, "five stray bytes behind the answer"},
	[FAULT_GARBAGE] = {"garbage", SCOPE_FRAME, ARGUMENT_NONE,
		"an answer of the right length made of random bytes"},
	[FAULT_WRONG_COUNT] = {"wrong-count", SCOPE_FRAME, ARGUMENT_NONE,
		"a sound frame with one register more than asked (one less at the most)"},
	[FAULT_SENTINEL] = {"sentinel", SCOPE_WORDS, ARGUMENT_PARAMETER,
		"the device's own code for \"no value\" (the first its profile names)"},
	[FAULT_NAN] = {"nan", SCOPE_WORDS, ARGUMENT_PARAMETER, "a float that is not a number"},
	[FAULT_STATUS] = {"status", SCOPE_WORDS, ARGUMENT_STATUS, "the status registers say so"},
	[FAULT_REFUSE] = {"refuse", SCOPE_WORDS, ARGUMENT_PARAMETER,
		"exception 2 for every read that touches this parameter's registers"},
	[FAULT_IMPOSTOR] = {"impostor", SCOPE_WORDS, ARGUMENT_NONE,
		"the identity register says another device"},
	[FAULT_FROZEN] = {"frozen", SCOPE_WORDS, ARGUMENT_NONE, "the values stand still"},
	[FAULT_UNPLUG] = {"unplug", SCOPE_LINE, ARGUMENT_NONE,
		"closes the pty, or the listening socket and its connections"},
	[FAULT_REPLUG] = {"replug", SCOPE_LINE, ARGUMENT_NONE,
		"a new pty of another number under the same name; or listens again"},
	[FAULT_BABBLE] = {"babble", SCOPE_LINE, ARGUMENT_NONE,
		"random bytes without end on the line (TCP: on every connection)"},
	[FAULT_HURRIED] = {"hurried", SCOPE_FOUND, ARGUMENT_NONE,
		"was asked before the silence it needs was over, and did not answer"},
	[FAULT_COLLISION] = {"collision", SCOPE_FOUND, ARGUMENT_NONE,
		"two spoke at once: the answer was spoilt"},
	[FAULT_GONE] = {"gone", SCOPE_FOUND, ARGUMENT_NONE,
		"the asker had closed the port before the answer was out"},
};

enum { MOST_WORDS = 8 };

bool fault_parse_ns(const char *word, int64_t *ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ms", 1e6}, {"s", 1e9}, {"", 1e9}, {"m", 6e10}, {"h", 3.6e12}};
	char *end;
	double value = strtod(word, &end);
	size_t i;

	if (end == word || !isfinite(value) || value < 0 || value > 1e6)
		return false;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name))
			continue;
		*ns = (int64_t)(value * units[i].ns);
		return true;
	}
	return false;
}

static bool parse_kind(const char *word, enum fault_kind *kind)
{
	int i;

	for (i = 0; i < FAULT_COUNT; i++) {
		if (fault_words[i].scope == SCOPE_FOUND || strcmp(fault_words[i].name, word) != 0)
			continue;
		*kind = (enum fault_kind)i;
		return true;
	}
	return false;
}

static bool parse_argument(struct fault *fault, const char *word, struct text *why)
{
	int64_t ns;
	char *end;
	unsigned i;

	switch (fault_words[fault->kind].argument) {
	case ARGUMENT_MS:
		if (!fault_parse_ns(word, &ns))
			break;
		fault->ms = ns / 1000000;
		return true;
	case ARGUMENT_NUMBER:
		fault->number = (unsigned)strtoul(word, &end, 10);
		if (*end || !fault->number || fault->number > 255)
			break;
		return true;
	case ARGUMENT_PARAMETER:
		if (!text_copy(fault->parameter, sizeof(fault->parameter), word))
			break;
		return true;
	case ARGUMENT_STATUS:
		for (i = 0; decode_effect_word(i); i++) {
			if (strcmp(word, decode_effect_word(i)) != 0)
				continue;
			fault->number = i;
			return true;
		}
		text_printf(why, "status: \"%s\" is no state; allowed ", word);
		for (i = 0; decode_effect_word(i); i++)
			text_printf(why, "%s%s", i ? ", " : "", decode_effect_word(i));
		return false;
	case ARGUMENT_NONE:
		return true;
	}
	text_printf(why, "%s: \"%s\" does not fit; %s", fault_words[fault->kind].name, word,
		fault_words[fault->kind].help);
	return false;
}

static bool parse_option(struct fault *fault, const char *word, struct text *why)
{
	char *end;

	if (!strncmp(word, "p=", 2)) {
		fault->chance = strtod(word + 2, &end);
		if (!*end && fault->chance >= 0 && fault->chance <= 1)
			return true;
	} else if (!strncmp(word, "n=", 2)) {
		fault->times = strtol(word + 2, &end, 10);
		if (!*end && fault->times > 0)
			return true;
	} else if (fault_parse_ns(word, &fault->until_ns)) {
		return true;
	}
	text_printf(why, "\"%s\": expected a duration (10s, 700ms), p=0..1 or n=1 or more", word);
	return false;
}

bool fault_parse(struct fault_command *out, const char *line, struct text *why)
{
	char copy[256], *words[MOST_WORDS], *word, *rest;
	int n = 0, i = 2;

	*out = (struct fault_command){.fault = {.until_ns = INT64_MAX, .chance = 1, .times = -1}};
	if (!text_copy(copy, sizeof(copy), line)) {
		text_put(why, "a command has at most 255 characters");
		return false;
	}
	for (word = strtok_r(copy, " \t\r\n", &rest); word;
		word = strtok_r(NULL, " \t\r\n", &rest)) {
		if (n == MOST_WORDS) {
			text_put(why,
				"too many words; TARGET FAULT [ARGUMENT] [DURATION] [p=] [n=]");
			return false;
		}
		words[n++] = word;
	}
	if (n < 2 || !text_copy(out->target, sizeof(out->target), words[0])) {
		text_put(why, "expected TARGET FAULT [ARGUMENT] [DURATION] [p=CHANCE] [n=TIMES]");
		return false;
	}
	if (!parse_kind(words[1], &out->fault.kind)) {
		text_printf(why, "no fault is called \"%s\"; labsim --help lists them", words[1]);
		return false;
	}
	if (fault_words[out->fault.kind].argument != ARGUMENT_NONE) {
		if (n < 3) {
			text_printf(why, "%s needs an argument: %s", words[1],
				fault_words[out->fault.kind].help);
			return false;
		}
		if (!parse_argument(&out->fault, words[i++], why))
			return false;
	}
	while (i < n)
		if (!parse_option(&out->fault, words[i++], why))
			return false;
	return true;
}
