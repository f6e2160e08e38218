/*
 * Any file in the inbox, through every driver that takes files (the first byte says which, and how dates are set):
 * records whose time can be, marks that differ, words that a ledger can hold, and the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "inbox/filing.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

enum { EARLIEST_S = 1577836800, LATEST_S = 1900000000 };

static void insist(bool ok)
{
	if (!ok)
		abort();
}

static const struct wl_driver *driver_of(uint8_t choice)
{
	const struct wl_driver *files[64];
	unsigned n = 0, i;

	for (i = 0; codec_drivers[i] && n < 64; i++)
		if (codec_reads_files(codec_drivers[i]))
			files[n++] = codec_drivers[i];
	insist(n > 0);
	return files[choice % n];
}

static bool is_plain(const char *words)
{
	for (; *words; words++)
		if ((unsigned char)*words < ' ' || *words == 0x7F)
			return false;
	return true;
}

static void check(const struct filing *filing)
{
	struct filed_head head;
	size_t i;

	for (i = 0; i < filing->n; i++) {
		const struct ledger_record *record = &filing->records[i];

		insist(record->kind >= LEDGER_FILE_READING &&
			record->kind <= LEDGER_FILE_CALIBRATION);
		insist(record->a >= (int64_t)EARLIEST_S * 1000 &&
			record->a <= (int64_t)LATEST_S * 1000);
		insist(record->b >= 0 && is_plain(record->words));
		insist(filed_read(record->words, &head) && !strcmp(head.analyzer, "meter-1"));
		if (i)
			insist(record->b != filing->records[i - 1].b);
	}
	insist(!filing->wrong || (filing->words && strlen(filing->words) < FILING_WORDS));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct profile profile = {.driver = n ? driver_of(*at & 63) : NULL};
	struct meter_conf meter = {.name = "meter-1", .profile = &profile};
	struct record_clock clock = {.dates = n ? (*at >> 6) % 3 : 0,
		.utc_offset_min = 300,
		.earliest_ms = (int64_t)EARLIEST_S * 1000,
		.latest_ms = (int64_t)LATEST_S * 1000};
	struct filing first = {.meter = &meter}, second = {.meter = &meter};
	size_t i;

	if (!n)
		return 0;
	insist(filing_read(&first, &clock, at + 1, n - 1) == 0);
	check(&first);
	insist(filing_read(&second, &clock, at + 1, n - 1) == 0);
	insist(first.n == second.n && first.wrong == second.wrong);
	for (i = 0; i < first.n; i++)
		insist(first.records[i].b == second.records[i].b &&
			!strcmp(first.records[i].words, second.records[i].words));
	filing_free(&first);
	filing_free(&second);
	return 0;
}
