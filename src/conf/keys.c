#include "conf/keys.h"

#include "base/log.h"

static const struct schema_choice levels[] = {
	{"error", LOG_ERROR},
	{"warning", LOG_WARN},
	{"notice", LOG_NOTICE},
	{"info", LOG_INFO},
	{"debug", LOG_DEBUG},
	{NULL, 0},
};

static const struct schema_choice receivers[] = {
	{"none", RECEIVER_NONE},
	{"gpsd", RECEIVER_GPSD},
	{"nmea", RECEIVER_NMEA},
	{NULL, 0},
};

enum { GPSD = 1 << RECEIVER_GPSD, NMEA = 1 << RECEIVER_NMEA };

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
	{.key = "keep_days",
		.help = "Readings that every store confirmed (receipt_s) stay on the card so long; "
			"a "
			"full card lets them go at once. Others are never removed.",
		.kind = SCHEMA_INTEGER,
		AT(struct spool_conf, keep_days),
		.preset = "30",
		.least = 1,
		.most = 3650,
		.unit = "days"},
	{.key = "ballast_mb",
		.help = "A file holds this much of the card, at most a sixteenth of it, so that "
			"on a full card what is lost, sent and received can still be noted. "
			"Readings never get it. 0: none.",
		.kind = SCHEMA_INTEGER,
		AT(struct spool_conf, ballast_mb),
		.preset = "8",
		.least = 0,
		.most = 1024,
		.unit = "MB"},
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

static const struct schema_key gps_keys[] = {
	{.key = "type",
		.help = "What says where the van is: nothing, a gpsd on this machine or another, "
			"or a receiver that talks NMEA 0183 on a serial line of its own.",
		.kind = SCHEMA_CHOICE,
		AT(struct receiver_conf, kind),
		.preset = "none",
		.choices = receivers},
	{.key = "address",
		.help = "Where gpsd listens, as numbers: 127.0.0.1:2947, or localhost:2947.",
		.kind = SCHEMA_TEXT,
		AT(struct receiver_conf, address),
		.preset = "127.0.0.1:2947",
		.when = GPSD},
	{.key = "device",
		.help = "The receiver to listen to, as gpsd calls it, where it has several; empty: "
			"any.",
		.kind = SCHEMA_TEXT,
		AT(struct receiver_conf, device),
		.preset = "",
		.when = GPSD},
	{.key = "port",
		.help = "The receiver's serial port, written as that of a line.",
		.kind = SCHEMA_TEXT,
		AT(struct receiver_conf, port.where),
		.say = "/dev/waterlab/gps",
		.when = NMEA},
	{.key = "baud",
		.help = "Its speed: 4800 by the standard, 9600 from most makers.",
		.kind = SCHEMA_INTEGER,
		AT(struct receiver_conf, port.baud),
		.preset = "9600",
		.least = 1200,
		.most = 115200,
		.unit = "baud",
		.when = NMEA},
	{.key = NULL},
};

static const struct schema gps_schema = {"gps", gps_keys};

static const struct schema_key place_keys[] = {
	{.key = "boundaries",
		.help = "The district boundaries, as \"waterlab boundaries install\" puts them "
			"there. Without the file no reading has a district.",
		.kind = SCHEMA_TEXT,
		AT(struct place_conf, boundaries),
		.preset = "/var/lib/waterlab/boundaries"},
	{.key = "places",
		.help = "The list of districts and tehsils that a person chooses from. Empty: the "
			"one installed with the program.",
		.kind = SCHEMA_TEXT,
		AT(struct place_conf, places),
		.preset = "",
		.hook = &hook_places},
	{.key = "border_margin_m",
		.help = "A reading is marked with the neighbouring district when the fix's error "
			"and this reach over the border. Two good public sets of boundaries differ "
			"by 290 m in the middle, by 2200 m or less for 9 points of 10.",
		.kind = SCHEMA_INTEGER,
		AT(struct place_conf, border_margin_m),
		.preset = "2200",
		.least = 0,
		.most = 50000,
		.unit = "m"},
	{.key = "stale_moving_s",
		.help = "A fix older than this is no position any more while the van moves.",
		.kind = SCHEMA_INTEGER,
		AT(struct place_conf, stale_moving_s),
		.preset = "30",
		.least = 1,
		.most = 3600,
		.unit = "s"},
	{.key = "stale_parked_s",
		.help = "Nor one older than this while it is parked.",
		.kind = SCHEMA_INTEGER,
		AT(struct place_conf, stale_parked_s),
		.preset = "600",
		.least = 1,
		.most = 86400,
		.unit = "s"},
	{.key = "fastest_kmh",
		.help = "A fix that would need a faster van is not believed.",
		.kind = SCHEMA_INTEGER,
		AT(struct place_conf, fastest_kmh),
		.preset = "180",
		.least = 20,
		.most = 100000,
		.unit = "km/h"},
	{.key = "entered_h",
		.help = "A place entered by hand holds no longer than this.",
		.kind = SCHEMA_INTEGER,
		AT(struct place_conf, entered_h),
		.preset = "12",
		.least = 1,
		.most = 720,
		.unit = "h"},
	{.key = NULL},
};

static const struct schema place_schema = {"place", place_keys};

static const struct schema_key inbox_keys[] = {
	{.key = "dir",
		.help = "The folder where people put the files; made if it is not there.",
		.kind = SCHEMA_TEXT,
		AT(struct inbox_conf, dir),
		.preset = "/var/lib/waterlab/inbox"},
	{.key = "not_before",
		.help = "A record that says an earlier day (UTC) is not taken: nobody set the "
			"meter's clock.",
		.kind = SCHEMA_TEXT,
		.offset = offsetof(struct inbox_conf, earliest_ms),
		.size = sizeof("YYYY-MM-DD"),
		.preset = "2020-01-01",
		.hook = &hook_date},
	{.key = "meters",
		.help = "The meters that write them.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct inbox_conf, meters),
		.size = sizeof(struct meter_conf),
		.count = offsetof(struct inbox_conf, n_meters),
		.preset = "",
		.sketch = true,
		.least = 0,
		.most = MOST_METERS,
		.inside = &keys_meter},
	{.key = NULL},
};

static const struct schema inbox_schema = {"inbox", inbox_keys};

static const struct schema_key limits_keys[] = {
	{.key = "sets",
		.help = "The limit sets that are in force, between commas: the name of a file in "
			"the folder, without .csv, or the full path of one of your own. The first "
			"that has a limit for a parameter judges it. \"waterlab limits\" shows "
			"them.",
		.kind = SCHEMA_TEXT,
		AT(struct limits_conf, sets),
		.preset = "nsdwq-2010"},
	{.key = "folder",
		.help = "Where they lie. Empty: those installed with the program.",
		.kind = SCHEMA_TEXT,
		AT(struct limits_conf, folder),
		.preset = "",
		.hook = &hook_limits},
	{.key = "signatures",
		.help = "Where \"waterlab limits confirm\" notes who held which limit against the "
			"gazette. Whoever may write it decides what is judged: it belongs to root.",
		.kind = SCHEMA_TEXT,
		AT(struct limits_conf, signatures),
		.preset = "/etc/waterlab/limits-signed.csv"},
	{.key = NULL},
};

static const struct schema limits_schema = {"limits", limits_keys};

static const struct schema_key qc_group_keys[] = {
	{.key = "thresholds",
		.help = "The file of thresholds, as /etc/waterlab/qc.conf: with it readings are "
			"held "
			"against its gross range, rate of change, flat line, spike and gap. Empty: "
			"only against what water on earth can show.",
		.kind = SCHEMA_TEXT,
		.offset = 0,
		.size = sizeof(((struct conf *)NULL)->qc_file),
		.preset = "",
		.hook = &hook_thresholds},
	{.key = NULL},
};

static const struct schema qc_group = {"qc", qc_group_keys};

static const struct schema_key links_keys[] = {
	{.key = "budget_mb_month",
		.help = "So many million bytes may go over all links together in a month, "
			"both ways. Results and other records always go; raw readings go, newest "
			"first, with what is left, spread over the days that are left. 0: no "
			"limit.",
		.kind = SCHEMA_INTEGER,
		AT(struct links_conf, budget_mb_month),
		.preset = "0",
		.least = 0,
		.most = 1000000,
		.unit = "MB"},
	{.key = "month_begins",
		.help = "The day (UTC) on which the card's month begins, where that is not the "
			"calendar's.",
		.kind = SCHEMA_INTEGER,
		AT(struct links_conf, month_begins),
		.preset = "1",
		.least = 1,
		.most = 28},
	{.key = "unlimited",
		.help = "Links that cost nothing and do not count, as \"ip link\" names them, "
			"between commas; * and ? stand for any: \"wlan0, eth*\".",
		.kind = SCHEMA_TEXT,
		AT(struct links_conf, unlimited),
		.preset = ""},
	{.key = NULL},
};

static const struct schema links_schema = {"links", links_keys};

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
	{.key = "own_drivers",
		.help = "Folder of your own profiles, NAME/profile.conf; it may be absent. One of "
			"them stands before an installed one of that name. Folder and files belong "
			"to "
			"root, and nobody else may write them.",
		.kind = SCHEMA_TEXT,
		AT(struct conf, own_drivers),
		.preset = "/etc/waterlab/drivers",
		.hook = &hook_own_drivers},
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
	{.key = "gps",
		.help = "The satellite receiver.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, gps),
		.preset = "",
		.inside = &gps_schema},
	{.key = "place",
		.help = "How positions and districts are judged.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, place),
		.preset = "",
		.inside = &place_schema},
	{.key = "control",
		.help = "How the daemon is asked.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, control_socket),
		.preset = "",
		.inside = &control_schema},
	{.key = "console",
		.help = "The technician's page.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, console),
		.preset = "",
		.inside = &keys_console},
	{.key = "lines",
		.help = "The lines and their analyzers.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct conf, lines),
		.size = sizeof(struct line_conf),
		.count = offsetof(struct conf, n_lines),
		.pointed = true,
		.least = 1,
		.most = MOST_LINES,
		.inside = &keys_line},
	{.key = "qc",
		.help = "How far the daemon believes a reading.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, qc_file),
		.preset = "",
		.inside = &qc_group},
	{.key = "inbox",
		.help = "Files of meters that keep their readings to themselves.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, inbox),
		.preset = "",
		.inside = &inbox_schema},
	{.key = "limits",
		.help = "What is allowed in drinking water, and by which standard.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, limits),
		.preset = "",
		.inside = &limits_schema},
	{.key = "samples",
		.help = "Where water is taken. The files are read again when they change.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, samples),
		.preset = "",
		.inside = &keys_samples},
	{.key = "links",
		.help = "What the van's network links may carry.",
		.kind = SCHEMA_GROUP,
		AT(struct conf, links),
		.preset = "",
		.inside = &links_schema},
	{.key = "checks",
		.help = "Rules for checks of analyzers, where not the program's own.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct conf, checks.at),
		.size = sizeof(struct check_rule),
		.count = offsetof(struct conf, checks.n),
		.preset = "",
		.sketch = true,
		.most = MOST_CHECK_RULES,
		.inside = &keys_check},
	{.key = "methods",
		.help = "What is known of kits, meters and analyzers by which results are found.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct conf, methods.at),
		.size = sizeof(struct method),
		.count = offsetof(struct conf, methods.n),
		.preset = "",
		.sketch = true,
		.most = MOST_METHODS,
		.inside = &keys_method},
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
		.inside = &keys_store},
	{.key = NULL},
};

const struct schema keys_conf = {"configuration", conf_keys};
