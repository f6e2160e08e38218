/* Each spelling of a unit and a number that is taken, and each trap that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/typed.h"

/* Spellings of one unit, for a parameter that has it. */
struct spelt {
	const char *parameter, *ucum;
	const char *typed[24];
};

static const struct spelt spelt[] = {
	{"free_chlorine", "mg/L",
		{"mg/L", "mg/l", "MG/L", "Mg/l", "mg / L", " mg/l ", "mg/lit", "mg/ltr", "mg/liter",
			"mg/litre", "mg/dm3", "mg/dm³", "mg/L as Cl2", "mg/L Cl2", "mg/l (Cl2)",
			"ملی گرام فی لیٹر", "ملی گرام/لیٹر", "mg\xc2\xa0/\xc2\xa0l"}},
	{"arsenic", "ug/L",
		{"ug/L", "ug/l", "UG/L", "\xc2\xb5g/L", "\xce\xbcg/L", "\xc2\xb5g/l", "\xce\xbcG/l",
			"mcg/L", "\xc2\xb5g / l", "مائیکروگرام فی لیٹر"}},
	{"arsenic", "mg/L", {"mg/L", "mg/l"}},
	{"arsenic", "[ppb]", {"ppb", "PPB", "[ppb]"}},
	{"tds", "[ppm]", {"ppm", "PPM", "Ppm", "[ppm]"}},
	{"tds", "g/L", {"g/L", "g/l", "G/L", "گرام فی لیٹر"}},
	{"conductivity", "uS/cm",
		{"uS/cm", "us/cm", "US/CM", "\xc2\xb5S/cm", "\xce\xbcS/cm", "\xc2\xb5s/cm",
			"\xc2\xb5mhos/cm", "umho/cm"}},
	{"conductivity", "mS/cm", {"mS/cm", "ms/cm", "MS/CM", "mS / cm", "mmho/cm"}},
	{"conductivity", "mS/m", {"mS/m"}},
	{"conductivity", "S/m", {"S/m"}},
	{"temperature", "Cel",
		{"Cel", "C", "c", "°C", "° C", "ºC", "\xe2\x84\x83", "deg C", "degC", "Celsius"}},
	{"temperature", "[degF]", {"F", "°F", "\xe2\x84\x89", "deg F", "[degF]"}},
	{"ph", "[pH]", {"pH", "ph", "PH", "[pH]", "pH units"}},
	{"turbidity_ntu", "{NTU}", {"NTU", "ntu", "{NTU}"}},
	{"turbidity_fnu", "{FNU}", {"FNU", "fnu", "{FNU}"}},
	{"colour", "{PCU}", {"PCU", "Pt-Co", "PtCo", "Hazen", "{PCU}"}},
	{"colour", "{TCU}", {"TCU"}},
	{"orp", "mV", {"mV", "mv", "MV"}},
	{"dissolved_oxygen_sat", "%", {"%", "% sat"}},
	{"salinity", "[psu]", {"PSU", "psu", "[psu]"}},
	{"gross_alpha", "Bq/L", {"Bq/L", "bq/l"}},
	{"ecoli", "/(100.mL)",
		{"/(100.mL)", "CFU/100mL", "CFU/100 mL", "cfu/100ml", "CFU / 100 ML", "/100mL",
			"per 100 mL", "MPN/100mL", "CFU per 100 mL", "[CFU]/(100.mL)",
			"CFU/۱۰۰mL"}},
	{"nitrate_n", "mg/L",
		{"mg/L", "mg/L as N", "mg/l as n", "mg/L N", "mg/L-N", "mg/L (N)", "mg N/L",
			"mgN/L", "mg-N/L", "mg/L NO3-N", "mg/L as NO3-N", "mg/L (NO3-N)",
			"mg/L N-NO3", "mg NO3-N/L"}},
	{"nitrate_n", "[ppm]", {"ppm N", "ppm as N", "ppm NO3-N"}},
	{"nitrate_no3", "mg/L", {"mg/L as NO3", "mg/L NO3", "mg NO3/L", "mg/l no3", "mg/L NO3-"}},
	{"nitrite_n", "mg/L", {"mg/L NO2-N", "mg/L as N"}},
	{"nitrite_no2", "mg/L", {"mg/L as NO2", "mg/L NO2"}},
	{"ammonia_n", "mg/L", {"mg/L NH3-N", "mg/L NH4-N", "mg/L as N"}},
	{"ammonium_nh4", "mg/L", {"mg/L as NH4", "mg/L NH4+"}},
	{"hardness", "mg/L", {"mg/L as CaCO3", "mg/L CaCO3", "mg CaCO3/L", "mg/l caco3"}},
	{"hardness", "[ppm]", {"ppm CaCO3", "ppm"}},
	{"fluoride", "mg/L", {"mg/L F", "mg F/L"}},
	{"iron", "mg/L", {"mg/L Fe", "mg/L as Fe"}},
	{"ph", "", {"", " "}},
};

static void spellings_are_one_unit(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(spelt) / sizeof(*spelt); i++)
		for (k = 0; k < 24 && spelt[i].typed[k]; k++) {
			char to[TYPED_UNIT], words[200] = "";
			struct text why = text_over(words, sizeof(words));

			if (!typed_unit(to, parameter_find(spelt[i].parameter), spelt[i].typed[k],
				    &why) ||
				strcmp(to, spelt[i].ucum) != 0)
				fail_msg("%s of %s: \"%s\" %s", spelt[i].typed[k],
					spelt[i].parameter, to, words);
		}
}

/* Refused, with what is said; "": nobody knows it. */
static const struct {
	const char *parameter, *typed, *says;
} traps[] = {
	/* a factor of a thousand */
	{"arsenic", "\xce\x9cG/L", "its M is Greek"},
	{"conductivity", "\xce\x9cS/CM", "its M is Greek"},
	{"conductivity", "uS", "over which length"},
	{"conductivity", "\xc2\xb5S", "over which length"},
	{"conductivity", "mS", "over which length"},
	{"tds", "ppt", "in a thousand to some"},
	{"salinity", "ppt", "in a thousand to some"},
	{"ecoli", "CFU/mL", "is in 1 mL"},
	{"ecoli", "CFU", "in how much water"},
	/* another substance */
	{"nitrate_no3", "mg/L as N", "is not nitrate_no3: enter it as nitrate_n"},
	{"nitrate_no3", "mg/L NO3-N", "enter it as nitrate_n"},
	{"nitrate_no3", "mg N/L", "enter it as nitrate_n"},
	{"nitrate_no3", "ppm N", "enter it as nitrate_n"},
	{"nitrate_n", "mg/L NO3", "enter it as nitrate_no3"},
	{"nitrate_n", "mgNO3/L", "enter it as nitrate_no3"},
	{"nitrate_form_unknown", "mg/L as N", "enter it as nitrate_n"},
	{"nitrite_no2", "mg/L NO2-N", "enter it as nitrite_n"},
	{"ammonia_n", "mg/L NH4", "enter it as ammonium_nh4"},
	{"ammonia_n", "mg/L NH3", "is as NH3"},
	{"hardness", "mg/L as Ca", "is as Ca, and hardness is not"},
	{"iron", "mg/L as N", "is as N, and iron is not"},
	{"nitrate_n", "mg/L NO2-N", ""},
	{"nitrate_no3", "mg/L NO2", ""},
	{"nitrite_n", "mg/L NO3-N", ""},
	{"nitrite_n", "mg NO3/L", ""},
	{"ammonia_n", "ppm NO3-N", ""},
	/* another method */
	{"turbidity_ntu", "FNU", "enter it as turbidity_fnu"},
	{"turbidity_fnu", "NTU", "enter it as turbidity_ntu"},
	{"turbidity_ntu", "FTU", "how it was measured"},
	{"turbidity_ntu", "FAU", "neither NTU nor FNU"},
	{"turbidity_ntu", "JTU", "neither NTU nor FNU"},
	/* nobody's */
	{"free_chlorine", "mg", ""},
	{"free_chlorine", "mg/L as", ""},
	{"free_chlorine", "mg/I", ""},
	{"free_chlorine", "mg/1", ""},
	{"free_chlorine", "mg/100mL", ""},
	{"free_chlorine", "mg/L as Cl", ""},
	{"free_chlorine", "mg/Lmg/L", ""},
	{"free_chlorine", "mg/mL", ""},
	{"arsenic", "mg/L as As", ""},
	{"arsenic", "\xd0\x9cg/L", ""}, /* a Cyrillic M */
	{"hardness", "°dH", ""},
	{"temperature", "K", ""},
	{"ecoli", "CFU/10mL", ""},
	{"tds", "\xff/L", ""},
	{"tds", "mg/llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll", ""},
};

static void what_can_be_read_otherwise_is_not_guessed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(traps) / sizeof(*traps); i++) {
		char to[TYPED_UNIT], words[200] = "";
		struct text why = text_over(words, sizeof(words));

		if (typed_unit(to, parameter_find(traps[i].parameter), traps[i].typed, &why))
			fail_msg("%s of %s is %s", traps[i].typed, traps[i].parameter, to);
		if (*traps[i].says ? !strstr(words, traps[i].says) : *words)
			fail_msg("%s of %s: %s", traps[i].typed, traps[i].parameter, words);
		assert_string_equal(to, "");
	}
}

static void numbers_of_every_keyboard(void **state)
{
	static const char *const good[][2] = {
		{"", ""},
		{"0.4", "0.4"},
		{"1000", "1000"},
		{"1.000", "1.000"},
		{"۰٫۴", "0.4"},
		{"٠٫٤", "0.4"},
		{"۰.۴", "0.4"},
		{"۱۲۳۴۵۶۷۸۹۰", "1234567890"},
		{"١٢٣٤٥٦٧٨٩٠", "1234567890"},
		{"<۰٫۱", "<0.1"},
		{"> ۵", "> 5"},
		{"۰٫۲..۰٫۵", "0.2..0.5"},
		{"0,2..0,5", "0.2..0.5"},
		{"0,1", "0.1"},
		{"0,125", "0.125"},
		{"7,5", "7.5"},
		{"7,01", "7.01"},
		{"7،5", "7.5"},
		{"-3,5", "-3.5"},
		{"1,2345", "1.2345"},
		{"1234,5", "1234.5"},
		{"1234,567", "1234.567"},
		{"۱۱۰۱۰", "11010"},
		{"12,88 mS/cm", "12.88 mS/cm"},
		{"not detected", "not detected"},
		{"much, too much", "much, too much"},
		{"5,", "5,"},
		{",5", ",5"},
		{"1.2.3", "1.2.3"},
		{"0.2..0.5", "0.2..0.5"},
		{"\xff", "\xff"},
	};
	static const char *const doubtful[] = {"1,000", "1,234", "12,345", "123,456", "1,234,567",
		"1,234.5", "1.234,5", "۱،۰۰۰", "1٬000", "۱٬۵", "0.1..1,000", "<1,000", "0,1,2",
		"1.5,5"};
	char value[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		char words[200] = "";
		struct text why = text_over(words, sizeof(words));

		strcpy(value, good[i][0]);
		if (!typed_number(value, &why) || strcmp(value, good[i][1]) != 0)
			fail_msg("%s: %s %s", good[i][0], value, words);
	}
	for (i = 0; i < sizeof(doubtful) / sizeof(*doubtful); i++) {
		char words[200] = "";
		struct text why = text_over(words, sizeof(words));

		strcpy(value, doubtful[i]);
		if (typed_number(value, &why) || !strstr(words, "in two ways"))
			fail_msg("%s is taken as %s", doubtful[i], value);
		assert_string_equal(value, doubtful[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_are_one_unit),
		cmocka_unit_test(what_can_be_read_otherwise_is_not_guessed),
		cmocka_unit_test(numbers_of_every_keyboard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
