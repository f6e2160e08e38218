/* fleet.h - what fleet's files share: vans, their points with the truth of the water, visits and what they found. */
#ifndef FLEET_H
#define FLEET_H

#include <stdio.h>

#include "../vansim/dice.h"
#include "district/gazetteer.h"
#include "model/lab_status.h"
#include "model/verdict.h"
#include "sample/point.h"
#include "sample/result.h"
#include "sample/terms.h"
#include "uplink/uplink.h"

enum { SPOTS = 48, HOMES = 5, TESTS = 16, STAGES = 5, MOST_VANS = 200, ANALYZERS = 5 };

/* --- the water ------------------------------------------------------------------------------------------- */

/* A point, and what its water holds: what nobody in the fleet knows. */
struct spot {
	struct point point;                        /* number 0: no van was there yet */
	int64_t first_ms;                          /* of its record, as the van stamps it */
	char district[AREA_CODE], near[AREA_CODE]; /* near: it lies at that border */
	double ecoli;                              /* per 100 mL, before season and events */
	double turbidity, chlorine, ph, conductivity, temperature, arsenic, fluoride, nitrate;
	int64_t dirty_from_ms, dirty_to_ms; /* something leaks into it meanwhile */
};

/* One test of a visit.  `entered` is what the crew types or the analyzer shows; low, high and kind are what that means,
 * told by the draw itself and not read back from the text, the dilution counted. */
struct test {
	char parameter[PARAMETER_CODE], method[TERM];
	char entered[VALUE_TEXT], mdl[TERM], dilution[TERM];
	char unit[UNIT_NAME]; /* the analyzer; "": a kit */
	enum amount_kind kind;
	double low, high; /* high: of an interval */
	enum origin origin;
	enum water_check check;
	enum qc qc; /* QC_PASS unless the van had something against it */
	bool screening, waits /* a bag in the incubator */, superseded;
	uint64_t started, entry;
	unsigned revision; /* the next one */
	struct result result;
};

enum stage { STAGE_FINISH, STAGE_AMEND, STAGE_VERIFY };

struct visit {
	struct spot *spot;
	int64_t at_ms; /* UTC as the world has it */
	int64_t end_ms;
	int64_t utc_ms; /* as the van stamps it */
	enum time_source clock;
	uint64_t sample, parent;
	const char *purpose, *activity, *impediment; /* impediment "": there was water */
	struct place place;
	unsigned n, stages, stage;
	struct test tests[TESTS];
	enum stage plan[STAGES];
	int64_t next_ms; /* of plan[stage] */
};

/* --- a van ----------------------------------------------------------------------------------------------- */

struct fleet;

struct van {
	struct fleet *fleet;
	unsigned number;
	char name[LAB_NAME];
	struct dice dice;
	const struct gazetteer_place *homes[HOMES];
	unsigned n_homes, tick;
	struct spot spots[SPOTS];
	int64_t expired_from_ms, expired_to_ms; /* its analyzers' checks have run out */
	int64_t entered_from_ms, entered_to_ms; /* its clock is what a person entered */
	int64_t day_ms;                         /* the calendar's next day */
	int64_t status_ms;                      /* when it says next how the laboratory is */
	struct visit *visits[512];              /* under way, and planned */
	size_t n_visits;

	char dir[SPOOL_PATH];
	struct spool *spool;
	int64_t now_ns;  /* uptime while its past is written */
	int64_t live_ns; /* real uptime when it began to live; 0: its past is being written */
	struct time_offset offset;
	int64_t step_ms; /* uptime of its last step */
	uint64_t next;   /* ledger number */
	uint32_t series[ANALYZERS];
	uint64_t left;                     /* its next number when it lost its link */
	FILE *results, *points, *statuses; /* the truth */

	struct uplink *uplink;
	unsigned store;
	bool away; /* stays without a link until fleet.returns_ms, and then comes back */
	uint64_t n_samples, n_results, n_readings;
};

struct fleet {
	unsigned labs, away, threads, visits, readings, patience_s;
	uint64_t seed;
	int64_t from_ms, until_ms,
		leave_ms; /* leave_ms: when those that are away lose their link */
	bool wait;
	const char *dir, *truth, *points, *statuses, *places, *tokens;
	struct limits_conf limits_conf;
	struct limit_book limits;
	struct gazetteer *gazetteer;
	struct store_conf store;
	struct van *vans;
};

/* spot.c: the van's districts, points and water. */
void spots_make(struct van *van);

/* water.c: what a visit finds. */
void water_draw(struct van *van, struct visit *visit);
/* A correction of one test that can have one, as a further test; NULL: there is none. */
struct test *water_correct(struct van *van, struct visit *visit);
/* Rain and melt: 1 in a dry month. */
double water_season(const struct spot *spot, int64_t utc_ms);

/* record.c: ledger records of it, each set durable on return, and what of them should reach the centre. */
void record_open(struct van *van);
void record_close(struct van *van);
void record_visit(struct van *van, struct visit *visit);
void record_finish(struct van *van, struct visit *visit);
void record_amend(struct van *van, struct visit *visit, struct test *test);
void record_verify(struct van *van, struct visit *visit);
/* How the laboratory is. */
void record_status(struct van *van, int64_t utc_ms);
/* From now on its time goes on as real time does, while it sends, or no longer. */
void record_live(struct van *van, bool live);
/* The van's time moves to this UTC. */
void record_now(struct van *van, int64_t utc_ms);

/* truth.c */
void truth_open(struct van *van);
void truth_add_result(struct van *van, const struct visit *visit, const struct test *test);
void truth_add_point(struct van *van, const struct spot *spot);
void truth_add_status(struct van *van, int64_t utc_ms, const struct lab_status *status);
/* All vans' into the files that were asked for. */
void truth_write(struct fleet *fleet);

/* life.c: all that the van does until then. */
void life_until(struct van *van, int64_t utc_ms);

/* send.c: every van whose link is there sends all it has, with figures.  False: some has not in time. */
bool send_all(struct fleet *fleet, bool returned);

#endif
