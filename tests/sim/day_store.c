#include "day_store.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uplink/uplink.h"

enum { LOOK_MS = 50, MOST_LOOKS = 6000 };

static void say(const struct uplink_state *state)
{
	printf("store: %" PRIu64 " lines in %" PRIu64 " requests, %.1f wire bytes a line\n",
		state->lines, state->requests,
		state->lines ? (double)state->wire_bytes / (double)state->lines : 0);
}

int day_deliver(struct spool *spool, const char *lab, const char *url, struct text *why)
{
	const char *type = getenv("WATERLAB_STORE_TYPE");
	struct store_conf conf = {.name = "store",
		.flavour = FLAVOUR_INFLUXDB_V1,
		.database = "waterlab",
		.batch_lines = 5000,
		.gzip_level = 1,
		.interval_ms = 100,
		.timeout_ms = 30000,
		.retry_first_ms = 100,
		.retry_most_ms = 1000};
	struct uplink *uplink = NULL;
	struct uplink_state state = {.requests = 0};
	uint64_t waiting = 0;
	unsigned store;
	int rc, looks = 0;

	if (type && !strcmp(type, "victoriametrics"))
		conf.flavour = FLAVOUR_VICTORIAMETRICS;
	if (!text_copy(conf.url, sizeof(conf.url), url))
		return ERR_RANGE;
	rc = spool_add_store(spool, conf.name, &store);
	if (!rc)
		rc = uplink_new(&uplink, &conf, lab, spool, &clock_system, 1);
	if (!rc)
		rc = uplink_start(uplink);
	while (!rc && (waiting = spool_waiting(spool, store, STREAM_READINGS))) {
		if (looks++ == MOST_LOOKS)
			rc = ERR_TIMEOUT;
		poll(NULL, 0, LOOK_MS);
	}
	if (uplink) {
		uplink_state(uplink, &state);
		uplink_stop(uplink);
		uplink_free(uplink);
	}
	say(&state);
	if (rc)
		text_printf(why, "%" PRIu64 " readings wait for the store: %s; %s", waiting,
			err_text(rc), state.last_words);
	return rc;
}
