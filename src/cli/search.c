#include "cli/search.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/change.h"
#include "cli/probe.h"
#include "cli/terminal.h"

enum { LOOK_MS = 300 };

static const char *text_of(const json_t *of, const char *key)
{
	const char *text = json_string_value(json_object_get(of, key));

	return text ? text : "";
}

static unsigned number_of(const json_t *of, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(of, key));
}

/* --- until it is over -------------------------------------------------------------------------------- */

static void show_progress(const json_t *answer)
{
	const json_t *left = json_object_get(answer, "left_s");

	if (!isatty(STDERR_FILENO))
		return;
	if (json_object_get(answer, "found"))
		fprintf(stderr, "\r\033[K%s: unit %u of %u to %u", text_of(answer, "line"),
			number_of(answer, "at"), number_of(answer, "first"),
			number_of(answer, "last"));
	else
		fprintf(stderr, "\r\033[K%s: %u questions", text_of(answer, "unit"),
			number_of(answer, "asked"));
	if (json_is_integer(left))
		fprintf(stderr, "; %u s left", number_of(answer, "left_s"));
	fputs(", Ctrl-C ends", stderr);
}

static void hide_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* The daemon's word on the line's search, after that question of it. */
static int ask(const struct cli *cli, const char *line, const char *what, json_t **answer)
{
	json_t *request = change_question(cli, what);

	json_decref(*answer);
	*answer = NULL;
	change_put(request, "line", line);
	return cli_ask_one(cli, request, answer);
}

/* Asks until the search that *answer is of has ended; `fresh` sees each answer. */
static int follow(const struct cli *cli, const char *line, json_t **answer,
	void (*fresh)(void *ctx, const json_t *answer), void *ctx)
{
	unsigned number = number_of(*answer, "number");
	int end = CLI_DONE;

	while (!end && number_of(*answer, "number") == number) {
		hide_progress();
		if (fresh)
			fresh(ctx, *answer);
		if (strcmp(text_of(*answer, "state"), "running") != 0)
			return CLI_DONE;
		show_progress(*answer);
		(void)terminal_key(LOOK_MS);
		end = ask(cli, line, terminal_should_end() ? "line-cancel" : "line-show", answer);
	}
	if (!end)
		fputs("waterlab: somebody else has begun another search of the line\n", stderr);
	return CLI_FAILED;
}

/* Why it ended before its end, where it did. */
static bool is_whole(const json_t *answer)
{
	static const struct {
		const char *state, *words;
	} ends[] = {{"cancelled", "ended before all were asked"},
		{"in_use", "ended: an analyzer of the line came into a sample or a check"},
		{"closed", "ended: the line went away"},
		{"too_long", "ended after an hour, before all were asked"},
		{"silent", "the analyzer does not answer: waterlab status says more"}};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!strcmp(text_of(answer, "state"), ends[i].state)) {
			fprintf(stderr, "waterlab: line %s: %s\n", text_of(answer, "line"),
				ends[i].words);
			return false;
		}
	return true;
}

static void say_by_whom(const struct on_line *on)
{
	fprintf(stderr, "waterlab: the daemon holds line %s: it asks, between its own questions\n",
		on->held);
}

/* --- a scan ------------------------------------------------------------------------------------------ */

struct shown {
	const struct on_line *on;
	bool begun;
	size_t n;
};

static void say_row(const struct on_line *on, unsigned address, const char *who)
{
	char room[24];
	struct text speed = text_over(room, sizeof(room));

	on_line_speed(&on->where, &speed);
	printf("%4u  %-10s  %s", address, room, who);
}

/* Rows of the line's own units first, then as they are found; the last found may still get its name. */
static void show_found(void *ctx, const json_t *answer)
{
	bool running = !strcmp(text_of(answer, "state"), "running");
	const json_t *found = json_object_get(answer, "found"), *unit;
	struct shown *shown = ctx;
	size_t settled = json_array_size(found), i;

	if (!shown->begun) {
		shown->begun = true;
		puts("UNIT  SPEED       WHO");
		json_array_foreach(json_object_get(answer, "units"), i, unit)
		{
			say_row(shown->on, number_of(unit, "address"), text_of(unit, "name"));
			printf(", configured: %s\n",
				!strcmp(text_of(unit, "health"), "ok") ? "answers"
				: *text_of(unit, "error")              ? text_of(unit, "error")
								       : "not asked yet");
		}
	}
	settled -= running && settled;
	for (; shown->n < settled; shown->n++) {
		const json_t *one = json_array_get(found, shown->n);

		say_row(shown->on, number_of(one, "address"), text_of(one, "who"));
		if (!*text_of(one, "who"))
			printf("unknown device (%s)", text_of(one, "answer"));
		putchar('\n');
	}
	fflush(stdout);
}

int search_scan(const struct cli *cli, const struct on_line *on, unsigned first, unsigned last)
{
	json_t *request = change_question(cli, "line-scan"), *answer = NULL;
	struct shown shown = {.on = on};
	int end;

	change_put(request, "line", on->held);
	json_object_set_new(request, "first", json_integer(first));
	json_object_set_new(request, "last", json_integer(last));
	say_by_whom(on);
	end = cli_ask_one(cli, request, &answer);
	if (!end)
		end = follow(cli, on->held, &answer, show_found, &shown);
	if (!end && !is_whole(answer))
		end = !strcmp(text_of(answer, "state"), "cancelled") ? CLI_DONE : CLI_FAILED;
	else if (!end && !json_array_size(json_object_get(answer, "found")))
		fprintf(stderr,
			"waterlab: line %s: nobody else answers at its speed%s; other speeds want "
			"the "
			"line for themselves: stop the daemon, then --all-speeds\n",
			on->held,
			number_of(answer, "noisy") ? ", but bytes came that are no answers" : "");
	json_decref(answer);
	return end;
}

/* --- a probe ----------------------------------------------------------------------------------------- */

static bool take_hex(const char *hex, struct value_bytes *to)
{
	size_t n;

	for (n = 0; n < VALUE_BYTES && sscanf(hex + 2 * n, "%2hhx", &to->at[n]) == 1 && hex[2 * n];
		n++)
		;
	return n > 0;
}

/* What the daemon read at these very registers: its driver is the file's as it was at its start. */
static const json_t *read_of(const json_t *answer, const struct probe_job *job)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(answer, "reads"), i, one)
	{
		if (number_of(one, "function") == job->at.function &&
			number_of(one, "address") == job->at.address &&
			number_of(one, "registers") == job->at.registers &&
			json_is_true(json_object_get(one, "again")) == job->again)
			return one;
	}
	return NULL;
}

static void take_reads(const json_t *answer, struct probe *probe)
{
	struct probe_job job;
	const json_t *one;
	unsigned step;
	bool *done;

	for (step = 0; step < probe_steps(probe); step++) {
		if (!probe_job(probe, step, &job))
			continue;
		one = read_of(answer, &job);
		done = job.again ? &job.into->done_again : &job.into->done;
		*done = take_hex(
			text_of(one, "words"), job.again ? &job.into->again : &job.into->bytes);
		if (!job.again)
			(void)text_copy(job.into->why, sizeof(job.into->why),
				one ? text_of(one, "error")
				    : "not asked: the daemon has another edition of the driver");
	}
}

static void print_exchanges(const json_t *answer)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(answer, "exchanges"), i, one)
	{
		printf("> %s\n< %s", text_of(one, "asked"), text_of(one, "answer"));
		printf("%s%s\n", *text_of(one, "answer") ? "" : "! ",
			*text_of(one, "answer") ? "" : text_of(one, "error"));
	}
}

static void print_fields(const json_t *answer)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(answer, "fields"), i, one)
	{
		printf("= %s %s %s\n", text_of(one, "parameter"),
			*text_of(one, "text") ? text_of(one, "text") : "-", text_of(one, "unit"));
	}
}

/* The name of the line's unit of that address, where it has that driver; NULL: it has not. */
static const char *unit_at(const struct on_line *on, const struct profile *profile, uint8_t address)
{
	unsigned i;

	for (i = 0; on->line && i < on->line->n_units; i++)
		if (on->line->units[i].address == address &&
			!strcmp(on->line->units[i].profile->name, profile->name))
			return on->line->units[i].name;
	return NULL;
}

/* What was read, before an early end too; there is advice when anything was. */
static int show_probed(const json_t *answer, const struct profile *profile)
{
	static struct probe probe;
	bool whole = is_whole(answer);

	if (profile->driver) {
		print_exchanges(answer);
		if (whole) /* else they may be those of the turn before */
			print_fields(answer);
	} else if (whole || *text_of(answer, "advice")) {
		probe_begin(&probe, profile);
		take_reads(answer, &probe);
		probe_print(&probe);
	}
	return whole ? CLI_DONE : CLI_FAILED;
}

int search_probe(const struct cli *cli, const struct on_line *on, const struct profile *profile,
	uint8_t address)
{
	const char *unit = unit_at(on, profile, address);
	json_t *request, *answer = NULL;
	int end;

	if (!unit)
		return CLI_ABSENT;
	request = change_question(cli, "line-probe");
	change_put(request, "unit", unit);
	say_by_whom(on);
	end = cli_ask_one(cli, request, &answer);
	if (!end)
		end = follow(cli, on->held, &answer, NULL, NULL);
	if (!end)
		end = show_probed(answer, profile);
	json_decref(answer);
	return end;
}
