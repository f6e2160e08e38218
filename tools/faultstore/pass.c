#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "store.h"

bool send_all(int fd, const char *at, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		n -= (size_t)sent;
	}
	return true;
}

static int connect_behind(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool read_to_end(int fd, struct passed *answer)
{
	ssize_t got;

	answer->len = 0;
	for (;;) {
		if (answer->cap - answer->len < 4096) {
			char *more = realloc(answer->at, answer->cap + 65536);

			if (!more)
				return false;
			answer->at = more;
			answer->cap += 65536;
		}
		got = recv(fd, answer->at + answer->len, answer->cap - answer->len, 0);
		if (got <= 0)
			return got == 0;
		answer->len += (size_t)got;
	}
}

/* "Connection: close" was our wish, so that the answer ends; the client did not ask for it. */
static void keep_alive(struct passed *answer)
{
	static const char close_line[] = "\r\nConnection: close";
	char *end = memmem(answer->at, answer->len, "\r\n\r\n", 4);
	char *at = memmem(answer->at, answer->len, close_line, sizeof(close_line) - 1);

	if (!end || !at || at > end)
		return;
	answer->len -= sizeof(close_line) - 1;
	memmove(at, at + sizeof(close_line) - 1, answer->len - (size_t)(at - answer->at));
}

bool pass_on(uint16_t port, const char *head, size_t head_len, const char *body, size_t n, bool cut,
	struct passed *answer)
{
	static const char close_line[] = "Connection: close\r\n\r\n";
	int fd = connect_behind(port);
	bool ok;

	if (fd < 0)
		return false;
	/* Its last two bytes, the empty line, come again with ours. */
	ok = send(fd, head, head_len - 2, MSG_NOSIGNAL | MSG_MORE) == (ssize_t)head_len - 2 &&
	     send(fd, close_line, sizeof(close_line) - 1, MSG_NOSIGNAL | MSG_MORE) > 0 &&
	     send_all(fd, body, n) && (!cut || !shutdown(fd, SHUT_WR)) && read_to_end(fd, answer) &&
	     answer->len;
	close(fd);
	if (ok)
		keep_alive(answer);
	return ok;
}
