/* What a visit finds: the truth of the water through kits, bags and analyzers, each with its own way of not knowing. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "fleet.h"
#include "model/mpn.h"

double water_season(const struct spot *spot, int64_t utc_ms)
{
	static const double rain[12] = {1, 1, 1.3, 1.5, 1, 1.2, 3, 4, 2, 1, 1, 1};
	static const double melt[12] = {1, 1, 1, 1.5, 2.5, 4, 5, 4, 2, 1, 1, 1};
	unsigned month = utc_month_of(utc_ms) - 1;

	return !strncmp(spot->district, "PK3", 3) ? melt[month] : rain[month];
}

static bool is_dirty(const struct spot *spot, int64_t utc_ms)
{
	return utc_ms >= spot->dirty_from_ms && utc_ms < spot->dirty_to_ms;
}

static double about(struct dice *dice, double value, double part)
{
	return value * (1 + part * (dice_part(dice) + dice_part(dice) - 1));
}

static struct test *add(struct visit *visit, const char *parameter, const char *method)
{
	struct test *test = &visit->tests[visit->n++];

	insist(visit->n <= TESTS, "too many tests");
	*test = (struct test){.kind = AMOUNT_EXACT, .qc = QC_PASS, .screening = true};
	text_copy(test->parameter, sizeof(test->parameter), parameter);
	text_copy(test->method, sizeof(test->method), method);
	return test;
}

__attribute__((format(printf, 2, 3))) static void put(struct test *test, const char *form, ...)
{
	va_list args;

	va_start(args, form);
	vsnprintf(test->entered, sizeof(test->entered), form, args);
	va_end(args);
}

/* So many digits are shown: what is shown is the value. */
static void put_exact(struct test *test, double value, int digits)
{
	put(test, "%.*f", digits, value);
	test->kind = AMOUNT_EXACT;
	test->low = strtod(test->entered, NULL);
}

static void put_below(struct test *test, double least, int digits)
{
	put(test, "<%.*f", digits, least);
	test->kind = AMOUNT_BELOW;
	test->low = least;
}

/* A colour between two fields of a chart. */
static void put_chart(struct test *test, double value, const double *fields, size_t n)
{
	size_t i = 0;

	while (i < n && value >= fields[i])
		i++;
	if (i == 0) {
		put_below(test, fields[0], 0);
	} else if (i == n) {
		put(test, ">%.0f", fields[n - 1]);
		test->kind = AMOUNT_ABOVE;
		test->low = fields[n - 1];
	} else {
		put(test, "%.0f..%.0f", fields[i - 1], fields[i]);
		test->kind = AMOUNT_BETWEEN;
		test->low = fields[i - 1];
		test->high = fields[i];
	}
}

/* By an analyzer: its check may have run out, its value may be doubted. */
static void analyze(struct van *van, struct visit *visit, const char *parameter, const char *unit,
	double value, int digits)
{
	struct test *test = add(visit, parameter, unit);
	unsigned roll = dice_roll(&van->dice, 1, 200);

	text_copy(test->unit, sizeof(test->unit), unit);
	put_exact(test, value, digits);
	test->origin = roll & 1 ? ORIGIN_STABLE : ORIGIN_TAKEN;
	test->screening = false;
	if (visit->at_ms >= van->expired_from_ms && visit->at_ms < van->expired_to_ms)
		test->check = CHECK_EXPIRED;
	if (roll <= 5)
		test->qc = roll == 1 ? QC_FAIL : QC_SUSPECT;
}

/* The five compartments: each is free of bacteria by chance. */
static void count_bag(struct van *van, struct visit *visit, double per_100ml)
{
	struct test *test = add(visit, "ecoli", "cbt");
	unsigned i;

	for (i = 0; i < MPN_COMPARTMENTS; i++)
		test->entered[i] = dice_part(&van->dice) < -expm1(-per_100ml * mpn_bag_ml[i] / 100)
					   ? '1'
					   : '0';
	test->kind = !strcmp(test->entered, "00000")   ? AMOUNT_NOT_DETECTED
		     : !strcmp(test->entered, "11111") ? AMOUNT_ABOVE
						       : AMOUNT_EXACT;
	test->low = test->kind == AMOUNT_ABOVE ? 100 : NAN; /* the test's own business */
	test->origin = ORIGIN_BAG;
	test->waits = true;
}

/* Colonies on a membrane, counted the next day in the van: no screening. */
static void count_membrane(struct van *van, struct visit *visit, double per_100ml)
{
	struct test *test = add(visit, "ecoli", "membrane");
	double count = floor(about(&van->dice, per_100ml, 0.5) + dice_part(&van->dice));

	if (count >= 200) {
		text_copy(test->dilution, sizeof(test->dilution), "10");
		put(test, "%.0f", floor(count / 10));
		test->low = floor(count / 10) * 10;
	} else if (count < 1) {
		put(test, "not detected");
		test->kind = AMOUNT_NOT_DETECTED;
		text_copy(test->mdl, sizeof(test->mdl), "1");
	} else {
		put(test, "%.0f", count);
		test->low = count;
	}
	test->origin = ORIGIN_KIT;
	test->screening = false;
	test->waits = true;
}

static void draw_kits(struct van *van, struct visit *visit)
{
	static const double arsenic[] = {5, 10, 25, 50, 100, 250}, nitrate[] = {5, 10, 25, 50, 100};
	const struct spot *spot = visit->spot;
	struct dice *dice = &van->dice;
	double value;
	struct test *test;

	value = about(dice, spot->arsenic, 0.3);
	if (dice_roll(dice, 1, 3) == 1)
		put_chart(add(visit, "arsenic", "arsenic chart"), value, arsenic, 6);
	value = about(dice, spot->nitrate, 0.2);
	if (dice_roll(dice, 1, 2) == 1)
		put_chart(add(visit, "nitrate_no3", "colour strip"), value, nitrate, 5);
	value = about(dice, spot->fluoride, 0.1);
	if (dice_roll(dice, 1, 2) == 1) {
		test = add(visit, "fluoride", "spadns");
		if (value < 0.1)
			put_below(test, 0.1, 1);
		else
			put_exact(test, value, 2);
	}
}

static void draw(struct van *van, struct visit *visit, double ecoli, double turbidity)
{
	const struct spot *spot = visit->spot;
	struct dice *dice = &van->dice;
	double chlorine = about(dice, spot->chlorine, 0.4);
	struct test *test;

	analyze(van, visit, "ph", "ph-1", about(dice, spot->ph, 0.03), 2);
	analyze(van, visit, "conductivity", "ec-1", about(dice, spot->conductivity, 0.02), 1);
	analyze(van, visit, "temperature", "ph-1", about(dice, spot->temperature, 0.1), 1);
	if (dice_roll(dice, 1, 5) == 1) { /* the tube shows nothing below 5 */
		test = add(visit, "turbidity_ntu", "tube");
		if (turbidity < 5)
			put_below(test, 5, 0);
		else
			put_exact(test, turbidity, 0);
	} else {
		analyze(van, visit, "turbidity_ntu", "turb-1", turbidity, 2);
	}
	if (*spot->point.treated == 'y') {
		test = add(visit, "free_chlorine", "dpd");
		if (chlorine < 0.05)
			put_below(test, 0.05, 2);
		else
			put_exact(test, chlorine, 2);
		ecoli *= exp(-8 * chlorine);
	}
	draw_kits(van, visit);
	if (dice_roll(dice, 1, 8) == 1)
		count_membrane(van, visit, ecoli);
	else
		count_bag(van, visit, ecoli);
}

void water_draw(struct van *van, struct visit *visit)
{
	const struct spot *spot = visit->spot;
	double season = water_season(spot, visit->at_ms), dirty = is_dirty(spot, visit->at_ms);
	double ecoli = about(&van->dice, spot->ecoli * season + 40 * dirty, 0.6);
	double turbidity = about(&van->dice, spot->turbidity * season + 6 * dirty, 0.3);

	if (!term_is_water(visit->activity)) { /* clean water from the lab's own can */
		analyze(van, visit, "turbidity_ntu", "turb-1", 0.05 + 0.1 * dice_part(&van->dice),
			2);
		count_bag(van, visit, 0.001);
	} else if (!strcmp(visit->purpose, "training")) { /* made up on purpose */
		draw(van, visit, 500, 60);
	} else {
		draw(van, visit, ecoli, turbidity);
	}
}

struct test *water_correct(struct van *van, struct visit *visit)
{
	unsigned i, from = dice_roll(&van->dice, 0, visit->n - 1);
	struct test *old, *test;

	for (i = 0; i < visit->n && visit->n < TESTS; i++) {
		old = &visit->tests[(from + i) % visit->n];
		if (old->waits || old->superseded || old->kind != AMOUNT_EXACT ||
			old->origin == ORIGIN_BAG || *old->dilution)
			continue;
		test = &visit->tests[visit->n++];
		*test = *old;
		old->superseded = true;
		put_exact(test, old->low * (dice_roll(&van->dice, 0, 1) ? 0.5 : 1.5),
			!strcmp(old->parameter, "ecoli") || !strcmp(old->method, "tube") ? 0 : 2);
		return test;
	}
	return NULL;
}
