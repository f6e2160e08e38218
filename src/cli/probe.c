/* waterlab probe: one analyzer asked for all that its driver knows of it, side by side with what may be meant. */
#include "cli/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "bus/codec.h"
#include "bus/trouble.h"
#include "cli/search.h"
#include "cli/terminal.h"

/* --- asking ------------------------------------------------------------------------------------------ */

int probing_ask(struct probing *probing, struct port_ask *ask, struct text *trouble)
{
	int err = on_line_ask(&probing->on, ask);

	probing->asked = true;
	if (!err || err == ERR_EXCEPTION)
		probing->answered = true;
	else
		probing->last = err;
	probing->noisy |= err == ERR_NOISE || (probing->on.reply.stale && err);
	if (err)
		trouble_put(trouble, err, probing->on.reply.exception);
	return err;
}

static void read_map(struct probing *probing, struct probe *probe)
{
	unsigned reply_ms = probing->profile->reply_ms;
	struct port_ask ask;
	char room[80];
	struct text trouble = text_over(room, sizeof(room));
	int err;

	while (!terminal_should_end() && probe_question(probe, &ask)) {
		if (probe->wait_ms)
			(void)terminal_key((int)probe->wait_ms);
		ask.unit = probing->unit;
		ask.timeout_ms = reply_ms ? reply_ms : PROBE_REPLY_MS;
		err = probing_ask(probing, &ask, &trouble);
		probe_answer(probe, err, &probing->on.reply);
	}
}

static void probe_map(struct probing *probing)
{
	static struct probe probe;

	probe_begin(&probe, probing->profile);
	read_map(probing, &probe);
	if (probing->answered)
		probe_print(&probe);
}

/* --- the command ------------------------------------------------------------------------------------- */

static void say_in_vain(const struct probing *probing)
{
	char room[24];
	struct text speed = text_over(room, sizeof(room));
	const char *name = probing->on.name;
	bool serial = probing->on.where.kind == PORT_RTU;

	on_line_speed(&probing->on.where, &speed);
	if (probing->noisy)
		fprintf(stderr,
			"waterlab: line %s, unit %u: bytes come, but never a whole answer. At %s: "
			"the "
			"wrong speed or parity, two devices with one number, or somebody else who "
			"talks%s%s\n",
			name, probing->unit, room, serial ? "; waterlab scan --all-speeds " : "",
			serial ? name : "");
	else if (probing->last == ERR_TIMEOUT)
		fprintf(stderr,
			"waterlab: line %s, unit %u: no answer at all (%s). Is it switched on and "
			"wired (A and B not swapped)? Are that its number and this its speed? "
			"waterlab scan "
			"%s%s\n",
			name, probing->unit, room, name, serial ? " --all-speeds" : "");
	else if (probing->last == ERR_GONE)
		fprintf(stderr, "waterlab: line %s, unit %u: %s\n", name, probing->unit,
			serial ? "the device vanished: is the adapter plugged in?"
			       : "the other side closes the connection without an answer: is "
				 "that the right port, and the unit one that it knows?");
	else
		fprintf(stderr, "waterlab: line %s, unit %u: %s\n", name, probing->unit,
			err_text(probing->last));
}

static void print_head(const struct probing *probing)
{
	char room[24];
	struct text speed = text_over(room, sizeof(room));

	on_line_speed(&probing->on.where, &speed);
	printf("%s (%s; %s), %s, unit %u on line %s, %s\n", probing->profile->name,
		probing->profile->models, probing->profile->manual,
		driver_level_word(probing->profile->level), probing->unit, probing->on.name, room);
}

static int run(struct probing *probing)
{
	unsigned values = 0;

	print_head(probing);
	if (probing->profile->driver)
		values = probe_driver(probing);
	else
		probe_map(probing);
	fflush(stdout);
	if (probing->answered)
		return !probing->profile->driver || values ? CLI_DONE : CLI_FAILED;
	if (probing->asked && !terminal_should_end())
		say_in_vain(probing);
	return CLI_FAILED;
}

/* The number that --unit gives, and whether the driver can be asked on such a line at all. */
static bool find_unit(struct probing *probing, const struct cli *cli)
{
	int unit;

	if (probing->profile->driver && !codec_on_line(probing->profile->driver)) {
		fprintf(stderr,
			"waterlab: %s reads files, not lines; waterlab inbox FILE shows what it "
			"makes of one\n",
			probing->profile->name);
		return false;
	}
	if (!cli->unit) {
		fputs("waterlab: which unit? --unit N is the number it has on the line\n", stderr);
		return false;
	}
	unit = on_line_unit(&probing->on, "unit", cli->unit);
	probing->unit = (uint8_t)unit;
	if (unit < 0)
		return false;
	if (probing->on.where.kind == PORT_RTU || !probing->profile->driver ||
		codec_over_tcp(probing->profile->driver))
		return true;
	fprintf(stderr, "waterlab: %s speaks no Modbus: it needs a serial line\n",
		probing->profile->name);
	return false;
}

/* By the daemon where the line is its own, and the unit with that driver; else here. */
static int probe(struct probing *probing, const struct cli *cli)
{
	int end = on_line_daemon_asks(&probing->on, cli);

	if (end == CLI_DONE)
		end = search_probe(cli, &probing->on, probing->profile, probing->unit);
	if (end != CLI_ABSENT)
		return end;
	end = on_line_open(&probing->on, cli);
	return end ? end : run(probing);
}

int cli_probe(struct cli *cli)
{
	struct probing probing = {.unit = 0};
	int end = CLI_USAGE;

	log_open(LOG_ERROR, false);
	if (!cli_find_driver(cli, cli->args[0], &probing.profile))
		return CLI_USAGE;
	terminal_begin(false);
	if (on_line_find(&probing.on, cli, cli->args[1]) && find_unit(&probing, cli))
		end = probe(&probing, cli);
	terminal_end();
	on_line_close(&probing.on);
	free(probing.profile);
	return end;
}
