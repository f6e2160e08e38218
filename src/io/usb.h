/*
 * usb.h - a serial adapter by what it is, not by the number it got this time.
 */
#ifndef IO_USB_H
#define IO_USB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

enum { USB_SERIAL = 64, USB_PATH = 160, MOST_ADAPTERS = 64 };

struct usb_adapter {
	unsigned vid, pid;
	char serial[USB_SERIAL]; /* "": it has none */
	char path[USB_PATH];     /* "/dev/ttyUSB3" */
};

/* True when `where` has the form usb:VID:PID[:SERIAL], well or badly written. */
bool usb_is_spec(const char *where);

/* The USB serial adapters there are now.  Returns how many were stored. */
size_t usb_list(struct usb_adapter *out, size_t most);

/*
 * The one adapter of `n` that `where` means.  ERR_GONE: none; ERR_CONF: the words are wrong, or more
 * than one fits; `why` then names the remedy.  Pure.
 */
int usb_choose(const char *where, const struct usb_adapter *adapters, size_t n,
	const struct usb_adapter **out, struct text *why) MUST_USE;

#endif
