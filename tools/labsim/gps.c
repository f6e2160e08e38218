#include "gps.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fault.h"
#include "water.h"

#define METRES_A_DEGREE 111194.9
#define KNOTS(m_s)      ((m_s) * (3600 / 1852.0))
#define FOR_EVER        INT64_MAX

enum { ROLLOVER_S = 1024 * 7 * 86400, WANDER_S = 60 };

static const struct {
	const char *name, *argument, *help;
} words[GPS_FAULTS] = {
	[GPS_NO_SKY] = {"no-sky", NULL, "no fix: V, quality 0, empty fields"},
	[GPS_COLD] = {"cold", NULL,
		"just switched on: no fix, placeholders 0000.0000, a date of 1980"},
	[GPS_CHECKSUM] = {"checksum", NULL, "every checksum is wrong"},
	[GPS_BINARY] = {"binary", NULL, "binary frames between the sentences"},
	[GPS_JUMP] = {"jump", "KM", "the place is so far to the north"},
	[GPS_STUCK] = {"stuck", NULL, "says the same again and again, its time too"},
	[GPS_FROZEN] = {"frozen", NULL, "the place stands, time and speed go on"},
	[GPS_MUTE] = {"mute", NULL, "says nothing"},
	[GPS_ROLLOVER] = {"rollover", NULL, "the date is 1024 weeks back"},
	[GPS_OFF] = {"off", "SECONDS", "its time is so far ahead (-3: leap seconds not known)"},
	[GPS_LATE] = {"late", "DURATION", "each second is told so much later"},
	[GPS_WANDER] = {"wander", "METRES",
		"the place wanders about by so much, within a minute or so"},
	[GPS_UNPLUG] = {"unplug", NULL, "closes the pty; replug makes one of another number"},
};

void gps_init(struct gps *gps, const struct route *route, double speed_km_h, double lapse,
	uint64_t seed, int64_t begun_ns, int64_t utc_at_0_ms)
{
	memset(gps, 0, sizeof(*gps));
	pthread_mutex_init(&gps->lock, NULL);
	gps->route = *route;
	gps->speed_m_s = route->n > 1 ? speed_km_h / 3.6 : 0;
	gps->lapse = lapse;
	gps->dice = water_mix(seed ^ 0x6B5);
	gps->begun_ns = begun_ns;
	gps->utc_at_0_ms = utc_at_0_ms;
}

void gps_free(struct gps *gps)
{
	pthread_mutex_destroy(&gps->lock);
}

static bool has(const struct gps *gps, enum gps_fault fault, int64_t boot_ns)
{
	return gps->faults[fault].until_ns > boot_ns;
}

static double roll(struct gps *gps)
{
	gps->dice = water_mix(gps->dice);
	return ldexp((double)(gps->dice >> 11), -53);
}

/* --- sentences ------------------------------------------------------------------------------------- */

struct said {
	bool fix, cold, bad_checksums, binary;
	double lat, lon, speed_m_s, course;
	int64_t utc_ms;
};

static void put_binary(struct gps *gps, struct text *to)
{
	char frame[40] = {'\xB5', '\x62', 1, 7, 32};
	size_t i;

	/* Text ends at a 0, and a frame is full of everything else. */
	for (i = 4; i < sizeof(frame); i++)
		frame[i] = (char)(1 + (int)(roll(gps) * 255));
	frame[10 + (int)(roll(gps) * 20)] = '$';
	text_put_n(to, frame, sizeof(frame));
}

static void put_sentence(
	struct gps *gps, const struct said *said, const char *body, struct text *to)
{
	unsigned sum = said->bad_checksums ? 0x5A : 0;
	const char *at;

	for (at = body; *at; at++)
		sum ^= (unsigned char)*at;
	if (said->binary)
		put_binary(gps, to);
	text_printf(to, "$%s*%02X\r\n", body, sum);
}

/* dddmm.mmmmm,N */
static void put_degrees(struct text *to, double degrees, int digits, char positive, char negative)
{
	int64_t hundred_thousandths = llround(fabs(degrees) * 60 * 1e5);

	text_printf(to, "%0*" PRId64 "%02" PRId64 ".%05" PRId64 ",%c", digits,
		hundred_thousandths / 6000000, hundred_thousandths / 100000 % 60,
		hundred_thousandths % 100000, degrees < 0 ? negative : positive);
}

static void put_place(struct text *to, const struct said *said)
{
	if (said->cold) {
		text_put(to, "0000.0000,N,00000.0000,E");
	} else if (!said->fix) {
		text_put(to, ",,,");
	} else {
		put_degrees(to, said->lat, 2, 'N', 'S');
		text_put_char(to, ',');
		put_degrees(to, said->lon, 3, 'E', 'W');
	}
}

static void put_time(struct text *to, const struct said *said)
{
	int64_t second = said->utc_ms / 1000 % 86400;

	text_printf(to, "%02" PRId64 "%02" PRId64 "%02" PRId64 ".00", second / 3600,
		second / 60 % 60, second % 60);
}

static void put_date(struct text *to, const struct said *said)
{
	time_t seconds = (time_t)(said->utc_ms / 1000);
	struct tm day;

	if (gmtime_r(&seconds, &day))
		text_printf(to, "%02d%02d%02d", day.tm_mday, day.tm_mon + 1, day.tm_year % 100);
}

static void put_burst(struct gps *gps, const struct said *said, struct text *to)
{
	char room[120];
	struct text body = text_over(room, sizeof(room));

	text_put(&body, "GPRMC,");
	put_time(&body, said);
	text_put(&body, said->fix ? ",A," : ",V,");
	put_place(&body, said);
	if (said->fix)
		text_printf(&body, ",%.3f,%.1f,", KNOTS(said->speed_m_s), said->course);
	else
		text_put(&body, ",,,");
	put_date(&body, said);
	text_put(&body, said->fix ? ",,,A" : ",,,N");
	put_sentence(gps, said, room, to);

	text_clear(&body);
	text_put(&body, "GPGGA,");
	put_time(&body, said);
	text_put_char(&body, ',');
	put_place(&body, said);
	text_put(&body, said->fix ? ",1,09,1.10,350.0,M,-40.0,M,," : ",0,00,99.99,,,,,,");
	put_sentence(gps, said, room, to);

	put_sentence(gps, said,
		said->fix ? "GPGSA,A,3,02,05,07,09,13,15,20,28,30,,,,2.00,1.10,1.67"
			  : "GPGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99",
		to);
	put_sentence(
		gps, said, "GPGSV,3,1,09,02,35,110,38,05,61,280,44,07,20,045,31,09,14,170,29", to);
	put_sentence(
		gps, said, "GPGSV,3,2,09,13,48,210,41,15,30,300,36,20,72,015,45,28,11,095,27", to);
	put_sentence(gps, said, "GPGSV,3,3,09,30,25,250,34", to);
}

/* --- the way ----------------------------------------------------------------------------------------- */

static bool stands(const struct gps *gps, int64_t boot_ns)
{
	return gps->stands_from_ns && boot_ns >= gps->stands_from_ns;
}

static double driven_m(const struct gps *gps, int64_t boot_ns)
{
	int64_t until_ns = stands(gps, boot_ns) ? gps->stands_from_ns : boot_ns;
	int64_t drove_ns = until_ns - gps->begun_ns - gps->stood_ns;

	return fmax((double)drove_ns / 1e9 * gps->lapse * gps->speed_m_s, 0);
}

static void stand(struct gps *gps, bool still, int64_t boot_ns)
{
	if (gps->stands_from_ns && !still)
		gps->stood_ns += boot_ns - gps->stands_from_ns;
	if (!gps->stands_from_ns || !still)
		gps->stands_from_ns = still ? boot_ns : 0;
}

/* --- a second -------------------------------------------------------------------------------------- */

static void put_state(const struct gps *gps, int64_t boot_ns, struct text *to)
{
	int i;

	for (i = 0; i < GPS_FAULTS; i++)
		if (has(gps, (enum gps_fault)i, boot_ns))
			text_printf(to, "%s%s", to->len ? "+" : "", words[i].name);
	if (!to->len)
		text_put(to, "ok");
}

/* Errors that are alike for a minute: the rest of the old one, and some of a new one. */
static void wander(struct gps *gps, double sigma_m)
{
	double keep = exp(-1.0 / WANDER_S), new_m = sigma_m * sqrt(1 - keep * keep);

	/* an even draw of the same variance */
	gps->wander_east_m = keep * gps->wander_east_m + new_m * sqrt(12) * (roll(gps) - 0.5);
	gps->wander_north_m = keep * gps->wander_north_m + new_m * sqrt(12) * (roll(gps) - 0.5);
}

static void say(struct gps *gps, int64_t boot_ns, const struct gps_told *told, struct said *said)
{
	if (!has(gps, GPS_FROZEN, boot_ns)) {
		gps->frozen_lat = told->lat;
		gps->frozen_lon = told->lon;
	}
	said->lat = gps->frozen_lat;
	said->lon = gps->frozen_lon;
	said->speed_m_s = told->speed_m_s;
	said->cold = has(gps, GPS_COLD, boot_ns);
	said->fix = !said->cold && !has(gps, GPS_NO_SKY, boot_ns);
	said->bad_checksums = has(gps, GPS_CHECKSUM, boot_ns);
	said->binary = has(gps, GPS_BINARY, boot_ns);
	if (has(gps, GPS_JUMP, boot_ns))
		said->lat += gps->faults[GPS_JUMP].argument * 1000 / METRES_A_DEGREE;
	if (has(gps, GPS_WANDER, boot_ns)) {
		wander(gps, gps->faults[GPS_WANDER].argument);
		said->lat += gps->wander_north_m / METRES_A_DEGREE;
		said->lon += gps->wander_east_m / (METRES_A_DEGREE * cos(said->lat * (M_PI / 180)));
	}
	said->utc_ms = boot_ns / 1000000 + gps->utc_at_0_ms;
	if (said->cold)
		said->utc_ms = INT64_C(315964800000) + said->utc_ms % 86400000;
	else if (has(gps, GPS_ROLLOVER, boot_ns))
		said->utc_ms -= (int64_t)ROLLOVER_S * 1000;
	if (has(gps, GPS_OFF, boot_ns))
		said->utc_ms += (int64_t)(gps->faults[GPS_OFF].argument * 1000);
}

void gps_tell(struct gps *gps, int64_t boot_ns, struct gps_told *told)
{
	struct text state = text_over(told->state, sizeof(told->state));
	struct text bytes = text_over(told->bytes, sizeof(told->bytes));
	struct said said = {0};

	pthread_mutex_lock(&gps->lock);
	route_at(&gps->route, driven_m(gps, boot_ns), &told->lat, &told->lon, &said.course);
	told->speed_m_s = stands(gps, boot_ns) ? 0 : gps->speed_m_s;
	put_state(gps, boot_ns, &state);
	say(gps, boot_ns, told, &said);
	told->late_ns = has(gps, GPS_LATE, boot_ns) ? (int64_t)gps->faults[GPS_LATE].argument : 0;
	if (has(gps, GPS_STUCK, boot_ns) && gps->has_last) {
		text_put_n(&bytes, gps->last.bytes, gps->last.n);
	} else if (!has(gps, GPS_MUTE, boot_ns)) {
		put_burst(gps, &said, &bytes);
		gps->has_last = true;
		memcpy(gps->last.bytes, told->bytes, bytes.len);
		gps->last.n = bytes.len;
	}
	told->n = bytes.len;
	pthread_mutex_unlock(&gps->lock);
}

bool gps_plugged(struct gps *gps, int64_t boot_ns)
{
	bool plugged;

	pthread_mutex_lock(&gps->lock);
	plugged = !has(gps, GPS_UNPLUG, boot_ns);
	pthread_mutex_unlock(&gps->lock);
	return plugged;
}

/* --- commands -------------------------------------------------------------------------------------- */

static bool read_argument(enum gps_fault fault, const char *word, double *out)
{
	int64_t ns;
	char *end;

	if (fault == GPS_LATE) {
		if (!fault_parse_ns(word, &ns))
			return false;
		*out = (double)ns;
		return true;
	}
	*out = strtod(word, &end);
	return end != word && !*end && isfinite(*out) && fabs(*out) <= 1e5;
}

/* The words after "gps". */
static int read_command(struct gps *gps, char *line, int64_t boot_ns, struct text *why)
{
	char *rest, *name = strtok_r(line, " \t\r\n", &rest), *word;
	int64_t until_ns = FOR_EVER, ns;
	double argument = 0;
	int i;

	if (name && !strcmp(name, "ok")) {
		memset(gps->faults, 0, sizeof(gps->faults));
		return 0;
	}
	if (name && !strcmp(name, "replug")) {
		gps->faults[GPS_UNPLUG].until_ns = 0;
		return 0;
	}
	if (name && (!strcmp(name, "stand") || !strcmp(name, "drive"))) {
		stand(gps, !strcmp(name, "stand"), boot_ns);
		return 0;
	}
	for (i = 0; i < GPS_FAULTS && (!name || strcmp(name, words[i].name) != 0); i++)
		;
	if (i == GPS_FAULTS) {
		text_printf(why, "no fault of the receiver is called \"%s\"; help lists them",
			name ? name : "");
		return ERR_RANGE;
	}
	if (words[i].argument) {
		word = strtok_r(NULL, " \t\r\n", &rest);
		if (!word || !read_argument((enum gps_fault)i, word, &argument)) {
			text_printf(why, "%s needs %s: %s", name, words[i].argument, words[i].help);
			return ERR_RANGE;
		}
	}
	word = strtok_r(NULL, " \t\r\n", &rest);
	if (word) {
		if (!fault_parse_ns(word, &ns) || strtok_r(NULL, " \t\r\n", &rest)) {
			text_printf(
				why, "\"%s\": expected a duration (10s, 700ms), and no more", word);
			return ERR_RANGE;
		}
		until_ns = boot_ns + ns;
	}
	gps->faults[i].until_ns = until_ns;
	gps->faults[i].argument = argument;
	return 0;
}

int gps_command(struct gps *gps, const char *command, int64_t boot_ns, struct text *why)
{
	char line[256];
	int rc;

	if (!text_copy(line, sizeof(line), command)) {
		text_put(why, "a command has at most 255 characters");
		return ERR_RANGE;
	}
	pthread_mutex_lock(&gps->lock);
	rc = read_command(gps, line, boot_ns, why);
	pthread_mutex_unlock(&gps->lock);
	return rc;
}

void gps_status(struct gps *gps, int64_t boot_ns, struct text *to)
{
	char room[GPS_STATE];
	struct text state = text_over(room, sizeof(room));
	double lat, lon, course;

	pthread_mutex_lock(&gps->lock);
	route_at(&gps->route, driven_m(gps, boot_ns), &lat, &lon, &course);
	put_state(gps, boot_ns, &state);
	text_printf(to, "gps at %.5f %.5f  %s\n", lat, lon, room);
	pthread_mutex_unlock(&gps->lock);
}

void gps_put_faults(struct text *to)
{
	char room[64];
	int i;

	text_put(to, "gps FAULT [ARGUMENT] [DURATION], e.g. \"gps jump 20 5s\"; gps ok, gps "
		     "replug; gps stand, gps drive:\n");
	for (i = 0; i < GPS_FAULTS; i++) {
		struct text head = text_over(room, sizeof(room));

		text_printf(&head, "%s%s%s", words[i].name, words[i].argument ? " " : "",
			words[i].argument ? words[i].argument : "");
		text_printf(to, "  %-28s %s\n", room, words[i].help);
	}
}

const char *gps_plain_fault(uint64_t number)
{
	static const enum gps_fault plain[] = {GPS_NO_SKY, GPS_COLD, GPS_CHECKSUM, GPS_BINARY,
		GPS_STUCK, GPS_FROZEN, GPS_MUTE, GPS_UNPLUG};

	return words[plain[number % (sizeof(plain) / sizeof(*plain))]].name;
}
