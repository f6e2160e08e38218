/* Field tests in the live picture: what fails, which samples are open, which tests wait. */
#include <string.h>

#include "base/utc.h"
#include "cli/sample_view.h"
#include "cli/view.h"

enum { OF_EACH = 3 }; /* of each kind: a screen full of them shows no value */

static const char *point_name(const json_t *of)
{
	const char *name = sample_text(json_object_get(of, "point"), "name");

	return *name ? name : "no point";
}

/* "fails_above" as people write it. */
static void put_verdict(struct text *to, const char *verdict)
{
	for (; *verdict; verdict++)
		text_put_char(to, *verdict == '_' ? ' ' : *verdict);
}

static void put_failing(struct page *page, const json_t *one)
{
	const char *mpn = sample_text(one, "mpn"), *verdict = sample_text(one, "verdict");
	bool alarms = json_is_true(json_object_get(one, "alarm"));
	char words[512], unit_words[32] = "";
	struct text line = text_over(words, sizeof(words));
	struct text unit = text_over(unit_words, sizeof(unit_words));

	view_put_unit(&unit, sample_text(one, "unit"));
	text_printf(&line, "%s %s%s%s", sample_text(one, "parameter"),
		*mpn ? mpn : sample_text(one, "value"), unit.len ? " " : "", unit_words);
	text_put(&line, ": ");
	put_verdict(&line, verdict);
	if (*sample_text(one, "limit"))
		text_printf(&line, " (limit %s%s)", sample_text(one, "limit"),
			alarms ? ", health" : "");
	text_printf(&line, ", sample %lld at %s", view_count(one, "sample"), point_name(one));
	page_wrap(page, !strncmp(verdict, "fails", 5) ? STYLE_BAD : STYLE_WARN,
		alarms ? "ALARM   " : "fails   ", words);
}

void view_failing(struct page *page, const json_t *failing)
{
	json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(failing, i)); i++)
		put_failing(page, one);
}

static void put_test(struct page *page, const json_t *one)
{
	const json_t *due_ms = json_object_get(one, "due_ms");
	bool due = json_is_true(json_object_get(one, "due"));
	char words[256];
	struct text line = text_over(words, sizeof(words));

	text_printf(&line, "%lld: %s of sample %lld, ", view_count(one, "test"),
		sample_text(one, "parameter"), view_count(one, "sample"));
	text_put(&line, due ? "due since " : "due ");
	if (json_is_integer(due_ms)) {
		utc_put_minute(&line, json_integer_value(due_ms));
		text_put(&line, " UTC");
	} else {
		text_put(&line, "when the time is known");
	}
	page_wrap(page, due ? STYLE_WARN : STYLE_PLAIN, "test    ", words);
}

static void put_open(struct page *page, const json_t *one)
{
	char words[256];
	struct text line = text_over(words, sizeof(words));

	text_printf(&line, "%lld open at %s, %s, by %s", view_count(one, "sample"), point_name(one),
		sample_text(one, "purpose"), sample_text(one, "by"));
	page_wrap(page, STYLE_PLAIN, "sample  ", words);
}

static void put_more(struct page *page, size_t n, const char *what)
{
	if (n <= OF_EACH)
		return;
	page_printf(page, STYLE_FAINT, "        and %zu more %s; waterlab sample list shows all",
		n - OF_EACH, what);
	page_end(page);
}

/* Those of `list` whose `key` is `wanted`, as long as there are lines left; how many there are. */
static size_t put_those(struct page *page, const json_t *list, const char *key, bool wanted,
	size_t before, void (*put)(struct page *page, const json_t *one))
{
	json_t *one;
	size_t i, n = before;

	for (i = 0; (one = json_array_get(list, i)); i++)
		if (json_is_true(json_object_get(one, key)) == wanted && n++ < OF_EACH)
			put(page, one);
	return n;
}

void view_samples(struct page *page, const json_t *samples)
{
	const json_t *failing = json_object_get(samples, "failing");
	const json_t *due = json_object_get(samples, "due"),
		     *open = json_object_get(samples, "open"), *one;
	size_t n, i;

	n = put_those(page, failing, "alarm", true, 0, put_failing);
	put_more(page, put_those(page, failing, "alarm", false, n, put_failing),
		"results that fail");
	n = put_those(page, due, "due", true, 0, put_test);
	put_more(page, put_those(page, due, "due", false, n, put_test), "tests");
	for (i = 0; (one = json_array_get(open, i)) && i < OF_EACH; i++)
		put_open(page, one);
	put_more(page, json_array_size(open), "open samples");
}
