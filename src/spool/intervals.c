#include "spool/intervals.h"

#include <stdlib.h>
#include <string.h>

/* Index of the first interval whose last is >= number; n when none. */
static size_t seek(const struct intervals *set, uint64_t number)
{
	size_t low = 0, high = set->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (set->at[mid].last < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool make_room(struct intervals *set)
{
	size_t cap = set->cap ? set->cap * 2 : 16;
	struct range *at;

	if (set->n < set->cap)
		return true;
	at = realloc(set->at, cap * sizeof(*at));
	if (!at)
		return false;
	set->at = at;
	set->cap = cap;
	return true;
}

bool intervals_add(struct intervals *set, uint64_t first, uint64_t last)
{
	size_t from = seek(set, first - 1), to = from;

	/* from..to-1 are the intervals that overlap or touch the new one: they become one. */
	while (to < set->n && set->at[to].first <= last + 1) {
		set->count -= set->at[to].last - set->at[to].first + 1;
		if (set->at[to].first < first)
			first = set->at[to].first;
		if (set->at[to].last > last)
			last = set->at[to].last;
		to++;
	}
	if (to == from) {
		if (!make_room(set))
			return false;
		memmove(set->at + from + 1, set->at + from, (set->n - from) * sizeof(*set->at));
		set->n++;
	} else {
		memmove(set->at + from + 1, set->at + to, (set->n - to) * sizeof(*set->at));
		set->n -= to - from - 1;
	}
	set->at[from] = (struct range){first, last};
	set->count += last - first + 1;
	return true;
}

bool intervals_remove(struct intervals *set, uint64_t first, uint64_t last)
{
	size_t from = seek(set, first), to = from, i;
	struct range below, above;

	while (to < set->n && set->at[to].first <= last)
		to++;
	if (to == from)
		return true;
	below = (struct range){set->at[from].first, first - 1};
	above = (struct range){last + 1, set->at[to - 1].last};
	if (to - from == 1 && below.first < first && above.last > last && !make_room(set))
		return false;
	for (i = from; i < to; i++)
		set->count -= set->at[i].last - set->at[i].first + 1;
	/* What is left of the first and the last of them, if anything. */
	if (below.first < first) {
		set->count += below.last - below.first + 1;
		if (to - from == 1 && above.last > last) {
			memmove(set->at + to + 1, set->at + to, (set->n - to) * sizeof(*set->at));
			set->n++;
			to++;
		}
		set->at[from++] = below;
	}
	if (above.last > last) {
		set->count += above.last - above.first + 1;
		set->at[--to] = above;
	}
	memmove(set->at + from, set->at + to, (set->n - to) * sizeof(*set->at));
	set->n -= to - from;
	return true;
}

const struct range *intervals_from(const struct intervals *set, uint64_t from)
{
	size_t i = seek(set, from);

	return i < set->n ? &set->at[i] : NULL;
}

const struct range *intervals_find(const struct intervals *set, uint64_t number)
{
	const struct range *at = intervals_from(set, number);

	return at && at->first <= number ? at : NULL;
}

bool intervals_free_below(const struct intervals *set, uint64_t top, struct range *run)
{
	size_t i = seek(set, top);

	if (i < set->n && set->at[i].first <= top)
		top = set->at[i].first - 1;
	if (top == 0)
		return false;
	/* Intervals never touch, so the number below an interval is free. */
	run->last = top;
	run->first = i > 0 ? set->at[i - 1].last + 1 : 1;
	return true;
}

bool intervals_trim(const struct intervals *set, struct range *run)
{
	const struct range *at = intervals_from(set, run->first);

	if (at && at->first <= run->first) {
		if (at->last >= run->last)
			return false;
		run->first = at->last + 1;
		at = intervals_from(set, run->first);
	}
	if (at && at->first <= run->last)
		run->last = at->first - 1;
	return true;
}

bool intervals_cover(const struct intervals *a, const struct intervals *b, struct range range)
{
	const struct range *at;

	while (range.first <= range.last) {
		at = intervals_find(a, range.first);
		if (!at)
			at = intervals_find(b, range.first);
		if (!at)
			return false;
		range.first = at->last + 1;
	}
	return true;
}

void intervals_clear(struct intervals *set)
{
	set->n = 0;
	set->count = 0;
}

void intervals_free(struct intervals *set)
{
	free(set->at);
	*set = (struct intervals){0};
}
