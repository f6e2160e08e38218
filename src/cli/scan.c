/* waterlab scan: who answers on a Modbus line.  It only reads, and asks each unit as little as it can. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "bus/scan.h"
#include "cli/on_line.h"
#include "cli/search.h"
#include "cli/terminal.h"

enum {
	FRESH_MS = 1000, /* how often progress is shown */
	BACK_MS = 2000,  /* a line that went away under a question may come back */
	LOOK_MS = 50,
	MISTAKES = 8192
};

struct scanning {
	struct on_line on;
	struct profile *known[MOST_PROFILES]; /* owned */
	unsigned n_known;
	struct scan scan;
	unsigned first, last;
	unsigned shown, speeds, speed;
	int64_t begun_ms, shown_ms;
	bool progress;
	int broken; /* enum err: the line cannot be asked any more */
};

/* --- known models ------------------------------------------------------------------------------------ */

/* Without the folder a scan finds who is there all the same. */
static void read_folder(struct scanning *scanning, const char *folder, bool may_lack)
{
	static char room[MISTAKES];
	struct text mistakes = text_over(room, sizeof(room));
	char *line, *rest = room;
	int err = conf_read_known(scanning->known, &scanning->n_known, folder, &mistakes);

	if (err && !may_lack)
		fprintf(stderr, "waterlab: %s: %s: no model will be known by name (--drivers)\n",
			folder, strerror(errno));
	while ((line = strsep(&rest, "\n")) && *line)
		fprintf(stderr, "waterlab: not used: %s\n", line);
}

static void read_known(struct scanning *scanning, const struct cli *cli)
{
	struct cli_drivers folders;

	cli_find_drivers(cli, &folders);
	read_folder(scanning, folders.installed, false);
	if (*folders.own)
		read_folder(scanning, folders.own, true);
}

/* --- progress ---------------------------------------------------------------------------------------- */

static void hide_progress(const struct scanning *scanning)
{
	if (scanning->progress)
		fputs("\r\033[K", stderr);
}

static void show_progress(struct scanning *scanning)
{
	unsigned unit = scanning->scan.address;
	int64_t now_ms = clock_boot_ms(&clock_system), left_s;
	unsigned units = scanning->last - scanning->first + 1;
	unsigned done = scanning->speed * units + unit - scanning->first,
		 all = scanning->speeds * units;
	char room[24];
	struct text speed = text_over(room, sizeof(room));

	if (!scanning->progress || now_ms - scanning->shown_ms < FRESH_MS)
		return;
	scanning->shown_ms = now_ms;
	on_line_speed(&scanning->on.where, &speed);
	left_s = done ? (now_ms - scanning->begun_ms) * (all - done) / done / 1000 : 0;
	fprintf(stderr, "\r\033[K%s: unit %u of %u to %u, %u found; %lld s left, Ctrl-C ends", room,
		unit, scanning->first, scanning->last, scanning->scan.n_found, (long long)left_s);
}

/* --- asking ------------------------------------------------------------------------------------------ */

/* An adapter that is opened anew may be away for a moment. */
static int reopen(struct scanning *scanning, struct text *why)
{
	int64_t end_ms = clock_boot_ms(&clock_system) + BACK_MS;
	int err;

	do {
		text_clear(why);
		err = port_open(scanning->on.port, why);
	} while (err == ERR_GONE && clock_boot_ms(&clock_system) < end_ms &&
		 terminal_key(LOOK_MS) != KEY_QUIT);
	return err;
}

static void say_found(struct scanning *scanning, const struct scan_found *found)
{
	char room[24];
	struct text speed = text_over(room, sizeof(room));

	if (!scanning->shown++)
		puts("UNIT  SPEED       WHO");
	hide_progress(scanning);
	on_line_speed(&scanning->on.where, &speed);
	printf("%4u  %-10s  ", found->address, room);
	if (*found->who)
		puts(found->who);
	else
		printf("unknown device (%s)\n", found->answer);
	fflush(stdout);
}

/* Those whose model is settled. */
static void say_fresh(struct scanning *scanning)
{
	const struct scan *scan = &scanning->scan;
	unsigned settled = scan->n_found - (scan->stage != SCAN_LOOK);

	while (scanning->shown < settled)
		say_found(scanning, &scan->found[scanning->shown]);
}

/* The port after a question that ended so; what keeps the line from being asked goes into `broken`. */
static void look_at_port(struct scanning *scanning, int err)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));

	if (err == ERR_GONE && !terminal_should_end())
		scanning->broken = reopen(scanning, &why);
	else if (err && err != ERR_TIMEOUT && err != ERR_NOISE && err != ERR_EXCEPTION)
		scanning->broken = err;
}

static void scan_units(struct scanning *scanning)
{
	struct scan *scan = &scanning->scan;
	struct port_ask ask;
	int err;

	while (!scanning->broken && !terminal_should_end() && scan_question(scan, &ask)) {
		show_progress(scanning);
		if (scan->wait_ms)
			(void)terminal_key((int)scan->wait_ms);
		ask.timeout_ms =
			scanning->on.where.kind == PORT_TCP ? SCAN_GATEWAY_MS : SCAN_ANSWER_MS;
		err = on_line_ask(&scanning->on, &ask);
		look_at_port(scanning, err);
		scan_answer(scan, err, &scanning->on.reply);
		say_fresh(scanning);
	}
	scan->stage = SCAN_LOOK; /* who was found last is said as far as it is known */
	say_fresh(scanning);
}

/* The line at another speed, which the port takes when it is opened.  ERR_CONF: it does not have that. */
static int change_speed(struct scanning *scanning, const struct port_conf *to)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));

	port_free(scanning->on.port);
	scanning->on.where = *to;
	scanning->on.port = port_new(to, &clock_system);
	return scanning->on.port ? reopen(scanning, &why) : ERR_MEMORY;
}

static void scan_speeds(struct scanning *scanning)
{
	const struct port_conf own = scanning->on.where;
	struct port_conf next;
	int err;

	scanning->begun_ms = scanning->shown_ms = clock_boot_ms(&clock_system);
	scan_units(scanning);
	while (++scanning->speed < scanning->speeds && !terminal_should_end() &&
		!scanning->broken) {
		if (!scan_speed(&own, scanning->speed, &next))
			break;
		err = change_speed(scanning, &next);
		scan_once_more(&scanning->scan);
		if (!err)
			scan_units(scanning);
		else if (err != ERR_CONF)
			scanning->broken = err;
	}
	hide_progress(scanning);
}

/* --- the command ------------------------------------------------------------------------------------- */

static bool choose_units(struct scanning *scanning, const struct cli *cli)
{
	bool tcp = scanning->on.where.kind == PORT_TCP;
	unsigned least = tcp ? 0 : 1, most = tcp ? 255 : 247;

	scanning->first = least;
	scanning->last = most;
	scanning->speeds = cli->all_speeds ? SCAN_SPEEDS + 1 : 1;
	if (cli->all_speeds && tcp) {
		fputs("waterlab: a network line has no --all-speeds\n", stderr);
		return false;
	}
	if (!cli->units || scan_range(cli->units, least, most, &scanning->first, &scanning->last))
		return true;
	fprintf(stderr,
		"waterlab: --units: \"%s\" are no units on a %s line; write FIRST-LAST within %u "
		"to %u\n",
		cli->units, tcp ? "network" : "serial", least, most);
	return false;
}

static int sum_up(const struct scanning *scanning, const struct cli *cli)
{
	if (scanning->broken)
		fprintf(stderr, "waterlab: line %s: %s\n", scanning->on.name,
			err_text(scanning->broken));
	if (terminal_should_end())
		fputs("waterlab: ended before all were asked\n", stderr);
	if (scanning->scan.n_found)
		return scanning->broken ? CLI_FAILED : CLI_DONE;
	if (!cli->all_speeds && scanning->scan.noisy)
		fprintf(stderr,
			"waterlab: line %s: bytes come, but never a whole answer: another speed "
			"(--all-speeds), or somebody else who talks on the line\n",
			scanning->on.name);
	else if (scanning->scan.noisy)
		fprintf(stderr,
			"waterlab: line %s: nobody found, but bytes that are no answers: somebody "
			"else "
			"talks on the line, or what is there speaks no Modbus\n",
			scanning->on.name);
	else if (!scanning->broken && !terminal_should_end())
		fprintf(stderr,
			"waterlab: line %s: nobody answers: is anything switched on, and wired (A "
			"and B "
			"swapped)?%s\n",
			scanning->on.name,
			scanning->on.where.kind == PORT_RTU && !cli->all_speeds
				? " Another speed: --all-speeds"
				: "");
	return CLI_FAILED;
}

static int scan(struct scanning *scanning, const struct cli *cli)
{
	int end = on_line_daemon_asks(&scanning->on, cli);

	if (end == CLI_DONE)
		return search_scan(cli, &scanning->on, scanning->first, scanning->last);
	end = end == CLI_ABSENT ? on_line_open(&scanning->on, cli) : end;
	if (end)
		return end;
	read_known(scanning, cli);
	scan_begin(&scanning->scan, (const struct profile *const *)scanning->known,
		scanning->n_known, scanning->first, scanning->last);
	scan_speeds(scanning);
	return sum_up(scanning, cli);
}

int cli_scan(struct cli *cli)
{
	static struct scanning scanning;
	unsigned i;
	int end = CLI_USAGE;

	scanning = (struct scanning){.progress = isatty(STDERR_FILENO)};
	log_open(LOG_ERROR, false);
	terminal_begin(false);
	if (on_line_find(&scanning.on, cli, cli->args[0]) && choose_units(&scanning, cli))
		end = scan(&scanning, cli);
	terminal_end();
	on_line_close(&scanning.on);
	for (i = 0; i < scanning.n_known; i++)
		free(scanning.known[i]);
	return end;
}
