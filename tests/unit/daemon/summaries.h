/*
 * summaries.h - what the tests of the summaries' steps share: a spool and who summarises it, and a model that says
 * from the saved readings themselves what the ledger must have.
 */
#ifndef TESTS_DAEMON_SUMMARIES_H
#define TESTS_DAEMON_SUMMARIES_H

#include "../spool/faulty.h"
#include "daemon/summaries.h"
#include "spool/reader.h"

enum { MOST_ROWS = 70000, MOST_SUMMARIES = 30000 };

struct saved_row {
	char unit[UNIT_NAME], parameter[PARAMETER_CODE], district[AREA_CODE], near[AREA_CODE];
	uint64_t number, sample;
	int64_t utc_ms, offset_ms;
	enum context context;
	double value;
	bool good;
};

static struct saved_row saved[MOST_ROWS];
static size_t n_saved;
static struct {
	int64_t utc_ms, n, n_good;
	struct summary summary;
} made[MOST_SUMMARIES];
static size_t n_made, n_splits;
static uint64_t marks[MOST_SUMMARIES]; /* seen, rising */
static size_t n_marks;

__attribute__((unused)) static unsigned seed;
static struct spool_conf conf;
static struct spool *spool;
static struct summaries *summaries;
static int64_t made_at_ms; /* boot time of the last exchange */
static uint32_t series[4];
static char boot[UUID];
static unsigned boots;

__attribute__((unused)) static unsigned below(unsigned n)
{
	return (unsigned)lrand48() % n;
}

/* --- its life ------------------------------------------------------------------------------------- */

__attribute__((unused)) static void start(void)
{
	static const struct series of[] = {{"ph-1", "ph", NUMBER_F32, 0},
		{"ph-1", "temperature", NUMBER_DECIMAL, 1},
		{"do 2", "dissolved_oxygen", NUMBER_F64, 0},
		{"do 2", "temperature", NUMBER_DECIMAL, 1}};
	unsigned i, store;

	spool_tuning.boot_id = boot;
	spool = lab_open(&conf);
	for (i = 0; i < 4; i++)
		assert_int_equal(spool_add_series(spool, &of[i], &series[i]), 0);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_int_equal(summaries_new(&summaries, spool, &lab_clock), 0);
}

__attribute__((unused)) static void stop(void)
{
	summaries_free(summaries);
	assert_int_equal(spool_close(spool), 0);
}

__attribute__((unused)) static void new_boot(void)
{
	snprintf(boot, sizeof(boot), "%08x-1111-4111-8111-111111111111", ++boots);
	lab_now_ms = made_at_ms = 1000 + below(100000);
}

__attribute__((unused)) static void note_mark(void)
{
	uint64_t mark = spool->summarised;

	if (mark && (!n_marks || marks[n_marks - 1] != mark))
		marks[n_marks++] = mark;
}

/* As often as there is more, and no more often. */
__attribute__((unused)) static void step_all(void)
{
	bool more = true;

	while (more && summaries_step(summaries, &more) == 0)
		note_mark();
}

/* --- looking -------------------------------------------------------------------------------------- */

__attribute__((unused)) static int take_saved(void *ctx, const struct spool_row *row)
{
	struct saved_row *to = &saved[n_saved++];

	(void)ctx;
	assert_true(n_saved < MOST_ROWS);
	assert_int_not_equal(row->clock, TIME_NONE);
	*to = (struct saved_row){.number = row->number,
		.sample = row->sample,
		.utc_ms = row->utc_ms,
		.offset_ms = row->utc_ms - row->boot_ms,
		.context = row->context,
		.value = row->value,
		.good = row->qc == 1 && !row->flags && !isnan(row->value)};
	snprintf(to->unit, sizeof(to->unit), "%s", row->series->unit);
	snprintf(to->parameter, sizeof(to->parameter), "%s", row->series->parameter);
	snprintf(to->district, sizeof(to->district), "%s", row->place.district);
	snprintf(to->near, sizeof(to->near), "%s", row->place.near);
	if (row->series->kind == NUMBER_DECIMAL)
		to->value = round(row->value * 10) / 10;
	return 0;
}

__attribute__((unused)) static int take_made(void *ctx, const struct spool_row *row)
{
	(void)ctx;
	if (row->kind != LEDGER_SUMMARY)
		return 0;
	made[n_made].utc_ms = row->utc_ms;
	made[n_made].n = row->b;
	made[n_made].n_good = row->c;
	assert_true(summary_read(row->words, &made[n_made].summary));
	assert_true(++n_made < MOST_SUMMARIES);
	return 0;
}

__attribute__((unused)) static void look(void)
{
	struct spool_reader *reader;

	n_saved = n_made = 0;
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_READINGS, (struct range){1, UINT64_MAX},
				 take_saved, NULL, NULL),
		0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, take_made,
				 NULL, NULL),
		0);
	spool_reader_close(reader);
}

/* --- the model ------------------------------------------------------------------------------------ */

__attribute__((unused)) static bool same_ten_minutes(size_t a, size_t b)
{
	return floor((double)saved[a].utc_ms / 600000) == floor((double)saved[b].utc_ms / 600000);
}

__attribute__((unused)) static bool belong_together(
	const struct saved_row *a, const struct saved_row *b)
{
	return !strcmp(a->unit, b->unit) && !strcmp(a->parameter, b->parameter) &&
	       !strcmp(a->district, b->district) && !strcmp(a->near, b->near) &&
	       a->sample == b->sample && a->context == b->context;
}

/* A block that was ended because nothing more could come is one of its own; more came only by a clock set anew. */
__attribute__((unused)) static bool was_ended_before(size_t i)
{
	size_t k;

	for (k = 0; k < n_marks; k++)
		if (marks[k] == saved[i - 1].number) {
			assert_int_not_equal(saved[i - 1].offset_ms, saved[i].offset_ms);
			return true;
		}
	return false;
}

__attribute__((unused)) static void expect_one(size_t k, size_t first, size_t end_row)
{
	int64_t n = 0, good = 0;
	double least = INFINITY, most = -INFINITY;
	size_t i;

	assert_true(k < n_made);
	for (i = first; i < end_row; i++) {
		if (!belong_together(&saved[first], &saved[i]))
			continue;
		n++;
		if (!saved[i].good)
			continue;
		good++;
		least = saved[i].value < least ? saved[i].value : least;
		most = saved[i].value > most ? saved[i].value : most;
	}
	assert_string_equal(made[k].summary.of.analyzer, saved[first].unit);
	assert_string_equal(made[k].summary.of.parameter, saved[first].parameter);
	assert_string_equal(made[k].summary.of.district, saved[first].district);
	assert_string_equal(made[k].summary.of.near, saved[first].near);
	assert_int_equal(made[k].summary.of.sample, saved[first].sample);
	assert_int_equal(made[k].summary.of.context, saved[first].context);
	assert_int_equal(made[k].utc_ms, saved[first].utc_ms);
	assert_int_equal(made[k].n, n);
	assert_int_equal(made[k].n_good, good);
	if (!good) {
		assert_true(isnan(made[k].summary.mean));
		return;
	}
	assert_true(fabs(made[k].summary.min - least) < 1e-5);
	assert_true(fabs(made[k].summary.max - most) < 1e-5);
}

/* Every reading in one summary, all in the order of their first readings, and nothing else. */
__attribute__((unused)) static void expect_all(void)
{
	size_t begin = 0, i, before, k = 0;

	while (begin < n_saved) {
		size_t end_row = begin + 1;

		while (end_row < n_saved && same_ten_minutes(end_row - 1, end_row)) {
			if (was_ended_before(end_row)) {
				n_splits++;
				break;
			}
			end_row++;
		}
		for (i = begin; i < end_row; i++) {
			for (before = begin;
				before < i && !belong_together(&saved[before], &saved[i]); before++)
				;
			if (before == i)
				expect_one(k++, i, end_row);
		}
		begin = end_row;
	}
	if (k != n_made)
		fail_msg("SEED=%u: %zu summaries, %zu expected", seed, n_made, k);
}

/* At the store a row is its tags and its ms: none takes another's place. */
__attribute__((unused)) static void expect_no_two_of_one_ms(void)
{
	size_t i, k;

	for (i = 0; i < n_made; i++)
		for (k = i + 1; k < n_made; k++)
			if (made[i].utc_ms == made[k].utc_ms &&
				!strcmp(made[i].summary.of.analyzer, made[k].summary.of.analyzer) &&
				!strcmp(made[i].summary.of.parameter, made[k].summary.of.parameter))
				fail_msg("SEED=%u: two summaries of %s %s at %lld", seed,
					made[i].summary.of.analyzer, made[i].summary.of.parameter,
					(long long)made[i].utc_ms);
}

/* --- before all ------------------------------------------------------------------------------------ */

__attribute__((unused)) static void summaries_setup(void)
{
	seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	log_open((enum log_level)0, false);
	spool_tuning.retry_first_ms = spool_tuning.retry_most_ms = 1;
	faulty_install();
}

#endif
