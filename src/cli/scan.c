/* waterlab scan: who answers on a Modbus line.  It only reads, and asks each unit as little as it can. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "bus/decode.h"
#include "cli/on_line.h"
#include "cli/probe_rows.h"
#include "cli/scan_drivers.h"
#include "cli/scan_known.h"
#include "cli/terminal.h"

enum {
	ANSWER_MS = 120, /* devices answer within some 20; a gateway asks a bus behind it: */
	GATEWAY_MS = 1000,
	FRESH_MS = 1000, /* how often progress is shown */
	BACK_MS = 2000,  /* a line that went away under a question may come back */
	LOOK_MS = 50,
	NOISY = 8 /* questions in a row that only noise answered: nothing can be found so */
};

struct scan {
	struct on_line on;
	struct profile *known[MOST_PROFILES]; /* owned */
	unsigned n_known;
	struct scan_question questions[SCAN_QUESTIONS];
	unsigned first, last;
	bool found[256];
	unsigned n_found, noisy, noisy_row, speeds, speed;
	int64_t begun_ms, shown_ms;
	bool progress;
	int broken; /* enum err: the line cannot be asked any more */
};

/* --- known models ------------------------------------------------------------------------------------ */

static void add_known(struct scan *scan, const char *folder, const char *name)
{
	char path[CONF_PATH + 300], room[300];
	struct text mistakes = text_over(room, sizeof(room));
	struct profile *profile;

	snprintf(path, sizeof(path), "%s/%s/profile.conf", folder, name);
	if (access(path, R_OK) || scan->n_known == MOST_PROFILES)
		return;
	if (conf_read_profile(&profile, path, &mistakes)) {
		room[strcspn(room, "\n")] = '\0';
		fprintf(stderr, "waterlab: not used: %s\n", room);
		return;
	}
	scan->known[scan->n_known++] = profile;
}

/* Without the folder a scan finds who is there all the same. */
static void read_folder(struct scan *scan, const char *folder, bool may_lack)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir && may_lack)
		return;
	if (!dir) {
		fprintf(stderr, "waterlab: %s: %s: no model will be known by name (--drivers)\n",
			folder, strerror(errno));
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			add_known(scan, folder, entry->d_name);
	closedir(dir);
}

static void read_known(struct scan *scan, const struct cli *cli)
{
	struct cli_drivers folders;

	cli_find_drivers(cli, &folders);
	read_folder(scan, folders.installed, false);
	if (*folders.own)
		read_folder(scan, folders.own, true);
}

/* --- progress ---------------------------------------------------------------------------------------- */

static void hide_progress(const struct scan *scan)
{
	if (scan->progress)
		fputs("\r\033[K", stderr);
}

static void show_progress(struct scan *scan, unsigned unit)
{
	int64_t now_ms = clock_boot_ms(&clock_system), left_s;
	unsigned units = scan->last - scan->first + 1;
	unsigned done = scan->speed * units + unit - scan->first, all = scan->speeds * units;
	char room[24];
	struct text speed = text_over(room, sizeof(room));

	if (!scan->progress || now_ms - scan->shown_ms < FRESH_MS)
		return;
	scan->shown_ms = now_ms;
	on_line_speed(&scan->on.where, &speed);
	left_s = done ? (now_ms - scan->begun_ms) * (all - done) / done / 1000 : 0;
	fprintf(stderr, "\r\033[K%s: unit %u of %u to %u, %u found; %lld s left, Ctrl-C ends", room,
		unit, scan->first, scan->last, scan->n_found, (long long)left_s);
}

/* --- who that is ------------------------------------------------------------------------------------- */

/* An adapter that is opened anew may be away for a moment. */
static int reopen(struct scan *scan, struct text *why)
{
	int64_t end_ms = clock_boot_ms(&clock_system) + BACK_MS;
	int err;

	do {
		text_clear(why);
		err = port_open(scan->on.port, why);
	} while (err == ERR_GONE && clock_boot_ms(&clock_system) < end_ms &&
		 terminal_key(LOOK_MS) != KEY_QUIT);
	return err;
}

static int read_one(struct scan *scan, unsigned unit, uint8_t function, uint16_t start, uint16_t n)
{
	unsigned ms = scan->on.where.kind == PORT_TCP ? GATEWAY_MS : ANSWER_MS;
	int err = on_line_read(&scan->on, (uint8_t)unit, function, start, n, ms);
	char words[300];
	struct text why = text_over(words, sizeof(words));

	if (err != ERR_GONE || terminal_should_end())
		return err;
	err = reopen(scan, &why);
	return err ? err : on_line_read(&scan->on, (uint8_t)unit, function, start, n, ms);
}

static int ask_again(struct scan *scan, struct port_ask *ask)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));
	int err;

	ask->timeout_ms = scan->on.where.kind == PORT_TCP ? GATEWAY_MS : ANSWER_MS;
	err = on_line_ask(&scan->on, ask);
	if (err != ERR_GONE || terminal_should_end())
		return err;
	err = reopen(scan, &why);
	return err ? err : on_line_ask(&scan->on, ask);
}

static int ask_for_driver(void *ctx, struct port_ask *ask, const struct port_reply **reply)
{
	struct scan *scan = ctx;

	*reply = &scan->on.reply;
	return terminal_should_end() ? ERR_TIMEOUT : ask_again(scan, ask);
}

static unsigned name_drivers(struct scan *scan, unsigned unit, unsigned n)
{
	unsigned i;

	for (i = 0; codec_drivers[i]; i++)
		if (scan_driver_knows(codec_drivers[i], (uint8_t)unit, ask_for_driver, scan))
			printf("%s%s (%s)", n++ ? ", or " : "", codec_drivers[i]->name,
				codec_drivers[i]->models);
	return n;
}

/* The models whose identity fits; usually one. */
static unsigned name_models(struct scan *scan, unsigned unit)
{
	struct value_bytes bytes;
	unsigned i, n = 0;
	char room[80];

	for (i = 0; i < scan->n_known && !terminal_should_end(); i++) {
		const struct profile *profile = scan->known[i];
		struct text found = text_over(room, sizeof(room));
		const struct profile_register *at = &profile->identity;

		if (!profile->has_identity)
			continue;
		if (profile->quiet_ms)
			(void)terminal_key((int)profile->quiet_ms);
		if (read_one(scan, unit, at->function, at->address, at->registers) ||
			decode_take(
				at, scan->on.reply.pdu, scan->on.reply.len, at->address, &bytes) ||
			!decode_identity(profile, &bytes, &found))
			continue;
		printf("%s%s (%s)", n++ ? ", or " : "", profile->name, profile->models);
	}
	return name_drivers(scan, unit, n);
}

static void put_answer(
	const struct scan *scan, const struct scan_question *question, int err, struct text *to)
{
	const struct port_reply *reply = &scan->on.reply;

	text_printf(to, "%s %u: ", probe_function(question->function), question->start);
	if (err)
		on_line_trouble(&scan->on, err, to);
	else
		text_printf(to, "%02X%02X", reply->pdu[2], reply->pdu[3]);
}

static void say_found(struct scan *scan, unsigned unit, const char *answer)
{
	char room[24];
	struct text speed = text_over(room, sizeof(room));

	if (!scan->n_found++)
		puts("UNIT  SPEED       WHO");
	scan->found[unit] = true;
	hide_progress(scan);
	on_line_speed(&scan->on.where, &speed);
	printf("%4u  %-10s  ", unit, room);
	if (!name_models(scan, unit))
		printf("unknown device (%s)", answer);
	putchar('\n');
	fflush(stdout);
}

/* --- asking ------------------------------------------------------------------------------------------ */

/* False: nothing more can come of this speed. */
static bool ask_unit(struct scan *scan, unsigned unit)
{
	char room[120];
	struct text answer = text_over(room, sizeof(room));
	unsigned i;
	int err;

	for (i = 0; i < SCAN_QUESTIONS && !terminal_should_end(); i++) {
		const struct scan_question *question = &scan->questions[i];

		err = read_one(scan, unit, question->function, question->start, 1);
		if (scan_is_somebody(err, scan->on.reply.exception)) {
			put_answer(scan, question, err, &answer);
			say_found(scan, unit, room);
			scan->noisy_row = 0;
			return true;
		}
		if (err == ERR_NOISE) {
			scan->noisy++;
			scan->noisy_row++;
		} else if (err == ERR_TIMEOUT || err == ERR_EXCEPTION) {
			scan->noisy_row = 0;
		} else if (scan->on.where.kind == PORT_RTU || !port_is_open(scan->on.port)) {
			scan->broken = err;
			return false;
		}
	}
	return !scan->broken && scan->noisy_row < NOISY;
}

static void scan_units(struct scan *scan)
{
	unsigned unit;

	scan->noisy_row = 0;
	for (unit = scan->first; unit <= scan->last && !terminal_should_end(); unit++) {
		show_progress(scan, unit);
		if (!scan->found[unit] && !ask_unit(scan, unit))
			return;
	}
}

/* The line at another speed, which the port takes when it is opened.  ERR_CONF: it does not have that. */
static int change_speed(struct scan *scan, const struct port_conf *to)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));

	port_free(scan->on.port);
	scan->on.where = *to;
	scan->on.port = port_new(to, &clock_system);
	return scan->on.port ? reopen(scan, &why) : ERR_MEMORY;
}

static void scan_speeds(struct scan *scan)
{
	const struct port_conf own = scan->on.where;
	struct port_conf next;
	int err;

	scan->begun_ms = scan->shown_ms = clock_boot_ms(&clock_system);
	scan_units(scan);
	while (++scan->speed < scan->speeds && !terminal_should_end() && !scan->broken) {
		if (!scan_speed(&own, scan->speed, &next))
			break;
		err = change_speed(scan, &next);
		if (!err)
			scan_units(scan);
		else if (err != ERR_CONF)
			scan->broken = err;
	}
	hide_progress(scan);
}

/* --- the command ------------------------------------------------------------------------------------- */

static bool choose_units(struct scan *scan, const struct cli *cli)
{
	bool tcp = scan->on.where.kind == PORT_TCP;
	unsigned least = tcp ? 0 : 1, most = tcp ? 255 : 247;

	scan->first = least;
	scan->last = most;
	scan->speeds = cli->all_speeds ? SCAN_SPEEDS + 1 : 1;
	if (cli->all_speeds && tcp) {
		fputs("waterlab: a network line has no --all-speeds\n", stderr);
		return false;
	}
	if (!cli->units || scan_range(cli->units, least, most, &scan->first, &scan->last))
		return true;
	fprintf(stderr,
		"waterlab: --units: \"%s\" are no units on a %s line; write FIRST-LAST within %u "
		"to %u\n",
		cli->units, tcp ? "network" : "serial", least, most);
	return false;
}

static int sum_up(const struct scan *scan, const struct cli *cli)
{
	if (scan->broken)
		fprintf(stderr, "waterlab: line %s: %s\n", scan->on.name, err_text(scan->broken));
	if (terminal_should_end())
		fputs("waterlab: ended before all were asked\n", stderr);
	if (scan->n_found)
		return scan->broken ? CLI_FAILED : CLI_DONE;
	if (!cli->all_speeds && scan->noisy)
		fprintf(stderr,
			"waterlab: line %s: bytes come, but never a whole answer: another speed "
			"(--all-speeds), or somebody else who talks on the line\n",
			scan->on.name);
	else if (scan->noisy)
		fprintf(stderr,
			"waterlab: line %s: nobody found, but bytes that are no answers: somebody "
			"else "
			"talks on the line, or what is there speaks no Modbus\n",
			scan->on.name);
	else if (!scan->broken && !terminal_should_end())
		fprintf(stderr,
			"waterlab: line %s: nobody answers: is anything switched on, and wired (A "
			"and B "
			"swapped)?%s\n",
			scan->on.name,
			scan->on.where.kind == PORT_RTU && !cli->all_speeds
				? " Another speed: --all-speeds"
				: "");
	return CLI_FAILED;
}

int cli_scan(struct cli *cli)
{
	static struct scan scan;
	unsigned i;
	int end = CLI_USAGE;

	scan = (struct scan){.progress = isatty(STDERR_FILENO)};
	log_open(LOG_ERROR, false);
	if (on_line_find(&scan.on, cli, cli->args[0]) && choose_units(&scan, cli)) {
		end = on_line_open(&scan.on, cli);
		if (!end) {
			read_known(&scan, cli);
			scan_questions((const struct profile *const *)scan.known, scan.n_known,
				scan.questions);
			terminal_begin(false);
			scan_speeds(&scan);
			end = sum_up(&scan, cli);
			terminal_end();
		}
	}
	on_line_close(&scan.on);
	for (i = 0; i < scan.n_known; i++)
		free(scan.known[i]);
	return end;
}
