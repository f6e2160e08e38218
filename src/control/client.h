/* client.h - one connection, seen from the daemon.  Private to control. */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include "control/control.h"

struct control_client {
	int fd;      /* non-blocking */
	int stop_fd; /* becomes readable when the daemon stops */
};

/* Reads one question, answers it by its command.  Returns when the connection may be closed. */
void client_serve(struct control_client *client, const struct control_command *commands, void *ctx);

#endif
