/* policy.h - what may be shown to whom.  Configuration; logged when it changes. */
#ifndef HEATMAP_POLICY_H
#define HEATMAP_POLICY_H

#include <stdbool.h>

enum { POLICY_SOURCES = 512, POLICY_WORDS = 256 };

struct policy {
	unsigned small_cell;                 /* private sources: of fewer points nothing is shown */
	unsigned percentages_from;           /* of fewer points with a verdict no share */
	char public_sources[POLICY_SOURCES]; /* between commas; every other source is private */
	bool official, labs;                 /* those views are written */
};

/* A source type that nobody names is private. */
bool policy_is_public(const struct policy *policy, const char *source_type);

#endif
