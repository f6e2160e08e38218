/*
 * on_line.h - the line that probe, scan and record without a daemon ask themselves.
 *
 * LINE is a line's name in the configuration, a device ("/dev/...", "usb:VID:PID") or "HOST:PORT".  A line
 * that the daemon or another program holds is never touched.
 */
#ifndef CLI_ON_LINE_H
#define CLI_ON_LINE_H

#include "bus/line.h"
#include "cli/cli.h"

struct on_line {
	struct conf *conf;      /* owned; NULL: there is none to read */
	struct line_conf *line; /* in conf; NULL: LINE is no configured line */
	char name[PORT_SPEC];   /* as people call it */
	struct port_conf where;
	struct port *port;
	struct port_reply reply; /* of the last question */
	char held[LINE_NAME];    /* what the daemon calls it, where that holds it */
};

/* Which line that is, with --baud, --parity and --stop; opens nothing.  False after words on stderr. */
bool on_line_find(struct on_line *to, const struct cli *cli, const char *word) MUST_USE;
/* Whether the daemon holds it: CLI_DONE, and `held` is its name there; CLI_ABSENT: no; CLI_FAILED after words: it does not say. */
int on_line_daemon(struct on_line *on, const struct cli *cli) MUST_USE;
/* The same of a line at its own speed, which alone the daemon asks at; CLI_ABSENT with --baud and its like. */
int on_line_daemon_asks(struct on_line *on, const struct cli *cli) MUST_USE;
/* Makes sure that nobody holds it, and opens it.  CLI_DONE, or the exit status after words. */
int on_line_open(struct on_line *to, const struct cli *cli) MUST_USE;
void on_line_close(struct on_line *to);

/*
 * One question, its bytes' time on the wire added to its timeout; a connection that was let go is opened
 * again.  As port_ask() of io/port.h.
 */
int on_line_ask(struct on_line *on, struct port_ask *ask) MUST_USE;
/* "9600 8N1"; over TCP "TCP". */
void on_line_speed(const struct port_conf *where, struct text *to);
/* A unit's number as a word; -1 after words when the line cannot have that. */
int on_line_unit(const struct on_line *on, const char *option, const char *word);

#endif
