#include "control/client.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "control/request.h"

enum { WORDS = 1024 };

/* Waits for `events` on the connection until boot time `until_ms`.  ERR_TIMEOUT, ERR_STOPPED. */
static int wait_for(const struct control_client *client, short events, int64_t until_ms)
{
	struct pollfd fds[2] = {{client->fd, events, 0}, {client->stop_fd, POLLIN, 0}};
	int64_t left_ms = until_ms - clock_boot_ms(&clock_system);
	int n;

	if (left_ms <= 0)
		return ERR_TIMEOUT;
	n = poll(fds, 2, (int)left_ms);
	if (n < 0)
		return errno == EINTR ? 0 : ERR_IO;
	if (fds[1].revents)
		return ERR_STOPPED;
	if (n == 0)
		return ERR_TIMEOUT;
	/* A client that closed only its sending side still reads. */
	return events != POLLIN && fds[0].revents & (POLLHUP | POLLERR) ? ERR_GONE : 0;
}

int control_send(struct control_client *client, const char *line, size_t len)
{
	int64_t until_ms = clock_boot_ms(&clock_system) + CONTROL_WAIT_MS;
	struct iovec parts[2] = {{(void *)(uintptr_t)line, len}, {"\n", 1}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t n;
	size_t k;
	int err;

	while (parts[0].iov_len + parts[1].iov_len > 0) {
		n = sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return ERR_GONE;
		for (k = 0; k < 2 && n > 0; k++) {
			size_t taken = (size_t)n < parts[k].iov_len ? (size_t)n : parts[k].iov_len;

			parts[k].iov_base = (char *)parts[k].iov_base + taken;
			parts[k].iov_len -= taken;
			n -= (ssize_t)taken;
		}
		if (n >= 0)
			continue;
		err = wait_for(client, POLLOUT, until_ms);
		if (err)
			return err;
	}
	return 0;
}

int control_send_json(struct control_client *client, const json_t *answer)
{
	/* 15 digits: every decimal an analyzer shows prints as it is, 7.12 and not 7.1200000000000001. */
	char *line = json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(15));
	int err;

	if (!line)
		return ERR_MEMORY;
	err = control_send(client, line, strlen(line));
	free(line);
	return err;
}

int control_send_new(struct control_client *client, json_t *answer)
{
	int err = answer ? control_send_json(client, answer) : ERR_MEMORY;

	json_decref(answer);
	return err;
}

int control_send_end(struct control_client *client)
{
	static const char end[] = "{\"end\":true,\"error\":null}";

	return control_send(client, end, sizeof(end) - 1);
}

int control_refuse(struct control_client *client, const char *fmt, ...)
{
	char words[WORDS];
	json_t *answer;
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	/* Outside words may be no UTF-8, or were cut inside a character: JSON takes neither. */
	answer = json_pack("{s:s}", "error", words);
	if (!answer)
		answer = json_pack("{s:s}", "error", "refused, in words that are no UTF-8");
	return control_send_new(client, answer);
}

void control_who(const struct control_client *client, char *to, size_t cap)
{
	struct text who = text_over(to, cap);
	struct passwd user, *found = NULL;
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t len = sizeof(peer);
	char room[1024];

	if (getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		text_put(&who, "somebody");
	else if (getpwuid_r(peer.uid, &user, room, sizeof(room), &found) == 0 && found)
		text_put(&who, user.pw_name);
	else
		text_printf(&who, "user %lu", (unsigned long)peer.uid);
}

int control_pause(struct control_client *client, unsigned ms)
{
	int64_t until_ms = clock_boot_ms(&clock_system) + ms;
	int err;

	do
		err = wait_for(client, 0, until_ms);
	while (err == 0);
	return err == ERR_TIMEOUT ? 0 : err;
}

/* One line, or what came before the client closed its sending side.  Returns its length or an error. */
static ssize_t read_line(struct control_client *client, char *line)
{
	int64_t until_ms = clock_boot_ms(&clock_system) + CONTROL_WAIT_MS;
	size_t have = 0;
	const char *end;
	ssize_t n;
	int err;

	while (have < CONTROL_REQUEST) {
		n = recv(client->fd, line + have, CONTROL_REQUEST - have, MSG_DONTWAIT);
		if (n == 0)
			return have ? (ssize_t)have : ERR_GONE;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return ERR_GONE;
		if (n > 0) {
			end = memchr(line + have, '\n', (size_t)n);
			have += (size_t)n;
			if (end)
				return end - line;
			continue;
		}
		err = wait_for(client, POLLIN, until_ms);
		if (err)
			return err;
	}
	return ERR_FULL;
}

static int answer(struct control_client *client, const struct control_command *commands, void *ctx,
	const char *line, size_t len)
{
	const struct control_command *command;
	char words[WORDS];
	struct text why = text_over(words, sizeof(words));
	json_t *request = request_parse(line, len, &why);
	int err;

	if (!request)
		return control_refuse(client, "%s", words);
	command = request_command(request, commands, &why);
	if (command)
		err = command->run(ctx, request, client);
	else
		err = control_refuse(client, "%s", words);
	json_decref(request);
	if (err == 0 || err == ERR_GONE || err == ERR_TIMEOUT || err == ERR_STOPPED)
		return err;
	return control_refuse(client, "%s", err_text(err));
}

void client_serve(struct control_client *client, const struct control_command *commands, void *ctx)
{
	char line[CONTROL_REQUEST];
	ssize_t len = read_line(client, line);
	int err = 0;

	if (len >= 0)
		err = answer(client, commands, ctx, line, (size_t)len);
	else if (len == ERR_FULL)
		err = control_refuse(
			client, "the question is longer than %d bytes", CONTROL_REQUEST);
	else if (len == ERR_TIMEOUT)
		err = control_refuse(
			client, "no question came within %d s", CONTROL_WAIT_MS / 1000);
	if (err)
		return; /* the client went away or did not read: there is nobody to tell */
}
