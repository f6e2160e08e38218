/*
 * reading.h - one value of one parameter, and the exchange with the analyzer that brought it.
 */
#ifndef MODEL_READING_H
#define MODEL_READING_H

#include <stddef.h>
#include <stdint.h>

#include "model/parameter.h"
#include "model/place.h"

enum { UNIT_NAME = 24 }; /* bytes of the longest analyzer (unit) name, the NUL included */

/* QARTOD's scale (QARTOD manuals, table of flags).  Worst wins in the order 9, 2, 1, 3, 4. */
enum qc { QC_PASS = 1, QC_NOT_EVALUATED = 2, QC_SUSPECT = 3, QC_FAIL = 4, QC_MISSING = 9 };

/* Why a reading is not simply good; bits, published in README as the table of `flags`. */
enum reading_flag {
	FLAG_SENTINEL = 1 << 0,   /* the device said "no value" in its own code: no value is kept */
	FLAG_NOT_FINITE = 1 << 1, /* NaN or infinite on the wire: no value is kept */
	FLAG_RANGE = 1 << 2,      /* outside its gross range, or what water on earth can show */
	FLAG_WARMUP =
		1 << 3, /* within the device's warm-up time after its line or power returned */
	FLAG_STATUS = 1 << 4,  /* the device's own status says doubtful */
	FLAG_FAULT = 1 << 5,   /* the device's own status says bad */
	FLAG_REFUSED = 1 << 6, /* the register answered with a Modbus exception: no value */
	/* The device says that it measures something else, or nothing. */
	FLAG_CALIBRATING = 1 << 7,
	FLAG_CLEANING = 1 << 8,
	FLAG_STANDBY = 1 << 9, /* whatever number it shows is none: no value is kept */
	/* The water is beyond what the device measures; the value, where it says one, is that end. */
	FLAG_OVER = 1 << 10,
	FLAG_UNDER = 1 << 11,
	FLAG_NOT_DETECTED =
		1 << 12,     /* under its detection limit, which is the value where it says one */
	FLAG_UNIT = 1 << 13, /* in a unit that nothing is known of: no value is kept */
	FLAG_RATE = 1 << 14, /* it changed faster since the reading before than water does */
	FLAG_FLAT = 1 << 15, /* it has not moved for longer than living water rests */
	/* Away from both of its neighbours.  Known only with the next one: a reading that is read back has it, by a later
	 * record of the ledger; none is saved with it. */
	FLAG_SPIKE = 1 << 16,
	/* Whatever number comes with one of these is none. */
	FLAG_NO_VALUE = FLAG_SENTINEL | FLAG_STANDBY | FLAG_UNIT
};

/* How the device says the number; decides the shortest text that is exactly it (base/number.h). */
enum number_kind { NUMBER_F32 = 0, NUMBER_F64 = 1, NUMBER_DECIMAL = 2 };

/* The number as the device says it, the shortest text that is exactly it; value finite, of more decimals than 9 nine
 * are shown.  Its length; `to` holds NUMBER_TEXT bytes. */
size_t reading_put_number(char *to, double value, enum number_kind kind, unsigned decimals);

/* What stays the same for all readings of one parameter of one analyzer. */
struct series {
	char unit[UNIT_NAME];           /* the analyzer's configured name: the tag `analyzer` */
	char parameter[PARAMETER_CODE]; /* a code of parameter.h */
	enum number_kind kind;
	uint8_t decimals; /* places after the point, for NUMBER_DECIMAL */
};

enum context { CONTEXT_IDLE = 0, CONTEXT_SAMPLE = 1, CONTEXT_CHECK = 2 };
/* "idle", "sample", "check"; NULL: of a newer version. */
const char *context_word(enum context context);

struct reading {
	uint32_t series; /* number the spool gave the series (spool_add_series) */
	uint8_t qc;      /* enum qc */
	uint16_t flags;  /* enum reading_flag, or-ed */
	double value;    /* in the parameter's unit; NAN: there is none */
	/* What the spike test found, with this one, of the reading of its series before it: QC_SUSPECT or QC_FAIL; 0: no
	 * more than that one was saved with. */
	uint8_t spike_before;
	/* The next one may say so of this one: until that is saved, but no longer than this after it was made, it is not
	 * sent.  0: its qc is final. */
	uint32_t open_ms;
};

enum { EXCHANGE_RAW = 260, EXCHANGE_READINGS = 128 }; /* the most one exchange carries */

/* Readings of one series lie this far apart at least, so that each has a slot of UTC of its own. */
enum { SERIES_APART_MS = 10 };

/* One question and its answer.  All readings of it share its moment and its raw bytes. */
struct exchange {
	/* When the answer was whole; rising per analyzer within a boot, SERIES_APART_MS per series. */
	int64_t boot_ms;
	enum context context;
	uint64_t sample; /* ledger number of the running sample; 0: none */
	struct place place;
	const uint8_t
		*raw;   /* the reply as it came (for Modbus the PDU, from the function code on) */
	size_t raw_len; /* 0..EXCHANGE_RAW */
	const struct reading *readings;
	size_t n; /* 1..EXCHANGE_READINGS */
};

#endif
