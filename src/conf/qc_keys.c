#include "conf/qc_keys.h"

#include "conf/keys.h"

/* Left out, there is none; schema_given() tells. */
#define SPAN(type, name, words)                                                         \
	{                                                                               \
		.key = #name, .help = words, .kind = SCHEMA_NUMBERS, AT(type, name.at), \
		.count = offsetof(type, name.n), .preset = "", .most = 2                \
	}
#define NUMBER(type, field, name, words, low, high, of_unit)                      \
	{                                                                         \
		.key = name, .help = words, .kind = SCHEMA_REAL, AT(type, field), \
		.optional = true, .least = low, .most = high, .unit = of_unit     \
	}
#define WHY(type)                                                                               \
	{                                                                                       \
		.key = "why", .help = "Where these thresholds come from.", .kind = SCHEMA_TEXT, \
		AT(type, why)                                                                   \
	}
#define MOST_S (31.0 * 86400)
#define WIDEST 1e9

static const struct schema_key flat_keys[] = {
	{.key = "tolerance",
		.help = "Readings that spread by less are flat.",
		.kind = SCHEMA_REAL,
		AT(struct written_flat, tolerance),
		.least = 1e-9,
		.most = WIDEST},
	{.key = "suspect_s",
		.help = "Suspect when flat for so long.",
		.kind = SCHEMA_REAL,
		AT(struct written_flat, suspect_s),
		.least = 0.2,
		.most = MOST_S,
		.unit = "s"},
	{.key = "fail_s",
		.help = "Wrong when flat for so long.",
		.kind = SCHEMA_REAL,
		AT(struct written_flat, fail_s),
		.least = 0.2,
		.most = MOST_S,
		.unit = "s"},
	{.key = NULL},
};

static const struct schema flat_schema = {"flat", flat_keys};

static const struct schema_key attenuated_keys[] = {
	{.key = "over_s",
		.help = "The spread (highest less lowest) of so long.",
		.kind = SCHEMA_REAL,
		AT(struct written_attenuated, over_s),
		.least = 1,
		.most = MOST_S,
		.unit = "s"},
	{.key = "suspect",
		.help = "Suspect when it is less than this.",
		.kind = SCHEMA_REAL,
		AT(struct written_attenuated, suspect),
		.least = 0,
		.most = WIDEST},
	{.key = "fail",
		.help = "Wrong when it is less than this.",
		.kind = SCHEMA_REAL,
		AT(struct written_attenuated, fail),
		.least = 0,
		.most = WIDEST},
	{.key = NULL},
};

static const struct schema attenuated_schema = {"attenuated", attenuated_keys};

static const struct schema_key season_keys[] = {
	{.key = "from_month",
		.help = "Its first month.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_season, from_month),
		.least = 1,
		.most = 12},
	{.key = "to_month",
		.help = "Its last month; a lower number goes over the new year.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_season, to_month),
		.least = 1,
		.most = 12},
	SPAN(struct written_season, suspect, "Outside of ( low, high ) it is suspect."),
	SPAN(struct written_season, fail, "Outside of ( low, high ) it is wrong."),
	WHY(struct written_season),
	{.key = NULL},
};

static const struct schema season_schema = {"season", season_keys};

static const struct schema_key test_keys[] = {
	{.key = "parameter",
		.help = "A code of \"waterlab parameters\".",
		.kind = SCHEMA_TEXT,
		AT(struct written_test, parameter)},
	{.key = "unit",
		.help = "Only of the analyzer of this name; empty: of all that have no own.",
		.kind = SCHEMA_TEXT,
		AT(struct written_test, unit),
		.preset = ""},
	WHY(struct written_test),
	NUMBER(struct written_test, interval_s, "interval_s",
		"How far apart the readings are meant to be.", 0.1, 86400, "s"),
	SPAN(struct written_test, fail, "Gross range: outside of ( low, high ) it is wrong."),
	SPAN(struct written_test, suspect, "Gross range: outside of ( low, high ) it is suspect."),
	SPAN(struct written_test, spike,
		"( suspect, fail ): away from the middle of both neighbours by more."),
	NUMBER(struct written_test, rate_per_s, "rate_per_s",
		"Rate of change: by more than that a second it is suspect.", 1e-9, WIDEST, NULL),
	NUMBER(struct written_test, gap_s, "gap_s", "A longer time without a value is a gap.", 0.1,
		MOST_S, "s"),
	{.key = "flat",
		.help = "Flat line.",
		.kind = SCHEMA_GROUP,
		AT(struct written_test, flat),
		.inside = &flat_schema,
		.optional = true},
	{.key = "attenuated",
		.help = "Attenuated signal; over files only.",
		.kind = SCHEMA_GROUP,
		AT(struct written_test, attenuated),
		.inside = &attenuated_schema,
		.optional = true},
	{.key = "seasons",
		.help = "Climatology; over files only. A later one counts before an earlier one.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct written_test, seasons),
		.size = sizeof(struct written_season),
		.count = offsetof(struct written_test, n_seasons),
		.preset = "",
		.most = QC_SEASONS,
		.inside = &season_schema},
	{.key = NULL},
};

static const struct schema test_schema = {"test", test_keys};

static const struct schema_key location_keys[] = {
	SPAN(struct written_location, lat, "( south, north ): outside of it is wrong."),
	SPAN(struct written_location, lon, "( west, east ): outside of it is wrong."),
	NUMBER(struct written_location, farthest_m, "farthest_m",
		"Suspect when farther than that from the row before.", 1, 2e7, "m"),
	WHY(struct written_location),
	{.key = NULL},
};

static const struct schema location_schema = {"location", location_keys};

static const struct schema_key keys[] = {
	{.key = "tests",
		.help = "One for each parameter, or for each of an analyzer.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct written_qc, tests),
		.size = sizeof(struct written_test),
		.count = offsetof(struct written_qc, n_tests),
		.least = 1,
		.most = QC_ENTRIES,
		.inside = &test_schema},
	{.key = "location",
		.help = "Where the van can be; over files only.",
		.kind = SCHEMA_GROUP,
		AT(struct written_qc, location),
		.inside = &location_schema,
		.optional = true},
	{.key = "no_value",
		.help = "Numbers that mean \"no value\" in a file.",
		.kind = SCHEMA_NUMBERS,
		AT(struct written_qc, no_value),
		.count = offsetof(struct written_qc, n_no_value),
		.preset = "",
		.most = QC_NO_VALUES},
	{.key = NULL},
};

const struct schema qc_keys = {"file of thresholds", keys};
