/* The table of the technician's page. */
#include "conf/keys.h"

static const struct schema_key console_keys[] = {
	{.key = "listen",
		.help = "The address (IPv4) where waterlab-console shows the technician's page. "
			"One "
			"of "
			"127.0.0.0/8: to this machine only. Another, as the van's own in its "
			"network, or "
			"0.0.0.0 for all: only with certificate, key, hosts and operators.",
		.kind = SCHEMA_TEXT,
		AT(struct console_conf, listen),
		.preset = "127.0.0.1"},
	{.key = "certificate",
		.help = "The certificate (PEM, with what it was signed by behind it) for https. "
			"Empty: http, on this machine only.",
		.kind = SCHEMA_TEXT,
		AT(struct console_conf, certificate),
		.preset = ""},
	{.key = "key",
		.help = "Its private key (PEM), for waterlab-console alone to read.",
		.kind = SCHEMA_TEXT,
		AT(struct console_conf, key),
		.preset = ""},
	{.key = "hosts",
		.help = "By which names and addresses a browser may call the page, between commas: "
			"\"van-3.lan, 192.168.8.2\". This machine's own (127.0.0.1, localhost) "
			"always "
			"may.",
		.kind = SCHEMA_TEXT,
		AT(struct console_conf, hosts),
		.preset = ""},
	{.key = "port",
		.help = "Its port, as in http://127.0.0.1:PORT/. 0: any free one, which it prints.",
		.kind = SCHEMA_INTEGER,
		AT(struct console_conf, port),
		.preset = "8080",
		.least = 0,
		.most = 65535},
	{.key = "operators",
		.help = "File of the people who may use the page, each with a PIN and a role; "
			"\"waterlab operator add\" makes it, as \"/etc/waterlab/operators\". "
			"Empty: "
			"nobody is asked for a PIN, and names are as they are typed.",
		.kind = SCHEMA_TEXT,
		AT(struct console_conf, operators),
		.preset = ""},
	{.key = "idle_min",
		.help = "When nobody touched the page for so long, it asks for the PIN again.",
		.kind = SCHEMA_INTEGER,
		AT(struct console_conf, idle_min),
		.preset = "30",
		.least = 1,
		.most = 720,
		.unit = "min"},
	{.key = NULL},
};

const struct schema keys_console = {"console", console_keys};
