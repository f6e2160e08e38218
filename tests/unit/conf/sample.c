/* config/waterlab.conf is what the tables say; what is printed reads back as the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "conf/keys.h"

static char said[8192];

static const char *tree(void)
{
	const char *top = getenv("WATERLAB_SOURCE");

	if (!top)
		fail_msg("WATERLAB_SOURCE is not set: it names the top of the tree "
			 "(tests/run-unit)");
	return top;
}

static char *slurp(FILE *f)
{
	char *words = calloc(1, 1 << 16);

	assert_non_null(f);
	assert_non_null(words);
	assert_true(fread(words, 1, (1 << 16) - 1, f) > 0);
	fclose(f);
	return words;
}

static char *sample(void)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	conf_print_sample(f);
	rewind(f);
	return slurp(f);
}

static char *printed(const struct conf *conf)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	conf_print(conf, f);
	rewind(f);
	return slurp(f);
}

/* WATERLAB_UPDATE=1 writes the file anew. */
static void the_file_in_config_is_the_sample(void **state)
{
	char path[512], *made = sample(), *kept;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/config/waterlab.conf", tree());
	if (getenv("WATERLAB_UPDATE")) {
		f = fopen(path, "w");
		assert_non_null(f);
		assert_true(fputs(made, f) >= 0);
		assert_int_equal(fclose(f), 0);
	}
	kept = slurp(fopen(path, "r"));
	if (strcmp(made, kept))
		fail_msg("config/waterlab.conf is not what the tables say; "
			 "WATERLAB_UPDATE=1 make unit MODULE=conf writes it anew");
	free(made);
	free(kept);
}

static struct conf *read_whole(const char *words)
{
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf;

	if (conf_read_text(&conf, "sample", words, &errors))
		fail_msg("%s", said);
	return conf;
}

static struct conf *read_text(char *words)
{
	size_t len = strlen(words);

	snprintf(words + len, (1 << 16) - len, "drivers = \"%s/drivers\";\n", tree());
	return read_whole(words);
}

static void the_sample_is_a_configuration(void **state)
{
	char *words = sample();
	struct conf *conf = read_text(words);

	(void)state;
	assert_string_equal(said, "");
	assert_string_equal(conf->lab, "kp-van-03");
	assert_int_equal(conf->n_lines, 2);
	assert_int_equal(conf->n_stores, 0);
	assert_int_equal(conf->lines[0].port.baud, 9600);
	assert_int_equal(conf->lines[0].port.parity, 'N');
	assert_int_equal(conf->lines[0].units[1].interval_ms, 5000);
	assert_int_equal(conf->lines[1].port.kind, PORT_TCP);
	assert_int_equal(conf->n_profiles, 3);
	assert_true(conf->lines[0].units[0].profile == conf->profiles[0]);
	conf_free(conf);
	free(words);
}

/* Taking the first # of each line of a list away puts it in force, all else as by default. */
static void the_commented_lists_are_ones_too(void **state)
{
	char *words = sample(), *p = strstr(words, "#checks = ("), *to;
	struct conf *conf;

	(void)state;
	assert_non_null(p);
	for (to = p; *p;) {
		p += *p == '#' && p[1] != ' ';
		while (*p && *p != '\n')
			*to++ = *p++;
		if (*p)
			*to++ = *p++;
	}
	*to = '\0';
	conf = read_text(words);
	assert_int_equal(conf->checks.n, 1);
	assert_float_equal(conf->checks.at[0].within, 0.2, 0);
	assert_int_equal(conf->methods.n, 1);
	assert_int_equal(conf->methods.at[0].about.rule, RULE_GUARDED);
	assert_true(conf->methods.at[0].about.screening);
	assert_int_equal(conf->n_stores, 1);
	assert_string_equal(conf->stores[0].token_file, "credential:token");
	assert_int_equal(conf->stores[0].batch_lines, 1000);
	conf_free(conf);
	free(words);
}

/* True for a key of the gps group that belongs to a receiver: the sample has none. */
static bool is_of_a_receiver(const char *line)
{
	static const char *const keys[] = {"#address", "#device", "#port = ", "#baud = 9600"};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strncmp(line, keys[i], strlen(keys[i])) == 0)
			return true;
	return false;
}

/* Each commented scalar of the sample is the default: in force it changes nothing. */
static void a_commented_value_is_the_default(void **state)
{
	char *words = sample(), *again = calloc(1, 1 << 16), *p, *to, *a, *b;
	char *lines = strstr(words, "\nlines = (");
	struct conf *conf, *other;

	(void)state;
	assert_non_null(again);
	for (p = words, to = again; *p && strncmp(p, "#checks", 7);) {
		char *hash = p + strspn(p, "\t");

		if (*hash == '#' && hash[1] >= 'a' && hash[1] <= 'z' &&
			strncmp(hash, "#drivers", 8) && !(p < lines && is_of_a_receiver(hash)))
			*hash = ' ';
		while (*p != '\n')
			*to++ = *p++;
		*to++ = *p++;
	}
	free(words);
	words = sample();
	conf = read_text(words);
	other = read_text(again);
	a = printed(conf);
	b = printed(other);
	assert_string_equal(a, b);
	conf_free(conf);
	conf_free(other);
	free(a);
	free(b);
	free(words);
	free(again);
}

/* What the sample says of the keys of a receiver holds for it. */
static void a_receiver_has_its_defaults(void **state)
{
	static const char all[] =
		"lab = \"v\"; lines = ( { name = \"l\"; type = \"tcp\"; port = \"h:1\"; units = ("
		" { name = \"u\"; profile = \"keller-series30\"; address = 1; } ); } );";
	char *words = calloc(1, 1 << 16);
	struct conf *conf;

	(void)state;
	assert_non_null(words);
	snprintf(words, 1 << 16, "gps = { type = \"gpsd\"; }; drivers = \"%s/drivers\"; %s", tree(),
		all);
	conf = read_whole(words);
	assert_int_equal(conf->gps.kind, RECEIVER_GPSD);
	assert_string_equal(conf->gps.address, "127.0.0.1:2947");
	assert_string_equal(conf->gps.device, "");
	conf_free(conf);
	snprintf(words, 1 << 16,
		"gps = { type = \"nmea\"; port = \"/dev/x\"; }; drivers = \"%s/drivers\"; %s",
		tree(), all);
	conf = read_whole(words);
	assert_int_equal(conf->gps.kind, RECEIVER_NMEA);
	assert_int_equal(conf->gps.port.kind, PORT_RTU);
	assert_int_equal(conf->gps.port.baud, 9600);
	assert_int_equal(conf->gps.port.parity, 'N');
	assert_int_equal(conf->gps.port.stop_bits, 1);
	conf_free(conf);
	free(words);
}

static unsigned any(unsigned least, unsigned most)
{
	return least + (unsigned)(drand48() * (double)(most - least + 1));
}

static void word(char *to, size_t cap, const char *among)
{
	size_t n = any(1, (unsigned)cap - 1), i;

	for (i = 0; i < n; i++)
		to[i] = among[any(0, (unsigned)strlen(among) - 1)];
	to[n] = '\0';
}

/* Any configuration the structures can hold within the rules. */
static void make_any(struct conf *conf, const struct profile *profile)
{
	static const char name[] = "abcXYZ019", free_text[] = "abc \"\\;{}#/*\xC3\xA9='";
	unsigned i, k;

	memset(conf->stores, 0, sizeof(conf->stores));
	word(conf->lab, sizeof(conf->lab), name);
	conf->log_level = any(3, 7);
	conf->spool.commit_ms = any(100, 60000);
	conf->spool.segment_readings = any(1000, 10000000);
	conf->spool.pending_bytes = any(65536, 67108864);
	conf->spool.keep_days = any(1, 3650);
	conf->spool.ballast_mb = any(0, 1024);
	conf->clock.wait_s = any(0, 2592000);
	conf->clock.most_away_days = any(1, 7300);
	conf->clock.bound_wait_s = any(0, 31536000);
	conf->clock.earliest_ms = any(10000, 20000) * INT64_C(86400000);
	conf->clock.latest_ms = any(20001, 30000) * INT64_C(86400000);
	memset(&conf->gps, 0, sizeof(conf->gps));
	conf->gps.kind = (enum receiver_kind)any(0, 2);
	conf->gps.port.parity = 'N';
	conf->gps.port.stop_bits = 1;
	if (conf->gps.kind == RECEIVER_GPSD) {
		snprintf(conf->gps.address, sizeof(conf->gps.address), "192.0.2.%u:%u", any(0, 9),
			any(1, 65535));
		word(conf->gps.device, sizeof(conf->gps.device), free_text);
	} else if (conf->gps.kind == RECEIVER_NMEA) {
		snprintf(conf->gps.port.where, sizeof(conf->gps.port.where), "/dev/gps%u",
			any(0, 9));
		conf->gps.port.baud = 1200u << any(0, 4);
	}
	conf->place.border_margin_m = any(0, 50000);
	conf->place.stale_moving_s = any(1, 100);
	conf->place.stale_parked_s = any(100, 86400);
	conf->place.fastest_kmh = any(20, 100000);
	conf->place.entered_h = any(1, 720);
	conf->n_lines = any(1, MOST_LINES);
	for (i = 0; i < conf->n_lines; i++) {
		struct line_conf *line = &conf->lines[i];

		*line = (struct line_conf){.port.kind = i % 2 ? PORT_TCP : PORT_RTU};
		snprintf(line->name, sizeof(line->name), "l%u", i);
		snprintf(line->port.where, sizeof(line->port.where),
			i % 2 ? "host%u:502" : "/dev/x \"\\%u", i);
		line->port.baud = i % 2 ? 0 : 1200u << any(0, 4);
		line->port.parity = i % 2 ? '\0' : "NEO"[any(0, 2)];
		line->port.stop_bits = i % 2 ? 0 : any(1, 2);
		line->n_units = any(1, 5);
		for (k = 0; k < line->n_units; k++) {
			line->units[k].profile = profile;
			line->units[k].address = (uint8_t)(k * 40 + any(1, 40));
			line->units[k].interval_ms = any(100, 86400000);
			snprintf(line->units[k].name, sizeof(line->units[k].name), "u%u.%u", i, k);
		}
	}
	conf->links.budget_mb_month = any(1, 1000000);
	conf->links.month_begins = any(1, 28);
	snprintf(conf->links.unlimited, sizeof(conf->links.unlimited), "wlan%u, eth*", any(0, 9));
	conf->n_stores = any(0, MOST_STORES);
	for (i = 0; i < conf->n_stores; i++) {
		struct store_conf *store = &conf->stores[i];

		store->flavour = (enum store_flavour)any(0, 2);
		snprintf(store->name, sizeof(store->name), "s%u", i);
		snprintf(store->url, sizeof(store->url), "https://h%u:8086/p", i);
		word(store->database, sizeof(store->database), free_text);
		if (store->flavour == FLAVOUR_INFLUXDB_V2)
			word(store->org, sizeof(store->org), free_text);
		else
			word(store->user, sizeof(store->user), free_text);
		snprintf(store->token_file, sizeof(store->token_file), "credential:t%u", i);
		store->batch_lines = any(1, 10000);
		store->gzip_level = any(0, 9);
		store->interval_ms = any(100, 3600000);
		store->timeout_ms = any(100, 600000);
		store->retry_first_ms = any(10, 1000);
		store->retry_most_ms = any(1000, 86400000);
		store->positions = (enum line_positions)any(0, 1);
		store->receipt_s = any(0, 86400);
		snprintf(store->read_url, sizeof(store->read_url), "http://127.0.0.1:%u", 1 + i);
		snprintf(store->read_token_file, sizeof(store->read_token_file), "credential:r%u",
			i);
		if (store->flavour != FLAVOUR_INFLUXDB_V2)
			word(store->read_user, sizeof(store->read_user), free_text);
		/* https is tried within the days that the clock is believed in */
		store->tls_from_ms = conf->clock.earliest_ms;
		store->tls_to_ms = conf->clock.latest_ms;
	}
}

static void what_is_printed_reads_back_as_the_same(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	char *words = sample(), *a, *b;
	struct conf *conf = read_text(words), *again;
	struct text errors;
	int i;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	unsetenv("CREDENTIALS_DIRECTORY");
	for (i = 0; i < 200; i++) {
		make_any(conf, conf->profiles[0]);
		a = printed(conf);
		errors = text_over(said, sizeof(said));
		if (conf_read_text(&again, "printed", a, &errors))
			fail_msg("%s\n%s", said, a);
		b = printed(again);
		assert_string_equal(a, b);
		assert_memory_equal(&again->spool, &conf->spool, sizeof(conf->spool));
		assert_memory_equal(&again->clock, &conf->clock, sizeof(conf->clock));
		assert_memory_equal(&again->gps, &conf->gps, sizeof(conf->gps));
		assert_memory_equal(&again->place, &conf->place, sizeof(conf->place));
		assert_memory_equal(again->stores, conf->stores, sizeof(conf->stores));
		conf_free(again);
		free(a);
		free(b);
	}
	conf_free(conf);
	free(words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_in_config_is_the_sample),
		cmocka_unit_test(the_sample_is_a_configuration),
		cmocka_unit_test(the_commented_lists_are_ones_too),
		cmocka_unit_test(a_commented_value_is_the_default),
		cmocka_unit_test(a_receiver_has_its_defaults),
		cmocka_unit_test(what_is_printed_reads_back_as_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
