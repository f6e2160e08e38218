#include "uplink/budget.h"

#include "base/utc.h"

enum {
	REQUEST_BYTES = 800, /* heads of HTTP and of some packets, both ways, beside the lines */
	FIRST_LINE = 60, /* before anything is known: gzipped lines take 20 to 40, plain ones 150 */
	FEWEST_LINES = 16,
	HOURS = 24,
	LONGEST_MONTH = 31
};

uint64_t budget_cost_of(const struct budget_cost *cost, unsigned lines)
{
	return REQUEST_BYTES + (uint64_t)((cost->line > 0 ? cost->line : FIRST_LINE) * lines);
}

void budget_learn(struct budget_cost *cost, unsigned lines, uint64_t bytes)
{
	double line;

	if (!lines)
		return;
	line = bytes > REQUEST_BYTES ? (double)(bytes - REQUEST_BYTES) / lines : 0;
	if (line < 1)
		line = 1;
	/* A few lines behind a new connection say little of many. */
	if (cost->line > 0)
		line = cost->line + (line - cost->line) * (lines < FEWEST_LINES ? 0.05 : 0.3);
	cost->line = line;
}

/* When, in ms of a day that has so many bytes, that many of them are there.  -1: not on such a day. */
static int64_t moment_of(uint64_t bytes, uint64_t day)
{
	int64_t at_ms;

	if (bytes > day || !day)
		return -1;
	at_ms = (int64_t)((double)bytes / (double)day * UTC_DAY_MS) + 1;
	return at_ms < UTC_DAY_MS ? at_ms : -1;
}

/* As many as an hour's share of such a day pays for. */
static unsigned fit(const struct budget_cost *cost, unsigned want, uint64_t day)
{
	while (want > FEWEST_LINES && budget_cost_of(cost, want) > day / HOURS)
		want = want / 2 > FEWEST_LINES ? want / 2 : FEWEST_LINES;
	return want;
}

/* On a later day that has so many bytes. */
static int64_t later(const struct budget_cost *cost, unsigned want, uint64_t day)
{
	return moment_of(budget_cost_of(cost, fit(cost, want, day)), day);
}

static int64_t wait_of(
	const struct budget_now *now, const struct budget_cost *cost, unsigned want, int64_t at_ms)
{
	uint64_t left = now->month > now->used ? now->month - now->used : 0;
	unsigned ahead = 0;

	while (at_ms < 0 && now->day + ++ahead <= now->days)
		at_ms = later(cost, want, left / (now->days - now->day - ahead + 1));
	if (at_ms < 0)
		at_ms = later(cost, want, now->month / LONGEST_MONTH);
	/* Where even that is too little the month must come to its end first; it is looked at again then. */
	return (int64_t)ahead * UTC_DAY_MS - now->ms_of_day + (at_ms < 0 ? 0 : at_ms);
}

struct budget_answer budget_weigh(
	const struct budget_now *now, const struct budget_cost *cost, unsigned want)
{
	uint64_t before = now->used - now->used_today, today = 0, there, price;
	struct budget_answer answer = {.lines = 0};

	if (now->month > before)
		today = (now->month - before) / (now->days - now->day + 1);
	answer.lines = fit(cost, want, today);
	price = now->used_today + now->spoken_for + budget_cost_of(cost, answer.lines);
	there = now->ms_of_day < 0
			? today
			: (uint64_t)((double)today * (double)now->ms_of_day / UTC_DAY_MS);
	if (price <= there)
		return answer;
	answer.lines = 0;
	answer.wait_ms =
		now->ms_of_day < 0 ? -1 : wait_of(now, cost, want, moment_of(price, today));
	return answer;
}
