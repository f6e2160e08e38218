#include "cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "model/parameter.h"
#include "points.h"
#include "policy.h"

/* --- which result a point counts by -------------------------------------------------------------------- */

/* A point's result of a month, and the cell it goes to. */
struct counted {
	const struct result_row *row;
	int32_t month;
	enum sources sources;
	bool hidden; /* the cell is suppressed */
};

static bool is_verdict(const struct result_row *row)
{
	return speak_weight(row) >= 3;
}

static bool is_counted(const struct spoken *spoken)
{
	return spoken->purpose == PURPOSE_ROUTINE && !spoken->fails_only;
}

static bool same_point(const struct spoken *a, const struct spoken *b)
{
	return !names_order(a->row->who, b->row->who) &&
	       !names_order(a->row->parameter, b->row->parameter);
}

static enum sources sources_of(
	const struct result_row *row, const struct policy *policy, bool apart)
{
	return !apart                          ? SOURCES_ALL
	       : points_is_public(row, policy) ? SOURCES_PUBLIC
					       : SOURCES_PRIVATE;
}

/* Of one point, parameter and month, in order of time, the one of each class and kind of source: the latest that is a verdict. */
static size_t count_month(struct counted *to, const struct spoken *of, size_t n, int32_t month,
	const struct policy *policy, bool apart)
{
	size_t i, k, found = 0;

	for (i = 0; i < n; i++) {
		const struct result_row *row = of[i].row;
		enum sources sources = sources_of(row, policy, apart);

		if (!is_counted(&of[i]))
			continue;
		for (k = 0; k < found; k++)
			if (to[k].row->screening == row->screening && to[k].sources == sources)
				break;
		if (k == found)
			to[found++] = (struct counted){row, month, sources, false};
		else if (is_verdict(row) || !is_verdict(to[k].row))
			to[k].row = row;
	}
	return found;
}

/* --- order --------------------------------------------------------------------------------------------- */

static int by_cell(const void *x, const void *y)
{
	const struct counted *a = x, *b = y;
	int order = (a->month > b->month) - (a->month < b->month);

	if (!order)
		order = names_order(a->row->district, b->row->district);
	if (!order)
		order = names_order(a->row->parameter, b->row->parameter);
	if (!order)
		order = a->row->screening - b->row->screening;
	return order ? order : (int)a->sources - (int)b->sources;
}

static struct found_value found_of(const struct result_row *row)
{
	struct found_value found = {(enum amount_kind)row->censor,
		row->censor == AMOUNT_BETWEEN ? row->upper : row->value};

	if (row->censor == AMOUNT_DETECTED || row->censor == AMOUNT_NOT_DETECTED)
		found.value = NAN;
	else if (row->censor < AMOUNT_EXACT || row->censor > AMOUNT_BETWEEN || isnan(found.value))
		found.kind = AMOUNT_NONE;
	return found;
}

/* Not detected is less than any number, detected more than nothing; "<5" and what reaches up to 5 lie below 5, ">5" above it. */
static int by_value(const void *x, const void *y)
{
	static const int rank[] = {[AMOUNT_BELOW] = 0,
		[AMOUNT_BETWEEN] = 1,
		[AMOUNT_EXACT] = 2,
		[AMOUNT_ABOVE] = 3,
		[AMOUNT_DETECTED] = 4};
	const struct found_value *a = x, *b = y;
	double one = a->kind == AMOUNT_NOT_DETECTED ? -INFINITY
		     : a->kind == AMOUNT_DETECTED   ? 0
						    : a->value;
	double other = b->kind == AMOUNT_NOT_DETECTED ? -INFINITY
		       : b->kind == AMOUNT_DETECTED   ? 0
						      : b->value;

	if (one < other || one > other)
		return one < other ? -1 : 1;
	if (a->kind == AMOUNT_NOT_DETECTED || b->kind == AMOUNT_NOT_DETECTED)
		return (b->kind == AMOUNT_NOT_DETECTED) - (a->kind == AMOUNT_NOT_DETECTED);
	return rank[a->kind] - rank[b->kind];
}

/* Of an even number the mean of the two in the middle where both are numbers, else the higher of them. */
static struct found_value middle(const struct found_value *values, size_t n)
{
	struct found_value upper = values[n / 2], lower = values[(n - 1) / 2];

	if (lower.kind == AMOUNT_EXACT && upper.kind == AMOUNT_EXACT)
		upper.value = lower.value + (upper.value - lower.value) / 2;
	return upper;
}

/* --- a cell -------------------------------------------------------------------------------------------- */

static void count_verdict(struct cell *cell, const struct result_row *row)
{
	bool doubtful = *row->near != '\0';

	switch (row->own_verdict) {
	case WATER_MEETS:
		++*(doubtful ? &cell->doubtful_meets : &cell->meets);
		break;
	case WATER_FAILS_ABOVE:
		++*(doubtful ? &cell->doubtful_place : &cell->fails_above);
		break;
	case WATER_FAILS_BELOW:
		++*(doubtful ? &cell->doubtful_place : &cell->fails_below);
		break;
	case WATER_FAILS_DETECTED:
		++*(doubtful ? &cell->doubtful_place : &cell->fails_detected);
		break;
	case WATER_POSSIBLE_FAILURE:
		++*(doubtful ? &cell->doubtful_place : &cell->possible);
		break;
	case WATER_NOT_APPLICABLE:
		cell->not_applicable++;
		break;
	default:
		cell->cannot_judge++;
	}
}

static void count_row(struct cell *cell, const struct result_row *row)
{
	int64_t at_ms = sampled_ms(row);

	cell->points++;
	cell->differs += judge_differs(row);
	if (!cell->newest_ms || at_ms > cell->newest_ms)
		cell->newest_ms = at_ms;
	if (!cell->oldest_ms || at_ms < cell->oldest_ms)
		cell->oldest_ms = at_ms;
	count_verdict(cell, row);
}

static struct cell make_cell(const struct counted *counted, size_t n, struct found_value *values,
	const struct policy *policy)
{
	const struct result_row *first = counted[0].row;
	struct cell cell = {.month = counted[0].month,
		.district = first->district,
		.parameter = first->parameter,
		.screening = first->screening,
		.sources = counted[0].sources};
	size_t i, n_values = 0;

	for (i = 0; i < n; i++) {
		const struct result_row *row = counted[i].row;

		count_row(&cell, row);
		values[n_values] = found_of(row);
		n_values += judge_is_believed(row) && !*row->near &&
			    values[n_values].kind != AMOUNT_NONE;
	}
	if (n_values) {
		qsort(values, n_values, sizeof(*values), by_value);
		cell.median = middle(values, n_values);
		cell.lowest = values[0];
		cell.highest = values[n_values - 1];
	}
	cell.suppressed = cell.sources == SOURCES_PRIVATE && cell.points < policy->small_cell;
	return cell;
}

/* --- is it whole --------------------------------------------------------------------------------------- */

/* A lab and a district where it has a result. */
struct at_work {
	const char *district, *lab;
	int64_t heard_ms, whole_ms; /* of the lab: heard of; up to when all of it is here */
};

static int by_district(const void *x, const void *y)
{
	const struct at_work *a = x, *b = y;
	int order = names_order(a->district, b->district);

	return order ? order : names_order(a->lab, b->lab);
}

/* Up to when all of it is here: it was heard of, and said that no older record waits in it. */
static int64_t whole_to(const struct lab_row *lab)
{
	int64_t waits_ms;

	if (isnan(lab->records))
		return 0; /* it did not say, or never sent a status: that is not nothing */
	if (!(lab->records > 0))
		return lab->heard_ms;
	if (!(lab->oldest_s >= 0))
		return 0;
	waits_ms = lab->status_ms - (int64_t)(fmin(lab->oldest_s, 1e9) * 1000);
	return waits_ms < lab->heard_ms ? waits_ms : lab->heard_ms;
}

static void hear_of(struct at_work *work, const struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows->n_labs; i++)
		if (!names_order(rows->labs[i].lab, work->lab)) {
			int64_t whole_ms = whole_to(&rows->labs[i]);

			work->whole_ms = work->heard_ms && work->whole_ms < whole_ms
						 ? work->whole_ms
						 : whole_ms;
			work->heard_ms = rows->labs[i].heard_ms;
		}
}

/* Of public and private sources apart: that a lab works where all is suppressed would say what is there. */
static bool is_seen(const struct counted *counted, size_t n, const struct result_row *row,
	const struct policy *policy)
{
	struct counted wanted = {
		row, month_of(sampled_ms(row)), sources_of(row, policy, true), false};
	const struct counted *found = bsearch(&wanted, counted, n, sizeof(wanted), by_cell);

	return found && !found->hidden;
}

/* Each lab once a district, of public and private sources apart where it has a result in a cell that is shown; *n: how many. */
static struct at_work *find_work(const struct rows *rows, const struct counted *counted,
	size_t n_counted, const struct policy *policy, bool apart, size_t *n)
{
	struct at_work *work = calloc(rows->n_results + 1, sizeof(*work));
	size_t i, kept = 0;

	if (!work)
		return NULL;
	for (i = 0; i < rows->n_results; i++) {
		const struct result_row *row = &rows->results[i];

		/* Rows of a lab stand together: most are the same as the one before. */
		if (kept && work[kept - 1].district == row->district &&
			work[kept - 1].lab == row->lab)
			continue;
		if (apart && !is_seen(counted, n_counted, row, policy))
			continue;
		work[kept++] = (struct at_work){row->district, row->lab, 0, 0};
	}
	qsort(work, kept, sizeof(*work), by_district);
	for (i = *n = 0; i < kept; i++)
		if (!i || by_district(&work[i - 1], &work[i]) != 0) {
			work[*n] = work[i];
			hear_of(&work[*n], rows);
			++*n;
		}
	return work;
}

/* A lab that is silent for long works no more, as far as anybody can tell: months after its last word wait for it no longer. */
static void weigh_whole(
	struct cell *cell, const struct at_work *work, size_t n, int64_t silent_before_ms)
{
	int64_t end_ms = month_begins_ms(cell->month + 1);
	bool any = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (names_order(work[i].district, cell->district) != 0)
			continue;
		if (work[i].heard_ms < silent_before_ms &&
			work[i].heard_ms < month_begins_ms(cell->month))
			continue;
		if (!any || work[i].whole_ms < cell->as_of_ms)
			cell->as_of_ms = work[i].whole_ms;
		any = true;
	}
	cell->provisional = cell->as_of_ms < end_ms;
}

/* --- all ----------------------------------------------------------------------------------------------- */

static size_t count_all(struct counted *counted, const struct speakers *speakers,
	const struct policy *policy, bool apart)
{
	size_t i, end, n = 0;

	for (i = 0; i < speakers->n; i = end) {
		const struct spoken *first = &speakers->at[i];
		int32_t month = month_of(first->visit_ms);
		int64_t ends_ms = month_begins_ms(month + 1);

		for (end = i; end < speakers->n && same_point(first, &speakers->at[end]) &&
			      speakers->at[end].visit_ms < ends_ms;
			end++)
			;
		if (!apart || parameter_find(first->row->parameter))
			n += count_month(counted + n, first, end - i, month, policy, apart);
	}
	qsort(counted, n, sizeof(*counted), by_cell);
	return n;
}

int cells_make(struct cells *cells, const struct rows *rows, const struct speakers *speakers,
	const struct policy *policy, int64_t silent_before_ms, bool apart)
{
	struct counted *counted = calloc(speakers->n + 1, sizeof(*counted));
	struct found_value *values = calloc(speakers->n + 1, sizeof(*values));
	size_t i, k, end, n, n_work = 0;
	struct at_work *work = NULL;
	int err = ERR_MEMORY;

	*cells = (struct cells){.at = calloc(speakers->n + 1, sizeof(*cells->at))};
	if (!counted || !values || !cells->at)
		goto out;
	n = count_all(counted, speakers, policy, apart);
	for (i = 0; i < n; i = end) {
		for (end = i; end < n && !by_cell(&counted[i], &counted[end]); end++)
			;
		cells->at[cells->n] = make_cell(counted + i, end - i, values, policy);
		for (k = i; k < end; k++)
			counted[k].hidden = cells->at[cells->n].suppressed;
		cells->n++;
	}
	work = find_work(rows, counted, n, policy, apart, &n_work);
	if (!work)
		goto out;
	for (i = 0; i < cells->n; i++)
		weigh_whole(&cells->at[i], work, n_work, silent_before_ms);
	err = 0;
out:
	free(counted);
	free(values);
	free(work);
	if (err)
		cells_free(cells);
	return err;
}

void cells_free(struct cells *cells)
{
	free(cells->at);
	*cells = (struct cells){.at = NULL};
}

unsigned cell_failing(const struct cell *cell)
{
	return cell->fails_above + cell->fails_below + cell->fails_detected;
}

unsigned cell_judged(const struct cell *cell)
{
	return cell->meets + cell_failing(cell);
}

double cell_share(const struct cell *cell, const struct policy *policy)
{
	unsigned judged = cell_judged(cell);

	if (cell->suppressed || !judged || judged < policy->percentages_from)
		return NAN;
	return (double)cell_failing(cell) / judged;
}
