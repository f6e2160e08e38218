#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/help.h"
#include "cli/options.h"

struct command {
	const char *name;
	const char *second; /* its second word, or NULL */
	int (*run)(struct cli *cli);
	uint64_t options; /* that it takes */
	int least, most;  /* arguments */
};

static const struct command commands[] = {
	{"status", NULL, cli_status, OPTION_JSON | OPTION_WAIT, 0, 0},
	{"watch", NULL, cli_watch, OPTION_JSON, 0, 0},
	{"try", NULL, cli_try, OPTION_JSON, 1, 1},
	{"spool", "stat", cli_spool_stat, OPTION_JSON, 0, 0},
	{"spool", "verify", cli_spool_verify, OPTION_JSON, 0, 1},
	{"spool", "salvage", cli_spool_salvage, 0, 0, 0},
	{"spool", "export", cli_spool_export, OPTION_EXPORT | OPTION_STREAM | OPTION_TO, 0, 1},
	{"refused", NULL, cli_refused,
		OPTION_JSON | OPTION_REFUSED | OPTION_STORE | OPTION_STREAM | OPTION_REASON, 0, 1},
	{"carry", "out", cli_carry_out, OPTION_STORE, 1, 1},
	{"carry", "in", cli_carry_in, OPTION_STORE, 1, 1},
	{"carry", "back", cli_carry_back, OPTION_STORE, 1, 1},
	{"reconcile", NULL, cli_reconcile, OPTION_JSON | OPTION_ALL, 0, 1},
	{"sample", "begin", cli_sample_begin,
		OPTION_JSON | OPTION_BY | OPTION_POINT | OPTION_ACTIVITY | OPTION_UNIT |
			OPTION_SURE,
		0, 0},
	{"sample", "impediment", cli_sample_impediment,
		OPTION_JSON | OPTION_BY | OPTION_POINT | OPTION_REASON | OPTION_SURE, 0, 0},
	{"sample", "enter", cli_sample_enter,
		OPTION_JSON | OPTION_BY | OPTION_SAMPLE | OPTION_AMOUNT | OPTION_SURE |
			OPTION_METHOD | OPTION_KNOWN,
		2, 3},
	{"sample", "attach", cli_sample_attach, OPTION_JSON | OPTION_BY | OPTION_SAMPLE, 1, 1},
	{"sample", "take", cli_sample_take,
		OPTION_JSON | OPTION_BY | OPTION_SAMPLE | OPTION_SURE | OPTION_KNOWN, 2, 2},
	{"sample", "start", cli_sample_start,
		OPTION_JSON | OPTION_BY | OPTION_SAMPLE | OPTION_METHOD | OPTION_HOURS, 1, 1},
	{"sample", "finish", cli_sample_finish,
		OPTION_JSON | OPTION_BY | OPTION_AMOUNT | OPTION_SURE | OPTION_KNOWN, 2, 3},
	{"sample", "end", cli_sample_end, OPTION_JSON | OPTION_BY | OPTION_SAMPLE, 0, 0},
	{"sample", "cancel", cli_sample_cancel,
		OPTION_JSON | OPTION_BY | OPTION_SAMPLE | OPTION_REASON, 0, 0},
	{"sample", "amend", cli_sample_amend,
		OPTION_JSON | OPTION_BY | OPTION_PARAMETER | OPTION_VALUE | OPTION_UNIT |
			OPTION_AMOUNT | OPTION_SURE | OPTION_METHOD | OPTION_REASON | OPTION_KNOWN,
		1, 1},
	{"sample", "verify", cli_sample_verify, OPTION_JSON | OPTION_BY, 1, 1},
	{"sample", "show", cli_sample_show, OPTION_JSON | OPTION_SAMPLE, 0, 0},
	{"sample", "slip", cli_sample_slip, 0, 1, 1},
	{"sample", "list", cli_sample_list, OPTION_JSON, 0, 0},
	{"sample", "points", cli_sample_points, OPTION_JSON, 0, 1},
	{"audit", NULL, cli_audit, OPTION_JSON, 0, 1},
	{"operator", "add", cli_operator_add, OPTION_BY, 2, 2},
	{"operator", "list", cli_operator_list, OPTION_JSON, 0, 0},
	{"operator", "pin", cli_operator_pin, OPTION_BY, 1, 1},
	{"operator", "remove", cli_operator_remove, OPTION_BY, 1, 1},
	{"clock", "enter", cli_clock_enter, OPTION_JSON | OPTION_WITHIN | OPTION_REASON, 1, 3},
	{"clock", NULL, cli_clock, OPTION_JSON, 0, 0},
	{"check", "begin", cli_check_begin,
		OPTION_JSON | OPTION_BY | OPTION_STANDARD | OPTION_VALUE | OPTION_EXPIRES |
			OPTION_SURE,
		1, 2},
	{"check", "standard", cli_check_standard,
		OPTION_JSON | OPTION_BY | OPTION_CHECK | OPTION_VALUE | OPTION_EXPIRES |
			OPTION_SURE,
		1, 1},
	{"check", "take", cli_check_take, OPTION_JSON | OPTION_BY | OPTION_CHECK | OPTION_SURE, 0,
		0},
	{"check", "adjusted", cli_check_adjusted, OPTION_JSON | OPTION_BY | OPTION_CHECK, 0, 0},
	{"check", "finish", cli_check_finish, OPTION_JSON | OPTION_BY | OPTION_CHECK, 0, 0},
	{"check", "cancel", cli_check_cancel,
		OPTION_JSON | OPTION_BY | OPTION_CHECK | OPTION_REASON, 0, 0},
	{"check", "show", cli_check_show, OPTION_JSON | OPTION_CHECK, 0, 0},
	{"check", "list", cli_check_list, OPTION_JSON, 0, 0},
	{"check", NULL, cli_check, 0, 0, 1},
	{"inbox", NULL, cli_inbox, 0, 1, 1000},
	{"replay", NULL, cli_replay, OPTION_DRIVERS, 2, 1000},
	{"lint", NULL, cli_lint, OPTION_DRIVERS, 1, 1000},
	{"record", NULL, cli_record, OPTION_SECONDS, 1, 2},
	{"probe", NULL, cli_probe, OPTION_DRIVERS | OPTION_UNIT | OPTION_SPEED, 2, 2},
	{"scan", NULL, cli_scan, OPTION_DRIVERS | OPTION_UNITS | OPTION_SPEED, 1, 1},
	{"parameters", NULL, cli_parameters, 0, 0, 0},
	{"limits", "show", cli_limits, OPTION_JSON | OPTION_SET, 0, 1},
	{"limits", "confirm", cli_limits_confirm, OPTION_SET | OPTION_BY | OPTION_REASON, 1, 1},
	{"limits", NULL, cli_limits, OPTION_JSON | OPTION_SET, 0, 1},
	{"gps", NULL, cli_gps, OPTION_JSON | OPTION_SECONDS, 0, 3},
	{"place", "enter", cli_place_enter, OPTION_JSON | OPTION_ENTRY | OPTION_REASON, 0, 0},
	{"place", "forget", cli_place_forget, OPTION_JSON, 0, 0},
	{"place", "list", cli_place_list, OPTION_PLACES, 0, 1},
	{"place", NULL, cli_place, OPTION_JSON | OPTION_AWAY, 0, 0},
	{"boundaries", "show", cli_boundaries_show, OPTION_KEYS | OPTION_PLACES | OPTION_ONLY, 0,
		1},
	{"boundaries", "install", cli_boundaries_install,
		OPTION_TO | OPTION_KEYS | OPTION_PLACES | OPTION_ONLY | OPTION_INSTALL, 1, 1},
	{"qc", NULL, cli_qc, 0, 0, 1},
	{"district", NULL, cli_district,
		OPTION_BOUNDARIES | OPTION_WITHIN | OPTION_KEYS | OPTION_PLACES, 0, 0},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

static int run_command(struct cli *cli, const struct command *command, uint64_t given)
{
	if (given & ~command->options) {
		fprintf(stderr, "waterlab: %s%s%s does not take --%s; waterlab help %s\n",
			command->name, command->second ? " " : "",
			command->second ? command->second : "",
			options_name(cli, given & ~command->options), command->name);
		return CLI_USAGE;
	}
	if (cli->n_args < command->least || cli->n_args > command->most) {
		say_words(command);
		return CLI_USAGE;
	}
	return command->run(cli);
}

/* "help", "help COMMAND ...", "COMMAND ... --help". */
static int say_help(int n, char **words)
{
	if (n && !strcmp(words[0], "help")) {
		n--;
		words++;
	}
	if (!n)
		help_all(stdout);
	else if (!(n > 1 && help_of(words[0], words[1], stdout)) &&
		 !help_of(words[0], NULL, stdout))
		return find_command(1, words) ? CLI_DONE : CLI_USAGE;
	return CLI_DONE;
}

int cli_run(int argc, char **argv)
{
	struct cli cli = {.config = CLI_CONFIG};
	const struct command *command;
	uint64_t given;
	int status, words;

	if (!options_read(&cli, argc, argv, &given))
		return CLI_USAGE;
	if (cli.version) {
		puts("waterlab " WATERLAB_VERSION);
		return CLI_DONE;
	}
	if (cli.help || (optind < argc && !strcmp(argv[optind], "help")))
		return say_help(argc - optind, argv + optind);
	if (optind >= argc) {
		help_all(stderr);
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
