/* What lines, their units, and stores may say. */
#include "conf/keys.h"

static const struct schema_choice line_types[] = {{"rtu", PORT_RTU}, {"tcp", PORT_TCP}, {NULL, 0}};

static const struct schema_choice parities[] = {
	{"none", 'N'}, {"even", 'E'}, {"odd", 'O'}, {NULL, 0}};

static const struct schema_choice flavours[] = {
	{"influxdb-v1", FLAVOUR_INFLUXDB_V1},
	{"influxdb-v2", FLAVOUR_INFLUXDB_V2},
	{"victoriametrics", FLAVOUR_VICTORIAMETRICS},
	{NULL, 0},
};

static const struct schema_choice positions[] = {
	{"samples", POSITIONS_SAMPLES},
	{"always", POSITIONS_ALWAYS},
	{NULL, 0},
};

enum {
	RTU = 1 << PORT_RTU,
	V1 = 1 << FLAVOUR_INFLUXDB_V1,
	V2 = 1 << FLAVOUR_INFLUXDB_V2,
	VM = 1 << FLAVOUR_VICTORIAMETRICS
};

static const struct schema_key unit_keys[] = {
	{.key = "name",
		.help = "Name of this analyzer in the whole lab; it travels with every reading.",
		.kind = SCHEMA_NAME,
		AT(struct unit_conf, name)},
	{.key = "profile",
		.help = "What the analyzer is: the name of its driver, a folder in drivers/.",
		.kind = SCHEMA_TEXT,
		.offset = offsetof(struct unit_conf, profile),
		.size = PROFILE_NAME,
		.hook = &hook_profile},
	{.key = "address",
		.help = "Its address on this line (Modbus RTU: 1 to 247; TCP: the unit number; an "
			"instrument without one: 1).",
		.kind = SCHEMA_INTEGER,
		AT(struct unit_conf, address),
		.least = 0,
		.most = 255},
	{.key = "interval_ms",
		.help = "Asked this often.",
		.kind = SCHEMA_INTEGER,
		AT(struct unit_conf, interval_ms),
		.preset = "5000",
		.least = 100,
		.most = 86400000,
		.unit = "ms"},
	{.key = "temperature",
		.help = "The analyzer whose water temperature this one compensates by, where its "
			"driver does that; empty: none.",
		.kind = SCHEMA_TEXT,
		AT(struct unit_conf, temperature),
		.preset = ""},
	{.key = "measures",
		.help = "What its values are, where only who set it up knows, as \"input_4_mg_l "
			"free_chlorine, input_5_mv orp\": the driver's own name (its README), then "
			"the parameter. Without it such values are kept, but not judged.",
		.kind = SCHEMA_TEXT,
		.offset = offsetof(struct unit_conf, measures),
		.size = sizeof(((struct unit_conf *)NULL)->measures),
		.preset = "",
		.hook = &hook_measures},
	{.key = NULL},
};

static const struct schema unit_schema = {"unit", unit_keys};

static const struct schema_key line_keys[] = {
	{.key = "name",
		.help = "Name of this line: one serial port, or one Modbus TCP endpoint.",
		.kind = SCHEMA_NAME,
		AT(struct line_conf, name)},
	{.key = "type",
		.help = "A serial port, for Modbus RTU or an instrument that talks text; or Modbus "
			"TCP.",
		.kind = SCHEMA_CHOICE,
		AT(struct line_conf, port.kind),
		.choices = line_types},
	{.key = "port",
		.help = "rtu: a device (/dev/...; a name that stays, such as /dev/waterlab/... or "
			"/dev/serial/by-id/..., not ttyUSB0), or \"usb:VENDOR:PRODUCT\" or "
			"\"usb:VENDOR:PRODUCT:SERIAL\" with the ids in hexadecimal. "
			"tcp: \"host:port\"; the port of Modbus is 502.",
		.kind = SCHEMA_TEXT,
		AT(struct line_conf, port.where)},
	{.key = "baud",
		.help = "Speed of the serial line; one that serial ports have.",
		.kind = SCHEMA_INTEGER,
		AT(struct line_conf, port.baud),
		.preset = "9600",
		.least = 1200,
		.most = 115200,
		.unit = "baud",
		.when = RTU},
	{.key = "parity",
		.help = "Parity of the serial line.",
		.kind = SCHEMA_CHOICE,
		AT(struct line_conf, port.parity),
		.preset = "none",
		.choices = parities,
		.when = RTU},
	{.key = "stop_bits",
		.help = "Stop bits of the serial line.",
		.kind = SCHEMA_INTEGER,
		AT(struct line_conf, port.stop_bits),
		.preset = "1",
		.least = 1,
		.most = 2,
		.when = RTU},
	{.key = "units",
		.help = "The analyzers on this line.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct line_conf, units),
		.size = sizeof(struct unit_conf),
		.count = offsetof(struct line_conf, n_units),
		.least = 1,
		.most = MOST_UNITS,
		.inside = &unit_schema},
	{.key = NULL},
};

const struct schema keys_line = {"line", line_keys};

static const struct schema_choice date_orders[] = {
	{"year-month-day", DATE_YMD},
	{"day-month-year", DATE_DMY},
	{"month-day-year", DATE_MDY},
	{NULL, 0},
};

static const struct schema_key meter_keys[] = {
	{.key = "name",
		.help = "Name of this meter in the whole lab, as of an analyzer on a line.",
		.kind = SCHEMA_NAME,
		AT(struct meter_conf, name)},
	{.key = "profile",
		.help = "What the meter is: the name of its driver, one that takes files.",
		.kind = SCHEMA_TEXT,
		.offset = offsetof(struct meter_conf, profile),
		.size = PROFILE_NAME,
		.hook = &hook_profile},
	{.key = "files",
		.help = "Which files are its own: a pattern of their names, with * and ?; small "
			"and large letters are alike. The first meter whose pattern fits takes the "
			"file.",
		.kind = SCHEMA_TEXT,
		AT(struct meter_conf, files)},
	{.key = "dates",
		.help = "How the meter is set to write dates.",
		.kind = SCHEMA_CHOICE,
		AT(struct meter_conf, dates),
		.choices = date_orders},
	{.key = "utc_offset_min",
		.help = "How far its clock is ahead of UTC. Pakistan: 300.",
		.kind = SCHEMA_INTEGER,
		AT(struct meter_conf, utc_offset_min),
		.preset = "300",
		.least = -720,
		.most = 840,
		.unit = "min"},
	{.key = NULL},
};

const struct schema keys_meter = {"meter", meter_keys};

static const struct schema_key store_keys[] = {
	{.key = "name",
		.help = "Name of this store. What was sent is remembered under it: a new name "
			"gets everything again.",
		.kind = SCHEMA_NAME,
		AT(struct store_conf, name)},
	{.key = "type",
		.help = "How the store is spoken to.",
		.kind = SCHEMA_CHOICE,
		AT(struct store_conf, flavour),
		.choices = flavours},
	{.key = "url",
		.help = "http:// or https://, host, port and any prefix; the path of the write "
			"request is added.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, url)},
	{.key = "database",
		.help = "The database; victoriametrics: a label \"db\" for every series, may be "
			"empty.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, database),
		.preset = "",
		.when = V1 | VM},
	{.key = "retention_policy",
		.help = "The retention policy; empty: the database's own.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, retention_policy),
		.preset = "",
		.when = V1},
	{.key = "bucket",
		.help = "The bucket.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, database),
		.say = "waterlab",
		.when = V2},
	{.key = "org",
		.help = "The organisation.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, org),
		.say = "province",
		.when = V2},
	{.key = "user",
		.help = "User for basic authentication, with the token as the password; empty: the "
			"token alone.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, user),
		.preset = "",
		.when = V1 | VM},
	{.key = "token_file",
		.help = "File that holds the token and nothing else, or \"credential:NAME\" for "
			"the "
			"file NAME that systemd hands over (LoadCredential). Empty: no "
			"authentication.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, token_file),
		.preset = "",
		.hook = &hook_token},
	{
		.key = "ca_file",
		.help = "Certificates that may sign the store's; empty: the system's.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, ca_file),
		.preset = "",
	},
	{
		.key = "cert_file",
		.help = "This lab's own certificate, where the store asks for one; with key_file.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, cert_file),
		.preset = "",
	},
	{
		.key = "key_file",
		.help = "The key of cert_file.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, key_file),
		.preset = "",
	},
	{.key = "batch_lines",
		.help = "Readings in one request at most.",
		.kind = SCHEMA_INTEGER,
		AT(struct store_conf, batch_lines),
		.preset = "1000",
		.least = 1,
		.most = 10000,
		.unit = "lines"},
	{.key = "gzip_level",
		.help = "0 sends plain text, 9 spends most time to send least.",
		.kind = SCHEMA_INTEGER,
		AT(struct store_conf, gzip_level),
		.preset = "6",
		.least = 0,
		.most = 9},
	{.key = "interval_ms",
		.help = "New readings are gathered this long before they go; more is cheaper.",
		.kind = SCHEMA_INTEGER,
		AT(struct store_conf, interval_ms),
		.preset = "5000",
		.least = 100,
		.most = 3600000,
		.unit = "ms"},
	{.key = "timeout_ms",
		.help = "A request that makes no progress is given up after this long.",
		.kind = SCHEMA_INTEGER,
		AT(struct store_conf, timeout_ms),
		.preset = "30000",
		.least = 100,
		.most = 600000,
		.unit = "ms"},
	{.key = "retry_first_ms",
		.help = "After a failure the next try comes within this long, at random; the span "
			"doubles with every failure.",
		.kind = SCHEMA_INTEGER,
		AT(struct store_conf, retry_first_ms),
		.preset = "1000",
		.least = 10,
		.most = 600000,
		.unit = "ms"},
	{.key = "retry_most_ms",
		.help = "The span between two tries never grows beyond this.",
		.kind = SCHEMA_INTEGER,
		AT(struct store_conf, retry_most_ms),
		.preset = "300000",
		.least = 10,
		.most = 86400000,
		.unit = "ms"},
	{.key = "positions",
		.help = "Which readings take their coordinates along. Where the van drives is its "
			"crew's safety: they go with samples, unless \"always\" is said. The "
			"district always goes.",
		.kind = SCHEMA_CHOICE,
		AT(struct store_conf, positions),
		.preset = "samples",
		.choices = positions},
	{.key = NULL},
};

const struct schema keys_store = {"store", store_keys};
