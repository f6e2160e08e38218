#include "cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t end_asked, resized;
static struct termios before;
static bool changed_keys, changed_screen;
static char typed[64];
static size_t n_typed;
/* Signals are let in only while waiting, so that none slips in between a look and the wait. */
static sigset_t while_waiting;

static unsigned from_environment(const char *name, unsigned otherwise)
{
	const char *s = getenv(name);
	long v = s ? strtol(s, NULL, 10) : 0;

	return v >= 20 && v <= 1000 ? (unsigned)v : otherwise;
}

unsigned terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return from_environment("COLUMNS", 80);
}

unsigned terminal_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
		return size.ws_row;
	return 24;
}

bool terminal_is_live(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

bool terminal_has_colours(void)
{
	const char *no = getenv("NO_COLOR");

	return terminal_is_live() && (!no || !*no);
}

static void on_signal(int number)
{
	if (number == SIGWINCH)
		resized = 1;
	else
		end_asked = 1;
}

void terminal_begin(bool live)
{
	static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
	struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: waiting ends */
	struct termios keys;
	sigset_t blocked;
	size_t i;

	sigemptyset(&blocked);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		sigaction(caught[i], &action, NULL);
		if (caught[i] == SIGWINCH)
			sigaddset(&blocked, caught[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &while_waiting);
	if (!live)
		return;
	signal(SIGTSTP, SIG_IGN); /* stopped, it would leave the shell on the borrowed screen */
	if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0) {
		keys = before;
		keys.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
		keys.c_cc[VMIN] = 1;
		keys.c_cc[VTIME] = 0;
		changed_keys = tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
	}
	changed_screen = true;
	fputs("\033[?1049h\033[?25l\033[2J", stdout);
	fflush(stdout);
}

void terminal_end(void)
{
	if (changed_screen) {
		fputs("\033[?25h\033[?1049l", stdout);
		fflush(stdout);
	}
	if (changed_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	changed_screen = changed_keys = false;
}

bool terminal_should_end(void)
{
	return end_asked != 0;
}

/* The first key of the bytes, and how many of them it took; keys with a name take several. */
static enum key key_of(const char *bytes, size_t n, size_t *taken)
{
	static const struct {
		const char *bytes;
		enum key key;
	} known[] = {{"q", KEY_QUIT}, {"Q", KEY_QUIT}, {"\004", KEY_QUIT}, {"k", KEY_UP},
		{"j", KEY_DOWN}, {" ", KEY_PAGE_DOWN}, {"g", KEY_HOME}, {"\033[A", KEY_UP},
		{"\033OA", KEY_UP}, {"\033[B", KEY_DOWN}, {"\033OB", KEY_DOWN},
		{"\033[5~", KEY_PAGE_UP}, {"\033[6~", KEY_PAGE_DOWN}, {"\033[H", KEY_HOME},
		{"\033OH", KEY_HOME}, {"\033[1~", KEY_HOME}};
	size_t i, len;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		len = strlen(known[i].bytes);
		if (len <= n && !memcmp(known[i].bytes, bytes, len)) {
			*taken = len;
			return known[i].key;
		}
	}
	*taken = 1;
	return KEY_NONE;
}

/* Of what was typed, the next key that means something. */
static enum key next_typed(void)
{
	enum key key = KEY_NONE;
	size_t taken;

	while (n_typed > 0 && key == KEY_NONE) {
		key = key_of(typed, n_typed, &taken);
		n_typed -= taken;
		memmove(typed, typed + taken, n_typed);
	}
	return key;
}

enum key terminal_key(int ms)
{
	struct pollfd fd = {changed_keys ? STDIN_FILENO : -1, POLLIN, 0};
	struct timespec wait = {ms / 1000, ms % 1000 * 1000000L};
	enum key key = next_typed();
	ssize_t n;
	int ready;

	if (key != KEY_NONE)
		return key;
	ready = ppoll(&fd, 1, &wait, &while_waiting);
	if (end_asked)
		return KEY_QUIT;
	if (resized) {
		resized = 0;
		return KEY_RESIZED;
	}
	if (ready <= 0)
		return KEY_NONE;
	n = read(STDIN_FILENO, typed, sizeof(typed));
	if (n == 0 || (n < 0 && errno != EINTR))
		return KEY_QUIT; /* the terminal is gone */
	n_typed = n > 0 ? (size_t)n : 0;
	return next_typed();
}
