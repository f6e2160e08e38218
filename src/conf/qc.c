#include "conf/qc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "conf/qc_keys.h"

struct qc_reading {
	struct schema_doc *doc;
	const struct written_qc *written;
	struct qc_conf *conf;
};

/* --- spans ----------------------------------------------------------------------------------------- */

static struct qc_span no_span(void)
{
	return (struct qc_span){NAN, NAN};
}

/* ( low, high ), or none. */
static struct qc_span span_of(
	struct schema_doc *doc, const void *group, const char *key, const struct written_span *span)
{
	if (!schema_given(doc, span->at))
		return no_span();
	if (span->n == 2 && span->at[0].real < span->at[1].real)
		return (struct qc_span){span->at[0].real, span->at[1].real};
	schema_wrong(doc, group, span->at, key, "is two numbers, the lower one first: ( 6.5, 9 )");
	return no_span();
}

static void check_inside(struct schema_doc *doc, const void *group, const char *key,
	const struct written_span *written, const struct qc_span *span, const struct qc_span *outer)
{
	if (span->low < outer->low || span->high > outer->high)
		schema_wrong(doc, group, written->at, key,
			"goes beyond ( %.10g, %.10g ), outside of which a value is wrong anyway",
			outer->low, outer->high);
}

static void check_why(struct schema_doc *doc, const void *group, const char *why)
{
	if (schema_given(doc, why) && !text_is_words(why))
		schema_wrong(doc, group, why, "why", "has no words");
}

/* --- one test -------------------------------------------------------------------------------------- */

static double number_of(struct schema_doc *doc, const double *field)
{
	return schema_given(doc, field) ? *field : (double)NAN;
}

static void take_flat(struct schema_doc *doc, const struct written_test *w, struct qc_thresholds *t)
{
	const struct written_flat *flat = &w->flat;

	if (!schema_given(doc, &flat->suspect_s) || !schema_given(doc, &flat->fail_s))
		return; /* none, or said already */
	t->flat_tolerance = flat->tolerance;
	t->flat_suspect_s = flat->suspect_s;
	t->flat_fail_s = flat->fail_s;
	if (isnan(t->interval_s))
		schema_wrong(doc, w, flat, "flat", "needs interval_s: it counts readings");
	else if (flat->suspect_s < 2 * t->interval_s)
		schema_wrong(doc, flat, &flat->suspect_s, "suspect_s",
			"is less than two intervals; three readings are the fewest that are flat");
	if (flat->fail_s < flat->suspect_s)
		schema_wrong(doc, flat, &flat->fail_s, "fail_s", "is less than suspect_s");
}

static void take_attenuated(
	struct schema_doc *doc, const struct written_test *w, struct qc_thresholds *t)
{
	const struct written_attenuated *attenuated = &w->attenuated;

	if (!schema_given(doc, &attenuated->over_s) || !schema_given(doc, &attenuated->fail))
		return;
	t->attenuated_s = attenuated->over_s;
	t->attenuated_suspect = attenuated->suspect;
	t->attenuated_fail = attenuated->fail;
	if (isnan(t->interval_s))
		schema_wrong(doc, w, attenuated, "attenuated",
			"needs interval_s: it wants half of the readings to be there");
	if (attenuated->fail > attenuated->suspect)
		schema_wrong(doc, attenuated, &attenuated->fail, "fail", "is more than suspect");
}

static void take_spike(
	struct schema_doc *doc, const struct written_test *w, struct qc_thresholds *t)
{
	if (!schema_given(doc, w->spike.at))
		return;
	if (w->spike.n != 2 || w->spike.at[0].real <= 0 ||
		w->spike.at[1].real < w->spike.at[0].real) {
		schema_wrong(doc, w, w->spike.at, "spike",
			"is two numbers above 0, the suspect one first: ( 0.2, 1 )");
		return;
	}
	t->spike_suspect = w->spike.at[0].real;
	t->spike_fail = w->spike.at[1].real;
}

static void take_seasons(
	struct schema_doc *doc, const struct written_test *w, struct qc_thresholds *t)
{
	unsigned i;

	for (i = 0; i < w->n_seasons; i++) {
		const struct written_season *season = &w->seasons[i];
		struct qc_season *to = &t->seasons[t->n_seasons++];

		*to = (struct qc_season){season->from_month, season->to_month,
			span_of(doc, season, "suspect", &season->suspect),
			span_of(doc, season, "fail", &season->fail)};
		if (!schema_given(doc, season->suspect.at) && !schema_given(doc, season->fail.at))
			schema_wrong(doc, season, NULL, "seasons",
				"this one has no suspect and no fail");
		check_inside(doc, season, "suspect", &season->suspect, &to->suspect, &to->fail);
		check_why(doc, season, season->why);
	}
}

static void take_spans(
	struct schema_doc *doc, const struct written_test *w, struct qc_thresholds *t)
{
	struct qc_span bounds = t->fail, fail = span_of(doc, w, "fail", &w->fail);

	if (!isnan(fail.low)) {
		check_inside(doc, w, "fail", &w->fail, &fail, &bounds);
		t->fail = fail;
	}
	t->suspect = span_of(doc, w, "suspect", &w->suspect);
	check_inside(doc, w, "suspect", &w->suspect, &t->suspect, &t->fail);
}

static void say_unknown(struct schema_doc *doc, const struct written_test *w)
{
	struct schema_nearest nearest = {.word = w->parameter};
	char words[64] = "";
	size_t i;

	for (i = 0; i < parameter_count(); i++)
		schema_nearer(&nearest, parameter_at(i)->code);
	schema_wrong(doc, w, w->parameter, "parameter",
		"\"%s\" is none; waterlab parameters shows them all%s", w->parameter,
		schema_hint(&nearest, words, sizeof(words)));
}

static void take_test(const struct qc_reading *r, unsigned n)
{
	const struct written_test *w = &r->written->tests[n];
	const struct parameter *parameter = parameter_find(w->parameter);
	struct qc_entry *to = &r->conf->entries[n];
	unsigned i;

	if (!parameter && schema_given(r->doc, w->parameter))
		say_unknown(r->doc, w);
	for (i = 0; i < n; i++)
		if (!strcmp(w->parameter, r->written->tests[i].parameter) &&
			!strcmp(w->unit, r->written->tests[i].unit))
			schema_wrong(r->doc, w, w->parameter, "parameter",
				"\"%s\" of %s%s has its test already", w->parameter,
				*w->unit ? "analyzer " : "any analyzer", w->unit);
	check_why(r->doc, w, w->why);
	text_copy(to->parameter, sizeof(to->parameter), w->parameter);
	text_copy(to->unit, sizeof(to->unit), w->unit);
	text_copy(to->why, sizeof(to->why), w->why);
	to->thresholds = qc_bounds_only(parameter);
	to->thresholds.interval_s = number_of(r->doc, &w->interval_s);
	to->thresholds.rate_per_s = number_of(r->doc, &w->rate_per_s);
	to->thresholds.gap_s = number_of(r->doc, &w->gap_s);
	take_spans(r->doc, w, &to->thresholds);
	take_spike(r->doc, w, &to->thresholds);
	take_flat(r->doc, w, &to->thresholds);
	take_attenuated(r->doc, w, &to->thresholds);
	take_seasons(r->doc, w, &to->thresholds);
	r->conf->n++;
}

/* --- the whole ------------------------------------------------------------------------------------- */

static void take_location(const struct qc_reading *r)
{
	const struct written_location *w = &r->written->location;
	static const struct qc_span all_lat = {-90, 90}, all_lon = {-180, 180};
	struct qc_area *area = &r->conf->area;

	area->lat = span_of(r->doc, w, "lat", &w->lat);
	area->lon = span_of(r->doc, w, "lon", &w->lon);
	area->farthest_m = number_of(r->doc, &w->farthest_m);
	check_inside(r->doc, w, "lat", &w->lat, &area->lat, &all_lat);
	check_inside(r->doc, w, "lon", &w->lon, &area->lon, &all_lon);
	check_why(r->doc, w, w->why);
}

static void take_all(const struct qc_reading *r)
{
	unsigned i;

	for (i = 0; i < r->written->n_tests; i++)
		take_test(r, i);
	take_location(r);
	for (i = 0; i < r->written->n_no_value; i++)
		r->conf->no_value[r->conf->n_no_value++] = r->written->no_value[i].real;
}

int qc_conf_read_in(
	struct qc_conf **out, const char *path, const char *text, struct mistakes *mistakes)
{
	struct written_qc *written = calloc(1, sizeof(*written));
	struct qc_conf *conf = calloc(1, sizeof(*conf));
	struct schema_doc *doc = NULL;
	unsigned before = mistakes->wrong;
	int err = ERR_MEMORY;

	*out = NULL;
	if (conf)
		conf->entries = calloc(QC_ENTRIES, sizeof(*conf->entries));
	if (!written || !conf || !conf->entries)
		goto out;
	err = schema_open(&doc, path, text, NULL, mistakes);
	if (err)
		goto out;
	schema_read(doc, &qc_keys, written);
	take_all(&(struct qc_reading){doc, written, conf});
	err = mistakes->wrong > before ? ERR_CONF : 0;
	if (err)
		goto out;
	*out = conf;
	conf = NULL;
out:
	schema_close(doc);
	qc_conf_free(conf);
	free(written);
	return err;
}

int qc_conf_read_text(struct qc_conf **out, const char *path, const char *text, struct text *errors)
{
	struct mistakes mistakes = {.to = errors};

	return qc_conf_read_in(out, path, text, &mistakes);
}

int qc_conf_read(struct qc_conf **out, const char *path, struct text *errors)
{
	return qc_conf_read_text(out, path, NULL, errors);
}

void qc_conf_free(struct qc_conf *conf)
{
	if (!conf)
		return;
	free(conf->entries);
	free(conf);
}

const struct qc_thresholds *qc_conf_find(
	const struct qc_conf *conf, const char *unit, const char *parameter)
{
	const struct qc_thresholds *of_any = NULL;
	unsigned i;

	for (i = 0; i < conf->n; i++) {
		const struct qc_entry *entry = &conf->entries[i];

		if (strcmp(entry->parameter, parameter) != 0)
			continue;
		if (*entry->unit && !strcmp(entry->unit, unit))
			return &entry->thresholds;
		if (!*entry->unit)
			of_any = &entry->thresholds;
	}
	return of_any;
}
