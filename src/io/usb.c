#include "io/usb.h"

#include <libserialport.h>
#include <stdio.h>
#include <string.h>

bool usb_is_spec(const char *where)
{
	return !strncmp(where, "usb:", 4);
}

size_t usb_list(struct usb_adapter *out, size_t most)
{
	struct sp_port **ports = NULL;
	size_t n = 0, i;

	if (sp_list_ports(&ports) != SP_OK)
		return 0;
	for (i = 0; ports[i] && n < most; i++) {
		int vid = 0, pid = 0;
		const char *serial, *path = sp_get_port_name(ports[i]);

		if (sp_get_port_transport(ports[i]) != SP_TRANSPORT_USB || !path ||
			sp_get_port_usb_vid_pid(ports[i], &vid, &pid) != SP_OK)
			continue;
		serial = sp_get_port_usb_serial(ports[i]);
		out[n].vid = (unsigned)vid;
		out[n].pid = (unsigned)pid;
		/* A serial too long to hold names nothing; the adapter can still be found by its ids. */
		if (!text_copy(out[n].serial, sizeof(out[n].serial), serial ? serial : ""))
			out[n].serial[0] = '\0';
		if (text_copy(out[n].path, sizeof(out[n].path), path))
			n++;
	}
	sp_free_port_list(ports);
	return n;
}

/* usb:VID:PID[:SERIAL], ids of 1 to 4 hexadecimal digits. */
static bool read_spec(const char *where, unsigned *vid, unsigned *pid, const char **serial)
{
	int used = 0;

	if (sscanf(where, "usb:%4x:%4x%n", vid, pid, &used) != 2 || !used)
		return false;
	*serial = where[used] == ':' ? where + used + 1 : "";
	return where[used] == '\0' || (where[used] == ':' && where[used + 1]);
}

int usb_choose(const char *where, const struct usb_adapter *adapters, size_t n,
	const struct usb_adapter **out, struct text *why)
{
	const char *serial = "";
	unsigned vid = 0, pid = 0, found = 0;
	size_t i;

	if (!read_spec(where, &vid, &pid, &serial)) {
		text_printf(why,
			"\"%s\" is no adapter: write usb:VID:PID or usb:VID:PID:SERIAL with the "
			"hexadecimal ids that lsusb shows",
			where);
		return ERR_CONF;
	}
	for (i = 0; i < n; i++) {
		if (adapters[i].vid != vid || adapters[i].pid != pid)
			continue;
		if (*serial && strcmp(adapters[i].serial, serial) != 0)
			continue;
		*out = &adapters[i];
		found++;
	}
	if (found == 1)
		return 0;
	if (!found) {
		text_printf(why, "no adapter %s is plugged in", where);
		return ERR_GONE;
	}
	text_printf(why,
		"%u adapters are %s: add the serial number (usb:VID:PID:SERIAL), or name the "
		"socket "
		"with its /dev/serial/by-path/ link",
		found, where);
	return ERR_CONF;
}
