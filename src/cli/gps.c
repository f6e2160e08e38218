/* waterlab gps: what a receiver says and how it is judged, for whoever installs one in a van. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "place/fix_time.h"
#include "place/receiver.h"
#include "place/track.h"

enum { BAUD = 9600, LOOK_MS = 200 };

static const struct track_conf usual = {
	.fastest_m_s = TRACK_FASTEST_M_S,
	.stale_moving_ms = TRACK_STALE_MOVING_MS,
	.stale_parked_ms = TRACK_STALE_PARKED_MS,
};

struct shown {
	bool json;
	/* of the receiver's thread, until that has stopped */
	struct track track;
	struct fix_time time;
};

/* --- one report, one line -------------------------------------------------------------------------- */

/* A number in its column, or "-" where none is said. */
static void put_column(struct text *to, double value, int width, int decimals, const char *unit)
{
	if (isfinite(value))
		text_printf(to, " %*.*f%s", width, decimals, value, unit);
	else
		text_printf(to, " %*s%*s", width, "-", (int)strlen(unit), "");
}

static void put_line(struct text *to, const struct fix *fix, enum fix_verdict verdict)
{
	static const char *const modes[] = {"?", "none", "2D", "3D"};
	char room[32] = "";
	struct text when = text_over(room, sizeof(room));

	if (fix->has_time) {
		utc_put_second(&when, fix->utc_ms);
		text_put_char(&when, 'Z');
	}
	text_printf(to, "%-20s  %-4s", room, modes[fix->mode < 4 ? fix->mode : 0]);
	put_column(to, fix->lat, 12, 7, "");
	put_column(to, fix->lon, 12, 7, "");
	put_column(to, fix->eph_m, 5, 0, " m");
	put_column(to, fix->speed_m_s, 5, 1, " m/s");
	text_printf(to, "  %s", track_words(verdict));
}

static void put_json_number(struct text *to, const char *key, double value, int decimals)
{
	if (isfinite(value))
		text_printf(to, ",\"%s\":%.*f", key, decimals, value);
}

static void put_json(struct text *to, const struct fix *fix, enum fix_verdict verdict, bool moving)
{
	text_printf(to, "{\"boot_ms\":%lld,\"mode\":%u", (long long)fix->boot_ms, fix->mode);
	put_json_number(to, "lat", fix->lat, 9);
	put_json_number(to, "lon", fix->lon, 9);
	put_json_number(to, "eph", fix->eph_m, 3);
	put_json_number(to, "speed", fix->speed_m_s, 3);
	if (fix->has_time)
		text_printf(to, ",\"utc_ms\":%lld,\"leap_known\":%s", (long long)fix->utc_ms,
			fix->leap_known ? "true" : "false");
	text_printf(to, ",\"taken\":%s,\"moving\":%s,\"words\":\"%s\"}",
		verdict == FIX_TAKEN ? "true" : "false", moving ? "true" : "false",
		track_words(verdict));
}

static void show(void *ctx, const struct fix *fix)
{
	struct shown *shown = ctx;
	char room[400];
	struct text line = text_over(room, sizeof(room));
	enum fix_verdict verdict;

	verdict = track_hear(&shown->track, fix);
	fix_time_hear(&shown->time, fix);
	if (shown->json)
		put_json(&line, fix, verdict, track_moving(&shown->track));
	else
		put_line(&line, fix, verdict);
	puts(room);
	fflush(stdout);
}

/* --- at the end ------------------------------------------------------------------------------------ */

static void sum_up(struct shown *shown, const struct receiver_state *said)
{
	struct gps_time time = fix_time_at(&shown->time, clock_boot_ms(&clock_system));
	struct track_parked parked;

	printf("%llu reports, %llu that could not be read\n", (unsigned long long)said->reports,
		(unsigned long long)said->bad);
	track_parked(&shown->track, &parked);
	if (parked.parked)
		printf("standing for %lld s at %.7f %.7f, good to %.0f m; the fixes spread over "
		       "%.0f "
		       "m\n",
			(long long)(clock_boot_ms(&clock_system) - parked.since_ms) / 1000,
			parked.lat, parked.lon, parked.error_m, parked.spread_m);
	if (time.known)
		printf("this machine's clock is %.1f s %s the satellites' time%s\n",
			fabs((double)(clock_wall_ms(&clock_system) - clock_boot_ms(&clock_system) -
				      time.offset_ms)) /
				1000,
			clock_wall_ms(&clock_system) - clock_boot_ms(&clock_system) < time.offset_ms
				? "behind"
				: "before",
			time.leap_known ? "" : ", whose leap seconds may not be known yet");
}

/* --- the command ----------------------------------------------------------------------------------- */

static bool configured_receiver(const struct cli *cli, struct receiver_conf *to)
{
	struct conf *conf = cli_config(cli);

	if (!conf)
		return false;
	*to = conf->gps;
	conf_free(conf);
	if (to->kind != RECEIVER_NONE)
		return true;
	fputs("waterlab: no receiver is configured (gps.type); waterlab gps gpsd ADDRESS, or "
	      "waterlab gps nmea PORT\n",
		stderr);
	return false;
}

/* What the words after `gps` name; false after words about what is wrong with them. */
static bool read_receiver(const struct cli *cli, struct receiver_conf *conf)
{
	const char *kind = cli->args[0], *where = cli->args[1];
	const char *more = cli->n_args > 2 ? cli->args[2] : NULL;
	char *end = NULL;

	if (!strcmp(kind, "gpsd")) {
		conf->kind = RECEIVER_GPSD;
		if (text_copy(conf->address, sizeof(conf->address), where) &&
			text_copy(conf->device, sizeof(conf->device), more ? more : ""))
			return true;
		fprintf(stderr, "waterlab: no address is that long\n");
		return false;
	}
	if (strcmp(kind, "nmea") != 0) {
		fprintf(stderr, "waterlab: a receiver is \"gpsd\" or \"nmea\", not \"%s\"\n", kind);
		return false;
	}
	conf->kind = RECEIVER_NMEA;
	conf->port = (struct port_conf){.baud = BAUD, .parity = 'N', .stop_bits = 1};
	if (more)
		conf->port.baud = (unsigned)strtoul(more, &end, 10);
	if (more && (*end || end == more)) {
		fprintf(stderr, "waterlab: \"%s\" is no speed in baud\n", more);
		return false;
	}
	if (text_copy(conf->port.where, sizeof(conf->port.where), where))
		return true;
	fprintf(stderr, "waterlab: no port has a name that long\n");
	return false;
}

/* seconds 0: until somebody ends it */
static void follow(struct receiver *receiver, uint64_t seconds, struct receiver_state *said)
{
	int64_t now_ms = clock_boot_ms(&clock_system), end_ms = INT64_MAX;
	char words[RECEIVER_WORDS] = "";

	if (seconds && seconds < INT64_MAX / 2000)
		end_ms = now_ms + (int64_t)seconds * 1000;
	do {
		receiver_state(receiver, said);
		if (strcmp(words, said->words) != 0 && said->words[0])
			fprintf(stderr, "waterlab: %s\n", said->words);
		(void)text_copy(words, sizeof(words), said->words);
		now_ms = clock_boot_ms(&clock_system);
	} while (now_ms < end_ms && terminal_key(end_ms - now_ms < LOOK_MS ? (int)(end_ms - now_ms)
									   : LOOK_MS) != KEY_QUIT);
	receiver_stop(receiver);
	receiver_state(receiver, said);
}

int cli_gps(struct cli *cli)
{
	struct shown shown = {.json = cli->json};
	struct receiver_conf conf = {0};
	struct receiver *receiver;
	struct receiver_state said;
	uint64_t seconds = 0;
	int status = CLI_FAILED;

	if (cli->n_args == 1) {
		fprintf(stderr, "waterlab: \"%s\" is followed by an address or a port\n",
			cli->args[0]);
		return CLI_USAGE;
	}
	if (cli->n_args ? !read_receiver(cli, &conf) : !configured_receiver(cli, &conf))
		return CLI_USAGE;
	if (cli->seconds && !options_number("seconds", cli->seconds, &seconds))
		return CLI_USAGE;
	if (receiver_new(&receiver, &conf, &clock_system, show, &shown))
		return CLI_USAGE;
	/* What goes wrong is said here, in words of the state. */
	log_open(LOG_ERROR, false);
	track_begin(&shown.track, &usual);
	if (!cli->json)
		puts("TIME                  FIX      LATITUDE    LONGITUDE   ERROR       SPEED  "
		     "JUDGED");
	terminal_begin(false);
	if (receiver_start(receiver)) {
		fprintf(stderr, "waterlab: no thread could be started\n");
	} else {
		follow(receiver, seconds, &said);
		if (!cli->json)
			sum_up(&shown, &said);
		status = said.reports ? CLI_DONE : CLI_FAILED;
	}
	terminal_end();
	receiver_free(receiver);
	return status;
}
