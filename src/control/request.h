/* request.h - a question's bytes, made into a checked JSON object.  Private to control; pure. */
#ifndef CONTROL_REQUEST_H
#define CONTROL_REQUEST_H

#include "control/control.h"

/* The object of one line (without its newline), or NULL with words in `why`.  It has a text "ask". */
json_t *request_parse(const char *line, size_t len, struct text *why);

/* The command a checked question asks for, or NULL with words that name the nearest. */
const struct control_command *request_command(
	const json_t *request, const struct control_command *commands, struct text *why);

#endif
