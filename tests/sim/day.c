/*
 * day.c - a day in the lab on an injected clock: real lines, real profiles, labsim's units and a storm of
 * faults, into a real spool; then every stored row against what was served.
 *
 *   day CONFIG HOURS SEED
 *
 * CONFIG is a waterlab.conf (labsim --example); its ports are simulated ones.  With $WATERLAB_STORE_URL an
 * uplink then brings it all to that store ($WATERLAB_STORE_TYPE, default influxdb-v1; database waterlab).
 * $WATERLAB_DAY_ROWS names a file for "number,utc_ms,unit,parameter,value" of every row, for whoever then
 * asks the store.  Exit status 0 when no value was swapped, lost, doubled or altered.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/labsim/storm.h"
#include "../../tools/labsim/water.h"
#include "base/crc.h"
#include "base/log.h"
#include "conf/conf.h"
#include "day_store.h"
#include "sim_port.h"
#include "spool/reader.h"

enum {
	MOST_SERIES = MOST_LINES * MOST_UNITS * MOST_FIELDS,
	SAID = 10,
	MOST_IDLE_STEPS = 10000,
	MOST_UNSAVED = 20000
};

/* One reading as the sink got it; the n-th one must become number n. */
struct record {
	double value;
	int64_t boot_ms;
	uint32_t series;
	uint16_t flags, raw_crc;
	uint8_t qc;
};

struct day;

struct day_line {
	struct day *day;
	struct sim_time time;
	struct port *port; /* owned by the line */
	struct line *line;
	int64_t next_ns;
	unsigned idle_steps; /* since next_ns last rose */
};

struct day {
	struct conf *conf;
	struct lab lab;
	struct storm storm;
	struct spool *spool;
	struct clock clock;
	_Atomic int64_t now_ns;
	int64_t start_ns, end_ns, offset_ms;
	struct day_line lines[MOST_LINES];
	uint32_t n_series;
	struct series series[MOST_SERIES];
	uint32_t spool_number[MOST_SERIES]; /* what spool_add_series() said */
	size_t n_records, cap_records;
	struct record *records;
	uint64_t faults, refused_by_device, no_value, matched;
	uint64_t wrong; /* whatever must not be */
};

__attribute__((format(printf, 2, 3))) static void wrong(struct day *day, const char *fmt, ...)
{
	va_list args;

	if (day->wrong++ >= SAID)
		return;
	va_start(args, fmt);
	fputs("WRONG: ", stdout);
	vprintf(fmt, args);
	fputc('\n', stdout);
	va_end(args);
}

/* --- the sink -------------------------------------------------------------------------------------- */

static int sink_series(void *ctx, const struct series *series, uint32_t *number)
{
	struct day *day = ((struct day_line *)ctx)->day;
	int rc;

	if (day->n_series == MOST_SERIES)
		return ERR_FULL;
	day->series[day->n_series] = *series;
	rc = spool_add_series(day->spool, series, &day->spool_number[day->n_series]);
	*number = day->n_series++;
	return rc;
}

static void sink_where(void *ctx, struct exchange *exchange)
{
	(void)ctx;
	exchange->context = CONTEXT_IDLE;
}

static void check_reading(struct day_line *on, const struct reading *reading)
{
	const struct sim_heard *heard = sim_port_heard(on->port);
	const struct series *series = &on->day->series[reading->series];
	const struct lab_served *served = NULL;
	unsigned i;

	if (reading->flags & FLAG_REFUSED) {
		if (!isnan(reading->value))
			wrong(on->day, "%s %s refused, with a value", series->unit,
				series->parameter);
		on->day->refused_by_device++;
		return;
	}
	if (!heard->sound || strcmp(heard->answer.unit->conf->name, series->unit) != 0) {
		wrong(on->day, "%s %s: a value without an answer", series->unit, series->parameter);
		return;
	}
	for (i = 0; i < heard->answer.n_served; i++)
		if (!strcmp(heard->answer.served[i].field->parameter, series->parameter))
			served = &heard->answer.served[i];
	if (heard->stale)
		wrong(on->day, "%s %s: taken from the late answer to an earlier question",
			series->unit, series->parameter);
	else if (!served)
		wrong(on->day, "%s %s was not served", series->unit, series->parameter);
	else if (isnan(served->value) || reading->flags & FLAG_NO_VALUE
			 ? !isnan(reading->value)
			 : served->value != reading->value)
		wrong(on->day, "%s %s: served %.17g, taken as %.17g", series->unit,
			series->parameter, served->value, reading->value);
	else
		on->day->matched++;
	on->day->no_value += isnan(reading->value) != 0;
}

static int keep_records(struct day *day, const struct exchange *exchange)
{
	uint16_t raw_crc = crc_modbus(exchange->raw, exchange->raw_len);
	size_t i;

	if (day->n_records + exchange->n > day->cap_records) {
		day->cap_records = 2 * day->cap_records + EXCHANGE_READINGS;
		day->records = realloc(day->records, day->cap_records * sizeof(*day->records));
		if (!day->records)
			return ERR_MEMORY;
	}
	for (i = 0; i < exchange->n; i++) {
		const struct reading *reading = &exchange->readings[i];

		day->records[day->n_records++] = (struct record){.value = reading->value,
			.boot_ms = exchange->boot_ms,
			.series = reading->series,
			.flags = reading->flags,
			.raw_crc = raw_crc,
			.qc = reading->qc};
	}
	return 0;
}

/* The day is faster than any card: waits for the spool's commits instead of filling its memory. */
static void wait_for_card(struct spool *spool)
{
	struct spool_counts counts;

	for (;;) {
		spool_count(spool, &counts);
		if (counts.made - counts.saved < MOST_UNSAVED)
			return;
		spool_wait(spool, STREAM_READINGS, counts.last[STREAM_READINGS], 1000);
	}
}

static int sink_exchange(void *ctx, const struct exchange *exchange)
{
	struct day_line *on = ctx;
	struct day *day = on->day;
	struct reading renamed[EXCHANGE_READINGS];
	struct exchange copy = *exchange;
	size_t i;
	int rc;

	for (i = 0; i < exchange->n; i++) {
		check_reading(on, &exchange->readings[i]);
		renamed[i] = exchange->readings[i];
		renamed[i].series = day->spool_number[exchange->readings[i].series];
	}
	copy.readings = renamed;
	wait_for_card(day->spool);
	rc = keep_records(day, exchange);
	if (!rc)
		rc = spool_add(day->spool, &copy);
	if (rc)
		wrong(day, "the spool did not take an exchange: %s", err_text(rc));
	return rc;
}

/* --- the day --------------------------------------------------------------------------------------- */

static int64_t day_boot_ns(void *ctx)
{
	return atomic_load(&((struct day *)ctx)->now_ns);
}

static int start_lines(struct day *day, struct bus_sink *sinks)
{
	unsigned i;
	int rc;

	for (i = 0; i < day->conf->n_lines; i++) {
		struct day_line *on = &day->lines[i];

		on->day = day;
		on->next_ns = day->start_ns;
		sim_time_init(&on->time, day->start_ns);
		on->port = sim_port_new(&day->lab, i, &on->time);
		sinks[i] = (struct bus_sink){.ctx = on,
			.series = sink_series,
			.exchange = sink_exchange,
			.where = sink_where};
		if (!on->port)
			return ERR_MEMORY;
		rc = line_new(&on->line, &day->conf->lines[i], on->port, &sinks[i], &on->time.clock,
			day->lab.seed + i);
		if (rc)
			return rc;
	}
	return 0;
}

static struct day_line *earliest(struct day *day)
{
	struct day_line *first = &day->lines[0];
	unsigned i;

	for (i = 1; i < day->conf->n_lines; i++)
		if (day->lines[i].next_ns < first->next_ns)
			first = &day->lines[i];
	return first;
}

/* A line that asks for the same moment again and again would hold the daemon's processor for ever. */
static bool stands_still(struct day_line *on, int64_t before_ns)
{
	on->idle_steps = on->next_ns > before_ns ? 0 : on->idle_steps + 1;
	return on->idle_steps > MOST_IDLE_STEPS;
}

static void live(struct day *day)
{
	char words[160];
	struct text said = text_over(words, sizeof(words));
	struct day_line *on;
	int64_t before_ns;

	for (on = earliest(day); on->next_ns < day->end_ns; on = earliest(day)) {
		if (on->time.now_ns < on->next_ns)
			on->time.now_ns = on->next_ns;
		if (atomic_load(&day->now_ns) < on->time.now_ns)
			atomic_store(&day->now_ns, on->time.now_ns);
		storm_step(&day->storm, &day->lab, on->time.now_ns, &said);
		day->faults += said.len > 0;
		before_ns = on->next_ns;
		on->next_ns = line_step(on->line);
		if (stands_still(on, before_ns)) {
			wrong(day, "line %s stands still at %" PRId64 " ms",
				day->conf->lines[on - day->lines].name, before_ns / 1000000);
			return;
		}
	}
}

/* --- the spool against the records ------------------------------------------------------------------ */

struct compare {
	struct day *day;
	uint64_t next;
	FILE *rows; /* NULL: nobody wants them */
};

static int compare_row(void *ctx, const struct spool_row *row)
{
	struct compare *compare = ctx;
	struct day *day = compare->day;
	const struct record *record;
	const struct series *series;
	uint64_t number = compare->next;

	compare->next = row->number + 1;
	if (row->number != number || row->number > day->n_records) {
		wrong(day, "number %" PRIu64 " where %" PRIu64 " is due", row->number, number);
		return row->number > day->n_records ? ERR_DAMAGED : 0;
	}
	record = &day->records[row->number - 1];
	series = &day->series[record->series];
	if (strcmp(series->unit, row->series->unit) != 0 ||
		strcmp(series->parameter, row->series->parameter) != 0)
		wrong(day, "number %" PRIu64 " is %s %s, not %s %s", number, row->series->unit,
			row->series->parameter, series->unit, series->parameter);
	if (isnan(record->value) ? !isnan(row->value) : record->value != row->value)
		wrong(day, "number %" PRIu64 ": %.17g became %.17g", number, record->value,
			row->value);
	/* The spool moves an offset by 5 ms and a row by a slot at most. */
	if (row->boot_ms != record->boot_ms || row->clock != TIME_NTP ||
		llabs(row->utc_ms - record->boot_ms - day->offset_ms) > 5 + SERIES_APART_MS)
		wrong(day, "number %" PRIu64 " has another time", number);
	if (row->qc != record->qc || row->flags != record->flags ||
		crc_modbus(row->raw, row->raw_len) != record->raw_crc)
		wrong(day, "number %" PRIu64 " has other flags or raw bytes", number);
	if (compare->rows)
		fprintf(compare->rows, "%" PRIu64 ",%" PRId64 ",%s,%s,%.17g\n", row->number,
			row->utc_ms, series->unit, series->parameter, record->value);
	return 0;
}

static int compare_spool(struct day *day)
{
	const char *rows = getenv("WATERLAB_DAY_ROWS");
	struct compare compare = {day, 1, NULL};
	struct spool_reader *reader = NULL;
	char words[300];
	struct text why = text_over(words, sizeof(words));
	uint64_t damaged = 0;
	struct range all;
	int rc = spool_reader_open_dir(&reader, day->conf->spool.dir, &why);

	if (rc) {
		wrong(day, "the spool does not open again: %s", words);
		return rc;
	}
	compare.rows = rows ? fopen(rows, "we") : NULL;
	all = spool_reader_range(reader, STREAM_READINGS);
	if (all.first != 1 || all.last != day->n_records)
		wrong(day, "numbers %" PRIu64 "..%" PRIu64 ", %zu readings were made", all.first,
			all.last, day->n_records);
	rc = spool_read(reader, STREAM_READINGS, all, compare_row, &compare, &damaged);
	if (rc || damaged || compare.next != day->n_records + 1)
		wrong(day, "the spool reads to %" PRIu64 " of %zu, %" PRIu64 " damaged: %s",
			compare.next - 1, day->n_records, damaged, rc ? err_text(rc) : "no error");
	printf("spool %s: numbers %" PRIu64 "..%" PRIu64 " compared\n", spool_reader_id(reader),
		all.first, all.last);
	spool_reader_close(reader);
	if (compare.rows)
		fclose(compare.rows);
	return rc;
}

/* --- all of it ------------------------------------------------------------------------------------- */

static void report(struct day *day)
{
	struct sim_counts all = {.asked = 0};
	unsigned i;

	for (i = 0; i < day->conf->n_lines; i++) {
		const struct sim_counts *one = sim_port_counts(day->lines[i].port);

		all.asked += one->asked;
		all.sound += one->sound;
		all.stale += one->stale;
		all.timeouts += one->timeouts;
		all.noise += one->noise;
		all.exceptions += one->exceptions;
		all.gone += one->gone;
		all.values += one->values;
	}
	printf("%" PRIu64 " faults; %" PRIu64 " questions: %" PRIu64 " sound answers (%" PRIu64
	       " stale), %" PRIu64 " timeouts, %" PRIu64 " noise, %" PRIu64 " exceptions, %" PRIu64
	       " gone\n",
		day->faults, all.asked, all.sound, all.stale, all.timeouts, all.noise,
		all.exceptions, all.gone);
	printf("%zu readings: %" PRIu64 " equal to what was served (%" PRIu64
	       " of them no value), %" PRIu64 " refused by the device; %" PRIu64
	       " served values were not taken (probes)\n",
		day->n_records, day->matched, day->no_value, day->refused_by_device,
		all.values - day->matched);
	if (day->matched * 100 < all.values * 98)
		wrong(day, "%" PRIu64 " of %" PRIu64 " soundly served values were not taken",
			all.values - day->matched, all.values);
}

static int run(struct day *day)
{
	struct bus_sink sinks[MOST_LINES];
	char words[400];
	struct text why = text_over(words, sizeof(words));
	const char *url = getenv("WATERLAB_STORE_URL");
	unsigned i;
	int rc;

	day->clock = (struct clock){day_boot_ns, day_boot_ns, day};
	atomic_store(&day->now_ns, day->start_ns);
	lab_init(&day->lab, day->conf->lines, day->conf->n_lines, day->storm.dice, day->offset_ms);
	/* The day makes in a second what takes hours. */
	day->conf->spool.pending_bytes = 16u << 20;
	day->conf->spool.commit_ms = 100;
	rc = spool_open(&day->spool, &day->conf->spool, &day->clock, &why);
	if (rc) {
		wrong(day, "no spool: %s", words);
		return rc;
	}
	rc = spool_fix_utc(day->spool, day->offset_ms, TIME_NTP, 10);
	if (!rc)
		rc = start_lines(day, sinks);
	if (!rc) {
		live(day);
		report(day);
	}
	if (!rc && url && day_deliver(day->spool, day->conf->lab, url, &why))
		wrong(day, "%s", words);
	for (i = 0; i < day->conf->n_lines; i++)
		line_free(day->lines[i].line);
	rc = spool_close(day->spool) || rc;
	if (rc)
		wrong(day, "could not go on: %s", words);
	else
		rc = compare_spool(day);
	lab_close(&day->lab);
	return rc;
}

int main(int argc, char **argv)
{
	static struct day day;
	char words[4000];
	struct text why = text_over(words, sizeof(words));
	int64_t hours_ns;
	int rc;

	if (argc != 4) {
		fprintf(stderr, "day CONFIG HOURS SEED\n");
		return 2;
	}
	log_open(LOG_ERROR, false);
	rc = conf_read(&day.conf, argv[1], &why);
	if (rc) {
		fprintf(stderr, "%s\n", words);
		return 2;
	}
	hours_ns = (int64_t)(strtod(argv[2], NULL) * 3.6e12);
	day.start_ns = (int64_t)100 * 1000000000;
	day.end_ns = day.start_ns + hours_ns;
	day.offset_ms = clock_wall_ms(&clock_system) - day.end_ns / 1000000;
	day.storm = (struct storm){.dice = strtoull(argv[3], NULL, 0),
		.lines = true,
		.pause_ns = (int64_t)30 * 1000000000,
		.strike_ns = (int64_t)45 * 1000000000};
	printf("SEED=%s, %s hours, %u lines\n", argv[3], argv[2], day.conf->n_lines);
	rc = run(&day);
	printf("%" PRIu64 " wrong\n", day.wrong);
	conf_free(day.conf);
	free(day.records);
	return rc || day.wrong || !day.n_records;
}
