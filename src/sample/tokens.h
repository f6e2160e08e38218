/*
 * tokens.h - which tokens were used, for which question: what was asked for once is not done again.  Pure, fixed room.
 *
 * Whoever lost an answer asks again with the same token; a token of another question is a mistake, and nothing is recorded.
 */
#ifndef SAMPLE_TOKENS_H
#define SAMPLE_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "sample/step.h"

enum { MOST_TOKENS = 4096 }; /* the newest; those of all steps of all that is known, and more */

struct tokens {
	struct {
		char token[TOKEN];
		uint64_t of, question;
	} at[MOST_TOKENS];
	size_t next;
};

enum step_asked { ASKED_NEVER, ASKED_THIS, ASKED_ANOTHER };

/* "" was never used.  *of is what it was used for, where it was. */
enum step_asked tokens_asked(
	const struct tokens *tokens, const char *token, uint64_t question, uint64_t *of);
/* `of`: the sample's or check's number.  Of "" nothing is kept. */
void tokens_keep(struct tokens *tokens, const char *token, uint64_t question, uint64_t of);
/* The words of a question as a number (FNV-1a). */
uint64_t tokens_question(const struct text *words);

#endif
