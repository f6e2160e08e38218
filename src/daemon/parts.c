#include "daemon/parts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "daemon/commands.h"
#include "daemon/lab_reports.h"
#include "daemon/place_commands.h"

enum { STACK = 64 * 1024 };

/* --- the sink -------------------------------------------------------------------------------------- */

static int sink_series(void *ctx, const struct series *series, uint32_t *number)
{
	struct parts *parts = ctx;
	int err = spool_add_series(parts->spool, series, number);

	if (!err) {
		quality_learn(parts->quality, series, *number);
		temperatures_learn(&parts->temperatures, series, *number);
		if (parts->trends)
			trends_learn(parts->trends, series, *number);
		if (parts->field)
			field_learn(parts->field, series, *number);
	}
	return err;
}

static int sink_exchange(void *ctx, const struct exchange *exchange)
{
	struct parts *parts = ctx;

	temperatures_take(&parts->temperatures, exchange);
	if (parts->trends)
		trends_take(parts->trends, exchange);
	if (parts->field)
		field_take(parts->field, exchange);
	return spool_add(parts->spool, exchange);
}

static void sink_where(void *ctx, struct exchange *exchange)
{
	const struct parts *parts = ctx;

	exchange->sample = 0;
	exchange->context = CONTEXT_IDLE;
	if (parts->field)
		exchange->context = field_context_of(
			parts->field, exchange->readings[0].series, &exchange->sample);
	whereabouts_at(parts->place, exchange->boot_ms, &exchange->place);
}

static void sink_judge(void *ctx, const struct exchange *exchange, struct reading *readings,
	struct qc_flags *tests)
{
	const struct parts *parts = ctx;

	quality_judge(parts->quality, exchange, readings, tests);
}

static double sink_temperature(void *ctx, const char *unit, int64_t now_ms)
{
	struct parts *parts = ctx;

	return temperatures_of(&parts->temperatures, unit, now_ms);
}

struct bus_sink parts_sink(struct parts *parts)
{
	return (struct bus_sink){
		parts, sink_series, sink_exchange, sink_where, sink_judge, sink_temperature};
}

/* --- starting -------------------------------------------------------------------------------------- */

/* Jitter wants seeds that differ between vans and starts; nothing secret hangs on them. */
static uint64_t seed(const struct parts *parts)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)clock_boot_ns(parts->clock);
	return seed;
}

/* As they are now: nothing is allocated for a scan later.  What cannot be read is not known by name. */
static void read_known(struct parts *parts)
{
	const struct conf *conf = parts->conf;
	char room[1024];
	struct text mistakes = text_over(room, sizeof(room));

	if (conf_read_known(parts->known, &parts->n_known, conf->drivers, &mistakes) &&
		*conf->drivers)
		log_say(LOG_WARN, "daemon", "drivers: %s cannot be read: a scan names no model",
			conf->drivers);
	(void)!conf_read_known(parts->known, &parts->n_known, conf->own_drivers, &mistakes);
}

static int start_lines(struct parts *parts, struct text *why)
{
	const struct line_conf *conf;
	unsigned i;
	int err;

	parts->sink = parts_sink(parts);
	read_known(parts);
	for (i = 0; i < parts->conf->n_lines; i++) {
		conf = &parts->conf->lines[i];
		err = line_new(
			&parts->lines[i], conf, NULL, &parts->sink, parts->clock, seed(parts));
		if (!err) {
			parts->n_lines++;
			err = line_start(parts->lines[i]);
		}
		if (err) {
			text_printf(why, "line %s does not start: %s", conf->name, err_text(err));
			return err;
		}
	}
	return 0;
}

static int start_stores(struct parts *parts, struct text *why)
{
	const struct store_conf *conf;
	unsigned i;
	int err;

	err = links_new(&parts->links, &parts->conf->links, parts->spool, parts->clock);
	if (err)
		return err;
	for (i = 0; i < parts->conf->n_stores; i++) {
		conf = &parts->conf->stores[i];
		err = spool_add_store(parts->spool, conf->name, &parts->store_numbers[i]);
		if (!err)
			err = uplink_new(&parts->stores[i], conf, parts->conf->lab, parts->spool,
				parts->clock, seed(parts));
		if (!err) {
			parts->n_stores++;
			if (parts->conf->links.budget_mb_month)
				uplink_use_links(parts->stores[i], parts->links);
			err = uplink_start(parts->stores[i]);
		}
		if (err) {
			text_printf(why, "store %s does not start: %s", conf->name, err_text(err));
			return err;
		}
	}
	return 0;
}

static int start_inbox(struct parts *parts, struct text *why)
{
	const struct conf *conf = parts->conf;
	int err;

	if (!conf->inbox.n_meters)
		return 0;
	err = inbox_new(
		&parts->inbox, &conf->inbox, conf->clock.latest_ms, parts->spool, parts->clock);
	if (!err)
		err = inbox_start(parts->inbox);
	if (err)
		text_printf(why, "the inbox does not start: %s", err_text(err));
	return err;
}

static void look_at_gps(void *ctx, struct gps_time *out)
{
	whereabouts_time(ctx, out);
}

static int start_all(struct parts *parts, struct text *why)
{
	const struct conf *conf = parts->conf;
	struct stamps_eyes eyes = {.gps = conf->gps.kind == RECEIVER_NONE ? NULL : look_at_gps};
	int err = spool_open(&parts->spool, &conf->spool, parts->clock, why);

	if (err)
		return err;
	err = whereabouts_new(&parts->place, &conf->gps, &conf->place, parts->clock);
	if (err)
		return err;
	place_begin(parts);
	err = whereabouts_start(parts->place);
	if (err)
		return err;
	eyes.ctx = parts->place;
	err = stamps_new(&parts->stamps, &conf->clock, parts->spool, parts->clock, &eyes);
	if (!err)
		err = stamps_start(parts->stamps);
	if (err)
		return err;
	err = quality_new(&parts->quality, conf);
	if (err)
		return err;
	parts->trends = trends_new();
	err = parts->trends ? field_new(&parts->field, parts->spool, conf, parts->clock)
			    : ERR_MEMORY;
	if (!err) {
		field_use_list(parts->field, &conf->samples, conf->lab);
		err = start_lines(parts, why);
	}
	if (!err)
		err = start_inbox(parts, why);
	if (err)
		return err;
	err = start_stores(parts, why);
	if (!err)
		err = summaries_new(&parts->summaries, parts->spool, parts->clock);
	if (!err)
		err = summaries_start(parts->summaries);
	if (!err)
		err = lab_reports_new(&parts->reports, parts);
	if (!err)
		err = lab_reports_start(parts->reports);
	if (err)
		return err;
	return control_start(&parts->control, conf->control_socket, commands, parts, why);
}

int parts_start(
	struct parts *parts, const struct conf *conf, const struct clock *clock, struct text *why)
{
	int err;

	*parts = (struct parts){.clock = clock, .conf = conf, .started_ms = clock_boot_ms(clock)};
	temperatures_init(&parts->temperatures);
	err = start_all(parts, why);
	if (!err)
		return 0;
	if (why->len == 0)
		text_put(why, err_text(err));
	if (parts_stop(parts) != 0)
		text_put(why, "; and the spool did not close well");
	return err;
}

/* --- stopping -------------------------------------------------------------------------------------- */

static void *stop_line(void *line)
{
	line_stop(line);
	return NULL;
}

static void *stop_store(void *store)
{
	uplink_stop(store);
	return NULL;
}

/* All at once: each may have to wait for a deadline in progress, and those must not add up. */
static void stop_together(void *(*stop)(void *), void *const *what, unsigned n)
{
	pthread_t threads[MOST_LINES];
	bool started[MOST_LINES] = {false};
	pthread_attr_t attr;
	unsigned i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (i = 0; i < n; i++)
		started[i] = pthread_create(&threads[i], &attr, stop, what[i]) == 0;
	for (i = 0; i < n; i++) {
		if (started[i])
			pthread_join(threads[i], NULL);
		else
			stop(what[i]);
	}
	pthread_attr_destroy(&attr);
}

int parts_stop(struct parts *parts)
{
	void *what[MOST_LINES];
	unsigned i;
	int err = 0;

	control_stop(parts->control);
	if (parts->reports)
		lab_reports_stop(parts->reports);
	if (parts->summaries)
		summaries_stop(parts->summaries);
	for (i = 0; i < parts->n_stores; i++)
		what[i] = parts->stores[i];
	stop_together(stop_store, what, parts->n_stores);
	for (i = 0; i < parts->n_lines; i++)
		what[i] = parts->lines[i];
	stop_together(stop_line, what, parts->n_lines);
	if (parts->inbox)
		inbox_stop(parts->inbox);
	if (parts->stamps)
		stamps_stop(parts->stamps);
	if (parts->place)
		whereabouts_stop(parts->place);
	for (i = 0; i < parts->n_stores; i++)
		uplink_free(parts->stores[i]);
	links_free(parts->links);
	for (i = 0; i < parts->n_lines; i++)
		line_free(parts->lines[i]);
	for (i = 0; i < parts->n_known; i++)
		free(parts->known[i]);
	inbox_free(parts->inbox);
	lab_reports_free(parts->reports);
	summaries_free(parts->summaries);
	stamps_free(parts->stamps);
	whereabouts_free(parts->place);
	if (parts->spool)
		err = spool_close(parts->spool);
	field_free(parts->field);
	quality_free(parts->quality);
	trends_free(parts->trends);
	temperatures_destroy(&parts->temperatures);
	*parts = (struct parts){0};
	return err;
}
