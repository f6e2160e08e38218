#include "uplink/links.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

enum { HOURS_OF_MONTH = 24 * 30, MEGA = 1000000, MINUTE_MS = 60000 };

struct seat {
	bool asks;
	uint64_t granted, today; /* bytes of raw readings: on their way; gone today */
};

struct links {
	struct links_conf conf;
	struct spool *spool;
	const struct clock *clock;
	pthread_mutex_t lock; /* below */
	int n;
	int32_t day;
	struct seat seats[MOST_STORES];
};

/* --- which links cost nothing ------------------------------------------------------------------------- */

bool links_next_pattern(const char **list, char *pattern)
{
	size_t n;

	*list += strspn(*list, ", \t");
	n = strcspn(*list, ", \t");
	if (!n)
		return false;
	pattern[0] = '\0';
	if (n < LINK_NAME) {
		memcpy(pattern, *list, n);
		pattern[n] = '\0';
	}
	*list += n;
	return true;
}

static bool costs_nothing(const struct links *links, const char *link)
{
	const char *list = links->conf.unlimited;
	char pattern[LINK_NAME];

	while (links_next_pattern(&list, pattern))
		if (fnmatch(pattern, link, 0) == 0)
			return true;
	return false;
}

/* --- the budget ----------------------------------------------------------------------------------------- */

void links_state(struct links *links, struct links_state *out)
{
	size_t i;

	*out = (struct links_state){.budget = links->conf.budget_mb_month > 0,
		.month = (uint64_t)links->conf.budget_mb_month * MEGA};
	spool_bytes(links->spool, links->conf.month_begins, &out->bytes);
	for (i = 0; i < out->bytes.n; i++) {
		const struct link_bytes *link = &out->bytes.links[i];

		out->unlimited[i] = costs_nothing(links, link->link);
		if (out->unlimited[i])
			continue;
		out->used += link->month;
		out->used_today += link->today;
	}
}

/* Under lock: on their way, and of those who had less today, at most an hour's share each. */
static uint64_t spoken_for(const struct links *links, int seat)
{
	uint64_t most = (uint64_t)links->conf.budget_mb_month * MEGA / HOURS_OF_MONTH;
	uint64_t sum = 0, behind;
	int i;

	for (i = 0; i < links->n; i++) {
		const struct seat *other = &links->seats[i];

		if (i == seat)
			continue;
		sum += other->granted;
		if (!other->asks || other->today >= links->seats[seat].today)
			continue;
		behind = links->seats[seat].today - other->today;
		sum += behind < most ? behind : most;
	}
	return sum;
}

struct budget_answer links_ask(struct links *links, int seat, const char *link,
	const struct budget_cost *cost, unsigned want)
{
	struct budget_answer answer = {.lines = want};
	struct links_state state;
	struct budget_now now;
	struct seat *own;
	int i;

	if (seat < 0 || !links->conf.budget_mb_month || !*link || costs_nothing(links, link)) {
		links_leave(links, seat);
		return answer;
	}
	pthread_mutex_lock(&links->lock);
	links_state(links, &state);
	if (state.bytes.day != links->day)
		for (i = 0; i < links->n; i++)
			links->seats[i].today = 0;
	links->day = state.bytes.day;
	own = &links->seats[seat];
	own->asks = true;
	now = (struct budget_now){.month = state.month,
		.used = state.used,
		.used_today = state.used_today,
		.spoken_for = spoken_for(links, seat),
		.ms_of_day = state.bytes.ms_of_day};
	utc_month(state.bytes.day, links->conf.month_begins, &now.day, &now.days);
	answer = budget_weigh(&now, cost, want);
	own->granted = answer.lines ? budget_cost_of(cost, answer.lines) : 0;
	pthread_mutex_unlock(&links->lock);
	return answer;
}

void links_done(struct links *links, int seat, uint64_t bytes)
{
	if (seat < 0)
		return;
	pthread_mutex_lock(&links->lock);
	links->seats[seat].today += bytes;
	links->seats[seat].granted = 0;
	pthread_mutex_unlock(&links->lock);
}

void links_leave(struct links *links, int seat)
{
	if (seat < 0)
		return;
	pthread_mutex_lock(&links->lock);
	links->seats[seat].asks = false;
	links->seats[seat].granted = 0;
	pthread_mutex_unlock(&links->lock);
}

/* --- in words -------------------------------------------------------------------------------------------- */

static void put_mb(struct text *to, uint64_t bytes)
{
	double mb = (double)bytes / MEGA;

	text_printf(to, mb < 10 ? "%.2f" : mb < 1000 ? "%.1f" : "%.0f", mb);
}

static void put_next(struct text *to, struct links *links, int64_t wait_ms, int32_t today)
{
	struct time_offset utc = spool_utc(links->spool);
	int64_t at_ms = clock_boot_ms(links->clock) + utc.offset_ms + wait_ms;
	char minute[32];
	struct text when = text_over(minute, sizeof(minute));

	if (wait_ms < 0 || utc.source == TIME_NONE) {
		text_put(to, ", next when the time is known");
		return;
	}
	utc_put_minute(&when, at_ms + MINUTE_MS - 1);
	/* Of today the hour is enough. */
	text_printf(to, ", next after %s UTC",
		(at_ms + MINUTE_MS - 1) / UTC_DAY_MS == today ? minute + sizeof("YYYY-MM-DD")
							      : minute);
}

void links_put_why(struct text *to, struct links *links, int64_t wait_ms)
{
	struct links_state state;
	const char *before = " on ";
	size_t i;

	links_state(links, &state);
	put_mb(to, state.used);
	text_printf(to, " of %u MB used this month", links->conf.budget_mb_month);
	for (i = 0; i < state.bytes.n; i++) {
		if (state.unlimited[i])
			continue;
		text_printf(to, "%s%s", before, state.bytes.links[i].link);
		before = ", ";
	}
	if (state.used > state.month)
		text_put(to, ", more than there is: results still go");
	put_next(to, links, wait_ms, state.bytes.day);
}

/* --- life ------------------------------------------------------------------------------------------------ */

int links_new(struct links **out, const struct links_conf *conf, struct spool *spool,
	const struct clock *clock)
{
	struct links *links = calloc(1, sizeof(*links));

	*out = links;
	if (!links)
		return ERR_MEMORY;
	links->conf = *conf;
	if (!links->conf.month_begins)
		links->conf.month_begins = 1;
	links->spool = spool;
	links->clock = clock;
	pthread_mutex_init(&links->lock, NULL);
	return 0;
}

void links_free(struct links *links)
{
	if (!links)
		return;
	pthread_mutex_destroy(&links->lock);
	free(links);
}

int links_join(struct links *links)
{
	int seat = -1;

	pthread_mutex_lock(&links->lock);
	if (links->n < MOST_STORES)
		seat = links->n++;
	pthread_mutex_unlock(&links->lock);
	return seat;
}
