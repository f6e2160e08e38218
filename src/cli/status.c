/* waterlab status, waterlab watch */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "cli/view.h"

enum { ROOM = 512 * 1024, EVERY_MS = 1000, NOTES = 2, WAIT_MS = 100, LONGEST_WAIT_S = 3600 };

static int print_line(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)len;
	return puts(line) < 0 || fflush(stdout) != 0 || terminal_should_end() ? ERR_STOPPED : 0;
}

static bool all_were_asked(const json_t *status)
{
	const json_t *line, *unit, *units;
	size_t i, k;

	json_array_foreach(json_object_get(status, "lines"), i, line)
	{
		units = json_is_true(json_object_get(line, "open")) ? json_object_get(line, "units")
								    : NULL;
		json_array_foreach(units, k, unit)
		{
			const char *health = json_string_value(json_object_get(unit, "health"));

			if (health && !strcmp(health, "unknown"))
				return false;
		}
	}
	return true;
}

/* CLI_FAILED: the daemon answers, and has not asked each analyzer. */
static int wait_for(const struct cli *cli, uint64_t seconds)
{
	uint64_t tries = seconds * 1000 / WAIT_MS;
	char words[1024];
	struct text why = text_over(words, sizeof(words));
	json_t *status;
	int end;

	for (;; tries--) {
		text_clear(&why);
		end = cli_ask_quietly(cli, json_pack("{s:s}", "ask", "status"), &status, &why);
		if (end == CLI_DONE) {
			end = all_were_asked(status) ? CLI_DONE : CLI_FAILED;
			json_decref(status);
		}
		if (end == CLI_DONE || tries == 0)
			return end;
		poll(NULL, 0, WAIT_MS);
	}
}

/* For people, or each byte of it as it came. */
static int show_status(struct cli *cli)
{
	static char room[ROOM];
	struct page page = page_over(room, ROOM, terminal_columns(), terminal_has_colours());
	json_t *status;
	int end;

	if (cli->json)
		return cli_ask(cli, json_pack("{s:s}", "ask", "status"), print_line, NULL);
	end = cli_ask_one(cli, json_pack("{s:s}", "ask", "status"), &status);
	if (end)
		return end;
	view_status(&page, status);
	json_decref(status);
	fputs(room, stdout);
	return CLI_DONE;
}

int cli_status(struct cli *cli)
{
	uint64_t seconds = 0;
	int waited = CLI_DONE, shown;

	if (cli->wait) {
		if (!options_number("wait", cli->wait, &seconds))
			return CLI_USAGE;
		if (seconds > LONGEST_WAIT_S) {
			fprintf(stderr, "waterlab: --wait is at most %d, an hour\n",
				LONGEST_WAIT_S);
			return CLI_USAGE;
		}
		waited = wait_for(cli, seconds);
	}
	shown = show_status(cli);
	if (shown == CLI_DONE && waited != CLI_DONE) {
		fprintf(stderr, "waterlab: within %llu s not every analyzer was asked\n",
			(unsigned long long)seconds);
		return CLI_FAILED;
	}
	return shown;
}

/* --- watch ----------------------------------------------------------------------------------------- */

/* Now as text: the status, or why there is none. */
static int take_picture(const struct cli *cli, struct page *page)
{
	char words[1024];
	struct text why = text_over(words, sizeof(words));
	json_t *status, *samples = NULL;
	int end = cli_ask_quietly(cli, json_pack("{s:s}", "ask", "status"), &status, &why);

	text_clear(&page->out);
	if (end == CLI_DONE) {
		/* An older daemon may know no samples: then there are none to show. */
		if (cli_ask_quietly(cli, json_pack("{s:s}", "ask", "samples"), &samples, &why))
			samples = NULL;
		view_live(page, status, samples);
		json_decref(samples);
		json_decref(status);
		return end;
	}
	page_wrap(page, STYLE_BAD, "", words);
	if (end == CLI_ABSENT) {
		page_put(page, STYLE_PLAIN, "It is asked again each second.");
		page_end(page);
	}
	return end;
}

static unsigned count_lines(const char *s)
{
	unsigned n = 0;

	for (; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

/* The picture from line `first` on, as far as the screen goes, and the foot below it; in one go. */
static void draw(const char *picture, unsigned first, unsigned rows, const char *foot)
{
	static char room[ROOM + 64 * 1024];
	struct text frame = text_over(room, sizeof(room));
	const char *end;

	text_put(&frame, "\033[H");
	for (; first > 0 && (end = strchr(picture, '\n')); first--)
		picture = end + 1;
	while (rows > 1) {
		end = strchr(picture, '\n');
		if (end) {
			text_put_n(&frame, picture, (size_t)(end - picture));
			picture = end + 1;
		}
		text_put(&frame, "\033[K\n");
		rows--;
	}
	text_printf(&frame, "%s\033[K\033[J", foot);
	fwrite(room, 1, frame.len, stdout);
	fflush(stdout);
}

static int watch_screen(const struct cli *cli)
{
	static char room[ROOM];
	unsigned first = 0, rows, lines, most;
	enum key key = KEY_NONE;
	struct page page;
	char foot[160];

	terminal_begin(true);
	while (key != KEY_QUIT) {
		page = page_over(room, ROOM, terminal_columns(), terminal_has_colours());
		(void)take_picture(cli, &page);
		do {
			rows = terminal_rows();
			lines = count_lines(room);
			most = lines > rows - 1 ? lines - (rows - 1) : 0;
			if (first > most)
				first = most;
			snprintf(foot, sizeof(foot),
				most ? "q ends; arrows, space: lines %u to %u of %u" : "q ends",
				first + 1, first + rows - 1 < lines ? first + rows - 1 : lines,
				lines);
			draw(room, first, rows, foot);
			key = terminal_key(EVERY_MS);
			if (key == KEY_UP)
				first -= first > 0;
			else if (key == KEY_DOWN)
				first++;
			else if (key == KEY_PAGE_DOWN)
				first += rows - 2;
			else if (key == KEY_PAGE_UP)
				first -= first > rows - 2 ? rows - 2 : first;
			else if (key == KEY_HOME)
				first = 0;
		} while (key != KEY_NONE && key != KEY_QUIT && key != KEY_RESIZED);
	}
	terminal_end();
	return CLI_DONE;
}

static int watch_lines(const struct cli *cli)
{
	static char room[ROOM];
	struct page page;
	int end = CLI_DONE;

	terminal_begin(false);
	do {
		page = page_over(room, ROOM, terminal_columns(), terminal_has_colours());
		end = take_picture(cli, &page);
		if (puts(room) < 0 || fflush(stdout) != 0)
			break;
	} while (terminal_key(EVERY_MS) != KEY_QUIT);
	terminal_end();
	return end;
}

int cli_watch(struct cli *cli)
{
	int end;

	if (!cli->json)
		return terminal_is_live() ? watch_screen(cli) : watch_lines(cli);
	terminal_begin(false);
	end = cli_ask(cli, json_pack("{s:s}", "ask", "watch"), print_line, NULL);
	return terminal_should_end() ? CLI_DONE : end;
}
