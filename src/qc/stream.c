#include "qc/stream.h"

#include <math.h>

/* --- one reading by itself ------------------------------------------------------------------------- */

enum qc qc_syntax(double value, uint16_t flags)
{
	if (isfinite(value))
		return QC_PASS;
	return flags & (FLAG_NOT_FINITE | FLAG_UNIT) ? QC_FAIL : QC_MISSING;
}

enum qc qc_gross(const struct qc_span *fail, const struct qc_span *suspect, double value)
{
	if (!isfinite(value))
		return QC_MISSING;
	if (value < fail->low || value > fail->high)
		return QC_FAIL;
	if (value < suspect->low || value > suspect->high)
		return QC_SUSPECT;
	return isnan(fail->low) && isnan(suspect->low) ? QC_NOT_EVALUATED : QC_PASS;
}

/* --- with its neighbours --------------------------------------------------------------------------- */

static enum qc judge_gap(const struct qc_stream *s, int64_t at_ms)
{
	if (isnan(s->thresholds->gap_s) || s->value_ms == INT64_MIN)
		return QC_NOT_EVALUATED;
	return (double)(at_ms - s->value_ms) / 1000 > s->thresholds->gap_s ? QC_FAIL : QC_PASS;
}

/* Nothing speaks against the first one, nor one behind a missing value, as in ioos_qc. */
static enum qc judge_rate(const struct qc_stream *s, int64_t at_ms, double value)
{
	double seconds = (double)(at_ms - s->at_ms) / 1000;

	if (isnan(s->thresholds->rate_per_s))
		return QC_NOT_EVALUATED;
	if (isnan(s->last))
		return QC_PASS;
	if (seconds <= 0)
		return QC_NOT_EVALUATED;
	return fabs((value - s->last) / seconds) > s->thresholds->rate_per_s ? QC_SUSPECT : QC_PASS;
}

/* Of the last reading, now that the one behind it is here. */
static enum qc judge_spike(const struct qc_stream *s, double value)
{
	const struct qc_thresholds *t = s->thresholds;
	double away = fabs(s->last - (s->before + value) / 2);

	if (s->taken && isnan(s->last))
		return QC_MISSING;
	if (isnan(away) || isnan(t->spike_suspect))
		return QC_NOT_EVALUATED;
	if (away > t->spike_fail)
		return QC_FAIL;
	return away > t->spike_suspect ? QC_SUSPECT : QC_PASS;
}

/* --- flat line ------------------------------------------------------------------------------------- */

/* Readings from the first of a flat line to the last, `seconds` later; 0: two make none. */
static uint32_t readings_in(double seconds, double interval_s)
{
	double n = floor(seconds / interval_s);

	return n >= 2 && n < UINT32_MAX / 2 ? (uint32_t)n + 1 : 0;
}

static void begin_flat(struct qc_stream *s)
{
	const struct qc_thresholds *t = s->thresholds;
	uint32_t most;

	s->suspect_n = readings_in(t->flat_suspect_s, t->interval_s);
	s->fail_n = readings_in(t->flat_fail_s, t->interval_s);
	most = s->suspect_n > s->fail_n ? s->suspect_n : s->fail_n;
	/* One bucket is only begun: the others alone hold all but one reading. */
	s->share = most > 1 ? (most - 2) / (QC_BUCKETS - 1) + 1 : 1;
}

static void put_in_bucket(struct qc_stream *s, double value)
{
	struct qc_bucket *bucket;

	if (s->in_newest == s->share) {
		s->newest = (s->newest + 1) % QC_BUCKETS;
		s->in_newest = 0;
	}
	bucket = &s->buckets[s->newest];
	if (!s->in_newest++)
		*bucket = (struct qc_bucket){NAN, NAN};
	bucket->low = fmin(bucket->low, value); /* the other one where one is NAN */
	bucket->high = fmax(bucket->high, value);
}

/* How many of the last readings, in whole buckets, spread by less than the tolerance. */
static uint32_t flat_for(const struct qc_stream *s)
{
	struct qc_bucket all = {NAN, NAN};
	uint32_t n = 0, in = s->in_newest, k;

	for (k = 0; k < QC_BUCKETS && n < s->taken; k++) {
		const struct qc_bucket *one =
			&s->buckets[(s->newest + QC_BUCKETS - k) % QC_BUCKETS];

		all.low = fmin(all.low, one->low);
		all.high = fmax(all.high, one->high);
		if (all.high - all.low >= s->thresholds->flat_tolerance)
			break;
		n += in;
		in = s->share;
	}
	return n;
}

static enum qc judge_flat(const struct qc_stream *s)
{
	uint32_t n;

	if ((!s->suspect_n && !s->fail_n) || isnan(s->thresholds->flat_tolerance))
		return QC_NOT_EVALUATED;
	n = flat_for(s);
	if (s->fail_n && n >= s->fail_n)
		return QC_FAIL;
	return s->suspect_n && n >= s->suspect_n ? QC_SUSPECT : QC_PASS;
}

/* --- the stream ------------------------------------------------------------------------------------ */

void qc_stream_begin(struct qc_stream *stream, const struct qc_thresholds *thresholds)
{
	*stream = (struct qc_stream){
		.thresholds = thresholds, .value_ms = INT64_MIN, .last = NAN, .before = NAN};
	begin_flat(stream);
}

enum qc qc_stream_take(
	struct qc_stream *stream, int64_t at_ms, double value, uint16_t flags, struct qc_flags *out)
{
	const struct qc_thresholds *t = stream->thresholds;
	bool missing = !isfinite(value);
	enum qc spike;

	if (missing)
		value = NAN;
	spike = judge_spike(stream, value);
	*out = qc_flags_all(missing ? QC_MISSING : QC_NOT_EVALUATED);
	out->of[QC_SYNTAX] = (uint8_t)qc_syntax(value, flags);
	out->of[QC_LOCATION] = QC_NOT_EVALUATED;
	put_in_bucket(stream, value);
	if (!missing) {
		out->of[QC_GAP] = (uint8_t)judge_gap(stream, at_ms);
		out->of[QC_GROSS] = (uint8_t)qc_gross(&t->fail, &t->suspect, value);
		out->of[QC_RATE] = (uint8_t)judge_rate(stream, at_ms, value);
		stream->value_ms = at_ms;
	}
	stream->taken += stream->taken < UINT32_MAX;
	if (!missing)
		out->of[QC_FLAT] = (uint8_t)judge_flat(stream);
	stream->before = stream->last;
	stream->last = value;
	stream->at_ms = at_ms;
	return spike;
}

bool qc_stream_is_open(const struct qc_stream *stream)
{
	return isfinite(stream->last) && isfinite(stream->before) &&
	       !isnan(stream->thresholds->spike_suspect);
}
