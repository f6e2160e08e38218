/*
 * log.h - the daemon's log: one line an event, to stderr, with journald's priority prefix.
 *
 * Edges, not levels: a fault is said when it begins, counted while it lasts, said again every ten
 * minutes with the count, and said once when it ends.  A dead analyzer must not fill the card.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_ERROR = 3, LOG_WARN = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

/* Lines above `level` are not written.  With `journal`, each line starts with "<n>". */
void log_open(enum log_level level, bool journal);
bool log_wants(enum log_level level);

/* `room` is the subsystem ("bus", "spool", "uplink"); safe from any thread. */
__attribute__((format(printf, 3, 4))) void log_say(
	enum log_level level, const char *room, const char *fmt, ...);

/* One condition that can begin and end.  Zero-initialise.  Owned by one thread. */
struct log_edge {
	int64_t since_ms; /* boot time when it began; meaningful while lost */
	int64_t said_ms;
	uint64_t times; /* how often it was reported since it began */
	bool lost;
};

/* The fault is there (again).  Says it the first time and every ten minutes. */
__attribute__((format(printf, 4, 5))) void log_lost(
	struct log_edge *edge, int64_t now_ms, const char *room, const char *fmt, ...);
/* It is well.  Says so, with how long it lasted, only if it had been lost. */
__attribute__((format(printf, 4, 5))) void log_back(
	struct log_edge *edge, int64_t now_ms, const char *room, const char *fmt, ...);

#endif
