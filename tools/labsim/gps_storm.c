#include "gps_storm.h"

#include <inttypes.h>

static void say(struct storm *storm, struct text *said)
{
	switch (storm_roll(storm, 10)) {
	case 0: /* further than any van goes while the other faults last */
		text_printf(said, "jump %" PRIu64, 5 + storm_roll(storm, 200));
		break;
	case 1:
		text_printf(said, "late %" PRIu64 "ms", 300 + storm_roll(storm, 3000));
		break;
	case 2:
		text_printf(said, "wander %" PRIu64, 5 + storm_roll(storm, 15));
		break;
	case 3:
		text_printf(said, "off %" PRId64, (int64_t)storm_roll(storm, 9) - 4);
		break;
	case 4:
		text_put(said, "rollover");
		break;
	default:
		text_put(said, gps_plain_fault(storm_roll(storm, 64)));
	}
	text_printf(said, " %" PRId64 "ms", storm_about(storm, storm->strike_ns) / 1000000);
}

void gps_storm_step(struct storm *storm, struct gps *gps, int64_t now_ns, struct text *said)
{
	char words[160];
	struct text why = text_over(words, sizeof(words));

	text_clear(said);
	if (storm->next_ns && now_ns < storm->next_ns)
		return;
	if (storm->next_ns) {
		say(storm, said);
		if (gps_command(gps, said->at, now_ns, &why))
			text_clear(said);
	}
	storm->next_ns = now_ns + storm_about(storm, storm->pause_ns);
}
