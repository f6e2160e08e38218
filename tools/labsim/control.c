#include "control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "bus/decode.h"

enum { ANSWER = 16384 };

void control_put_faults(struct text *to)
{
	static const char *const arguments[] = {[ARGUMENT_NONE] = "",
		[ARGUMENT_MS] = " DURATION",
		[ARGUMENT_NUMBER] = " CODE",
		[ARGUMENT_PARAMETER] = " PARAMETER",
		[ARGUMENT_STATUS] = " STATE"};
	char words[64];
	int i;

	text_put(to,
		"TARGET FAULT [ARGUMENT] [DURATION] [p=CHANCE] [n=TIMES], e.g. "
		"\"ph-1 late 700ms 10s p=0.1\".\nTARGET is a unit, a line (all its units) or "
		"\"all\".  p= and n= hold for the faults of one answer (mute to wrong-count).\n"
		"STATE is one of");
	for (i = 0; decode_effect_word((unsigned)i); i++)
		text_printf(to, "%s %s", i ? "," : "", decode_effect_word((unsigned)i));
	text_put(to, ".\n");
	for (i = 0; i < FAULT_COUNT; i++) {
		struct text head = text_over(words, sizeof(words));

		if (fault_words[i].scope == SCOPE_FOUND)
			continue;
		text_printf(&head, "%s%s", fault_words[i].name, arguments[fault_words[i].argument]);
		text_printf(to, "  %-28s %s%s\n", words, fault_words[i].help,
			fault_words[i].scope == SCOPE_LINE && i != FAULT_OK ? " (lines only)" : "");
	}
	gps_put_faults(to);
}

static int name_socket(struct sockaddr_un *where, const char *path, struct text *why)
{
	*where = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (text_copy(where->sun_path, sizeof(where->sun_path), path))
		return 0;
	text_printf(why, "%s: too long for a socket's name", path);
	return ERR_RANGE;
}

static int start_listening(struct control *control, const char *path, struct text *why)
{
	struct sockaddr_un where;
	int rc = name_socket(&where, path, why);

	if (rc)
		return rc;
	control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->listener >= 0 &&
		!connect(control->listener, (struct sockaddr *)&where, sizeof(where))) {
		text_printf(why, "%s: another labsim listens there", path);
		return ERR_BUSY;
	}
	if (errno == ECONNREFUSED)
		unlink(path);
	if (control->listener < 0 ||
		bind(control->listener, (struct sockaddr *)&where, sizeof(where)) ||
		listen(control->listener, MOST_CALLERS)) {
		text_printf(why, "%s: %s", path, strerror(errno));
		return ERR_IO;
	}
	text_copy(control->path, sizeof(control->path), path);
	return 0;
}

int control_open(struct control *control, struct lab *lab, struct gps *gps, const char *path,
	bool with_stdin, struct text *why)
{
	int i;

	*control = (struct control){.lab = lab, .gps = gps, .listener = -1};
	for (i = 0; i < MOST_CALLERS; i++)
		control->callers[i].fd = -1;
	if (with_stdin)
		control->callers[0].fd = STDIN_FILENO;
	return path ? start_listening(control, path, why) : 0;
}

void control_close(struct control *control)
{
	int i;

	for (i = 0; i < MOST_CALLERS; i++)
		if (control->callers[i].fd > STDIN_FILENO)
			close(control->callers[i].fd);
	if (control->listener >= 0)
		close(control->listener);
	if (control->path[0])
		unlink(control->path);
}

/* To whom it is said: the receiver, or the lab's lines and units. */
static int command(struct control *control, const char *line, int64_t now, struct text *why)
{
	if (strncmp(line, "gps ", 4) != 0)
		return lab_command(control->lab, line, now, why);
	if (control->gps)
		return gps_command(control->gps, line + 4, now, why);
	text_put(why, "there is no receiver: start labsim with --gps");
	return ERR_ABSENT;
}

static void show_status(struct control *control, int64_t now, struct text *answer)
{
	lab_status(control->lab, now, answer);
	if (control->gps)
		gps_status(control->gps, now, answer);
}

static void obey(struct control *control, const char *line, struct text *answer)
{
	int64_t now = clock_boot_ns(&clock_system);
	char words[200];
	struct text why = text_over(words, sizeof(words));

	if (!line[strspn(line, " \t\r")] || line[0] == '#')
		return;
	if (!strcmp(line, "status"))
		show_status(control, now, answer);
	else if (!strcmp(line, "help"))
		control_put_faults(answer);
	else if (!strcmp(line, "quit"))
		control->quit = true;
	else if (command(control, line, now, &why)) {
		text_printf(answer, "error: %s\n", words);
		return;
	}
	text_put(answer, "ok\n");
}

static void answer_caller(struct control *control, struct caller *caller)
{
	char room[ANSWER];
	struct text answer = text_over(room, sizeof(room));
	char *end;
	ssize_t n = read(
		caller->fd, caller->line + caller->len, sizeof(caller->line) - 1 - caller->len);

	if (n <= 0 || caller->len + (size_t)n == sizeof(caller->line) - 1) {
		if (caller->fd > STDIN_FILENO)
			close(caller->fd);
		*caller = (struct caller){.fd = -1};
		return;
	}
	caller->len += (size_t)n;
	caller->line[caller->len] = '\0';
	while ((end = strchr(caller->line, '\n'))) {
		*end++ = '\0';
		obey(control, caller->line, &answer);
		caller->len = strlen(end);
		memmove(caller->line, end, caller->len + 1);
	}
	if (caller->fd == STDIN_FILENO)
		fputs(room, stderr);
	else if (answer.len && send(caller->fd, room, answer.len, MSG_NOSIGNAL) < 0)
		return;
}

/* NULL: who comes now waits until one of them goes. */
static struct caller *free_caller(struct control *control)
{
	struct caller *caller = control->callers;

	while (caller < control->callers + MOST_CALLERS && caller->fd >= 0)
		caller++;
	return caller < control->callers + MOST_CALLERS ? caller : NULL;
}

void control_wait(struct control *control, int wake, int ms)
{
	struct pollfd at[MOST_CALLERS + 2];
	struct caller *caller;
	int i;

	for (i = 0; i < MOST_CALLERS; i++)
		at[i] = (struct pollfd){.fd = control->callers[i].fd, .events = POLLIN};
	caller = free_caller(control);
	at[MOST_CALLERS] = (struct pollfd){.fd = caller ? control->listener : -1, .events = POLLIN};
	at[MOST_CALLERS + 1] = (struct pollfd){.fd = wake, .events = POLLIN};
	if (poll(at, MOST_CALLERS + 2, ms) <= 0)
		return;
	for (i = 0; i < MOST_CALLERS; i++)
		if (at[i].revents)
			answer_caller(control, &control->callers[i]);
	if (caller && at[MOST_CALLERS].revents)
		caller->fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
}

/* Prints what comes until the line "ok" (true) or one that begins with "error". */
static bool read_answer(FILE *from, bool *ok)
{
	char line[512];

	while (fgets(line, sizeof(line), from)) {
		*ok = !strcmp(line, "ok\n");
		if (!*ok)
			fputs(line, stdout);
		if (*ok || !strncmp(line, "error", 5))
			return true;
	}
	return false;
}

int control_send(const char *path, char **commands, int n)
{
	struct sockaddr_un where;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), i, status = 0;
	FILE *stream = fd >= 0 ? fdopen(fd, "r+") : NULL;
	bool ok = false;

	if (!stream || name_socket(&where, path, &why) ||
		connect(fd, (struct sockaddr *)&where, sizeof(where))) {
		fprintf(stderr, "labsim: %s: %s\n", path, why.len ? words : strerror(errno));
		status = 2;
	}
	for (i = 0; i < n && !status; i++) {
		fprintf(stream, "%s\n", commands[i]);
		fflush(stream);
		if (!read_answer(stream, &ok)) {
			fprintf(stderr, "labsim: %s: it ended before it answered\n", path);
			status = 2;
		} else if (!ok) {
			status = 1;
		}
	}
	if (stream)
		fclose(stream);
	return status;
}
