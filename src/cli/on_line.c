#include "cli/on_line.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "io/serial.h"

enum { BAUD = 9600, SLACK_MS = 30 /* adapters hand bytes over late */ };

/* --- which line -------------------------------------------------------------------------------------- */

static bool is_device(const char *word)
{
	return *word == '/' || *word == '.' || !strncmp(word, "usb:", 4);
}

/* One name for one thing: where a link leads. */
static bool same_place(const char *a, const char *b)
{
	char real_a[PATH_MAX], real_b[PATH_MAX];

	if (!strcmp(a, b))
		return true;
	return *a == '/' && *b == '/' && realpath(a, real_a) && realpath(b, real_b) &&
	       !strcmp(real_a, real_b);
}

static struct line_conf *configured(const struct conf *conf, const char *word)
{
	unsigned i;

	for (i = 0; conf && i < conf->n_lines; i++)
		if (!strcmp(conf->lines[i].name, word) ||
			same_place(conf->lines[i].port.where, word))
			return &conf->lines[i];
	return NULL;
}

static void say_no_line(const struct on_line *to, const struct cli *cli, const char *word)
{
	unsigned i;

	fprintf(stderr, "waterlab: there is no line \"%s\" in %s", word, cli->config);
	for (i = 0; to->conf && i < to->conf->n_lines; i++)
		fprintf(stderr, "%s%s", i ? ", " : "; there are: ", to->conf->lines[i].name);
	fputs("; a device begins with /dev/ or usb:, an address is HOST:PORT\n", stderr);
}

static bool take_number(const char *option, const char *word, unsigned *to)
{
	char *end;
	unsigned long v = strtoul(word, &end, 10);

	if (*word >= '0' && *word <= '9' && !*end && v <= 115200) {
		*to = (unsigned)v;
		return true;
	}
	fprintf(stderr, "waterlab: --%s: \"%s\" is no such number\n", option, word);
	return false;
}

static bool take_speed(const struct cli *cli, struct port_conf *to)
{
	static const char *const parities[] = {"none", "even", "odd"};
	unsigned i = 0;

	if (to->kind == PORT_TCP && (cli->baud || cli->parity || cli->stop)) {
		fputs("waterlab: a network line has no --baud, --parity or --stop\n", stderr);
		return false;
	}
	if (cli->baud && !take_number("baud", cli->baud, &to->baud))
		return false;
	if (cli->stop && (!take_number("stop", cli->stop, &to->stop_bits) || to->stop_bits < 1 ||
				 to->stop_bits > 2)) {
		fputs("waterlab: --stop is 1 or 2\n", stderr);
		return false;
	}
	while (cli->parity && i < 3 && strcmp(cli->parity, parities[i]) != 0)
		i++;
	if (i == 3)
		fputs("waterlab: --parity is none, even or odd\n", stderr);
	else if (cli->parity)
		to->parity = "NEO"[i];
	return i < 3;
}

/* A configuration that cannot be used must not keep a device of its own name from being asked. */
static struct conf *read_quietly(const struct cli *cli)
{
	char room[256];
	struct text mistakes = text_over(room, sizeof(room));
	struct conf *conf = NULL;

	return conf_read(&conf, cli->config, &mistakes) ? NULL : conf;
}

bool on_line_find(struct on_line *to, const struct cli *cli, const char *word)
{
	const char *colon = strrchr(word, ':');
	bool address = colon && colon != word && colon[1];

	*to = (struct on_line){
		.conf = is_device(word) || address ? read_quietly(cli) : cli_config(cli)};
	if (!to->conf && !is_device(word) && !address)
		return false;
	to->line = configured(to->conf, word);
	if (!to->line && !is_device(word) && !address) {
		say_no_line(to, cli, word);
		return false;
	}
	to->where = (struct port_conf){.kind = is_device(word) ? PORT_RTU : PORT_TCP,
		.baud = BAUD,
		.parity = 'N',
		.stop_bits = 1};
	if (to->line)
		to->where = to->line->port;
	if (!text_copy(to->name, sizeof(to->name), to->line ? to->line->name : word) ||
		(!to->line && !text_copy(to->where.where, sizeof(to->where.where), word))) {
		fputs("waterlab: no line has a name that long\n", stderr);
		return false;
	}
	return take_speed(cli, &to->where);
}

/* --- held by nobody ---------------------------------------------------------------------------------- */

static void say_held(const struct on_line *on)
{
	fprintf(stderr,
		"waterlab: the daemon holds line %s (%s). Stop it first (systemctl stop waterlabd) "
		"and start it again afterwards; or, while it runs, ask it: waterlab record %s, "
		"waterlab scan %s without another speed, waterlab probe of an analyzer that is "
		"configured, by its own driver\n",
		on->held, on->where.where, on->held, on->held);
}

/* The lock of a serial line says the same, but a network line has none, and one that is away is still the daemon's. */
int on_line_daemon(struct on_line *on, const struct cli *cli)
{
	char room[512];
	struct text why = text_over(room, sizeof(room));
	json_t *answer;
	const json_t *line;
	const char *where, *name;
	size_t i;
	int end = cli_ask_quietly(cli, json_pack("{s:s}", "ask", "status"), &answer, &why);

	*on->held = '\0';
	if (end == CLI_ABSENT)
		return end;
	if (end) {
		fprintf(stderr,
			"waterlab: line %s: a daemon is there that may hold it, and does not say: "
			"%s\n",
			on->name, room);
		return CLI_FAILED;
	}
	json_array_foreach(json_object_get(answer, "lines"), i, line)
	{
		where = json_string_value(json_object_get(line, "where"));
		name = json_string_value(json_object_get(line, "name"));
		if (!*on->held && where && name && same_place(where, on->where.where))
			(void)text_copy(on->held, sizeof(on->held), name);
	}
	json_decref(answer);
	return *on->held ? CLI_DONE : CLI_ABSENT;
}

int on_line_daemon_asks(struct on_line *on, const struct cli *cli)
{
	if (cli->all_speeds || cli->baud || cli->parity || cli->stop)
		return CLI_ABSENT;
	return on_line_daemon(on, cli);
}

static int open_now(struct on_line *on)
{
	char words[300] = "";
	struct text why = text_over(words, sizeof(words));
	int err = port_open(on->port, &why);

	if (!err)
		return CLI_DONE;
	fprintf(stderr, "waterlab: line %s: %s%s\n", on->name, words[0] ? words : err_text(err),
		err == ERR_BUSY ? " (the daemon: systemctl stop waterlabd)" : "");
	return err == ERR_CONF ? CLI_USAGE : CLI_FAILED;
}

int on_line_open(struct on_line *on, const struct cli *cli)
{
	int held = on_line_daemon(on, cli);

	if (held == CLI_DONE)
		say_held(on);
	if (held != CLI_ABSENT)
		return CLI_FAILED;
	on->port = port_new(&on->where, &clock_system);
	if (!on->port) {
		fprintf(stderr, "waterlab: line %s: %s\n", on->name, err_text(ERR_MEMORY));
		return CLI_FAILED;
	}
	return open_now(on);
}

void on_line_close(struct on_line *on)
{
	port_free(on->port);
	on->port = NULL;
	conf_free(on->conf);
	on->conf = NULL;
}

/* --- asking ------------------------------------------------------------------------------------------ */

static unsigned wire_ms(const struct on_line *on, const struct port_ask *ask)
{
	unsigned bytes = 16 + (unsigned)ask->len;

	if (on->where.kind == PORT_TCP || !on->where.baud || ask->kind == ASK_BYTES)
		return SLACK_MS;
	bytes += ask->function <= 2 ? ask->count / 8u : 2u * ask->count;
	return SLACK_MS + bytes * serial_bits(&on->where) * 1000 / on->where.baud +
	       (unsigned)(2 * serial_gap_ns(&on->where) / 1000000);
}

int on_line_ask(struct on_line *on, struct port_ask *ask)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	int err;

	if (!port_is_open(on->port)) {
		err = port_open(on->port, &why);
		if (err)
			return err;
	}
	ask->timeout_ms += wire_ms(on, ask);
	err = port_ask(on->port, ask, &on->reply);
	if (err == ERR_NOISE && on->where.kind == PORT_RTU)
		(void)port_drain(on->port, SLACK_MS * 5);
	return err;
}

/* --- in words ---------------------------------------------------------------------------------------- */

void on_line_speed(const struct port_conf *where, struct text *to)
{
	if (where->kind == PORT_TCP)
		text_put(to, "TCP");
	else
		text_printf(to, "%u 8%c%u", where->baud, where->parity, where->stop_bits);
}

int on_line_unit(const struct on_line *on, const char *option, const char *word)
{
	bool tcp = on->where.kind == PORT_TCP;
	unsigned long least = tcp ? 0 : 1, most = tcp ? 255 : 247, v;
	char *end;

	v = strtoul(word, &end, 10);
	if (*word >= '0' && *word <= '9' && !*end && v >= least && v <= most)
		return (int)v;
	fprintf(stderr, "waterlab: --%s: \"%s\" is no unit on a %s line; allowed are %lu to %lu\n",
		option, word, tcp ? "network" : "serial", least, most);
	return -1;
}
