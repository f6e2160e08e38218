/*
 * result.h - what a sample shows for one parameter, as a ledger record (LEDGER_RESULT) and back.  Pure.
 *
 * A record's a is the sample, b its codes (result.c), c the entry it is of; its time is that of the sample's beginning
 * (spool/reader.h), plus `revision` ms.
 */
#ifndef SAMPLE_RESULT_H
#define SAMPLE_RESULT_H

#include "model/verdict.h"
#include "sample/step.h"

/* Numbers are for ever. */
enum result_status { RESULT_PRELIMINARY = 0, RESULT_VERIFIED = 1 };

struct result {
	uint64_t number; /* of its record; 0: not recorded */
	uint64_t sample, entry;
	/* The sample beside which its own was taken, or its own: not of the record, but of who keeps it; 0: not known. */
	uint64_t visit;
	char parameter[PARAMETER_CODE], method[TERM];
	char value[VALUE_TEXT], unit[TERM]; /* as entered; unit "": the parameter's */
	char mdl[TERM], dilution[TERM];
	char known[TERM]; /* as of the step */
	char limit
		[VALUE_TEXT]; /* "0.2..0.5", "..50" (at most), "..<5", "absent"; "": none decided */
	char set[LIMIT_NAME];
	unsigned set_code;
	enum water_verdict verdict, as_if_believed;
	enum water_reason reason;
	enum limit_basis basis; /* 0: no limit decided */
	bool alarm, screening;
	bool unsettled; /* as of the step */
	char uncertainty
		[TERM]; /* expanded, of what the water holds, in the parameter's unit; "": not stated */
	enum water_rule rule;
	enum result_status status;
	unsigned revision; /* 0..255: how many of this parameter and method the sample had before */
};

/* "0.4", "<0.1", "> 5", "0.2..0.5", "detected", "not detected", of a bag "11010"; false: it is none of these. */
bool result_amount(struct amount *amount, const char *parameter, const char *value,
	const char *unit, const char *mdl, const char *dilution) MUST_USE;
/* What is known of a spike or a reference, in the parameter's unit.  False: nobody said it. */
bool result_known(const struct result *result, double *known) MUST_USE;
/* Is it bacteria, which a bag can count? */
bool result_is_counted(const char *parameter);
/*
 * Is it a bag's key?  Then result_amount() gives its most probable number per 100 mL.  With a unit "10000" is the number,
 * and so it is of everything but bacteria.
 */
bool result_is_bag(const char *parameter, const char *value, const char *unit);

void result_put(struct text *to, int64_t *codes, const struct result *result);
bool result_read(struct result *result, uint64_t number, int64_t a, int64_t b, int64_t c,
	const char *words) MUST_USE;

/* As `limit` of a result. */
void result_put_limit(struct text *to, const struct limit *limit);
/* Fills in what follows from the judgement. */
void result_judged(struct result *result, const struct water_judgement *judgement);

#endif
