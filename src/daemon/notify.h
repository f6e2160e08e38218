/* notify.h - what systemd is told: one datagram a message to $NOTIFY_SOCKET (sd_notify(3), by hand). */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd; /* -1: nobody wants to know */
	struct sockaddr_un to;
	socklen_t to_len;
	int64_t watchdog_ms; /* WATCHDOG=1 is wanted within so much; 0: not wanted */
};

/*
 * socket: $NOTIFY_SOCKET ("/path" or "@abstract"), NULL: none.  watchdog_usec, watchdog_pid:
 * $WATCHDOG_USEC and $WATCHDOG_PID, NULL: none.
 */
void notify_open(struct notify *notify, const char *socket, const char *watchdog_usec,
	const char *watchdog_pid);
/* One message, e.g. "READY=1\nSTATUS=...".  Never blocks; a manager that is away is no error. */
void notify_say(const struct notify *notify, const char *message);
void notify_close(struct notify *notify);

#endif
