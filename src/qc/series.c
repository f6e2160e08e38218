#include "qc/series.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "model/place.h"
#include "qc/stream.h"

/* --- attenuated signal ----------------------------------------------------------------------------- */

static struct qc_point *point_at(const struct qc_queue *queue, size_t i)
{
	return &queue->at[(queue->from + i) % queue->cap];
}

static int push(struct qc_queue *queue, struct qc_point point)
{
	size_t cap = queue->cap ? 2 * queue->cap : 64, i;
	struct qc_point *wider;

	if (queue->n == queue->cap) {
		wider = malloc(cap * sizeof(*wider));
		if (!wider)
			return ERR_MEMORY;
		for (i = 0; i < queue->n; i++)
			wider[i] = *point_at(queue, i);
		free(queue->at);
		queue->at = wider;
		queue->from = 0;
		queue->cap = cap;
	}
	queue->n++;
	*point_at(queue, queue->n - 1) = point;
	return 0;
}

static void drop_before(struct qc_queue *queue, int64_t ms)
{
	while (queue->n && point_at(queue, 0)->at_ms <= ms) {
		queue->from = (queue->from + 1) % queue->cap;
		queue->n--;
	}
}

/* What is not lower (sign 1) or higher (-1) than the new one will never be the lowest again. */
static int push_extreme(struct qc_queue *queue, struct qc_point point, int sign)
{
	while (queue->n && sign * point_at(queue, queue->n - 1)->value >= sign * point.value)
		queue->n--;
	return push(queue, point);
}

void qc_spread_begin(struct qc_spread *spread, const struct qc_thresholds *thresholds)
{
	spread->thresholds = thresholds;
	qc_spread_anew(spread);
}

void qc_spread_anew(struct qc_spread *spread)
{
	spread->began_ms = INT64_MAX;
	spread->all.n = spread->lows.n = spread->highs.n = 0;
}

void qc_spread_free(struct qc_spread *spread)
{
	free(spread->all.at);
	free(spread->lows.at);
	free(spread->highs.at);
}

static enum qc judge_spread(const struct qc_spread *spread, int64_t at_ms)
{
	const struct qc_thresholds *t = spread->thresholds;
	double lived_s = (double)(at_ms - spread->began_ms) / 1000, width;

	if (lived_s < t->attenuated_s ||
		(double)spread->all.n < t->attenuated_s / t->interval_s / 2)
		return QC_NOT_EVALUATED;
	width = point_at(&spread->highs, 0)->value - point_at(&spread->lows, 0)->value;
	if (width < t->attenuated_fail)
		return QC_FAIL;
	return width < t->attenuated_suspect ? QC_SUSPECT : QC_PASS;
}

int qc_spread_take(struct qc_spread *spread, int64_t at_ms, double value, enum qc *flag)
{
	struct qc_point point = {at_ms, value};
	int64_t until;

	*flag = isfinite(value) ? QC_NOT_EVALUATED : QC_MISSING;
	if (isnan(spread->thresholds->attenuated_s) || isnan(spread->thresholds->interval_s))
		return 0;
	if (spread->began_ms == INT64_MAX)
		spread->began_ms = at_ms;
	if (!isfinite(value))
		return 0;
	until = at_ms - (int64_t)(spread->thresholds->attenuated_s * 1000);
	drop_before(&spread->all, until);
	drop_before(&spread->lows, until);
	drop_before(&spread->highs, until);
	if (push(&spread->all, point) || push_extreme(&spread->lows, point, 1) ||
		push_extreme(&spread->highs, point, -1))
		return ERR_MEMORY;
	*flag = judge_spread(spread, at_ms);
	return 0;
}

/* --- climatology ----------------------------------------------------------------------------------- */

static bool is_in(const struct qc_season *season, unsigned month)
{
	if (season->from_month <= season->to_month)
		return month >= season->from_month && month <= season->to_month;
	return month >= season->from_month || month <= season->to_month;
}

enum qc qc_climatology(const struct qc_thresholds *thresholds, int64_t utc_ms, double value)
{
	unsigned month = utc_month_of(utc_ms), i;

	if (!isfinite(value))
		return QC_MISSING;
	for (i = thresholds->n_seasons; i--;)
		if (is_in(&thresholds->seasons[i], month))
			return qc_gross(&thresholds->seasons[i].fail,
				&thresholds->seasons[i].suspect, value);
	return QC_NOT_EVALUATED;
}

/* --- location -------------------------------------------------------------------------------------- */

void qc_track_begin(struct qc_track *track, const struct qc_area *area)
{
	*track = (struct qc_track){area, NAN, NAN};
}

static bool is_outside(const struct qc_span *span, double degrees)
{
	return degrees < span->low || degrees > span->high;
}

enum qc qc_track_take(struct qc_track *track, double lat, double lon)
{
	double moved_m = NAN;

	if (isnan(lat) && isnan(lon))
		return QC_MISSING;
	if (isnan(lat) || isnan(lon) || fabs(lat) > 90 || fabs(lon) > 180)
		return QC_FAIL;
	if (!isnan(track->lat))
		moved_m = place_distance_m(track->lat, track->lon, lat, lon);
	track->lat = lat;
	track->lon = lon;
	if (is_outside(&track->area->lat, lat) || is_outside(&track->area->lon, lon))
		return QC_FAIL;
	return moved_m > track->area->farthest_m ? QC_SUSPECT : QC_PASS;
}
