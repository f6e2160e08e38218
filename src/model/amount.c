#include "model/amount.h"

#include <math.h>
#include <string.h>

#include "model/convert.h"

/* --- forms of one thing ------------------------------------------------------------------------------ */

/* Standard atomic weights, abridged (IUPAC 2021). */
#define N 14.007
#define O 15.999
#define H 1.008

/* By mass of the form with one nitrogen in it; 0: nobody knows which form it is, or it is another method's number. */
static const struct form {
	const char *property, *code, *word;
	double mass;
} forms[] = {
	{"nitrate", "nitrate_n", "N", N},
	{"nitrate", "nitrate_no3", "NO3", N + 3 * O},
	{"nitrate", "nitrate_form_unknown", "", 0},
	{"nitrite", "nitrite_n", "N", N},
	{"nitrite", "nitrite_no2", "NO2", N + 2 * O},
	{"nitrite", "nitrite_form_unknown", "", 0},
	{"ammonia", "ammonia_n", "N", N},
	{"ammonia", "ammonium_nh4", "NH4", N + 4 * H},
	{"turbidity", "turbidity_fnu", "", 0},
	{"turbidity", "turbidity_ntu", "", 0},
	{"hardness", "hardness", "CaCO3", 0},
	{"alkalinity", "alkalinity", "CaCO3", 0},
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static const struct form *form_of(const char *code)
{
	size_t i;

	for (i = 0; i < FORMS; i++)
		if (forms[i].code[0] == code[0] && !strcmp(forms[i].code, code))
			return &forms[i];
	return NULL;
}

bool amount_convert_form(const char *from, const char *to, double *value)
{
	const struct form *a = form_of(from), *b = form_of(to);

	if (!strcmp(from, to))
		return true;
	if (!a || !b || strcmp(a->property, b->property) != 0 || !(a->mass > 0) || !(b->mass > 0))
		return false;
	*value = *value * b->mass / a->mass;
	return true;
}

static bool form_is_unknown(const char *code)
{
	const char *end = strstr(code, "_form_unknown");

	return end && !strcmp(end, "_form_unknown");
}

const char *amount_possible_form(const char *code, unsigned i)
{
	const struct form *form = form_of(code);
	size_t k;

	if (!form || !form_is_unknown(code))
		return NULL;
	for (k = 0; k < FORMS; k++)
		if (!strcmp(forms[k].property, form->property) && forms[k].mass > 0 && i-- == 0)
			return forms[k].code;
	return NULL;
}

bool amount_same_property(const char *a, const char *b)
{
	const struct form *x, *y;

	if (!strcmp(a, b))
		return true;
	x = form_of(a);
	y = x ? form_of(b) : NULL;
	return y && !strcmp(x->property, y->property);
}

const char *amount_form_word(const char *code)
{
	const struct form *form = form_of(code);

	return form ? form->word : "";
}

/* --- what the water holds ---------------------------------------------------------------------------- */

/* Half as much acid is no half of a pH: what can be diluted is what is per volume. */
static bool can_be_diluted(const char *unit)
{
	return strstr(unit, "/L") || strstr(unit, ".mL)") || !strcmp(unit, "{NTU}") ||
	       !strcmp(unit, "{FNU}") || !strcmp(unit, "{PCU}");
}

static bool to_water(
	double *number, const char *unit, double dilution, const struct parameter *parameter)
{
	int decimals = -1;

	*number *= dilution;
	if (!convert_unit(unit, parameter->unit, number, &decimals))
		return false;
	return isfinite(*number);
}

bool amount_of_water(struct amount *amount, const struct parameter *parameter)
{
	struct amount water = *amount;
	double dilution = amount->dilution != 0 ? amount->dilution : 1;
	const char *unit = amount->unit && *amount->unit ? amount->unit : parameter->unit;

	if (!(dilution >= 1) || !isfinite(dilution) ||
		(dilution > 1 && !can_be_diluted(parameter->unit)))
		return false;
	if (!to_water(&water.value, unit, dilution, parameter) ||
		!to_water(&water.upper, unit, dilution, parameter) ||
		!to_water(&water.detection_limit, unit, dilution, parameter))
		return false;
	if (amount->kind == AMOUNT_BETWEEN && water.upper < water.value)
		return false;
	water.dilution = 1;
	water.unit = parameter->unit;
	*amount = water;
	return true;
}
