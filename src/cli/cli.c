#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

struct command {
	const char *name;
	const char *second; /* its second word, or NULL */
	int (*run)(struct cli *cli);
	unsigned options; /* enum option_group it takes */
	int least, most;  /* arguments */
};

static const struct command commands[] = {
	{"status", NULL, cli_status, OPTION_JSON, 0, 0},
	{"watch", NULL, cli_watch, OPTION_JSON, 0, 0},
	{"try", NULL, cli_try, OPTION_JSON, 1, 1},
	{"spool", "stat", cli_spool_stat, OPTION_JSON, 0, 0},
	{"spool", "export", cli_spool_export, OPTION_EXPORT | OPTION_TO, 0, 0},
	{"refused", NULL, cli_refused, OPTION_JSON, 0, 1},
	{"reconcile", NULL, cli_reconcile, OPTION_JSON, 0, 1},
	{"clock", "enter", cli_clock_enter, OPTION_JSON | OPTION_WITHIN | OPTION_REASON, 1, 3},
	{"clock", NULL, cli_clock, OPTION_JSON, 0, 0},
	{"check", NULL, cli_check, 0, 0, 1},
	{"inbox", NULL, cli_inbox, 0, 1, 1000},
	{"replay", NULL, cli_replay, OPTION_DRIVERS, 2, 1000},
	{"lint", NULL, cli_lint, OPTION_DRIVERS, 1, 1000},
	{"record", NULL, cli_record, OPTION_SECONDS, 1, 2},
	{"probe", NULL, cli_probe, OPTION_DRIVERS | OPTION_UNIT | OPTION_SPEED, 2, 2},
	{"scan", NULL, cli_scan, OPTION_DRIVERS | OPTION_UNITS | OPTION_SPEED, 1, 1},
	{"parameters", NULL, cli_parameters, 0, 0, 0},
	{"gps", NULL, cli_gps, OPTION_JSON | OPTION_SECONDS, 0, 3},
	{"place", "enter", cli_place_enter, OPTION_JSON | OPTION_ENTRY | OPTION_REASON, 0, 0},
	{"place", "forget", cli_place_forget, OPTION_JSON, 0, 0},
	{"place", "list", cli_place_list, OPTION_PLACES, 0, 1},
	{"place", NULL, cli_place, OPTION_JSON | OPTION_AWAY, 0, 0},
	{"boundaries", "show", cli_boundaries_show, OPTION_KEYS | OPTION_PLACES | OPTION_INSTALL, 0,
		1},
	{"boundaries", "install", cli_boundaries_install,
		OPTION_TO | OPTION_KEYS | OPTION_PLACES | OPTION_INSTALL, 1, 1},
	{"district", NULL, cli_district,
		OPTION_BOUNDARIES | OPTION_WITHIN | OPTION_KEYS | OPTION_PLACES, 0, 0},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char help[] =
	"Usage: waterlab [--socket PATH] [--config FILE] COMMAND\n"
	"\n"
	"  status [--json]       what is read, saved and sent, and why something waits\n"
	"  watch [--json]        the same, live, each second; q ends it\n"
	"  try NAME [--json]     ask an analyzer, or try a store, now, whatever its pause\n"
	"  refused [STORE] [--json]\n"
	"                        readings that a store will never take, and its words\n"
	"  reconcile [STORE] [--json]\n"
	"                        ask the store whether it has what it took and did not\n"
	"                        confirm yet; what it does not have is sent again. Status 0:\n"
	"                        it confirmed all it was asked about\n"
	"  spool stat [--json]   what the van's spool holds\n"
	"  spool export [--format csv|lp] [--stream readings|ledger] [--from N] [--to N]\n"
	"                        rows N to N (default: all) to standard output\n"
	"  clock [--json]        where readings get their time from, and what else there is\n"
	"  clock enter \"YYYY-MM-DD HH:MM[:SS] [+05:00]\" [--within SECONDS] --reason TEXT\n"
	"                        the time is that, give or take SECONDS (default 60). It is\n"
	"                        UTC, or with +05:00 what a clock in Pakistan shows\n"
	"  check [FILE]          check a configuration\n"
	"  parameters            what an analyzer can measure, with units\n"
	"  inbox FILE...         what the van would take from a meter's file that is put into\n"
	"                        its inbox, and what not and why; nothing is recorded\n"
	"  replay DRIVER TRACE...\n"
	"                        what a driver makes of recorded traffic (drivers/README.md)\n"
	"  lint DRIVER...        whether drivers, by name or folder, are whole and sound, and\n"
	"                        their cases come out as they are written\n"
	"  record LINE [UNIT] [--seconds N]\n"
	"                        what the daemon and an analyzer said to each other lately,\n"
	"                        and for N seconds more, as a trace for replay; without a\n"
	"                        daemon the line is opened and asked (default: 10 seconds)\n"
	"  probe DRIVER LINE --unit N [SPEED] [--drivers PATH]\n"
	"                        asks one analyzer for all that its driver knows: registers,\n"
	"                        values, every byte order, the addresses beside them\n"
	"  scan LINE [--units FIRST-LAST] [--all-speeds] [SPEED] [--drivers PATH]\n"
	"                        who answers on a Modbus line; reads only; Ctrl-C ends it\n"
	"  place [--away METRES] [--json]\n"
	"                        where the van is, by what, how sure; --away: what a sample\n"
	"                        so far from the van would get\n"
	"  place enter [--at LAT,LON --error METRES] [--district NAME [--tehsil NAME]]\n"
	"                        --reason TEXT\n"
	"                        say by hand where the van is, for while there is no sky\n"
	"  place forget          take that back\n"
	"  place list [NAME]     districts and tehsils to choose from\n"
	"  gps [gpsd ADDRESS [DEVICE] | nmea PORT [BAUD]] [--seconds N] [--json]\n"
	"                        what a satellite receiver says, and how it is judged, until\n"
	"                        Ctrl-C or for N seconds; no daemon is asked (default: as\n"
	"                        configured; 9600 baud)\n"
	"  district --boundaries FILE [--within METRES] [KEYS]\n"
	"                        rows of standard input (CSV) with district, division,\n"
	"                        province, metres to the border and the nearest other\n"
	"                        district added; a point is lon,lat, or what a heading\n"
	"                        calls lon and lat, or position (of spool export)\n"
	"  boundaries show [FILE] [--only CODE,CODE] [KEYS]\n"
	"                        what a boundary file holds, and what is doubtful in it\n"
	"  boundaries install FILE [--to PATH] [--edition TEXT] [--only CODE,CODE]\n"
	"                        [--accept] [KEYS]\n"
	"                        check a GeoJSON file and make it the van's districts\n"
	"  help                  this\n"
	"\n"
	"  --socket PATH         the daemon's socket (default: as the configuration says)\n"
	"  --config FILE         configuration (default /etc/waterlab/waterlab.conf)\n"
	"  --version             print the version\n"
	"  --within METRES       look for borders only so far (default: however far)\n"
	"  --places FILE         the gazetteer (default: the installed one)\n"
	"  --drivers PATH        folder of the drivers (default: as the configuration says)\n"
	"  --to PATH             default: place.boundaries of the configuration\n"
	"  --only CODE,CODE      a part of the file: codes, or how they begin, as PK5\n"
	"  --accept              install in spite of doubts\n"
	"  LINE                  a line's name in the configuration; for probe and scan also\n"
	"                        a device (/dev/..., usb:VID:PID) or HOST:PORT. Both want the\n"
	"                        line for themselves: stop the daemon first\n"
	"  SPEED                 --baud N --parity none|even|odd --stop 1|2 (default: the\n"
	"                        line's, or 9600 none 1)\n"
	"  KEYS                  which GeoJSON property says what, where it is not called\n"
	"                        as usual: --code-key, --name-key, --division-key,\n"
	"                        --province-key, --tehsil-key, --tehsil-name-key PROPERTY\n"
	"\n"
	"spool asks the daemon, and opens the spool itself only when no daemon holds it.\n"
	"Exit status: 0 done; 1 it was tried and failed; 2 the command line or the\n"
	"configuration is wrong; 3 no daemon answers. Colours: only on a terminal, and not\n"
	"when NO_COLOR is set.\n";

static void say_second_words(const char *name)
{
	const char *between = "";
	size_t i;

	fprintf(stderr, "waterlab: \"%s\" is followed by ", name);
	for (i = 0; i < COUNT(commands); i++) {
		if (strcmp(commands[i].name, name) != 0 || !commands[i].second)
			continue;
		fprintf(stderr, "%s\"%s\"", between, commands[i].second);
		between = " or ";
	}
	fputc('\n', stderr);
}

/* The command of the words given; NULL after words about what is wrong. */
static const struct command *find_command(int n, char **words)
{
	const struct command *nearest = NULL;
	unsigned distance, best = 4;
	size_t i;

	for (i = 0; i < COUNT(commands); i++) {
		const struct command *c = &commands[i];

		if (!strcmp(c->name, words[0]) &&
			(!c->second || (n > 1 && !strcmp(c->second, words[1]))))
			return c;
		distance = text_distance(c->name, words[0]);
		if (distance < best) {
			best = distance;
			nearest = c;
		}
	}
	if (nearest && best == 0)
		say_second_words(nearest->name);
	else if (nearest)
		fprintf(stderr, "waterlab: there is no command \"%s\"; did you mean \"%s\"?\n",
			words[0], nearest->name);
	else
		fprintf(stderr, "waterlab: there is no command \"%s\"; waterlab help shows all\n",
			words[0]);
	return NULL;
}

static void say_words(const struct command *c)
{
	fprintf(stderr, "waterlab: %s%s%s takes ", c->name, c->second ? " " : "",
		c->second ? c->second : "");
	if (c->least == c->most)
		fprintf(stderr, "%d", c->least);
	else
		fprintf(stderr, "%d to %d", c->least, c->most);
	fprintf(stderr, " %s behind it; waterlab help\n", c->most == 1 ? "word" : "words");
}

static int run_command(struct cli *cli, const struct command *command, int given)
{
	if (given & ~(int)command->options) {
		fprintf(stderr, "waterlab: %s%s%s does not take that option; waterlab help\n",
			command->name, command->second ? " " : "",
			command->second ? command->second : "");
		return CLI_USAGE;
	}
	if (cli->n_args < command->least || cli->n_args > command->most) {
		say_words(command);
		return CLI_USAGE;
	}
	return command->run(cli);
}

int cli_run(int argc, char **argv)
{
	struct cli cli = {.config = "/etc/waterlab/waterlab.conf"};
	int given = options_read(&cli, argc, argv);
	const struct command *command;
	int status, words;

	if (given < 0)
		return CLI_USAGE;
	if (cli.version) {
		puts("waterlab " WATERLAB_VERSION);
		return CLI_DONE;
	}
	if (cli.help || (optind < argc && !strcmp(argv[optind], "help"))) {
		fputs(help, stdout);
		return CLI_DONE;
	}
	if (optind >= argc) {
		fputs(help, stderr);
		return CLI_USAGE;
	}
	command = find_command(argc - optind, argv + optind);
	if (!command)
		return CLI_USAGE;
	words = command->second ? 2 : 1;
	cli.n_args = argc - optind - words;
	cli.args = argv + optind + words;
	status = run_command(&cli, command, given);
	if (fflush(stdout) != 0 && status == CLI_DONE) {
		fprintf(stderr, "waterlab: standard output: %s\n", strerror(errno));
		return CLI_FAILED;
	}
	return status;
}
