/* What a probe read of a map of registers, printed. */
#include <stdio.h>

#include "bus/probe.h"
#include "cli/probe.h"
#include "cli/probe_rows.h"
#include "cli/terminal.h"

static void show_identity(const struct probe *probe)
{
	const struct profile *profile = probe->profile;
	char found[80];
	struct text says = text_over(found, sizeof(found));

	if (!profile->has_identity) {
		puts("identity         the profile has no register that tells it from others");
		return;
	}
	printf("identity         at %u, wire %u, %s: ", profile->identity_printed,
		profile->identity.address, probe_function(profile->identity.function));
	if (!probe->identity.done)
		puts(probe->identity.why);
	else if (decode_identity(profile, &probe->identity.bytes, &says))
		printf("%s, as expected\n", found);
	else if (profile->identity.type == TYPE_STRING)
		printf("%s: ANOTHER DEVICE, \"%s\" is expected\n", found, profile->identity_text);
	else
		printf("%s: ANOTHER DEVICE, %llu is expected\n", found,
			(unsigned long long)profile->identity_value);
}

static void show_status(const struct probe *probe)
{
	const struct profile *profile = probe->profile;
	unsigned i;

	for (i = 0; i < profile->n_status; i++) {
		const struct profile_status *rule = &profile->status[i];
		const struct probe_read *read = &probe->status[i];

		printf("status           at %u, wire %u, %s: ", rule->printed, rule->at.address,
			probe_function(rule->at.function));
		if (read->done)
			printf("%02X%02X, %s \"%s\"\n", read->bytes.at[0], read->bytes.at[1],
				decode_status(rule, &read->bytes) ? "SAYS" : "does not say",
				rule->meaning);
		else
			puts(read->why);
	}
}

void probe_print(const struct probe *probe)
{
	static char room[8 * 1024];
	unsigned i, n = probe->profile->n_fields;
	struct probe_tally tally;
	struct text advice;
	struct page page;

	show_identity(probe);
	show_status(probe);
	for (i = 0; i < n; i++) {
		page = page_over(room, sizeof(room), terminal_columns(), terminal_has_colours());
		probe_show(&page, &probe->values[i]);
		fputs(room, stdout);
	}
	probe_count(probe->values, n, &tally);
	advice = text_over(room, sizeof(room));
	probe_advise(probe->profile, &tally, &advice);
	printf("\n* what water can show; ~ the same, but it jumped within a second; [the profile's "
	       "order].\n%s\n",
		room);
}
