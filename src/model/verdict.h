/*
 * verdict.h - what a number means against a limit.  Pure; knows no clock, file or analyzer.
 *
 * Nothing is ever called safe.  A verdict is about one value and one row of a limit set; a sample's is "no failure in
 * n of m required tests", with those that are missing named.  What cannot be judged is said to be so, with the reason;
 * a failure that is in doubt is a possible failure, which is retested, and never passed over.
 *
 * Numbers are compared unrounded.  Two closer than 1 part in 10 million are the same number, so that neither a 32-bit
 * float nor a conversion moves a value over a bound.
 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include "model/amount.h"
#include "model/limits.h"
#include "model/reading.h"

/* Codes are for ever: they travel as the field `verdict` of a result (table: src/model/README.md). */
enum water_verdict {
	WATER_MEETS = 1,
	WATER_FAILS_ABOVE = 2,
	WATER_FAILS_BELOW = 3,
	WATER_FAILS_DETECTED = 4,
	WATER_POSSIBLE_FAILURE = 5, /* it would fail, but the value is in doubt: retest */
	WATER_CANNOT_JUDGE = 6,
	WATER_NOT_APPLICABLE = 7 /* the limit is not for this water */
};

/* Why, for the last three; codes are for ever: the field `reason` of a result. */
enum water_reason {
	WHY_NONE = 0,
	/* cannot judge: the limit */
	WHY_NO_LIMIT = 1,    /* the sets in force have none */
	WHY_UNCONFIRMED = 2, /* its row is from memory and nobody signed it */
	WHY_FORM = 3,        /* as N or as NO3?  The two differ about it */
	WHY_METHOD = 4,      /* the limit is for another method: NTU is not FNU */
	WHY_POSITION = 5,  /* the limit depends on where the sample was taken, which is not known */
	WHY_TREATMENT = 6, /* ... on whether the water is treated, which is not known */
	WHY_NO_LIMIT_HERE = 7, /* the set has one for other sampling positions only */
	/* cannot judge: the value */
	WHY_NO_VALUE = 10,
	WHY_UNIT = 11,       /* its unit or dilution does not fit the parameter */
	WHY_IMPOSSIBLE = 12, /* no water on earth is so */
	WHY_INTERVAL = 13,   /* one end of the interval meets, the other fails */
	WHY_INSENSITIVE =
		14, /* "<" or not detected, but the method would not have seen what is forbidden */
	WHY_OVER_RANGE = 15,      /* ">" some number below the limit: dilute and repeat */
	WHY_DETECTION_LIMIT = 16, /* (not) detected, with a detection limit nobody entered */
	WHY_ZERO = 17, /* 0 is a number; "not detected in 100 mL" is what must be shown */
	WHY_UNCERTAINTY =
		18,        /* by the guarded rule: the bound lies within the method's uncertainty */
	WHY_NO_WATER = 19, /* a visit at which none could be taken */
	/* cannot judge, or possible failure: whether to believe the value */
	WHY_NEVER_CHECKED = 20, /* the analyzer */
	WHY_CHECK_EXPIRED = 21,
	WHY_CHECK_FAILED = 22,
	WHY_QC_SUSPECT = 23,
	WHY_QC_FAILED = 24,
	/* the same, by what was taken beside the sample (sample/beside.h) */
	WHY_REPLICATE = 25, /* another sample of the same water fails, or may */
	WHY_BLANK = 26,     /* it was found in water that has none */
	WHY_SPIKE = 27,     /* of what was added another amount was found */
	WHY_REFERENCE = 28, /* ... of what is known to be there */
	WHY_UNSETTLED = 29, /* the analyzer's value still moved when it was taken */
	/* does not apply */
	WHY_UNTREATED = 30, /* the limit is for treated water only */
	WHY_TREATED = 31,   /* ... for untreated water only */
	WHY_NOT_WATER = 32  /* a blank, a spike, a standard: not the point's water */
};

/* The analyzer's last check against standards.  What needs none, as a kit, is CHECK_GOOD. */
enum water_check { CHECK_GOOD = 0, CHECK_NEVER = 1, CHECK_EXPIRED = 2, CHECK_FAILED = 3 };

/* How the uncertainty of the method enters the verdict (ISO/IEC 17025:2017, 7.8.6; ILAC-G8:09/2019). */
enum water_rule {
	RULE_SIMPLE =
		0, /* simple acceptance: the value alone decides; the uncertainty is stated beside it */
	/* A guard band of the expanded uncertainty: a value, or an end of what it may be, within it of a bound is cannot
	 * judge inside, and a possible failure outside. */
	RULE_GUARDED = 1
};

struct water_method {
	/* Expanded (k = 2), of what was read off, before the dilution; the greater of the two counts.  0: not stated. */
	double uncertainty;          /* in the parameter's unit */
	double uncertainty_relative; /* of the value, 0.1 is 10 % */
	enum water_rule rule;
	bool screening; /* a kit, a colour chart: every verdict of it is printed with that word */
};

/* One thing to be judged.  All zero but the parameter: a kit's value at a point nobody described. */
struct water_value {
	const char *parameter; /* a code of parameter.def */
	struct amount amount;
	struct water_site site;
	struct water_method method;
	enum water_check check;
	enum qc qc;     /* of the value; 0 is "not evaluated" */
	bool unsettled; /* an analyzer's, taken before it had settled */
	bool not_water; /* blank, spike, reference: by its activity type */
};

struct water_judgement {
	enum water_verdict verdict;
	enum water_reason reason;
	/* Of a possible failure which: WATER_FAILS_*; else as `verdict`. */
	enum water_verdict as_if_believed;
	bool alarm;     /* a failure, or a possible one, of a row of health */
	bool screening; /* of the method */
	/* The row that decided, or fits best and does not: by `reason`.  NULL: none.  Both point into the sets given. */
	const struct limit *limit;
	const struct limit_set *set;
};

/* Of what the water holds, expanded, in the parameter's unit.  0: none is stated, or the value is no one number. */
double water_uncertainty(const struct water_value *value);

/* Against one row, whatever the site; the row's parameter is that of the value, or another form of it. */
struct water_judgement water_judge_row(const struct water_value *value, const struct limit *limit);

/*
 * By the first of the sets that has a row for the parameter or another form of it.  A set with a row that is not for
 * this site, or not signed, decides too: one standard is never silently judged by another.
 */
struct water_judgement water_judge(
	const struct water_value *value, const struct limit_set *const *sets, size_t n);

bool water_fails(enum water_verdict verdict); /* above, below or detected */

/* Why a limit for `limit` does not decide at `site`: WHY_NONE when it does, else WHY_TREATMENT, WHY_POSITION (not
 * known), WHY_UNTREATED, WHY_TREATED or WHY_NO_LIMIT_HERE (it is not for it). */
enum water_reason water_fits(const struct water_site *site, const struct water_site *limit);

/* Stable words for JSON and CSV: "fails_above", "unconfirmed"; "unknown" for what has none.  Never NULL. */
const char *water_verdict_word(enum water_verdict verdict);
const char *water_reason_word(enum water_reason reason);

/* --- a sample ---------------------------------------------------------------------------------------- */

/* The most of each list; a sample has no more results than that. */
enum { WATER_RESULTS = 64 };

struct water_result {
	const char *parameter;
	struct water_judgement judgement;
};

/* Lists name parameters by codes that point into the sets, the results or the program. */
struct water_summary {
	unsigned
		required; /* tests that this water must have: E. coli, always, and what the sets require here */
	unsigned
		judged; /* of them, with a verdict that is a verdict: meets, fails or possible failure */
	unsigned n_failed, n_possible, n_not_judged, n_missing;
	const char *failed[WATER_RESULTS];   /* required or not */
	const char *possible[WATER_RESULTS]; /* the same */
	const char
		*not_judged[WATER_RESULTS]; /* required, with a result that could not be judged */
	const char *missing[WATER_RESULTS]; /* required, without a result; E. coli first */
	bool alarm, screening;              /* of any result */
};

/*
 * Another form or a pending test is one of the results (a pending one cannot be judged: WHY_NO_VALUE).
 * Thermotolerant coliforms count as the test for E. coli when there is none of E. coli itself, as the standards
 * accept them.  n <= WATER_RESULTS; more are not looked at.
 */
void water_summarize(struct water_summary *to, const struct water_result *results, size_t n,
	const struct water_site *site, const struct limit_set *const *sets, size_t n_sets);

/* "no failure in 5 of 7 required tests; missing: ecoli, free_chlorine", or "fails: arsenic; ...".  Never "safe". */
void water_put_summary(struct text *to, const struct water_summary *summary);

#endif
