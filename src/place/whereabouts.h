/*
 * whereabouts.h - where the van is, by its receiver or by what a person entered, with district and doubt.
 *
 * The receiver's thread judges each fix and looks up its district; whoever asks gets a copy, in time that
 * does not depend on receiver, file or card.  A fresh fix always goes before what a person entered; with
 * neither there is no place, and never the last one.
 */
#ifndef PLACE_WHEREABOUTS_H
#define PLACE_WHEREABOUTS_H

#include "district/area.h"
#include "place/fix_time.h"
#include "place/receiver.h"
#include "place/track.h"

enum { PLACE_PATH = 256, PLACE_REASON = 96, PLACE_EDITION = 96 };

struct place_conf {
	char boundaries[PLACE_PATH]; /* installed boundaries; there may be none */
	char places[PLACE_PATH];     /* the gazetteer; there may be none */
	unsigned border_margin_m;    /* how far the boundaries themselves may be off */
	unsigned stale_moving_s, stale_parked_s;
	unsigned fastest_kmh;
	unsigned entered_h; /* what a person entered holds no longer than this */
};

/* What a person says of where the van is: a point, a district (and tehsil), or both. */
struct place_entry {
	bool has_point;
	double lat, lon; /* degrees */
	double error_m;  /* how far off the point may be; 0 without one */
	/* Codes, or names until they were checked; "": by the point, if there are boundaries. */
	char district[AREA_NAME], tehsil[AREA_NAME];
	char reason[PLACE_REASON];
};

struct whereabouts_state {
	enum receiver_kind kind;
	struct receiver_state receiver;
	struct fix heard;         /* the last report; meaningful while receiver.reports */
	enum fix_verdict verdict; /* of that report */
	bool moving;
	struct place now;
	struct area area;          /* names of now's district and tehsil; "" what is not known */
	char near_name[AREA_NAME]; /* of now.near */
	struct track_parked parked;
	bool entered; /* a person's entry is kept: used while there is no fresh fix */
	struct place_entry entry;
	int64_t entry_ms,
		entry_until_ms;      /* boot time when it was entered, and until when it holds */
	char edition[PLACE_EDITION]; /* of the boundaries; "": none are installed */
	unsigned areas;              /* in them */
	uint32_t checksum;           /* of them; 0: none */
	char boundaries_words[160];  /* why there are none, with the remedy; "": there are */
	char hint[AREA_NAME +
		  80]; /* without boundaries: the nearest place of the gazetteer; else "" */
};

struct whereabouts;

/*
 * Reads boundaries and gazetteer; a file that is missing or damaged is said in the log and in the state,
 * and is no reason not to start.  What is pointed to outlives it.
 */
int whereabouts_new(struct whereabouts **out, const struct receiver_conf *gps,
	const struct place_conf *conf, const struct clock *clock) MUST_USE;
/*
 * Called when a fix shows that the van is not where somebody entered it: what must last is noted there.  In
 * the receiver's thread; an error is said, and it is called again with a later fix.  Before the start.
 */
void whereabouts_on_left(struct whereabouts *whereabouts,
	int (*left)(void *ctx, const struct place_entry *entry), void *ctx);
int whereabouts_start(struct whereabouts *whereabouts) MUST_USE;
void whereabouts_stop(struct whereabouts *whereabouts);
void whereabouts_free(struct whereabouts *whereabouts);

/* All below are safe from any thread. */

/* The place of that moment, for a reading. */
void whereabouts_at(struct whereabouts *whereabouts, int64_t boot_ms, struct place *out);
/*
 * The place for a sample taken now, `away_m` metres from the van: the parked van's best estimate, else
 * as whereabouts_at().  The distance widens the error and with it the doubt about the district.
 */
void whereabouts_for_sample(
	struct whereabouts *whereabouts, int64_t boot_ms, double away_m, struct place *out);
void whereabouts_time(struct whereabouts *whereabouts, struct gps_time *out);
void whereabouts_state(struct whereabouts *whereabouts, struct whereabouts_state *out);
int64_t whereabouts_heartbeat_ms(
	struct whereabouts *whereabouts); /* INT64_MAX without a receiver */

/*
 * Checks an entry and completes it: names become codes, a missing district comes from the point.
 * ERR_RANGE with words that say what is wrong and what is allowed; also when the last fix says that the
 * van cannot be there.  Nothing is kept yet.
 */
int whereabouts_check(
	struct whereabouts *whereabouts, struct place_entry *entry, struct text *why) MUST_USE;
/* Keeps a checked entry, made at that boot time, until it is too old, the van has left, or it is taken
 * back by NULL. */
void whereabouts_enter(
	struct whereabouts *whereabouts, const struct place_entry *entry, int64_t boot_ms);

#endif
