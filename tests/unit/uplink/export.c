/* Rows as CSV and line protocol, from a reader made here: columns, quoting, what is empty and when. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "uplink/export.h"

static const char boot[] = "11111111-2222-3333-4444-555555555555";
static const struct series ph = {"hach-1", "ph", NUMBER_F32, 0};
static const struct series odd = {"a,\"b\"", "turbidity_ntu", NUMBER_DECIMAL, 2};

/* --- a spool of our own ----------------------------------------------------------------------------- */

struct spool_reader {
	struct range there;
	uint64_t damaged_file; /* any block that holds this number cannot be read */
	unsigned blocks;
};

static void make_row(struct spool_row *row, enum stream stream, uint64_t number)
{
	*row = (struct spool_row){.stream = stream,
		.number = number,
		.spool = spool_reader_id(NULL),
		.boot_ms = 1000 + (int64_t)number,
		.utc_ms = 1700000000000 + (int64_t)number,
		.clock = TIME_NTP,
		.clock_error_ms = 7,
		.qc = QC_PASS,
		.series = &ph,
		.value = 7.12F,
		.words = "plain"};
	memcpy(row->boot, boot, sizeof(boot));
	row->place.border_m = -1;
	if (stream == STREAM_LEDGER) {
		row->kind = LEDGER_GAP;
		row->a = 5;
		row->b = 9;
		row->words = number == 2 ? "two\nlines, \"quoted\"" : "the card was full";
		if (number == 3) {
			row->kind = LEDGER_FILE_CHECK;
			row->words = "hqd-1 ph 7.02 [pH]; by NK";
		}
	} else if (number == 2) {
		row->series = &odd;
		row->series_key = 1;
		row->value = 12.5;
		row->qc = QC_SUSPECT;
		row->flags = FLAG_RANGE | FLAG_WARMUP;
		row->clock = TIME_RESTORED;
		row->clock_error_ms = 86400000;
		row->context = CONTEXT_SAMPLE;
		row->place = (struct place){.origin = PLACE_GPS,
			.has_point = true,
			.lat_e7 = 341234567,
			.lon_e7 = -715000000,
			.mode = 3,
			.fix_age_ms = 1000,
			.eph_cm = 250,
			.border_m = 77,
			.district = "PK528",
			.tehsil = "PK52803",
			.near = "PK526",
			.edition = 0xbeef};
	} else if (number == 3) {
		row->value = NAN;
		row->qc = QC_MISSING;
		row->flags = FLAG_SENTINEL;
		row->clock = TIME_NONE;
	}
}

const char *spool_reader_id(const struct spool_reader *reader)
{
	(void)reader;
	return "0123456789abcdef";
}

struct range spool_reader_range(struct spool_reader *reader, enum stream stream)
{
	(void)stream;
	return reader->there;
}

int spool_read(struct spool_reader *reader, enum stream stream, struct range block,
	int (*each)(void *ctx, const struct spool_row *row), void *ctx, uint64_t *damaged)
{
	struct spool_row row;
	uint64_t n;
	int err;

	(void)damaged;
	reader->blocks++;
	assert_true(block.first >= reader->there.first && block.last <= reader->there.last);
	for (n = block.first; n <= block.last; n++) {
		if (n == reader->damaged_file)
			return ERR_DAMAGED;
		make_row(&row, stream, n);
		err = each(ctx, &row);
		if (err)
			return err;
	}
	return 0;
}

/* --- the tests -------------------------------------------------------------------------------------- */

static char *all;
static size_t all_len;

static int keep(void *ctx, const char *lines, size_t len)
{
	(void)ctx;
	assert_true(len > 0 && lines[len - 1] == '\n');
	all = realloc(all, all_len + len + 1);
	memcpy(all + all_len, lines, len);
	all_len += len;
	all[all_len] = '\0';
	return 0;
}

static int forget(void **state)
{
	(void)state;
	free(all);
	all = NULL;
	all_len = 0;
	return 0;
}

static void readings_have_the_columns_promised(void **state)
{
	struct spool_reader reader = {.there = {1, 3}};
	struct export_ask ask = {EXPORT_CSV, STREAM_READINGS, 0, 0, "van 3"};
	struct export_count count;

	(void)state;
	assert_int_equal(export_rows(&reader, &ask, keep, NULL, &count), 0);
	assert_int_equal(count.rows, 3);
	assert_string_equal(all,
		"lab,spool,stream,seq,utc,unit,parameter,value,flags,position,qc,clock,context,"
		"district,boot,boot_ms,clock_error_s,origin,mode,fix_age_s,eph_m,tehsil,near,"
		"border_m,edition\n"
		"van 3,0123456789abcdef,readings,1,2023-11-14T22:13:20.001Z,hach-1,ph,7.12,,,1,ntp,"
		"idle,,11111111-2222-3333-4444-555555555555,1001,0.007,none,,,,,,,\n"
		"van 3,0123456789abcdef,readings,2,2023-11-14T22:13:20.002Z,\"a,\"\"b\"\"\","
		"turbidity_ntu,12.50,range|warmup,34.1234567 -71.5000000,3,restored,sample,PK528,"
		"11111111-2222-3333-4444-555555555555,1002,86400.000,gps,3,1.000,2.50,PK52803,"
		"PK526,77,"
		"0000beef\n"
		"van 3,0123456789abcdef,readings,3,,hach-1,ph,,sentinel,,9,none,idle,,"
		"11111111-2222-3333-4444-555555555555,1003,,none,,,,,,,\n");
}

static void the_ledger_says_kind_and_words(void **state)
{
	struct spool_reader reader = {.there = {1, 3}};
	struct export_ask ask = {EXPORT_CSV, STREAM_LEDGER, 2, 7, "L"};
	struct export_count count;

	(void)state;
	assert_int_equal(export_rows(&reader, &ask, keep, NULL, &count), 0);
	assert_string_equal(all,
		"lab,spool,stream,seq,utc,unit,parameter,value,flags,position,qc,clock,context,"
		"district,boot,boot_ms,clock_error_s,origin,mode,fix_age_s,eph_m,tehsil,near,"
		"border_m,edition,"
		"kind,a,b,c,words\n"
		"L,0123456789abcdef,ledger,2,2023-11-14T22:13:20.002Z,,,,,,,ntp,,,"
		"11111111-2222-3333-4444-555555555555,1002,0.007,,,,,,,,,gap,5,9,0,\"two\nlines, "
		"\"\"quoted\"\"\"\n"
		"L,0123456789abcdef,ledger,3,2023-11-14T22:13:20.003Z,,,,,,,ntp,,,"
		"11111111-2222-3333-4444-555555555555,1003,0.007,,,,,,,,,file_check,5,9,0,"
		"hqd-1 ph 7.02 [pH]; by NK\n");
}

static void line_protocol_leaves_out_what_has_no_time(void **state)
{
	struct spool_reader reader = {.there = {1, 3}};
	struct export_ask ask = {EXPORT_LP, STREAM_READINGS, 0, 0, "L"};
	struct export_count count;

	(void)state;
	assert_int_equal(export_rows(&reader, &ask, keep, NULL, &count), 0);
	assert_int_equal(count.rows, 2);
	assert_int_equal(count.left_out, 1);
	assert_memory_equal(all, "reading,analyzer=hach-1,", 24);
}

static void an_empty_spool_is_a_header(void **state)
{
	struct spool_reader reader = {.there = {0, 0}};
	struct export_ask ask = {EXPORT_CSV, STREAM_READINGS, 0, 0, "L"};
	struct export_count count;

	(void)state;
	assert_int_equal(export_rows(&reader, &ask, keep, NULL, &count), 0);
	assert_int_equal(reader.blocks, 0);
	assert_int_equal(count.rows, 0);
	assert_ptr_equal(strchr(all, '\n'), all + all_len - 1);
}

static void a_damaged_file_does_not_hide_what_is_behind_it(void **state)
{
	struct spool_reader reader = {.there = {1, 5000}, .damaged_file = 1500};
	struct export_ask ask = {EXPORT_CSV, STREAM_READINGS, 0, 0, "L"};
	struct export_count count;

	(void)state;
	assert_int_equal(export_rows(&reader, &ask, keep, NULL, &count), 0);
	assert_int_equal(reader.blocks, 5);
	assert_int_equal(count.rows + count.damaged, 5000);
	assert_int_equal(count.damaged, 501);
	assert_non_null(strstr(all, ",readings,5000,"));
}

static int refuse(void *ctx, const char *lines, size_t len)
{
	(void)ctx;
	(void)lines;
	(void)len;
	return ERR_GONE;
}

static void who_does_not_read_ends_it(void **state)
{
	struct spool_reader reader = {.there = {1, 100000}};
	struct export_ask ask = {EXPORT_CSV, STREAM_READINGS, 0, 0, "L"};
	struct export_count count;

	(void)state;
	assert_int_equal(export_rows(&reader, &ask, refuse, NULL, &count), ERR_GONE);
	assert_true(reader.blocks < 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(readings_have_the_columns_promised, forget),
		cmocka_unit_test_teardown(the_ledger_says_kind_and_words, forget),
		cmocka_unit_test_teardown(line_protocol_leaves_out_what_has_no_time, forget),
		cmocka_unit_test_teardown(an_empty_spool_is_a_header, forget),
		cmocka_unit_test_teardown(a_damaged_file_does_not_hide_what_is_behind_it, forget),
		cmocka_unit_test(who_does_not_read_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
