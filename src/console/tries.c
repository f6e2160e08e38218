#include "console/tries.h"

#include <string.h>

enum { FREE_WRONG = 5, FIRST_PAUSE_S = 30, LONGEST_PAUSE_S = 900 };

static const struct bucket_size of_all = {20, 15000};

/* The place of that name; -1: nobody's.  A name that is no operator's any more makes room. */
static int place_of(struct tries *tries, const struct operators *operators, const char *name)
{
	int i, free_one = -1;

	if (!operators_find(operators, name))
		return -1;
	for (i = 0; i < MOST_OPERATORS; i++) {
		if (!strcmp(tries->each[i].name, name))
			return i;
		if (free_one < 0 && !operators_find(operators, tries->each[i].name))
			free_one = i;
	}
	/* There is one: the others of the operators are fewer than the places. */
	tries->each[free_one].wrong = 0;
	tries->each[free_one].not_before_ms = 0;
	text_copy(tries->each[free_one].name, sizeof(tries->each[free_one].name), name);
	return free_one;
}

static int64_t pause_s(unsigned wrong)
{
	int64_t s = FIRST_PAUSE_S;

	if (wrong < FREE_WRONG)
		return 0;
	while (wrong-- > FREE_WRONG && s < LONGEST_PAUSE_S)
		s *= 2;
	return s < LONGEST_PAUSE_S ? s : LONGEST_PAUSE_S;
}

bool tries_take(struct tries *tries, const struct operators *operators, const char *name,
	int64_t now_ms, int64_t *wait_ms)
{
	int at = place_of(tries, operators, name);

	if (at >= 0 && now_ms < tries->each[at].not_before_ms) {
		*wait_ms = tries->each[at].not_before_ms - now_ms;
		return false;
	}
	if (!bucket_take(&tries->all, of_all, now_ms, wait_ms))
		return false;
	if (at >= 0)
		tries->each[at].not_before_ms = now_ms + 1000 * pause_s(++tries->each[at].wrong);
	return true;
}

void tries_forget(struct tries *tries, const char *name)
{
	int i;

	for (i = 0; i < MOST_OPERATORS; i++)
		if (!strcmp(tries->each[i].name, name))
			*tries->each[i].name = '\0';
}
