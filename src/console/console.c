#include "console/console.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "console/server.h"

enum { MISTAKES = 16 * 1024, USUAL_PORT = 8080, REQUEST_MS = 30000 };

/* A page asks for 30 files at once, then for three answers a second; a browser may show a few of them. */
static const struct bucket_size of_each = {200, 50}, of_all = {600, 10};

static const char help[] =
	"Usage: waterlab-console [--config FILE] [--port N]\n"
	"Shows the technician's page to a browser, at http://127.0.0.1:PORT/ or as configured.\n"
	"It asks waterlabd over its socket and keeps nothing itself.\n"
	"\n"
	"  -c, --config FILE   configuration (default /etc/waterlab/waterlab.conf): console and\n"
	"                      control.socket; one that cannot be used or read is said, the\n"
	"                      usual ones are taken, and the page shows but changes nothing\n"
	"  -p, --port N        instead of console.port; 0: any free one. The address is printed\n"
	"      --version       print the version, and exit\n"
	"      --help          print this, and exit\n"
	"\n"
	"Who may use it, with a PIN and a role, is kept by `waterlab operator` in the file that\n"
	"console.operators names. Without one, names are as they are typed.\n"
	"\n"
	"Plain HTTP for this machine only. In a network (console.listen) only with "
	"console.certificate,\n"
	"console.key, console.hosts and console.operators. Stops on SIGTERM and SIGINT.\n"
	"Exit status: 0 stopped as asked or printed; 1 could not start; 2 the command line is "
	"wrong.\n";

struct options {
	const char *config;
	int port;  /* -1: as configured */
	int ended; /* -1: go on */
};

/* What the configuration says. */
struct settings {
	char socket[CONF_PATH];
	struct console_conf console;
	struct door_conf door;
};

static bool read_port(const char *word, int *port)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (!*word || strspn(word, "0123456789") != strlen(word) || n > 65535) {
		fprintf(stderr, "waterlab-console: --port: \"%s\" is no port; 0 to 65535\n", word);
		return false;
	}
	*port = (int)n;
	return true;
}

static struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {{"config", required_argument, NULL, 'c'},
		{"port", required_argument, NULL, 'p'}, {"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct options options = {"/etc/waterlab/waterlab.conf", -1, -1};
	int c;

	while (options.ended < 0 && (c = getopt_long(argc, argv, "c:p:h", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.config = optarg;
			break;
		case 'p':
			if (!read_port(optarg, &options.port))
				options.ended = 2;
			break;
		case 'v':
			puts("waterlab-console " WATERLAB_VERSION);
			options.ended = 0;
			break;
		case 'h':
			fputs(help, stdout);
			options.ended = 0;
			break;
		default:
			options.ended = 2;
		}
	}
	if (options.ended < 0 && optind < argc) {
		fprintf(stderr, "waterlab-console: %s: too many words; see --help\n", argv[optind]);
		options.ended = 2;
	}
	return options;
}

/* What the console's user may not read of the configuration must not keep the page away; but nothing is changed by it. */
static void read_config(struct options *options, struct settings *to)
{
	static char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	struct conf *conf = NULL;

	*to = (struct settings){.socket = "/run/waterlab/control",
		.console = {.listen = "127.0.0.1"},
		.door = {.kind = DOOR_LOOK}};
	if (conf_read(&conf, options->config, &mistakes)) {
		fprintf(stderr,
			"%s%swaterlab-console: the configuration cannot be used; taken are %s and "
			"port %d, and nothing is changed by the page\n",
			room, mistakes.len && room[mistakes.len - 1] != '\n' ? "\n" : "",
			to->socket, options->port >= 0 ? options->port : USUAL_PORT);
		if (options->port < 0)
			options->port = USUAL_PORT;
		return;
	}
	text_copy(to->socket, sizeof(to->socket), conf->control_socket);
	to->console = conf->console;
	to->door = (struct door_conf){.kind = *to->console.operators ? DOOR_PIN : DOOR_OPEN,
		.operators = to->console.operators,
		.idle_min = conf->console.idle_min};
	if (options->port < 0)
		options->port = (int)conf->console.port;
	conf_free(conf);
}

int console_run(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	struct settings settings;
	struct server_conf conf;
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct server *server;
	sigset_t ends;
	int got;

	if (options.ended >= 0)
		return options.ended;
	/* Blocked before any thread is there: only this one hears them. */
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	read_config(&options, &settings);
	conf = (struct server_conf){.listen = settings.console.listen,
		.port = (unsigned)options.port,
		.certificate = settings.console.certificate,
		.key = settings.console.key,
		.hosts = settings.console.hosts,
		.socket = settings.socket,
		.door = settings.door,
		.each = of_each,
		.all = of_all,
		.request_ms = REQUEST_MS};
	if (server_start(&server, &conf, &why)) {
		fprintf(stderr, "waterlab-console: %s\n", words);
		return 1;
	}
	printf("waterlab-console: %s://%s:%u/\n", *conf.certificate ? "https" : "http", conf.listen,
		server_port(server));
	fflush(stdout);
	sigwait(&ends, &got);
	server_stop(server);
	return 0;
}
