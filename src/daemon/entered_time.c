#include "daemon/entered_time.h"

#include "base/utc.h"

int entered_time_read(struct entered_time *time, const char *text, struct text *why)
{
	int err;

	*time = (struct entered_time){.zoned = false};
	err = utc_read(text, &time->utc_ms, &time->zoned);
	if (err == ERR_CONF)
		text_printf(why,
			"\"%.40s\" is no time; it is written \"2026-12-01 09:05\", which is UTC, "
			"or \"2026-12-01 14:05 +05:00\", as clocks in Pakistan show it",
			text);
	else if (err)
		text_printf(why, "\"%.10s\" is no day of the calendar", text);
	return err ? ERR_RANGE : 0;
}
