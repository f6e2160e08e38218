/*
 * line_protocol.h - a stored row as one line of InfluxDB line protocol, ms timestamps.
 *
 *   reading,analyzer=A,context=idle,district=none,lab=L,parameter=ph,spool=S value=7.12,seq=5i,qc=1i 1700000000000
 *   event,kind=gap,lab=L,spool=S a=90i,b=99i,c=0i,seq=12i 1700000000000
 *   event,analyzer=A,kind=file_reading,lab=L,parameter=ph,spool=S a=1i,b=2i,c=0i,seq=13i,value=7.02 1700000000000
 *   summary,analyzer=A,context=idle,district=none,lab=L,parameter=ph,spool=S n=6i,n_good=6i,min=7.1,mean=7.12,max=7.2,seq=14i 1700000000000
 *
 * The last but one is of a file that a meter wrote (also file_check, file_calibration): the line's time is when it was
 * recorded, a the meter's own.  parameter and value are left out where there is none; where the row's words cannot
 * be read (model/filed.h), analyzer too.  Sample id, probe and operator stay in the van.
 * The last is a summary (model/summary.h), which has the tags of its readings, and min, mean and max where it has good
 * ones; where its words cannot be read, neither those nor any but lab and spool.  result, point: sample_lines.h;
 * lab_status: lab_lines.h.
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
