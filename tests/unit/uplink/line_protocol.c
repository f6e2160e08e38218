/* The encoder: what is left out and when, escapes against other people's vectors and against a reader
 * of its own, and the same bytes at every resend. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/number.h"
#include "uplink/line_protocol.h"

static const struct series ph = {"hach-1", "ph", NUMBER_F32, 0};
static const struct series turbidity = {"turb 2", "turbidity_fnu", NUMBER_DECIMAL, 2};

static struct spool_row plain(void)
{
	return (struct spool_row){.stream = STREAM_READINGS,
		.number = 5,
		.utc_ms = 1700000000000,
		.clock = TIME_NTP,
		.series_key = 0,
		.series = &ph,
		.value = (double)7.12f,
		.qc = QC_PASS};
}

static void expect(const struct spool_row *row, const char *line)
{
	struct line_encoder *encoder =
		line_encoder_new("van 1", "00112233445566ff", POSITIONS_SAMPLES);
	char at[2 * LINE_LONGEST];
	struct text text = text_over(at, sizeof(at));
	int i;

	assert_non_null(encoder);
	for (i = 0; i < 2; i++) { /* built, then from the cache */
		text_clear(&text);
		assert_true(line_encode(encoder, &text, row));
		assert_string_equal(at, line);
	}
	line_encoder_free(encoder);
}

#define HEAD   "reading,analyzer=hach-1,context=idle,district=none,lab=van\\ 1,parameter=ph,"
#define SPOOL  "spool=00112233445566ff "
#define SAMPLE "reading,analyzer=hach-1,context=sample,district=PK528,lab=van\\ 1,parameter=ph,"

static void test_ordinary(void **state)
{
	struct spool_row row = plain();

	(void)state;
	expect(&row, HEAD SPOOL "value=7.12,seq=5i,qc=1i 1700000000000\n");
	row.series = &turbidity;
	row.value = 3;
	expect(&row, "reading,analyzer=turb\\ 2,context=idle,district=none,lab=van\\ 1,"
		     "parameter=turbidity_fnu," SPOOL "value=3.00,seq=5i,qc=1i 1700000000000\n");
}

static void test_left_out(void **state)
{
	struct spool_row row = plain();

	(void)state;
	row.value = NAN;
	row.qc = QC_MISSING;
	row.flags = FLAG_SENTINEL;
	row.clock = TIME_RTC;
	row.clock_error_ms = 5000;
	expect(&row, HEAD SPOOL "seq=5i,qc=9i,flags=1i,clock=3i,clock_err=5 1700000000000\n");
	row.clock = TIME_RESTORED;
	row.clock_error_ms = INT64_C(63072000250);
	expect(&row,
		HEAD SPOOL "seq=5i,qc=9i,flags=1i,clock=1i,clock_err=63072000.25 1700000000000\n");
	row.value = INFINITY;
	row.clock = TIME_GPS;
	expect(&row, HEAD SPOOL "seq=5i,qc=9i,flags=1i 1700000000000\n");
	row.sample = UINT64_C(9007199254740993);
	expect(&row, HEAD SPOOL "seq=5i,qc=9i,flags=1i,sample=9007199254740993i 1700000000000\n");
}

static void test_place(void **state)
{
	struct spool_row row = plain();

	(void)state;
	row.place = (struct place){.origin = PLACE_GPS,
		.has_point = true,
		.mode = 3,
		.lat_e7 = 341234567,
		.lon_e7 = -715000000,
		.fix_age_ms = 1250,
		.eph_cm = 480,
		.border_m = -1,
		.district = "PK528",
		.tehsil = "PK52803"};
	row.context = CONTEXT_CHECK;
	expect(&row, "reading,analyzer=hach-1,context=check,district=PK528,lab=van\\ 1,"
		     "parameter=ph," SPOOL "value=7.12,seq=5i,qc=1i 1700000000000\n");
	row.context = CONTEXT_SAMPLE;
	row.sample = 12;
	expect(&row, SAMPLE SPOOL "value=7.12,seq=5i,qc=1i,lat=34.1234567,lon=-71.5,fix_age=1.25,"
				  "mode=3i,eph=4.8,pos=1i,sample=12i 1700000000000\n");
	row.place.origin = PLACE_ENTERED;
	row.place.mode = 0;
	row.place.eph_cm = 0;
	row.place.lat_e7 = -1;
	expect(&row,
		SAMPLE SPOOL "value=7.12,seq=5i,qc=1i,lat=-0.0000001,lon=-71.5,fix_age=1.25,pos=2i,"
			     "sample=12i 1700000000000\n");
	row.place.has_point = false;
	expect(&row, SAMPLE SPOOL "value=7.12,seq=5i,qc=1i,pos=2i,sample=12i 1700000000000\n");
	row.place.origin = PLACE_NONE;
	expect(&row, SAMPLE SPOOL "value=7.12,seq=5i,qc=1i,sample=12i 1700000000000\n");
}

/* Idle readings keep the van's way to themselves; that somebody entered the district they say. */
static void test_place_in_transit(void **state)
{
	struct line_encoder *always = line_encoder_new("v", "s", POSITIONS_ALWAYS);
	struct spool_row row = plain();
	char at[LINE_LONGEST + 1];
	struct text text = text_over(at, sizeof(at));

	(void)state;
	row.place = (struct place){.origin = PLACE_GPS,
		.has_point = true,
		.mode = 2,
		.lat_e7 = 341234567,
		.lon_e7 = -715000000,
		.border_m = 77,
		.district = "PK528",
		.near = "PK526"};
	expect(&row, "reading,analyzer=hach-1,context=idle,district=PK528,lab=van\\ 1,near=PK526,"
		     "parameter=ph," SPOOL "value=7.12,seq=5i,qc=1i 1700000000000\n");
	assert_true(line_encode(always, &text, &row));
	assert_string_equal(at,
		"reading,analyzer=hach-1,context=idle,district=PK528,lab=v,near=PK526,parameter=ph,"
		"spool=s value=7.12,seq=5i,qc=1i,lat=34.1234567,lon=-71.5,fix_age=0,mode=2i,"
		"border=77,pos=1i 1700000000000\n");
	row.place.origin = PLACE_ENTERED;
	expect(&row, "reading,analyzer=hach-1,context=idle,district=PK528,lab=van\\ 1,near=PK526,"
		     "parameter=ph," SPOOL "value=7.12,seq=5i,qc=1i,pos=2i 1700000000000\n");
	line_encoder_free(always);
}

static void test_border(void **state)
{
	struct spool_row row = plain();

	(void)state;
	row.place = (struct place){.origin = PLACE_GPS, .border_m = 77, .district = "PK528"};
	/* the other side of the border is not in the file */
	expect(&row, "reading,analyzer=hach-1,context=idle,district=PK528,lab=van\\ 1,near=none,"
		     "parameter=ph," SPOOL "value=7.12,seq=5i,qc=1i 1700000000000\n");
	/* outside all, but not far */
	memcpy(row.place.near, "PK526", 6);
	row.place.district[0] = '\0';
	expect(&row, "reading,analyzer=hach-1,context=idle,district=none,lab=van\\ 1,near=PK526,"
		     "parameter=ph," SPOOL "value=7.12,seq=5i,qc=1i 1700000000000\n");
	/* outside all, and far away */
	row.place.near[0] = '\0';
	expect(&row, "reading,analyzer=hach-1,context=idle,district=none,lab=van\\ 1,"
		     "parameter=ph," SPOOL "value=7.12,seq=5i,qc=1i 1700000000000\n");
}

static void test_ledger(void **state)
{
	struct spool_row row = {.stream = STREAM_LEDGER,
		.number = 3,
		.utc_ms = -5,
		.clock = TIME_RTC,
		.clock_error_ms = 2000,
		.kind = LEDGER_GAP,
		.a = 10,
		.b = INT64_MIN,
		.words = "never sent"};

	(void)state;
	expect(&row, "event,kind=gap,lab=van\\ 1,spool=00112233445566ff "
		     "a=10i,b=-9223372036854775808i,c=0i,seq=3i,clock=3i,clock_err=2 -5\n");
	row.clock = TIME_NTP;
	expect(&row, "event,kind=gap,lab=van\\ 1,spool=00112233445566ff "
		     "a=10i,b=-9223372036854775808i,c=0i,seq=3i -5\n");
	row.kind = LEDGER_PLACE; /* where somebody stood stays in the van */
	row.c = 5000;
	expect(&row, "event,kind=place,lab=van\\ 1,spool=00112233445566ff c=5000i,seq=3i -5\n");
	row = (struct spool_row){.stream = STREAM_LEDGER,
		.number = 4,
		.clock = TIME_NTP,
		.kind = LEDGER_AUDIT, /* and so do names */
		.a = 5,
		.b = 7,
		.words = "by=waterlab-console; about=Gul Khan"};
	expect(&row,
		"event,kind=audit,lab=van\\ 1,spool=00112233445566ff a=5i,b=7i,c=0i,seq=4i 0\n");
}

static void test_refuses(void **state)
{
	struct line_encoder *encoder = line_encoder_new("van", "s", POSITIONS_SAMPLES);
	char at[4096], small[40];
	struct text text = text_over(at, sizeof(at)), cramped = text_over(small, sizeof(small));
	struct spool_row row = plain();
	size_t n;

	(void)state;
	assert_false(line_encode(encoder, &cramped, &row));
	assert_int_equal(cramped.len, 0);
	row.clock = TIME_NONE;
	assert_false(line_encode(encoder, &text, &row));
	row.clock = TIME_GPS;
	row.context = (enum context)7;
	assert_false(line_encode(encoder, &text, &row));
	row = (struct spool_row){
		.stream = STREAM_LEDGER, .clock = TIME_GPS, .kind = (enum ledger_kind)99};
	assert_false(line_encode(encoder, &text, &row));
	assert_int_equal(text.len, 0);
	assert_null(line_encoder_new(
		"a name that is longer than the thirty-one bytes", "s", POSITIONS_SAMPLES));

	/* Exactly enough room is enough, one byte less is not. */
	row = plain();
	assert_true(line_encode(encoder, &text, &row));
	n = text.len;
	text = text_over(at, n);
	assert_false(line_encode(encoder, &text, &row));
	text = text_over(at, n + 1);
	assert_true(line_encode(encoder, &text, &row));
	line_encoder_free(encoder);
}

/* A reader as InfluxDB's: a backslash escapes comma, equals and space, and is itself otherwise. */
static const char *read_tag(const char *p, char *to)
{
	while (*p && *p != ',' && *p != '=' && *p != ' ') {
		if (*p == '\\' && p[1] && strchr(",= ", p[1]))
			p++;
		*to++ = *p++;
	}
	*to = '\0';
	return p;
}

static void test_tags_read_back(void **state)
{
	static const char alphabet[] = ",= \\\\\"ab\xd9\x85\n\t\r\x7f";
	const char *seed = getenv("SEED");
	unsigned s = seed ? (unsigned)strtoul(seed, NULL, 10) : (unsigned)time(NULL);
	int i, j;

	(void)state;
	printf("SEED=%u\n", s);
	srand(s);
	for (i = 0; i < 100000; i++) {
		char from[16], wanted[16], at[64], key[64], value[64];
		struct text text = text_over(at, sizeof(at));
		int n = 1 + rand() % 14;
		const char *p;

		for (j = 0; j < n; j++)
			from[j] = alphabet[rand() % (int)(sizeof(alphabet) - 1)];
		from[n] = '\0';
		for (j = 0; j <= n; j++)
			wanted[j] = strchr("\n\t\r\x7f", from[j]) && from[j] ? '_' : from[j];
		if (wanted[n - 1] == '\\')
			wanted[n - 1] = '_';
		line_put_tag(&text, from);
		text_put_char(&text, '=');
		line_put_tag(&text, from);
		text_put(&text, " seq=1i");
		p = read_tag(at, key);
		assert_int_equal(*p, '=');
		p = read_tag(p + 1, value);
		assert_string_equal(p, " seq=1i");
		assert_string_equal(key, wanted);
		assert_string_equal(value, wanted);
	}
}

/* Every number reads back as what was stored; equal rows give equal bytes whatever came between. */
static void test_values_read_back(void **state)
{
	struct line_encoder *encoder =
		line_encoder_new("van", "0123456789abcdef", POSITIONS_SAMPLES);
	char at[LINE_LONGEST + 1], again[LINE_LONGEST + 1];
	struct series series[3] = {{"a", "x", NUMBER_F32, 0}, {"a", "y", NUMBER_F64, 0},
		{"a", "z", NUMBER_DECIMAL, 3}};
	struct text text;
	int i;

	(void)state;
	srand(7);
	for (i = 0; i < 100000; i++) {
		struct spool_row row = plain();
		double value = (rand() - RAND_MAX / 2) * pow(10, rand() % 24 - 12), back;

		row.series_key = (uint32_t)(rand() % 3);
		row.series = &series[row.series_key];
		row.value = row.series_key == 0 ? (double)(float)value : value;
		snprintf(row.place.district, sizeof(row.place.district), "PK%d", rand() % 900);
		text = text_over(at, sizeof(at));
		assert_true(line_encode(encoder, &text, &row));
		text = text_over(again, sizeof(again));
		assert_true(line_encode(encoder, &text, &row));
		assert_string_equal(at, again);
		assert_non_null(strstr(at, row.place.district));
		back = strtod(strstr(at, " value=") + 7, NULL);
		if (row.series_key == 0)
			assert_true((float)back == (float)row.value);
		else if (row.series_key == 1)
			assert_true(back == row.value);
		else
			assert_true(fabs(back - row.value) <= 0.0005001 + fabs(row.value) * 1e-15);
	}
	line_encoder_free(encoder);
}

/* One JSON string that ends a line of the vectors, e.g.  "value": "a\\,b",  */
static bool json_string(const char *line, const char *name, char *to)
{
	char key[32];
	const char *p;

	snprintf(key, sizeof(key), "\"%s\": \"", name);
	p = strstr(line, key);
	if (!p || p != line)
		return false;
	for (p += strlen(key); *p && *p != '"'; p++) {
		if (*p == '\\' && p[1] == 'u')
			return false;
		if (*p == '\\') {
			p++;
			*to++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	return true;
}

static FILE *open_vectors(void)
{
	static const char name[] = "lineprotocol/encode.json";
	const char *folder = getenv("WATERLAB_DATA"), *repo = getenv("OLDPWD");
	char path[1024];

	if (folder)
		snprintf(path, sizeof(path), "%s/%s", folder, name);
	else
		snprintf(path, sizeof(path), "%s/../shared/data/%s", repo ? repo : "..", name);
	return fopen(path, "r");
}

/* Each vector's tags, escaped by us, must stand in its line as the vectors' own encoder put them. */
static void test_vectors(void **state)
{
	FILE *file = open_vectors();
	char line[8192], key[4096] = "", s[4096], want[40000] = "";
	struct text text = text_over(want, sizeof(want));
	bool in_tags = false, ours = true;
	int compared = 0;

	(void)state;
	if (!file) {
		print_message("no ../shared/data/lineprotocol/encode.json: skipped\n");
		skip();
	}
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "\"point\": {", 10)) {
			text_clear(&text);
			ours = true;
		}
		if (!strncmp(line, "\"tags\": [", 9))
			in_tags = true;
		else if (!strncmp(line, "\"fields\"", 8))
			in_tags = false;
		if (in_tags && json_string(line, "key", s)) {
			memcpy(key, s, sizeof(key));
		} else if (in_tags && json_string(line, "value", s)) {
			/* What we never let through: empty tags and control bytes. */
			ours = ours && *key && *s && !strpbrk(key, "\n\t\r") &&
			       !strpbrk(s, "\n\t\r");
			text_put_char(&text, ',');
			line_put_tag(&text, key);
			text_put_char(&text, '=');
			line_put_tag(&text, s);
		} else if (json_string(line, "result", s) && ours && text.len) {
			if (!strstr(s, want))
				fail_msg("%s\nis not in\n%s", want, s);
			compared++;
		}
	}
	fclose(file);
	print_message("%d vectors compared\n", compared);
	assert_true(compared > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_place_in_transit),
		cmocka_unit_test(test_border),
		cmocka_unit_test(test_ledger),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_tags_read_back),
		cmocka_unit_test(test_values_read_back),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
