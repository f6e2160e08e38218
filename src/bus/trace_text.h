/*
 * trace_text.h - exchanges with an analyzer as text that a person can write from a manual, and read.
 *
 *     # a comment
 *     driver: atlas-ezo          what it is of, and where it is from: KEY: WORDS
 *     > "R\r"                    the question: hexadecimal bytes and "text" with \r \n \t \" \\ \xHH
 *     < 02 "7.02" 0D             what came; left out where nothing did
 *     = ph 7.02 [pH]             what the driver makes of it (replay.h); lines with = ? and ! are not read
 *
 * With Modbus both are PDUs: no unit, no checksum.  A talker's messages have no question, and
 * of a meter's file each line, without its end, is one.
 */
#ifndef BUS_TRACE_TEXT_H
#define BUS_TRACE_TEXT_H

#include <stdio.h>

#include "base/err.h"
#include "base/text.h"

enum { TRACE_BYTES = 512 };

struct trace_exchange {
	unsigned line, last; /* its first and last in the text, from 1 */
	bool asked, answered;
	size_t n_question, n_answer;
	uint8_t question[TRACE_BYTES], answer[TRACE_BYTES];
};

struct trace_text {
	size_t n;
	struct trace_exchange *exchanges; /* owned */
	char driver[32], address[8];      /* of the keys; "" where they are not */
	bool has_source, recorded;        /* it is "source: recorded ...", from a real device */
};

/* ERR_CONF with words ("NAME:LINE: ...") for what cannot be read; ERR_MEMORY. */
int trace_text_read(struct trace_text *out, const char *name, const char *text, size_t len,
	struct text *why) MUST_USE;
void trace_text_free(struct trace_text *text);

/* "> 03 00 00 00 02\n": as text where nearly all of it is, unless `hex`. */
void trace_text_print(FILE *to, char mark, const uint8_t *bytes, size_t len, bool hex);

#endif
