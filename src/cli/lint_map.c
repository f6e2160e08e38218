/* A map of registers under `waterlab lint`: what conf takes, and a manual can hardly mean. */
#include <string.h>

#include "cli/lint.h"

enum { NUMBERS = 65536 };

/* A wrong base shows in no other way than that nobody ever sees the value. */
static void check_shown(struct lint *lint, const struct profile *profile)
{
	unsigned i;

	if (!lint->cases || lint->unread)
		return; /* that is said already */
	for (i = 0; i < profile->n_fields; i++)
		if (!lint->shown[i])
			lint_wrong(lint, "/cases",
				"no case shows %s, at %u, wire address %u: one reads it, with its "
				"line of =",
				profile->fields[i].parameter, profile->fields[i].printed,
				profile->fields[i].at.address);
}

/*
 * 30001 and 40001 are how most manuals print wire address 0.  No mistake: SunSpec's registers do lie at wire
 * address 40000.
 */
static bool looks_printed(unsigned printed, const struct profile_register *at)
{
	return printed - at->address <= 1 && at->function >= 3 && printed > 30000 &&
	       printed < 50000;
}

static void check_base(struct lint *lint, const struct profile *profile)
{
	unsigned i, printed = 0, base = 0;

	for (i = 0; i < profile->n_fields && !printed; i++)
		if (looks_printed(profile->fields[i].printed, &profile->fields[i].at)) {
			printed = profile->fields[i].printed;
			base = printed - profile->fields[i].at.address;
		}
	if (printed)
		lint_warn(lint, "/profile.conf",
			"base: with %u, at = %u is wire address %u; a manual that counts from %u1 "
			"means base = %u1",
			base, printed, printed - base, printed / 10000 * 1000,
			printed / 10000 * 1000);
}

/* --- states ----------------------------------------------------------------------------------------- */

static bool same_register(const struct profile_status *a, const struct profile_status *b)
{
	return a->at.function == b->at.function && a->at.address == b->at.address;
}

static void check_twice(struct lint *lint, const struct profile *profile)
{
	unsigned i, k;

	for (i = 0; i < profile->n_status; i++)
		for (k = 0; k < i; k++) {
			const struct profile_status *a = &profile->status[i];
			const struct profile_status *b = &profile->status[k];

			if (!same_register(a, b) || a->mask != b->mask || a->any != b->any ||
				(!a->any && a->equals != b->equals) ||
				strcmp(a->only, b->only) != 0)
				continue;
			lint_wrong(lint, "/profile.conf",
				"status: \"%s\" and \"%s\" are rules for the same of register %u; "
				"one state has one rule",
				b->meaning, a->meaning, a->printed);
		}
}

static bool holds(const struct profile_status *rule, unsigned number)
{
	return rule->any ? (number & rule->mask) != 0 : (number & rule->mask) == rule->equals;
}

/* Whether a number of the register that rule `first` is about falls under that rule or a later one of it. */
static bool has_rule(const struct profile *profile, unsigned first, unsigned number)
{
	unsigned i;

	for (i = first; i < profile->n_status; i++)
		if (same_register(&profile->status[i], &profile->status[first]) &&
			holds(&profile->status[i], number))
			return true;
	return false;
}

/* How many numbers of that register, within the bits that its rules look at, fall under none. */
static unsigned count_good(const struct profile *profile, unsigned first)
{
	unsigned number, i, mask = 0, good = 0;

	for (i = first; i < profile->n_status; i++)
		if (same_register(&profile->status[i], &profile->status[first]))
			mask |= profile->status[i].mask;
	for (number = 0; number < NUMBERS; number++)
		good += !(number & ~mask) && !has_rule(profile, first, number);
	return good;
}

/* The first rule of its register, where all of them name a number: bits of their own say nothing of others. */
static bool names_numbers(const struct profile *profile, unsigned first)
{
	unsigned i;

	for (i = 0; i < profile->n_status; i++)
		if ((i < first || profile->status[i].any) &&
			same_register(&profile->status[i], &profile->status[first]))
			return false;
	return true;
}

/* A number that the manual does not print is no reason to call a value good. */
static void check_unnamed(struct lint *lint, const struct profile *profile)
{
	unsigned i, good;

	for (i = 0; i < profile->n_status; i++) {
		if (!names_numbers(profile, i))
			continue;
		good = count_good(profile, i);
		if (good > 1)
			lint_warn(lint, "/profile.conf",
				"status: %u numbers of register %u fall under no rule, and make "
				"its "
				"values good; mask rules catch those that are not printed, as in "
				"xylem-cl500",
				good, profile->status[i].printed);
	}
}

void lint_map(struct lint *lint, const struct profile *profile)
{
	check_base(lint, profile);
	check_shown(lint, profile);
	check_twice(lint, profile);
	check_unnamed(lint, profile);
}
