/* Every van at once sends what its spool holds, by the uplink of the real daemon. */
#include <string.h>
#include <unistd.h>

#include "fleet.h"

struct figures {
	uint64_t lines, requests, body_bytes, wire_bytes;
	int64_t began_ms;
};

static bool has_sent(const struct van *van)
{
	struct delivery_counts counts;
	unsigned stream;

	for (stream = 0; stream < STREAM_COUNT; stream++) {
		if (spool_waiting(van->spool, van->store, (enum stream)stream))
			return false;
		spool_count_store(van->spool, van->store, (enum stream)stream, &counts);
		if (van->fleet->store.receipt_s &&
			counts.n[DELIVERY_RECEIVED] < counts.n[DELIVERY_SENT])
			return false;
	}
	return true;
}

static bool takes_part(const struct van *van, bool returned)
{
	return !returned || van->away;
}

static void begin(struct van *van)
{
	struct store_conf conf = van->fleet->store;
	struct text file = text_over(conf.token_file, sizeof(conf.token_file));

	if (van->fleet->tokens) {
		text_copy(conf.user, sizeof(conf.user), van->name);
		text_printf(&file, "%s/%s", van->fleet->tokens, van->name);
	}
	insist(!uplink_new(&van->uplink, &conf, van->name, van->spool, &clock_system,
		       van->fleet->seed * MOST_VANS + van->number),
		"uplink_new");
	insist(!uplink_start(van->uplink), "uplink_start");
}

static void end(struct van *van, struct figures *figures)
{
	struct uplink_state state;

	uplink_stop(van->uplink);
	uplink_state(van->uplink, &state);
	figures->lines += state.lines;
	figures->requests += state.requests;
	figures->body_bytes += state.body_bytes;
	figures->wire_bytes += state.wire_bytes;
	uplink_free(van->uplink);
	van->uplink = NULL;
	record_live(van, false);
}

static void say_why(const struct van *van)
{
	struct uplink_state state;

	uplink_state(van->uplink, &state);
	printf("%s: %llu readings and %llu records are not sent; the store's last answer: %d %s\n",
		van->name,
		(unsigned long long)spool_waiting(van->spool, van->store, STREAM_READINGS),
		(unsigned long long)spool_waiting(van->spool, van->store, STREAM_LEDGER),
		state.last_status, state.last_words);
}

/* Until all have sent everything. */
static bool wait_for_all(struct fleet *fleet, bool returned)
{
	int64_t until_ms = clock_boot_ms(&clock_system) + (int64_t)fleet->patience_s * 1000;
	unsigned i = 0, open;

	do {
		for (open = i = 0; i < fleet->labs; i++)
			if (takes_part(&fleet->vans[i], returned) && !has_sent(&fleet->vans[i]))
				open++;
		if (open)
			usleep(5000);
	} while (open && clock_boot_ms(&clock_system) < until_ms);
	for (i = 0; open && i < fleet->labs; i++)
		if (takes_part(&fleet->vans[i], returned) && !has_sent(&fleet->vans[i]))
			say_why(&fleet->vans[i]);
	return !open;
}

/* Some vans lose power before they noted what was sent: it goes once more.  How much. */
static uint64_t send_again(struct van *van)
{
	uint64_t last = van->next - 1;
	struct range part = {last / 3 + 1, 2 * last / 3};

	if (van->number % 3 != 1 || van->fleet->store.receipt_s || part.first > part.last)
		return 0;
	spool_mark_missing(van->spool, van->store, STREAM_LEDGER, part);
	return spool_waiting(van->spool, van->store, STREAM_LEDGER);
}

/* What the store has by its own count. */
static uint64_t count_received(const struct fleet *fleet)
{
	struct delivery_counts counts;
	uint64_t n = 0;
	unsigned i, stream;

	for (i = 0; i < fleet->labs; i++)
		for (stream = 0; stream < STREAM_COUNT; stream++) {
			spool_count_store(fleet->vans[i].spool, fleet->vans[i].store,
				(enum stream)stream, &counts);
			n += counts.n[DELIVERY_RECEIVED];
		}
	return n;
}

bool send_all(struct fleet *fleet, bool returned)
{
	struct figures figures = {.began_ms = clock_boot_ms(&clock_system)};
	uint64_t again = 0;
	double seconds;
	unsigned i;
	bool sent;

	for (i = 0; i < fleet->labs; i++)
		if (takes_part(&fleet->vans[i], returned)) {
			record_live(&fleet->vans[i], true);
			begin(&fleet->vans[i]);
		}
	sent = wait_for_all(fleet, returned);
	seconds = (double)(clock_boot_ms(&clock_system) - figures.began_ms) / 1000;
	for (i = 0; sent && i < fleet->labs; i++)
		if (takes_part(&fleet->vans[i], returned))
			again += send_again(&fleet->vans[i]);
	sent = sent && wait_for_all(fleet, returned);
	for (i = 0; i < fleet->labs; i++)
		if (takes_part(&fleet->vans[i], returned))
			end(&fleet->vans[i], &figures);
	printf("sent: %llu lines in %.2f s, %.0f lines a second; %llu requests, %.1f bytes a line, "
	       "gzipped, %.1f with all that went over the link\n",
		(unsigned long long)figures.lines, seconds, (double)figures.lines / seconds,
		(unsigned long long)figures.requests,
		(double)figures.body_bytes / (double)(figures.lines ? figures.lines : 1),
		(double)figures.wire_bytes / (double)(figures.lines ? figures.lines : 1));
	printf("of these twice: %llu records\n", (unsigned long long)again);
	if (fleet->store.receipt_s)
		printf("received by the store's own count: %llu records\n",
			(unsigned long long)count_received(fleet));
	fflush(stdout);
	return sent;
}
