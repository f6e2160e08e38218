/*
 * fault.h - what can be made to go wrong, in words: "ph-1 late 700ms 10s p=0.1".
 *
 *   TARGET FAULT [ARGUMENT] [DURATION] [p=CHANCE] [n=TIMES]
 *
 * TARGET is a unit, a line (all its units) or "all".  Faults of a line as a whole (unplug, replug, babble)
 * take a line or "all".  Without DURATION a fault lasts until "TARGET ok".
 */
#ifndef LABSIM_FAULT_H
#define LABSIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "model/parameter.h"

enum fault_kind {
	FAULT_OK = 0,
	/* the frame */
	FAULT_MUTE,
	FAULT_LATE,
	FAULT_CRC,
	FAULT_WRONG_UNIT,
	FAULT_EXCEPTION,
	FAULT_SHORT,
	FAULT_EXTRA,
	FAULT_GARBAGE,
	FAULT_WRONG_COUNT,
	/* what the frame says */
	FAULT_SENTINEL,
	FAULT_NAN,
	FAULT_STATUS,
	FAULT_REFUSE,
	FAULT_IMPOSTOR,
	FAULT_FROZEN,
	/* the line */
	FAULT_UNPLUG,
	FAULT_REPLUG,
	FAULT_BABBLE,
	/* never commanded: what labsim itself finds */
	FAULT_HURRIED,
	FAULT_COLLISION,
	FAULT_GONE,
	FAULT_COUNT
};

enum fault_scope { SCOPE_FRAME, SCOPE_WORDS, SCOPE_LINE, SCOPE_FOUND };
enum fault_argument {
	ARGUMENT_NONE,
	ARGUMENT_MS,        /* a duration: 700ms, 2s */
	ARGUMENT_NUMBER,    /* 1..255 */
	ARGUMENT_PARAMETER, /* a parameter's code */
	ARGUMENT_STATUS     /* suspect, bad, warmup, ...: decode_effect_word() */
};

struct fault_word {
	const char *name;
	enum fault_scope scope;
	enum fault_argument argument;
	const char *help;
};
extern const struct fault_word fault_words[FAULT_COUNT];

struct fault {
	enum fault_kind kind;
	int64_t until_ns; /* INT64_MAX: until told otherwise */
	double chance;    /* 0..1 */
	long times;       /* left; -1: no limit */
	int64_t ms;       /* ARGUMENT_MS */
	unsigned number;  /* ARGUMENT_NUMBER; ARGUMENT_STATUS: enum status_effect */
	char parameter[PARAMETER_CODE];
};

struct fault_command {
	char target[32];
	struct fault fault; /* until_ns holds the duration, INT64_MAX for none given */
};

/* False, with words in `why`, when the line says nothing that can be done. */
bool fault_parse(struct fault_command *out, const char *line, struct text *why);
/* "10s", "700ms", "2m", "1h" in ns; a plain number is seconds. */
bool fault_parse_ns(const char *word, int64_t *ns);

#endif
