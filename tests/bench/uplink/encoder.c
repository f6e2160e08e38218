/*
 * Rows to lines, one core, beside one snprintf() a line with the shortest decimals that are exact.
 * BENCH_N: lines a round (default 300000).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../measure.h"
#include "uplink/line_protocol.h"

enum { ROUNDS = 7, SERIES = 40 };

static struct series series[SERIES];

static struct spool_row row_of(uint64_t i)
{
	struct spool_row row = {.stream = STREAM_READINGS,
		.number = i + 1,
		.utc_ms = 1700000000000 + (int64_t)i * 10,
		.clock = TIME_GPS,
		.series_key = (uint32_t)(i % SERIES),
		.series = &series[i % SERIES],
		.qc = QC_PASS};

	row.value = (double)(float)(7.1 + 0.37 * sin((double)i / 300) + (double)(i % 7) / 100);
	memcpy(row.place.district, "PK528", 6);
	return row;
}

static size_t put_snprintf(char *to, size_t cap, const struct spool_row *row)
{
	char number[32];
	int precision;

	for (precision = 6; precision < 9; precision++) {
		snprintf(number, sizeof(number), "%.*g", precision, row->value);
		if (strtof(number, NULL) == (float)row->value)
			break;
	}
	if (precision == 9)
		snprintf(number, sizeof(number), "%.9g", row->value);
	return (size_t)snprintf(to, cap,
		"reading,analyzer=%s,context=%s,district=%s,lab=%s,parameter=%s,spool=%s "
		"value=%s,seq=%llui,qc=%ui %lld\n",
		row->series->unit, "idle", row->place.district, "van-1", row->series->parameter,
		"0123456789abcdef", number, (unsigned long long)row->number, row->qc,
		(long long)row->utc_ms);
}

int main(void)
{
	static char at[5000 * 256], line[512];
	const char *asked = getenv("BENCH_N");
	uint64_t n = asked ? strtoull(asked, NULL, 10) : 300000, i;
	struct line_encoder *encoder =
		line_encoder_new("van-1", "0123456789abcdef", POSITIONS_SAMPLES);
	double ours[ROUNDS], theirs[ROUNDS], begun;
	struct text text = text_over(at, sizeof(at));
	size_t bytes = 0;
	int round;

	if (!encoder || !n)
		return 1;
	for (i = 0; i < SERIES; i++) {
		snprintf(series[i].unit, sizeof(series[i].unit), "analyzer-%u", (unsigned)i / 4);
		snprintf(series[i].parameter, sizeof(series[i].parameter), "parameter_%u",
			(unsigned)i % 4);
	}
	for (round = 0; round < ROUNDS; round++) {
		begun = now_s();
		for (i = 0; i < n; i++) {
			struct spool_row row = row_of(i);

			if (text.cap - text.len <= LINE_LONGEST)
				text_clear(&text);
			if (!line_encode(encoder, &text, &row))
				return 1;
		}
		ours[round] = (double)n / (now_s() - begun);
		begun = now_s();
		for (i = 0; i < n; i++) {
			struct spool_row row = row_of(i);

			bytes += put_snprintf(line, sizeof(line), &row);
		}
		theirs[round] = (double)n / (now_s() - begun);
	}
	line_encoder_free(encoder);
	printf("encoder_lines_per_s %.0f lines/s\n", median(ours, ROUNDS));
	printf("encoder_snprintf_lines_per_s %.0f lines/s\n", median(theirs, ROUNDS));
	printf("encoder_over_snprintf %.2f ratio\n", median(ours, ROUNDS) / median(theirs, ROUNDS));
	printf("encoder_bytes_per_line %.1f bytes\n", (double)bytes / (double)n / ROUNDS);
	return 0;
}
