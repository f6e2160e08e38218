/*
 * served.h - labsim's own record of what it served: CSV, one row a value, flushed after every answer.
 *
 *   wall_ns,boot_ns,line,unit,function,address,parameter,value,outcome,flags
 *
 * The times are of the answer's last byte.  `value` is what the registers say, in the shortest decimals
 * that are exactly it (base/number.h); empty where they say none.  An answer without any whole value
 * (identity, status, an exception) is one row with no parameter, at the question's address.  `flags` are the
 * words of model/flags.h, for units that are played from a driver's cases.
 */
#ifndef LABSIM_SERVED_H
#define LABSIM_SERVED_H

#include "lab.h"

struct served;

/* NULL, with words in `why`, when the file cannot be made.  path NULL: a record that keeps nothing. */
struct served *served_open(const char *path, struct text *why);
/* Safe from any thread. */
void served_put(struct served *served, const char *line, const struct lab_answer *answer,
	enum fault_kind outcome);
void served_close(struct served *served);

#endif
