#include "daemon/waits.h"

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
