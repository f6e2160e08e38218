#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_bit {
	HAS_JSON = 1,
	HAS_FORMAT = 2,
	HAS_STREAM = 4,
	HAS_FROM = 8,
	HAS_TO = 16,
	HAS_HELP = 32,
	HAS_VERSION = 64,
	HAS_SECONDS = 8192,
	HAS_TO_PATH = 128, /* --to is a path, no number */
	HAS_BOUNDARIES = 256,
	HAS_WITHIN = 512,
	HAS_KEYS = 1024,
	HAS_PLACES = 2048,
	HAS_INSTALL = 4096 /* --edition, --only, --accept */
};

/* Options whose word is only kept: where, and what they belong to. */
struct kept_option {
	const char *name;
	size_t at; /* in struct cli */
	enum option_bit bit;
};

static const struct kept_option kept_options[] = {
	{"boundaries", offsetof(struct cli, boundaries), HAS_BOUNDARIES},
	{"within", offsetof(struct cli, within), HAS_WITHIN},
	{"places", offsetof(struct cli, places), HAS_PLACES},
	{"edition", offsetof(struct cli, edition), HAS_INSTALL},
	{"only", offsetof(struct cli, only), HAS_INSTALL},
	{"code-key", offsetof(struct cli, keys.code), HAS_KEYS},
	{"name-key", offsetof(struct cli, keys.name), HAS_KEYS},
	{"division-key", offsetof(struct cli, keys.division), HAS_KEYS},
	{"province-key", offsetof(struct cli, keys.province), HAS_KEYS},
	{"tehsil-key", offsetof(struct cli, keys.tehsil), HAS_KEYS},
	{"tehsil-name-key", offsetof(struct cli, keys.tehsil_name), HAS_KEYS},
};

struct command {
	const char *name;
	const char *second; /* its second word, or NULL */
	int (*run)(struct cli *cli);
	unsigned options; /* enum option_bit it takes */
	int least, most;  /* arguments */
};

static const struct command commands[] = {
	{"status", NULL, cli_status, HAS_JSON, 0, 0},
	{"watch", NULL, cli_watch, HAS_JSON, 0, 0},
	{"try", NULL, cli_try, HAS_JSON, 1, 1},
	{"spool", "stat", cli_spool_stat, HAS_JSON, 0, 0},
	{"spool", "export", cli_spool_export, HAS_FORMAT | HAS_STREAM | HAS_FROM | HAS_TO, 0, 0},
	{"refused", NULL, cli_refused, HAS_JSON, 0, 1},
	{"check", NULL, cli_check, 0, 0, 1},
	{"parameters", NULL, cli_parameters, 0, 0, 0},
	{"district", NULL, cli_district, HAS_BOUNDARIES | HAS_WITHIN | HAS_KEYS | HAS_PLACES, 0, 0},
	{"boundaries", "show", cli_boundaries_show, HAS_KEYS | HAS_PLACES | HAS_INSTALL, 0, 1},
	{"boundaries", "install", cli_boundaries_install,
		HAS_TO | HAS_TO_PATH | HAS_KEYS | HAS_PLACES | HAS_INSTALL, 1, 1},
	{"gps", NULL, cli_gps, HAS_JSON | HAS_SECONDS, 2, 3},
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
	"  spool stat [--json]   what the van's spool holds\n"
	"  spool export [--format csv|lp] [--stream readings|ledger] [--from N] [--to N]\n"
	"                        rows N to N (default: all) to standard output\n"
	"  check [FILE]          check a configuration\n"
	"  parameters            what an analyzer can measure, with units\n"
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
	"  gps gpsd ADDRESS [DEVICE] | gps nmea PORT [BAUD] [--seconds N] [--json]\n"
	"                        what a satellite receiver says, and how it is judged, until\n"
	"                        Ctrl-C or for N seconds; no daemon is asked (9600 baud)\n"
	"  help                  this\n"
	"\n"
	"  --socket PATH         the daemon's socket (default: as the configuration says)\n"
	"  --config FILE         configuration (default /etc/waterlab/waterlab.conf)\n"
	"  --version             print the version\n"
	"  --within METRES       look for borders only so far (default: however far)\n"
	"  --places FILE         the gazetteer (default: the installed one)\n"
	"  --to PATH             default /var/lib/waterlab/boundaries\n"
	"  --only CODE,CODE      a part of the file: codes, or how they begin, as PK5\n"
	"  --accept              install in spite of doubts\n"
	"  KEYS                  which GeoJSON property says what, where it is not called\n"
	"                        as usual: --code-key, --name-key, --division-key,\n"
	"                        --province-key, --tehsil-key, --tehsil-name-key PROPERTY\n"
	"\n"
	"spool asks the daemon, and opens the spool itself only when no daemon holds it.\n"
	"Exit status: 0 done; 1 it was tried and failed; 2 the command line or the\n"
	"configuration is wrong; 3 no daemon answers. Colours: only on a terminal, and not\n"
	"when NO_COLOR is set.\n";

static bool read_number(const char *s, uint64_t *to)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || errno || v == 0 || v > INT64_MAX)
		return false;
	*to = v;
	return true;
}

static enum option_bit keep_word(struct cli *cli, const char *option, const char *word)
{
	const struct kept_option *kept = kept_options;

	while (strcmp(kept->name, option) != 0)
		kept++;
	memcpy((char *)cli + kept->at, &word, sizeof(word));
	return kept->bit;
}

/* Which options came, or -1 after words about a wrong one. */
static int read_options(struct cli *cli, int argc, char **argv)
{
	static const struct option known[] = {{"socket", required_argument, NULL, 's'},
		{"config", required_argument, NULL, 'c'}, {"json", no_argument, NULL, 'j'},
		{"format", required_argument, NULL, 'f'}, {"stream", required_argument, NULL, 'm'},
		{"from", required_argument, NULL, 'a'}, {"to", required_argument, NULL, 'b'},
		{"accept", no_argument, NULL, 'y'}, {"boundaries", required_argument, NULL, 'k'},
		{"within", required_argument, NULL, 'k'}, {"places", required_argument, NULL, 'k'},
		{"edition", required_argument, NULL, 'k'}, {"only", required_argument, NULL, 'k'},
		{"code-key", required_argument, NULL, 'k'},
		{"name-key", required_argument, NULL, 'k'},
		{"division-key", required_argument, NULL, 'k'},
		{"province-key", required_argument, NULL, 'k'},
		{"tehsil-key", required_argument, NULL, 'k'},
		{"tehsil-name-key", required_argument, NULL, 'k'},
		{"seconds", required_argument, NULL, 'n'}, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'}, {NULL, 0, NULL, 0}};
	int given = 0, which = 0, c;

	while ((c = getopt_long(argc, argv, "c:h", known, &which)) != -1) {
		switch (c) {
		case 's':
			cli->socket = optarg;
			break;
		case 'c':
			cli->config = optarg;
			break;
		case 'j':
			given |= HAS_JSON;
			cli->json = true;
			break;
		case 'f':
			given |= HAS_FORMAT;
			cli->format = optarg;
			if (strcmp(optarg, "csv") == 0 || strcmp(optarg, "lp") == 0)
				break;
			fprintf(stderr, "waterlab: --format is csv or lp, not %s\n", optarg);
			return -1;
		case 'm':
			given |= HAS_STREAM;
			cli->stream = optarg;
			if (strcmp(optarg, "readings") == 0 || strcmp(optarg, "ledger") == 0)
				break;
			fprintf(stderr, "waterlab: --stream is readings or ledger, not %s\n",
				optarg);
			return -1;
		case 'a':
			given |= HAS_FROM;
			if (read_number(optarg, &cli->from))
				break;
			fprintf(stderr, "waterlab: --from is a number from 1, not %s\n", optarg);
			return -1;
		case 'b': /* what it has to be is known with the command */
			given |= HAS_TO;
			cli->to_words = optarg;
			break;
		case 'k':
			given |= (int)keep_word(cli, known[which].name, optarg);
			break;
		case 'y':
			given |= HAS_INSTALL;
			cli->accept = true;
			break;
		case 'n':
			given |= HAS_SECONDS;
			if (read_number(optarg, &cli->seconds))
				break;
			fprintf(stderr, "waterlab: --seconds is a number from 1, not %s\n", optarg);
			return -1;
		case 'h':
			given |= HAS_HELP;
			break;
		case 'v':
			given |= HAS_VERSION;
			break;
		default:
			fputs("waterlab help shows what there is\n", stderr);
			return -1;
		}
	}
	return given;
}

static void say_second_words(const char *name)
{
	const char *between = "";
	size_t i;

	fprintf(stderr, "waterlab: \"%s\" is followed by ", name);
	for (i = 0; i < COUNT(commands); i++) {
		if (strcmp(commands[i].name, name) != 0)
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

static int run_command(struct cli *cli, const struct command *command, int given)
{
	if (given & ~(int)command->options) {
		fprintf(stderr, "waterlab: %s%s%s does not take that option; waterlab help\n",
			command->name, command->second ? " " : "",
			command->second ? command->second : "");
		return CLI_USAGE;
	}
	if (cli->n_args < command->least || cli->n_args > command->most) {
		fprintf(stderr, "waterlab: %s takes %d to %d words behind it; waterlab help\n",
			command->name, command->least, command->most);
		return CLI_USAGE;
	}
	if (cli->to_words && !(command->options & HAS_TO_PATH) &&
		!read_number(cli->to_words, &cli->to)) {
		fprintf(stderr, "waterlab: --to is a number from 1, not %s\n", cli->to_words);
		return CLI_USAGE;
	}
	if (cli->to && cli->from > cli->to) {
		fputs("waterlab: --from is greater than --to\n", stderr);
		return CLI_USAGE;
	}
	return command->run(cli);
}

int cli_run(int argc, char **argv)
{
	struct cli cli = {.config = "/etc/waterlab/waterlab.conf"};
	int given = read_options(&cli, argc, argv);
	const struct command *command;
	int status, words;

	if (given < 0)
		return CLI_USAGE;
	if (given & HAS_VERSION) {
		puts("waterlab " WATERLAB_VERSION);
		return CLI_DONE;
	}
	if (given & HAS_HELP || (optind < argc && !strcmp(argv[optind], "help"))) {
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
