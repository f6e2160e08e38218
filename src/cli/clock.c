/* waterlab clock, waterlab clock enter */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "cli/view.h"

enum { ROOM = 32 * 1024, NAME_WIDTH = 8, USED_WIDTH = 4, UTC_WIDTH = 19, WITHIN_WIDTH = 8 };

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int print_line(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)len;
	return puts(line) < 0 ? ERR_STOPPED : 0;
}

/* "2026-12-01T09:05:31Z" as "2026-12-01 09:05:31"; "-" for null. */
static void put_utc(struct text *to, const char *iso)
{
	if (strlen(iso) < UTC_WIDTH) {
		text_put_char(to, '-');
		return;
	}
	text_put_n(to, iso, 10);
	text_put_char(to, ' ');
	text_put_n(to, iso + 11, 8);
}

/* The hour and minute that a clock in Pakistan shows then: UTC+5 all year. */
static void put_in_pakistan(struct text *to, const char *iso)
{
	unsigned hour = 0, minute = 0;

	if (strlen(iso) >= UTC_WIDTH && sscanf(iso + 11, "%2u:%2u", &hour, &minute) == 2)
		text_printf(to, "%02u:%02u in Pakistan, UTC+5", (hour + 5) % 24, minute);
}

static void put_within(struct text *to, const json_t *uncertainty_ms)
{
	double ms = json_number_value(uncertainty_ms);

	if (!json_is_number(uncertainty_ms))
		text_put_char(to, '-');
	else if (ms < 2000)
		text_printf(to, "%.0f ms", ms);
	else
		view_put_age(to, ms / 1000);
}

static void put_row(struct page *page, const char *name, const char *words)
{
	char mark[32];

	snprintf(mark, sizeof(mark), "%-9s", name);
	page_wrap(page, STYLE_PLAIN, mark, words);
}

static void put_moment(struct page *page, const char *name, const char *iso, const char *otherwise)
{
	char room[96];
	struct text words = text_over(room, sizeof(room));

	if (*iso) {
		put_utc(&words, iso);
		text_put(&words, " UTC (");
		put_in_pakistan(&words, iso);
		text_put_char(&words, ')');
	} else {
		text_put(&words, otherwise);
	}
	put_row(page, name, room);
}

static void put_head(struct page *page, const json_t *clock)
{
	char room[64];
	struct text untimed = text_over(room, sizeof(room));

	put_row(page, "clock", text_of(clock, "words"));
	put_moment(page, "readings", text_of(clock, "utc"), "no time yet");
	put_moment(page, "machine", text_of(clock, "machine"), "not looked at yet");
	put_moment(page, "known", text_of(clock, "last_known"),
		"no earlier start was confirmed by NTP or GPS");
	text_printf(&untimed, "%lld readings wait for a time",
		(long long)json_integer_value(json_object_get(clock, "untimed")));
	put_row(page, "waiting", room);
}

static void put_columns(struct page *page, enum page_style style, const char *name,
	const char *used, const char *utc, const char *within)
{
	page_put(page, STYLE_PLAIN, "  ");
	page_cell(page, style, name, NAME_WIDTH, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, style, used, USED_WIDTH, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, style, utc, UTC_WIDTH, false);
	page_put(page, STYLE_PLAIN, " ");
	page_cell(page, style, within, WITHIN_WIDTH, true);
}

static void put_clock(struct page *page, const json_t *clock)
{
	char moment[32], error[32];
	struct text utc = text_over(moment, sizeof(moment)),
		    within = text_over(error, sizeof(error));
	bool used = json_is_true(json_object_get(clock, "used"));

	put_utc(&utc, text_of(clock, "utc"));
	put_within(&within, json_object_get(clock, "uncertainty_ms"));
	put_columns(page, used ? STYLE_GOOD : STYLE_PLAIN, text_of(clock, "name"),
		used ? "yes" : "no", moment, error);
	page_end(page);
	page_wrap(page, STYLE_FAINT, "           ", text_of(clock, "words"));
}

static void put_anchor(struct page *page, const json_t *anchor)
{
	char moment[32], error[32];
	struct text utc = text_over(moment, sizeof(moment)),
		    within = text_over(error, sizeof(error));

	put_utc(&utc, text_of(anchor, "utc"));
	if (strcmp(text_of(anchor, "source"), "none") == 0)
		text_put(&within, "wrong"); /* the chip, at that moment */
	else
		put_within(&within, json_object_get(anchor, "uncertainty_ms"));
	put_columns(page, STYLE_PLAIN, text_of(anchor, "source"), "", moment, error);
	page_put(page, STYLE_PLAIN, "  ");
	page_put(page, STYLE_FAINT, text_of(anchor, "words"));
	page_end(page);
}

static void put_title(struct page *page, const char *title)
{
	page_end(page);
	page_put(page, STYLE_STRONG, title);
	page_end(page);
}

static void put_all(struct page *page, const json_t *clock)
{
	const json_t *list;
	json_t *one;
	size_t i;

	put_head(page, clock);
	page_end(page);
	put_columns(page, STYLE_FAINT, "CLOCK", "USED", "SAYS (UTC)", "WITHIN");
	page_end(page);
	list = json_object_get(clock, "clocks");
	for (i = 0; (one = json_array_get(list, i)); i++)
		put_clock(page, one);
	list = json_object_get(clock, "anchors");
	if (json_array_size(list))
		put_title(page, "noted since this machine started (the last ones)");
	for (i = 0; (one = json_array_get(list, i)); i++)
		put_anchor(page, one);
	list = json_object_get(clock, "advice");
	if (json_array_size(list))
		put_title(page, "what would help, any of these");
	for (i = 0; (one = json_array_get(list, i)); i++)
		page_wrap(page, STYLE_PLAIN, "  - ", json_string_value(one));
}

int cli_clock(struct cli *cli)
{
	static char room[ROOM];
	struct page page = page_over(room, ROOM, terminal_columns(), terminal_has_colours());
	json_t *clock;
	int end;

	if (cli->json)
		return cli_ask(cli, json_pack("{s:s}", "ask", "clock"), print_line, NULL);
	end = cli_ask_one(cli, json_pack("{s:s}", "ask", "clock"), &clock);
	if (end)
		return end;
	put_all(&page, clock);
	json_decref(clock);
	fputs(room, stdout);
	return CLI_DONE;
}

/* --- clock enter ----------------------------------------------------------------------------------- */

/* The date, the hour and the offset may come as words of their own. */
static void join(const struct cli *cli, struct text *to)
{
	int i;

	for (i = 0; i < cli->n_args; i++)
		text_printf(to, "%s%s", i ? " " : "", cli->args[i]);
}

static void show_entered(const json_t *answer, const char *as_typed)
{
	const char *iso = text_of(answer, "utc");
	char room[96];
	struct text moment = text_over(room, sizeof(room));

	put_utc(&moment, iso);
	text_put(&moment, " UTC (");
	put_in_pakistan(&moment, iso);
	text_put_char(&moment, ')');
	printf("%s, within %lld s\n%s\n", room,
		(long long)json_integer_value(json_object_get(answer, "within_s")),
		text_of(answer, "words"));
	if (!json_is_true(json_object_get(answer, "zoned")))
		printf("It was taken as UTC. If that is what a clock in Pakistan shows, enter it "
		       "again:\n  waterlab clock enter \"%s +05:00\" --reason ...\n",
			as_typed);
}

int cli_clock_enter(struct cli *cli)
{
	char room[128];
	struct text text = text_over(room, sizeof(room));
	json_t *request, *answer;
	uint64_t within_s = 0;
	int end;

	join(cli, &text);
	if (cli->within && !options_number("within", cli->within, &within_s))
		return CLI_USAGE;
	if (!cli->reason) {
		fputs("waterlab: --reason TEXT is wanted: why, and by what clock; it is kept with "
		      "the readings\n",
			stderr);
		return CLI_USAGE;
	}
	request = json_pack(
		"{s:s, s:s, s:s}", "ask", "clock-enter", "time", room, "reason", cli->reason);
	if (!request) {
		fputs("waterlab: the time and --reason are text in UTF-8\n", stderr);
		return CLI_USAGE;
	}
	if (within_s)
		json_object_set_new(request, "within_s", json_integer((json_int_t)within_s));
	end = cli_ask_one(cli, request, &answer);
	if (end)
		return end;
	if (cli->json)
		end = cli_print_json(answer);
	else
		show_entered(answer, room);
	json_decref(answer);
	return end;
}
