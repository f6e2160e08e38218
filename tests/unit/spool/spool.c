/* The spool as its users see it: numbers, reading back, delivery, time, restarts. */
#include "lab.h"

static struct spool_conf conf_of(const char *dir)
{
	return lab_conf(dir, 1000);
}

static void numbers_go_on_over_restarts_and_segments(void **state)
{
	struct spool_conf conf = conf_of("s1");
	struct spool_counts counts;
	struct lab_rows rows;
	struct spool *spool;
	char id[SPOOL_ID], path[300];
	uint64_t k = 1;
	int run, i;

	(void)state;
	for (run = 0; run < 4; run++) {
		spool = lab_open(&conf);
		if (run == 0)
			text_copy(id, sizeof(id), spool_id(spool));
		assert_string_equal(spool_id(spool), id);
		for (i = 0; i < 250; i++, k += 4)
			assert_int_equal(lab_add(spool, k, 4), 0);
		assert_int_equal(spool_flush(spool), 0);
		spool_count(spool, &counts);
		assert_int_equal(counts.made, 1000);
		assert_int_equal(counts.saved, 1000);
		assert_int_equal(counts.refused, 0);
		assert_int_equal(counts.last[STREAM_READINGS], k - 1);
		assert_int_equal(counts.trouble, 0);
		assert_int_equal(counts.last[STREAM_LEDGER], run + 1);
		rows = lab_read(spool, STREAM_READINGS, 1, UINT64_MAX, 1);
		assert_int_equal(rows.n, k - 1);
		assert_int_equal(rows.first, 1);
		assert_int_equal(rows.damaged, 0);
		assert_true(rows.in_order && rows.values_right);
		assert_int_equal(spool_close(spool), 0);
	}
	assert_true(lab_file("s1", "readings-", ".db", 3, path, sizeof(path)));
	assert_true(lab_file("s1", "ledger", ".db", 0, path, sizeof(path)));
	/* A clean end leaves everything in the files themselves, and nothing beside finished ones. */
	for (i = 0; lab_file("s1", "", "-wal", (unsigned)i, path, sizeof(path)); i++) {
		struct stat st;

		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, 0);
	}
	assert_true(i <= 2);
	assert_false(lab_file("s1", "", ".tmp", 0, path, sizeof(path)));
}

static int stop_at_five(void *ctx, const struct spool_row *row)
{
	(void)ctx;
	return row->number == 5 ? 77 : 0;
}

static int take_row(void *ctx, const struct spool_row *row)
{
	*(struct spool_row *)ctx = *row;
	return 0;
}

static void a_row_comes_back_as_it_was_given(void **state)
{
	static const uint8_t raw[] = {3, 8, 0x40, 0xe3, 0xd7, 0x0a, 0, 0, 0, 0};
	struct spool_conf conf = conf_of("s2");
	struct spool *spool = lab_open(&conf);
	struct series series = {
		.unit = "clo", .parameter = "chlorine", .kind = NUMBER_DECIMAL, .decimals = 2};
	struct reading readings[3] = {{.qc = QC_SUSPECT, .flags = FLAG_RANGE, .value = 7.25},
		{.qc = QC_MISSING, .flags = FLAG_SENTINEL, .value = NAN},
		{.qc = QC_PASS, .flags = 0xffff, .value = -0.0}};
	struct exchange x = {.boot_ms = 123456789012,
		.context = CONTEXT_SAMPLE,
		.sample = 42,
		.place = {.origin = PLACE_GPS,
			.has_point = true,
			.mode = 3,
			.lat_e7 = -341234567,
			.lon_e7 = 715000001,
			.fix_age_ms = 900,
			.eph_cm = 350,
			.border_m = 41,
			.district = "PK528",
			.tehsil = "PK52803",
			.near = "PK526",
			.edition = 0xfedcba98},
		.raw = raw,
		.raw_len = sizeof(raw),
		.readings = readings,
		.n = 3};
	struct spool_row row = {0};
	struct spool_reader *reader;
	struct text why;
	char words[300];
	uint32_t number;
	int i;

	(void)state;
	assert_int_equal(spool_add(spool, &x), ERR_RANGE); /* a series nobody named */
	for (i = 0; i < 3; i++) {
		assert_int_equal(spool_add_series(spool, &series, &number), 0);
		assert_int_equal(number, 0);
	}
	assert_int_equal(spool_add(spool, &x), 0);
	x.n = 0;
	assert_int_equal(spool_add(spool, &x), ERR_RANGE);
	x.n = 3;
	x.raw_len = EXCHANGE_RAW + 1;
	assert_int_equal(spool_add(spool, &x), ERR_RANGE);
	assert_int_equal(spool_fix_utc(spool, 1700000000000, TIME_GPS, 40), 0);
	assert_int_equal(spool_close(spool), 0);

	why = text_over(words, sizeof(words));
	assert_int_equal(spool_reader_open_dir(&reader, "s2", &why), 0);
	assert_int_equal(spool_reader_range(reader, STREAM_READINGS).first, 1);
	assert_int_equal(spool_reader_range(reader, STREAM_READINGS).last, 3);
	assert_int_equal(
		spool_read(reader, STREAM_READINGS, (struct range){1, 1}, take_row, &row, NULL), 0);
	assert_int_equal(row.number, 1);
	assert_string_equal(row.boot, boot_one);
	assert_int_equal(row.boot_ms, x.boot_ms);
	assert_int_equal(row.clock, TIME_GPS);
	assert_int_equal(row.utc_ms, x.boot_ms / 10 * 10 + 1700000000000);
	assert_string_equal(row.series->unit, "clo");
	assert_string_equal(row.series->parameter, "chlorine");
	assert_int_equal(row.series->kind, NUMBER_DECIMAL);
	assert_int_equal(row.series->decimals, 2);
	assert_int_equal(row.context, CONTEXT_SAMPLE);
	assert_int_equal(row.sample, 42);
	assert_int_equal(row.place.origin, PLACE_GPS);
	assert_int_equal(row.place.lat_e7, -341234567);
	assert_int_equal(row.place.lon_e7, 715000001);
	assert_int_equal(row.place.fix_age_ms, 900);
	assert_int_equal(row.place.eph_cm, 350);
	assert_true(row.place.has_point);
	assert_int_equal(row.place.mode, 3);
	assert_string_equal(row.place.district, "PK528");
	assert_string_equal(row.place.tehsil, "PK52803");
	assert_string_equal(row.place.near, "PK526");
	assert_int_equal(row.place.border_m, 41);
	assert_int_equal(row.place.edition, 0xfedcba98);
	assert_true(row.value == 7.25 && row.qc == QC_SUSPECT && row.flags == FLAG_RANGE);
	assert_int_equal(row.raw_len, sizeof(raw));
	assert_int_equal(
		spool_read(reader, STREAM_READINGS, (struct range){2, 2}, take_row, &row, NULL), 0);
	assert_true(isnan(row.value) && row.qc == QC_MISSING && row.flags == FLAG_SENTINEL);
	assert_int_equal(
		spool_read(reader, STREAM_READINGS, (struct range){3, 3}, take_row, &row, NULL), 0);
	assert_true(row.value == 0 && !signbit(row.value) && row.flags == 0xffff);
	spool_reader_close(reader);
}

static void a_reader_stops_when_told(void **state)
{
	struct spool_conf conf = conf_of("s3");
	struct spool *spool = lab_open(&conf);
	struct spool_reader *reader;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_READINGS, (struct range){1, 10}, stop_at_five,
				 NULL, NULL),
		77);
	spool_reader_close(reader);
	assert_int_equal(spool_close(spool), 0);
}

/* A long read goes in views inside; five readings an exchange never end where a view does. */
static void a_long_read_hands_out_every_number(void **state)
{
	struct spool_conf conf = lab_conf("long", 100000);
	struct spool *spool = lab_open(&conf);
	struct lab_rows rows;
	uint64_t k;

	(void)state;
	for (k = 0; k < 50000; k += 5) {
		assert_int_equal(lab_add(spool, k, 5), 0);
		if (k % 5000 == 0)
			assert_int_equal(spool_flush(spool), 0);
	}
	assert_int_equal(spool_flush(spool), 0);
	rows = lab_read(spool, STREAM_READINGS, 1, 50000, 0);
	assert_int_equal(rows.n, 50000);
	assert_true(rows.in_order && rows.values_right);
	assert_int_equal(rows.damaged, 0);
	assert_int_equal(spool_close(spool), 0);
}

static void the_newest_unsent_block_comes_first(void **state)
{
	struct spool_conf conf = conf_of("s4");
	struct spool *spool = lab_open(&conf);
	struct delivery_counts counts;
	struct range block;
	unsigned a, b;
	uint64_t k;

	(void)state;
	assert_int_equal(spool_add_store(spool, "centre", &a), 0);
	assert_int_equal(spool_add_store(spool, "copy", &b), 0);
	for (k = 1; k <= 100; k += 5)
		assert_int_equal(lab_add(spool, k, 5), 0);
	assert_int_equal(spool_flush(spool), 0);
	/* No time yet: nothing may be sent, all of it waits. */
	assert_false(spool_unsent(spool, a, STREAM_READINGS, UINT64_MAX, 50, &block));
	assert_int_equal(spool_waiting(spool, a, STREAM_READINGS), 100);
	assert_int_equal(spool_utc(spool).source, TIME_NONE);
	assert_int_equal(spool_fix_utc(spool, 1000, TIME_NTP, 5), 0);
	assert_int_equal(spool_utc(spool).source, TIME_NTP);

	assert_true(spool_unsent(spool, a, STREAM_READINGS, UINT64_MAX, 30, &block));
	assert_int_equal(block.first, 71);
	assert_int_equal(block.last, 100);
	spool_mark_sent(spool, a, STREAM_READINGS, block);
	assert_int_equal(spool_mark_refused(spool, a, STREAM_READINGS, 60, 400, "bad \"line\""), 0);
	assert_true(spool_unsent(spool, a, STREAM_READINGS, UINT64_MAX, 30, &block));
	assert_int_equal(block.first, 61);
	assert_int_equal(block.last, 70);
	assert_true(spool_unsent(spool, a, STREAM_READINGS, 61, 30, &block));
	assert_int_equal(block.first, 30);
	assert_int_equal(block.last, 59);
	assert_false(spool_unsent(spool, a, STREAM_READINGS, 1, 30, &block));
	assert_false(spool_unsent(spool, a, STREAM_READINGS, 0, 30, &block));
	assert_int_equal(spool_waiting(spool, a, STREAM_READINGS), 69);
	assert_int_equal(spool_waiting(spool, b, STREAM_READINGS), 100);
	spool_mark_sent(spool, a, STREAM_READINGS, (struct range){1, 5000});
	assert_false(spool_unsent(spool, a, STREAM_READINGS, UINT64_MAX, 30, &block));
	assert_int_equal(spool_close(spool), 0);

	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "copy", &b), 0);
	assert_int_equal(spool_add_store(spool, "centre", &a), 0);
	assert_false(spool_unsent(spool, a, STREAM_READINGS, UINT64_MAX, 30, &block));
	assert_int_equal(spool_waiting(spool, b, STREAM_READINGS), 100);
	spool_count_store(spool, a, STREAM_READINGS, &counts);
	assert_int_equal(counts.n[DELIVERY_SENT], 100);
	assert_int_equal(counts.n[DELIVERY_REFUSED], 1);
	assert_int_equal(counts.n[DELIVERY_RECEIVED], 0);
	assert_int_equal(spool_close(spool), 0);
}

static void keep_refusal(void *ctx, const struct spool_refusal *refusal)
{
	*(struct spool_refusal *)ctx = *refusal;
}

static void refusals_are_kept_with_their_words(void **state)
{
	struct spool_conf conf = conf_of("s5");
	struct spool *spool = lab_open(&conf);
	struct spool_refusal refusal = {0};
	unsigned store;
	int run;

	(void)state;
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	assert_int_equal(lab_add(spool, 1, 10), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS, 3, 400, "first"), 0);
	assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS, 2, 422, "second"), 0);
	assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS, 2, 422, "again"), 0);
	assert_int_equal(
		spool_mark_refused(spool, store, STREAM_READINGS, 11, 422, "not saved"), ERR_RANGE);
	for (run = 0; run < 2; run++) {
		assert_int_equal(spool_each_refusal(spool, store, 1, keep_refusal, &refusal), 0);
		assert_int_equal(refusal.number, 2);
		assert_int_equal(refusal.status, 422);
		assert_string_equal(refusal.words, "second");
		assert_int_equal(spool_close(spool), 0);
		spool = lab_open(&conf);
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 8);
	}
	assert_int_equal(spool_close(spool), 0);
}

static void a_gap_is_never_handed_out(void **state)
{
	struct spool_conf conf = conf_of("s6");
	struct spool *spool = lab_open(&conf);
	struct ledger_record gap = {
		.kind = LEDGER_GAP, .a = 40, .b = 49, .c = STREAM_READINGS, .words = "a test"};
	struct delivery_counts counts;
	struct range block;
	unsigned store;
	int run;

	(void)state;
	assert_int_equal(lab_add(spool, 1, 100), 0);
	assert_int_equal(spool_note(spool, &gap), 0);
	assert_int_equal(spool_fix_utc(spool, 1000, TIME_NTP, 5), 0);
	assert_int_equal(spool_flush(spool), 0);
	for (run = 0; run < 2; run++) {
		assert_int_equal(spool_add_store(spool, "centre", &store), 0);
		assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 90);
		assert_true(spool_unsent(spool, store, STREAM_READINGS, UINT64_MAX, 1000, &block));
		assert_int_equal(block.first, 50);
		assert_int_equal(block.last, 100);
		assert_true(spool_unsent(spool, store, STREAM_READINGS, 50, 1000, &block));
		assert_int_equal(block.first, 1);
		assert_int_equal(block.last, 39);
		assert_int_equal(spool_close(spool), 0);
		spool = lab_open(&conf);
	}
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 100});
	assert_int_equal(spool_mark_refused(spool, store, STREAM_READINGS, 45, 400, "gone"), 0);
	spool_count_store(spool, store, STREAM_READINGS, &counts);
	assert_int_equal(counts.n[DELIVERY_SENT], 90);
	assert_int_equal(counts.n[DELIVERY_REFUSED], 0);
	assert_int_equal(spool_waiting(spool, store, STREAM_READINGS), 0);
	assert_int_equal(spool_close(spool), 0);
}

static void one_daemon_at_a_time(void **state)
{
	struct spool_conf conf = conf_of("s7");
	struct spool *spool = lab_open(&conf), *second;
	struct spool_reader *reader;
	char words[300];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	assert_int_equal(spool_open(&second, &conf, &lab_clock, &why), ERR_BUSY);
	assert_non_null(strstr(words, "in use"));
	text_clear(&why);
	assert_int_equal(spool_reader_open_dir(&reader, "s7", &why), ERR_BUSY);
	assert_non_null(strstr(words, "in use"));
	assert_int_equal(spool_close(spool), 0);
	text_clear(&why);
	assert_int_equal(spool_reader_open_dir(&reader, "s7", &why), 0);
	assert_int_equal(spool_reader_range(reader, STREAM_READINGS).last, 0);
	assert_int_equal(spool_reader_range(reader, STREAM_LEDGER).last, 1);
	/* Someone who only reads never keeps the daemon from starting. */
	spool = lab_open(&conf);
	spool_reader_close(reader);
	assert_int_equal(spool_close(spool), 0);
	text_clear(&why);
	assert_int_equal(spool_reader_open_dir(&reader, "nowhere", &why), ERR_ABSENT);
	assert_non_null(strstr(words, "nowhere"));
}

static void words_say_what_is_wrong(void **state)
{
	struct spool_conf conf = conf_of("no/such/folder");
	struct spool *spool;
	char words[300];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	assert_int_equal(spool_open(&spool, &conf, &lab_clock, &why), ERR_IO);
	assert_non_null(strstr(words, "no/such/folder"));
	conf = conf_of("s8");
	conf.segment_readings = 10;
	text_clear(&why);
	assert_int_equal(spool_open(&spool, &conf, &lab_clock, &why), ERR_CONF);
	assert_non_null(strstr(words, "segment_readings"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_go_on_over_restarts_and_segments),
		cmocka_unit_test(a_row_comes_back_as_it_was_given),
		cmocka_unit_test(a_reader_stops_when_told),
		cmocka_unit_test(a_long_read_hands_out_every_number),
		cmocka_unit_test(the_newest_unsent_block_comes_first),
		cmocka_unit_test(refusals_are_kept_with_their_words),
		cmocka_unit_test(a_gap_is_never_handed_out),
		cmocka_unit_test(one_daemon_at_a_time),
		cmocka_unit_test(words_say_what_is_wrong),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
