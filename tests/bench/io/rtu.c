/*
 * One RTU transaction against the physical limit: bytes on the wire, mandatory silences and the device's
 * turnaround.  The device is labsim on a pty, which lets each byte take its time.
 *
 *   rtu_9600_10_over   ms a transaction of 10 registers at 9600 baud takes beyond the limit
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../measure.h"
#include "base/clock.h"
#include "io/port.h"

enum { ROUNDS = 15, TURNAROUND_MS = 10, MOST_WAIT_MS = 10000 };

static const unsigned bauds[] = {9600, 19200};
static const uint16_t counts[] = {2, 10, 40, 125};

static const char profile[] =
	"models = \"bench\";\n"
	"manual = \"none: a map for measuring\";\n"
	"level = \"documented\";\n"
	"function = \"holding\";\n"
	"base = 0;\n"
	"turnaround_ms = 10;\n"
	"values = (\n"
	"\t{ at = 0; type = \"u16\"; parameter = \"temperature\"; scale = 0.1; },\n"
	"\t{ at = 124; type = \"u16\"; parameter = \"ph\"; scale = 0.01; }\n"
	");\n";

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file)) {
		fprintf(stderr, "rtu: %s: %s\n", path, strerror(errno));
		exit(1);
	}
}

static void write_lab(const char *here)
{
	char text[2048];

	mkdir("drivers", 0755);
	mkdir("drivers/bench", 0755);
	write_file("drivers/bench/profile.conf", profile);
	snprintf(text, sizeof(text),
		"lab = \"bench\";\n"
		"drivers = \"%s/drivers\";\n"
		"spool = { dir = \"%s/spool\"; };\n"
		"lines = (\n"
		"\t{ name = \"at9600\"; type = \"rtu\"; port = \"%s/9600\"; baud = 9600; units = "
		"(\n"
		"\t\t{ name = \"a\"; profile = \"bench\"; address = 1; interval_ms = 60000; }); "
		"},\n"
		"\t{ name = \"at19200\"; type = \"rtu\"; port = \"%s/19200\"; baud = 19200; units "
		"= (\n"
		"\t\t{ name = \"b\"; profile = \"bench\"; address = 1; interval_ms = 60000; }); }\n"
		");\n",
		here, here, here, here);
	write_file("waterlab.conf", text);
}

static pid_t start_labsim(const char *here)
{
	char program[512];
	const char *bin = getenv("WATERLAB_BIN");
	pid_t pid;

	snprintf(program, sizeof(program), "%s/labsim", bin ? bin : ".");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!freopen("labsim.log", "w", stdout))
			_exit(126);
		execl(program, "labsim", "--config", "waterlab.conf", "--dir", here, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static double limit_ms(unsigned baud, uint16_t count)
{
	double character_ms = 10 * 1000.0 / baud;

	return (8 + 5 + 2 * count) * character_ms + 2 * 3.5 * character_ms + TURNAROUND_MS;
}

/* Median over rounds of asking without a pause: question to question. */
static double measure_ms(struct port *port, uint16_t count)
{
	double took[ROUNDS];
	struct port_ask ask = {.unit = 1, .function = 3, .count = count, .timeout_ms = 2000};
	struct port_reply reply;
	int64_t before;
	int i;

	if (port_ask(port, &ask, &reply))
		return -1;
	for (i = 0; i < ROUNDS; i++) {
		before = clock_boot_ns(&clock_system);
		if (port_ask(port, &ask, &reply))
			return -1;
		took[i] = (double)(clock_boot_ns(&clock_system) - before) / 1e6;
	}

	return median(took, ROUNDS);
}

static int measure_line(const char *here, unsigned baud)
{
	struct port_conf conf = {.kind = PORT_RTU, .baud = baud, .parity = 'N', .stop_bits = 1};
	struct port *port;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	int waited = 0, rc = 1;
	size_t i;

	snprintf(conf.where, sizeof(conf.where), "%s/%u", here, baud);
	port = port_new(&conf, &clock_system);
	if (!port)
		return 1;
	while (port_open(port, &why) && waited++ < MOST_WAIT_MS / 10) {
		usleep(10000); /* labsim is making its ptys */
		text_clear(&why);
	}
	for (i = 0; port_is_open(port) && i < sizeof(counts) / sizeof(counts[0]); i++) {
		double took = measure_ms(port, counts[i]);

		if (took < 0)
			goto out;
		printf("rtu_%u_%u_limit %.2f ms\n", baud, counts[i], limit_ms(baud, counts[i]));
		printf("rtu_%u_%u_over %.2f ms\n", baud, counts[i],
			took - limit_ms(baud, counts[i]));
	}
	rc = !port_is_open(port);
out:
	if (rc)
		fprintf(stderr, "rtu: no answer from labsim at %s %s\n", conf.where, words);
	port_free(port);
	return rc;
}

int main(void)
{
	char here[80];
	pid_t labsim;
	int rc = 0;
	size_t i;

	if (!getcwd(here, sizeof(here)))
		return 1;
	write_lab(here);
	labsim = start_labsim(here);
	for (i = 0; i < sizeof(bauds) / sizeof(bauds[0]); i++)
		rc |= measure_line(here, bauds[i]);
	kill(labsim, SIGTERM);
	waitpid(labsim, NULL, 0);
	return rc;
}
