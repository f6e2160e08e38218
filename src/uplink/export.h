/*
 * export.h - a stretch of the spool as text that other programs read: CSV or line protocol.
 *
 * CSV is RFC 4180 with LF line ends, UTF-8, a header line first.  Columns of readings:
 *
 *   lab,spool,stream,seq,utc,unit,parameter,value,flags,position,qc,clock,context,district,boot,boot_ms,
 *   clock_error_s,origin,mode,fix_age_s,eph_m,tehsil,near,border_m,edition
 *
 * (lab, spool, stream, seq) name a row for ever.  utc is ISO 8601 with ms and Z, empty while the row has
 * no time.  unit is the analyzer's name; value is in the parameter's unit, empty when there is none;
 * flags are words joined by '|'; position is "LATITUDE LONGITUDE" in degrees (WGS 84) or empty; qc is
 * QARTOD's number; clock says how utc is known, clock_error_s how far it may be off.  origin is none, gps
 * or entered; near is the district it may be instead, border_m metres from the border between
 * (model/place.h); edition is the checksum of the boundaries that decided.  The ledger has the same columns
 * and behind them kind,a,b,c,words: of a meter's file (kinds file_reading, file_check, file_calibration) the words
 * say analyzer, number, sample, probe and operator (model/filed.h), and unit, parameter, value are empty; of a summary
 * (kind summary, model/summary.h) utc, clock and clock_error_s are its readings', a is utc in ms, b and c count them.  New columns come behind those of the readings: look them up by the
 * header.  `waterlab spool export --format sqlite` has them as tables `readings` and `ledger` of the same columns: numbers are
 * numbers (value as CSV shows it), what is empty is NULL; `meta` says lab, spool, version, made_at.  Line protocol is what the stores get (line_protocol.h); rows it cannot say, such as
 * those without a time, are left out and counted.
 */
#ifndef UPLINK_EXPORT_H
#define UPLINK_EXPORT_H

#include "spool/reader.h"

enum export_format { EXPORT_CSV, EXPORT_LP };

struct export_ask {
	enum export_format format;
	enum stream stream;
	uint64_t first,
		last; /* numbers, both included; 0: from the lowest, to the highest there is */
	const char *lab;
};

struct export_count {
	uint64_t rows;     /* handed out */
	uint64_t left_out; /* line protocol cannot say them */
	uint64_t damaged;  /* failed their checksum */
};

/*
 * Calls put(ctx, lines, len) with whole lines, each ended by its newline, many a call, until the end or
 * until put() returns non-zero, which is then returned.  0, ERR_MEMORY, or what spool_read() says.
 */
int export_rows(struct spool_reader *reader, const struct export_ask *ask,
	int (*put)(void *ctx, const char *lines, size_t len), void *ctx,
	struct export_count *count) MUST_USE;

/* "none", "restored", "entered", "rtc", "ntp", "gps" */
const char *export_clock_word(enum time_source source);

#endif
