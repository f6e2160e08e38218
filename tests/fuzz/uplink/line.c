/* Any row gives one well-formed line or none: one newline, at its end, no NaN, in bounds, twice the same. */
#include <stdlib.h>
#include <string.h>

#include "uplink/line_protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void insist(int ok)
{
	if (!ok)
		abort();
}

static void take(void *to, size_t size, const uint8_t **at, size_t *n)
{
	size_t k = size < *n ? size : *n;

	memset(to, 0, size);
	memcpy(to, *at, k);
	*at += k;
	*n -= k;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct line_encoder *encoder =
		line_encoder_new("lab, = \\", "0123456789abcdef", POSITIONS_SAMPLES);
	char first[2 * LINE_LONGEST], second[LINE_LONGEST + 1];
	struct text a = text_over(first, sizeof(first)), b = text_over(second, sizeof(second));
	struct series series;
	struct spool_row row = {0};
	char words[160] = "", about[480] = "";
	uint8_t bytes[8];

	insist(encoder != NULL);
	take(bytes, sizeof(bytes), &at, &n);
	take(series.unit, sizeof(series.unit) - 1, &at, &n);
	take(series.parameter, sizeof(series.parameter) - 1, &at, &n);
	series.unit[sizeof(series.unit) - 1] = series.parameter[sizeof(series.parameter) - 1] =
		'\0';
	series.kind = (enum number_kind)(bytes[0] % 3);
	series.decimals = bytes[1];
	row.stream = (enum stream)(bytes[2] % STREAM_COUNT);
	row.clock = (enum time_source)(bytes[3] % 6);
	row.context = (enum context)(bytes[4] % 4);
	row.kind = (enum ledger_kind)(bytes[5] % 17);
	row.qc = bytes[6];
	row.place.origin = (enum place_origin)(bytes[7] % 3);
	row.series = &series;
	take(&row.number, sizeof(row.number), &at, &n);
	take(&row.utc_ms, sizeof(row.utc_ms), &at, &n);
	take(&row.clock_error_ms, sizeof(row.clock_error_ms), &at, &n);
	row.clock_error_ms &= INT64_MAX;
	take(&row.value, sizeof(row.value), &at, &n);
	take(&row.flags, sizeof(row.flags), &at, &n);
	take(&row.sample, sizeof(row.sample), &at, &n);
	take(&row.place.lat_e7, sizeof(row.place.lat_e7), &at, &n);
	take(&row.place.lon_e7, sizeof(row.place.lon_e7), &at, &n);
	take(&row.place.fix_age_ms, sizeof(row.place.fix_age_ms), &at, &n);
	take(&row.place.eph_cm, sizeof(row.place.eph_cm), &at, &n);
	take(&row.place.border_m, sizeof(row.place.border_m), &at, &n);
	row.place.has_point = bytes[7] & 8;
	row.place.mode = bytes[7] >> 4;
	take(row.place.district, sizeof(row.place.district), &at, &n);
	take(row.place.near, sizeof(row.place.near), &at, &n);
	take(&row.a, sizeof(row.a), &at, &n);
	take(&row.b, sizeof(row.b), &at, &n);
	take(words, sizeof(words) - 1, &at, &n);
	take(&row.c, sizeof(row.c), &at, &n);
	take(about, sizeof(about) - 1, &at, &n);
	row.words = words;
	row.about = bytes[7] & 4 ? about : NULL;
	if (line_encode(encoder, &a, &row)) {
		insist(a.len > 20 && a.len <= LINE_LONGEST && strlen(first) == a.len);
		insist(strchr(first, '\n') == first + a.len - 1);
		insist(!strstr(first, "value=nan") && !strstr(first, "value=inf"));
		insist(line_encode(encoder, &b, &row));
		insist(!strcmp(first, second));
	} else {
		insist(a.len == 0);
	}
	line_encoder_free(encoder);
	return 0;
}
