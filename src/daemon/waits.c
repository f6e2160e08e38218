#include "daemon/waits.h"

#include "base/utc.h"

static long long seconds_until(int64_t then_ms, int64_t now_ms)
{
	return then_ms > now_ms ? (long long)((then_ms - now_ms + 999) / 1000) : 0;
}

static const char *words_or(const char *words, int err)
{
	return *words ? words : err_text(err);
}

void waits_line(struct text *to, const struct line_state *line)
{
	if (line->condition == LINE_OPEN)
		return;
	text_printf(to, "line %s (%s) is not open and is tried again by itself: %s", line->name,
		line->where,
		line->last_error ? words_or(line->last_words, line->last_error) : "not tried yet");
}

void waits_unit(struct text *to, const struct unit_state *unit, int64_t now_ms)
{
	switch (unit->health) {
	case UNIT_UNKNOWN:
	case UNIT_OK:
		return;
	case UNIT_DOUBTFUL:
		text_printf(to, "analyzer %s is doubtful: %s; it is still asked in its turn",
			unit->name, words_or(unit->last_words, unit->last_error));
		return;
	case UNIT_ASIDE:
		text_printf(to,
			"analyzer %s is set aside: %s; asked again in %lld s, or at once: "
			"waterlab try %s",
			unit->name, words_or(unit->last_words, unit->last_error),
			seconds_until(unit->next_ms, now_ms), unit->name);
		return;
	case UNIT_WRONG:
		text_printf(to,
			"analyzer %s is refused: %s; connect the analyzer that the configuration "
			"names, or correct it",
			unit->name, words_or(unit->last_words, unit->last_error));
		return;
	}
}

void waits_store(struct text *to, const struct uplink_state *store, uint64_t waiting,
	const struct stamps_state *stamps, int64_t now_ms)
{
	unsigned long long n = waiting;
	const char *readings = waiting == 1 ? "reading waits" : "readings wait";

	switch (store->condition) {
	case UPLINK_IDLE:
	case UPLINK_SENDING:
		return;
	case UPLINK_NO_TIME:
		text_printf(to, "%s: %llu %s for the right time: %s", store->store, n, readings,
			stamps->words);
		return;
	case UPLINK_BUDGET:
		text_printf(to, "%s: %llu %s for bytes: %s", store->store, n, readings,
			store->last_words);
		return;
	case UPLINK_WAITING:
		text_printf(to, "%s: %llu %s: the store is away (%s)", store->store, n, readings,
			words_or(store->last_words, ERR_TIMEOUT));
		break;
	case UPLINK_CLOCK:
		text_printf(to, "%s: %llu %s: %s", store->store, n, readings, store->last_words);
		break;
	case UPLINK_HELD:
		text_printf(to,
			"%s: %llu %s: the store refuses everything (%s): a person must "
			"look at its address, database and token",
			store->store, n, readings, words_or(store->last_words, ERR_CONF));
		break;
	}
	if (store->next_ms)
		text_printf(to, "; next try in %lld s", seconds_until(store->next_ms, now_ms));
}

/* "3 readings and 1 ledger record" */
static void put_both(struct text *to, uint64_t readings, uint64_t records)
{
	if (readings || !records)
		text_printf(to, "%llu reading%s", (unsigned long long)readings,
			readings == 1 ? "" : "s");
	if (records)
		text_printf(to, "%s%llu ledger record%s", readings ? " and " : "",
			(unsigned long long)records, records == 1 ? "" : "s");
}

static void put_next_try(struct text *to, int64_t next_ms, int64_t now_ms)
{
	text_printf(to, " (tried by itself in %lld s)", seconds_until(next_ms, now_ms));
}

void waits_old(struct text *to, const struct uplink_state *store, const struct store_conf *conf,
	int64_t now_ms)
{
	const struct uplink_held *held = &store->held;
	const char *what = conf->flavour == FLAVOUR_INFLUXDB_V2 ? "bucket" : "database";
	uint64_t n = held->old[STREAM_READINGS] + held->old[STREAM_LEDGER];

	if (!n)
		return;
	text_printf(to, "%s: ", store->store);
	put_both(to, held->old[STREAM_READINGS], held->old[STREAM_LEDGER]);
	text_printf(to, " %s older than its %s \"%s\" keeps, of ", n == 1 ? "is" : "are", what,
		conf->database);
	utc_put_minute(to, held->oldest_ms);
	text_put(to, " to ");
	utc_put_minute(to, held->youngest_ms);
	text_printf(to,
		" UTC (%s): held on the van. Lengthen the retention of that %s, then: waterlab try "
		"%s",
		held->words, what, store->store);
	put_next_try(to, held->next_ms, now_ms);
}

void waits_shut(struct text *to, const struct uplink_state *store, int64_t now_ms)
{
	const struct uplink_held *held = &store->held;
	bool both = held->shut[STREAM_READINGS] && held->shut[STREAM_LEDGER];

	if (held->shut[STREAM_READINGS] || held->shut[STREAM_LEDGER]) {
		text_printf(to,
			"%s refuses every %s (%s): held on the van. When that is mended there: "
			"waterlab try %s",
			store->store,
			both                          ? "line"
			: held->shut[STREAM_READINGS] ? "reading"
						      : "ledger record, but no reading",
			held->shut_words, store->store);
		put_next_try(to, held->shut_next_ms, now_ms);
	} else if (held->unread) {
		text_printf(to,
			"%s: some cannot be read from the van's card just now, and are tried again",
			store->store);
	}
}

void waits_refused(
	struct text *to, const struct uplink_state *store, uint64_t readings, uint64_t records)
{
	if (!readings && !records)
		return;
	text_printf(to, "%s refused ", store->store);
	put_both(to, readings, records);
	text_put(to, " in its own words, kept on the van: waterlab refused");
}

void waits_receipts(struct text *to, const struct uplink_state *store)
{
	const struct receipts_state *receipts = &store->receipts;

	if (receipts->condition == RECEIPTS_NO_ROUTE)
		text_printf(to,
			"%s gives no receipts (%s): readings stay at \"sent\"; may this van read "
			"there (read_token_file, read_url)?",
			store->store, receipts->words);
	else if (receipts->condition == RECEIPTS_MISSING)
		text_printf(to, "%s: %s", store->store, receipts->words);
}

void waits_inbox(struct text *to, const struct inbox_state *inbox, const char *dir)
{
	unsigned others = inbox->strangers - inbox->odd;

	if (*inbox->trouble) {
		text_printf(to, "files in %s are not taken: %s", dir, inbox->trouble);
		return;
	}
	if (others)
		text_printf(to,
			"%u %s in %s of which no meter's pattern fits the name: see inbox.meters "
			"in "
			"the configuration",
			others, others == 1 ? "file lies" : "files lie", dir);
	if (inbox->odd)
		text_printf(to,
			"%s%u in %s %s named like a meter's file but %s no file (a link, a folder, "
			"a pipe): copy the file itself there",
			others ? "; " : "", inbox->odd, dir, inbox->odd == 1 ? "is" : "are",
			inbox->odd == 1 ? "is" : "are");
}

void waits_points(struct text *to, const char *words)
{
	if (*words)
		text_printf(to, "the list of water points cannot be read: %s", words);
}

void waits_limits(struct text *to, const char *words)
{
	text_printf(to, "results of samples are not judged by the limits of the configuration: %s",
		words);
}

void waits_spool(struct text *to, const struct spool_counts *counts)
{
	if (!counts->trouble)
		return;
	text_printf(to, "the card does not take readings: %s",
		words_or(counts->trouble_words, counts->trouble));
	if (counts->refused)
		text_printf(to, "; %llu readings refused since start",
			(unsigned long long)counts->refused);
}

void waits_asides(struct text *to, const struct spool_aside *asides, size_t n)
{
	size_t i;

	if (!n)
		return;
	text_printf(to, "%zu file%s of the spool %s set aside as damaged (", n, n == 1 ? "" : "s",
		n == 1 ? "is" : "are");
	for (i = 0; i < n && i < WAIT_ASIDES; i++) {
		const struct range *range = &asides[i].range;

		text_put(to, i ? ", " : "");
		if (asides[i].stream == STREAM_LEDGER)
			text_put(to, "a ledger");
		else if (!range->last)
			text_put(to, "numbers that were never used");
		else
			text_printf(to, "readings numbered %llu to %llu",
				(unsigned long long)range->first, (unsigned long long)range->last);
	}
	if (i < n)
		text_printf(to, ", %zu more", n - i);
	text_put(to, "). What is whole in there is brought back by: systemctl stop waterlabd; "
		     "waterlab spool salvage; systemctl start waterlabd");
}
