/* The commented sample of waterlab.conf: what it shows is in force but for the stores. */
#include "conf/keys.h"

static const struct profile ph = {.name = "supmea-ph8001"}, oxygen = {.name = "supmea-do7013"},
			    chlorine = {.name = "xylem-cl500"}, hqd = {.name = "hach-hqd"};

static struct line_conf lines[] = {
	{.name = "bench",
		.port = {.kind = PORT_RTU,
			.where = "/dev/waterlab/bench",
			.baud = 9600,
			.parity = 'N',
			.stop_bits = 1},
		.n_units = 2,
		.units = {{.name = "ph-1", .profile = &ph, .address = 3, .interval_ms = 5000},
			{.name = "oxygen-1",
				.profile = &oxygen,
				.address = 4,
				.interval_ms = 5000}}},
	{.name = "rack",
		.port = {.kind = PORT_TCP, .where = "192.0.2.10:502"},
		.n_units = 1,
		.units = {{.name = "chlorine-1",
			.profile = &chlorine,
			.address = 1,
			.interval_ms = 60000}}},
};

static const struct conf sample = {
	.lab = "kp-van-03",
	.log_level = 6,
	.own_drivers = "/etc/waterlab/drivers",
	.spool = {.dir = "/var/lib/waterlab/spool",
		.commit_ms = 1000,
		.segment_readings = 100000,
		.keep_days = 30,
		.ballast_mb = 8,
		.pending_bytes = 1048576},
	.clock = {.wait_s = 1800,
		.latest_ms = 2398377600000,
		.most_away_days = 730,
		.bound_wait_s = 86400},
	.place = {.boundaries = "/var/lib/waterlab/boundaries",
		.border_margin_m = 2200,
		.stale_moving_s = 30,
		.stale_parked_s = 600,
		.fastest_kmh = 180,
		.entered_h = 12},
	.limits = {.sets = "nsdwq-2010", .signatures = "/etc/waterlab/limits-signed.csv"},
	.checks = {1, {{.parameter = "ph",
			      .within = 0.2,
			      .valid_h = 24,
			      .why = "an electrode of three years; a new one is ordered"}}},
	.methods = {1, {{.name = "colour strip",
			       .parameter = "nitrate_no3",
			       .about = {.uncertainty = 5,
				       .uncertainty_relative = 0.25,
				       .rule = RULE_GUARDED,
				       .screening = true},
			       .why = "one step of its chart"}}},
	.links = {.month_begins = 1},
	.control_socket = "/run/waterlab/control",
	.console = {.listen = "127.0.0.1", .port = 8080, .idle_min = 30},
	.n_lines = sizeof(lines) / sizeof(lines[0]),
	.lines = lines,
	.inbox = {.dir = "/var/lib/waterlab/inbox",
		.earliest_ms = 1577836800000,
		.n_meters = 1,
		.meters = {{.name = "hqd-1",
			.profile = &hqd,
			.files = "*SENDDATA*.txt",
			.dates = DATE_DMY,
			.utc_offset_min = 300}}},
	.n_stores = 1,
	.stores = {{.name = "province",
		.flavour = FLAVOUR_INFLUXDB_V1,
		.url = "https://store.example.org:8086",
		.database = "waterlab",
		.token_file = "credential:token",
		.batch_lines = 1000,
		.gzip_level = 6,
		.interval_ms = 5000,
		.timeout_ms = 30000,
		.retry_first_ms = 1000,
		.retry_most_ms = 300000,
		.receipt_s = 600}},
};

void conf_print_sample(FILE *to)
{
	struct conf shown = sample;
	char room[64];
	struct text why = text_over(room, sizeof(room));

	if (!hook_date.take(NULL, &shown.clock.earliest_ms, WATERLAB_RELEASED, &why))
		fprintf(to, "# the program's release: %s\n", room);
	fputs("# waterlab.conf - one lab.  Made by `waterlabd --sample-config` from the program's "
	      "own "
	      "tables.\n"
	      "#\n"
	      "# A line that is a comment shows the value that holds without it.  Words stand in\n"
	      "# \"quotes\", groups in { }, lists in ( ), each setting ends with a semicolon;\n"
	      "# @include \"file\" takes in another file from this folder.\n"
	      "# `waterlabd --check FILE` says every mistake with its line, and what holds in the "
	      "end.\n",
		to);
	schema_print_sample(&keys_conf, &shown, to);
}
