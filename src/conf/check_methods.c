/* What is said of methods that nobody could have meant. */
#include <string.h>
#include <strings.h>

#include "conf/keys.h"

static bool is_said(const struct methods *methods, unsigned i)
{
	unsigned k;

	for (k = 0; k < i; k++)
		if (!strcasecmp(methods->at[k].name, methods->at[i].name) &&
			!strcmp(methods->at[k].parameter, methods->at[i].parameter))
			return true;
	return false;
}

void check_methods(struct schema_doc *doc, const struct methods *methods)
{
	unsigned i;

	for (i = 0; i < methods->n; i++) {
		const struct method *one = &methods->at[i];

		if (!*one->name)
			schema_wrong(doc, one, one->name, "name", "is empty");
		if (!parameter_find(one->parameter))
			schema_wrong(doc, one, one->parameter, "parameter",
				"\"%s\" is no parameter; \"waterlab parameters\" shows all",
				one->parameter);
		if (one->about.rule == RULE_GUARDED && !(one->about.uncertainty > 0) &&
			!(one->about.uncertainty_relative > 0))
			schema_wrong(doc, one, &one->about.rule, "rule",
				"is guarded, but no uncertainty is stated to guard by");
		if (schema_given(doc, one->why) && !text_is_words(one->why))
			schema_wrong(doc, one, one->why, "why", "has no words");
		if (is_said(methods, i))
			schema_wrong(doc, one, one->name, "name", "\"%s\" is said of %s already",
				one->name, one->parameter);
	}
}
