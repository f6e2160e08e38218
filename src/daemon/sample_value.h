/* sample_value.h - a value as a person types it, in a question: is it one, and is it odd? */
#ifndef DAEMON_SAMPLE_VALUE_H
#define DAEMON_SAMPLE_VALUE_H

#include <jansson.h>

#include "control/control.h"
#include "model/parameter.h"
#include "sample/step.h"

/*
 * Takes value, unit, lot, mdl, dilution and known for step->parameter.  False after a refusal; what sending that returned is in
 * *err.
 */
bool sample_value_take(
	const json_t *request, struct step *step, struct control_client *client, int *err);
/* That unit is none of the parameter's.  Then return what this returns. */
int sample_refuse_unit(struct control_client *client, const struct parameter *parameter,
	const char *unit) MUST_USE;
/* Of a spike what was added, of a reference what is known to be in it, in the value's unit; as above. */
bool sample_value_known(
	const json_t *request, struct step *step, struct control_client *client, int *err);
/* A value that water hardly has, or that another was meant by: asked back, in these words. */
bool sample_value_is_odd(const struct step *step, char *words, size_t cap);

#endif
