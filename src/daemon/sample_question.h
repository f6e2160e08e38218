/*
 * sample_question.h - the words of a question about a field test.  False after a refusal; what sending that returned is in
 * *err.
 */
#ifndef DAEMON_SAMPLE_QUESTION_H
#define DAEMON_SAMPLE_QUESTION_H

#include <jansson.h>

#include "control/control.h"
#include "sample/step.h"

/* One line of words, as a record can hold them, or nothing. */
bool question_text(const json_t *request, const char *key, char *to, size_t cap,
	struct control_client *client, int *err);
/* Who it is, and the token by which asking again does nothing again. */
bool question_who(const json_t *request, char by[OPERATOR], char token[TOKEN],
	struct control_client *client, int *err);
/* The same, of a step. */
bool question_asker(
	const json_t *request, struct step *step, struct control_client *client, int *err);
/* Also which sample. */
bool question_sample(
	const json_t *request, struct step *step, struct control_client *client, int *err);
/* A whole number from 1 on; false, and nothing is refused: it is none. */
bool question_number(const json_t *request, const char *key, uint64_t *to);

#endif
