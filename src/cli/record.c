/* waterlab record: what an analyzer said, as a trace: the daemon's, or of a line opened here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utc.h"
#include "bus/trace_entry.h"
#include "cli/on_line.h"
#include "cli/options.h"
#include "cli/terminal.h"

enum { ALONE_S = 10, WORDS = 1024 };

struct recording {
	bool begun; /* the header is out */
	int64_t first_ms;
	unsigned n;
	char words[WORDS]; /* why there is none */
	bool whole;
};

struct provenance {
	const char *lab, *version, *line, *where, *speed, *driver, *unit;
	const char *stand_in; /* what the line is that ends in a program; NULL: a device's own */
	unsigned address;
};

static void print_header(const struct provenance *of)
{
	char room[32];
	struct text now = text_over(room, sizeof(room));

	utc_put_minute(&now, clock_wall_ms(&clock_system));
	printf("# waterlab trace 1\ndriver: %s\naddress: %u\n", of->driver, of->address);
	fputs("source: ", stdout);
	if (of->stand_in) /* "recorded" at its start would prove a level */
		printf("from %s, as simulators have, ", of->stand_in);
	printf("recorded %s UTC by waterlab %s, lab %s, line %s, %s%s%s, unit %s\n", room,
		of->version, of->lab, of->line, of->where, of->speed ? ", " : "",
		of->speed ? of->speed : "", of->unit);
}

static void print_entry(struct recording *recording, const struct trace_entry *entry)
{
	if (!recording->n++)
		recording->first_ms = entry->boot_ms;
	trace_entry_print(stdout, entry, recording->first_ms);
	fflush(stdout); /* each as it comes, for who looks on */
}

static void print_missed(uint64_t first, uint64_t last)
{
	printf("# exchanges %llu to %llu of the line are not kept any more\n",
		(unsigned long long)first, (unsigned long long)last);
}

/* --- by the daemon ----------------------------------------------------------------------------------- */

static const char *text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text ? text : "";
}

static unsigned number_of(const json_t *line, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(line, key));
}

static size_t take_hex(const char *hex, uint8_t *to, size_t cap)
{
	size_t n, most = strlen(hex) / 2;

	for (n = 0; n < cap && n < most && sscanf(hex + 2 * n, "%2hhx", &to[n]) == 1; n++)
		;
	return n;
}

static void take_head(struct recording *recording, const json_t *line)
{
	const struct provenance of = {text_of(line, "lab"), text_of(line, "version"),
		text_of(line, "line"), text_of(line, "where"),
		json_string_value(json_object_get(line, "speed")), text_of(line, "driver"),
		text_of(line, "unit"), json_string_value(json_object_get(line, "stand_in")),
		number_of(line, "address")};

	print_header(&of);
	recording->begun = true;
}

static void take_entry(struct recording *recording, const json_t *line)
{
	const char *kind = text_of(line, "kind"), *error = text_of(line, "error");
	struct trace_entry entry = {.boot_ms = json_integer_value(json_object_get(line, "boot_ms")),
		.took_us = number_of(line, "took_us"),
		.kind = !strcmp(kind, "bytes") ? ASK_BYTES : ASK_PDU,
		.exception = (uint8_t)number_of(line, "exception"),
		.stale = (uint16_t)number_of(line, "stale")};

	while (strcmp(err_name(entry.err), error) != 0 && entry.err > ERR_WRONG_UNIT)
		entry.err--;
	entry.asked_len =
		(uint8_t)take_hex(text_of(line, "asked"), entry.asked, sizeof(entry.asked));
	entry.len = (uint16_t)take_hex(text_of(line, "answer"), entry.pdu, sizeof(entry.pdu));
	print_entry(recording, &entry);
}

static int take_line(void *ctx, const char *text, size_t len)
{
	struct recording *recording = ctx;
	json_t *line = json_loadb(text, len, 0, NULL);
	const json_t *missed = json_object_get(line, "missed");

	if (json_object_get(line, "end"))
		recording->whole = true;
	else if (json_object_get(line, "error") && !json_object_get(line, "number"))
		(void)text_copy(recording->words, sizeof(recording->words), text_of(line, "error"));
	else if (!recording->begun)
		take_head(recording, line);
	else if (missed)
		print_missed((uint64_t)json_integer_value(json_array_get(missed, 0)),
			(uint64_t)json_integer_value(json_array_get(missed, 1)));
	else if (json_object_get(line, "number"))
		take_entry(recording, line);
	json_decref(line);
	return terminal_should_end() ? ERR_STOPPED : 0;
}

/* CLI_ABSENT: there is no daemon. */
static int by_daemon(const struct cli *cli, uint64_t seconds, struct recording *recording)
{
	json_t *request = json_pack("{s:s, s:s, s:I}", "ask", "trace", "line", cli->args[0],
		"seconds", (json_int_t)seconds);
	struct text why = text_over(recording->words, sizeof(recording->words));
	int end;

	if (cli->n_args > 1)
		json_object_set_new(request, "unit", json_string(cli->args[1]));
	end = cli_ask_into(cli, request, take_line, recording, &why);
	if (terminal_should_end() || (recording->whole && !end))
		return CLI_DONE;
	if (!end && !recording->words[0])
		text_put(&why, "the daemon went away within its answer");
	return end ? end : CLI_FAILED;
}

/* --- alone ------------------------------------------------------------------------------------------- */

static int number_series(void *ctx, const struct series *series, uint32_t *number)
{
	(void)series;
	*number = ++*(uint32_t *)ctx;
	return 0;
}

static int keep_nothing(void *ctx, const struct exchange *exchange)
{
	(void)ctx;
	(void)exchange;
	return 0;
}

/* The unit to record becomes the only one of its line: nobody else is asked. */
static bool choose_unit(const struct cli *cli, struct line_conf *line)
{
	const char *word = cli->n_args > 1 ? cli->args[1] : NULL;
	unsigned i;

	for (i = 0; i < line->n_units; i++)
		if (word ? !strcmp(line->units[i].name, word) : line->n_units == 1) {
			line->units[0] = line->units[i];
			line->n_units = 1;
			return true;
		}
	if (word)
		fprintf(stderr, "waterlab: line %s has no analyzer \"%s\"; it has: ", line->name,
			word);
	else
		fprintf(stderr,
			"waterlab: line %s has several analyzers, say which one: ", line->name);
	for (i = 0; i < line->n_units; i++)
		fprintf(stderr, "%s%s", i ? ", " : "", line->units[i].name);
	fputc('\n', stderr);
	return false;
}

static void print_fresh(struct recording *recording, struct line *line, uint64_t *after)
{
	static struct trace_entry entries[TRACE_ENTRIES];
	size_t n = line_trace(line, *after, entries, TRACE_ENTRIES), i;

	for (i = 0; i < n; i++)
		print_entry(recording, &entries[i]);
	if (n)
		*after = entries[n - 1].number;
}

static void run_line(struct line *line, uint64_t seconds, struct recording *recording)
{
	int64_t now_ns = clock_boot_ns(&clock_system), due_ns;
	int64_t end_ns = now_ns + (int64_t)seconds * 1000000000;
	uint64_t after = 0;

	while (now_ns < end_ns && !terminal_should_end()) {
		due_ns = line_step(line);
		print_fresh(recording, line, &after);
		due_ns = due_ns < end_ns ? due_ns : end_ns;
		now_ns = clock_boot_ns(&clock_system);
		if (due_ns > now_ns)
			(void)terminal_key((int)((due_ns - now_ns + 999999) / 1000000));
		now_ns = clock_boot_ns(&clock_system);
	}
}

static int run_alone(struct on_line *on, uint64_t seconds, struct recording *recording)
{
	const struct unit_conf *unit = &on->line->units[0];
	char speed[24];
	struct text to = text_over(speed, sizeof(speed));
	uint32_t series = 0;
	const struct bus_sink sink = {.ctx = &series, number_series, keep_nothing, NULL};
	struct provenance of = {on->conf->lab, WATERLAB_VERSION, on->name, on->where.where,
		on->where.kind == PORT_RTU ? speed : NULL, unit->profile->name, unit->name,
		port_stand_in(&on->where), unit->address};
	struct line_state said;
	struct line *line;
	int err = line_new(&line, on->line, NULL, &sink, &clock_system, 1);

	if (err) {
		fprintf(stderr, "waterlab: line %s: %s\n", on->name, err_text(err));
		return CLI_FAILED;
	}
	on_line_speed(&on->where, &to);
	print_header(&of);
	run_line(line, seconds, recording);
	line_state(line, &said);
	line_free(line);
	if (recording->n)
		return CLI_DONE;
	fprintf(stderr, "waterlab: line %s: nothing was asked in this time%s%s\n", on->name,
		said.last_words[0]
			? ": "
			: ": a unit comes at its interval, and on a line just opened not before "
			  "its longest reply time is over (--seconds N)",
		said.last_words);
	return CLI_FAILED;
}

static int alone(const struct cli *cli, uint64_t seconds, struct recording *recording)
{
	struct on_line on;
	int end = CLI_USAGE;

	if (!on_line_find(&on, cli, cli->args[0]))
		goto out;
	if (!on.line) {
		fprintf(stderr, "waterlab: record wants the name of a line in %s\n", cli->config);
		goto out;
	}
	if (!choose_unit(cli, on.line))
		goto out;
	fprintf(stderr, "waterlab: no daemon answers: asking line %s for %llu s\n", on.name,
		(unsigned long long)seconds);
	end = on_line_open(&on, cli);
	if (end)
		goto out;
	/* Opened to see that nobody holds it; the line opens it itself. */
	port_close(on.port);
	end = run_alone(&on, seconds, recording);
out:
	on_line_close(&on);
	return end;
}

int cli_record(struct cli *cli)
{
	struct recording recording = {.begun = false};
	uint64_t seconds = 0;
	int end;

	if (cli->seconds && !options_number("seconds", cli->seconds, &seconds))
		return CLI_USAGE;
	if (seconds > 86400) {
		fputs("waterlab: --seconds is at most 86400, a day\n", stderr);
		return CLI_USAGE;
	}
	log_open(LOG_ERROR, false);
	terminal_begin(false);
	end = by_daemon(cli, seconds, &recording);
	if (end == CLI_ABSENT && !recording.begun)
		end = alone(cli, seconds ? seconds : ALONE_S, &recording);
	else if (end)
		fprintf(stderr, "waterlab: %s\n", recording.words);
	else if (!recording.n)
		fputs("waterlab: nothing was asked yet; --seconds N waits for it\n", stderr);
	terminal_end();
	return end;
}
