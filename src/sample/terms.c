#include "sample/terms.h"

#include <string.h>

static const char *const purposes[] = {
	"routine", "follow_up", "complaint", "emergency", "training"};
static const char *const activities[] = {"sample", "replicate", "blank", "spike", "reference"};
static const char *const sources[] = {"piped_into_dwelling", "public_tap_standpipe",
	"borehole_tubewell", "protected_dug_well", "unprotected_dug_well", "protected_spring",
	"unprotected_spring", "rainwater_collection", "water_kiosk", "filtration_plant", "tanker",
	"surface_water"};
static const char *const positions[] = {"source", "network", "consumer"};
static const char *const impediments[] = {
	"dry", "broken", "locked", "unsafe", "unreachable", "not_found", "refused"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *const *at;
	size_t n;
} lists[] = {[TERM_PURPOSE] = {purposes, COUNT(purposes)},
	[TERM_ACTIVITY] = {activities, COUNT(activities)},
	[TERM_SOURCE] = {sources, COUNT(sources)},
	[TERM_POSITION] = {positions, COUNT(positions)},
	[TERM_IMPEDIMENT] = {impediments, COUNT(impediments)}};

const char *term_at(enum term_list list, size_t i)
{
	return i < lists[list].n ? lists[list].at[i] : NULL;
}

unsigned term_number(enum term_list list, const char *word)
{
	size_t i;

	for (i = 0; i < lists[list].n; i++)
		if (!strcmp(lists[list].at[i], word))
			return (unsigned)i + 1;
	return 0;
}

bool term_is(enum term_list list, const char *word)
{
	return term_number(list, word) > 0;
}

bool term_is_water(const char *activity)
{
	return !strcmp(activity, "sample") || !strcmp(activity, "replicate");
}
