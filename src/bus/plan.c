#include "bus/plan.h"

#include <stdlib.h>
#include <string.h>

#include "bus/decode.h"
#include "io/serial.h"

/* A round trip on a local network and what its registers add; a gateway's line behind it is unknown. */
#define TCP_REQUEST_NS ((int64_t)2000000)
#define TCP_BYTE_NS    ((int64_t)10000)

enum { RTU_QUESTION = 8, RTU_FRAME = 5, MOST_BITS = 2000, MOST_WORDS = 125 };

static bool is_bits(uint8_t function)
{
	return function <= 2;
}

struct plan_cost plan_cost_of(const struct port_conf *port, const struct profile *profile)
{
	int64_t turnaround_ns = (int64_t)profile->turnaround_ms * 1000000;
	int64_t quiet_ns = (int64_t)profile->quiet_ms * 1000000;
	struct plan_cost cost = {TCP_REQUEST_NS + turnaround_ns + quiet_ns, TCP_BYTE_NS, false};
	int64_t gap_ns;

	if (port->kind == PORT_RTU) {
		gap_ns = serial_gap_ns(port);
		cost.byte_ns = (int64_t)serial_bits(port) * 1000000000 / port->baud;
		cost.request_ns = (RTU_QUESTION + RTU_FRAME) * cost.byte_ns + gap_ns +
				  (gap_ns > quiet_ns ? gap_ns : quiet_ns) + turnaround_ns;
		cost.vary = true;
	}
	return cost;
}

int64_t plan_request_ns(const struct plan_cost *cost, uint8_t function, uint16_t count)
{
	int64_t bytes = is_bits(function) ? (count + 7) / 8 : 2 * count;

	return cost->request_ns + bytes * cost->byte_ns;
}

int64_t plan_total_ns(const struct plan *plan, const struct plan_cost *cost)
{
	int64_t total_ns = 0;
	unsigned i;

	for (i = 0; i < plan->n_requests; i++)
		total_ns +=
			plan_request_ns(cost, plan->requests[i].function, plan->requests[i].count);
	return total_ns;
}

/* --- items ----------------------------------------------------------------------------------------- */

static struct plan_item item_of(const struct profile_register *at, bool status)
{
	unsigned count = decode_registers(at->type);
	struct plan_item item = {at->function, at->address, at->registers, status};

	if (!is_bits(at->function) && count)
		item.count = (uint16_t)count;
	if (!item.count)
		item.count = 1;
	return item;
}

static int compare(const void *a, const void *b)
{
	const struct plan_item *x = a, *y = b;

	if (x->function != y->function)
		return x->function - y->function;
	if (x->start != y->start)
		return x->start - y->start;
	return x->count - y->count;
}

static uint8_t find_item(const struct plan *plan, const struct profile_register *at)
{
	struct plan_item want = item_of(at, false);
	unsigned i;

	for (i = 0; i < plan->n_items; i++)
		if (!compare(&plan->items[i], &want))
			break;
	return (uint8_t)i;
}

/* Fields and status rules as sorted ranges, equal ranges once. */
static void collect(struct plan *plan, const struct profile *profile)
{
	unsigned i, n = 0, kept = 0;

	for (i = 0; i < profile->n_fields && i < MOST_FIELDS; i++)
		plan->items[n++] = item_of(&profile->fields[i].at, false);
	for (i = 0; i < profile->n_status && i < MOST_STATUS; i++)
		plan->items[n++] = item_of(&profile->status[i].at, true);
	qsort(plan->items, n, sizeof(*plan->items), compare);
	for (i = 0; i < n; i++) {
		if (kept && !compare(&plan->items[kept - 1], &plan->items[i]))
			plan->items[kept - 1].status |= plan->items[i].status;
		else
			plan->items[kept++] = plan->items[i];
	}
	plan->n_items = kept;
	for (i = 0; i < profile->n_fields && i < MOST_FIELDS; i++)
		plan->field_item[i] = find_item(plan, &profile->fields[i].at);
	for (i = 0; i < profile->n_status && i < MOST_STATUS; i++)
		plan->status_item[i] = find_item(plan, &profile->status[i].at);
}

/* --- what the device allows ------------------------------------------------------------------------ */

static unsigned end_of(const struct plan_item *item)
{
	return (unsigned)item->start + item->count;
}

static unsigned most_of(const struct profile *profile, uint8_t function)
{
	unsigned most = profile->most_registers ? profile->most_registers : MOST_WORDS;

	if (is_bits(function))
		return most * 16 > MOST_BITS ? MOST_BITS : most * 16;
	return most > MOST_WORDS ? MOST_WORDS : most;
}

static bool is_named(const struct plan *plan, const struct plan_learned *learned, uint8_t function,
	unsigned address)
{
	unsigned i;

	for (i = 0; i < plan->n_items; i++)
		if (plan->items[i].function == function && plan->items[i].start <= address &&
			address < end_of(&plan->items[i]) && !(learned && learned->refused[i]))
			return true;
	return false;
}

static bool is_forbidden(
	const struct profile *profile, uint8_t function, unsigned start, unsigned end)
{
	unsigned i;

	for (i = 0; i < profile->n_forbidden && i < MOST_FORBIDDEN; i++)
		if (profile->forbidden[i].function == function &&
			profile->forbidden[i].first < end && start <= profile->forbidden[i].last)
			return true;
	return false;
}

/* Registers [start, end) touch nothing that was refused. */
static bool avoids_refused(const struct plan *plan, const struct plan_learned *learned,
	uint8_t function, unsigned start, unsigned end)
{
	unsigned i;

	for (i = 0; learned && i < plan->n_items; i++)
		if (learned->refused[i] && plan->items[i].function == function &&
			plan->items[i].start < end && start < end_of(&plan->items[i]))
			return false;
	return true;
}

static bool allowed(const struct plan *plan, const struct profile *profile,
	const struct plan_learned *learned, const struct plan_request *request)
{
	unsigned start = request->start, end = start + request->count, address;

	if (end > 65536 || request->count > most_of(profile, request->function) ||
		is_forbidden(profile, request->function, start, end))
		return false;
	if (request->first == request->last && !request->padded)
		learned = NULL; /* an item alone may be tried again, whatever overlaps it */
	if (!avoids_refused(plan, learned, request->function, start, end))
		return false;
	for (address = start; profile->exact_reads && address < end; address++)
		if (!is_named(plan, learned, request->function, address))
			return false;
	return true;
}

bool plan_hull(const struct plan *plan, const struct profile *profile,
	const struct plan_learned *learned, unsigned first, unsigned last, struct plan_request *out)
{
	unsigned start = plan->items[first].start, end = end_of(&plan->items[first]), i;

	for (i = first + 1; i <= last; i++) {
		if (learned && learned->cut[i])
			return false;
		if (learned && learned->refused[i])
			continue;
		if (end_of(&plan->items[i]) > end)
			end = end_of(&plan->items[i]);
	}
	if (profile->even_start && start % 2 && !is_bits(plan->items[first].function))
		start--;
	if (end - start > MOST_BITS)
		return false;
	out->function = plan->items[first].function;
	out->start = (uint16_t)start;
	out->count = (uint16_t)(end - start);
	out->first = (uint16_t)first;
	out->last = (uint16_t)last;
	out->padded = false;
	return allowed(plan, profile, learned, out);
}

/* --- the best partition ---------------------------------------------------------------------------- */

/*
 * best[j] is the least time to read the first j of the active items.  It is enough to look at runs of
 * sorted items: an item nested in another run's request costs nothing to move there.
 */
static int partition(struct plan *plan, const struct profile *profile, const struct plan_cost *cost,
	const struct plan_learned *learned, struct text *why)
{
	unsigned active[MOST_ITEMS], n = 0, i, j, k;
	int64_t best[MOST_ITEMS + 1] = {0};
	struct plan_request run[MOST_ITEMS], chosen[MOST_ITEMS];
	unsigned from[MOST_ITEMS + 1] = {0};

	for (i = 0; i < plan->n_items; i++)
		if (!learned || !learned->refused[i])
			active[n++] = i;
	for (j = 1; j <= n; j++)
		best[j] = INT64_MAX;
	for (i = 0; i < n; i++) {
		/* With even starts an odd item may be within reach only of a run that begins before. */
		for (j = i; j < n && best[i] < INT64_MAX; j++) {
			const struct plan_item *item = &plan->items[active[j]];
			int64_t time_ns;

			if (item->function != plan->items[active[i]].function ||
				!plan_hull(plan, profile, learned, active[i], active[j], &run[j]))
				break;
			time_ns = best[i] + plan_request_ns(cost, run[j].function, run[j].count);
			if (time_ns < best[j + 1]) {
				best[j + 1] = time_ns;
				from[j + 1] = i;
				chosen[j] = run[j];
			}
		}
	}
	if (best[n] == INT64_MAX) {
		for (j = 1; best[j] < INT64_MAX;)
			j++;
		text_printf(why,
			"register %u (function %u, wire address) cannot be read within the "
			"device's own "
			"limits: see most_registers, even_start, exact_reads and forbidden",
			plan->items[active[j - 1]].start, plan->items[active[j - 1]].function);
		return ERR_CONF;
	}
	for (j = n, k = 0; j > 0; j = from[j], k++)
		plan->requests[k] = chosen[j - 1];
	plan->n_requests = k;
	for (i = 0; i < k / 2; i++) {
		struct plan_request swap = plan->requests[i];

		plan->requests[i] = plan->requests[k - 1 - i];
		plan->requests[k - 1 - i] = swap;
	}
	return 0;
}

static bool reads_status(const struct plan *plan, const struct plan_learned *learned,
	const struct plan_request *request)
{
	unsigned i;

	for (i = request->first; i <= request->last; i++)
		if (plan->items[i].status && !(learned && learned->refused[i]))
			return true;
	return false;
}

static void status_first(struct plan *plan, const struct plan_learned *learned)
{
	struct plan_request sorted[MOST_ITEMS];
	unsigned i, n = 0;

	for (i = 0; i < plan->n_requests; i++)
		if (reads_status(plan, learned, &plan->requests[i]))
			sorted[n++] = plan->requests[i];
	for (i = 0; i < plan->n_requests; i++)
		if (!reads_status(plan, learned, &plan->requests[i]))
			sorted[n++] = plan->requests[i];
	memcpy(plan->requests, sorted, n * sizeof(*sorted));
}

/* --- different counts for neighbours --------------------------------------------------------------- */

static bool alike(const struct plan_request *a, const struct plan_request *b)
{
	return a->function == b->function && a->count == b->count;
}

/* One register more at either end, where the map has something on both sides of it. */
static void pad(struct plan *plan, const struct profile *profile,
	const struct plan_learned *learned, unsigned at, const struct plan_request *before,
	const struct plan_request *after)
{
	unsigned low = 65536, high = 0, i, end;
	int side;

	for (i = 0; i < plan->n_items; i++) {
		const struct plan_item *item = &plan->items[i];

		if (item->function != plan->requests[at].function)
			continue;
		low = item->start < low ? item->start : low;
		high = end_of(item) > high ? end_of(item) : high;
	}
	for (side = 0; side < 2; side++) {
		struct plan_request longer = plan->requests[at];

		end = (unsigned)longer.start + longer.count;
		if (side == 0 ? end >= high : longer.start <= low || profile->even_start)
			continue;
		longer.count++;
		longer.start = (uint16_t)(longer.start - side);
		longer.padded = true;
		if (!alike(&longer, before) && !alike(&longer, after) &&
			allowed(plan, profile, learned, &longer)) {
			plan->requests[at] = longer;
			return;
		}
	}
}

/* The last request of a turn and the first of the next are neighbours too, but come last. */
static void vary_counts(
	struct plan *plan, const struct profile *profile, const struct plan_learned *learned)
{
	unsigned n = plan->n_requests, i;

	for (i = 1; n > 1 && i <= n; i++) {
		const struct plan_request *before = &plan->requests[i - 1];
		const struct plan_request *after = &plan->requests[(i + 1) % n];

		if (!is_bits(before->function) && alike(before, &plan->requests[i % n]))
			pad(plan, profile, learned, i % n, before, after);
		if (i < n && !is_bits(before->function) && alike(before, &plan->requests[i]))
			pad(plan, profile, learned, i, before, before);
	}
}

int plan_make(struct plan *plan, const struct profile *profile, const struct plan_cost *cost,
	const struct plan_learned *learned, struct text *why)
{
	int rc;

	memset(plan, 0, sizeof(*plan));
	collect(plan, profile);
	rc = partition(plan, profile, cost, learned, why);
	if (rc)
		return rc;
	status_first(plan, learned);
	if (cost->vary && !(learned && learned->plain))
		vary_counts(plan, profile, learned);
	return 0;
}
