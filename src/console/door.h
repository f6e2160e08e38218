/*
 * door.h - who is at the page: PINs asked for, sessions that last while somebody is there.
 *
 * All of it is in memory: after a restart everybody gives their PIN again, and wrong ones are forgotten.
 */
#ifndef CONSOLE_DOOR_H
#define CONSOLE_DOOR_H

#include "base/clock.h"
#include "console/tries.h"
#include "operators/operators.h"

enum {
	MOST_SESSIONS = 32, /* one more ends the one that was longest without a touch */
	SESSION_KEY = 65    /* 32 random bytes in hexadecimal, and the NUL */
};

enum door_kind {
	DOOR_OPEN, /* no operators are configured: names are as they are typed */
	DOOR_LOOK, /* it is not known whether there are: everybody looks, nobody changes anything */
	DOOR_PIN   /* who comes in has given a PIN */
};

struct door_conf {
	enum door_kind kind;
	const char *operators; /* the file; with DOOR_PIN */
	unsigned idle_min;
};

struct visitor {
	char name[OPERATOR_NAME]; /* "": nobody */
	enum role role;
};

struct door;

/* The configuration's words are copied; the clock outlives the door.  ERR_MEMORY. */
int door_make(struct door **out, const struct door_conf *conf, const struct clock *clock) MUST_USE;
void door_free(struct door *door);

enum door_kind door_kind(const struct door *door);

/*
 * The operators as they stand in the file now.  False with words in `why`: it cannot be read, and nobody comes in, nor
 * stays.
 */
bool door_operators(struct door *door, struct operators *out, struct text *why) MUST_USE;

/* Whose session `key` (NULL: none) is; nobody's when it ended, or when that operator's line in the file changed. */
struct visitor door_visitor(struct door *door, const char *key);
/* They are still there: the time without a touch begins anew. */
void door_touch(struct door *door, const char *key);
void door_leave(struct door *door, const char *key);

/*
 * A PIN is given.  0, a new session's key and who it is; or the HTTP status with words in `why`: 401, it is not the PIN
 * (or there is no such operator: the words are the same); 429, too many were tried (tries.h): this one is not looked
 * at, and *wait_s seconds are to wait; 503, the file of operators cannot be read.
 */
unsigned door_enter(struct door *door, const char *name, const char *pin, char key[SESSION_KEY],
	struct visitor *who, unsigned *wait_s, struct text *why);

#endif
