/*
 * line_protocol.h - a stored row as one line of InfluxDB line protocol, ms timestamps.
 *
 *   reading,analyzer=A,context=idle,district=none,lab=L,parameter=ph,spool=S value=7.12,seq=5i,qc=1i 1700000000000
 *
 * Tags sorted, names escaped once and cached per series.  A field is left out when it says the ordinary
 * (README, "What is sent").  Nothing that can change later is a tag; no strings are fields; no NaN.
 * The same row gives the same bytes at every resend.
 */
#ifndef UPLINK_LINE_PROTOCOL_H
#define UPLINK_LINE_PROTOCOL_H

#include "base/text.h"
#include "spool/reader.h"

/* LINE_LAB: bytes of the longest lab name or spool id, the NUL included. */
enum { LINE_LONGEST = 768, LINE_LAB = 32 };

/* Which readings take their coordinates along: where the van drives is its crew's safety. */
enum line_positions { POSITIONS_SAMPLES = 0, POSITIONS_ALWAYS = 1 };

struct line_encoder; /* caches prefixes of one reader's series; belongs to one thread */

/* NULL when there is no memory or a name is longer than LINE_LAB allows. */
struct line_encoder *line_encoder_new(
	const char *lab, const char *spool_id, enum line_positions positions);
void line_encoder_free(struct line_encoder *encoder);
/*
 * Appends the row's line with its newline.  False, and nothing put, when it does not fit, has no time, or
 * is of a kind this version does not know.
 */
bool line_encode(struct line_encoder *encoder, struct text *to, const struct spool_row *row);

/* Escapes for a tag key or value (comma, equals, space; control bytes and a trailing backslash become _). */
void line_put_tag(struct text *to, const char *s);

#endif
