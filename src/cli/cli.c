#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
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
	HAS_WITHIN = 128,
	HAS_REASON = 256
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
	{"clock", "enter", cli_clock_enter, HAS_JSON | HAS_WITHIN | HAS_REASON, 1, 3},
	{"clock", NULL, cli_clock, HAS_JSON, 0, 0},
	{"check", NULL, cli_check, 0, 0, 1},
	{"parameters", NULL, cli_parameters, 0, 0, 0},
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
	"  clock [--json]        where readings get their time from, and what else there is\n"
	"  clock enter \"YYYY-MM-DD HH:MM[:SS] [+05:00]\" [--within SECONDS] --reason TEXT\n"
	"                        the time is that, give or take SECONDS (default 60). It is\n"
	"                        UTC, or with +05:00 what a clock in Pakistan shows\n"
	"  check [FILE]          check a configuration\n"
	"  parameters            what an analyzer can measure, with units\n"
	"  help                  this\n"
	"\n"
	"  --socket PATH         the daemon's socket (default: as the configuration says)\n"
	"  --config FILE         configuration (default /etc/waterlab/waterlab.conf)\n"
	"  --version             print the version\n"
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

/* Which options came, or -1 after words about a wrong one. */
static int read_options(struct cli *cli, int argc, char **argv)
{
	static const struct option known[] = {{"socket", required_argument, NULL, 's'},
		{"config", required_argument, NULL, 'c'}, {"json", no_argument, NULL, 'j'},
		{"format", required_argument, NULL, 'f'}, {"stream", required_argument, NULL, 'm'},
		{"from", required_argument, NULL, 'a'}, {"to", required_argument, NULL, 'b'},
		{"within", required_argument, NULL, 'w'}, {"reason", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0}};
	int given = 0, c;

	while ((c = getopt_long(argc, argv, "c:h", known, NULL)) != -1) {
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
		case 'b':
			given |= c == 'a' ? HAS_FROM : HAS_TO;
			if (read_number(optarg, c == 'a' ? &cli->from : &cli->to))
				break;
			fprintf(stderr, "waterlab: --%s is a number from 1, not %s\n",
				c == 'a' ? "from" : "to", optarg);
			return -1;
		case 'w':
			given |= HAS_WITHIN;
			if (read_number(optarg, &cli->within_s))
				break;
			fprintf(stderr,
				"waterlab: --within is a number of seconds from 1, not %s\n",
				optarg);
			return -1;
		case 'r':
			given |= HAS_REASON;
			cli->reason = optarg;
			break;
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
		fputs("waterlab: \"spool\" is followed by \"stat\" or \"export\"\n", stderr);
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
