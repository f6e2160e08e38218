/* Where water is taken. */
#include "conf/keys.h"

static const struct schema_key samples_keys[] = {
	{.key = "points",
		.help = "The centre's list of water points (CSV, config/POINTS.md says which "
			"columns). Empty: points are made in the van alone.",
		.kind = SCHEMA_TEXT,
		AT(struct point_list_conf, points),
		.preset = ""},
	{.key = "aliases",
		.help = "Which of these, or of those that vans made, are doubles of which (CSV).",
		.kind = SCHEMA_TEXT,
		AT(struct point_list_conf, aliases),
		.preset = ""},
	{.key = NULL},
};

const struct schema keys_samples = {"samples", samples_keys};
