/* commands.h - what can be asked on the control socket; README.md describes questions and answers. */
#ifndef DAEMON_COMMANDS_H
#define DAEMON_COMMANDS_H

#include "control/control.h"

/* Ends with a NULL name; their ctx is a struct parts. */
extern const struct control_command commands[];

#endif
