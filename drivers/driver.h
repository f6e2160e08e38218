/*
 * driver.h - the contract between an analyzer's codec and the daemon; CODEC.md tells it at length.
 * A driver is pure: bytes in, values out.  It has no I/O, clock, memory or log.  What it must
 * remember lies in `state`, which is the core's, and zeroed when the device may be another.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
enum wl_level { WL_DOCUMENTED, WL_RECORDED, WL_FIELD_PROVEN };
enum wl_wire { WL_MODBUS, WL_BYTES, WL_FILE }; /* PDUs; a serial line's bytes; a file's lines */
/* frame(): the message has so many bytes; or read on; or drop one byte */
enum wl_frame { WL_MORE = 0, WL_SKIP = -1 };
/* compose(): so many bytes to send; or only listen; or leave this exchange out this turn */
enum wl_send { WL_LISTEN = 0, WL_PASS = -1 };
/* decode(): on; ask this again; the turn is over; this is another device; no answer to this */
enum wl_step { WL_NEXT, WL_AGAIN, WL_DONE, WL_WRONG, WL_GARBLED };
enum wl_number { WL_F32 = -1, WL_F64 = -2 }; /* instead of decimals: binary numbers */
enum wl_flag { WL_SUSPECT = 1, WL_FAULT = 2, WL_WARMUP = 4, WL_CALIBRATING = 8 }; /* or-ed */
enum wl_state { WL_CLEANING = 16, WL_STANDBY = 32, WL_NO_VALUE = 512 }; /* last two: no number */
enum wl_bound { WL_OVER = 64, WL_UNDER = 128, WL_NOT_DETECTED = 256 };  /* the value is that end */
struct wl_unit {
	void *state; /* of the driver's state_size */
	uint8_t address;
	double temperature; /* of the water, in Cel, by another analyzer; NAN: not known */
};

struct wl_out; /* takes one value; its unit in UCUM, converted where the parameter has another */
void wl_put(struct wl_out *out, const char *parameter, const char *unit, double value, int decimals,
	unsigned flags);
/* What a record that was stored says of itself, as written; of the last two: the rest of it */
enum wl_about { WL_DATE, WL_TIME, WL_SAMPLE, WL_PROBE, WL_OPERATOR, WL_CHECK, WL_CALIBRATION };
void wl_tell(struct wl_out *out, enum wl_about what, const char *text, size_t len);
uint16_t wl_crc16(const uint8_t *bytes, size_t len); /* Modbus RTU's; low byte goes first */
/* All of the text is a decimal number, "-7.020": its places after the point (0..9), else -1 */
int wl_number(const char *text, size_t len, double *value);

struct wl_exchange {
	const char *name;
	enum wl_wire wire;
	int (*compose)(const struct wl_unit *unit, uint8_t *tx, size_t cap);
	int (*frame)(const struct wl_unit *unit, const uint8_t *rx, size_t len); /* WL_BYTES */
	int (*decode)(struct wl_unit *unit, const uint8_t *rx, size_t len, struct wl_out *out);
	unsigned wait_ms, reply_ms; /* pause before it; longest honest time to its whole answer */
	bool identity, optional;    /* asked until it is the right one; an exception is an answer */
};

struct wl_driver {
	const char *name, *models, *manual; /* its folder; "Maker A, Maker B"; edition and page */
	enum wl_level level;
	unsigned quiet_ms, warmup_s; /* before any question; suspect so long after it appears */
	size_t state_size;
	const struct wl_exchange *exchanges; /* each turn, in this order; a NULL name ends them */
	const char *const *unjudged; /* "code unit" of what is no water quality; NULL ends them */
	const char *record_end;      /* of a record in a file, a word; NULL: its line's end alone */
};
#endif
