/* How the laboratory is: what is looked at, and when it is recorded, over days of a clock set by hand. */
#include "bench.h"

#include "daemon/lab_reports.h"
#include "spool/internal.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, MOST = 64 };

static struct {
	int64_t boot_ms, utc_ms;
	struct lab_status status;
} reported[MOST];
static size_t n_reported;
static struct lab_reports *reports;

static int begin(void **state)
{
	mute = opened = false;
	now_ms = 100000;
	if (system("rm -rf spool") || start(state))
		return -1;
	assert_int_equal(field_new(&parts.field, parts.spool, &conf, &machine), 0);
	assert_int_equal(lab_reports_new(&reports, &parts), 0);
	return 0;
}

static int end(void **state)
{
	lab_reports_free(reports);
	return stop(state);
}

static void know_the_time(void)
{
	assert_int_equal(spool_fix_utc(parts.spool, 1790000000000, TIME_NTP, 5), 0);
}

static int take(void *ctx, const struct spool_row *row)
{
	(void)ctx;
	if (row->kind != LEDGER_LAB_STATUS)
		return 0;
	assert_true(n_reported < MOST);
	reported[n_reported].boot_ms = row->boot_ms;
	reported[n_reported].utc_ms = row->utc_ms;
	reported[n_reported++].status = lab_status_read(row->a, row->b, row->c, row->words);
	return 0;
}

/* How many there are; the newest's own. */
static size_t look(struct lab_status *newest)
{
	struct spool_reader *reader;

	n_reported = 0;
	assert_int_equal(spool_reader_open(&reader, parts.spool), 0);
	assert_int_equal(
		spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, take, NULL, NULL),
		0);
	spool_reader_close(reader);
	if (n_reported)
		*newest = reported[n_reported - 1].status;
	return n_reported;
}

/* Time passes with the line at work and a step each minute. */
static void pass(int64_t ms)
{
	int64_t until_ms = now_ms + ms;

	while (now_ms < until_ms) {
		run_line(until_ms - now_ms < MINUTE ? until_ms - now_ms : MINUTE);
		assert_int_equal(spool_flush(parts.spool), 0);
		assert_int_equal(lab_reports_step(reports), 0);
	}
}

static void once_the_time_is_known(void **state)
{
	struct lab_status newest;

	(void)state;
	pass(10 * MINUTE);
	assert_int_equal(look(&newest), 0);
	know_the_time();
	pass(MINUTE);
	assert_int_equal(look(&newest), 1);
	assert_int_equal(
		reported[0].utc_ms, reported[0].boot_ms + spool_utc(parts.spool).offset_ms);
	assert_int_equal(newest.units_ok, 1);
	assert_int_equal(newest.units_sick, 0);
	assert_int_equal(newest.pos, PLACE_NONE);
	assert_int_equal(newest.fix_age_ms, -1);
	pass(5 * HOUR);
	assert_int_equal(look(&newest), 1);
	pass(HOUR + MINUTE);
	assert_int_equal(look(&newest), 2);
}

static void not_before_everything_had_its_turn(void **state)
{
	struct lab_status newest;

	(void)state;
	know_the_time();
	pass(LAB_REPORTS_FIRST_MS - 1000);
	assert_int_equal(look(&newest), 0);
	pass(1000);
	assert_int_equal(look(&newest), 1);
}

/* It may be off for its cleaning: an hour of it is said, and then the hour it is well again. */
static void an_analyzer_sick_for_an_hour_is_said(void **state)
{
	struct lab_status newest;

	(void)state;
	know_the_time();
	pass(2 * HOUR);
	assert_int_equal(look(&newest), 1);
	mute = true;
	pass(50 * MINUTE);
	assert_int_equal(look(&newest), 1);
	pass(20 * MINUTE);
	assert_int_equal(look(&newest), 2);
	assert_int_equal(newest.units_ok, 0);
	assert_int_equal(newest.units_sick, 1);
	mute = false;
	pass(40 * MINUTE);
	assert_int_equal(look(&newest), 2); /* an hour apart at least */
	pass(20 * MINUTE);
	assert_int_equal(look(&newest), 3);
	assert_int_equal(newest.units_ok, 1);
	assert_int_equal(newest.units_sick, 0);
}

/* A line that was pulled out says nothing of its analyzers: what they said last is no news. */
static void an_unplugged_line_has_no_well_analyzer(void **state)
{
	struct spool_reader *reader;
	struct lab_look now;

	(void)state;
	assert_int_equal(spool_reader_open(&reader, parts.spool), 0);
	pass(MINUTE);
	lab_look(&parts, reader, &now);
	assert_int_equal(now.status.units_ok, 1);
	unplugged = true;
	pass(MINUTE);
	lab_look(&parts, reader, &now);
	assert_int_equal(now.status.units_ok, 0);
	assert_int_equal(now.status.units_sick, 1);
	unplugged = false;
	spool_reader_close(reader);
}

static void step(enum check_step_kind kind, const char *token, uint64_t *check)
{
	const struct check_step standard = {.kind = CHECK_STEP_STANDARD,
		.by = "Gul Khan",
		.token = "s",
		.lot = "B7",
		.value = "7.12"};
	struct check_step now = {.kind = kind,
		.check = *check,
		.by = "Gul Khan",
		.unit = "ph-1",
		.parameter = "ph",
		.value = "7.12"};
	char words[240];
	struct text why = text_over(words, sizeof(words));

	text_copy(now.token, sizeof(now.token), token);
	if (kind != CHECK_STEP_TAKE)
		now.value[0] = '\0';
	assert_int_equal(field_record_check(parts.field, &now, &standard, check, &why), 0);
}

/* What a check vouches for, and since when no more. */
static void a_check_that_is_too_old_is_said(void **state)
{
	struct lab_status newest;
	uint64_t check = 0;
	size_t n;

	(void)state;
	know_the_time();
	pass(2 * MINUTE);
	assert_int_equal(look(&newest), 1);
	assert_int_equal(newest.checks_expired, 2); /* of both its parameters: never made */
	step(CHECK_STEP_BEGIN, "b", &check);
	step(CHECK_STEP_TAKE, "t", &check);
	step(CHECK_STEP_FINISH, "f", &check);
	pass(HOUR);
	assert_int_equal(look(&newest), 2);
	assert_int_equal(newest.checks_ok, 1);
	assert_int_equal(newest.checks_expired, 1);
	for (n = 0; newest.checks_ok && n < 100; n++) {
		now_ms += HOUR;
		assert_int_equal(lab_reports_step(reports), 0);
		look(&newest);
	}
	assert_in_range(n, 23, 24); /* hours that a check holds */
	assert_int_equal(newest.checks_expired, 2);
	assert_int_equal(look(&newest), 2 + (n - 1) / 6 + 1);
}

/* Of what waits for the store; of nothing, and of what has no time, no age is made up. */
static void what_waits_has_an_age(void **state)
{
	struct spool_reader *reader;
	struct spool_counts counts;
	struct lab_look now;

	(void)state;
	assert_int_equal(spool_reader_open(&reader, parts.spool), 0);
	pass(10 * MINUTE);
	lab_look(&parts, reader, &now);
	assert_int_equal(now.status.oldest_s, -1);
	know_the_time();
	lab_look(&parts, reader, &now);
	spool_count(parts.spool, &counts);
	assert_int_equal(now.status.records, counts.last[STREAM_LEDGER]);
	assert_int_equal(
		now.status.backlog, counts.last[STREAM_READINGS] + counts.last[STREAM_LEDGER]);
	assert_in_range(now.status.oldest_s, 590, 601);
	spool_mark_sent(parts.spool, 0, STREAM_READINGS, (struct range){1, 100});
	lab_look(&parts, reader, &now);
	assert_int_equal(now.status.backlog,
		counts.last[STREAM_READINGS] + counts.last[STREAM_LEDGER] - 100);
	spool_mark_sent(
		parts.spool, 0, STREAM_LEDGER, (struct range){1, counts.last[STREAM_LEDGER]});
	lab_look(&parts, reader, &now);
	assert_int_equal(now.status.records, 0);
	assert_in_range(now.status.oldest_s, 540, 560); /* two readings a second */
	spool_mark_sent(
		parts.spool, 0, STREAM_READINGS, (struct range){1, counts.last[STREAM_READINGS]});
	lab_look(&parts, reader, &now);
	assert_int_equal(now.status.backlog, 0);
	assert_int_equal(now.status.oldest_s, 0);
	assert_int_equal(spool_mark_refused(parts.spool, 0, STREAM_READINGS, 1, 400, "no"), 0);
	lab_look(&parts, reader, &now);
	assert_int_equal(now.status.refused, 1);
	spool_reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(once_the_time_is_known, begin, end),
		cmocka_unit_test_setup_teardown(not_before_everything_had_its_turn, begin, end),
		cmocka_unit_test_setup_teardown(an_analyzer_sick_for_an_hour_is_said, begin, end),
		cmocka_unit_test_setup_teardown(an_unplugged_line_has_no_well_analyzer, begin, end),
		cmocka_unit_test_setup_teardown(a_check_that_is_too_old_is_said, begin, end),
		cmocka_unit_test_setup_teardown(what_waits_has_an_age, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
