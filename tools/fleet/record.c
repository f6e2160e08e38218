/* A van's past, as records of a real spool. */
#include <stdlib.h>
#include <string.h>

#include "fleet.h"
#include "spool/internal.h"

/* Records of one transaction; what number each will have is known before. */
struct batch {
	struct van *van;
	size_t n;
	struct ledger_record at[SPOOL_ALL_MOST];
};

static int64_t boot_ns(void *ctx)
{
	const struct van *van = ctx;
	int64_t live_ns = __atomic_load_n(&van->live_ns, __ATOMIC_RELAXED);
	int64_t now_ns = __atomic_load_n(&van->now_ns, __ATOMIC_RELAXED);

	return live_ns ? now_ns + clock_boot_ns(&clock_system) - live_ns : now_ns;
}

static int64_t boot_ms_of(const struct van *van, int64_t utc_ms)
{
	return utc_ms - van->fleet->from_ms + 5000;
}

void record_now(struct van *van, int64_t utc_ms)
{
	int64_t ns = boot_ms_of(van, utc_ms) * 1000000;

	if (ns > van->now_ns)
		__atomic_store_n(&van->now_ns, ns, __ATOMIC_RELAXED);
}

void record_live(struct van *van, bool live)
{
	int64_t now_ns = boot_ns(van);

	/* Its time never falls: what it lived through stays behind it. */
	__atomic_store_n(&van->live_ns, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&van->now_ns, now_ns, __ATOMIC_RELAXED);
	if (live)
		__atomic_store_n(&van->live_ns, clock_boot_ns(&clock_system), __ATOMIC_RELAXED);
}

/* A clock that somebody set by hand for a day or two. */
static void keep_time(struct van *van, int64_t utc_ms)
{
	bool entered = utc_ms >= van->entered_from_ms && utc_ms < van->entered_to_ms;
	enum time_source source = entered ? TIME_ENTERED : TIME_NTP;

	/* Before a visit begins, and not while another runs: an offset is for what comes after it. */
	if (van->offset.source == source || boot_ms_of(van, utc_ms - 1000) * 1000000 < van->now_ns)
		return;
	record_now(van, utc_ms - 1000);
	insist(!spool_fix_utc(van->spool, van->fleet->from_ms - 5000 + (entered ? 21000 : 0),
		       source, entered ? 60000 : 20),
		"spool_fix_utc");
	van->offset = spool_utc(van->spool);
}

static void name_series(struct van *van)
{
	static const struct series of[ANALYZERS] = {{"ph-1", "ph", NUMBER_DECIMAL, 2},
		{"ph-1", "temperature", NUMBER_DECIMAL, 1},
		{"ec-1", "conductivity", NUMBER_DECIMAL, 1},
		{"turb-1", "turbidity_ntu", NUMBER_DECIMAL, 2},
		{"cl-1", "free_chlorine", NUMBER_DECIMAL, 2}};
	unsigned i;

	for (i = 0; i < ANALYZERS; i++)
		insist(!spool_add_series(van->spool, &of[i], &van->series[i]), "series");
}

void record_open(struct van *van)
{
	struct spool_conf conf = {
		.commit_ms = 100, .segment_readings = 200000, .pending_bytes = 2 << 20};
	const struct clock clock = {boot_ns, boot_ns, van};
	struct clock *own = malloc(sizeof(*own));
	struct spool_counts counts;
	char words[256];
	struct text why = text_over(words, sizeof(words));

	insist(own != NULL, "no memory");
	*own = clock;
	memcpy(conf.dir, van->dir, sizeof(conf.dir));
	van->now_ns = 3000000000;
	insist(!spool_open(&van->spool, &conf, own, &why), words);
	spool_count(van->spool, &counts);
	insist(counts.last[STREAM_LEDGER] <= 1, "that folder has a spool already: name a new one");
	van->next = counts.last[STREAM_LEDGER] + 1;
	name_series(van);
	keep_time(van, van->fleet->from_ms);
	insist(!spool_add_store(van->spool, van->fleet->store.name, &van->store), "store");
}

void record_close(struct van *van)
{
	insist(!spool_close(van->spool), "spool_close");
}

/* --- sets of records -------------------------------------------------------------------------------------- */

static struct ledger_record *add(struct batch *batch, enum ledger_kind kind, int64_t utc_ms)
{
	struct ledger_record *record = &batch->at[batch->n++];
	struct van *van = batch->van;

	insist(batch->n <= SPOOL_ALL_MOST, "too many records in one set");
	*record = (struct ledger_record){.kind = kind, .boot_ms = boot_ms_of(van, utc_ms)};
	/* Two steps in one ms would be one at a store: as in the daemon each has its own. */
	if (kind == LEDGER_SAMPLE) {
		if (record->boot_ms <= van->step_ms)
			record->boot_ms = van->step_ms + 1;
		van->step_ms = record->boot_ms;
	}
	return record;
}

static uint64_t number_of_last(const struct batch *batch)
{
	return batch->van->next + batch->n - 1;
}

static uint64_t add_step(struct batch *batch, const struct step *step, int64_t utc_ms)
{
	struct ledger_record *record = add(batch, LEDGER_SAMPLE, utc_ms);
	struct text words = text_over(record->words, sizeof(record->words));

	step_put(&words, step);
	insist(!words.cut, "a step is too long");
	record->a = (int64_t)step->sample;
	record->b = (int64_t)step->test;
	record->c = step->kind;
	return number_of_last(batch);
}

static void commit(struct batch *batch)
{
	uint64_t first;

	insist(!spool_note_all(batch->van->spool, batch->at, batch->n, &first), "spool_note_all");
	insist(first == batch->van->next, "the ledger's numbers are not as they were foreseen");
	batch->van->next += batch->n;
	batch->n = 0;
}

static void by(struct step *step, const struct van *van, char who)
{
	struct text name = text_over(step->by, sizeof(step->by));
	struct text token = text_over(step->token, sizeof(step->token));

	text_printf(&name, "crew %u%c", van->number, who);
	text_printf(&token, "%llx", (unsigned long long)van->next);
}

/* --- results ---------------------------------------------------------------------------------------------- */

static void judge(struct van *van, const struct visit *visit, struct test *test)
{
	struct water_value value = {.parameter = test->parameter,
		.site = site_of(visit->spot->point.position, visit->spot->point.treated),
		.check = test->check,
		.method = {.screening = test->screening},
		.qc = test->qc,
		.not_water = !term_is_water(visit->activity)};
	struct water_judgement judgement = {.verdict = WATER_CANNOT_JUDGE,
		.as_if_believed = WATER_CANNOT_JUDGE,
		.reason = WHY_NO_WATER};
	struct result *result = &test->result;

	*result = (struct result){.sample = visit->sample, .entry = test->entry};
	text_copy(result->parameter, sizeof(result->parameter), test->parameter);
	text_copy(result->method, sizeof(result->method), test->method);
	text_copy(result->value, sizeof(result->value), test->entered);
	text_copy(result->mdl, sizeof(result->mdl), test->mdl);
	text_copy(result->dilution, sizeof(result->dilution), test->dilution);
	if (!*visit->impediment) {
		insist(result_amount(&value.amount, test->parameter, test->entered, "", test->mdl,
			       test->dilution),
			test->entered);
		judgement = water_judge(&value,
			(const struct limit_set *const *)van->fleet->limits.sets,
			van->fleet->limits.n);
	}
	result_judged(result, &judgement);
}

static void add_result(struct batch *batch, const struct visit *visit, struct test *test,
	enum result_status status, int64_t utc_ms)
{
	struct ledger_record *record = add(batch, LEDGER_RESULT, utc_ms);
	struct text words = text_over(record->words, sizeof(record->words));

	test->result.status = status;
	test->result.revision = test->revision++;
	test->result.number = number_of_last(batch);
	result_put(&words, &record->b, &test->result);
	insist(!words.cut, "a result is too long");
	record->a = (int64_t)visit->sample;
	record->c = (int64_t)test->entry;
	batch->van->n_results++;
	truth_add_result(batch->van, visit, test);
}

/* --- a visit ---------------------------------------------------------------------------------------------- */

/* While the sample runs its analyzers are read. */
static void read_analyzers(struct van *van, const struct visit *visit)
{
	struct reading readings[ANALYZERS];
	bool counts = term_is_water(visit->activity) && strcmp(visit->purpose, "training") != 0;
	struct exchange exchange = {.context = counts ? CONTEXT_SAMPLE : CONTEXT_IDLE,
		.sample = visit->sample,
		.place = visit->place,
		.raw = (const uint8_t *)"\x03\x0a\x41\x90\x00\x00\x40\xec\xcc\xcd\x12\x34",
		.raw_len = 12,
		.readings = readings,
		.n = ANALYZERS};
	const struct spot *spot = visit->spot;
	const double levels[ANALYZERS] = {
		spot->ph, spot->temperature, spot->conductivity, spot->turbidity, spot->chlorine};
	unsigned n, i;

	for (n = 0; n < van->fleet->readings; n++) {
		exchange.boot_ms = boot_ms_of(van, visit->at_ms) + 1000 + 1000 * (int64_t)n;
		for (i = 0; i < ANALYZERS; i++)
			readings[i] = (struct reading){.series = van->series[i],
				.qc = QC_PASS,
				.value = (double)(int)(levels[i] * 100 +
						       dice_roll(&van->dice, 0, 4)) /
					 100};
		insist(!spool_add(van->spool, &exchange), "spool_add");
		van->n_readings += ANALYZERS;
		if (n % 1000 == 999)
			insist(!spool_flush(van->spool), "spool_flush");
	}
	if (n)
		insist(!spool_flush(van->spool), "spool_flush");
}

static void add_beginning(struct batch *batch, struct visit *visit)
{
	struct van *van = batch->van;
	const struct point *point = &visit->spot->point;
	struct step begin = {.kind = STEP_BEGIN, .parent = visit->parent};
	struct step site = {.kind = STEP_SITE, .point = point->number};
	struct step place = {.kind = STEP_PLACE, .place = visit->place};

	by(&begin, van, 'a');
	text_copy(begin.purpose, sizeof(begin.purpose), visit->purpose);
	text_copy(begin.activity, sizeof(begin.activity), visit->activity);
	memcpy(site.type, point->type, sizeof(site.type));
	memcpy(site.position, point->position, sizeof(site.position));
	memcpy(site.treated, point->treated, sizeof(site.treated));
	visit->sample = add_step(batch, &begin, visit->at_ms);
	visit->utc_ms = van->step_ms + van->offset.offset_ms;
	site.sample = place.sample = visit->sample;
	(void)add_step(batch, &site, visit->at_ms);
	(void)add_step(batch, &place, visit->at_ms);
	visit->clock = van->offset.source;
	van->n_samples++;
}

static void add_entry(struct batch *batch, const struct visit *visit, struct test *test,
	enum step_kind kind, int64_t utc_ms)
{
	struct step step = {.kind = kind, .sample = visit->sample, .origin = test->origin};

	by(&step, batch->van, 'a');
	memcpy(step.parameter, test->parameter, sizeof(step.parameter));
	memcpy(step.method, test->method, sizeof(step.method));
	memcpy(step.unit, test->unit, sizeof(step.unit));
	if (kind == STEP_START) {
		step.hours = 24;
		text_copy(step.incubation_c, sizeof(step.incubation_c), "35");
		test->started = add_step(batch, &step, utc_ms);
		return;
	}
	memcpy(step.value, test->entered, sizeof(step.value));
	memcpy(step.mdl, test->mdl, sizeof(step.mdl));
	memcpy(step.dilution, test->dilution, sizeof(step.dilution));
	step.qc = test->qc == QC_PASS ? 0 : (uint8_t)test->qc;
	if (kind == STEP_FINISH)
		step.test = test->started;
	if (kind == STEP_AMEND) {
		step.test = test->entry;
		text_copy(step.reason, sizeof(step.reason), "misread");
	}
	test->entry = add_step(batch, &step, utc_ms);
}

/* A point's record stands before the first sample there. */
static void add_point(struct batch *batch, struct spot *spot, int64_t utc_ms)
{
	struct ledger_record *record = add(batch, LEDGER_POINT, utc_ms);
	struct text words = text_over(record->words, sizeof(record->words));

	spot->point.number = number_of_last(batch);
	point_put(&words, &spot->point);
	insist(!words.cut, "a point is too long");
	spot->first_ms = boot_ms_of(batch->van, utc_ms) + batch->van->offset.offset_ms;
	record->a = spot->point.lat_e7;
	record->b = spot->point.lon_e7;
	truth_add_point(batch->van, spot);
}

void record_visit(struct van *van, struct visit *visit)
{
	struct batch batch = {.van = van};
	struct step end = {.kind = STEP_END}, unit = {.kind = STEP_UNIT};
	unsigned i;

	keep_time(van, visit->at_ms);
	record_now(van, visit->at_ms);
	if (!visit->spot->point.number)
		add_point(&batch, visit->spot, visit->at_ms);
	add_beginning(&batch, visit);
	end.sample = unit.sample = visit->sample;
	if (*visit->impediment) {
		struct step impede = {.kind = STEP_IMPEDE, .sample = visit->sample};

		by(&impede, van, 'a');
		text_copy(impede.value, sizeof(impede.value), visit->impediment);
		visit->tests[0].entry = add_step(&batch, &impede, visit->at_ms);
	} else {
		(void)add_step(&batch, &unit, visit->at_ms);
		for (i = 0; i < visit->n; i++)
			add_entry(&batch, visit, &visit->tests[i],
				visit->tests[i].waits ? STEP_START : STEP_ENTER, visit->end_ms);
	}
	by(&end, van, 'a');
	(void)add_step(&batch, &end, visit->end_ms);
	record_now(van, visit->end_ms);
	for (i = 0; i < visit->n; i++)
		if (!visit->tests[i].waits) {
			judge(van, visit, &visit->tests[i]);
			add_result(
				&batch, visit, &visit->tests[i], RESULT_PRELIMINARY, visit->end_ms);
		}
	commit(&batch);
	if (!*visit->impediment)
		read_analyzers(van, visit);
}

void record_finish(struct van *van, struct visit *visit)
{
	struct batch batch = {.van = van};
	unsigned i;

	record_now(van, visit->next_ms);
	for (i = 0; i < visit->n; i++) {
		if (!visit->tests[i].waits)
			continue;
		add_entry(&batch, visit, &visit->tests[i], STEP_FINISH, visit->next_ms);
		visit->tests[i].waits = false;
		judge(van, visit, &visit->tests[i]);
		add_result(&batch, visit, &visit->tests[i], RESULT_PRELIMINARY, visit->next_ms);
	}
	commit(&batch);
}

void record_amend(struct van *van, struct visit *visit, struct test *test)
{
	struct batch batch = {.van = van};

	record_now(van, visit->next_ms);
	add_entry(&batch, visit, test, STEP_AMEND, visit->next_ms);
	judge(van, visit, test);
	add_result(&batch, visit, test, RESULT_PRELIMINARY, visit->next_ms);
	commit(&batch);
}

void record_verify(struct van *van, struct visit *visit)
{
	struct batch batch = {.van = van};
	struct step verify = {.kind = STEP_VERIFY, .sample = visit->sample};
	unsigned i;

	record_now(van, visit->next_ms);
	for (i = 0; i < visit->n; i++)
		if (visit->tests[i].result.number > verify.test)
			verify.test = visit->tests[i].result.number;
	by(&verify, van, 'b');
	(void)add_step(&batch, &verify, visit->next_ms);
	for (i = 0; i < visit->n; i++)
		if (visit->tests[i].result.number && !visit->tests[i].superseded &&
			visit->tests[i].result.status == RESULT_PRELIMINARY)
			add_result(
				&batch, visit, &visit->tests[i], RESULT_VERIFIED, visit->next_ms);
	commit(&batch);
}

void record_status(struct van *van, int64_t utc_ms)
{
	struct ledger_record record = {.kind = LEDGER_LAB_STATUS};
	struct text words = text_over(record.words, sizeof(record.words));
	bool expired = utc_ms >= van->expired_from_ms && utc_ms < van->expired_to_ms;
	struct lab_status status = {.units_ok = 3, .pos = PLACE_GPS, .fix_age_ms = 400};

	record_now(van, utc_ms);
	if (dice_roll(&van->dice, 1, 12) == 1) {
		status.units_ok = 2;
		status.units_sick = 1;
	}
	status.checks_expired = expired ? ANALYZERS : 0;
	status.checks_ok = ANALYZERS - status.checks_expired;
	if (van->left) {
		status.backlog = status.records = (int64_t)(van->next - van->left);
		status.oldest_s = (utc_ms - van->fleet->leave_ms) / 1000;
	}
	record.boot_ms = boot_ms_of(van, utc_ms);
	record.a = status.backlog;
	record.b = status.records;
	record.c = status.oldest_s;
	lab_status_put(&words, &status);
	insist(!words.cut && !spool_note(van->spool, &record), "spool_note");
	truth_add_status(van, record.boot_ms + van->offset.offset_ms, &status);
	van->next++;
}
