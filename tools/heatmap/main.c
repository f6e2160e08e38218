/* waterlab-heatmap - publishes what a store holds of field tests as a folder of static files; see README.md. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "publish.h"

static const char help[] =
	"Usage: waterlab-heatmap [--config FILE] [--watch SECONDS] [--check]\n"
	"Reads results from the central store, judges them by the centre's limits and publishes a\n"
	"folder of static files: the officials' map.\n"
	"\n"
	"  -c, --config FILE    configuration (default /etc/waterlab/heatmap.conf)\n"
	"  -w, --watch SECONDS  publish again and again, so long after the last, asking the store\n"
	"                       only for what changed; ends at SIGTERM\n"
	"      --check          check the configuration, print it with every option's value, and "
	"exit\n"
	"      --sample-config  print a commented configuration with every option, and exit\n"
	"      --version        print the version, and exit\n"
	"      --help           print this, and exit\n"
	"\n"
	"When the store is away, empty or not understood, what was published last stays as it is.\n"
	"Exit status: 0 published, or stopped as asked; 1 nothing new was published, the words "
	"say\n"
	"why; 2 the command line or the configuration is wrong.\n";

enum task { TASK_RUN, TASK_CHECK, TASK_SAMPLE, TASK_VERSION, TASK_HELP, TASK_WRONG };

struct options {
	enum task task;
	const char *config;
	unsigned watch_s; /* 0: once */
};

/* What the store is waited for: ended by a signal, or when give_up_s are over. */
static atomic_bool stop;
static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	if (number != SIGALRM)
		ended = 1;
	atomic_store(&stop, true);
}

static struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {{"config", required_argument, NULL, 'c'},
		{"watch", required_argument, NULL, 'w'}, {"check", no_argument, NULL, 'k'},
		{"sample-config", no_argument, NULL, 's'}, {"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	static const enum task tasks[] = {
		['k'] = TASK_CHECK, ['s'] = TASK_SAMPLE, ['v'] = TASK_VERSION, ['h'] = TASK_HELP};
	struct options options = {TASK_RUN, "/etc/waterlab/heatmap.conf", 0};
	char *end;
	long seconds;
	int c;

	while ((c = getopt_long(argc, argv, "c:w:h", known, NULL)) != -1) {
		if (c == 'c') {
			options.config = optarg;
		} else if (c == 'w') {
			seconds = strtol(optarg, &end, 10);
			if (*end || seconds < 1 || seconds > 86400) {
				fprintf(stderr,
					"waterlab-heatmap: --watch is 1 to 86400 seconds\n");
				options.task = TASK_WRONG;
				return options;
			}
			options.watch_s = (unsigned)seconds;
		} else if (c == '?') {
			options.task = TASK_WRONG;
			return options;
		} else {
			options.task = tasks[c];
		}
	}
	if (optind < argc)
		options.task = TASK_WRONG;
	return options;
}

static int publish_once(
	const struct heatmap_conf *conf, struct parts *parts, struct published *published)
{
	char words[600] = "";
	struct text why = text_over(words, sizeof(words));
	int err;

	atomic_store(&stop, ended != 0);
	alarm(conf->give_up_s);
	err = publish(conf, &stop, parts, published, &why);
	alarm(0);
	if (err && ended)
		return 0;
	if (err) {
		fprintf(stderr, "waterlab-heatmap: %s%s\n",
			err == ERR_STOPPED ? "not everything was answered in time (give_up_s): "
					   : "",
			*words ? words : err_text(err));
		return 1;
	}
	printf("published %s: %zu results (%zu older revisions passed over), %zu cells, %zu open "
	       "failures; %zu of %zu parts of the store were read\n",
		published->version, published->results, published->superseded, published->cells,
		published->failures, published->asked, published->parts);
	fflush(stdout);
	return 0;
}

static int run(const struct options *options, const struct heatmap_conf *conf)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct parts parts = {.n = 0};
	struct published published = {.version = ""};
	struct timespec pause = {.tv_sec = (time_t)options->watch_s};
	sigset_t ends, before;
	int status;

	sigemptyset(&action.sa_mask);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	do {
		status = publish_once(conf, &parts, &published);
		/* From here on one that comes ends the pause, also before it begins. */
		sigprocmask(SIG_BLOCK, &ends, &before);
		if (options->watch_s && !ended) {
			pselect(0, NULL, NULL, NULL, &pause, &before);
			status = 0;
		}
		sigprocmask(SIG_SETMASK, &before, NULL);
	} while (options->watch_s && !ended);
	parts_free(&parts);
	return status;
}

/* A table that can be read only when it is wanted: a publication reads it anew each time. */
static int check_doubles(const struct heatmap_conf *conf)
{
	char words[600] = "";
	struct text why = text_over(words, sizeof(words));
	struct point_list doubles;
	int err = publish_open_doubles(conf, &doubles, &why);

	point_list_free(&doubles);
	if (!err)
		return 0;
	fprintf(stderr, "waterlab-heatmap: %s\n", *words ? words : err_text(err));
	return 2;
}

int main(int argc, char **argv)
{
	static struct heatmap_conf conf;
	static char words[16 * 1024];
	struct text errors = text_over(words, sizeof(words));
	struct options options = read_options(argc, argv);

	switch (options.task) {
	case TASK_HELP:
		fputs(help, stdout);
		return 0;
	case TASK_VERSION:
		puts("waterlab-heatmap " WATERLAB_VERSION);
		return 0;
	case TASK_SAMPLE:
		heatmap_conf_print_sample(stdout);
		return 0;
	case TASK_WRONG:
		fputs(help, stderr);
		return 2;
	case TASK_RUN:
	case TASK_CHECK:
		break;
	}
	if (heatmap_conf_read(&conf, options.config, &errors)) {
		fputs(*words ? words : "there is not enough memory\n", stderr);
		return 2;
	}
	fputs(words, stderr);
	if (options.task == TASK_CHECK) {
		heatmap_conf_print(&conf, stdout);
		return check_doubles(&conf);
	}
	return run(&options, &conf);
}
