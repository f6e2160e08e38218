#include "conf/keys.h"

#include "base/log.h"

/* Where the field is, how wide it is. */
#define AT(type, field) .offset = offsetof(type, field), .size = sizeof(((type *)NULL)->field)

static const struct schema_choice levels[] = {
	{"error", LOG_ERROR},
	{"warning", LOG_WARN},
	{"notice", LOG_NOTICE},
	{"info", LOG_INFO},
	{"debug", LOG_DEBUG},
	{NULL, 0},
};

static const struct schema_choice line_types[] = {{"rtu", PORT_RTU}, {"tcp", PORT_TCP}, {NULL, 0}};

static const struct schema_choice parities[] = {
	{"none", 'N'}, {"even", 'E'}, {"odd", 'O'}, {NULL, 0}};

static const struct schema_choice flavours[] = {
	{"influxdb-v1", FLAVOUR_INFLUXDB_V1},
	{"influxdb-v2", FLAVOUR_INFLUXDB_V2},
	{"victoriametrics", FLAVOUR_VICTORIAMETRICS},
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
		.help = "What the analyzer is: a folder NAME of the drivers, with "
			"NAME/profile.conf.",
		.kind = SCHEMA_TEXT,
		.offset = offsetof(struct unit_conf, profile),
		.size = PROFILE_NAME,
		.hook = &hook_profile},
	{.key = "address",
		.help = "Its Modbus address on this line (RTU: 1 to 247; TCP: the unit number).",
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
	{.key = NULL},
};

static const struct schema unit_schema = {"unit", unit_keys};

static const struct schema_key line_keys[] = {
	{.key = "name",
		.help = "Name of this line: one serial port, or one Modbus TCP endpoint.",
		.kind = SCHEMA_NAME,
		AT(struct line_conf, name)},
	{.key = "type",
		.help = "Modbus RTU on a serial port, or Modbus TCP.",
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

static const struct schema line_schema = {"line", line_keys};

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
	{.key = NULL},
};

static const struct schema store_schema = {"store", store_keys};

static const struct schema_key spool_keys[] = {
	{.key = "dir",
		.help = "Folder of the readings on the card; made if it is not there.",
		.kind = SCHEMA_TEXT,
		AT(struct spool_conf, dir),
		.preset = "/var/lib/waterlab/spool"},
	{.key = "commit_ms",
		.help = "A reading is on the card after this long at most; what is younger can be "
			"lost when the power is cut. Less wears the card more.",
		.kind = SCHEMA_INTEGER,
		AT(struct spool_conf, commit_ms),
		.preset = "1000",
		.least = 100,
		.most = 60000,
		.unit = "ms"},
	{.key = "segment_readings",
		.help = "Readings in one file; a file is freed as a whole.",
		.kind = SCHEMA_INTEGER,
		AT(struct spool_conf, segment_readings),
		.preset = "100000",
		.least = 1000,
		.most = 10000000,
		.unit = "readings"},
	{.key = "pending_bytes",
		.help = "Memory for readings that wait for the card; taken at the start.",
		.kind = SCHEMA_INTEGER,
		AT(struct spool_conf, pending_bytes),
		.preset = "1048576",
		.least = 65536,
		.most = 67108864,
		.unit = "bytes"},
	{.key = NULL},
};

static const struct schema spool_schema = {"spool", spool_keys};

static const struct schema_key clock_keys[] = {
	{.key = "wait_s",
		.help = "After a start without a confirmed clock, readings wait this long for NTP "
			"or GPS; then they are sent with the best time there is, marked for ever. "
			"A cold receiver needs 10 minutes, and 12.5 more for its leap seconds.",
		.kind = SCHEMA_INTEGER,
		AT(struct clock_conf, wait_s),
		.preset = "1800",
		.least = 0,
		.most = 2592000,
		.unit = "s"},
	{.key = "not_before",
		.help = "A clock that shows an earlier day (UTC) is never believed, nor are "
			"certificates checked by it. The program's release.",
		.kind = SCHEMA_TEXT,
		.offset = offsetof(struct clock_conf, earliest_ms),
		.size = sizeof("YYYY-MM-DD"),
		.preset = WATERLAB_RELEASED,
		.hook = &hook_date},
	{.key = "not_after",
		.help = "Nor one that shows this day or a later one. Less than 1024 weeks after "
			"not_before, or a receiver's week rollover cannot be told.",
		.kind = SCHEMA_TEXT,
		.offset = offsetof(struct clock_conf, latest_ms),
		.size = sizeof("YYYY-MM-DD"),
		.preset = "2046-01-01",
		.hook = &hook_date},
	{.key = "most_away_days",
		.help = "A clock that nobody confirmed is not believed either when it shows a "
			"time before the last one that NTP or GPS confirmed, or more than this "
			"long after it: a van is not away for longer, and a clock of 2035 is a "
			"dead chip. In a new lab not_before counts as confirmed.",
		.kind = SCHEMA_INTEGER,
		AT(struct clock_conf, most_away_days),
		.preset = "730",
		.least = 1,
		.most = 7300,
		.unit = "days"},
	{.key = "bound_wait_s",
		.help = "Readings of a start whose clock cannot be right, and for which no other "
			"time comes, are sent after this long in use, marked, at the earliest time "
			"they can be of.",
		.kind = SCHEMA_INTEGER,
		AT(struct clock_conf, bound_wait_s),
		.preset = "86400",
		.least = 0,
		.most = 31536000,
		.unit = "s"},
	{.key = NULL},
};

static const struct schema clock_schema = {"clock", clock_keys};

static const struct schema_key control_keys[] = {
	{.key = "socket",
		.help = "The socket where the waterlab command asks the daemon.",
		.kind = SCHEMA_TEXT,
		.offset = 0,
		.size = sizeof(((struct conf *)NULL)->control_socket),
		.preset = "/run/waterlab/control"},
	{.key = NULL},
};

static const struct schema control_schema = {"control", control_keys};

static const struct schema_key conf_keys[] = {
	{.key = "lab",
		.help = "Name of this lab in the store; no other lab has it.",
		.kind = SCHEMA_NAME,
		AT(struct conf, lab)},
	{.key = "log",
		.help = "What is written to the log: this and everything graver.",
		.kind = SCHEMA_CHOICE,
		AT(struct conf, log_level),
		.preset = "info",
		.choices = levels},
	{.key = "drivers",
		.help = "Folder of the analyzers' profiles, NAME/profile.conf. Empty: the one "
			"installed with the program.",
		.kind = SCHEMA_TEXT,
		AT(struct conf, drivers),
		.preset = "",
		.hook = &hook_drivers},
	{.key = "spool",
		.help = "The readings on the van.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, spool),
		.preset = "",
		.inside = &spool_schema},
	{.key = "clock",
		.help = "When the machine's clock is believed.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, clock),
		.preset = "",
		.inside = &clock_schema},
	{.key = "control",
		.help = "How the daemon is asked.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, control_socket),
		.preset = "",
		.inside = &control_schema},
	{.key = "lines",
		.help = "The lines and their analyzers.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct conf, lines),
		.size = sizeof(struct line_conf),
		.count = offsetof(struct conf, n_lines),
		.pointed = true,
		.least = 1,
		.most = MOST_LINES,
		.inside = &line_schema},
	{.key = "stores",
		.help = "Where readings are sent. Without a store they are kept on the van.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct conf, stores),
		.size = sizeof(struct store_conf),
		.count = offsetof(struct conf, n_stores),
		.preset = "",
		.sketch = true,
		.least = 0,
		.most = MOST_STORES,
		.inside = &store_schema},
	{.key = NULL},
};

const struct schema keys_conf = {"configuration", conf_keys};
