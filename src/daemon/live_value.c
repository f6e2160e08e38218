#include "daemon/live_value.h"

#include <math.h>
#include <string.h>

enum { OLDEST_TAKEN_MS = 120000 };

const struct unit_conf *live_unit(const struct parts *parts, const char *name)
{
	unsigned i, k;

	for (i = 0; i < parts->conf->n_lines; i++)
		for (k = 0; k < parts->conf->lines[i].n_units; k++)
			if (!strcmp(parts->conf->lines[i].units[k].name, name))
				return &parts->conf->lines[i].units[k];
	return NULL;
}

bool live_is_now(const struct parts *parts, const struct field_live *live,
	struct control_client *client, int *err)
{
	const struct unit_conf *unit = live_unit(parts, live->series.unit);
	int64_t age_ms = clock_boot_ms(parts->clock) - live->boot_ms;

	if (!isfinite(live->value))
		*err = control_refuse(client, "%s shows no value of it now", live->series.unit);
	else if (age_ms > OLDEST_TAKEN_MS + (unit ? 2 * (int64_t)unit->interval_ms : 0))
		*err = control_refuse(client,
			"%s said it last %lld s ago: wait until it answers again",
			live->series.unit, (long long)(age_ms / 1000));
	else
		return true;
	return false;
}

bool live_is_good(const struct field_live *live, struct control_client *client, int *err)
{
	if (!(live->flags & ~FIELD_OF_WATER) && (live->qc != QC_FAIL || live->flags))
		return true;
	*err = control_refuse(client,
		"%s shows no good value of it now (waterlab status says why): wait until it does",
		live->series.unit);
	return false;
}
