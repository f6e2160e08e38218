#include "daemon/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The decimal number that is all of `s`; 0 when it is not one. */
static int64_t number_of(const char *s)
{
	int64_t v = 0;

	if (!s || !*s)
		return 0;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || v > INT64_MAX / 100)
			return 0;
		v = v * 10 + (*s - '0');
	}
	return v;
}

void notify_open(struct notify *notify, const char *socket_name, const char *watchdog_usec,
	const char *watchdog_pid)
{
	size_t len = socket_name ? strlen(socket_name) : 0;

	*notify = (struct notify){.fd = -1, .to = {.sun_family = AF_UNIX}};
	if (len < 2 || len >= sizeof(notify->to.sun_path) ||
		(socket_name[0] != '/' && socket_name[0] != '@'))
		return;
	memcpy(notify->to.sun_path, socket_name, len);
	if (socket_name[0] == '@')
		notify->to.sun_path[0] = '\0';
	notify->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify->fd >= 0 && (!watchdog_pid || number_of(watchdog_pid) == getpid()))
		notify->watchdog_ms = number_of(watchdog_usec) / 1000;
}

void notify_say(const struct notify *notify, const char *message)
{
	if (notify->fd >= 0)
		(void)!sendto(notify->fd, message, strlen(message), MSG_NOSIGNAL,
			(const struct sockaddr *)&notify->to, notify->to_len);
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}
