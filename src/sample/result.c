#include "sample/result.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fields.h"
#include "base/number.h"
#include "model/mpn.h"

/* --- amounts ------------------------------------------------------------------------------------------- */

bool result_is_counted(const char *code)
{
	const struct parameter *parameter = parameter_find(code);

	return parameter && strstr(parameter->unit, "100.mL");
}

bool result_is_bag(const char *code, const char *value, const char *unit)
{
	bool positive[MPN_COMPARTMENTS];

	return !*unit && result_is_counted(code) && mpn_read_bag(value, positive);
}

/* Digits with at most one point: no exponent, no hexadecimal, no infinity. */
static bool read_number(const char **at, double *value)
{
	const char *p = *at;
	size_t n, digits = 0;

	if (*p == '-')
		p++;
	for (n = 0; isdigit((unsigned char)p[n]) || p[n] == '.'; n++)
		if (p[n] == '.' && (n == 0 || memchr(p, '.', n)))
			break;
		else
			digits += p[n] != '.';
	if (n && p[n - 1] == '.')
		n--;
	if (!digits || n > 20)
		return false;
	*value = strtod(*at, NULL);
	*at = p + n;
	return isfinite(*value);
}

static bool read_whole(const char *text, double *value)
{
	return read_number(&text, value) && !*text;
}

static bool read_words(struct amount *amount, const char *value)
{
	if (!strcmp(value, "detected"))
		amount->kind = AMOUNT_DETECTED;
	else if (!strcmp(value, "not detected"))
		amount->kind = AMOUNT_NOT_DETECTED;
	else
		return false;
	return true;
}

static bool read_measured(struct amount *amount, const char *value)
{
	amount->kind = *value == '<' ? AMOUNT_BELOW : *value == '>' ? AMOUNT_ABOVE : AMOUNT_EXACT;
	if (amount->kind != AMOUNT_EXACT)
		value += 1 + strspn(value + 1, " ");
	if (!read_number(&value, &amount->value))
		return false;
	if (!*value)
		return true;
	if (amount->kind != AMOUNT_EXACT || strncmp(value, "..", 2) != 0)
		return false;
	amount->kind = AMOUNT_BETWEEN;
	return read_whole(value + 2, &amount->upper) && amount->upper >= amount->value;
}

bool result_amount(struct amount *amount, const char *parameter, const char *value,
	const char *unit, const char *mdl, const char *dilution)
{
	bool positive[MPN_COMPARTMENTS];
	double times = 1, least = 0;

	*amount = (struct amount){.kind = AMOUNT_NONE};
	if ((*dilution && (!read_whole(dilution, &times) || times < 1)) ||
		(*mdl && (!read_whole(mdl, &least) || least < 0)))
		return false;
	if (result_is_bag(parameter, value, unit) && mpn_read_bag(value, positive)) {
		*amount = mpn_bag(positive, times);
		return true;
	}
	if (!read_words(amount, value) && !read_measured(amount, value))
		return false;
	amount->detection_limit = least;
	amount->dilution = times;
	amount->unit = unit;
	return true;
}

bool result_known(const struct result *result, double *known)
{
	const struct parameter *parameter = parameter_find(result->parameter);
	struct amount amount;

	/* With a unit five digits are no bag. */
	if (!parameter ||
		!result_amount(&amount, result->parameter, result->known,
			*result->unit ? result->unit : parameter->unit, "", "") ||
		!amount_of_water(&amount, parameter) || amount.kind != AMOUNT_EXACT)
		return false;
	*known = amount.value;
	return true;
}

/* --- codes --------------------------------------------------------------------------------------------- */

/* Where each stands in the record's b: never moved. */
enum {
	AT_VERDICT = 0, /* 4 bits */
	AT_AS_IF = 4,   /* 4 */
	AT_REASON = 8,  /* 8 */
	AT_BASIS = 16,  /* 4 */
	AT_ALARM = 20,  /* 1 */
	AT_SCREENING = 21,
	AT_STATUS = 22,   /* 2 */
	AT_REVISION = 24, /* 8 */
	AT_SET = 32,      /* 16 */
	AT_RULE = 48,     /* 1 */
	AT_UNSETTLED = 49 /* 1 */
};

static int64_t codes_of(const struct result *result)
{
	return (int64_t)result->verdict << AT_VERDICT |
	       (int64_t)result->as_if_believed << AT_AS_IF | (int64_t)result->reason << AT_REASON |
	       (int64_t)result->basis << AT_BASIS | (int64_t)result->alarm << AT_ALARM |
	       (int64_t)result->screening << AT_SCREENING | (int64_t)result->status << AT_STATUS |
	       (int64_t)(result->revision & 0xff) << AT_REVISION |
	       (int64_t)(result->set_code & 0xffff) << AT_SET | (int64_t)result->rule << AT_RULE |
	       (int64_t)result->unsettled << AT_UNSETTLED;
}

static unsigned code(int64_t codes, int at, unsigned mask)
{
	return (unsigned)((uint64_t)codes >> at) & mask;
}

/* --- a record ------------------------------------------------------------------------------------------ */

void result_put(struct text *to, int64_t *codes, const struct result *result)
{
	*codes = codes_of(result);
	/* What was found first: it fits wherever the entry's own record did. */
	fields_put(to, "p", result->parameter);
	fields_put(to, "v", result->value);
	fields_put(to, "u", result->unit);
	fields_put(to, "x", result->dilution);
	fields_put(to, "mdl", result->mdl);
	fields_put(to, "k", result->known);
	fields_put(to, "m", result->method);
	fields_put(to, "limit", result->limit);
	fields_put(to, "set", result->set);
	fields_put(to, "unc", result->uncertainty);
}

bool result_read(
	struct result *result, uint64_t number, int64_t a, int64_t b, int64_t c, const char *words)
{
	*result = (struct result){.number = number,
		.sample = (uint64_t)a,
		.entry = (uint64_t)c,
		.verdict = (enum water_verdict)code(b, AT_VERDICT, 0xf),
		.as_if_believed = (enum water_verdict)code(b, AT_AS_IF, 0xf),
		.reason = (enum water_reason)code(b, AT_REASON, 0xff),
		.basis = (enum limit_basis)code(b, AT_BASIS, 0xf),
		.alarm = code(b, AT_ALARM, 1),
		.screening = code(b, AT_SCREENING, 1),
		.status = (enum result_status)code(b, AT_STATUS, 3),
		.revision = code(b, AT_REVISION, 0xff),
		.set_code = code(b, AT_SET, 0xffff),
		.rule = (enum water_rule)code(b, AT_RULE, 1),
		.unsettled = code(b, AT_UNSETTLED, 1)};
	(void)fields_get(words, "m", result->method, sizeof(result->method));
	(void)fields_get(words, "u", result->unit, sizeof(result->unit));
	(void)fields_get(words, "mdl", result->mdl, sizeof(result->mdl));
	(void)fields_get(words, "x", result->dilution, sizeof(result->dilution));
	(void)fields_get(words, "k", result->known, sizeof(result->known));
	(void)fields_get(words, "limit", result->limit, sizeof(result->limit));
	(void)fields_get(words, "set", result->set, sizeof(result->set));
	(void)fields_get(words, "unc", result->uncertainty, sizeof(result->uncertainty));
	return a > 0 && fields_get(words, "p", result->parameter, sizeof(result->parameter)) &&
	       fields_get(words, "v", result->value, sizeof(result->value));
}

/* --- a judgement --------------------------------------------------------------------------------------- */

void result_put_limit(struct text *to, const struct limit *limit)
{
	char number[NUMBER_TEXT];

	if (limit->must == LIMIT_ABSENT) {
		text_put(to, "absent");
		return;
	}
	if (!isnan(limit->low)) {
		number_put_f64(number, limit->low);
		text_put(to, number);
	}
	text_put(to, limit->must == LIMIT_STRICT ? "..<" : "..");
	if (!isnan(limit->high)) {
		number_put_f64(number, limit->high);
		text_put(to, number);
	}
}

void result_judged(struct result *result, const struct water_judgement *judgement)
{
	struct text limit = text_over(result->limit, sizeof(result->limit));

	result->verdict = judgement->verdict;
	result->reason = judgement->reason;
	result->as_if_believed = judgement->as_if_believed;
	result->alarm = judgement->alarm;
	result->screening = judgement->screening;
	result->basis = judgement->limit ? judgement->limit->basis : (enum limit_basis)0;
	if (judgement->limit)
		result_put_limit(&limit, judgement->limit);
	if (!judgement->set)
		return;
	text_copy(result->set, sizeof(result->set), judgement->set->name);
	result->set_code = judgement->set->code;
}
