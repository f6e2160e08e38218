#include "daemon/run.h"

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/notify.h"
#include "daemon/parts.h"
#include "daemon/status.h"
#include "daemon/watch.h"

enum {
	TICK_MS = 1000,
	STATUS_MS = 5 * 1000, /* how often the service manager's status line is made anew */
	MISTAKES = 16 * 1024  /* bytes of configuration mistakes shown */
};

static const char help[] =
	"Usage: waterlabd [--config FILE] [--check] [FILE]\n"
	"Reads water analyzers, keeps every reading safely, delivers it to the configured stores.\n"
	"\n"
	"  -c, --config FILE   configuration (default /etc/waterlab/waterlab.conf)\n"
	"      --check         check it, print it with every option's effective value, and exit\n"
	"      --sample-config print a commented configuration with every option, and exit\n"
	"      --version       print the version, and exit\n"
	"      --help          print this, and exit\n"
	"\n"
	"Stops on SIGTERM and SIGINT. Exit status: 0 stopped as asked or printed; 1 could not\n"
	"start, or could not save the last readings; 2 the command line or the configuration is\n"
	"wrong, all mistakes are printed.\n";

enum task { TASK_RUN, TASK_CHECK, TASK_SAMPLE, TASK_VERSION, TASK_HELP, TASK_WRONG };

struct options {
	enum task task;
	const char *config;
};

static struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'}, {"sample-config", no_argument, NULL, 's'},
		{"version", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0}};
	struct options options = {TASK_RUN, "/etc/waterlab/waterlab.conf"};
	int c;

	while ((c = getopt_long(argc, argv, "c:h", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.config = optarg;
			break;
		case 'k':
			options.task = TASK_CHECK;
			break;
		case 's':
			options.task = TASK_SAMPLE;
			break;
		case 'v':
			options.task = TASK_VERSION;
			break;
		case 'h':
			options.task = TASK_HELP;
			break;
		default:
			options.task = TASK_WRONG;
			return options;
		}
	}
	if (optind < argc)
		options.config = argv[optind++];
	if (optind < argc)
		options.task = TASK_WRONG;
	return options;
}

/* --- running --------------------------------------------------------------------------------------- */

/* True when stderr is the journal's own stream: then priorities may go with the lines. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

/* Signals are only ever read here; threads inherit the mask. */
static int open_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* reload is check, then restart: the service manager's doing */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

struct telling {
	struct notify notify;
	int64_t status_ms, watchdog_ms; /* boot time of the last of each */
	char said[256];                 /* the last status */
	struct log_edge stuck;
};

static void tell_status(struct telling *t, const struct parts *parts, int64_t now_ms)
{
	char message[256];
	struct text text = text_over(message, sizeof(message));

	t->status_ms = now_ms;
	text_put(&text, "STATUS=");
	status_put_short(parts, &text);
	if (!strcmp(message, t->said))
		return;
	memcpy(t->said, message, sizeof(message));
	notify_say(&t->notify, message);
}

static void tell_watchdog(struct telling *t, const struct parts *parts, int64_t now_ms)
{
	char room[160];
	struct text who = text_over(room, sizeof(room));

	t->watchdog_ms = now_ms;
	if (!watch_all_alive(parts, now_ms, &who)) {
		log_lost(&t->stuck, now_ms, "daemon", "%s", room);
		return;
	}
	log_back(&t->stuck, now_ms, "daemon", "all threads come round again");
	notify_say(&t->notify, "WATCHDOG=1");
}

static void serve(struct telling *t, const struct parts *parts, int signals)
{
	struct pollfd fd = {signals, POLLIN, 0};
	int64_t watchdog_ms = t->notify.watchdog_ms ? t->notify.watchdog_ms / 3 : TICK_MS;
	int tick_ms = watchdog_ms < TICK_MS ? (int)watchdog_ms : TICK_MS;
	int64_t now_ms;

	while (poll(&fd, 1, tick_ms) <= 0) {
		now_ms = clock_boot_ms(parts->clock);
		if (now_ms - t->watchdog_ms >= watchdog_ms)
			tell_watchdog(t, parts, now_ms);
		if (now_ms - t->status_ms >= STATUS_MS)
			tell_status(t, parts, now_ms);
	}
}

/* What conf_read() says of a configuration that it took: a line each. */
static void log_warnings(char *warnings)
{
	char *line, *rest = warnings;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			log_say(LOG_WARN, "conf", "%s", line);
}

static int run(const struct conf *conf, char *warnings)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct telling telling = {0};
	struct parts parts;
	int signals, err;

	log_open((enum log_level)conf->log_level, stderr_is_journal());
	log_warnings(warnings);
	signals = open_signals();
	if (signals < 0) {
		log_say(LOG_ERROR, "daemon", "signals: %s", strerror(errno));
		return RUN_FAILED;
	}
	notify_open(&telling.notify, getenv("NOTIFY_SOCKET"), getenv("WATCHDOG_USEC"),
		getenv("WATCHDOG_PID"));
	err = parts_start(&parts, conf, &clock_system, &why);
	if (err) {
		log_say(LOG_ERROR, "daemon", "not started: %s", words);
		goto out;
	}
	log_say(LOG_NOTICE, "daemon", "waterlabd %s: lab %s, spool %s, %u lines, %u stores",
		WATERLAB_VERSION, conf->lab, spool_id(parts.spool), parts.n_lines, parts.n_stores);
	notify_say(&telling.notify, "READY=1");
	tell_status(&telling, &parts, clock_boot_ms(&clock_system));
	serve(&telling, &parts, signals);
	notify_say(&telling.notify, "STOPPING=1\nSTATUS=saving the last readings");
	log_say(LOG_NOTICE, "daemon", "stopping");
	err = parts_stop(&parts);
	if (err)
		log_say(LOG_ERROR, "daemon", "the last readings could not be saved: %s",
			err_text(err));
	else
		log_say(LOG_NOTICE, "daemon", "stopped; every reading taken is saved");
out:
	notify_close(&telling.notify);
	close(signals);
	return err ? RUN_FAILED : RUN_DONE;
}

/* --- the rest -------------------------------------------------------------------------------------- */

/* The van starts without a list that cannot be read, so a mistake in one refuses no configuration. */
static void check_points(const struct point_list_conf *conf)
{
	struct point_list list;
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	int err = point_list_open(&list, conf, &why);

	if (err)
		fprintf(stderr, "warning: %s; %s\n", why.len ? words : err_text(err),
			list.n ? "doubles are not merged" : "no listed point is offered");
	if (list.n)
		fprintf(stderr, "%s: %zu points, %zu doubles\n", conf->points, list.n,
			list.n_doubles);
	point_list_free(&list);
}

static int with_config(const struct options *options)
{
	static char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	struct conf *conf = NULL;
	int status = RUN_DONE;

	if (conf_read(&conf, options->config, &mistakes) != 0) {
		fprintf(stderr, "%s%s", room,
			mistakes.len && room[mistakes.len - 1] == '\n' ? "" : "\n");
		fprintf(stderr, "waterlabd: %s is not usable: nothing was changed or started\n",
			options->config);
		return RUN_USAGE;
	}
	if (options->task == TASK_CHECK) {
		fputs(room, stderr);
		check_points(&conf->samples);
		conf_print(conf, stdout);
		status = fflush(stdout) == 0 ? RUN_DONE : RUN_FAILED;
	} else {
		status = run(conf, room);
	}
	conf_free(conf);
	return status;
}

int run_waterlabd(int argc, char **argv)
{
	struct options options = read_options(argc, argv);

	/* Threads that allocate now and then share one heap: each other one would cost pages of its own. */
	mallopt(M_ARENA_MAX, 1);
	switch (options.task) {
	case TASK_SAMPLE:
		conf_print_sample(stdout);
		break;
	case TASK_VERSION:
		puts("waterlabd " WATERLAB_VERSION);
		break;
	case TASK_HELP:
		fputs(help, stdout);
		break;
	case TASK_WRONG:
		fputs(help, stderr);
		return RUN_USAGE;
	case TASK_CHECK:
	case TASK_RUN:
		return with_config(&options);
	}
	return fflush(stdout) == 0 ? RUN_DONE : RUN_FAILED;
}
