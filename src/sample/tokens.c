#include "sample/tokens.h"

#include <string.h>

enum step_asked tokens_asked(
	const struct tokens *tokens, const char *token, uint64_t question, uint64_t *of)
{
	size_t i;

	for (i = 0; *token && i < MOST_TOKENS; i++)
		if (!strcmp(tokens->at[i].token, token)) {
			*of = tokens->at[i].of;
			return tokens->at[i].question == question ? ASKED_THIS : ASKED_ANOTHER;
		}
	return ASKED_NEVER;
}

void tokens_keep(struct tokens *tokens, const char *token, uint64_t question, uint64_t of)
{
	size_t i = tokens->next;

	if (!*token)
		return;
	text_copy(tokens->at[i].token, TOKEN, token);
	tokens->at[i].of = of;
	tokens->at[i].question = question;
	tokens->next = (i + 1) % MOST_TOKENS;
}

uint64_t tokens_question(const struct text *words)
{
	uint64_t mixed = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < words->len; i++)
		mixed = (mixed ^ (unsigned char)words->at[i]) * UINT64_C(0x100000001b3);
	return mixed;
}
