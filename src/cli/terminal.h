/*
 * terminal.h - the terminal that a live view borrows and gives back: its alternate screen, its size, its
 * keys.  SIGINT, SIGTERM and SIGHUP end the view in order; SIGWINCH only wakes it.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

enum key {
	KEY_NONE,
	KEY_QUIT,
	KEY_UP,
	KEY_DOWN,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_RESIZED
};

/* Columns of standard output: the terminal's, $COLUMNS, or 80.  Rows: 24 when nobody says. */
unsigned terminal_columns(void);
unsigned terminal_rows(void);
/* Standard output is a terminal that understands more than plain lines. */
bool terminal_is_live(void);
/* The same, and NO_COLOR is not set. */
bool terminal_has_colours(void);

/* Catches the signals; with `live` also switches to the alternate screen and to single keys. */
void terminal_begin(bool live);
/* Everything as it was. */
void terminal_end(void);
/* A signal asked to end. */
bool terminal_should_end(void);
/* The next key within `ms`, or KEY_NONE; KEY_QUIT for q and when a signal asked to end. */
enum key terminal_key(int ms);

#endif
