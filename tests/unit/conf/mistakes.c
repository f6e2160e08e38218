/* Every mistake a person can make in waterlab.conf: where it is, what is wrong, what is allowed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/keys.h"

static char folder[256], said[16384];

static void write_file(const char *path, const char *words)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(words, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(getcwd(folder, sizeof(folder)));
	assert_int_equal(mkdir("drivers", 0755), 0);
	assert_int_equal(mkdir("drivers/acme-ph", 0755), 0);
	assert_int_equal(mkdir("drivers/broken", 0755), 0);
	write_file("drivers/acme-ph/profile.conf",
		"models = \"Acme\"; manual = \"A\"; base = 0;\n"
		"values = ( { at = 0; type = \"u16\"; parameter = \"ph\"; scale = 0.01; } );\n");
	write_file("drivers/broken/profile.conf",
		"models = \"Acme\";\nbase = 0;\n"
		"values = ( { at = 0; type = \"u16\";\nparameter = \"phh\"; } );\n");
	write_file("token", "secret\n");
	write_file("empty", "");
	return 0;
}

static int read_conf(const char *words)
{
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf = NULL;
	int err = conf_read_text(&conf, "w.conf", words, &errors);

	assert_true(err ? conf == NULL : conf != NULL);
	conf_free(conf);
	return err;
}

static int read_with(const char *before, const char *lines, const char *after)
{
	char words[8192];

	snprintf(words, sizeof(words),
		"lab = \"v\"; drivers = \"%s/drivers\"; %s\nlines = (\n%s);\n%s", folder, before,
		lines, after);
	return read_conf(words);
}

#define UNIT(name, address) "{ name = \"" name "\"; profile = \"acme-ph\"; address = " address "; }"
#define LINE(name, port, units) \
	"{ name = \"" name "\"; type = \"rtu\"; port = \"" port "\"; units = (" units "); }\n"
#define BENCH LINE("bench", "/dev/a", UNIT("ph-1", "3"))
#define RTU(x)                                                                                     \
	"{ name = \"b\"; type = \"rtu\"; port = \"/dev/a\"; units = (" UNIT("u", "1") "); " x " }" \
										      "\n"
#define TCP(x) "{ name = \"b\"; type = \"tcp\"; units = (" UNIT("u", "1") "); " x " }\n"

#define CM44X(measures) \
	"{ name = \"t\"; profile = \"endress-cm44x\"; address = 1; measures = \"" measures "\"; }"

#define HTTP \
	"name = \"s\"; type = \"influxdb-v1\"; url = \"http://127.0.0.1:1\"; database = \"d\"; "

struct mistake {
	const char *before, *lines, *after;
	const char *expect; /* a part of what is said; lines are counted from `before` = 1 */
};

static const struct mistake mistakes[] = {
	/* keys */
	{"labb = 1;", BENCH, "",
		"w.conf:1: labb: is not a key of a configuration; did you mean lab?"},
	{"spool = { comit_ms = 5; };", BENCH, "",
		"w.conf:1: comit_ms: is not a key of a spool; did you mean commit_ms?"},
	{"", RTU("qqqqqqqq = 1;"), "", "w.conf:3: qqqqqqqq: is not a key of a line\n"},
	{"", BENCH ",{ name = \"c\"; }\n", "", "w.conf:4: type: is missing in this line; "},
	{"", BENCH ",{ name = \"c\"; }\n", "", "w.conf:4: port: is missing in this line; "},
	{"", BENCH ",{ name = \"c\"; }\n", "", "w.conf:4: units: is missing in this line; "},
	{"", "", "", "w.conf:2: lines: is empty; at least 1 line is wanted"},
	/* types */
	{"spool = { commit_ms = 500.0; };", BENCH, "",
		"commit_ms: an integer is wanted here; found the real number 500"},
	{"spool = { commit_ms = \"500\"; };", BENCH, "",
		"commit_ms: an integer is wanted here; found the text \"500\""},
	{"spool = { commit_ms = true; };", BENCH, "", "found the word true"},
	{"spool = 5;", BENCH, "", "spool: a group { } is wanted here; found the integer 5"},
	{"spool = ( );", BENCH, "", "spool: a group { } is wanted here; found a list ( )"},
	{"log = 4;", BENCH, "", "log: a word in \"quotes\" is wanted here; found the integer 4"},
	{"stores = { };", BENCH, "", "stores: a list of groups ( { }, { } ) is wanted here"},
	{"stores = ( 5 );", BENCH, "", "stores: a group { } for each store is wanted here"},
	/* ranges */
	{"spool = { commit_ms = 99; };", BENCH, "",
		"commit_ms: 99 is out of range; allowed 100 to 60000 ms"},
	{"spool = { commit_ms = 60001; };", BENCH, "", "60001 is out of range"},
	{"spool = { commit_ms = -1; };", BENCH, "", "-1 is out of range"},
	{"spool = { commit_ms = 4294968296; };", BENCH, "", "4294968296 is out of range"},
	{"spool = { commit_ms = 0xFFFFFFFFFFFFFFFF; };", BENCH, "", "out of range"},
	{"spool = { commit_ms = 99999999999999999999; };", BENCH, "", "too large for a 64-bit"},
	{"spool = { commit_ms = 5s; };", BENCH, "", "w.conf:1: 5s is not a number"},
	/* words */
	{"log = \"inof\";", BENCH, "",
		"log: \"inof\" is not known; allowed \"error\", \"warning\", \"notice\", \"info\", "
		"\"debug\"; did you mean info?"},
	{"", RTU("parity = \"N\";"), "", "parity: \"N\" is not known; allowed \"none\", \"even\""},
	{"", LINE("a b", "/dev/a", UNIT("u", "1")), "", "name: \"a b\" is no name; allowed are"},
	{"", LINE("", "/dev/a", UNIT("u", "1")), "", "name: \"\" is no name"},
	{"", LINE("-x", "/dev/a", UNIT("u", "1")), "", "name: \"-x\" is no name"},
	{"", LINE("abcdefghijklmnopqrstuvwxyz", "/dev/a", UNIT("u", "1")), "",
		"is too long (26 bytes); allowed 23"},
	{"", LINE("a", "/dev/\\x07", UNIT("u", "1")), "",
		"port: the text holds a control character"},
	/* what only the operator knows of a transmitter */
	{"",
		"{ name = \"b\"; type = \"tcp\"; port = \"h:502\"; units = ({ name = \"u\"; "
		"profile = \"atlas-ezo\"; address = 1; }); }\n",
		"", "profile: atlas-ezo speaks no Modbus: it needs a serial line"},
	/* the files of a meter are on no line */
	{"", LINE("b", "/dev/a", "{ name = \"u\"; profile = \"hach-hqd\"; address = 1; }"), "",
		"profile: hach-hqd reads files, not lines; put it under inbox.meters"},
	{"",
		"{ name = \"b\"; type = \"tcp\"; port = \"h:502\"; units = ({ name = \"u\"; "
		"profile = \"hach-hqd\"; address = 1; }); }\n",
		"", "profile: hach-hqd reads files, not lines; put it under inbox.meters"},
	{"", LINE("b", "/dev/a", CM44X("input_4_mg_l")), "",
		"measures: at \"input_4_mg_l\": it is pairs of a value and a parameter"},
	{"", LINE("b", "/dev/a", CM44X("input_4_mg_l free_chlorine input_5_mv orp")), "",
		"measures: at \"input_5_mv orp\": a comma is missing"},
	{"", LINE("b", "/dev/a", CM44X("input_4_mg_l chloride, input_4_mg_l nitrate_n")), "",
		"\"input_4_mg_l nitrate_n\": one of them is named before"},
	{"", LINE("b", "/dev/a", CM44X("input_4_mg_l chlorine")), "",
		"there is no parameter \"chlorine\""},
	{"", LINE("b", "/dev/a", CM44X("input_99_mv orp")), "", "gives no value \"input_99_mv\""},
	{"", LINE("b", "/dev/a", CM44X("input_4_mv free_chlorine")), "",
		"free_chlorine is in mg/L, and \"input_4_mv\" in mV"},
	{"",
		LINE("b", "/dev/a",
			"{ name = \"u\"; profile = \"acme-ph\"; address = 1; measures = \"ph "
			"orp\"; }"),
		"", "acme-ph/profile.conf names them"},
	{"",
		LINE("b", "/dev/a",
			"{ name = \"u\"; profile = \"atlas-ezo\"; address = 1; temperature = "
			"\"t\"; }"),
		"", "temperature: \"t\" is no unit of this lab"},
	{"",
		LINE("b", "/dev/a",
			"{ name = \"u\"; profile = \"acme-ph\"; address = 1; temperature = \"u\"; "
			"}"),
		"", "temperature: \"acme-ph\" does not compensate"},
	/* what belongs together */
	{"", LINE("b", "", UNIT("u", "1")), "", "w.conf:3: port: is empty; leave it out or write"},
	{"", BENCH, "stores = ({ name = \"s\"; type = \"victoriametrics\"; url = \"\"; });",
		"url: is empty"},
	{"", RTU("baud = 9601;"), "",
		"w.conf:3: baud: 9601 is no speed of a serial port; allowed are 1200, 2400,"},
	{"", TCP("port = \"h:502\"; baud = 9600;"), "",
		"w.conf:3: baud: belongs to a line with type = \"rtu\" only"},
	{"", TCP("port = \"/dev/ttyS0\";"), "", "port: \"/dev/ttyS0\" is no Modbus TCP endpoint"},
	{"", TCP("port = \"h\";"), "", "it is written host:port"},
	{"", TCP("port = \"h:0\";"), "", "it is written host:port"},
	{"", TCP("port = \"h:65536\";"), "", "it is written host:port"},
	{"", TCP("port = \"[fe80::1]:\";"), "", "it is written host:port"},
	{"", LINE("a", "ttyS0", UNIT("u", "1")), "", "port: \"ttyS0\" is no serial port"},
	{"", LINE("a", "usb:10c4", UNIT("u", "1")), "", "is no serial port"},
	{"", LINE("a", "usb:10c4:xyz", UNIT("u", "1")), "", "is no serial port"},
	/* used twice */
	{"", BENCH "," LINE("bench", "/dev/b", UNIT("u", "1")), "",
		"w.conf:4: name: \"bench\" is the name of another line"},
	{"", BENCH "," LINE("c", "/dev/a", UNIT("u", "1")), "",
		"w.conf:4: port: \"/dev/a\" is the port of line \"bench\" too"},
	{"",
		LINE("a", "/dev/null", UNIT("u", "1")) "," LINE(
			"b", "/dev/../dev/null", UNIT("v", "1")),
		"", "w.conf:4: port: \"/dev/../dev/null\" is the port of line \"a\" too"},
	{"", BENCH "," LINE("c", "/dev/b", UNIT("ph-1", "1")), "",
		"w.conf:4: name: \"ph-1\" is the name of another unit, on line \"bench\""},
	{"", LINE("a", "/dev/a", UNIT("u", "7") ",\n" UNIT("v", "7")), "",
		"w.conf:4: address: 7 is the address of unit \"u\" too"},
	{"", LINE("a", "/dev/a", UNIT("u", "0")), "",
		"address: 0 is out of range on a serial line"},
	{"", LINE("a", "/dev/a", UNIT("u", "248")), "", "address: 248 is out of range on a serial"},
	{"log = \"info\"; log = \"info\";", BENCH, "",
		"w.conf:1: this key is set a second time in its group, at"},
	/* profiles */
	{"", LINE("a", "/dev/a", "{ name = \"u\"; profile = \"acme-pg\"; address = 1; }"), "",
		"drivers; did you mean acme-ph?"},
	{"", LINE("a", "/dev/a", "{ name = \"u\"; profile = \"../x\"; address = 1; }"), "",
		"profile: \"../x\" is no profile"},
	{"", LINE("a", "/dev/a", "{ name = \"u\"; profile = \"broken\"; address = 1; }"), "",
		"drivers/broken/profile.conf:4: parameter: there is no parameter \"phh\"; did you "
		"mean ph?\n"},
	{"", LINE("a", "/dev/a", "{ name = \"u\"; profile = \"broken\"; address = 1; }"), "",
		"drivers/broken/profile.conf:1: manual: is missing in this profile; "},
	{"", LINE("a", "/dev/a", "{ name = \"u\"; profile = \"broken\"; address = 1; }"), "",
		"w.conf:3: profile: the profile \"broken\" has mistakes; they are named above"},
	/* paths, days */
	{"spool = { dir = \"spool\"; };", BENCH, "", "dir: \"spool\" is no full path"},
	{"control = { socket = \"x\"; };", BENCH, "", "socket: \"x\" is no path for a socket"},
	{"clock = { not_before = \"2026-02-30\"; };", BENCH, "", "\"2026-02-30\" is no day"},
	{"clock = { not_before = \"yesterday\"; };", BENCH, "", "it is written YYYY-MM-DD"},
	{"clock = { not_after = \"2025-01-01\"; };", BENCH, "",
		"not_after: is not after not_before"},
	{"clock = { most_away_days = 0; };", BENCH, "", "most_away_days: 0"},
	{"clock = { bound_wait_s = -1; };", BENCH, "", "bound_wait_s: -1"},
	/* receiver, place */
	{"gps = { type = \"gps\"; };", BENCH, "",
		"type: \"gps\" is not known; allowed \"none\", \"gpsd\", \"nmea\""},
	{"gps = { address = \"h:1\"; };", BENCH, "",
		"address: belongs to a gps with type = \"gpsd\" only"},
	{"gps = { type = \"gpsd\"; address = \"h\"; };", BENCH, "",
		"address: \"h\" is no address of a gpsd; it is written as numbers"},
	{"gps = { type = \"gpsd\"; address = \"van.example.org:2947\"; };", BENCH, "",
		"address: \"van.example.org:2947\" is no address of a gpsd"},
	{"gps = { type = \"nmea\"; };", BENCH, "", "port: is missing in this gps"},
	{"gps = { type = \"nmea\"; port = \"ttyUSB0\"; };", BENCH, "",
		"port: \"ttyUSB0\" is no serial port; allowed are /dev/..."},
	{"gps = { type = \"nmea\"; port = \"/dev/g\"; baud = 9601; };", BENCH, "",
		"baud: 9601 is no speed of a serial port"},
	{"gps = { type = \"nmea\"; port = \"/dev/a\"; };", BENCH, "",
		"port: \"/dev/a\" is the port of line \"bench\" too; a receiver has a line of its "
		"own"},
	{"place = { boundaries = \"b\"; };", BENCH, "", "boundaries: \"b\" is no full path"},
	{"place = { places = \"p.csv\"; };", BENCH, "", "places: \"p.csv\" is no full path"},
	{"place = { stale_moving_s = 700; };", BENCH, "",
		"stale_moving_s: 700 is more than stale_parked_s, 600"},
	{"place = { fastest_kmh = 5; };", BENCH, "", "fastest_kmh: "},
	{"", BENCH, "links = { budget_mb_month = 2000000; };",
		"w.conf:5: budget_mb_month: 2000000 is out of range"},
	{"", BENCH, "links = { budget_mb_month = 500; unlimited = \"wlan0, eth 0!\"; };",
		"w.conf:5: unlimited: \"0!\" is no link; a name as \"ip link\" shows it"},
	{"", BENCH, "links = { budget_mb_month = 5; unlimited = \"enx0123456789abcd,eth0\"; };",
		"unlimited: \"enx0123456789abcd\" is no link"},
	{"", BENCH, "links = { budget_mb_mont = 5; };", "did you mean budget_mb_month?"},
	{"", BENCH, "link = { budget_mb_month = 5; };", "did you mean links?"},
	{"", BENCH, "links = { budget_mb_month = -1; };", "budget_mb_month: -1 is out of range"},
	{"", BENCH, "links = { budget_mb_month = 4294967301; };", "4294967301 is out of range"},
	{"", BENCH, "links = { budget_mb_month = \"5\"; };", "found the text \"5\""},
	{"", BENCH, "links = { budget_mb_month = 0.5; };", "found the real number 0.5"},
	{"", BENCH, "links = { month_begins = 0; };", "month_begins: 0 is out of range"},
	{"", BENCH, "links = { month_begins = 29; };", "month_begins: 29 is out of range"},
	{"", BENCH, "links = { unlimited = 5; };", "unlimited: "},
	{"", BENCH, "limits = { sets = \"nsdwq-2010, who 2022!\"; };",
		"w.conf:5: sets: \"who 2022!\" is no limit set; it is a name as nsdwq-2010"},
	{"", BENCH, "limits = { folder = \"limits\"; };", "folder: \"limits\" is no full path"},
	{"console = { operators = \"operators\"; };", BENCH, "",
		"operators: \"operators\" is no full path"},
	{"console = { listen = \"van\"; };", BENCH, "", "listen: \"van\" is no IPv4 address"},
	{"console = { listen = \"0.0.0.0\"; };", BENCH, "",
		"listen: \"0.0.0.0\" is open to a network: only with certificate"},
	{"console = { listen = \"192.168.8.2\"; certificate = \"/c\"; key = \"/k\"; hosts = \"v\"; "
	 "};",
		BENCH, "", "is open to a network"},
	{"console = { listen = \"192.168.8.2\"; operators = \"/o\"; hosts = \"v\"; };", BENCH, "",
		"is open to a network"},
	{"console = { certificate = \"/c\"; };", BENCH, "",
		"certificate: certificate and key belong together"},
	{"console = { hosts = \"van-3.lan:8080\"; };", BENCH, "",
		"hosts: \"van-3.lan:8080\" is no name"},
	{"console = { idle_min = 0; };", BENCH, "",
		"idle_min: 0 is out of range; allowed 1 to 720 min"},
	{"", BENCH, "samples = { points = \"p.csv\"; };", "points: \"p.csv\" is no full path"},
	{"", BENCH, "samples = { points = \"/p.csv\"; aliases = \"a.csv\"; };",
		"aliases: \"a.csv\" is no full path"},
	{"", BENCH, "samples = { aliases = \"/a.csv\"; };",
		"aliases: is a table of doubles without a list of points"},
	{"", BENCH, "limits = { signatures = \"s.csv\"; };",
		"signatures: \"s.csv\" is no full path"},
	{"", BENCH, "links = { unlimited = ( \"eth0\" ); };", "found a list ( )"},
	{"", BENCH, "links = ( { month_begins = 5; } );", "links: a group { } is wanted here"},
	{"", BENCH, "links = { budget_mb_month = 5; unlimited = \"eth0/1\"; };",
		"unlimited: \"eth0/1\" is no link"},
	{"spool = { ballast_mb = 1025; };", BENCH, "", "ballast_mb: 1025 is out of range"},
	{"spool = { ballast_mb = -1; };", BENCH, "", "ballast_mb: -1 is out of range"},
	{"spool = { ballast_mb = true; };", BENCH, "", "found the word true"},
	{"spool = { balast_mb = 8; };", BENCH, "", "did you mean ballast_mb?"},
	/* stores */
	{"", BENCH, "stores = ( { " HTTP "bucket = \"b\"; } );",
		"w.conf:5: bucket: belongs to a store with type = \"influxdb-v2\" only"},
	{"", BENCH, "stores = ( { name = \"s\"; type = \"influxdb-v1\"; url = \"http://h\"; } );",
		"database: is missing in this store"},
	{"", BENCH, "stores = ( { name = \"s\"; type = \"influxdb-v2\"; url = \"http://h\"; } );",
		"bucket: is missing in this store"},
	{"", BENCH, "stores = ( { name = \"s\"; type = \"influxdb-v1\"; url = \"h:80\"; } );",
		"url: \"h:80\" is no address of a store"},
	{"", BENCH, "stores = ( { name = \"s\"; type = \"influxdb-v1\"; url = \"http://\"; } );",
		"is no address of a store"},
	{"", BENCH,
		"stores = ( { name = \"s\"; type = \"influxdb-v1\"; url = \"http://h?db=x\"; } );",
		"is no address of a store"},
	{"", BENCH,
		"stores = ( { name = \"s\"; type = \"influxdb-v1\"; url = \"http://u:p@h\"; } );",
		"url: holds a user or a password"},
	{"", BENCH, "stores = ( { " HTTP "token_file = \"/absent/token\"; } );",
		"token_file: /absent/token cannot be read: No such file or directory"},
	{"", BENCH, "stores = ( { " HTTP "token_file = \"/dev\"; } );", "/dev is not a file"},
	{"", BENCH, "stores = ( { " HTTP "token_file = \"token\"; } );", "is no full path"},
	{"", BENCH, "stores = ( { " HTTP "read_user = \"u\"; } );",
		"read_user: is of no use without read_token_file"},
	{"", BENCH, "stores = ( { " HTTP "read_url = \"store\"; } );",
		"read_url: \"store\" is no address of a store"},
	{"", BENCH, "stores = ( { " HTTP "receipt_s = 90000; } );", "receipt_s"},
	{"", BENCH, "stores = ( { " HTTP "read_token_file = \"token\"; } );",
		"read_token_file: \"token\" is no full path"},
	{"", BENCH, "stores = ( { " HTTP "user = \"u\"; } );",
		"user: is of no use without token_file"},
	{"", BENCH, "stores = ( { " HTTP "cert_file = \"/c\"; } );",
		"key_file are wanted together"},
	{"", BENCH, "stores = ( { " HTTP "ca_file = \"/c\"; } );",
		"https:// is wanted with ca_file"},
	{"", BENCH, "stores = ( { " HTTP "retry_first_ms = 600; retry_most_ms = 500; } );",
		"retry_first_ms: 600 is more than retry_most_ms, 500"},
	{"", BENCH, "stores = ( { " HTTP "}, { " HTTP "} );", "is the name of another store"},
	/* syntax */
	{"log = info;", BENCH, "", "w.conf:1: cannot be understood at or before"},
	{"", BENCH, "stores = ( {", "w.conf:5: this '{' is never closed"},
	{"", BENCH, "stores = ( };", "w.conf:5: '}' does not close the '(' of w.conf:5"},
	{"", BENCH, ");", "w.conf:5: this ')' closes nothing"},
	{"log = \"info;", BENCH, "", "w.conf:1: the text \"info; is not closed"},
	{"", BENCH BENCH, "",
		"w.conf:4: a comma is missing between this '{' and the '}' before it"},
	{"", BENCH ",", "", "w.conf:4: the comma before this ')' is one too many"},
	{"", BENCH, "/* never", "w.conf:5: the comment that starts with /* is never closed"},
	{"", BENCH, "@include x", "w.conf:5: an include is written  @include \"file\""},
	{"", BENCH, "@include \"absent\"", "w.conf:5: absent cannot be read: No such file"},
};

static void each_is_said_with_its_place(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		int err = read_with(mistakes[i].before, mistakes[i].lines, mistakes[i].after);

		if (err != ERR_CONF || !strstr(said, mistakes[i].expect))
			fail_msg("case %zu: wanted\n  %s\ngot (%d)\n  %s", i, mistakes[i].expect,
				err, said);
	}
}

static void what_is_right_says_nothing(void **state)
{
	static const struct mistake right[] = {
		{"", BENCH, "", ""},
		{"spool = { commit_ms = 0x100; };", BENCH, "", ""},
		{"", TCP("port = \"[fe80::1]:502\";"), "", ""},
		{"", TCP("port = \"plc.local:502\";"), "", ""},
		{"", LINE("a", "usb:10c4:EA60:0001", UNIT("u", "247")), "", ""},
		{"", BENCH, "stores = ( { " HTTP "} );", ""},
		{"", BENCH, "stores = ( { " HTTP "token_file = \"credential:token\"; } );", ""},
	};
	size_t i;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (read_with(right[i].before, right[i].lines, right[i].after) || *said)
			fail_msg("case %zu: %s", i, said);
}

static void warnings_do_not_refuse(void **state)
{
	(void)state;
	assert_int_equal(read_with("", BENCH,
				 "stores = ( { name = \"s\"; type = \"influxdb-v1\"; url = "
				 "\"http://store\"; "
				 "database = \"d\"; token_file = \"credential:token\"; } );"),
		0);
	assert_non_null(strstr(said, "w.conf:5: warning: url: the token travels in the clear"));
	assert_int_equal(read_with("", BENCH, "links = { unlimited = \"eth0\"; };"), 0);
	assert_non_null(strstr(said, "w.conf:5: warning: unlimited: is of no use without"));
	assert_int_equal(
		read_with("", BENCH, "links = { budget_mb_month = 9; unlimited = \"*\"; };"), 0);
	assert_non_null(strstr(said, "the budget never counts"));
	assert_int_equal(read_with("", BENCH, "limits = { folder = \"/nowhere\"; };"), 0);
	assert_non_null(
		strstr(said, "w.conf:5: warning: sets: /nowhere/nsdwq-2010.csv: No such file"));
	assert_non_null(strstr(said, "no result can be judged"));
}

/* Less than 1024 weeks, or the week number of the satellites says too little. */
static void a_span_that_hides_a_week_rollover_is_warned_of(void **state)
{
	(void)state;
	assert_int_equal(read_with("clock = { not_before = \"2026-01-01\"; not_after = "
				   "\"2045-08-16\"; };",
				 BENCH, ""),
		0);
	assert_string_equal(said, "");
	assert_int_equal(read_with("clock = { not_before = \"2026-01-01\"; not_after = "
				   "\"2045-08-17\"; };",
				 BENCH, ""),
		0);
	if (!strstr(said, "w.conf:1: warning: not_after: is 1024 weeks or more"))
		fail_msg("%s", said);
}

static void a_line_without_time_is_warned_of(void **state)
{
	(void)state;
	assert_int_equal(read_with("",
				 LINE("a", "/dev/a",
					 "{ name = \"u\"; profile = \"acme-ph\"; address = 1; "
					 "interval_ms = 100; },"
					 "{ name = \"v\"; profile = \"acme-ph\"; address = 2; "
					 "interval_ms = 100; },"
					 "{ name = \"w\"; profile = \"acme-ph\"; address = 3; "
					 "interval_ms = 100; }"),
				 ""),
		0);
	if (!strstr(said, "w.conf:3: warning: units: ask for "))
		fail_msg("%s", said);
}

static void all_mistakes_are_said(void **state)
{
	(void)state;
	assert_int_equal(read_conf("spol = { };\nlog = 1;\nspool = { commit_ms = 1;\nx = 2; };\n"),
		ERR_CONF);
	assert_non_null(strstr(said, "w.conf:1: spol: is not a key"));
	assert_non_null(strstr(said, "w.conf:1: lab: is missing in this configuration"));
	assert_non_null(strstr(said, "w.conf:2: log: "));
	assert_non_null(strstr(said, "w.conf:3: commit_ms: 1 is out of range"));
	assert_non_null(strstr(said, "w.conf:4: x: is not a key of a spool"));
	assert_non_null(strstr(said, "w.conf:1: lines: is missing"));
}

static void absent_and_odd_files_are_said(void **state)
{
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf;

	(void)state;
	assert_int_equal(conf_read(&conf, "absent.conf", &errors), ERR_CONF);
	assert_string_equal(said, "absent.conf: cannot be read: No such file or directory\n");
	text_clear(&errors);
	assert_int_equal(conf_read(&conf, "drivers", &errors), ERR_CONF);
	assert_string_equal(said, "drivers: drivers is not a file\n");
	text_clear(&errors);
	assert_int_equal(conf_read(&conf, "/dev/zero", &errors), ERR_CONF);
	text_clear(&errors);
	assert_int_equal(conf_read(&conf, "empty", &errors), ERR_CONF);
	assert_non_null(strstr(said, "lab: is missing in this configuration"));
}

/* A report far longer than its room is cut cleanly. */
static void a_small_room_is_not_overrun(void **state)
{
	char room[32], words[4096] = "";
	struct text errors = text_over(room, sizeof(room));
	struct conf *conf;
	int i;

	(void)state;
	for (i = 0; i < 200; i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "k%d = 1;\n", i);
	assert_int_equal(conf_read_text(&conf, "w.conf", words, &errors), ERR_CONF);
	assert_true(errors.cut);
	assert_true(errors.len < sizeof(room));
}

static void a_credential_is_a_path_under_systemd(void **state)
{
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf;
	char words[1024], path[512];

	(void)state;
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	snprintf(words, sizeof(words),
		"lab = \"v\"; drivers = \"%s/drivers\"; lines = ( " BENCH " ); stores = ( { " HTTP
		"token_file = \"credential:token\"; } );",
		folder);
	assert_int_equal(conf_read_text(&conf, "w.conf", words, &errors), 0);
	snprintf(path, sizeof(path), "%s/token", folder);
	assert_string_equal(conf->stores[0].token_file, path);
	conf_free(conf);
	assert_int_equal(
		read_with("", BENCH, "stores = ( { " HTTP "token_file = \"credential:../x\"; } );"),
		ERR_CONF);
	assert_non_null(strstr(said, "it is written credential:NAME"));
	assert_int_equal(read_with("", BENCH,
				 "stores = ( { " HTTP "token_file = \"credential:empty\"; } );"),
		ERR_CONF);
	assert_non_null(strstr(said, "empty is empty"));
	unsetenv("CREDENTIALS_DIRECTORY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_said_with_its_place),
		cmocka_unit_test(what_is_right_says_nothing),
		cmocka_unit_test(warnings_do_not_refuse),
		cmocka_unit_test(a_span_that_hides_a_week_rollover_is_warned_of),
		cmocka_unit_test(a_line_without_time_is_warned_of),
		cmocka_unit_test(all_mistakes_are_said),
		cmocka_unit_test(absent_and_odd_files_are_said),
		cmocka_unit_test(a_small_room_is_not_overrun),
		cmocka_unit_test(a_credential_is_a_path_under_systemd),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
