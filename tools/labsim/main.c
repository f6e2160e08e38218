/* labsim - plays the lab that a waterlab.conf describes.  See README.md. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "control.h"
#include "example.h"
#include "storm.h"
#include "water.h"
#include "wire.h"

struct options {
	const char *config, *dir, *log, *ctl, *example, *drivers;
	uint64_t seed, storm_seed;
	bool storm, with_stdin;
	unsigned port_base;
	int turnaround_ms; /* -1: the profiles' own */
	int64_t latency_ns;
};

static const char usage[] =
	"labsim --config FILE [--dir DIR] [--log FILE] [--ctl PATH] [--stdin] [--seed N] [--storm "
	"N]\n"
	"       [--turnaround MS] [--latency DURATION]\n"
	"    Plays every line and unit of FILE, the daemon's own configuration: a pty behind a "
	"symlink\n"
	"    at each serial line's path (inside --dir or the temporary folder), a listening socket "
	"on\n"
	"    loopback for each TCP line.  Prints a line for each and then \"ready\"; ends on "
	"SIGTERM.\n"
	"    --log FILE       CSV of every value served (wall_ns,boot_ns,line,unit,...,outcome)\n"
	"    --ctl PATH       takes commands on this Unix socket; --stdin takes them from there "
	"too\n"
	"    --seed N         another water (1)\n"
	"    --storm N        faults switched on and off at random, the same ones for the same N\n"
	"    --turnaround MS  every unit answers after so long, whatever its profile says\n"
	"    --latency TIME   of the network before a TCP line, there and back (0ms)\n"
	"labsim --ctl PATH send COMMAND...\n"
	"    Sends commands to a running labsim.  Also: status, help, quit.\n"
	"labsim --example rtu-lines=2,tcp-lines=1,units=6[,interval-ms=2000] --dir DIR [--drivers "
	"DIR]\n"
	"       [--port-base N]\n"
	"    Writes DIR/waterlab.conf for such a lab, with the profiles of the drivers' folder.\n"
	"\nCommands: ";

static bool parse_count(const char *word, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(word, &end, 0);
	return !errno && end != word && !*end;
}

static int show_help(void)
{
	char room[8192];
	struct text text = text_over(room, sizeof(room));

	control_put_faults(&text);
	printf("%s%s", usage, room);
	return 0;
}

/* -1: go on; otherwise the exit status. */
static int parse(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {{"config", 1, NULL, 'c'}, {"dir", 1, NULL, 'd'},
		{"log", 1, NULL, 'l'}, {"ctl", 1, NULL, 'p'}, {"stdin", 0, NULL, 'i'},
		{"seed", 1, NULL, 's'}, {"storm", 1, NULL, 'S'}, {"turnaround", 1, NULL, 't'},
		{"latency", 1, NULL, 'L'}, {"example", 1, NULL, 'e'}, {"drivers", 1, NULL, 'D'},
		{"port-base", 1, NULL, 'P'}, {"help", 0, NULL, 'h'}, {NULL, 0, NULL, 0}};
	uint64_t number = 0;
	bool good = true;
	int c;

	while (good && (c = getopt_long(argc, argv, "hc:", longs, NULL)) != -1) {
		if (strchr("sStP", c)) {
			good = parse_count(optarg, &number);
			if (!good)
				fprintf(stderr, "labsim: \"%s\" is no number\n", optarg);
		}
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 'd':
			options->dir = optarg;
			break;
		case 'l':
			options->log = optarg;
			break;
		case 'p':
			options->ctl = optarg;
			break;
		case 'i':
			options->with_stdin = true;
			break;
		case 's':
			options->seed = number;
			break;
		case 'S':
			options->storm = true;
			options->storm_seed = number;
			break;
		case 't':
			options->turnaround_ms = (int)(number > 60000 ? 60000 : number);
			break;
		case 'L':
			good = fault_parse_ns(optarg, &options->latency_ns);
			break;
		case 'e':
			options->example = optarg;
			break;
		case 'D':
			options->drivers = optarg;
			break;
		case 'P':
			options->port_base = (unsigned)(number & 0xFFFF);
			break;
		case 'h':
			return show_help();
		default:
			good = false;
		}
	}
	if (!good || (!options->config && !options->example && optind == argc)) {
		fprintf(stderr, "labsim --config FILE ..., or labsim --help\n");
		return 2;
	}
	return -1;
}

static int write_example(const struct options *options)
{
	struct example example = {.rtu_lines = 2, .tcp_lines = 1, .units = 6, .interval_ms = 2000};
	char words[2000];
	struct text why = text_over(words, sizeof(words));

	example.port_base = options->port_base;
	example.to = options->config;
	example.dir = options->dir ? options->dir : ".";
	example.drivers = options->drivers           ? options->drivers
			  : !access("drivers", R_OK) ? "drivers"
						     : WATERLAB_PREFIX "/share/waterlab/drivers";
	if (example_parse(&example, options->example, &why) || example_write(&example, &why)) {
		fprintf(stderr, "labsim: --example: %s\n", words);
		return 1;
	}
	return 0;
}

struct running {
	struct lab lab;
	struct served *served;
	struct control control;
	unsigned n_wires, n_threads;
	struct wire wires[MOST_LINES];
};

static bool is_rtu(const struct wire *wire)
{
	return wire->lab->lines[wire->line].conf->port.kind == PORT_RTU;
}

static int start(struct running *running, const struct options *options, struct text *why)
{
	struct text line;
	char words[400];
	unsigned i;
	int rc;

	running->served = served_open(options->log, why);
	if (!running->served)
		return ERR_IO;
	rc = control_open(&running->control, &running->lab, options->ctl, options->with_stdin, why);
	for (i = 0; i < running->lab.n_lines && !rc; i++) {
		struct wire *wire = &running->wires[running->n_wires++];

		*wire = (struct wire){.lab = &running->lab,
			.line = i,
			.served = running->served,
			.dir = options->dir,
			.latency_ns = options->latency_ns};
		text_printf(why, "line %s: ", running->lab.lines[i].conf->name);
		rc = is_rtu(wire) ? rtu_open(wire, why) : tcp_open(wire, why);
		if (rc)
			break;
		text_clear(why);
		line = text_over(words, sizeof(words));
		if (is_rtu(wire))
			rtu_describe(wire, &line);
		else
			tcp_describe(wire, &line);
		printf("%s\n", words);
	}
	for (i = 0; i < running->n_wires && !rc; i++) {
		struct wire *wire = &running->wires[i];

		if (pthread_create(&wire->thread, NULL, is_rtu(wire) ? rtu_run : tcp_run, wire))
			return ERR_MEMORY;
		running->n_threads++;
	}
	return rc;
}

static void stop(struct running *running)
{
	unsigned i;

	for (i = 0; i < running->n_wires; i++)
		atomic_store(&running->wires[i].stop, true);
	for (i = 0; i < running->n_threads; i++)
		pthread_join(running->wires[i].thread, NULL);
	for (i = 0; i < running->n_wires; i++) {
		rtu_close(&running->wires[i]);
		tcp_close(&running->wires[i]);
	}
	if (running->control.lab)
		control_close(&running->control);
	served_close(running->served);
}

static void play(struct running *running, const struct options *options, int signals)
{
	struct storm storm = {.dice = water_mix(options->storm_seed),
		.pause_ns = 1500000000,
		.strike_ns = 4000000000,
		.lines = true};
	struct signalfd_siginfo caught;
	char words[160];
	struct text said = text_over(words, sizeof(words));

	printf("ready\n");
	fflush(stdout);
	while (!running->control.quit && read(signals, &caught, sizeof(caught)) < 0) {
		if (options->storm)
			storm_step(&storm, &running->lab, clock_boot_ns(&clock_system), &said);
		if (said.len)
			fprintf(stderr, "labsim: storm: %s\n", words);
		control_wait(&running->control, signals, 100);
	}
}

static int run(const struct options *options)
{
	static struct running running;
	char words[4000];
	struct text why = text_over(words, sizeof(words));
	struct conf *conf = NULL;
	sigset_t caught;
	int signals, rc = conf_read(&conf, options->config, &why);

	if (rc) {
		fprintf(stderr, "%s\n", words);
		return 1;
	}
	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGTERM);
	sigprocmask(SIG_BLOCK, &caught, NULL);
	signals = signalfd(-1, &caught, SFD_NONBLOCK | SFD_CLOEXEC);
	lab_init(&running.lab, conf->lines, conf->n_lines, options->seed,
		clock_wall_ms(&clock_system) - clock_boot_ms(&clock_system));
	running.lab.turnaround_ms = options->turnaround_ms;
	rc = signals < 0 ? ERR_IO : start(&running, options, &why);
	if (rc)
		fprintf(stderr, "labsim: %s%s\n", words, why.len ? "" : err_text(rc));
	else
		play(&running, options, signals);
	stop(&running);
	lab_close(&running.lab);
	close(signals);
	conf_free(conf);
	return rc ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options options = {.seed = 1, .turnaround_ms = -1};
	int status = parse(&options, argc, argv);

	if (status >= 0)
		return status;
	if (optind < argc) {
		if (!options.ctl || strcmp(argv[optind], "send") != 0) {
			fprintf(stderr, "labsim: expected --ctl PATH send COMMAND...\n");
			return 2;
		}
		return control_send(options.ctl, argv + optind + 1, argc - optind - 1);
	}
	if (options.example)
		return write_example(&options);
	return run(&options);
}
