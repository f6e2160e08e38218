/*
 * check_rule.h - how far an analyzer may be off a standard, and how long a check that it passed is good for.
 *
 * Those in the program are first choices, each with its reason; a van's own (waterlab.conf, `checks`) come first.
 */
#ifndef SAMPLE_CHECK_RULE_H
#define SAMPLE_CHECK_RULE_H

#include "model/parameter.h"

enum { MOST_CHECK_RULES = 32, CHECK_WHY = 240 };

struct check_rule {
	char parameter[PARAMETER_CODE]; /* "": any that has none of its own */
	double within;                  /* in the parameter's unit */
	double within_relative; /* of the standard, 0.1 is 10 %; the greater of the two counts */
	double valid_h;         /* hours from the end of the check */
	char why[CHECK_WHY];
};

struct check_rules {
	unsigned n;
	struct check_rule at[MOST_CHECK_RULES];
};

/* The van's own, else the program's; never NULL. */
const struct check_rule *check_rule_find(const struct check_rules *own, const char *parameter);
/* How far off that standard is still good. */
double check_rule_within(const struct check_rule *rule, double standard);

#endif
