/*
 * profile.h - what a Modbus analyzer's manual says, as data.
 *
 * A profile is read from drivers/NAME/profile.conf (conf/profile.h does that and checks it) and never
 * changes after; many units may share one.  Addresses here are wire addresses from 0: the printed base
 * of the manual is taken off when the file is read.
 */
#ifndef BUS_PROFILE_H
#define BUS_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/reading.h"

struct wl_driver;

enum {
	PROFILE_NAME = 32,
	PROFILE_TEXT = 80,
	MOST_FIELDS = 64,    /* values of one analyzer */
	MOST_STATUS = 32,    /* status rules of one analyzer */
	MOST_FORBIDDEN = 16, /* forbidden register ranges */
	UNIT_TEXT = 24,
	MOST_SENTINELS = 12 /* special numbers of one value, of all meanings */
};

enum register_type {
	TYPE_U16,
	TYPE_I16,
	TYPE_U32,
	TYPE_I32,
	TYPE_F32,
	TYPE_F64,
	TYPE_BITS, /* some bits of one 16-bit register: mask and shift */
	TYPE_BCD16,
	TYPE_BCD32,
	TYPE_STRING /* identity only */
};

/* Order of the bytes of a value over its registers: A is the most significant byte of 32 bits.  For
 * 64 bits the same rule over four registers: CDAB is words reversed, BADC bytes swapped in each word,
 * DCBA both. */
enum byte_order { ORDER_ABCD, ORDER_CDAB, ORDER_BADC, ORDER_DCBA };

struct profile_register {
	uint8_t function;   /* 1..4 */
	uint16_t address;   /* wire address of the first register (or bit, for functions 1 and 2) */
	uint16_t registers; /* how many, 1..4; strings up to 32; functions 1 and 2: bits, 1..16 */
	enum register_type type;
	enum byte_order order;
	uint16_t mask; /* TYPE_BITS: bits taken, shifted down; 0xFFFF all */
};

/* What a number that is no plain value means. */
enum sentinel_meaning {
	MEANS_NO_VALUE,
	MEANS_OVER, /* the water is beyond what the device measures; there is no number */
	MEANS_UNDER,
	MEANS_DOUBTFUL /* the number stands, but may mean something else */
};

struct profile_field {
	struct profile_register at;
	unsigned printed; /* where it is, as the manual prints it; for people only */
	char parameter
		[PARAMETER_CODE]; /* a code of parameter.h; unjudged: a name of the profile's own */
	bool unjudged;            /* it is no water quality */
	char unit[UNIT_TEXT]; /* what raw * scale + offset is in (UCUM), if not the parameter's */
	double scale, offset;
	enum number_kind kind; /* how the result is written: see number.h */
	uint8_t decimals;
	uint8_t n_sentinels;
	/* Raw words, big-endian after byte order; TYPE_BITS: the bits taken, shifted down.  Those that
	 * mean "no value" come first. */
	uint64_t sentinel[MOST_SENTINELS];
	uint8_t sentinel_means[MOST_SENTINELS]; /* enum sentinel_meaning */
};

enum status_effect {
	EFFECT_SUSPECT,
	EFFECT_BAD,
	EFFECT_WARMUP,
	EFFECT_CALIBRATING,
	EFFECT_CLEANING,
	EFFECT_STANDBY,
	EFFECT_OVER,
	EFFECT_UNDER,
	EFFECT_NO_VALUE, /* the register holds no measurement now */
	EFFECT_UNIT /* it is set to another unit than the profile's: the number is none of it */
};

struct profile_status {
	struct profile_register at; /* one 16-bit register or one bit */
	unsigned printed;           /* as of a field */
	/* The rule holds when (raw & mask) == equals, or, with any = true, when (raw & mask) != 0. */
	uint16_t mask, equals;
	bool any;
	enum status_effect effect;
	char meaning[PROFILE_TEXT]; /* the manual's words */
	char only[PARAMETER_CODE];  /* touches this parameter only; "": all of the unit */
};

enum driver_level { LEVEL_DOCUMENTED, LEVEL_RECORDED, LEVEL_FIELD_PROVEN };
/* "documented", "recorded", "field-proven": shown beside all that a driver says */
const char *driver_level_word(enum driver_level level);

struct profile {
	char name[PROFILE_NAME];   /* equals its folder's name */
	char models[PROFILE_TEXT]; /* "Maker Model A, Model B" */
	char manual[160];          /* the manual's edition it follows */
	enum driver_level level;
	/* a codec in C instead of registers: only quiet_ms, reply_ms and warmup_s below are of it */
	const struct wl_driver *driver;
	/* the device's own limits */
	uint16_t most_registers; /* per request, 1..125 */
	bool even_start;         /* only even start addresses are answered */
	bool exact_reads;  /* only the registers named in the map may be read: no gap is crossed */
	unsigned quiet_ms; /* silence the device needs before the next question */
	unsigned reply_ms; /* worst honest time to the first byte of an answer */
	unsigned turnaround_ms; /* usual time to the first byte; for planning only */
	unsigned warmup_s;      /* values are suspect this long after the unit (re)appears */
	/* identity: read at every open; empty parameter list means the device cannot tell */
	bool has_identity;
	struct profile_register identity;
	unsigned identity_printed; /* as of a field */
	uint64_t identity_value;   /* for number types */
	char identity_text[33];    /* for TYPE_STRING */
	/* ranges [first, last] no request may touch, per function */
	unsigned n_forbidden;
	struct {
		uint8_t function;
		uint16_t first, last;
	} forbidden[MOST_FORBIDDEN];
	unsigned n_fields;
	struct profile_field fields[MOST_FIELDS];
	unsigned n_status;
	struct profile_status status[MOST_STATUS];
};

#endif
