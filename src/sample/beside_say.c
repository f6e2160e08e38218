#include "sample/beside_say.h"

#include <math.h>
#include <string.h>

static const double most_there = 4; /* of more than that beside the spike no recovery tells */

/* No amounts: twice 7 is not 14.  How far apart two may be, and how far off one: what a check allows, twice. */
static const struct {
	const char *parameter;
	double apart;
} scales[] = {{"orp", 40}, {"ph", 0.2}, {"ph_mv", 12}, {"temperature", 1}};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- numbers ------------------------------------------------------------------------------------------- */

double beside_scale(const char *parameter)
{
	size_t i;

	for (i = 0; i < COUNT(scales); i++)
		if (!strcmp(scales[i].parameter, parameter))
			return scales[i].apart;
	return 0;
}

bool beside_is_in_pure_water(const char *parameter)
{
	return beside_scale(parameter) > 0 || !strncmp(parameter, "dissolved_oxygen", 16);
}

/* What the water holds, in the parameter's unit. */
static bool amount_in(const struct result *result, struct amount *amount)
{
	const struct parameter *parameter = parameter_find(result->parameter);

	return parameter &&
	       result_amount(amount, result->parameter, result->value, result->unit, result->mdl,
		       result->dilution) &&
	       amount_of_water(amount, parameter);
}

/* As that parameter's, which may be another form of the same.  False: it is no one number. */
static bool number_in(const struct result *result, const char *as, double *number)
{
	struct amount amount;

	if (!amount_in(result, &amount) || amount.kind != AMOUNT_EXACT)
		return false;
	*number = amount.value;
	return !strcmp(result->parameter, as) || amount_convert_form(result->parameter, as, number);
}

/* From where to where what was found may reach; false: nobody can say. */
static bool span_in(const struct result *result, double *low, double *high)
{
	struct amount amount;

	if (!amount_in(result, &amount))
		return false;
	*low = 0;
	*high = INFINITY;
	switch (amount.kind) {
	case AMOUNT_EXACT:
		*low = *high = amount.value;
		return true;
	case AMOUNT_BETWEEN:
		*low = amount.value;
		*high = amount.upper;
		return true;
	case AMOUNT_BELOW:
		*high = amount.value;
		return true;
	case AMOUNT_NOT_DETECTED:
		*high = amount.detection_limit;
		return true;
	case AMOUNT_ABOVE:
		*low = amount.value;
		return true;
	case AMOUNT_NONE:
	case AMOUNT_DETECTED:
		break;
	}
	return false;
}

/* --- a replicate --------------------------------------------------------------------------------------- */

bool beside_is_bad(const struct result *result)
{
	/* What a blank, a spike or a reference made doubtful did fail. */
	return water_fails(result->verdict) ||
	       (result->verdict == WATER_POSSIBLE_FAILURE && result->reason != WHY_REPLICATE);
}

static void put_apart(struct beside *to, double a, double b, const char *parameter)
{
	double scale = beside_scale(parameter), allowed = BESIDE_APART_PERCENT;

	if (scale > 0) {
		to->figure = FIGURE_APART;
		to->number = fabs(a - b);
		allowed = scale;
	} else if (result_is_counted(parameter)) {
		if (a <= 0 || b <= 0)
			return;
		to->figure = FIGURE_APART_LOG;
		to->number = fabs(log10(a) - log10(b));
		allowed = BESIDE_APART_LOG;
	} else {
		to->figure = FIGURE_APART_PERCENT;
		to->number = a + b > 0 ? 200 * fabs(a - b) / (a + b) : 0;
	}
	/* 0.2 less 0.1 is a little more than 0.1 in binary. */
	to->state = to->number > allowed * (1 + 1e-9) ? BESIDE_FAR : BESIDE_NEAR;
}

void beside_say_replicate(const struct result *one, const struct result *other, struct beside *to)
{
	double a, b;

	if (number_in(one, one->parameter, &a) && number_in(other, one->parameter, &b))
		put_apart(to, a, b, one->parameter);
	if (beside_is_bad(one) != beside_is_bad(other) && one->verdict != WATER_NOT_APPLICABLE &&
		other->verdict != WATER_NOT_APPLICABLE)
		to->state = BESIDE_DISAGREES;
}

/* --- a blank ------------------------------------------------------------------------------------------- */

/* The least that its method sees: what is below was not found.  Where nobody said it, the water's entry may, of the same method,
 * which saw the blank undiluted. */
static double least_in(const struct result *water, const struct result *blank)
{
	const struct result *from = blank;
	struct result undiluted;
	struct amount amount;

	if (!*blank->mdl && water && !strcmp(water->method, blank->method) &&
		!strcmp(water->parameter, blank->parameter)) {
		undiluted = *water;
		*undiluted.dilution = '\0';
		from = &undiluted;
	}
	return amount_in(from, &amount) ? amount.detection_limit : 0;
}

/* Is what the water shows so much that what the blank shows is nothing beside it? */
static bool is_faint(const struct result *water, const struct result *blank)
{
	double low, high, found, upper;

	if (!water || !span_in(water, &low, &high) || !span_in(blank, &found, &upper) ||
		(strcmp(water->parameter, blank->parameter) != 0 &&
			!amount_convert_form(blank->parameter, water->parameter, &upper)))
		return false;
	return low > BESIDE_FAINT_BY * upper;
}

void beside_say_blank(const struct result *water, const struct result *blank, struct beside *to)
{
	struct amount amount;
	double least = least_in(water, blank);

	if (beside_is_in_pure_water(blank->parameter) || !amount_in(blank, &amount))
		return;
	switch (amount.kind) {
	case AMOUNT_BELOW:
	case AMOUNT_NOT_DETECTED:
		to->state = BESIDE_CLEAN;
		return;
	case AMOUNT_EXACT:
	case AMOUNT_ABOVE:
		to->state = amount.kind == AMOUNT_EXACT && amount.value <= least ? BESIDE_CLEAN
										 : BESIDE_FOUND;
		break;
	case AMOUNT_BETWEEN:
		to->state = amount.upper <= least  ? BESIDE_CLEAN
			    : amount.value > least ? BESIDE_FOUND
						   : BESIDE_UNTOLD;
		break;
	case AMOUNT_DETECTED:
		to->state = BESIDE_FOUND;
		break;
	case AMOUNT_NONE:
		break;
	}
	if (to->state == BESIDE_FOUND && is_faint(water, blank))
		to->state = BESIDE_FAINT;
}

/* --- a spike, a reference ------------------------------------------------------------------------------ */

struct scale {
	enum beside_figure figure;
	double base, known; /* there before, and added or known to be there */
	double base_most;   /* so much may have been there */
	double least, most; /* of the figure */
};

static double figure_at(const struct scale *scale, double base, double found)
{
	switch (scale->figure) {
	case FIGURE_OFF:
		return found - scale->known;
	case FIGURE_OFF_LOG:
		return log10(found / (base + scale->known));
	default:
		return 100 * (found - base) / scale->known;
	}
}

/* Of what there was before a spike; false: nobody can say. */
static bool find_base(const struct result *parent, struct scale *to)
{
	if (!parent || !span_in(parent, &to->base, &to->base_most) || to->base > to->base_most)
		return false;
	/* What was not found counts as none, as is the custom; an interval has no one number. */
	return to->base == to->base_most || to->base == 0;
}

static bool find_scale(enum beside_kind kind, const struct result *qc, const struct result *parent,
	struct scale *to)
{
	double apart = beside_scale(qc->parameter);

	*to = (struct scale){.figure = FIGURE_RECOVERY,
		.least = BESIDE_RECOVERY_LOW,
		.most = BESIDE_RECOVERY_HIGH};
	if (!result_known(qc, &to->known) || (kind == BESIDE_SPIKE && !find_base(parent, to)))
		return false;
	if (apart > 0) {
		to->figure = FIGURE_OFF;
		to->least = -apart;
		to->most = apart;
		return kind == BESIDE_REFERENCE;
	}
	if (result_is_counted(qc->parameter)) {
		to->figure = FIGURE_OFF_LOG;
		to->least = -BESIDE_APART_LOG;
		to->most = BESIDE_APART_LOG;
	}
	return to->known > 0;
}

void beside_say_recovery(enum beside_kind kind, const struct result *qc,
	const struct result *parent, struct beside *to)
{
	struct scale scale;
	double low, high, least, most;

	if (!find_scale(kind, qc, parent, &scale) || !span_in(qc, &low, &high))
		return;
	least = figure_at(&scale, scale.base, low);
	most = figure_at(&scale, scale.base, high);
	if (low == high && isfinite(least)) {
		to->figure = scale.figure;
		to->number = least;
	}
	if (kind == BESIDE_SPIKE && scale.base > most_there * scale.known)
		return;
	/* What the parent may have had explains what came back too much. */
	if (figure_at(&scale, scale.base_most, low) > scale.most + 1e-9)
		to->state = BESIDE_HIGH;
	else if (most < scale.least - 1e-9)
		to->state = BESIDE_LOW;
	else if (least >= scale.least - 1e-9 && most <= scale.most + 1e-9)
		to->state = BESIDE_GOOD;
}
