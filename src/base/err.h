/*
 * err.h - the one list of errors inside waterlab.
 *
 * A function that can fail returns 0 or one of these negative values.  A library's own codes (errno,
 * EMB*, SP_*, CURLE_*, SQLITE_*) are translated in the one file that includes that library; the
 * library's own words travel beside the code, in a `struct text` or a log line, never instead of it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_USE __attribute__((warn_unused_result))

enum err {
	ERR_TIMEOUT = -1,    /* no answer within the deadline */
	ERR_NOISE = -2,      /* bytes came, but not a frame: checksum, length, wrong unit */
	ERR_EXCEPTION = -3,  /* the device answered, and the answer is "no" (Modbus exception) */
	ERR_GONE = -4,       /* the port or connection is not there any more */
	ERR_BUSY = -5,       /* held by somebody else: a port or the spool's lock */
	ERR_CONF = -6,       /* configuration or profile is wrong; the words say where */
	ERR_IO = -7,         /* the operating system said no: files, sockets */
	ERR_FULL = -8,       /* no room: card, fixed buffer, table */
	ERR_DAMAGED = -9,    /* stored bytes are not what was written */
	ERR_MEMORY = -10,    /* allocation failed; only at start */
	ERR_RANGE = -11,     /* an argument outside what the contract allows */
	ERR_STOPPED = -12,   /* asked to stop while waiting */
	ERR_ABSENT = -13,    /* nothing of that name, number or time */
	ERR_WRONG_UNIT = -14 /* a device answered, but it is not the one configured */
};

/* A short English phrase for people, e.g. "no answer in time".  Never NULL. */
const char *err_text(int err);
/* The stable word for logs and JSON, e.g. "timeout".  "ok" for 0.  Never NULL. */
const char *err_name(int err);

#endif
