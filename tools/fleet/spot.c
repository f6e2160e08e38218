/* The van's districts, its points, and the water in them. */
#include <math.h>
#include <string.h>

#include "base/utc.h"
#include "fleet.h"

/* About half of all points are somebody's own. */
static const struct {
	const char *type, *position, *treated;
	const char *name;
	unsigned share;
} kinds[] = {{"public_tap_standpipe", "consumer", "yes", "Tap, main road", 18},
	{"filtration_plant", "consumer", "yes", "Filtration plant, gate 1", 10},
	{"protected_spring", "source", "no", "Spring above the village", 12},
	{"unprotected_spring", "source", "no", "چشمہ", 6},
	{"borehole_tubewell", "source", "no", "Handpump at the school", 18},
	{"piped_into_dwelling", "consumer", "yes", "House connection", 16},
	{"protected_dug_well", "source", "no", "Well in a yard", 12},
	{"tanker", "consumer", "", "Tanker = street 4", 4},
	{"surface_water", "source", "no", "Channel, upper end", 4}};

/* 10 to the power of about -1 to 1, as often below 1 as above. */
static double spread(struct dice *dice)
{
	return pow(10, dice_part(dice) + dice_part(dice) - 1);
}

/* Rock does not move: of one district and seed all vans find the same. */
static double rock(const struct van *van, const char *district, unsigned what)
{
	struct dice dice = {van->fleet->seed * 31 + what};

	while (*district)
		dice.state = dice_next(&dice) + (unsigned char)*district++;
	return dice_part(&dice);
}

static void make_water(struct van *van, struct spot *spot)
{
	const char *type = spot->point.type, *district = spot->district;
	struct dice *dice = &van->dice;
	bool open = strstr(type, "unprotected") || strstr(type, "surface");
	bool deep = !strcmp(type, "borehole_tubewell");
	int64_t span_ms = van->fleet->until_ms - van->fleet->from_ms, length_ms;

	spot->ecoli = (open ? 8 : deep ? 0.05 : 0.4) * spread(dice);
	spot->turbidity = (open ? 4 : deep ? 0.5 : 1.2) * spread(dice);
	spot->chlorine = !strcmp(spot->point.treated, "yes") ? 0.75 * dice_part(dice) : 0;
	spot->ph = 6.9 + 1.2 * dice_part(dice) + (rock(van, district, 4) > 0.9 ? 0.7 : 0);
	spot->conductivity = 180 + 900 * dice_part(dice) * rock(van, district, 5);
	spot->temperature = 8 + 14 * dice_part(dice);
	spot->arsenic = (deep && rock(van, district, 1) > 0.7 ? 25 : 1.5) * spread(dice);
	spot->fluoride = (rock(van, district, 2) > 0.75 ? 1.3 : 0.3) * sqrt(spread(dice));
	spot->nitrate = (!strcmp(type, "protected_dug_well") ? 30 : 8) * sqrt(spread(dice));
	if (dice_roll(dice, 1, 10) > 3)
		return;
	length_ms = (int64_t)dice_roll(dice, 8, 40) * UTC_DAY_MS;
	spot->dirty_from_ms =
		van->fleet->from_ms + (int64_t)((double)span_ms * dice_part(dice)) - UTC_DAY_MS * 5;
	spot->dirty_to_ms = spot->dirty_from_ms + length_ms;
}

static void make_spot(struct van *van, unsigned i)
{
	struct spot *spot = &van->spots[i];
	const struct gazetteer_place *home = van->homes[i * van->n_homes / SPOTS];
	unsigned roll = dice_roll(&van->dice, 1, 100), k = 0;
	struct text name = text_over(spot->point.name, sizeof(spot->point.name));
	struct text code = text_over(spot->point.code, sizeof(spot->point.code));

	while (roll > kinds[k].share)
		roll -= kinds[k++].share;
	*spot = (struct spot){.point = {.has_at = true}};
	text_printf(&name, "%s %u", kinds[k].name, i + 1);
	if (i % 3 == 0) /* the centre's list has it */
		text_printf(&code, "P%02u-%04u", van->number, i + 1);
	text_copy(spot->point.type, sizeof(spot->point.type), kinds[k].type);
	text_copy(spot->point.position, sizeof(spot->point.position), kinds[k].position);
	text_copy(spot->point.treated, sizeof(spot->point.treated), kinds[k].treated);
	spot->point.lat_e7 =
		(int32_t)lround((home->lat + 0.1 * (dice_part(&van->dice) - 0.5)) * 1e7);
	spot->point.lon_e7 =
		(int32_t)lround((home->lon + 0.1 * (dice_part(&van->dice) - 0.5)) * 1e7);
	text_copy(spot->district, sizeof(spot->district), home->area.code);
	if (dice_roll(&van->dice, 1, 100) <= 6)
		text_copy(spot->near, sizeof(spot->near),
			van->n_homes > 1 ? van->homes[(i * van->n_homes / SPOTS + 1) % van->n_homes]
						   ->area.code
					 : "none");
	make_water(van, spot);
}

/* One district for each van in turn, and those nearest to it. */
static void find_homes(struct van *van)
{
	const struct gazetteer *all = van->fleet->gazetteer;
	const struct gazetteer_place *own[256], *place;
	double far[256], distance;
	size_t i, k, n = 0;
	unsigned first;

	for (i = 0; i < gazetteer_count(all) && n < 256; i++) {
		place = gazetteer_at(all, i);
		if (!*place->area.tehsil)
			own[n++] = place;
	}
	insist(n > HOMES, "the list of places has too few districts");
	first = (unsigned)((van->number * 7 + van->fleet->seed) % n);
	for (i = 0; i < n; i++)
		far[i] = place_distance_m(
			own[first]->lat, own[first]->lon, own[i]->lat, own[i]->lon);
	van->n_homes = dice_roll(&van->dice, 3, HOMES);
	for (k = 0; k < van->n_homes; k++) {
		distance = INFINITY;
		for (i = 0; i < n; i++)
			if (far[i] < distance) {
				distance = far[i];
				van->homes[k] = own[i];
			}
		for (i = 0; i < n; i++)
			if (own[i] == van->homes[k])
				far[i] = INFINITY;
	}
}

void spots_make(struct van *van)
{
	unsigned i;

	find_homes(van);
	for (i = 0; i < SPOTS; i++)
		make_spot(van, i);
}
