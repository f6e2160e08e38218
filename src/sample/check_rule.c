#include "sample/check_rule.h"

#include <math.h>
#include <string.h>

/*
 * All are ours: no source was read for them.  A day is the rule where road, heat and drying change an analyzer overnight,
 * as the custom of field laboratories is to check each morning.
 */
static const struct check_rule rules[] = {
	{"ph", 0.1, 0, 24,
		"buffers are good to 0.02 and the limits are read to 0.1; electrodes drift "
		"overnight"},
	{"conductivity", 5, 0.05, 168,
		"twice the 2 to 3 % that standards and cells differ by; a cell changes only when "
		"it "
		"is soiled"},
	{"specific_conductance", 5, 0.05, 168,
		"twice the 2 to 3 % that standards and cells differ by; a cell changes only when "
		"it "
		"is soiled"},
	{"tds", 10, 0.1, 168, "computed from conductivity by a factor that differs with the water"},
	{"salinity", 0.2, 0.05, 168, "computed from conductivity"},
	{"dissolved_oxygen", 0.3, 0.05, 24,
		"saturated water is known to 0.2 mg/L without its exact pressure; membranes drift"},
	{"dissolved_oxygen_sat", 5, 0, 24, "air-saturated water is 100 %; membranes drift"},
	{"orp", 20, 0, 168, "redox standards are good to 10 mV"},
	{"temperature", 0.5, 0, 2160,
		"a reference thermometer is good to 0.2; a thermistor that is not broken stays for "
		"months"},
	{"turbidity_ntu", 0.3, 0.1, 24,
		"at the limit of 5 this is a tenth; windows scratch and fog"},
	{"turbidity_fnu", 0.3, 0.1, 24,
		"at the limit of 5 this is a tenth; windows scratch and fog"},
	{"free_chlorine", 0.05, 0.1, 24, "a fifth of the 0.2 mg/L that must be left; reagents age"},
	{"total_chlorine", 0.05, 0.1, 24,
		"a fifth of the 0.2 mg/L that must be left; reagents age"},
	{"", 0, 0.1, 24, "nothing is known of this parameter: a tenth, each day"},
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

const struct check_rule *check_rule_find(const struct check_rules *own, const char *parameter)
{
	size_t i;

	for (i = 0; i < own->n; i++)
		if (!strcmp(own->at[i].parameter, parameter))
			return &own->at[i];
	for (i = 0; i < RULES - 1; i++)
		if (!strcmp(rules[i].parameter, parameter))
			break;
	return &rules[i];
}

double check_rule_within(const struct check_rule *rule, double standard)
{
	return fmax(rule->within, rule->within_relative * fabs(standard));
}
