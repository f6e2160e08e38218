/* sample_answer.h - what a question about a field test is answered with. */
#ifndef DAEMON_SAMPLE_ANSWER_H
#define DAEMON_SAMPLE_ANSWER_H

#include <jansson.h>

#include "control/control.h"
#include "daemon/parts.h"
#include "sample/terms.h"

/* The whole sample, or that there is none. */
int sample_send(const struct parts *parts, uint64_t number, struct control_client *client);
/* Records the step, then the whole sample; or why it is not recorded. */
int sample_record(
	const struct parts *parts, const struct step *step, struct control_client *client);
/* Something odd is asked back, not refused: {"question": words}; the same with "sure" is then taken. */
bool sample_is_sure(const json_t *request);
int sample_ask_back(struct control_client *client, const char *words);
/* It is none of the list's words: these are all. */
int sample_refuse_term(struct control_client *client, const char *key, enum term_list list);

#endif
