/* Whatever a store answers: read as rows that make a map, or refused with words, never out of bounds. */
#include <stdlib.h>
#include <string.h>

#include "../../../tools/heatmap/cells.h"
#include "../../../tools/heatmap/failures.h"
#include "../../../tools/heatmap/influx.h"
#include "../../../tools/heatmap/judge.h"
#include "../../../tools/heatmap/policy.h"
#include "../../../tools/heatmap/victoria.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static const int64_t now_ms = 1795953600000;

static void make_map(struct rows *rows)
{
	static const struct policy policy = {5, 5, "public_tap_standpipe", true, true};
	static const struct limit_book none;
	struct speakers speakers;
	struct failures failures;
	struct cells cells;
	size_t i, points = 0;

	if (rows_settle(rows))
		return;
	for (i = 0; i < rows->n_results; i++)
		judge_row(&rows->results[i], &none);
	if (speakers_find(&speakers, rows, now_ms))
		return;
	if (!failures_find(&failures, &speakers) &&
		!cells_make(&cells, rows, &speakers, &policy, now_ms - 90LL * 86400000, true)) {
		for (i = 0; i < cells.n; i++) {
			const struct cell *cell = &cells.at[i];

			points += cell->points;
			if (cell->points != cell_judged(cell) + cell->possible +
						    cell->cannot_judge + cell->not_applicable +
						    cell->doubtful_place + cell->doubtful_meets)
				abort();
		}
		/* Without a limit nothing meets; only what the van saw fail is open. */
		if (points > rows->n_results || failures.n > rows->n_results)
			abort();
		cells_free(&cells);
	}
	failures_free(&failures);
	speakers_free(&speakers);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	static const answer_take takes[] = {influx_take_results, influx_take_points,
		influx_take_heard, influx_take_labs, victoria_take_prints, victoria_take_results,
		victoria_take_points, victoria_take_heard, victoria_take_lab_times,
		victoria_take_labs, influx_take_prints, victoria_take_counts};
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct rows rows = {.results = NULL};
	struct answer answer = {.rows = &rows, .why = &why};
	size_t i, piece;
	int err;

	if (n < 2)
		return 0;
	i = at[0] % (sizeof(takes) / sizeof(takes[0]));
	answer.take = takes[i];
	answer.is_csv = takes[i] == influx_take_results;
	answer.ended = answer.is_csv || (i >= 4 && takes[i] != influx_take_prints);
	piece = 1 + at[1];
	for (i = 2; i < n; i += piece)
		if (!answer_bytes(&answer, (const char *)at + i, n - i < piece ? n - i : piece))
			break;
	err = answer_end(&answer);
	if (err && err != ERR_MEMORY && !why.len)
		abort();
	answer_free(&answer);
	make_map(&rows);
	rows_free(&rows);
	return 0;
}
