/* `waterlab sample slip`: a sample's results as plain text of 80 columns, to print or to read out. */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cli/sample_view.h"
#include "cli/view.h"

enum { SLIP_COLUMNS = 80, LABELS_TO = 14, VALUES_TO = 34 };

static void put_line(struct page *page, const char *label, const char *words)
{
	char mark[LABELS_TO + 1];

	snprintf(mark, sizeof(mark), "%-*s", LABELS_TO, label);
	page_wrap(page, STYLE_PLAIN, mark, words);
}

static void put_rule(struct page *page)
{
	char rule[SLIP_COLUMNS + 1];

	memset(rule, '-', SLIP_COLUMNS);
	rule[SLIP_COLUMNS] = '\0';
	page_put(page, STYLE_PLAIN, rule);
	page_end(page);
}

/* --- which water --------------------------------------------------------------------------------------- */

static void put_point(struct page *page, const json_t *point)
{
	const json_t *treated = json_object_get(point, "treated");
	char words[300] = "";
	struct text text = text_over(words, sizeof(words));

	if (!json_is_object(point)) {
		put_line(page, "Point", "not known");
		return;
	}
	text_printf(&text, "%s%s%s (point %lld)", sample_text(point, "code"),
		*sample_text(point, "code") ? " " : "", sample_text(point, "name"),
		view_count(point, "point"));
	put_line(page, "Point", words);
	text = text_over(words, sizeof(words));
	text_printf(&text, "%s, taken at: %s, %s", sample_text(point, "source_type"),
		*sample_text(point, "position") ? sample_text(point, "position") : "not known",
		json_is_true(treated)    ? "treated"
		: json_is_false(treated) ? "not treated"
					 : "treated or not is not known");
	if (json_is_number(json_object_get(point, "lat")))
		text_printf(&text, "; %.5f, %.5f", json_number_value(json_object_get(point, "lat")),
			json_number_value(json_object_get(point, "lon")));
	put_line(page, "", words);
}

static void put_head(struct page *page, const json_t *sample)
{
	char words[300] = "", begun[32];
	struct text text = text_over(words, sizeof(words));

	page_printf(page, STYLE_PLAIN, "WATER TEST, sample %lld of %s",
		view_count(sample, "sample"), sample_text(sample, "lab"));
	page_end(page);
	put_rule(page);
	put_point(page, json_object_get(sample, "point"));
	sample_put_utc(begun, json_object_get(sample, "begun_ms"));
	text_printf(&text, "%s by %s; %s, %s", begun, sample_text(sample, "by"),
		sample_text(sample, "purpose"), sample_text(sample, "activity"));
	if (json_is_integer(json_object_get(sample, "parent")))
		text_printf(&text, " beside sample %lld", view_count(sample, "parent"));
	put_line(page, "Taken", words);
}

/* --- what was found ------------------------------------------------------------------------------------ */

static const char *verdict_words(const char *verdict)
{
	static const struct {
		const char *code, *words;
	} all[] = {{"meets", "within the limit"}, {"fails_above", "FAILS: above the limit"},
		{"fails_below", "FAILS: below the limit"}, {"fails_detected", "FAILS: found"},
		{"possible_failure", "POSSIBLE FAILURE: test again"},
		{"cannot_judge", "cannot be judged"},
		{"not_applicable", "the limit is not for this water"}};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].code, verdict))
			return all[i].words;
	return verdict;
}

/* "0.2..0.5", "..50" (at most), "..<5" (less than), "6.5.." (at least), "absent". */
static void put_limit(struct text *to, const json_t *result)
{
	const char *limit = sample_text(result, "limit"), *between = strstr(limit, "..");
	char unit[40] = "";
	struct text text = text_over(unit, sizeof(unit));

	if (!*limit)
		return;
	view_put_unit(&text, sample_text(result, "limit_unit"));
	text_put(to, "; limit: ");
	if (!between)
		text_put(to, "must not be found");
	else if (between == limit)
		text_printf(to, "%s %s %s", limit[2] == '<' ? "less than" : "at most",
			limit + 2 + (limit[2] == '<'), unit);
	else if (!between[2])
		text_printf(to, "at least %.*s %s", (int)(between - limit), limit, unit);
	else
		text_printf(to, "%.*s to %s %s", (int)(between - limit), limit, between + 2, unit);
	text_printf(to, " (%s%s%s)", sample_text(result, "limit_set"),
		*sample_text(result, "basis") ? ", " : "", sample_text(result, "basis"));
}

static void put_value(struct page *page, const json_t *result)
{
	const char *mpn = sample_text(result, "mpn");
	char unit[40] = "";
	struct text text = text_over(unit, sizeof(unit));

	view_put_unit(&text, sample_text(result, "unit"));
	page_printf(page, STYLE_PLAIN, "%s %s", *mpn ? mpn : sample_text(result, "value"), unit);
}

/* What a corrected value was, the newest first. */
static void put_before(struct text *to, const json_t *before)
{
	const json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(before, i)); i++) {
		const char *mpn = sample_text(one, "mpn"), *why = sample_text(one, "why");

		text_printf(to, "%s%s ", i ? "; before that " : "; before: ",
			*mpn ? mpn : sample_text(one, "value"));
		view_put_unit(to, sample_text(one, "unit"));
		text_printf(to, " by %s%s%s", sample_text(one, "by"), *why ? ": " : "", why);
	}
}

static void put_result(struct page *page, const json_t *result)
{
	const char *reason = sample_text(result, "reason"), *method = sample_text(result, "method");
	char words[1200] = "";
	struct text text = text_over(words, sizeof(words));

	page_put(page, STYLE_PLAIN, sample_text(result, "parameter"));
	page_to(page, VALUES_TO - LABELS_TO);
	put_value(page, result);
	page_to(page, VALUES_TO + LABELS_TO);
	page_put(page, STYLE_PLAIN, verdict_words(sample_text(result, "verdict")));
	page_end(page);
	text_printf(&text, "%s%s%s", *method ? "by " : "", method,
		json_is_true(json_object_get(result, "screening")) ? ", screening" : "");
	put_limit(&text, result);
	sample_put_uncertainty(&text, result, "; ", "");
	if (*reason && strcmp(reason, "none") != 0)
		text_printf(&text, "; why: %s", reason);
	sample_put_known(&text, result, "; ", "");
	if (json_is_true(json_object_get(result, "unsettled")))
		text_put(&text, "; taken before it had settled");
	if (*sample_text(result, "verified_by"))
		text_printf(&text, "; verified by %s", sample_text(result, "verified_by"));
	else
		text_put(&text, "; preliminary");
	if (*sample_text(result, "amended_by"))
		text_printf(&text, "; corrected by %s: %s", sample_text(result, "amended_by"),
			sample_text(result, "amended_why"));
	put_before(&text, json_object_get(result, "before"));
	page_wrap(page, STYLE_PLAIN, "    ", words);
	sample_put_beside(page, result);
}

static void put_results(struct page *page, const json_t *results)
{
	json_t *one;
	size_t i, n = 0;

	put_rule(page);
	for (i = 0; (one = json_array_get(results, i)); i++)
		if (json_is_true(json_object_get(one, "counts"))) {
			put_result(page, one);
			n++;
		}
	if (!n) {
		page_put(page, STYLE_PLAIN, "no results");
		page_end(page);
	}
	put_rule(page);
}

static void put_tests(struct page *page, const json_t *pending)
{
	json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(pending, i)); i++)
		put_line(page, "Under way", sample_text(one, "parameter"));
}

int cli_sample_slip(struct cli *cli)
{
	static char room[SAMPLE_ROOM];
	struct page page = page_over(room, sizeof(room), SLIP_COLUMNS, false);
	const char *impediment;
	json_t *sample;
	uint64_t number;
	int end;

	if (!options_number("NUMBER", cli->args[0], &number))
		return CLI_USAGE;
	end = cli_ask_one(cli,
		json_pack("{s:s, s:I}", "ask", "sample-show", "sample", (json_int_t)number),
		&sample);
	if (end)
		return end;
	impediment = sample_text(sample, "impediment");
	put_head(&page, sample);
	if (!strcmp(sample_text(sample, "state"), "open"))
		put_line(&page, "State", "NOT ENDED: there are no results yet");
	else if (!strcmp(sample_text(sample, "state"), "cancelled"))
		put_line(&page, "State", "CANCELLED: nothing below counts");
	if (*impediment)
		put_line(&page, "No water", impediment);
	put_results(&page, json_object_get(sample, "results"));
	put_tests(&page, json_object_get(sample, "pending"));
	if (json_is_object(json_object_get(sample, "summary")))
		put_line(&page, "In all", sample_text(json_object_get(sample, "summary"), "words"));
	put_line(&page, "",
		"These are the tests of one sample, as it was then. What was not tested is not "
		"known.");
	fputs(room, stdout);
	json_decref(sample);
	return CLI_DONE;
}
