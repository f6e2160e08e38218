/*
 * survey.h - what is to be known of a layer before it is installed: what it holds, and what is
 * doubtful about it. What makes a file useless (rings, codes, coordinates) is found when it is
 * read: layer.h.
 */
#ifndef DISTRICT_SURVEY_H
#define DISTRICT_SURVEY_H

#include "district/gazetteer.h"
#include "district/layer.h"

/*
 * An overlap is doubtful when a piece of it is wider on the mean than two good maps differ (median
 * 0.29 km between two public sets of Pakistan): then it is no sliver along a border but land given
 * to two, as when a district stands beside its own parts.  Narrower ones do no harm: a reading
 * there is marked as near a border.
 */
#define SURVEY_WIDE_M 300.0
/* Thinner than this it is rounding where three outlines meet: counted, not named. */
#define SURVEY_THIN_M 1.0

enum finding_weight {
	FINDING_NOTE,  /* to be known */
	FINDING_DOUBT, /* a person must say that it is meant */
	FINDING_WRONG  /* cannot be meant */
};

struct finding {
	enum finding_weight weight;
	double km2; /* how much land it is about; 0: the file as a whole */
	char words[320];
};

struct survey {
	struct finding *findings; /* survey_sort(): the heaviest first, of those the largest */
	size_t n, cap;
	size_t of_weight[FINDING_WRONG + 1];
};

void survey_free(struct survey *survey);
void survey_sort(struct survey *survey);
/* False: no memory. */
__attribute__((format(printf, 4, 5))) bool survey_say(
	struct survey *survey, enum finding_weight weight, double km2, const char *fmt, ...);

/*
 * Overlaps between areas, and gaps enclosed by them, with GEOS.  A gap that is open to the outside
 * of the file cannot be told from the outside.  Takes seconds where there are 10^6 points.
 */
int survey_fit(struct survey *survey, const struct layer *layer) MUST_USE;
/*
 * Held against the gazetteer: codes that it knows and the file lacks, of provinces that the file
 * covers; points that lie in another district than they should.
 */
int survey_codes(struct survey *survey, const struct layer *layer,
	const struct gazetteer *gazetteer) MUST_USE;

struct province_count {
	const char *name; /* "" when the file does not say */
	size_t districts, tehsils, points;
	double km2;
};
/* By province, at most `most`, in the order of the layer; further ones are counted to the last. */
size_t survey_provinces(const struct layer *layer, struct province_count *out, size_t most);

#endif
