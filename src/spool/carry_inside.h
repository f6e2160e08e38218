/* carry_inside.h - what carry_out.c and carry_files.c share. */
#ifndef SPOOL_CARRY_INSIDE_H
#define SPOOL_CARRY_INSIDE_H

#include "spool/carry.h"

enum { CARRY_PATH = 800 };

/* Fills bytes and sum; from_device: what the device holds, not what is still in memory of it.  ERR_ABSENT, ERR_IO. */
int carry_sum_file(const char *path, struct carry_file *file, bool from_device) MUST_USE;
/* Puts what errno says of a file on the stick into `why`; ERR_FULL when that is it, else err. */
int carry_failed(const char *path, int err, struct text *why) MUST_USE;
/* A new file for writing: what is there under the name goes, and a link is not followed.  -1: errno says why. */
int carry_open_part(const char *path) MUST_USE;
bool carry_same_bytes(const struct carry_file *a, const struct carry_file *b);

#endif
