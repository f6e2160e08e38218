/* pin.h - a PIN that a person types, and nobody else sees. */
#ifndef CLI_PIN_H
#define CLI_PIN_H

#include "cli/cli.h"
#include "operators/operators.h"

enum { PIN_ROOM = PIN_MOST + 2 };

/*
 * At a terminal: asked for twice, without echo.  Else the first line of standard input, once, with or without its end.
 * False after words about what is wrong; `pin` is then empty.
 */
bool pin_ask(const char *name, char pin[PIN_ROOM]) MUST_USE;

#endif
