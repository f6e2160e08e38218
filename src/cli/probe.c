/* waterlab probe: one analyzer asked for all that its driver knows of it, side by side with what may be meant. */
#include "cli/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "bus/codec.h"
#include "bus/decode.h"
#include "cli/probe_rows.h"
#include "cli/terminal.h"

enum { IN_VAIN = 3, REPLY_MS = 1000, CHANGE_MS = 1500 };

/* --- asking ------------------------------------------------------------------------------------------ */

int probe_ask(struct probe *probe, struct port_ask *ask, struct text *trouble)
{
	int err;

	if (probe->profile->quiet_ms && probe->asked)
		(void)terminal_key((int)probe->profile->quiet_ms);
	probe->asked++;
	err = on_line_ask(&probe->on, ask);
	if (!err || err == ERR_EXCEPTION)
		probe->answered++;
	else
		probe->last = err;
	probe->noisy |= err == ERR_NOISE || (probe->on.reply.stale && err);
	if (err)
		on_line_trouble(&probe->on, err, trouble);
	return err;
}

bool probe_is_in_vain(const struct probe *probe)
{
	return terminal_should_end() || (!probe->answered && probe->asked >= IN_VAIN);
}

/* Reads registers at one of the three places into *to; false after words in `why`. */
static bool read_at(struct probe *probe, const struct profile_register *from, unsigned place,
	struct value_bytes *to, struct text *why)
{
	struct profile_register at = *from;
	struct port_ask ask = {.unit = probe->unit, .function = from->function};

	ask.timeout_ms = probe->profile->reply_ms ? probe->profile->reply_ms : REPLY_MS;
	if (!probe_where(probe->profile, place, &at, &ask.start, &ask.count, why))
		return false;
	if (probe_is_in_vain(probe)) {
		text_put(why, "not asked any more");
		return false;
	}
	if (probe_ask(probe, &ask, why))
		return false;
	if (!decode_take(&at, probe->on.reply.pdu, probe->on.reply.len, ask.start, to))
		return true;
	text_put(why, "the answer does not hold it");
	return false;
}

/* --- a map of registers ------------------------------------------------------------------------------ */

static void show_identity(struct probe *probe)
{
	const struct profile *profile = probe->profile;
	struct value_bytes bytes;
	char room[80], found[80];
	struct text why = text_over(room, sizeof(room)), says = text_over(found, sizeof(found));
	bool fits;

	if (!profile->has_identity) {
		puts("identity         the profile has no register that tells it from others");
		return;
	}
	printf("identity         at %u, wire %u, %s: ", profile->identity_printed,
		profile->identity.address, probe_function(profile->identity.function));
	if (!read_at(probe, &profile->identity, PROBE_WRITTEN, &bytes, &why)) {
		puts(room);
		return;
	}
	fits = decode_identity(profile, &bytes, &says);
	if (fits)
		printf("%s, as expected\n", found);
	else if (profile->identity.type == TYPE_STRING)
		printf("%s: ANOTHER DEVICE, \"%s\" is expected\n", found, profile->identity_text);
	else
		printf("%s: ANOTHER DEVICE, %llu is expected\n", found,
			(unsigned long long)profile->identity_value);
}

static void show_status(struct probe *probe)
{
	const struct profile *profile = probe->profile;
	struct value_bytes bytes;
	char room[80];
	unsigned i;

	for (i = 0; i < profile->n_status && !probe_is_in_vain(probe); i++) {
		const struct profile_status *rule = &profile->status[i];
		struct text why = text_over(room, sizeof(room));

		printf("status           at %u, wire %u, %s: ", rule->printed, rule->at.address,
			probe_function(rule->at.function));
		if (read_at(probe, &rule->at, PROBE_WRITTEN, &bytes, &why))
			printf("%02X%02X, %s \"%s\"\n", bytes.at[0], bytes.at[1],
				decode_status(rule, &bytes) ? "SAYS" : "does not say",
				rule->meaning);
		else
			puts(room);
	}
}

static void read_value(
	struct probe *probe, const struct profile_field *field, struct probe_value *value)
{
	static const unsigned places[] = {PROBE_WRITTEN, PROBE_LOWER, PROBE_HIGHER};
	unsigned i;

	value->field = field;
	for (i = 0; i < PROBE_PLACES; i++) {
		struct probe_read *at = &value->at[places[i]];
		struct text why = text_over(at->why, sizeof(at->why));

		at->done = read_at(probe, &field->at, places[i], &at->bytes, &why);
	}
}

/* Only orders need it: values of one register have one. */
static void read_again(struct probe *probe, struct probe_value *value)
{
	char room[80];
	unsigned i;

	for (i = 0; i < PROBE_PLACES && value->field->at.registers > 1; i++) {
		struct probe_read *at = &value->at[i];
		struct text why = text_over(room, sizeof(room));

		if (at->done)
			at->done_again = read_at(probe, &value->field->at, i, &at->again, &why);
	}
}

static void show_values(const struct probe *probe, const struct probe_value *values, unsigned n)
{
	static char room[8 * 1024];
	struct probe_tally tally;
	struct text advice;
	struct page page;
	unsigned i;

	for (i = 0; i < n; i++) {
		page = page_over(room, sizeof(room), terminal_columns(), terminal_has_colours());
		probe_show(&page, &values[i]);
		fputs(room, stdout);
	}
	probe_count(values, n, &tally);
	advice = text_over(room, sizeof(room));
	probe_advise(probe->profile, &tally, &advice);
	printf("\n* what water can show; ~ the same, but it jumped within a second; [the profile's "
	       "order].\n%s\n",
		room);
}

static void probe_map(struct probe *probe)
{
	static struct probe_value values[MOST_FIELDS];
	int64_t change_ms;
	unsigned n, i;

	show_identity(probe);
	show_status(probe);
	fflush(stdout);
	change_ms = clock_boot_ms(&clock_system) + CHANGE_MS;
	for (n = 0; n < probe->profile->n_fields && !probe_is_in_vain(probe); n++)
		read_value(probe, &probe->profile->fields[n], &values[n]);
	if (!probe->answered || terminal_should_end())
		return;
	change_ms -= clock_boot_ms(&clock_system);
	if (change_ms > 0) /* an analyzer has a new value each second or so */
		(void)terminal_key((int)change_ms);
	for (i = 0; i < n; i++)
		read_again(probe, &values[i]);
	show_values(probe, values, n);
}

/* --- the command ------------------------------------------------------------------------------------- */

static void say_in_vain(const struct probe *probe)
{
	char room[24];
	struct text speed = text_over(room, sizeof(room));
	const char *name = probe->on.name;
	bool serial = probe->on.where.kind == PORT_RTU;

	on_line_speed(&probe->on.where, &speed);
	if (probe->noisy)
		fprintf(stderr,
			"waterlab: line %s, unit %u: bytes come, but never a whole answer. At %s: "
			"the "
			"wrong speed or parity, two devices with one number, or somebody else who "
			"talks%s%s\n",
			name, probe->unit, room, serial ? "; waterlab scan --all-speeds " : "",
			serial ? name : "");
	else if (probe->last == ERR_TIMEOUT)
		fprintf(stderr,
			"waterlab: line %s, unit %u: no answer at all (%s). Is it switched on and "
			"wired (A and B not swapped)? Are that its number and this its speed? "
			"waterlab scan "
			"%s%s\n",
			name, probe->unit, room, name, serial ? " --all-speeds" : "");
	else if (probe->last == ERR_GONE)
		fprintf(stderr, "waterlab: line %s, unit %u: %s\n", name, probe->unit,
			serial ? "the device vanished: is the adapter plugged in?"
			       : "the other side closes the connection without an answer: is "
				 "that the right port, and the unit one that it knows?");
	else
		fprintf(stderr, "waterlab: line %s, unit %u: %s\n", name, probe->unit,
			err_text(probe->last));
}

static void print_head(const struct probe *probe)
{
	char room[24];
	struct text speed = text_over(room, sizeof(room));

	on_line_speed(&probe->on.where, &speed);
	printf("%s (%s; %s), %s, unit %u on line %s, %s\n", probe->profile->name,
		probe->profile->models, probe->profile->manual,
		driver_level_word(probe->profile->level), probe->unit, probe->on.name, room);
}

static int run(struct probe *probe)
{
	unsigned values = 0;

	print_head(probe);
	if (probe->profile->driver)
		values = probe_driver(probe);
	else
		probe_map(probe);
	fflush(stdout);
	if (probe->answered)
		return !probe->profile->driver || values ? CLI_DONE : CLI_FAILED;
	if (probe->asked && !terminal_should_end())
		say_in_vain(probe);
	return CLI_FAILED;
}

/* The number that --unit gives, and whether the driver can be asked on such a line at all. */
static bool find_unit(struct probe *probe, const struct cli *cli)
{
	int unit;

	if (probe->profile->driver && !codec_on_line(probe->profile->driver)) {
		fprintf(stderr,
			"waterlab: %s reads files, not lines; waterlab inbox FILE shows what it "
			"makes of one\n",
			probe->profile->name);
		return false;
	}
	if (!cli->unit) {
		fputs("waterlab: which unit? --unit N is the number it has on the line\n", stderr);
		return false;
	}
	unit = on_line_unit(&probe->on, "unit", cli->unit);
	probe->unit = (uint8_t)unit;
	if (unit < 0)
		return false;
	if (probe->on.where.kind == PORT_RTU || !probe->profile->driver ||
		codec_over_tcp(probe->profile->driver))
		return true;
	fprintf(stderr, "waterlab: %s speaks no Modbus: it needs a serial line\n",
		probe->profile->name);
	return false;
}

int cli_probe(struct cli *cli)
{
	struct probe probe = {.unit = 0};
	int end = CLI_USAGE;

	log_open(LOG_ERROR, false);
	if (!cli_find_driver(cli, cli->args[0], &probe.profile))
		return CLI_USAGE;
	if (on_line_find(&probe.on, cli, cli->args[1]) && find_unit(&probe, cli)) {
		end = on_line_open(&probe.on, cli);
		terminal_begin(false);
		if (!end)
			end = run(&probe);
		terminal_end();
	}
	on_line_close(&probe.on);
	free(probe.profile);
	return end;
}
