#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/control.h"

enum {
	SILENCE_S = 30,          /* the daemon's longest pause inside an answer, and then some */
	FIRST_ROOM = 64 * 1024,  /* bytes; grows with the longest line */
	LONGEST_LINE = 16 << 20, /* bytes of one answer line that are taken */
	QUESTION = CONTROL_REQUEST
};

static int open_connection(const char *path, int *out, struct text *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval silence = {.tv_sec = SILENCE_S};
	int fd, no;

	if (!text_copy(address.sun_path, sizeof(address.sun_path), path)) {
		text_printf(why, "%s: too long for a socket's path", path);
		return ERR_CONF;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		text_printf(why, "socket: %s", strerror(errno));
		return ERR_IO;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		*out = fd;
		return 0;
	}
	no = errno;
	close(fd);
	if (no == ENOENT || no == ECONNREFUSED || no == ENOTDIR || no == ENOTSOCK) {
		text_printf(why,
			"no daemon answers at %s: is waterlabd running? (systemctl status "
			"waterlabd)",
			path);
		return ERR_ABSENT;
	}
	if (no == EACCES || no == EPERM)
		text_printf(why,
			"%s: %s: only the socket's owner and group may ask (ls -l shows them)",
			path, strerror(no));
	else
		text_printf(why, "%s: %s", path, strerror(no));
	return no == EAGAIN ? ERR_TIMEOUT : ERR_IO;
}

static void send_question(int fd, const char *question, size_t len)
{
	ssize_t n;

	/* A daemon that refuses at once closes before it has read: its words wait to be read. */
	while (len > 0) {
		n = send(fd, question, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		question += n;
		len -= (size_t)n;
	}
}

struct incoming {
	char *at;
	size_t have, room;
};

/* Hands out every whole line and keeps what is left. */
static int hand_out(struct incoming *in, size_t fresh,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx)
{
	size_t start = 0, from = in->have - fresh;
	char *end;
	int err;

	while ((end = memchr(in->at + from, '\n', in->have - from))) {
		*end = '\0';
		err = each(ctx, in->at + start, (size_t)(end - (in->at + start)));
		if (err)
			return err;
		start = from = (size_t)(end - in->at) + 1;
	}
	memmove(in->at, in->at + start, in->have - start);
	in->have -= start;
	return 0;
}

static int grow(struct incoming *in)
{
	size_t room = in->room ? in->room * 2 : FIRST_ROOM;
	char *at;

	if (in->have < in->room)
		return 0;
	if (room > LONGEST_LINE)
		return ERR_FULL;
	at = realloc(in->at, room);
	if (!at)
		return ERR_MEMORY;
	in->at = at;
	in->room = room;
	return 0;
}

static int read_answer(int fd, const char *path, struct incoming *in,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx, struct text *why)
{
	ssize_t n;
	int err;

	for (;;) {
		err = grow(in);
		if (err) {
			text_printf(why, "%s: an answer line without an end", path);
			return err;
		}
		n = recv(fd, in->at + in->have, in->room - in->have, 0);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			break;
		if (n < 0 && errno == EINTR)
			return ERR_STOPPED;
		if (n < 0 && errno == EAGAIN) {
			text_printf(why,
				"the daemon at %s took the question and gives no answer within %d "
				"s (journalctl -u waterlabd)",
				path, SILENCE_S);
			return ERR_TIMEOUT;
		}
		if (n < 0) {
			text_printf(why, "%s: %s", path, strerror(errno));
			return ERR_IO;
		}
		in->have += (size_t)n;
		err = hand_out(in, (size_t)n, each, ctx);
		if (err)
			return err;
	}
	if (in->have == 0)
		return 0;
	text_printf(why, "%s: the daemon went away within its answer", path);
	return ERR_IO;
}

int control_ask(const char *path, const json_t *request,
	int (*each)(void *ctx, const char *line, size_t len), void *ctx, struct text *why)
{
	struct incoming in = {0};
	char question[QUESTION];
	size_t len = json_dumpb(request, question, sizeof(question) - 1, JSON_COMPACT);
	int fd, err;

	if (len == 0 || len > sizeof(question) - 1) {
		text_put(why, "the question is too long");
		return ERR_RANGE;
	}
	question[len++] = '\n';
	err = open_connection(path, &fd, why);
	if (err)
		return err;
	send_question(fd, question, len);
	err = read_answer(fd, path, &in, each, ctx, why);
	free(in.at);
	close(fd);
	return err;
}
