#include "place/nmea.h"

#include <math.h>
#include <string.h>

#include "base/utc.h"

enum { MOST_FIELDS = 32 };

#define KNOT_M_S        (1852.0 / 3600)
#define ERROR_PLAIN     19.0
#define ERROR_CORRECTED 4.75

struct sentence {
	const char *fields[MOST_FIELDS]; /* the first is talker and kind; those not there are "" */
	int64_t boot_ms;
};

/* --- fields ---------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* `n` digits, all of them. */
static bool read_digits(const char *at, unsigned n, int *out)
{
	*out = 0;
	while (n--) {
		if (!is_digit(*at))
			return false;
		*out = *out * 10 + (*at++ - '0');
	}
	return true;
}

/* Digits, and perhaps a point and more digits; NAN for anything else. */
static double read_decimal(const char *at)
{
	double value = 0, place = 1;

	if (!is_digit(*at))
		return NAN;
	while (is_digit(*at))
		value = value * 10 + (*at++ - '0');
	if (*at == '.')
		for (at++; is_digit(*at); at++) {
			value = value * 10 + (*at - '0');
			place *= 10;
		}
	return *at ? NAN : value / place;
}

/* hhmmss or hhmmss.sss; -1 when there is no such time of day. */
static int32_t read_time(const char *at)
{
	int hour, minute, second, ms = 0, unit = 100;
	int32_t time_ms;

	if (!read_digits(at, 2, &hour) || !read_digits(at + 2, 2, &minute) ||
		!read_digits(at + 4, 2, &second))
		return -1;
	at += 6;
	if (*at == '.')
		for (at++; is_digit(*at); at++, unit /= 10)
			ms += unit * (*at - '0');
	if (*at || !utc_time_of_day(hour, minute, second, ms, &time_ms))
		return -1;
	return time_ms;
}

/* ddmmyy */
static bool read_date(const char *at, int32_t *days)
{
	int day, month, year;

	if (!read_digits(at, 2, &day) || !read_digits(at + 2, 2, &month) ||
		!read_digits(at + 4, 2, &year) || at[6])
		return false;
	/* GPS began in 1980: two digits mean 1980 to 2079. */
	return utc_day(year + (year < 80 ? 2000 : 1900), month, day, days);
}

/* dddmm.mmmm and its hemisphere.  360 degrees and more come out as such: others judge them. */
static double read_degrees(const char *at, const char *side, char positive, char negative)
{
	double value = read_decimal(at), degrees = floor(value / 100),
	       minutes = value - 100 * degrees;

	if (!isfinite(value) || !strchr(at, '.') || value >= 1e6 || minutes >= 60)
		return NAN;
	if ((side[0] != positive && side[0] != negative) || side[1])
		return NAN;
	degrees += minutes / 60;
	return side[0] == negative ? -degrees : degrees;
}

/* False when no position is said. */
static bool read_position(const char *const *fields, struct nmea_said *said)
{
	said->lat = read_degrees(fields[0], fields[1], 'N', 'S');
	said->lon = read_degrees(fields[2], fields[3], 'E', 'W');
	return isfinite(said->lat) && isfinite(said->lon);
}

/* --- reports --------------------------------------------------------------------------------------- */

static bool is_fresh(const struct nmea_said *said, int64_t boot_ms)
{
	return said->heard && boot_ms - said->boot_ms <= NMEA_FRESH_MS;
}

static bool is_pair(const struct nmea_said *a, const struct nmea_said *b)
{
	return a->heard && b->heard && a->time_ms >= 0 && a->time_ms == b->time_ms &&
	       a->boot_ms - b->boot_ms <= NMEA_FRESH_MS && b->boot_ms - a->boot_ms <= NMEA_FRESH_MS;
}

static uint8_t mode_at(const struct nmea *nmea, int64_t boot_ms)
{
	/* A GSA that knows of no fix is older than the one there is, and says nothing of it. */
	if (nmea->gsa >= 2 && boot_ms - nmea->gsa_ms <= NMEA_FRESH_MS)
		return nmea->gsa;
	return is_fresh(&nmea->gga, boot_ms) && nmea->has_height ? 3 : 2;
}

static void say_error(const struct nmea *nmea, struct fix *fix)
{
	bool corrected = nmea->corrected && is_fresh(&nmea->gga, fix->boot_ms);

	if (nmea->hdop > 0 && fix->boot_ms - nmea->hdop_ms <= NMEA_FRESH_MS)
		fix->eph_m = nmea->hdop * (corrected ? ERROR_CORRECTED : ERROR_PLAIN);
}

static void say_time(const struct nmea *nmea, int32_t time_ms, struct fix *fix)
{
	int32_t days = nmea->date_days;

	if (time_ms < 0 || !nmea->has_date || fix->boot_ms - nmea->date_ms > NMEA_DATE_MS)
		return;
	if (time_ms < nmea->date_time_ms) {
		/* Of the next day, or not to be understood. */
		if (nmea->date_time_ms - time_ms < UTC_DAY_MS - NMEA_DATE_MS)
			return;
		days++;
	} else if (time_ms - nmea->date_time_ms > NMEA_DATE_MS) {
		return;
	}
	fix->has_time = true;
	fix->utc_ms = (int64_t)days * UTC_DAY_MS + time_ms;
}

static void report(struct nmea *nmea, const struct nmea_said *said)
{
	const struct nmea_said *other = said == &nmea->rmc ? &nmea->gga : &nmea->rmc;
	bool pair = is_pair(said, other);
	struct fix fix = {.boot_ms = said->boot_ms,
		.mode = 1,
		.lat = NAN,
		.lon = NAN,
		.eph_m = NAN,
		.speed_m_s = NAN};

	nmea->waiting = NULL;
	if (said->fix && (!pair || other->fix)) {
		fix.mode = mode_at(nmea, said->boot_ms);
		fix.lat = said->lat;
		fix.lon = said->lon;
		say_error(nmea, &fix);
		say_time(nmea, said->time_ms, &fix);
		if (said == &nmea->rmc || pair)
			fix.speed_m_s = nmea->speed_m_s;
	}
	/* It is as old as the first word of it. */
	if (pair && other->boot_ms < fix.boot_ms)
		fix.boot_ms = other->boot_ms;
	nmea->hear(nmea->ctx, &fix);
}

static void take_timed(struct nmea *nmea, struct nmea_said *said)
{
	struct nmea_said *other = said == &nmea->rmc ? &nmea->gga : &nmea->rmc;

	if (is_pair(said, other) || said->time_ms < 0 || !is_fresh(other, said->boot_ms))
		report(nmea, said);
	else
		nmea->waiting = said;
}

/* What was waiting for its other half in vain goes out before another moment is spoken of. */
static void end_wait(struct nmea *nmea, int32_t time_ms)
{
	if (nmea->waiting && nmea->waiting->time_ms != time_ms)
		report(nmea, nmea->waiting);
}

/* --- sentences ------------------------------------------------------------------------------------- */

/* time, status, latitude, N|S, longitude, E|W, knots, course, date, variation, E|W, kind of fix */
static void take_rmc(struct nmea *nmea, const struct sentence *sentence)
{
	const char *const *fields = sentence->fields;
	int32_t time_ms = read_time(fields[1]), days;

	end_wait(nmea, time_ms);
	nmea->rmc =
		(struct nmea_said){.heard = true, .boot_ms = sentence->boot_ms, .time_ms = time_ms};
	/* D: with corrections.  Kinds N, E, M and S: no fix, estimated, entered by hand, simulated. */
	nmea->rmc.fix = (!strcmp(fields[2], "A") || !strcmp(fields[2], "D")) &&
			read_position(fields + 3, &nmea->rmc) &&
			!(fields[12][0] && strchr("NEMS", fields[12][0]));
	nmea->speed_m_s = read_decimal(fields[7]) * KNOT_M_S;
	if (nmea->rmc.fix && time_ms >= 0 && read_date(fields[9], &days)) {
		nmea->has_date = true;
		nmea->date_days = days;
		nmea->date_time_ms = time_ms;
		nmea->date_ms = sentence->boot_ms;
	} else if (nmea->rmc.fix) {
		nmea->has_date = false;
	}
	take_timed(nmea, &nmea->rmc);
}

static void take_hdop(struct nmea *nmea, const char *field, int64_t boot_ms)
{
	double hdop = read_decimal(field);

	if (!(hdop > 0))
		return;
	nmea->hdop = hdop;
	nmea->hdop_ms = boot_ms;
}

/* time, latitude, N|S, longitude, E|W, quality, satellites, HDOP, height, M, ... */
static void take_gga(struct nmea *nmea, const struct sentence *sentence)
{
	const char *const *fields = sentence->fields, *quality = fields[6];
	int32_t time_ms = read_time(fields[1]);

	if (!is_digit(quality[0]) || quality[1])
		return; /* it says neither that there is a fix nor that there is none */
	end_wait(nmea, time_ms);
	nmea->gga =
		(struct nmea_said){.heard = true, .boot_ms = sentence->boot_ms, .time_ms = time_ms};
	/* 1 plain, 2 with corrections, 3 precise, 4 and 5 RTK; 6 estimated, 7 by hand, 8 simulated */
	nmea->gga.fix = strchr("12345", quality[0]) && read_position(fields + 2, &nmea->gga);
	nmea->corrected = quality[0] == '2';
	nmea->has_height = read_decimal(fields[7]) >= 4 && fields[9][0];
	take_hdop(nmea, fields[8], sentence->boot_ms);
	take_timed(nmea, &nmea->gga);
}

/* A|M, mode, twelve satellites, PDOP, HDOP, VDOP */
static void take_gsa(struct nmea *nmea, const struct sentence *sentence)
{
	const char *mode = sentence->fields[2];

	if (mode[0] < '1' || mode[0] > '3' || mode[1])
		return;
	nmea->gsa = (uint8_t)(mode[0] - '0');
	nmea->gsa_ms = sentence->boot_ms;
	take_hdop(nmea, sentence->fields[16], sentence->boot_ms);
}

static bool is_kind(const char *head, const char *kind)
{
	/* Two letters of a talker and three of a kind; P begins what is a maker's own. */
	return strlen(head) == 5 && head[0] != 'P' && !strcmp(head + 2, kind);
}

static void take_sentence(struct nmea *nmea)
{
	struct sentence sentence = {.boot_ms = nmea->began_ms};
	char *at = nmea->line;
	unsigned n;

	for (n = 0; n < MOST_FIELDS; n++) {
		sentence.fields[n] = at ? at : "";
		if (!at)
			continue;
		at = strchr(at, ',');
		if (at)
			*at++ = '\0';
	}
	nmea->sentences++;
	if (is_kind(sentence.fields[0], "RMC"))
		take_rmc(nmea, &sentence);
	else if (is_kind(sentence.fields[0], "GGA"))
		take_gga(nmea, &sentence);
	else if (is_kind(sentence.fields[0], "GSA"))
		take_gsa(nmea, &sentence);
}

/* --- bytes ----------------------------------------------------------------------------------------- */

static int read_hex(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Between "$" and the end of the line: words, "*", and two hexadecimal digits that are their sum. */
static bool has_checksum(char *line, size_t len)
{
	uint8_t sum = 0;
	char *star = line + len - 3;
	size_t i;

	if (len < 3 || *star != '*')
		return false;
	for (i = 0; i < len - 3; i++)
		sum ^= (uint8_t)line[i];
	if (read_hex(star[1]) < 0 || read_hex(star[2]) < 0 ||
		read_hex(star[1]) * 16 + read_hex(star[2]) != sum)
		return false;
	*star = '\0';
	return true;
}

/* It will never be a whole sentence.  A "$" in binary bytes, with nothing behind it, was never one. */
static void give_up(struct nmea *nmea)
{
	nmea->bad += nmea->inside && nmea->len >= 5;
	nmea->inside = false;
}

void nmea_begin(struct nmea *nmea, void (*hear)(void *ctx, const struct fix *fix), void *ctx)
{
	*nmea = (struct nmea){.hear = hear, .ctx = ctx};
}

void nmea_take(struct nmea *nmea, const uint8_t *bytes, size_t n, int64_t boot_ms)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char c = (char)bytes[i];

		if (c == '$') {
			give_up(nmea);
			nmea->inside = true;
			nmea->len = 0;
			nmea->began_ms = boot_ms;
		} else if (!nmea->inside) {
			continue;
		} else if (c == '\r' || c == '\n') {
			nmea->line[nmea->len] = '\0';
			if (has_checksum(nmea->line, nmea->len)) {
				nmea->inside = false;
				take_sentence(nmea);
			} else {
				give_up(nmea);
			}
		} else if (c < ' ' || c > '~' || nmea->len == NMEA_LINE - 1) {
			give_up(nmea);
		} else {
			nmea->line[nmea->len++] = c;
		}
	}
}
