#include "cli/pin.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line of standard input, byte by byte: what stands behind it is somebody else's.  False: none, or too long. */
static bool read_line(char *to, size_t cap)
{
	size_t n = 0;
	ssize_t got;
	char c = '\0';

	while ((got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
		if (n + 1 < cap)
			to[n++] = c;
		else
			return false;
	to[n] = '\0';
	return got >= 0;
}

/* The terminal echoes again whatever becomes of this: the signals of its keys wait until it does. */
static bool read_unseen(const char *question, char *to, size_t cap)
{
	struct termios before, unseen;
	sigset_t keys, mask;
	bool is_read;

	if (tcgetattr(STDIN_FILENO, &before))
		return false;
	sigemptyset(&keys);
	sigaddset(&keys, SIGINT);
	sigaddset(&keys, SIGQUIT);
	sigaddset(&keys, SIGTSTP);
	sigprocmask(SIG_BLOCK, &keys, &mask);
	unseen = before;
	unseen.c_lflag &= ~(tcflag_t)ECHO;
	is_read = tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) == 0;
	fputs(question, stderr);
	is_read = is_read && read_line(to, cap);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return is_read;
}

bool pin_ask(const char *name, char pin[PIN_ROOM])
{
	char words[128], again[PIN_ROOM];
	struct text why = text_over(words, sizeof(words));
	bool person = isatty(STDIN_FILENO), is_read;

	if (person)
		fprintf(stderr, "%d to %d digits, for %s alone to know.\n", PIN_LEAST, PIN_MOST,
			name);
	is_read = person ? read_unseen("PIN: ", pin, PIN_ROOM) : read_line(pin, PIN_ROOM);
	if (!is_read)
		*pin = '\0';
	if (!pin_fits(pin, &why)) {
		/* nothing that was typed */
	} else if (person &&
		   (!read_unseen("Once more: ", again, sizeof(again)) || strcmp(pin, again) != 0)) {
		text_put(&why, "those were two different PINs; nothing is changed");
	} else {
		explicit_bzero(again, sizeof(again));
		return true;
	}
	explicit_bzero(pin, PIN_ROOM);
	fprintf(stderr, "waterlab: %s\n", words);
	return false;
}
