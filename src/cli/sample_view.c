#include "cli/sample_view.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "cli/terminal.h"
#include "cli/view.h"

enum { NAMES_TO = 24, LIVE_TO = 36, VALUES_TO = 44, STATES_TO = 47 };

const char *sample_text(const json_t *of, const char *key)
{
	const char *text = json_string_value(json_object_get(of, key));

	return text ? text : "";
}

void sample_put_utc(char to[32], const json_t *utc_ms)
{
	struct text text = text_over(to, 32);

	if (!json_is_integer(utc_ms)) {
		text_put(&text, "no time yet");
		return;
	}
	utc_put_minute(&text, json_integer_value(utc_ms));
	text_put(&text, " UTC");
}

void sample_put_head(struct page *page, const json_t *sample)
{
	const json_t *point = json_object_get(sample, "point");
	char begun[32];

	sample_put_utc(begun, json_object_get(sample, "begun_ms"));
	page_printf(page, STYLE_STRONG, "sample %lld", view_count(sample, "sample"));
	page_printf(page, STYLE_PLAIN, "  %s  %s, %s, by %s", sample_text(sample, "state"), begun,
		sample_text(sample, "purpose"), sample_text(sample, "by"));
	page_end(page);
	if (strcmp(sample_text(sample, "activity"), "sample") != 0) {
		page_printf(page, STYLE_PLAIN, "kind      %s", sample_text(sample, "activity"));
		if (json_is_integer(json_object_get(sample, "parent")))
			page_printf(
				page, STYLE_PLAIN, " of sample %lld", view_count(sample, "parent"));
		page_end(page);
	}
	if (*sample_text(sample, "impediment")) {
		page_printf(page, STYLE_WARN, "no water  %s", sample_text(sample, "impediment"));
		page_end(page);
	}
	page_printf(page, STYLE_PLAIN, "at        %s (%s%s%s), point %lld",
		*sample_text(point, "name") ? sample_text(point, "name") : "no point",
		sample_text(point, "source_type"), *sample_text(point, "position") ? ", " : "",
		sample_text(point, "position"), view_count(point, "point"));
	page_end(page);
}

void sample_put_amount(struct page *page, const char *value, const char *ucum)
{
	char words[32] = "";
	struct text unit = text_over(words, sizeof(words));

	view_put_unit(&unit, ucum);
	page_printf(page, STYLE_PLAIN, "%s%s%s", value, unit.len ? " " : "", words);
}

static void put_live(struct page *page, const json_t *live)
{
	unsigned unchecked = 0;
	json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(live, i)); i++) {
		bool stable = json_is_true(json_object_get(one, "stable"));
		const char *check = sample_text(json_object_get(one, "check"), "state");

		unchecked += *check && strcmp(check, "good") != 0;
		page_printf(page, STYLE_PLAIN, "%s %s", sample_text(one, "unit"),
			sample_text(one, "parameter"));
		page_to(page, LIVE_TO);
		sample_put_amount(
			page, sample_text(one, "text"), sample_text(one, "parameter_unit"));
		page_to(page, STATES_TO);
		page_put(page, stable ? STYLE_GOOD : STYLE_FAINT,
			json_is_true(json_object_get(one, "taken")) ? "taken"
			: stable                                    ? "settled"
								    : "not settled");
		page_printf(page, STYLE_FAINT, "  %s", sample_text(one, "why"));
		page_end(page);
	}
	if (unchecked) {
		page_printf(page, STYLE_WARN,
			"%u of these rest on no check of their analyzer: waterlab check list",
			unchecked);
		page_end(page);
	}
}

void sample_put_pending(struct page *page, const json_t *pending)
{
	const json_t *due_ms;
	char due[32];
	json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(pending, i)); i++) {
		due_ms = json_object_get(one, "due_ms");
		sample_put_utc(due, due_ms);
		page_printf(page, STYLE_PLAIN, "test %lld", view_count(one, "test"));
		page_to(page, NAMES_TO);
		page_printf(page, STYLE_PLAIN, "%s by %s, sample %lld",
			sample_text(one, "parameter"), sample_text(one, "method"),
			view_count(one, "sample"));
		page_printf(page,
			json_is_true(json_object_get(one, "due")) ? STYLE_WARN : STYLE_FAINT,
			"  %s %s", json_is_true(json_object_get(one, "due")) ? "due since" : "due",
			json_is_integer(due_ms) ? due : "when the time is known");
		page_end(page);
	}
}

static enum page_style style_of(const char *verdict)
{
	return !strncmp(verdict, "fails", 5)          ? STYLE_BAD
	       : !strcmp(verdict, "possible_failure") ? STYLE_WARN
	       : !strcmp(verdict, "meets")            ? STYLE_GOOD
						      : STYLE_PLAIN;
}

/* "good" to "checked"; what is no code of ours is shown as it is. */
static const char *check_word(const char *state)
{
	return !strcmp(state, "good")      ? "checked"
	       : !strcmp(state, "never")   ? "never checked"
	       : !strcmp(state, "expired") ? "check expired"
	       : !strcmp(state, "failed")  ? "check failed"
					   : state;
}

static void put_which(struct text *to, const json_t *check)
{
	char ended[32];

	if (!json_is_integer(json_object_get(check, "check")))
		return;
	sample_put_utc(ended, json_object_get(check, "ended_ms"));
	text_printf(to, "check %lld by %s, %s", view_count(check, "check"),
		sample_text(check, "by"), ended);
}

void sample_put_check(struct page *page, const json_t *check)
{
	bool good = !strcmp(sample_text(check, "state"), "good");
	char words[160] = "";
	struct text which = text_over(words, sizeof(words));

	page_put(page, good ? STYLE_GOOD : STYLE_WARN, check_word(sample_text(check, "state")));
	if (json_is_integer(json_object_get(check, "left_s")))
		page_printf(page, STYLE_FAINT, ", good for %.1f h more",
			(double)view_count(check, "left_s") / 3600);
	page_end(page);
	put_which(&which, check);
	if (which.len)
		page_wrap(page, STYLE_FAINT, "    ", words);
	if (!good)
		page_wrap(page, STYLE_FAINT, "    ", sample_text(check, "command"));
}

void sample_put_uncertainty(
	struct text *to, const json_t *result, const char *before, const char *after)
{
	const char *uncertainty = sample_text(result, "uncertainty");

	if (!*uncertainty)
		return;
	text_printf(to, "%s± %s ", before, uncertainty);
	view_put_unit(to, sample_text(result, "limit_unit"));
	text_printf(to, "%s%s",
		!strcmp(sample_text(result, "rule"), "guarded") ? ", kept clear of the limit" : "",
		after);
}

/* What it was held against, where it is, and by which check it is believed, or what mends that. */
static void put_held(struct page *page, const json_t *result)
{
	char words[1000] = "";
	struct text all = text_over(words, sizeof(words));
	const json_t *stores = json_object_get(result, "stores"), *one,
		     *check = json_object_get(result, "check");
	size_t i;

	sample_put_known(&all, result, "", "; ");
	if (json_is_true(json_object_get(result, "unsettled")))
		text_put(&all, "taken before it had settled; ");
	if (*sample_text(result, "limit"))
		text_printf(&all, "limit %s of %s; ", sample_text(result, "limit"),
			sample_text(result, "limit_set"));
	if (json_is_true(json_object_get(result, "screening")))
		text_put(&all, "screening; ");
	sample_put_uncertainty(&all, result, "", "; ");
	if (!json_array_size(stores))
		text_put(&all, "saved");
	for (i = 0; (one = json_array_get(stores, i)); i++)
		text_printf(&all, "%s%s: %s", i ? ", " : "", sample_text(one, "store"),
			sample_text(one, "state"));
	if (json_is_object(check) && json_is_true(json_object_get(result, "counts"))) {
		text_printf(&all, "; %s %s", sample_text(result, "method"),
			check_word(sample_text(check, "state")));
		if (json_is_integer(json_object_get(check, "check")))
			text_put(&all, ": ");
		put_which(&all, check);
		if (*sample_text(check, "command"))
			text_printf(&all, "; before the next sample: %s",
				sample_text(check, "command"));
	}
	page_wrap(page, STYLE_FAINT, "    ", words);
}

static void put_result(struct page *page, const json_t *one)
{
	const char *verdict = sample_text(one, "verdict"), *reason = sample_text(one, "reason"),
		   *mpn = sample_text(one, "mpn");

	page_put(page, STYLE_PLAIN, sample_text(one, "parameter"));
	page_to(page, NAMES_TO);
	sample_put_amount(page, *mpn ? mpn : sample_text(one, "value"), sample_text(one, "unit"));
	page_to(page, VALUES_TO);
	if (!json_is_true(json_object_get(one, "counts")))
		page_put(page, STYLE_FAINT, "replaced: ");
	page_put(page, style_of(verdict), verdict);
	if (*reason && strcmp(reason, "none") != 0)
		page_printf(page, STYLE_PLAIN, " (%s)", reason);
	page_end(page);
	put_held(page, one);
	if (json_is_true(json_object_get(one, "counts")))
		sample_put_beside(page, one);
	if (*sample_text(one, "amended_by")) {
		page_printf(page, STYLE_FAINT, "    corrected by %s: %s",
			sample_text(one, "amended_by"), sample_text(one, "amended_why"));
		page_end(page);
	}
}

/* Of those that count, how many a second person has verified; the last one is named. */
static void put_status(struct page *page, const json_t *results)
{
	const char *by = "";
	unsigned n = 0, verified = 0;
	json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(results, i)); i++) {
		if (!json_is_true(json_object_get(one, "counts")))
			continue;
		n++;
		if (!*sample_text(one, "verified_by"))
			continue;
		by = sample_text(one, "verified_by");
		verified++;
	}
	if (verified)
		page_printf(page, STYLE_PLAIN, "%u of %u results verified by %s%s", verified, n, by,
			verified < n ? ", the others are preliminary" : "");
	else
		page_put(page, STYLE_PLAIN, "preliminary: no second person has verified it");
	page_end(page);
}

static void put_entries(struct page *page, const json_t *entries)
{
	json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(entries, i)); i++) {
		page_put(page, STYLE_PLAIN, sample_text(one, "parameter"));
		page_to(page, NAMES_TO);
		sample_put_amount(page, sample_text(one, "value"), sample_text(one, "unit"));
		page_to(page, VALUES_TO);
		page_printf(page, STYLE_FAINT, "%s, %s, by %s", sample_text(one, "origin"),
			sample_text(one, "method"), sample_text(one, "by"));
		if (json_is_true(json_object_get(one, "unsettled")))
			page_put(page, STYLE_WARN, "  not settled");
		page_end(page);
	}
}

static void put_earlier(struct text *to, const json_t *one)
{
	const char *mpn = sample_text(one, "mpn");
	char begun[32];

	sample_put_utc(begun, json_object_get(one, "begun_ms"));
	text_printf(to, "%s%.10s %s %s", to->len ? ", " : "", begun,
		*mpn ? mpn : sample_text(one, "value"), sample_text(one, "verdict"));
}

/* What the point showed before: a failure that was not tested again is said even where the sample has no value of it. */
static void put_history(struct page *page, const json_t *history)
{
	json_t *one, *earlier;
	size_t i, k;

	for (i = 0; (one = json_array_get(history, i)); i++) {
		bool failed = json_is_integer(json_object_get(one, "retest_of"));
		bool tested = json_is_true(json_object_get(one, "tested"));
		char words[600] = "", mark[80];
		struct text all = text_over(words, sizeof(words));

		for (k = 0; (earlier = json_array_get(json_object_get(one, "earlier"), k)); k++)
			put_earlier(&all, earlier);
		if (failed)
			text_printf(&all, "; %s sample %lld",
				tested ? "retest of" : "not tested again since",
				view_count(one, "retest_of"));
		snprintf(mark, sizeof(mark), "before: %s ", sample_text(one, "parameter"));
		page_wrap(page, failed && !tested ? STYLE_WARN : STYLE_FAINT, mark, words);
	}
}

struct page sample_page(char *room)
{
	return page_over(room, SAMPLE_ROOM, terminal_columns(), terminal_has_colours());
}

int sample_show(const struct cli *cli, const json_t *sample)
{
	static char room[SAMPLE_ROOM];
	struct page page = sample_page(room);
	const json_t *results = json_object_get(sample, "results"), *one;
	const char *summary = sample_text(json_object_get(sample, "summary"), "words");
	size_t i;

	if (cli->json)
		return cli_print_json(sample);
	sample_put_head(&page, sample);
	put_live(&page, json_object_get(sample, "live"));
	for (i = 0; (one = json_array_get(results, i)); i++)
		put_result(&page, one);
	if (!i)
		put_entries(&page, json_object_get(sample, "entries"));
	sample_put_pending(&page, json_object_get(sample, "pending"));
	if (i)
		put_status(&page, results);
	if (i && *summary)
		page_wrap(&page, STYLE_STRONG, "", summary);
	put_history(&page, json_object_get(sample, "history"));
	fputs(room, stdout);
	return CLI_DONE;
}
