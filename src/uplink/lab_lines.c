#include "uplink/lab_lines.h"

#include "base/number.h"
#include "model/lab_status.h"

static void put_seconds(struct text *to, const char *key, int64_t ms)
{
	char number[NUMBER_TEXT];

	number_put_f64(number, (double)ms / 1000);
	text_printf(to, ",%s=%s", key, number);
}

/*
 * Whole numbers are there when they are 0 too: who asks a store for the newest of a field would else get an older one.
 * What is not known is left out.
 */
bool lab_line_put(struct text *to, const struct spool_row *row, const char *lab, const char *spool)
{
	struct lab_status status =
		lab_status_read(row->a, row->b, row->c, row->words ? row->words : "");
	const struct {
		const char *key;
		int64_t number;
	} fields[] = {{"backlog_records", status.records}, {"refused", status.refused},
		{"set_aside", status.set_aside}, {"units_ok", status.units_ok},
		{"units_sick", status.units_sick}, {"checks_ok", status.checks_ok},
		{"checks_expired", status.checks_expired}, {"pos", status.pos},
		{"clock", row->clock}, {"seq", (int64_t)row->number}};
	size_t i;

	text_printf(to, "lab_status,lab=%s,spool=%s backlog=%lldi", lab, spool,
		(long long)status.backlog);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		text_printf(to, ",%s=%lldi", fields[i].key, (long long)fields[i].number);
	if (status.oldest_s >= 0)
		text_printf(to, ",oldest_unsent_s=%lldi", (long long)status.oldest_s);
	if (status.fix_age_ms >= 0)
		put_seconds(to, "fix_age", status.fix_age_ms);
	if (row->clock < TIME_NTP)
		put_seconds(to, "clock_err", row->clock_error_ms);
	return !to->cut;
}
