/* vansim - real spools and real uplinks without a lab around them; see README.md. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "vansim.h"

static void help(FILE *to)
{
	fputs("usage: vansim --fill DIR --readings N [--days D]\n"
	      "       vansim --plans N --store influxdb-v1|victoriametrics --port PORT [options]\n"
	      "Real spools and real uplinks without a lab around them, for tests.\n"
	      "  --fill DIR      make a spool there with N readings that were never sent\n"
	      "  --days D        over D days, up to this machine's start (each of 100 series once "
	      "a second)\n"
	      "  --plans N       N vans in this folder, each before a store that misbehaves by a "
	      "plan\n"
	      "                  made from its seed, and then no more; each leaves van-SEED.made\n"
	      "                  (what it made, and what was refused) and its spool as CSV\n"
	      "  --port PORT     the real store's, on loopback; database waterlab\n"
	      "  --seed S        of the first van (1); the next one's is S + 1\n"
	      "  --threads T     so many at a time (8)\n"
	      "  --poison        make readings with flags and file_readings with values too, for "
	      "a\n"
	      "                  store that was made to refuse them\n"
	      "  --utc-ms MS     what the vans' clocks show (1700000000000)\n"
	      "Exit status 1: a van did not get rid of its readings in 60 s.\n",
		to);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"fill", required_argument, NULL, 'f'},
		{"readings", required_argument, NULL, 'r'}, {"days", required_argument, NULL, 'd'},
		{"plans", required_argument, NULL, 'n'}, {"store", required_argument, NULL, 'o'},
		{"port", required_argument, NULL, 'p'}, {"seed", required_argument, NULL, 's'},
		{"threads", required_argument, NULL, 't'}, {"poison", no_argument, NULL, 'x'},
		{"utc-ms", required_argument, NULL, 'u'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct plans plans = {
		.store = {.name = "store"}, .seed = 1, .threads = 8, .utc_ms = 1700000000000};
	const char *dir = NULL;
	uint64_t readings = 0;
	unsigned days = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			dir = optarg;
			break;
		case 'r':
			readings = insist_number(optarg);
			break;
		case 'd':
			days = (unsigned)insist_number(optarg);
			break;
		case 'n':
			plans.n = (unsigned)insist_number(optarg);
			break;
		case 'o':
			if (!strcmp(optarg, "victoriametrics"))
				plans.store.flavour = FLAVOUR_VICTORIAMETRICS;
			else
				insist(!strcmp(optarg, "influxdb-v1"), "no such store");
			break;
		case 'p':
			plans.port = (uint16_t)insist_number(optarg);
			break;
		case 's':
			plans.seed = insist_number(optarg);
			break;
		case 't':
			plans.threads = (unsigned)insist_number(optarg);
			break;
		case 'x':
			plans.poison = true;
			break;
		case 'u':
			plans.utc_ms = (int64_t)insist_number(optarg);
			break;
		case 'h':
			help(stdout);
			return 0;
		default:
			help(stderr);
			return 2;
		}
	}
	if (optind != argc || !(dir ? readings : plans.n && plans.port)) {
		help(stderr);
		return 2;
	}
	if (dir) {
		fill_spool(dir, readings, days);
		return 0;
	}
	log_open(LOG_NOTICE, false);
	text_copy(plans.store.database, sizeof(plans.store.database), "waterlab");
	return run_plans(&plans) ? 0 : 1;
}
