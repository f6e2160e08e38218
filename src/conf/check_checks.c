/* Rules for checks of analyzers that nobody could keep to, or of what nobody measures. */
#include <string.h>

#include "conf/keys.h"

enum { TIMES_USUAL = 10 };

/*
 * A pH meter that may be 7 off passes in any buffer, and nothing doubts it again.  The program's own rule is held
 * against this one at a standard of nothing and at one a hundred times what may be off; of a parameter for which it has
 * none, nobody here knows what is too wide.
 */
static void check_width(struct schema_doc *doc, const struct check_rule *rule)
{
	static const struct check_rules none = {.n = 0};
	const struct check_rule *usual = check_rule_find(&none, rule->parameter);
	const double most = TIMES_USUAL * usual->within, standard = 100 * usual->within;

	if (!*usual->parameter)
		return;
	if (rule->within > most)
		schema_wrong(doc, rule, &rule->within, "within",
			"is %g, and %g is usual of %s: with more than %g nearly every analyzer "
			"passes",
			rule->within, usual->within, rule->parameter, most);
	else if (check_rule_within(rule, standard) >
		 TIMES_USUAL * check_rule_within(usual, standard))
		schema_wrong(doc, rule, &rule->within_relative, "within_relative",
			"is %g: at a standard of %g that is %g, and %g is usual of %s",
			rule->within_relative, standard, check_rule_within(rule, standard),
			check_rule_within(usual, standard), rule->parameter);
}

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
		check_width(doc, rule);
		if (schema_given(doc, rule->why) && !text_is_words(rule->why))
			schema_wrong(doc, rule, rule->why, "why", "has no words");
		for (k = 0; k < i; k++)
			if (!strcmp(checks->at[k].parameter, rule->parameter))
				schema_wrong(doc, rule, rule->parameter, "parameter",
					"\"%s\" has a rule already", rule->parameter);
	}
}
