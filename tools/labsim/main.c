/* labsim - plays the lab that a waterlab.conf describes.  See README.md. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "control.h"
#include "example.h"
#include "gps_storm.h"
#include "gps_wire.h"
#include "options.h"
#include "storm.h"
#include "water.h"
#include "wire.h"

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
	bool has_gps;
	struct port_conf gps_port;
	struct gps gps;
	struct gps_wire gps_wire;
	unsigned n_wires, n_threads;
	struct wire wires[MOST_LINES];
};

static bool is_rtu(const struct wire *wire)
{
	return wire->lab->lines[wire->line].conf->port.kind == PORT_RTU;
}

static int start_gps(struct running *running, const struct options *options, struct text *why)
{
	char words[400];
	struct text line = text_over(words, sizeof(words));
	int rc;

	text_put(why, "gps: ");
	rc = gps_wire_open(&running->gps_wire, &running->gps, &running->gps_port, options->dir,
		options->gps_log, why);
	if (rc)
		return rc;
	text_clear(why);
	gps_wire_describe(&running->gps_wire, &line);
	printf("%s\n", words);
	return gps_wire_start(&running->gps_wire);
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
	rc = control_open(&running->control, &running->lab, running->has_gps ? &running->gps : NULL,
		options->ctl, options->with_stdin, why);
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
	if (running->has_gps && !rc)
		rc = start_gps(running, options, why);
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
	if (running->has_gps) {
		gps_wire_close(&running->gps_wire);
		gps_free(&running->gps);
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
	/* One receiver, and the others are many: it gets its breath back in between. */
	struct storm gps_storm = {.dice = water_mix(options->storm_seed ^ 0x6B5),
		.pause_ns = 5000000000,
		.strike_ns = 4000000000};
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
		text_clear(&said);
		if (options->storm && running->has_gps)
			gps_storm_step(
				&gps_storm, &running->gps, clock_boot_ns(&clock_system), &said);
		if (said.len)
			fprintf(stderr, "labsim: storm: gps %s\n", words);
		control_wait(&running->control, signals, 100);
	}
}

/* The receiver's port, as the command line names it. */
/* Where --gps says, or at the port of the configuration's own receiver. */
static void make_gps(struct running *running, const struct conf *conf,
	const struct options *options, int64_t utc_at_0_ms)
{
	struct port_conf *port = &running->gps_port;

	*port = (struct port_conf){.baud = options->gps_baud, .parity = 'N', .stop_bits = 1};
	if (!options->gps && conf && conf->gps.kind == RECEIVER_NMEA)
		*port = conf->gps.port;
	else if (!options->gps || !text_copy(port->where, sizeof(port->where), options->gps))
		return; /* pty_check() says that this is no path */
	running->has_gps = true;
	gps_init(&running->gps, &options->route, options->gps_speed_km_h, options->gps_lapse,
		options->seed, clock_boot_ns(&clock_system), utc_at_0_ms);
}

static int run(const struct options *options)
{
	static struct running running;
	char words[4000];
	struct text why = text_over(words, sizeof(words));
	struct conf *conf = NULL;
	int64_t utc_at_0_ms = clock_wall_ms(&clock_system) - clock_boot_ms(&clock_system);
	sigset_t caught;
	int signals, rc = options->config ? conf_read(&conf, options->config, &why) : 0;

	if (rc) {
		fprintf(stderr, "%s\n", words);
		return 1;
	}
	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGTERM);
	sigprocmask(SIG_BLOCK, &caught, NULL);
	signals = signalfd(-1, &caught, SFD_NONBLOCK | SFD_CLOEXEC);
	lab_init(&running.lab, conf ? conf->lines : NULL, conf ? conf->n_lines : 0, options->seed,
		utc_at_0_ms);
	running.lab.turnaround_ms = options->turnaround_ms;
	rc = conf ? lab_play(&running.lab, conf->drivers, &why) : 0;
	make_gps(&running, conf, options, utc_at_0_ms);
	if (!rc)
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
	struct options options;
	int status = options_parse(&options, argc, argv);

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
