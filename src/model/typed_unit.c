#include "model/typed.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "model/amount.h"

/* --- as it would be typed plainly ---------------------------------------------------------------------- */

/* What a character stands for in a unit; NULL: itself. */
static const char *plain_of(uint32_t point)
{
	if (point >= 0x6f0 && point <= 0x6f9)
		return &"0\0001\0002\0003\0004\0005\0006\0007\0008\0009"[(point - 0x6f0) * 2];
	switch (point) {
	case 0xb5:  /* the micro sign */
	case 0x3bc: /* the Greek letter: some keyboards have the one, some the other */
		return "u";
	case 0xb2:
		return "2";
	case 0xb3:
		return "3";
	case 0x2103:
		return "c";
	case 0x2109:
		return "f";
	case 0xb0: /* the degree sign, and the ordinal mark that looks like it */
	case 0xba:
	case 0xb7: /* a point between units */
	case 0xa0: /* blanks that do not break a line */
	case 0x202f:
	case 0x200c: /* between the parts of an Urdu word */
	case ' ':
	case '{':
	case '}':
	case '[':
	case ']':
		return "";
	default:
		return NULL;
	}
}

/* In small letters without blanks, brackets and degree signs; false: too long, or no text. */
static bool make_plain(char plain[TYPED_LONGEST], const char *typed)
{
	struct text to = text_over(plain, TYPED_LONGEST);
	uint32_t point;
	size_t n;

	for (; *typed; typed += n) {
		n = utf8_at(typed, strnlen(typed, 4), &point);
		if (!n)
			return false;
		if (plain_of(point))
			text_put(&to, plain_of(point));
		else if (point < 0x80)
			text_put_char(&to, (char)tolower((int)point));
		else
			text_put_n(&to, typed, n);
	}
	return !to.cut;
}

/* --- the units ----------------------------------------------------------------------------------------- */

/* Mass in a litre is said in many ways; all of them are one of four. */
static const char *const masses[][2] = {{"mg", "mg/L"}, {"ug", "ug/L"}, {"mcg", "ug/L"},
	{"g", "g/L"}, {"ملیگرام", "mg/L"}, {"مائیکروگرام", "ug/L"}, {"گرام", "g/L"}};
static const char *const litres[] = {"/l", "/lt", "/ltr", "/lit", "/liter", "/litre", "/dm3",
	"/لیٹر", "/لٹر", "فیلیٹر", "فیلٹر"};

static const char *const units[][2] = {
	{"ppm", "[ppm]"},
	{"ppb", "[ppb]"},
	{"ntu", "{NTU}"},
	{"fnu", "{FNU}"},
	{"pcu", "{PCU}"},
	{"ptco", "{PCU}"},
	{"pt-co", "{PCU}"},
	{"pt/co", "{PCU}"},
	{"hazen", "{PCU}"},
	{"tcu", "{TCU}"},
	{"us/cm", "uS/cm"},
	{"umho/cm", "uS/cm"},
	{"umhos/cm", "uS/cm"},
	{"ms/cm", "mS/cm"},
	{"mmho/cm", "mS/cm"},
	{"mmhos/cm", "mS/cm"},
	{"ms/m", "mS/m"},
	{"s/m", "S/m"},
	{"c", "Cel"},
	{"degc", "Cel"},
	{"cel", "Cel"},
	{"celsius", "Cel"},
	{"f", "[degF]"},
	{"degf", "[degF]"},
	{"ph", "[pH]"},
	{"phunit", "[pH]"},
	{"phunits", "[pH]"},
	{"mv", "mV"},
	{"v", "V"},
	{"%", "%"},
	{"%sat", "%"},
	{"psu", "[psu]"},
	{"bq/l", "Bq/L"},
	{"/100ml", "/(100.mL)"},
	{"/(100.ml)", "/(100.mL)"},
	{"per100ml", "/(100.mL)"},
	{"cfu/100ml", "/(100.mL)"},
	{"cfu/(100.ml)", "/(100.mL)"},
	{"cfuper100ml", "/(100.mL)"},
	{"mpn/100ml", "/(100.mL)"},
	{"mpn/(100.ml)", "/(100.mL)"},
	{"mpnper100ml", "/(100.mL)"},
};

/* What is typed often and can be read in more ways than one. */
static const struct {
	const char *plain, *why; /* behind what was typed */
} doubtful[] = {
	{"ppt", "is parts in a thousand to some and in 10^12 to others: write g/L or mg/L"},
	{"us", "does not say over which length: write uS/cm or mS/cm"},
	{"ms", "does not say over which length: write uS/cm or mS/cm"},
	{"cfu", "does not say in how much water: write CFU/100mL"},
	{"mpn", "does not say in how much water: write CFU/100mL"},
	{"cfu/ml", "is in 1 mL: what counts is in 100 mL, write that as CFU/100mL"},
	{"/ml", "is in 1 mL: what counts is in 100 mL, write that as CFU/100mL"},
	{"mpn/ml", "is in 1 mL: what counts is in 100 mL, write that as CFU/100mL"},
	{"ftu", "does not say how it was measured: NTU or FNU, as the meter's manual has it"},
	{"fau", "is measured through the water, and is neither NTU nor FNU"},
	{"jtu", "is a candle's, and is neither NTU nor FNU"},
	{"ntru", "is a ratio's, and is neither NTU nor FNU"},
};

/* --- the form of a substance, behind its unit or within it ----------------------------------------------- */

/* `of`: a parameter of the one substance that is named with it; "": it is said of several. */
static const struct {
	const char *plain, *form, *of;
} forms[] = {
	{"n", "N", ""},
	{"nitrogen", "N", ""},
	{"no3-n", "N", "nitrate_n"},
	{"n-no3", "N", "nitrate_n"},
	{"no3n", "N", "nitrate_n"},
	{"no2-n", "N", "nitrite_n"},
	{"n-no2", "N", "nitrite_n"},
	{"no2n", "N", "nitrite_n"},
	{"nh3-n", "N", "ammonia_n"},
	{"n-nh3", "N", "ammonia_n"},
	{"nh3n", "N", "ammonia_n"},
	{"nh4-n", "N", "ammonia_n"},
	{"n-nh4", "N", "ammonia_n"},
	{"nh4n", "N", "ammonia_n"},
	{"no3", "NO3", "nitrate_n"},
	{"no3-", "NO3", "nitrate_n"},
	{"no2", "NO2", "nitrite_n"},
	{"no2-", "NO2", "nitrite_n"},
	{"nh4", "NH4", "ammonia_n"},
	{"nh4+", "NH4", "ammonia_n"},
	{"nh3", "NH3", "ammonia_n"},
	{"caco3", "CaCO3", ""},
	{"cao", "CaO", ""},
	{"ca", "Ca", ""},
};

/* Where the substance itself is said once more. */
static const char *const itself[][2] = {{"cl2", "free_chlorine"}, {"cl2", "total_chlorine"},
	{"f", "fluoride"}, {"fe", "iron"}, {"so4", "sulphate"}, {"mn", "manganese"}};

/* "asn", "(no3-n)", "-n" of what is left of a unit; NULL: none that is known, or another substance's; "": it says nothing new. */
static const char *form_in(const char *rest, size_t n, const struct parameter *of)
{
	size_t i;

	if (n && *rest == '-')
		rest++, n--;
	if (n > 2 && !strncmp(rest, "as", 2))
		rest += 2, n -= 2;
	if (n > 2 && *rest == '(' && rest[n - 1] == ')')
		rest++, n -= 2;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strlen(forms[i].plain) == n && !strncmp(forms[i].plain, rest, n))
			return !*forms[i].of || amount_same_property(forms[i].of, of->code)
				       ? forms[i].form
				       : NULL;
	for (i = 0; i < sizeof(itself) / sizeof(itself[0]); i++)
		if (strlen(itself[i][0]) == n && !strncmp(itself[i][0], rest, n) &&
			!strcmp(itself[i][1], of->code))
			return "";
	return NULL;
}

/* The parameter that is the same thing in that form. */
static const char *in_form(const char *code, const char *form)
{
	size_t i;

	for (i = 0; i < parameter_count(); i++) {
		const char *other = parameter_at(i)->code;

		if (amount_same_property(code, other) && !strcmp(amount_form_word(other), form))
			return other;
	}
	return NULL;
}

/* Is what was typed of the form the parameter's own? */
static bool fits(const struct parameter *of, const char *form, const char *typed, struct text *why)
{
	const char *other = in_form(of->code, form);

	if (!*form || !strcmp(amount_form_word(of->code), form))
		return true;
	if (other)
		text_printf(why, "\"%s\" is not %s: enter it as %s", typed, of->code, other);
	else
		text_printf(why, "\"%s\" is as %s, and %s is not: convert it first", typed, form,
			of->code);
	return false;
}

/* --- a unit -------------------------------------------------------------------------------------------- */

static bool begins(const char **at, const char *with)
{
	size_t n = strlen(with);

	if (strncmp(*at, with, n) != 0)
		return false;
	*at += n;
	return true;
}

/* "mg/l", "mgn/l", "mg/lasn", "ppm", "ppmcaco3"; `form` is the one that it says, "" without. */
static const char *mass_of(const char *plain, const struct parameter *of, const char **form)
{
	size_t i, k;

	for (i = 0; i < sizeof(masses) / sizeof(masses[0]); i++) {
		const char *at = plain, *within, *behind;

		if (!begins(&at, masses[i][0]))
			continue;
		for (k = sizeof(litres) / sizeof(litres[0]); k-- > 0;) {
			behind = strstr(at, litres[k]);
			within = at;
			if (!behind)
				continue;
			*form = behind > within ? form_in(within, (size_t)(behind - within), of)
						: "";
			behind += strlen(litres[k]);
			if (*form && !**form && *behind)
				*form = form_in(behind, strlen(behind), of);
			else if (*behind)
				continue;
			if (*form)
				return masses[i][1];
		}
	}
	for (i = 0; i < 2; i++) {
		const char *at = plain;

		if (!begins(&at, units[i][0]))
			continue;
		*form = *at ? form_in(at, strlen(at), of) : "";
		return *form ? units[i][1] : NULL;
	}
	return NULL;
}

/* The other optics: the number is another one, whatever the unit is called. */
static bool is_other_turbidity(const char *code, const char *ucum, struct text *why)
{
	bool ntu = !strcmp(ucum, "{NTU}") && !strcmp(code, "turbidity_fnu");
	bool fnu = !strcmp(ucum, "{FNU}") && !strcmp(code, "turbidity_ntu");

	if (ntu)
		text_put(why, "NTU is another method's number than FNU: enter it as turbidity_ntu");
	if (fnu)
		text_put(why, "FNU is another method's number than NTU: enter it as turbidity_fnu");
	return ntu || fnu;
}

bool typed_unit(
	char to[TYPED_UNIT], const struct parameter *of, const char *typed, struct text *why)
{
	const char *form = "", *ucum;
	char plain[TYPED_LONGEST];
	size_t i;

	*to = '\0';
	/* A capital of the Greek m is written like ours: a program made it of a small one, or somebody meant the M of mg. */
	if (strstr(typed, "\xce\x9c")) {
		text_printf(
			why, "\"%s\" may be milli or micro: its M is Greek; write m or u", typed);
		return false;
	}
	if (!make_plain(plain, typed))
		return false;
	if (!*plain)
		return true;
	for (i = 0; i < sizeof(doubtful) / sizeof(doubtful[0]); i++)
		if (!strcmp(doubtful[i].plain, plain)) {
			text_printf(why, "\"%s\" %s", typed, doubtful[i].why);
			return false;
		}
	ucum = mass_of(plain, of, &form);
	if (!ucum)
		form = "";
	for (i = 0; !ucum && i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i][0], plain))
			ucum = units[i][1];
	if (!ucum || !fits(of, form, typed, why) || is_other_turbidity(of->code, ucum, why))
		return false;
	return text_copy(to, TYPED_UNIT, ucum);
}
