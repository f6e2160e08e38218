#include "place/gpsd.h"

#include <gps.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "place/json_line.h"

enum {
	LINE = 10240, /* the longest answer that gpsd 3.22 makes (its GPS_JSON_RESPONSE_MAX) */
	WORDS = 100
};

enum receivers {
	RECEIVERS_NOT_SAID,
	RECEIVERS_NONE,
	RECEIVERS_OTHERS,
	RECEIVERS_GONE,
	RECEIVERS_THERE
};

struct gpsd {
	const char *device;
	void (*hear)(void *ctx, const struct fix *fix);
	void *ctx;
	char line[LINE + 1];
	size_t len;
	bool too_long; /* the rest of this line is passed over */
	uint64_t bad;
	bool is_gpsd;
	enum receivers receivers;
	char other[WORDS]; /* RECEIVERS_OTHERS: one that it has instead of ours */
	char error[WORDS];
	struct gps_data_t said; /* libgps's, some 100 kB */
};

int gpsd_new(struct gpsd **out, const char *device, void (*hear)(void *ctx, const struct fix *fix),
	void *ctx)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return ERR_MEMORY;
	(*out)->device = device;
	(*out)->hear = hear;
	(*out)->ctx = ctx;
	return 0;
}

void gpsd_free(struct gpsd *gpsd)
{
	free(gpsd);
}

void gpsd_begin(struct gpsd *gpsd)
{
	gpsd->len = 0;
	gpsd->too_long = false;
	gpsd->is_gpsd = false;
	gpsd->receivers = RECEIVERS_NOT_SAID;
	gpsd->error[0] = '\0';
}

/* --- what a line says ------------------------------------------------------------------------------ */

static double finite_or_nan(double value)
{
	return isfinite(value) ? value : NAN;
}

static double positive_or_nan(double value)
{
	return isfinite(value) && value > 0 ? value : NAN;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int two_digits(const char *at)
{
	return (at[0] - '0') * 10 + (at[1] - '0');
}

/* False when the line tells a time that there is not: libgps makes one of any string. */
static bool has_sound_time(const char *line)
{
	static const char key[] = "\"time\":\"", shape[] = "0000-00-00T00:00:00";
	const char *time = strstr(line, key), *end;
	int32_t days, ms;
	size_t i;

	if (!time)
		return true;
	time += sizeof(key) - 1;
	for (i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == '0' ? !is_digit(time[i]) : time[i] != shape[i])
			return false;
	end = time + i;
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (end[0] != 'Z' || end[1] != '"')
		return false;
	return utc_day(two_digits(time) * 100 + two_digits(time + 2), two_digits(time + 5),
		       two_digits(time + 8), &days) &&
	       utc_time_of_day(
		       two_digits(time + 11), two_digits(time + 14), two_digits(time + 17), 0, &ms);
}

/* A position, of whatever quality, of one of gpsd's receivers. */
static void take_tpv(struct gpsd *gpsd, int64_t boot_ms)
{
	const struct gps_fix_t *said = &gpsd->said.fix;
	struct fix fix = {.boot_ms = boot_ms};

	if (!json_line_is_sound(gpsd->line) || !has_sound_time(gpsd->line) ||
		gps_unpack(gpsd->line, &gpsd->said) || said->mode < MODE_NOT_SEEN ||
		said->mode > MODE_3D) {
		gpsd->bad++;
		return;
	}
	if (gpsd->device[0] && strcmp(gpsd->device, gpsd->said.dev.path) != 0)
		return;
	gpsd->receivers = RECEIVERS_THERE;
	gpsd->error[0] = '\0';
	fix.mode = (uint8_t)said->mode;
	/* Estimated from wheels and compass, or simulated: no fix.  nmea.h says the same. */
	if (said->status == STATUS_DR || said->status == STATUS_SIM)
		fix.mode = MODE_NO_FIX;
	fix.lat = finite_or_nan(said->latitude);
	fix.lon = finite_or_nan(said->longitude);
	fix.eph_m = positive_or_nan(said->eph);
	fix.speed_m_s = said->speed >= 0 ? finite_or_nan(said->speed) : NAN;
	/* gpsd repeats the last time for as long as there is no fix. */
	fix.has_time = fix.mode >= MODE_2D && said->time.tv_sec > 0;
	if (fix.has_time)
		fix.utc_ms = (int64_t)said->time.tv_sec * 1000 + said->time.tv_nsec / 1000000;
	fix.leap_known = gpsd->said.leap_seconds > 0;
	gpsd->hear(gpsd->ctx, &fix);
}

/* --- what it says of itself ------------------------------------------------------------------------ */

static void copy_words(char *to, const char *from)
{
	struct text text = text_over(to, WORDS);

	text_put(&text, from);
}

static const char *path_of(const json_t *device)
{
	const char *path = json_string_value(json_object_get(device, "path"));

	return path ? path : "";
}

static bool is_ours(const struct gpsd *gpsd, const json_t *device)
{
	return !gpsd->device[0] || !strcmp(gpsd->device, path_of(device));
}

static void take_devices(struct gpsd *gpsd, const json_t *said)
{
	const json_t *devices = json_object_get(said, "devices"), *device;
	size_t i;

	gpsd->receivers = json_array_size(devices) ? RECEIVERS_OTHERS : RECEIVERS_NONE;
	json_array_foreach(devices, i, device)
	{
		if (is_ours(gpsd, device))
			gpsd->receivers = RECEIVERS_THERE;
		copy_words(gpsd->other, path_of(device));
	}
}

/* One of them came, or went: then it was activated at 0. */
static void take_device(struct gpsd *gpsd, const json_t *said)
{
	if (is_ours(gpsd, said))
		gpsd->receivers = json_is_string(json_object_get(said, "activated"))
					  ? RECEIVERS_THERE
					  : RECEIVERS_GONE;
}

static void take_error(struct gpsd *gpsd, const json_t *said)
{
	const char *message = json_string_value(json_object_get(said, "message"));

	copy_words(gpsd->error, message ? message : "an error");
}

static bool is_class(const struct gpsd *gpsd, const char *class)
{
	static const char head[] = "{\"class\":\"";
	size_t n = strlen(class);

	return !strncmp(gpsd->line, head, sizeof(head) - 1) &&
	       !strncmp(gpsd->line + sizeof(head) - 1, class, n) &&
	       (!n || gpsd->line[sizeof(head) - 1 + n] == '"');
}

static void take_other(struct gpsd *gpsd, void (*take)(struct gpsd *gpsd, const json_t *said))
{
	json_t *said = json_loads(gpsd->line, 0, NULL);

	if (said)
		take(gpsd, said);
	else
		gpsd->bad++;
	json_decref(said);
}

static void take_line(struct gpsd *gpsd, int64_t boot_ms)
{
	while (gpsd->len && gpsd->line[gpsd->len - 1] == '\r')
		gpsd->len--;
	gpsd->line[gpsd->len] = '\0';
	if (!gpsd->len)
		return;
	if (strlen(gpsd->line) != gpsd->len || !is_class(gpsd, "")) {
		gpsd->bad++;
		return;
	}
	gpsd->is_gpsd |= is_class(gpsd, "VERSION");
	if (is_class(gpsd, "TPV"))
		take_tpv(gpsd, boot_ms);
	else if (is_class(gpsd, "DEVICES"))
		take_other(gpsd, take_devices);
	else if (is_class(gpsd, "DEVICE"))
		take_other(gpsd, take_device);
	else if (is_class(gpsd, "ERROR"))
		take_other(gpsd, take_error);
}

void gpsd_take(struct gpsd *gpsd, const char *bytes, size_t n, int64_t boot_ms)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (bytes[i] == '\n') {
			if (!gpsd->too_long)
				take_line(gpsd, boot_ms);
			gpsd->len = 0;
			gpsd->too_long = false;
		} else if (gpsd->len < LINE) {
			gpsd->line[gpsd->len++] = bytes[i];
		} else if (!gpsd->too_long) {
			gpsd->too_long = true;
			gpsd->bad++;
		}
	}
}

/* --- what is known of it -------------------------------------------------------------------------- */

uint64_t gpsd_bad(const struct gpsd *gpsd)
{
	return gpsd->bad;
}

bool gpsd_is_one(const struct gpsd *gpsd)
{
	return gpsd->is_gpsd;
}

void gpsd_say(const struct gpsd *gpsd, struct text *words)
{
	const char *device = gpsd->device[0] ? gpsd->device : "its receiver";

	switch (gpsd->receivers) {
	case RECEIVERS_NONE:
		text_put(words, "has no receiver: plug it in, or name its port to gpsd");
		break;
	case RECEIVERS_OTHERS:
		text_printf(words, "has no receiver %s: it has %s", device, gpsd->other);
		break;
	case RECEIVERS_GONE:
		text_printf(words, "has lost %s: is it plugged in?", device);
		break;
	case RECEIVERS_NOT_SAID:
	case RECEIVERS_THERE:
		if (gpsd->error[0])
			text_printf(words, "says: %s", gpsd->error);
		break;
	}
}
