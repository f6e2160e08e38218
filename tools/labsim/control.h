/*
 * control.h - commands from outside: a Unix socket, and standard input if asked for.  Those that begin with
 * "gps" are the receiver's.
 *
 * One command a line.  Answered with "ok" or "error: ..." on a line of its own; "status" first says how
 * every unit is, "help" which faults there are; "quit" ends labsim.
 */
#ifndef LABSIM_CONTROL_H
#define LABSIM_CONTROL_H

#include "gps.h"
#include "lab.h"

enum { MOST_CALLERS = 8 };

struct caller {
	int fd; /* -1: free */
	char line[256];
	size_t len;
};

struct control {
	struct lab *lab;
	struct gps *gps; /* NULL: there is no receiver */
	int listener;    /* -1: none */
	char path[108];
	bool quit; /* somebody said so */
	struct caller callers[MOST_CALLERS];
};

/* path NULL: no socket.  A stale socket file is replaced.  gps NULL: there is no receiver. */
int control_open(struct control *control, struct lab *lab, struct gps *gps, const char *path,
	bool with_stdin, struct text *why) MUST_USE;
/* Waits at most `ms` or until `wake` (a signalfd) is readable, and serves who came. */
void control_wait(struct control *control, int wake, int ms);
void control_close(struct control *control);
/* The other side: sends each command and prints the answers; the exit status. */
int control_send(const char *path, char **commands, int n);
/* What --help and "help" say about the faults. */
void control_put_faults(struct text *to);

#endif
