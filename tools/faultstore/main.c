/* faultstore - a store that misbehaves on command; see README.md. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "serve.h"

static void help(FILE *to)
{
	fprintf(to,
		"usage: faultstore [--port N] [--store FILE|--before PORT|--sink] [--plan FILE]\n"
		"A line-protocol store on loopback that misbehaves on command.  Prints\n"
		"\"listening 127.0.0.1:PORT\", takes plans from FILE, then one a line from\n"
		"standard input; ends at SIGTERM or SIGINT, or at the line `quit`.\n"
		"  --port N      listen there; 0, the default, takes any free port\n"
		"  --store FILE  append each accepted line to FILE\n"
		"  --before PORT a proxy before the real store at that port of loopback\n"
		"  --plan FILE   begin with the plans in FILE\n"
		"  --sink        count lines only, as fast as it goes\n"
		"The line `counts` prints what was counted.\n\n%s",
		faultstore_plans);
}

static void print_counts(struct faultstore *store)
{
	struct faultstore_counts counts;

	faultstore_count(store, &counts);
	printf("counts connections=%" PRIu64 " requests=%" PRIu64 " accepted=%" PRIu64
	       " refused=%" PRIu64 " body_bytes=%" PRIu64 " manners=%" PRIu64
	       " largest_lines=%" PRIu64 "\n",
		counts.connections, counts.requests, counts.accepted, counts.refused,
		counts.body_bytes, counts.manners, counts.largest_lines);
	fflush(stdout);
}

/* False: quit. */
static bool obey(struct faultstore *store, char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (!strcmp(line, "quit"))
		return false;
	if (!strcmp(line, "counts"))
		print_counts(store);
	else if (!faultstore_plan(store, line))
		fprintf(stderr, "faultstore: not understood: %s (see --help)\n", line);
	return true;
}

static bool read_plans(struct faultstore *store, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[256];

	if (!file) {
		fprintf(stderr, "faultstore: %s: %s\n", path, strerror(errno));
		return false;
	}
	while (fgets(line, sizeof(line), file))
		obey(store, line);
	fclose(file);
	return true;
}

static void run(struct faultstore *store, int signals)
{
	struct pollfd at[2] = {
		{.fd = signals, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
	char line[256], *end;
	size_t have = 0;
	ssize_t got;

	while (poll(at, 2, -1) >= 0 || errno == EINTR) {
		if (at[0].revents)
			return;
		if (!at[1].revents)
			continue;
		got = read(STDIN_FILENO, line + have, sizeof(line) - 1 - have);
		if (got <= 0) {
			at[1].fd = -1; /* nobody commands any more; go on serving */
			continue;
		}
		have += (size_t)got;
		line[have] = '\0';
		while ((end = strchr(line, '\n'))) {
			*end = '\0';
			if (!obey(store, line))
				return;
			have -= (size_t)(end + 1 - line);
			memmove(line, end + 1, have + 1);
		}
		if (have == sizeof(line) - 1)
			have = 0;
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"port", required_argument, NULL, 'p'},
		{"store", required_argument, NULL, 's'}, {"plan", required_argument, NULL, 'f'},
		{"before", required_argument, NULL, 'b'}, {"sink", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'}, {0}};
	const char *path = NULL, *plans = NULL;
	struct faultstore *store;
	unsigned long port = 0, before = 0;
	bool sink = false, ok = true;
	sigset_t set;
	int option, signals;
	char *end;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			port = strtoul(optarg, &end, 10);
			ok = ok && *optarg && !*end && port <= 65535;
			break;
		case 'b':
			before = strtoul(optarg, &end, 10);
			ok = ok && *optarg && !*end && before > 0 && before <= 65535;
			break;
		case 's':
			path = optarg;
			break;
		case 'f':
			plans = optarg;
			break;
		case 'k':
			sink = true;
			break;
		case 'h':
			help(stdout);
			return 0;
		default:
			ok = false;
		}
	}
	if (!ok || optind != argc) {
		help(stderr);
		return 2;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	store = faultstore_open((uint16_t)port, path, sink);
	if (!store || signals < 0) {
		fprintf(stderr, "faultstore: cannot serve: %s\n", strerror(errno));
		return 1;
	}
	faultstore_before(store, (uint16_t)before);
	ok = !plans || read_plans(store, plans);
	if (ok) {
		printf("listening 127.0.0.1:%u\n", faultstore_port(store));
		fflush(stdout);
		run(store, signals);
		print_counts(store);
	}
	faultstore_close(store);
	return ok ? 0 : 1;
}
