/* world.h - rows that a test makes by hand, and what the publisher makes of them. */
#ifndef TESTS_HEATMAP_WORLD_H
#define TESTS_HEATMAP_WORLD_H

#include <string.h>

#include "../../../tools/heatmap/beside.h"
#include "../../../tools/heatmap/cells.h"
#include "../../../tools/heatmap/failures.h"
#include "../../../tools/heatmap/policy.h"
#include "result.h"

static struct rows rows;
static struct speakers speakers;
static struct failures failures;
static struct cells cells;
static const struct policy policy = {5, 5, "public_tap_standpipe", true, true};

/* A result of point `point`, so many days ago, with the verdict that the centre gave. */
static struct result_row *add(uint64_t point, int ago, uint8_t verdict)
{
	struct result_row *row = add_result(&rows, "kp-van-01", point, ago);

	row->own_verdict = row->verdict = verdict;
	return row;
}

static int begin(void **state)
{
	(void)state;
	memset(&rows, 0, sizeof(rows));
	return 0;
}

static int end(void **state)
{
	(void)state;
	rows_free(&rows);
	speakers_free(&speakers);
	failures_free(&failures);
	cells_free(&cells);
	return 0;
}

static void settle(bool apart)
{
	assert_int_equal(rows_settle(&rows), 0);
	assert_int_equal(beside_weigh(&rows), 0);
	assert_int_equal(speakers_find(&speakers, &rows, noon_ms), 0);
	assert_int_equal(failures_find(&failures, &speakers), 0);
	assert_int_equal(
		cells_make(&cells, &rows, &speakers, &policy, noon_ms - 90 * day_ms, apart), 0);
}

static void forget(void)
{
	end(NULL);
	memset(&rows, 0, sizeof(rows));
	memset(&speakers, 0, sizeof(speakers));
	memset(&failures, 0, sizeof(failures));
	memset(&cells, 0, sizeof(cells));
}

#endif
