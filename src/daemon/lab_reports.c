#include "daemon/lab_reports.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/round.h"

/* It comes round as often as the watchdog wants of any thread, and looks each minute. */
enum { STACK = 256 * 1024, STEP_MS = 10 * 1000, LOOK_MS = 60 * 1000 };

struct lab_reports {
	const struct parts *parts;
	struct spool_reader *reader;
	int64_t looked_ms; /* boot time of the last look; 0: none since the start */
	int64_t last_ms;   /* of the last report */
	struct lab_look said;
	struct log_edge edge;
	struct round *round; /* NULL: it does not run */
};

/* --- one step ------------------------------------------------------------------------------------------ */

/* Is there anything to look for? */
static bool may_be_due(const struct lab_reports *reports, int64_t now_ms)
{
	if ((reports->looked_ms && now_ms - reports->looked_ms < LOOK_MS) ||
		spool_utc(reports->parts->spool).source == TIME_NONE)
		return false;
	return reports->last_ms ? now_ms - reports->last_ms >= LAB_REPORTS_APART_MS
				: now_ms - reports->parts->started_ms >= LAB_REPORTS_FIRST_MS;
}

static bool has_changed(const struct lab_look *from, const struct lab_look *to)
{
	return from->long_sick != to->long_sick ||
	       from->status.checks_expired != to->status.checks_expired ||
	       from->status.refused != to->status.refused ||
	       from->status.set_aside != to->status.set_aside;
}

static int record(struct lab_reports *reports, const struct lab_status *status)
{
	struct ledger_record record = {.kind = LEDGER_LAB_STATUS,
		.a = status->backlog,
		.b = status->records,
		.c = status->oldest_s};
	struct text words = text_over(record.words, sizeof(record.words));

	lab_status_put(&words, status);
	return spool_note(reports->parts->spool, &record);
}

int lab_reports_step(struct lab_reports *reports)
{
	int64_t now_ms = clock_boot_ms(reports->parts->clock);
	struct lab_look now;
	int err;

	if (!may_be_due(reports, now_ms))
		return 0;
	reports->looked_ms = now_ms;
	lab_look(reports->parts, reports->reader, &now);
	if (reports->last_ms && now_ms - reports->last_ms < LAB_REPORTS_EVERY_MS &&
		!has_changed(&reports->said, &now))
		return 0;
	err = record(reports, &now.status);
	if (err) {
		log_lost(&reports->edge, now_ms, "daemon",
			"how the laboratory is cannot be recorded: %s; it is tried again",
			err_text(err));
		return err;
	}
	log_back(&reports->edge, now_ms, "daemon", "how the laboratory is is recorded again");
	reports->last_ms = now_ms;
	reports->said = now;
	return 0;
}

/* --- life ---------------------------------------------------------------------------------------------- */

int lab_reports_new(struct lab_reports **out, const struct parts *parts)
{
	struct lab_reports *reports = calloc(1, sizeof(*reports));
	int err;

	*out = NULL;
	if (!reports)
		return ERR_MEMORY;
	reports->parts = parts;
	err = spool_reader_open(&reports->reader, parts->spool);
	if (err) {
		free(reports);
		return err;
	}
	*out = reports;
	return 0;
}

static unsigned turn(void *ctx)
{
	(void)!lab_reports_step(ctx);
	return STEP_MS;
}

int lab_reports_start(struct lab_reports *reports)
{
	return round_start(&reports->round, turn, reports, STACK, reports->parts->clock);
}

void lab_reports_stop(struct lab_reports *reports)
{
	round_stop(reports->round);
	reports->round = NULL;
}

void lab_reports_free(struct lab_reports *reports)
{
	if (!reports)
		return;
	spool_reader_close(reports->reader);
	free(reports);
}

int64_t lab_reports_heartbeat_ms(struct lab_reports *reports)
{
	return round_heartbeat_ms(reports->round);
}
