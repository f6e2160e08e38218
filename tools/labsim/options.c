#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "fault.h"

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
	"labsim [--config FILE] --gps PATH [--route ROUTE] [--gps-speed KMH] [--gps-baud BAUD]\n"
	"       [--gps-time-lapse N] [--gps-log FILE] ...\n"
	"    Plays a satellite receiver too, or alone: NMEA on a pty behind a symlink at PATH.\n"
	"    Without --gps: the receiver of FILE, when gps.type is nmea.\n"
	"    --route ROUTE    kkh (Karakoram Highway), border (Peshawar and Nowshera), to and fro "
	"on\n"
	"                     straight legs, or park:LAT,LON (kkh)\n"
	"    --gps-speed KMH  (50); --gps-baud BAUD (9600)\n"
	"    --gps-time-lapse N  the van gets on N times as fast as it says: for pictures (1)\n"
	"    --gps-log FILE   CSV of what was truly driven "
	"(wall_ns,boot_ns,utc_ms,lat,lon,...,state)\n"
	"labsim --ctl PATH send COMMAND...\n"
	"    Sends commands to a running labsim.  Also: status, help, quit.\n"
	"labsim --example rtu-lines=2,tcp-lines=1,units=6[,interval-ms=2000][,drivers=NAME+NAME]\n"
	"       --dir DIR [--drivers DIR] [--port-base N]\n"
	"    Writes DIR/waterlab.conf for such a lab, with the profiles of the drivers' folder, or "
	"with\n"
	"    the drivers that are named, over and over.\n"
	"\nCommands: ";

static bool parse_count(const char *word, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(word, &end, 0);
	return !errno && end != word && !*end;
}

static bool parse_positive(const char *word, double most, double *out)
{
	char *end;

	*out = strtod(word, &end);
	return end != word && !*end && *out > 0 && *out <= most;
}

/* The receiver's options; false after words about a wrong one. */
static bool parse_gps(struct options *options, int option)
{
	char words[160];
	struct text why = text_over(words, sizeof(words));
	double baud = 9600;

	switch (option) {
	case 'g':
		options->gps = optarg;
		return true;
	case 'G':
		options->gps_log = optarg;
		return true;
	case 'r':
		if (route_parse(&options->route, optarg, &why))
			return true;
		break;
	case 'v':
		if (parse_positive(optarg, 1e6, &options->gps_speed_km_h))
			return true;
		break;
	case 'x':
		if (parse_positive(optarg, 1e6, &options->gps_lapse))
			return true;
		break;
	case 'b':
		if (parse_positive(optarg, 115200, &baud)) {
			options->gps_baud = (unsigned)baud;
			return true;
		}
		break;
	default:
		return false;
	}
	fprintf(stderr, "labsim: %s\n", why.len ? words : "that is no number of a receiver's");
	return false;
}

static int show_help(void)
{
	char room[8192];
	struct text text = text_over(room, sizeof(room));

	control_put_faults(&text);
	printf("%s%s", usage, room);
	return 0;
}

int options_parse(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {{"config", 1, NULL, 'c'}, {"dir", 1, NULL, 'd'},
		{"log", 1, NULL, 'l'}, {"ctl", 1, NULL, 'p'}, {"stdin", 0, NULL, 'i'},
		{"seed", 1, NULL, 's'}, {"storm", 1, NULL, 'S'}, {"turnaround", 1, NULL, 't'},
		{"latency", 1, NULL, 'L'}, {"example", 1, NULL, 'e'}, {"drivers", 1, NULL, 'D'},
		{"port-base", 1, NULL, 'P'}, {"gps", 1, NULL, 'g'}, {"gps-log", 1, NULL, 'G'},
		{"route", 1, NULL, 'r'}, {"gps-speed", 1, NULL, 'v'},
		{"gps-time-lapse", 1, NULL, 'x'}, {"gps-baud", 1, NULL, 'b'},
		{"help", 0, NULL, 'h'}, {NULL, 0, NULL, 0}};
	uint64_t number = 0;
	bool good = true;
	char none[1];
	struct text unused = text_over(none, sizeof(none));
	int c;

	*options = (struct options){.seed = 1,
		.turnaround_ms = -1,
		.gps_baud = 9600,
		.gps_speed_km_h = 50,
		.gps_lapse = 1};
	(void)route_parse(&options->route, "kkh", &unused);
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
			good = parse_gps(options, c);
		}
	}
	if (!good || (!options->config && !options->example && !options->gps && optind == argc)) {
		fprintf(stderr, "labsim --config FILE ..., or labsim --help\n");
		return 2;
	}
	return -1;
}
