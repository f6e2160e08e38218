#include "daemon/link_status.h"

#include "base/utc.h"

json_t *link_status(const struct parts *parts)
{
	json_t *list = json_array();
	struct links_state state;
	char room[32];
	struct text day = text_over(room, sizeof(room));
	size_t i;

	links_state(parts->links, &state);
	for (i = 0; i < state.bytes.n; i++) {
		const struct link_bytes *link = &state.bytes.links[i];

		json_array_append_new(list,
			json_pack("{s:s, s:b, s:I, s:I}", "name", link->link, "unlimited",
				(int)state.unlimited[i], "today_bytes", (json_int_t)link->today,
				"month_bytes", (json_int_t)link->month));
	}
	utc_put_day(&day, (int64_t)state.bytes.day * UTC_DAY_MS);
	return json_pack("{s:o, s:I, s:I, s:o, s:o}", "budget_bytes",
		state.budget ? json_integer((json_int_t)state.month) : json_null(), "used_bytes",
		(json_int_t)state.used, "today_bytes", (json_int_t)state.used_today, "day",
		state.bytes.ms_of_day >= 0 ? json_string(room) : json_null(), "links", list);
}
