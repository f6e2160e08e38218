#include "uplink/sample_lines.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "sample/point.h"
#include "sample/result.h"
#include "sample/terms.h"

static void put_tag(struct text *to, const char *key, const char *value, const char *otherwise)
{
	text_printf(to, ",%s=", key);
	line_put_tag(to, *value ? value : otherwise);
}

static void put_int(struct text *to, const char *key, int64_t value)
{
	text_printf(to, "%s%s=%" PRId64 "i", to->at[to->len - 1] == ' ' ? "" : ",", key, value);
}

static void put_number(struct text *to, const char *key, double value)
{
	char number[NUMBER_TEXT];

	if (!isfinite(value))
		return;
	number_put_f64(number, value);
	text_printf(to, "%s%s=%s", to->at[to->len - 1] == ' ' ? "" : ",", key, number);
}

/* Coordinates of degrees times 10^7 without trailing zeros. */
static void put_degrees(struct text *to, const char *key, int32_t e7)
{
	put_number(to, key, e7 / 1e7);
}

/* --- a result ------------------------------------------------------------------------------------------ */

static void put_amount(struct text *to, const struct result *result)
{
	const struct parameter *parameter = parameter_find(result->parameter);
	struct amount amount;
	double known;

	if (!parameter ||
		!result_amount(&amount, result->parameter, result->value, result->unit, result->mdl,
			result->dilution) ||
		!amount_of_water(&amount, parameter)) {
		put_int(to, "censor", AMOUNT_NONE);
		return;
	}
	if (amount.kind == AMOUNT_EXACT || amount.kind == AMOUNT_BELOW ||
		amount.kind == AMOUNT_ABOVE || amount.kind == AMOUNT_BETWEEN)
		put_number(to, "value", amount.value);
	if (amount.kind == AMOUNT_BETWEEN)
		put_number(to, "upper", amount.upper);
	put_int(to, "censor", amount.kind);
	if (*result->mdl)
		put_number(to, "mdl", amount.detection_limit);
	else if (amount.kind == AMOUNT_NOT_DETECTED && result_is_counted(result->parameter) &&
		 strtod(result->dilution, NULL) > 1)
		/* One in what was looked at: who judges it again must know how little that was. */
		put_number(to, "mdl", strtod(result->dilution, NULL));
	if (result_known(result, &known))
		put_number(to, "known", known);
}

/* "0.2..0.5", "..<5"; of "absent" there is no number. */
static void put_limit(struct text *to, const char *limit)
{
	const char *between = strstr(limit, "..");

	if (!between)
		return;
	if (between > limit)
		put_number(to, "limit_low", strtod(limit, NULL));
	between += 2 + (between[2] == '<');
	if (*between)
		put_number(to, "limit", strtod(between, NULL));
}

static void put_verdict(struct text *to, const struct result *result)
{
	put_int(to, "verdict", result->verdict);
	if (result->reason)
		put_int(to, "reason", result->reason);
	if (result->verdict == WATER_POSSIBLE_FAILURE)
		put_int(to, "as_if", result->as_if_believed);
	put_limit(to, result->limit);
	if (result->set_code)
		put_int(to, "limit_set", result->set_code);
	if (result->basis)
		put_int(to, "basis", result->basis);
	if (result->screening)
		put_int(to, "screening", 1);
	if (result->unsettled)
		put_int(to, "unsettled", 1);
	if (*result->uncertainty)
		put_number(to, "uncertainty", strtod(result->uncertainty, NULL));
	if (result->rule)
		put_int(to, "rule", result->rule);
}

static void put_place(struct text *to, const struct place *place)
{
	if (place->origin == PLACE_NONE)
		return;
	if (place->has_point) {
		put_degrees(to, "lat", place->lat_e7);
		put_degrees(to, "lon", place->lon_e7);
		if (place->eph_cm > 0)
			put_number(to, "eph", place->eph_cm / 100.0);
	}
	put_int(to, "pos", place->origin);
}

/* A word of a newer program is 0: it is not routine either. */
static void put_purpose(struct text *to, const char *purpose)
{
	unsigned number = term_number(TERM_PURPOSE, purpose);

	if (number != PURPOSE_ROUTINE)
		put_int(to, "purpose", number);
}

static bool put_result(
	struct text *to, const struct spool_row *row, const char *lab, const char *spool)
{
	struct result result;
	struct step begin;
	const char *near;

	if (!row->about || !result_read(&result, row->number, row->a, row->b, row->c, row->words) ||
		!step_read(&begin, STEP_BEGIN, result.sample, 0, 0, row->about))
		return false;
	near = place_neighbour(&begin.place);
	text_put(to, "result");
	put_tag(to, "activity", begin.activity, "");
	put_tag(to, "district", begin.place.district, "none");
	text_printf(to, ",lab=%s", lab);
	put_tag(to, "method", result.method, "none");
	if (*near)
		put_tag(to, "near", near, "");
	put_tag(to, "parameter", result.parameter, "");
	put_tag(to, "position", begin.position, "unknown");
	put_tag(to, "source_type", begin.type, "unknown");
	text_printf(to, ",spool=%s ", spool);
	put_amount(to, &result);
	put_verdict(to, &result);
	if (!strcmp(result.parameter, TERM_NO_WATER))
		put_int(to, "impediment", term_number(TERM_IMPEDIMENT, result.value));
	put_int(to, "sample", (int64_t)result.sample);
	put_purpose(to, begin.purpose);
	if (begin.parent)
		put_int(to, "parent", (int64_t)begin.parent);
	if (begin.point)
		put_int(to, "point", (int64_t)begin.point);
	put_int(to, "treated", site_of(begin.position, begin.treated).treatment);
	put_int(to, "status", result.status);
	put_int(to, "rev", result.revision);
	put_place(to, &begin.place);
	return true;
}

/* --- a point ------------------------------------------------------------------------------------------- */

static bool put_point(
	struct text *to, const struct spool_row *row, const char *lab, const char *spool)
{
	struct point point;

	if (!point_read(&point, row->number, row->a, row->b, row->words))
		return false;
	text_put(to, "point");
	if (*point.code)
		put_tag(to, "code", point.code, "");
	text_printf(to, ",lab=%s", lab);
	put_tag(to, "name", point.name, "");
	put_tag(to, "point_type", point.type, "");
	text_printf(to, ",spool=%s ", spool);
	put_int(to, "point", (int64_t)point.number);
	if (point.has_at) {
		put_degrees(to, "lat", point.lat_e7);
		put_degrees(to, "lon", point.lon_e7);
	}
	return true;
}

bool sample_line_put(
	struct text *to, const struct spool_row *row, const char *lab, const char *spool)
{
	bool put = row->kind == LEDGER_RESULT ? put_result(to, row, lab, spool)
					      : put_point(to, row, lab, spool);

	if (!put)
		return false;
	put_int(to, "seq", (int64_t)row->number);
	if (row->clock < TIME_NTP) {
		put_int(to, "clock", row->clock);
		put_number(to, "clock_err", (double)row->clock_error_ms / 1000);
	}
	return !to->cut;
}
