#include "daemon/watch.h"

#include "daemon/lab_reports.h"

enum {
	PLACE_MS = 15 * 1000,  /* the receiver's thread comes round each second, but for opening */
	OPEN_MS = 45 * 1000,   /* opening a port: three name servers that are away, and then some */
	INBOX_MS = 300 * 1000, /* a file of 10,000 records on a slow card */
	SUMMARIES_MS = 300 * 1000, /* a step: SUMMARIES_BLOCKS commits on a slow card */
	REPORTS_MS = 300 * 1000,   /* a step: one commit on a slow card */
	IDLE_MS = 10 * 1000        /* a thread with nothing to do still comes round this often */
};

int64_t watch_line_bound_ms(const struct line_conf *line)
{
	unsigned worst_ms = 0, i;

	for (i = 0; i < line->n_units; i++)
		if (line->units[i].profile->reply_ms > worst_ms)
			worst_ms = line->units[i].profile->reply_ms;
	/* an exchange, then reading the line until it is silent, each bounded by the worst reply */
	return OPEN_MS + IDLE_MS + 4 * (int64_t)worst_ms;
}

int64_t watch_store_bound_ms(const struct store_conf *store)
{
	return OPEN_MS + IDLE_MS + 2 * (int64_t)store->timeout_ms;
}

static bool in_time(
	const char *what, const char *name, int64_t age_ms, int64_t bound_ms, struct text *who)
{
	if (age_ms <= bound_ms)
		return true;
	text_printf(who, "%s %s has not come round for %lld s (bound %lld s)", what, name,
		(long long)(age_ms / 1000), (long long)(bound_ms / 1000));
	return false;
}

bool watch_all_alive(const struct parts *parts, int64_t now_ms, struct text *who)
{
	unsigned i;

	if (parts->place &&
		!in_time("place", "receiver", now_ms - whereabouts_heartbeat_ms(parts->place),
			PLACE_MS + OPEN_MS, who))
		return false;
	if (parts->inbox && !in_time("inbox", "folder", now_ms - inbox_heartbeat_ms(parts->inbox),
				    INBOX_MS, who))
		return false;
	for (i = 0; i < parts->n_lines; i++)
		if (!in_time("line", parts->conf->lines[i].name,
			    now_ms - line_heartbeat_ms(parts->lines[i]),
			    watch_line_bound_ms(&parts->conf->lines[i]), who))
			return false;
	for (i = 0; i < parts->n_stores; i++)
		if (!in_time("store", parts->conf->stores[i].name,
			    now_ms - uplink_heartbeat_ms(parts->stores[i]),
			    watch_store_bound_ms(&parts->conf->stores[i]), who))
			return false;
	if (parts->reports &&
		!in_time("lab reports", "thread", now_ms - lab_reports_heartbeat_ms(parts->reports),
			REPORTS_MS, who))
		return false;
	return !parts->summaries ||
	       in_time("summaries", "thread", now_ms - summaries_heartbeat_ms(parts->summaries),
		       SUMMARIES_MS, who);
}
