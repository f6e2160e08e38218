/* Files of water points that are nowhere.  What is in them is read when it is wanted: a mistake there stops no van. */
#include "conf/keys.h"

void check_samples(struct schema_doc *doc, const struct point_list_conf *samples)
{
	if (*samples->points && *samples->points != '/')
		schema_wrong(doc, samples, samples->points, "points",
			"\"%s\" is no full path; it starts with /", samples->points);
	if (*samples->aliases && *samples->aliases != '/')
		schema_wrong(doc, samples, samples->aliases, "aliases",
			"\"%s\" is no full path; it starts with /", samples->aliases);
	if (*samples->aliases && !*samples->points)
		schema_wrong(doc, samples, samples->aliases, "aliases",
			"is a table of doubles without a list of points; name that too");
}
