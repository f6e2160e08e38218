#include "place/fix_time.h"

static int64_t offset_of(const struct fix_time *time, unsigned i)
{
	return time->utc_ms[i] - time->boot_ms[i];
}

/* The least and the greatest UTC - boot time in the window. */
static void bounds_of(const struct fix_time *time, int64_t *least_ms, int64_t *most_ms)
{
	unsigned i;

	*least_ms = *most_ms = offset_of(time, 0);
	for (i = 1; i < time->n; i++) {
		int64_t one_ms = offset_of(time, i);

		*least_ms = one_ms < *least_ms ? one_ms : *least_ms;
		*most_ms = one_ms > *most_ms ? one_ms : *most_ms;
	}
}

static void add(struct fix_time *time, int64_t boot_ms, int64_t utc_ms)
{
	unsigned i;

	if (time->n == FIX_TIME_WINDOW) {
		for (i = 1; i < FIX_TIME_WINDOW; i++) {
			time->boot_ms[i - 1] = time->boot_ms[i];
			time->utc_ms[i - 1] = time->utc_ms[i];
		}
		time->n--;
	}
	time->boot_ms[time->n] = boot_ms;
	time->utc_ms[time->n++] = utc_ms;
}

static void begin(struct fix_time *time, int64_t boot_ms, int64_t utc_ms)
{
	*time = (struct fix_time){.since_ms = boot_ms};
	add(time, boot_ms, utc_ms);
}

static bool is_later_second(int64_t utc_ms, int64_t than_ms)
{
	return utc_ms / 1000 > than_ms / 1000;
}

static bool agrees_with_run(const struct fix_time *time, const struct fix *fix)
{
	int64_t offset_ms = fix->utc_ms - fix->boot_ms, least_ms, most_ms;

	bounds_of(time, &least_ms, &most_ms);
	return is_later_second(fix->utc_ms, time->utc_ms[time->n - 1]) &&
	       offset_ms - least_ms <= FIX_TIME_AGREE_MS &&
	       most_ms - offset_ms <= FIX_TIME_AGREE_MS;
}

static bool agrees_with_odd(const struct fix_time *time, const struct fix *fix)
{
	int64_t apart_ms = fix->utc_ms - fix->boot_ms - (time->odd_utc_ms - time->odd_boot_ms);

	return is_later_second(fix->utc_ms, time->odd_utc_ms) && apart_ms <= FIX_TIME_AGREE_MS &&
	       apart_ms >= -FIX_TIME_AGREE_MS;
}

static void hear_odd(struct fix_time *time, const struct fix *fix)
{
	if (time->odd && agrees_with_odd(time, fix)) {
		begin(time, time->odd_boot_ms, time->odd_utc_ms);
		add(time, fix->boot_ms, fix->utc_ms);
		return;
	}
	time->odd = true;
	time->odd_boot_ms = fix->boot_ms;
	time->odd_utc_ms = fix->utc_ms;
}

void fix_time_hear(struct fix_time *time, const struct fix *fix)
{
	if (fix->mode < 3 || !fix->has_time)
		return;
	if (!time->n || fix->boot_ms - time->boot_ms[time->n - 1] > FIX_TIME_GAP_MS) {
		begin(time, fix->boot_ms, fix->utc_ms);
	} else if (agrees_with_run(time, fix)) {
		add(time, fix->boot_ms, fix->utc_ms);
		time->odd = false;
	} else {
		/* One that disagrees has no word in what the run knows of leap seconds. */
		if (fix->utc_ms / 1000 != time->utc_ms[time->n - 1] / 1000)
			hear_odd(time, fix);
		return;
	}
	time->leap_said |= fix->leap_known;
}

struct gps_time fix_time_at(const struct fix_time *time, int64_t boot_ms)
{
	struct gps_time known = {0};
	int64_t least_ms;

	if (time->n < FIX_TIME_FIXES || boot_ms - time->boot_ms[time->n - 1] > FIX_TIME_GAP_MS)
		return known;
	known.known = true;
	known.boot_ms = time->boot_ms[time->n - 1];
	bounds_of(time, &least_ms, &known.offset_ms);
	known.leap_known = time->leap_said || known.boot_ms - time->since_ms >= FIX_TIME_LEAP_MS;
	known.uncertainty_ms = known.leap_known ? FIX_TIME_ERROR_MS : FIX_TIME_LEAP_ERROR_MS;
	return known;
}
