#include "daemon/live_commands.h"

#include <math.h>

#include "daemon/parts.h"

int live_ask_trends(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	int64_t now_ms = clock_boot_ms(parts->clock);
	json_t *all = json_array(), *values;
	struct trend trend;
	unsigned k;
	size_t i;

	(void)request;
	for (i = 0; trends_at(parts->trends, i, now_ms, &trend); i++) {
		values = json_array();
		for (k = 0; k < TREND_STEPS; k++)
			json_array_append_new(values,
				isnan(trend.values[k]) ? json_null() : json_real(trend.values[k]));
		json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "unit", trend.unit,
						   "parameter", trend.parameter, "values", values));
	}
	return control_send_new(
		client, json_pack("{s:i, s:o}", "step_s", TREND_STEP_MS / 1000, "trends", all));
}

/* --- limits -------------------------------------------------------------------------------------------- */

static json_t *treated_of(enum water_treatment treatment)
{
	return treatment == TREATMENT_UNKNOWN ? json_null()
					      : json_boolean(treatment == TREATMENT_DONE);
}

static json_t *position_of(enum water_position position)
{
	static const char *const words[] = {NULL, "source", "network", "consumer"};

	return words[position] ? json_string(words[position]) : json_null();
}

static json_t *limit_of(const struct limit_set *set, const struct limit *limit)
{
	const struct parameter *parameter = parameter_find(limit->parameter);
	char range[VALUE_TEXT];
	struct text text = text_over(range, sizeof(range));

	result_put_limit(&text, limit);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b}", "parameter", limit->parameter,
		"limit", range, "unit", parameter ? parameter->unit : "", "set", set->name, "basis",
		limit_basis_word(limit->basis), "treated", treated_of(limit->applies_to.treatment),
		"position", position_of(limit->applies_to.position), "confirmed",
		(int)limit_in_force(limit));
}

/* As water_judge() has it: a property is the first set's that has a row for it. */
static bool is_of_earlier(const struct limit_book *book, size_t n, const char *parameter)
{
	size_t i;
	unsigned k;

	for (i = 0; i < n; i++)
		for (k = 0; k < book->sets[i]->n; k++)
			if (amount_same_property(book->sets[i]->rows[k].parameter, parameter))
				return true;
	return false;
}

int live_ask_limits(void *ctx, const json_t *request, struct control_client *client)
{
	const struct parts *parts = ctx;
	struct limit_book book = {.n = 0};
	char words[400] = "";
	struct text why = text_over(words, sizeof(words));
	json_t *all = json_array();
	unsigned k;
	size_t i;

	(void)request;
	if (limits_load(&book, &parts->conf->limits, &why) && !why.len)
		text_put(&why, "the limits cannot be read");
	for (i = 0; i < book.n; i++)
		for (k = 0; k < book.sets[i]->n; k++)
			if (!is_of_earlier(&book, i, book.sets[i]->rows[k].parameter))
				json_array_append_new(
					all, limit_of(book.sets[i], &book.sets[i]->rows[k]));
	limits_free(&book);
	return control_send_new(
		client, json_pack("{s:o, s:s?}", "limits", all, "words", why.len ? words : NULL));
}
