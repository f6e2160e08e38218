/* The table of heatmap.conf: it reads, checks, prints and documents. */
#include "conf.h"

#include <string.h>

#include "conf/keys.h"
#include "sample/terms.h"

#define V1 (1u << FLAVOUR_INFLUXDB_V1)

static const struct schema_choice flavours[] = {{"influxdb-v1", FLAVOUR_INFLUXDB_V1},
	{"victoriametrics", FLAVOUR_VICTORIAMETRICS}, {NULL, 0}};
static const struct schema_choice switches[] = {{"true", 1}, {"false", 0}, {NULL, 0}};

static const struct schema_key store_keys[] = {
	{.key = "type",
		.help = "How the store is spoken to.",
		.kind = SCHEMA_CHOICE,
		AT(struct store_conf, flavour),
		.choices = flavours,
		.preset = "influxdb-v1"},
	{.key = "url",
		.help = "http:// or https://, host, port and any prefix.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, url)},
	{.key = "database",
		.help = "The database that the vans write to; victoriametrics: the label \"db\" of "
			"what they write. Empty: \"waterlab\"; of victoriametrics all, for "
			"tools/central's gives none.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, database),
		.preset = ""},
	{.key = "retention_policy",
		.help = "The retention policy that is read; empty: the database's own.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, retention_policy),
		.preset = "",
		.when = V1},
	{.key = "user",
		.help = "User for basic authentication, with the token as the password; one that "
			"may only read. Empty: the token alone.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, user),
		.preset = ""},
	{.key = "token_file",
		.help = "File that holds the token and nothing else, or \"credential:NAME\" for "
			"the file NAME that systemd hands over (LoadCredential). Empty: no "
			"authentication.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, token_file),
		.preset = "",
		.hook = &hook_token},
	{.key = "ca_file",
		.help = "Certificates that may sign the store's; empty: the system's.",
		.kind = SCHEMA_TEXT,
		AT(struct store_conf, ca_file),
		.preset = ""},
	{.key = "timeout_ms",
		.help = "A question is given up when nothing came for so long.",
		.kind = SCHEMA_INTEGER,
		AT(struct store_conf, timeout_ms),
		.preset = "60000",
		.least = 1000,
		.most = 600000,
		.unit = "ms"},
	{.key = NULL},
};

static const struct schema store_schema = {"store", store_keys};

static const struct schema_key limits_keys[] = {
	{.key = "sets",
		.help = "The limit sets by which the centre judges, between commas: the name of a "
			"file in the folder, without .csv, or the full path of one of your own. "
			"The first that has a limit for a parameter judges it.",
		.kind = SCHEMA_TEXT,
		AT(struct limits_conf, sets),
		.preset = "nsdwq-2010"},
	{.key = "folder",
		.help = "Where they lie. Empty: those installed with the program.",
		.kind = SCHEMA_TEXT,
		AT(struct limits_conf, folder),
		.preset = "",
		.hook = &hook_limits},
	{.key = "signatures",
		.help = "What was held against the gazette and signed (\"waterlab limits "
			"confirm\"); a row from memory judges nothing until then. The file need "
			"not be there.",
		.kind = SCHEMA_TEXT,
		AT(struct limits_conf, signatures),
		.preset = "/etc/waterlab/limits-signed.csv"},
	{.key = NULL},
};

static const struct schema limits_schema = {"limits", limits_keys};

static const struct schema_key outlines_keys[] = {
	{.key = "file",
		.help = "GeoJSON of the districts' areas, each with its P-code as \"district\" or "
			"\"ADM2_PCODE\", and of lines, each with its kind as \"line\". Full path; "
			"empty: no outlines. tools/heatmap/FORMAT.md has more.",
		.kind = SCHEMA_TEXT,
		AT(struct outlines_conf, file),
		.preset = ""},
	{.key = "edition",
		.help = "Whose edition it is, of when, and who vetted it; stands beneath the map.",
		.kind = SCHEMA_TEXT,
		AT(struct outlines_conf, edition),
		.preset = ""},
	{.key = "disclaimer",
		.help = "What that edition wants said beside it; stands beneath the map.",
		.kind = SCHEMA_TEXT,
		AT(struct outlines_conf, disclaimer),
		.preset = ""},
	{.key = "language",
		.help = "The language of edition and disclaimer.",
		.kind = SCHEMA_TEXT,
		AT(struct outlines_conf, language),
		.preset = "en"},
	{.key = NULL},
};

static const struct schema outlines_schema = {"outlines", outlines_keys};

static const struct schema_key policy_keys[] = {
	{.key = "small_cell",
		.help = "Public view: of private sources a district's month is shown from so many "
			"points on; below, only that something was tested.",
		.kind = SCHEMA_INTEGER,
		AT(struct policy, small_cell),
		.preset = "5",
		.least = 3,
		.most = 1000,
		.unit = "points"},
	{.key = "percentages_from",
		.help = "A share is shown from so many judged points on; below, their count.",
		.kind = SCHEMA_INTEGER,
		AT(struct policy, percentages_from),
		.preset = "5",
		.least = 1,
		.most = 1000,
		.unit = "points"},
	{.key = "public_sources",
		.help = "Source types that belong to everybody, between commas. All others are "
			"private, also those that nobody named.",
		.kind = SCHEMA_TEXT,
		AT(struct policy, public_sources),
		.preset = "public_tap_standpipe, protected_spring, unprotected_spring, "
			  "water_kiosk, filtration_plant, surface_water"},
	{.key = "official",
		.help = "Write the view with points and names. It belongs behind a login: the "
			"folder official/ is not for everybody.",
		.kind = SCHEMA_CHOICE,
		AT(struct policy, official),
		.choices = switches,
		.preset = "true"},
	{.key = "labs",
		.help = "Write the view of the laboratories' own health, labs/: for those who look "
			"after them, behind a login too.",
		.kind = SCHEMA_CHOICE,
		AT(struct policy, labs),
		.choices = switches,
		.preset = "true"},
	{.key = NULL},
};

static const struct schema policy_schema = {"policy", policy_keys};

static const struct schema_key keys[] = {
	{.key = "store",
		.help = "The store that is read.",
		.kind = SCHEMA_GROUP,
		AT(struct heatmap_conf, store),
		.inside = &store_schema},
	{.key = "out",
		.help = "The folder that is written; a web server shows OUT/current/public, and "
			"behind a login OUT/current/official. Full path.",
		.kind = SCHEMA_TEXT,
		AT(struct heatmap_conf, out),
		.preset = "/var/lib/waterlab-heatmap"},
	{.key = "limits",
		.help = "Results are judged once more, by the centre's limits; where a van judged "
			"otherwise that is shown beside.",
		.kind = SCHEMA_GROUP,
		AT(struct heatmap_conf, limits),
		.inside = &limits_schema,
		.preset = ""},
	{.key = "places",
		.help = "The list of districts, each with a point of the schematic map. Empty: "
			"the one installed with the program.",
		.kind = SCHEMA_TEXT,
		AT(struct heatmap_conf, places),
		.preset = "",
		.hook = &hook_places},
	{.key = "aliases",
		.help = "The centre's table of points that are one (config/POINTS.md), the same "
			"file that the vans have. Full path; empty: none. With a mistake in it "
			"nothing new is published.",
		.kind = SCHEMA_TEXT,
		AT(struct heatmap_conf, aliases),
		.preset = ""},
	{.key = "page",
		.help = "Folder of the built page, which is laid beside the data. Empty: data "
			"only.",
		.kind = SCHEMA_TEXT,
		AT(struct heatmap_conf, page),
		.preset = ""},
	{.key = "outlines",
		.help = "Districts as areas, beside the schematic map, never in its place: an "
			"edition that you chose and had vetted for publication. Pakistan's "
			"Surveying and Mapping Act wants that of the Survey of Pakistan.",
		.kind = SCHEMA_GROUP,
		AT(struct heatmap_conf, outlines),
		.inside = &outlines_schema,
		.preset = ""},
	{.key = "policy",
		.help = "What may be shown to whom. A change is logged.",
		.kind = SCHEMA_GROUP,
		AT(struct heatmap_conf, policy),
		.inside = &policy_schema,
		.preset = ""},
	{.key = "licence",
		.help = "One line on how the files may be used; stands in index.json.",
		.kind = SCHEMA_TEXT,
		AT(struct heatmap_conf, licence),
		.preset = "no licence was chosen: ask the publisher before you use these files"},
	{.key = "notice",
		.help = "One line that stands above every screen of the page, as that this is a "
			"trial; empty: none.",
		.kind = SCHEMA_TEXT,
		AT(struct heatmap_conf, notice),
		.preset = ""},
	{.key = "from",
		.help = "Nothing older than this day (UTC) is read.",
		.kind = SCHEMA_TEXT,
		.offset = offsetof(struct heatmap_conf, from_ms),
		.size = sizeof("YYYY-MM-DD"),
		.preset = "2020-01-01",
		.hook = &hook_date},
	{.key = "stale_days",
		.help = "A district whose newest result is older is faded on the map.",
		.kind = SCHEMA_INTEGER,
		AT(struct heatmap_conf, stale_days),
		.preset = "90",
		.least = 1,
		.most = 3650,
		.unit = "days"},
	{.key = "withdrawn_days",
		.help = "So long withdrawn.csv lists a result that is gone; who fetches the "
			"results more seldom takes them all anew.",
		.kind = SCHEMA_INTEGER,
		AT(struct heatmap_conf, withdrawn_days),
		.preset = "400",
		.least = 1,
		.most = 3650,
		.unit = "days"},
	{.key = "give_up_s",
		.help = "A store that has not answered everything after so long: what was "
			"published last stays.",
		.kind = SCHEMA_INTEGER,
		AT(struct heatmap_conf, give_up_s),
		.preset = "900",
		.least = 5,
		.most = 86400,
		.unit = "s"},
	{.key = "keep",
		.help = "So many versions before the current one stay, for readers who are in the "
			"middle of one.",
		.kind = SCHEMA_INTEGER,
		AT(struct heatmap_conf, keep),
		.preset = "1",
		.least = 1,
		.most = 100},
	{.key = NULL},
};

static const struct schema schema = {"heatmap", keys};

/* --- what no table can say ----------------------------------------------------------------------------- */

static void check_sources(struct schema_doc *doc, const struct policy *policy)
{
	const char *at = policy->public_sources;
	char word[64];
	size_t len;

	for (; *(at += strspn(at, " ,")); at += len) {
		len = strcspn(at, " ,");
		if (len < sizeof(word)) {
			memcpy(word, at, len);
			word[len] = '\0';
			if (term_is(TERM_SOURCE, word))
				continue;
		}
		schema_wrong(doc, policy, policy->public_sources, "public_sources",
			"\"%.*s\" is no source type; src/sample/terms.c has them all", (int)len,
			at);
	}
}

/* Nobody's edition is shown, and none without its own words. */
static void check_outlines(struct schema_doc *doc, const struct outlines_conf *outlines)
{
	if (!*outlines->file)
		return;
	if (*outlines->file != '/')
		schema_wrong(doc, outlines, outlines->file, "file",
			"\"%s\" is no full path; it starts with /", outlines->file);
	if (!*outlines->edition)
		schema_wrong(doc, outlines, outlines->edition, "edition",
			"outlines want an edition: whose, of when, vetted by whom");
	if (!*outlines->disclaimer)
		schema_wrong(doc, outlines, outlines->disclaimer, "disclaimer",
			"outlines want a disclaimer");
}

static void check(struct schema_doc *doc, const struct heatmap_conf *conf)
{
	if (*conf->out != '/')
		schema_wrong(doc, conf, conf->out, "out",
			"\"%s\" is no full path; it starts with /", conf->out);
	if (*conf->page && *conf->page != '/')
		schema_wrong(doc, conf, conf->page, "page",
			"\"%s\" is no full path; it starts with /", conf->page);
	if (*conf->aliases && *conf->aliases != '/')
		schema_wrong(doc, conf, conf->aliases, "aliases",
			"\"%s\" is no full path; it starts with /", conf->aliases);
	check_limits(doc, &conf->limits);
	check_outlines(doc, &conf->outlines);
	check_sources(doc, &conf->policy);
}

int heatmap_conf_read_text(
	struct heatmap_conf *conf, const char *path, const char *text, struct text *errors)
{
	struct mistakes mistakes = {.to = errors};
	struct schema_doc *doc = NULL;
	int err;

	*conf = (struct heatmap_conf){.keep = 0};
	err = schema_open(&doc, path, text, NULL, &mistakes);
	if (err)
		goto out;
	schema_read(doc, &schema, conf);
	check(doc, conf);
	text_copy(conf->store.name, sizeof(conf->store.name), "store");
	if (conf->store.flavour == FLAVOUR_INFLUXDB_V1 && !*conf->store.database)
		text_copy(conf->store.database, sizeof(conf->store.database), "waterlab");
	err = mistakes.wrong ? ERR_CONF : 0;
out:
	schema_close(doc);
	return err;
}

int heatmap_conf_read(struct heatmap_conf *conf, const char *path, struct text *errors)
{
	return heatmap_conf_read_text(conf, path, NULL, errors);
}

void heatmap_conf_print(const struct heatmap_conf *conf, FILE *to)
{
	schema_print(&schema, conf, to);
}

void heatmap_conf_print_sample(FILE *to)
{
	static const char shown[] = "store = { url = \"https://store.example.org:8086\"; };\n";
	struct heatmap_conf conf;
	char words[512];
	struct text errors = text_over(words, sizeof(words));

	if (heatmap_conf_read_text(&conf, "sample", shown, &errors))
		fprintf(to, "# %s\n", words);
	*conf.limits.folder = '\0';
	*conf.places = '\0';
	fputs("# heatmap.conf - the publisher of the officials' map.  Made by `waterlab-heatmap\n"
	      "# --sample-config` from the program's own tables.\n"
	      "#\n"
	      "# A line that is a comment shows the value that holds without it.  Words stand in\n"
	      "# \"quotes\", groups in { }, each setting ends with a semicolon.\n"
	      "# `waterlab-heatmap --check --config FILE` says every mistake with its line.\n",
		to);
	schema_print_sample(&schema, &conf, to);
}
