#include "daemon/lab_look.h"

/* --- what waits ---------------------------------------------------------------------------------------- */

struct moment {
	bool timed;
	int64_t utc_ms;
};

static int take_moment(void *ctx, const struct spool_row *row)
{
	struct moment *moment = ctx;

	moment->timed = row->clock != TIME_NONE;
	moment->utc_ms = row->utc_ms;
	return 0;
}

/* In whole seconds; 0: none waits, -1: nobody can tell. */
static int64_t oldest_s(
	const struct parts *parts, struct spool_reader *reader, unsigned store, enum stream stream)
{
	uint64_t number = spool_oldest_waiting(parts->spool, store, stream);
	struct time_offset utc = spool_utc(parts->spool);
	struct moment moment = {.timed = false};
	int64_t age_ms;

	if (!number)
		return 0;
	if (utc.source == TIME_NONE ||
		spool_read(reader, stream, (struct range){number, number}, take_moment, &moment,
			NULL) ||
		!moment.timed)
		return -1;
	age_ms = clock_boot_ms(parts->clock) + utc.offset_ms - moment.utc_ms;
	return age_ms > 0 ? age_ms / 1000 : 0;
}

/* What nobody can tell may be older than all. */
static int64_t older(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return -1;
	return a > b ? a : b;
}

static void look_at_store(const struct parts *parts, struct spool_reader *reader, unsigned store,
	struct lab_status *to)
{
	int64_t records = (int64_t)spool_waiting(parts->spool, store, STREAM_LEDGER);
	int64_t all = records + (int64_t)spool_waiting(parts->spool, store, STREAM_READINGS);
	struct delivery_counts counts;
	int stream;

	to->backlog = all > to->backlog ? all : to->backlog;
	to->records = records > to->records ? records : to->records;
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		to->oldest_s =
			older(to->oldest_s, oldest_s(parts, reader, store, (enum stream)stream));
		spool_count_store(parts->spool, store, (enum stream)stream, &counts);
		to->refused += (int64_t)counts.n[DELIVERY_REFUSED];
	}
}

/* --- the analyzers --------------------------------------------------------------------------------------- */

/* Where the line is away its analyzers are too, whatever they said last. */
static void look_at_unit(const struct parts *parts, const struct line_state *line,
	const struct unit_state *unit, struct lab_look *to)
{
	int64_t well_ms =
		unit->last_ok_ms > parts->started_ms ? unit->last_ok_ms : parts->started_ms;

	if (line->condition == LINE_OPEN && unit->health == UNIT_OK) {
		to->status.units_ok++;
	} else if (line->condition != LINE_OPEN || unit->health == UNIT_ASIDE ||
		   unit->health == UNIT_WRONG) {
		to->status.units_sick++;
		to->long_sick += clock_boot_ms(parts->clock) - well_ms >= LAB_LOOK_SICK_MS;
	}
}

static void look_at_lines(const struct parts *parts, struct lab_look *to)
{
	struct line_state line;
	struct unit_state unit;
	unsigned i, k;

	for (i = 0; i < parts->n_lines; i++) {
		line_state(parts->lines[i], &line);
		for (k = 0; k < line.n_units && line_unit(parts->lines[i], k, &unit) == 0; k++)
			look_at_unit(parts, &line, &unit, to);
	}
}

static void look_at_checks(const struct parts *parts, struct lab_status *to)
{
	struct field_vouch vouch;
	struct field_live live;
	size_t i;

	for (i = 0; parts->field && field_live_at(parts->field, i, &live); i++) {
		if (!parameter_find(live.series.parameter))
			continue;
		field_vouch(parts->field, live.series.unit, live.series.parameter, 0, &vouch);
		to->checks_ok += vouch.check == CHECK_GOOD;
		to->checks_expired += vouch.check != CHECK_GOOD;
	}
}

/* --- all of it ------------------------------------------------------------------------------------------- */

void lab_look(const struct parts *parts, struct spool_reader *reader, struct lab_look *to)
{
	struct spool_aside aside;
	struct place place;
	unsigned i;

	*to = (struct lab_look){.status = {.fix_age_ms = -1}};
	for (i = 0; i < parts->n_stores; i++)
		look_at_store(parts, reader, parts->store_numbers[i], &to->status);
	to->status.set_aside = (int64_t)spool_asides(parts->spool, &aside, 1);
	look_at_lines(parts, to);
	look_at_checks(parts, &to->status);
	whereabouts_at(parts->place, clock_boot_ms(parts->clock), &place);
	to->status.pos = place.origin;
	if (place.origin != PLACE_NONE)
		to->status.fix_age_ms = place.fix_age_ms;
}
