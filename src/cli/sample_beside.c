/* What those taken beside a sample say of a result of it, in a sentence each. */
#include <string.h>

#include "cli/sample_view.h"
#include "cli/view.h"

static const char *words_of(const char *state)
{
	static const struct {
		const char *code, *words;
	} all[] = {{"far", "farther than two of one water should be"},
		{"disagrees", "the one fails and the other does not"}, {"clean", "nothing found"},
		{"faint", "found, but little beside what the water shows"},
		{"found", "found in water that has none: what was measured may come from it"},
		{"low", "less was found than was there"}, {"high", "more was found than was there"},
		{"near", "close"}, {"good", "as it should be"}};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].code, state))
			return all[i].words;
	return "nothing follows from it";
}

static void put_amount(struct text *to, const json_t *one)
{
	const char *mpn = sample_text(one, "mpn"), *unit = sample_text(one, "unit");

	text_printf(to, "%s", *mpn ? mpn : sample_text(one, "value"));
	if (!*unit)
		return;
	text_put(to, " ");
	view_put_unit(to, unit);
}

static void put_figure(struct text *to, const json_t *one, const char *unit)
{
	const char *figure = sample_text(one, "figure"), *number = sample_text(one, "number");

	if (!strcmp(figure, "apart_percent"))
		text_printf(to, ", %s %% apart", number);
	else if (!strcmp(figure, "apart_log"))
		text_printf(to, ", apart by %s of a decimal logarithm", number);
	else if (!strcmp(figure, "recovery"))
		text_printf(to, ", recovery %s %%", number);
	else if (!strcmp(figure, "off_log"))
		text_printf(to, ", off by %s of a decimal logarithm", number);
	else if (*figure) {
		text_printf(
			to, ", %s %s ", !strcmp(figure, "apart") ? "apart by" : "off by", number);
		view_put_unit(to, unit);
	}
}

static void put_one(struct text *to, const json_t *result, const json_t *one)
{
	const char *verdict = sample_text(one, "verdict");
	bool own = json_is_true(json_object_get(one, "own"));

	text_put(to, sample_text(one, "kind"));
	if (json_is_integer(json_object_get(one, "sample")))
		text_printf(to, "%s sample %lld", own ? " beside" : ",", view_count(one, "sample"));
	if (*sample_text(one, "value")) {
		text_put(to, own ? ", which has " : ": ");
		put_amount(to, one);
	}
	if (!strcmp(sample_text(one, "kind"), "replicate"))
		text_printf(to, " %s", verdict);
	put_figure(to, one, sample_text(result, "limit_unit"));
	text_printf(to, "; %s", words_of(sample_text(one, "state")));
}

void sample_put_known(struct text *to, const json_t *result, const char *before, const char *after)
{
	const char *known = sample_text(result, "known");
	const char *kind =
		sample_text(json_array_get(json_object_get(result, "beside"), 0), "kind");

	if (!*known)
		return;
	text_printf(to, "%s%s %s ", before, !strcmp(kind, "spike") ? "added" : "holds", known);
	view_put_unit(to, sample_text(result, "unit"));
	text_put(to, after);
}

void sample_put_beside(struct page *page, const json_t *result)
{
	const json_t *one;
	size_t i;

	for (i = 0; (one = json_array_get(json_object_get(result, "beside"), i)); i++) {
		char words[400] = "";
		struct text all = text_over(words, sizeof(words));

		put_one(&all, result, one);
		page_wrap(page, STYLE_PLAIN, "    ", words);
	}
	if (*sample_text(result, "recorded")) {
		char words[240] = "";
		struct text all = text_over(words, sizeof(words));

		text_printf(&all, "recorded and sent as %s; %s", sample_text(result, "recorded"),
			*sample_text(result, "verified_by")
				? "verified as that, before this was known: correct it (the same "
				  "value "
				  "will do, with the reason), then verify"
				: "as it is here once it is verified");
		page_wrap(page, STYLE_FAINT, "    ", words);
	}
}
