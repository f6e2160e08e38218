/*
 * field.h - the field tests and checks of analyzers of a running daemon: what the ledger says of them, what the analyzers say now.
 *
 * Every change is a record that is durable before it counts here.  Results follow from what was entered: those that a power cut
 * kept from being written are written at the next start.
 */
#ifndef DAEMON_FIELD_H
#define DAEMON_FIELD_H

#include "base/clock.h"
#include "conf/conf.h"
#include "model/verdict.h"
#include "sample/beside.h"
#include "sample/checks.h"
#include "sample/history.h"
#include "sample/point_list.h"
#include "sample/samples.h"
#include "sample/steady.h"
#include "sample/terms.h"
#include "spool/spool.h"

/* What quality control says of water: a standard may well be outside, stand still for hours, and be reached in a jump. */
enum { FIELD_OF_WATER = FLAG_RANGE | FLAG_RATE | FLAG_FLAT };

/* An analyzer's parameter as it is now. */
struct field_live {
	struct series series;
	uint32_t number; /* the spool's of the series */
	struct steady steady;
	double value; /* NAN: none */
	uint8_t qc;
	uint16_t flags;
	int64_t boot_ms; /* of the last; 0: never */
};

struct field;

/*
 * Reads the ledger's samples, points and checks, and writes the results that are owing.  Limits are read anew for each judgement, so
 * that what was signed meanwhile counts; a file that cannot be read leaves those before in force, and is said.  Of `conf` limits,
 * checks and methods count; it outlives the field.
 */
int field_new(struct field **out, struct spool *spool, const struct conf *conf,
	const struct clock *clock) MUST_USE;
void field_free(struct field *field);

/* --- from the lines' threads --- */
void field_learn(struct field *field, const struct series *series, uint32_t number);
void field_take(struct field *field, const struct exchange *exchange);
/* The open sample whose readings this series' are; 0: none. */
uint64_t field_sample_of(struct field *field, uint32_t series);
/* What they are read of: water of that sample, if it counts, a standard, or nothing.  *sample as field_sample_of(). */
enum context field_context_of(struct field *field, uint32_t series, uint64_t *sample);

/* --- from the control socket's --- */
/* The same of an analyzer by its name; *number is the sample's, or the check's. */
enum context field_use_of(struct field *field, const char *unit, uint64_t *number);

/*
 * Records a step, or finds that its token was used for it; *sample is whose it is.  Of STEP_BEGIN site and place are recorded with
 * it, and with a `value` the impediment and the end; of STEP_END the values that have settled, and its results, as of STEP_FINISH.  ERR_RANGE with words: it makes no sense
 * now.
 */
int field_record(
	struct field *field, const struct step *step, uint64_t *sample, struct text *why) MUST_USE;
/* Was this step's token used, and for this?  *sample is whose it was. */
enum step_asked field_asked(struct field *field, const struct step *step, uint64_t *sample);
/* Would it be recorded now?  `why` says why not. */
bool field_allows(struct field *field, const struct step *step, struct text *why) MUST_USE;
/* Records a point; *point gets its number.  Two of one name are two: they may be miles apart. */
int field_add_point(struct field *field, struct point *point) MUST_USE;

/* Copies; false: there is none. */
bool field_sample(struct field *field, uint64_t number, struct sample *to);
bool field_sample_at(struct field *field, size_t i, struct sample *to); /* newest first */
uint64_t field_of_test(struct field *field, uint64_t test);             /* its sample; 0: none */
bool field_point(struct field *field, uint64_t number, struct point *to);
bool field_live_at(struct field *field, size_t i, struct field_live *to);

/*
 * Points: those of the centre's list, read again when a file of it has changed, and those that the van made.  `conf` and `lab` outlive the
 * field.  One whose file cannot be read leaves the list before in force, and is said.
 */
enum { POINT_LIST_WORDS = 400 };
struct field_list_state {
	size_t points, doubles;
	char words[POINT_LIST_WORDS]; /* "": all is well */
};
void field_use_list(struct field *field, const struct point_list_conf *conf, const char *lab);
void field_list_state(struct field *field, struct field_list_state *to);
/* Each point that can be chosen, doubles left out; number 0: no sample was ever there as it is now.  `take` asks the field nothing. */
void field_points(
	struct field *field, void (*take)(void *ctx, const struct point *point), void *ctx);
/*
 * The point of that code, or, without one, of that record, as it is in the list by now, of a double the one that counts;
 * recorded where it is not yet.  ERR_ABSENT: there is none.
 */
int field_use_point(
	struct field *field, const char *code, uint64_t number, struct point *to) MUST_USE;
/* Is that the point of the record `point`, be it by another record, or as its double? */
bool field_is_point(struct field *field, const char *code, uint64_t number, uint64_t point);
/* Results at that point and its doubles of samples before that one, the newest sample's first; how many. */
size_t field_before(
	struct field *field, uint64_t point, uint64_t sample, struct result *to, size_t most);

/*
 * Checks.  As field_record() and field_asked(); of CHECK_STEP_BEGIN the standard's record is written with it, its words in
 * `standard`; of a taking and a finish, analyzer, rule and outcome are filled in here.  A check and a sample never have one analyzer at a time.
 */
int field_record_check(struct field *field, const struct check_step *step,
	const struct check_step *standard, uint64_t *check, struct text *why) MUST_USE;
enum step_asked field_asked_check(
	struct field *field, const struct check_step *step, uint64_t *check);
bool field_check(struct field *field, uint64_t number, struct check *to);
bool field_check_at(struct field *field, size_t i, struct check *to); /* newest first */
const struct check_rule *field_check_rule(struct field *field, const char *parameter);

/* Whether an analyzer is to be believed, for a value recorded under `number` (0: one that is made now), and by which check. */
struct field_vouch {
	enum water_check check;
	struct check by;  /* number 0: none */
	int64_t ended_ms; /* UTC; 0: not known yet */
	int64_t left_ms;  /* of CHECK_GOOD: for so long from that moment */
};
void field_vouch(struct field *field, const char *unit, const char *parameter, uint64_t number,
	struct field_vouch *to);
/* Had that long passed between those two records, `to` 0: has it by now?  Unknown: the clocks are too unsure to tell. */
enum field_passed { PASSED_NOT, PASSED_UNKNOWN, PASSED };
enum field_passed field_passed(struct field *field, uint64_t from, uint64_t to, int64_t ms);

/*
 * One of the sample's results as it is shown: with the verdict that those beside it leave (sample/beside.h), and what they say.
 * Returns how many they are.
 */
enum { FIELD_BESIDE = 16 };
size_t field_beside(struct field *field, const struct sample *sample, unsigned entry,
	struct result *shown, struct beside to[FIELD_BESIDE]);

/* The newest result of the sample, as it is there, and of those beside it by now (beside_newest()). */
uint64_t field_newest(struct field *field, const struct sample *sample);

enum { FIELD_WORDS = 400 };
/* Why results of samples cannot be judged, or are by limits that were read before.  False: they can, or there are no samples. */
bool field_limits_trouble(struct field *field, char words[FIELD_WORDS]);

/* What a sample's results come to; its names hold in the call only.  Of a blank, spike or reference nothing. */
void field_summarize(struct field *field, const struct sample *sample,
	void (*take)(void *ctx, const struct water_summary *summary), void *ctx);

#endif
