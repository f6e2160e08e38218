/* sample_value.h - a value as a person types it, in a question: is it one, and is it odd? */
#ifndef DAEMON_SAMPLE_VALUE_H
#define DAEMON_SAMPLE_VALUE_H

#include <jansson.h>

#include "control/control.h"
#include "sample/step.h"

/*
 * Takes value, unit, lot, mdl and dilution for step->parameter.  False after a refusal; what sending that returned is in
 * *err.
 */
bool sample_value_take(
	const json_t *request, struct step *step, struct control_client *client, int *err);
/* A value that water hardly has, or that another was meant by: asked back, in these words. */
bool sample_value_is_odd(const struct step *step, char *words, size_t cap);

#endif
