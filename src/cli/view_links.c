/* What went over the van's network links. */
#include "cli/view.h"

static void put_of(struct text *to, const json_t *object, const char *key)
{
	view_put_bytes(to, json_number_value(json_object_get(object, key)));
}

void view_links(struct page *page, const json_t *status)
{
	const json_t *budget = json_object_get(status, "budget_bytes"), *link;
	char room[700];
	struct text line = text_over(room, sizeof(room));
	double used = json_number_value(json_object_get(status, "used_bytes"));
	enum page_style style = STYLE_PLAIN;
	size_t i;

	for (i = 0; (link = json_array_get(json_object_get(status, "links"), i)); i++) {
		const char *name = json_string_value(json_object_get(link, "name"));

		text_printf(&line, "%s%s ", i ? "; " : "", name ? name : "?");
		put_of(&line, link, "today_bytes");
		text_put(&line, " today, ");
		put_of(&line, link, "month_bytes");
		text_put(&line, " this month");
		if (json_is_number(budget) && json_is_true(json_object_get(link, "unlimited")))
			text_put(&line, " (unlimited)");
	}
	if (json_is_number(budget)) {
		text_put(&line, line.len ? "; used " : "used ");
		put_of(&line, status, "used_bytes");
		text_put(&line, " of ");
		put_of(&line, status, "budget_bytes");
		if (used > json_number_value(budget))
			style = STYLE_WARN;
	}
	if (line.len)
		page_wrap(page, style, "links: ", room);
}
