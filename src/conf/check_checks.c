/* Rules for checks of analyzers that nobody could keep to, or of what nobody measures. */
#include <string.h>

#include "conf/keys.h"

void check_checks(struct schema_doc *doc, const struct check_rules *checks)
{
	unsigned i, k;

	for (i = 0; i < checks->n; i++) {
		const struct check_rule *rule = &checks->at[i];

		if (!parameter_find(rule->parameter))
			schema_wrong(doc, rule, rule->parameter, "parameter",
				"\"%s\" is no parameter; \"waterlab parameters\" shows all",
				rule->parameter);
		if (!(rule->within > 0) && !(rule->within_relative > 0))
			schema_wrong(doc, rule, &rule->within, "within",
				"is 0, and within_relative too: no analyzer would ever pass");
		if (schema_given(doc, rule->why) && !text_is_words(rule->why))
			schema_wrong(doc, rule, rule->why, "why", "has no words");
		for (k = 0; k < i; k++)
			if (!strcmp(checks->at[k].parameter, rule->parameter))
				schema_wrong(doc, rule, rule->parameter, "parameter",
					"\"%s\" has a rule already", rule->parameter);
	}
}
