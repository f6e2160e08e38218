#include "daemon/sample_value.h"

#include <string.h>

#include "daemon/sample_question.h"
#include "model/typed.h"
#include "sample/result.h"

bool sample_value_is_odd(const struct step *step, char *words, size_t cap)
{
	const struct parameter *parameter = parameter_find(step->parameter);
	struct text text = text_over(words, cap);
	char room[40] = "";
	struct text shown = text_over(room, sizeof(room));
	struct amount amount;
	bool measured;

	if (!result_amount(&amount, step->parameter, step->value, step->value_unit, step->mdl,
		    step->dilution) ||
		!amount_of_water(&amount, parameter))
		return false;
	parameter_put_unit(&shown, *step->value_unit ? step->value_unit : parameter->unit);
	if (step->origin == ORIGIN_BAG) {
		text_printf(&text,
			"%s says which compartments of a bag changed: is that meant? A count is "
			"written with its unit, %s.",
			step->value, room);
		return true;
	}
	measured = amount.kind >= AMOUNT_EXACT && amount.kind <= AMOUNT_BETWEEN;
	if (measured && (amount.value < parameter->low || amount.value > parameter->high))
		text_printf(&text,
			"%s %s is outside what water shows: is it right, and in the right unit?",
			step->value, room);
	else if (!*step->value_unit && !strncmp(parameter->unit, "ug/", 3) && measured &&
		 amount.value > 0 && amount.value < 1)
		text_printf(&text,
			"%s without a unit is %s %s: is that meant? Many kits show mg/L: write "
			"that "
			"unit where yours does.",
			step->value, step->value, room);
	else if (((amount.kind == AMOUNT_EXACT && amount.value == 0) ||
			 (amount.kind == AMOUNT_BETWEEN && amount.upper == 0)) &&
		 !*step->mdl)
		text_put(&text,
			"0 says that there is none: did the kit show that, or less than it can see "
			"(then \"<\" and its least)?");
	else
		return false;
	return true;
}

/* Five digits for a count without its unit: a slip of the finger in a bag. */
static bool is_no_bag(const struct step *step, const struct amount *amount)
{
	return amount->kind == AMOUNT_EXACT && !*step->value_unit &&
	       result_is_counted(step->parameter) && strlen(step->value) >= 4 &&
	       strspn(step->value, "01") >= 3 && !result_is_bag(step->parameter, step->value, "");
}

/* What cannot be read is named: the value, or what was said beside it. */
static int refuse_part(const struct step *step, struct control_client *client)
{
	struct amount amount;

	if (!result_amount(&amount, step->parameter, step->value, step->value_unit, "", ""))
		return control_refuse(client,
			"\"%s\" is no value: 0.4, <0.1, >5, 0.2..0.5, detected, not detected",
			step->value);
	if (!result_amount(&amount, step->parameter, step->value, step->value_unit, step->mdl, ""))
		return control_refuse(client,
			"\"%s\" is no detection limit: the least that the kit sees, a number from "
			"0 "
			"in the value's unit",
			step->mdl);
	return control_refuse(client,
		"\"%s\" is no dilution: a number from 1, as 10 for 10 mL filled up to 100",
		step->dilution);
}

/* Its unit would do, but for the dilution. */
static bool cannot_be_diluted(const struct amount *amount, const struct parameter *parameter)
{
	struct amount undiluted = *amount;

	undiluted.dilution = 1;
	return amount_of_water(&undiluted, parameter);
}

static bool is_too_salty(const struct step *step, const struct amount *amount)
{
	return !strcmp(step->value_unit, "[ppm]") &&
	       (amount->value > TYPED_MOST_PPM || amount->upper > TYPED_MOST_PPM);
}

int sample_refuse_unit(
	struct control_client *client, const struct parameter *parameter, const char *unit)
{
	char words[40] = "";
	struct text shown = text_over(words, sizeof(words));

	parameter_put_unit(&shown, parameter->unit);
	return control_refuse(client, "%s cannot be in \"%s\": its unit is %s", parameter->code,
		unit, shown.len ? words : "none");
}

bool sample_value_known(
	const json_t *request, struct step *step, struct control_client *client, int *err)
{
	char words[200] = "";
	struct text why = text_over(words, sizeof(words));
	struct amount amount;

	if (!question_text(request, "known", step->known, sizeof(step->known), client, err))
		return false;
	if (!typed_number(step->known, &why)) {
		*err = control_refuse(client, "%s", words);
		return false;
	}
	/* A bag's five digits are none here. */
	if (!*step->known || (result_amount(&amount, "ph", step->known, "", "", "") &&
				     amount.kind == AMOUNT_EXACT && amount.value > 0))
		return true;
	*err = control_refuse(client,
		"\"known\" is a number above 0: of a spike what was added, of a reference what is "
		"in it, in the unit of the value");
	return false;
}

bool sample_value_take(
	const json_t *request, struct step *step, struct control_client *client, int *err)
{
	const struct parameter *parameter;
	char unit[TYPED_LONGEST] = "", words[200] = "";
	struct text why = text_over(words, sizeof(words));
	struct amount amount;

	if (!question_text(request, "value", step->value, sizeof(step->value), client, err) ||
		!question_text(request, "unit", unit, sizeof(unit), client, err) ||
		!question_text(request, "lot", step->lot, sizeof(step->lot), client, err) ||
		!question_text(request, "mdl", step->mdl, sizeof(step->mdl), client, err) ||
		!question_text(
			request, "dilution", step->dilution, sizeof(step->dilution), client, err) ||
		!sample_value_known(request, step, client, err))
		return false;
	parameter = parameter_find(step->parameter);
	if (!parameter)
		*err = control_refuse(client,
			"\"%s\" is no parameter; `waterlab parameters` shows all", step->parameter);
	else if (!typed_number(step->value, &why) || !typed_number(step->mdl, &why) ||
		 !typed_number(step->dilution, &why) ||
		 (!typed_unit(step->value_unit, parameter, unit, &why) && why.len))
		*err = control_refuse(client, "%s", words);
	else if (*unit && !*step->value_unit)
		*err = sample_refuse_unit(client, parameter, unit);
	else if (!result_amount(&amount, step->parameter, step->value, step->value_unit, step->mdl,
			 step->dilution))
		*err = refuse_part(step, client);
	else if (is_no_bag(step, &amount))
		*err = control_refuse(client,
			"a compartment bag is five of 0 and 1, as 11010 (10, 30, 56, 3 and 1 mL): "
			"\"%s\" is none; a count of another test has its unit",
			step->value);
	else if (is_too_salty(step, &amount))
		*err = control_refuse(client,
			"ppm is by weight, and so many are no mg/L any more: write mg/L or g/L");
	else if (amount_of_water(&amount, parameter))
		return true;
	else if (cannot_be_diluted(&amount, parameter))
		*err = control_refuse(client,
			"%s cannot be counted back from diluted water: measure it in the water "
			"itself",
			parameter->code);
	else
		*err = sample_refuse_unit(client, parameter, unit);
	return false;
}
