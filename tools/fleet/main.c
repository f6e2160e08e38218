/* fleet - many labs with a past, and their real uplinks; see README.md. */
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/utc.h"
#include "fleet.h"

static const char help_text[] =
	"usage: fleet --dir DIR [--labs N] [--months M] [--seed S] [--until TIME]\n"
	"             [--store influxdb-v1|victoriametrics --url URL] [options]\n"
	"Simulated labs with real spools and real uplinks: a past is written, and sent to a "
	"store.\n"
	"  --dir DIR        each lab's spool is made there; they stay\n"
	"  --labs N         so many (8)\n"
	"  --months M       of 30 days each, before --until (1); or --days D\n"
	"  --seed S         which world (1): the same seed, the same visits, waters and values\n"
	"  --until TIME     UTC, as 2026-11-29T12:00Z, where the past ends (now)\n"
	"  --visits N       about so many a working day (5)\n"
	"  --readings N     so many of each of 5 series of analyzers with every visit (0)\n"
	"  --away N         so many labs lose their link in the last third, and send the rest at "
	"the\n"
	"                   end (a quarter of all)\n"
	"  --wait           before those return a line from standard input is waited for\n"
	"  --truth FILE     what ought to be at the centre: a line of CSV a result\n"
	"  --points FILE    the same of points\n"
	"  --statuses FILE  the same of how each laboratory was, once a day\n"
	"  --places FILE    the districts (config/places.csv)\n"
	"  --limits DIR     where limit sets lie (config/limits)\n"
	"  --sets NAMES     those in force (nsdwq-2010,who-2022)\n"
	"  --signatures F   who confirmed which limits (none)\n"
	"  --store FLAVOUR  influxdb-v1, influxdb-v2 or victoriametrics\n"
	"  --url URL        where it is; left out: nothing is sent\n"
	"  --database NAME  (waterlab)\n"
	"  --ca-file FILE   who vouches for its certificate\n"
	"  --tokens DIR     each lab logs in under its name, with what DIR/NAME holds as its "
	"token\n"
	"  --batch N        lines a request at most (1000)\n"
	"  --receipts       the store's own count is asked for, too\n"
	"  --patience S     give up when not all is sent after so many seconds (600)\n"
	"  --threads T      so many labs are written at a time (2)\n"
	"Labs are called lab-01 and so on. Exit status 1: not all was sent.\n";

static int64_t read_time(const char *text)
{
	int64_t utc_ms;
	bool zoned;

	insist(!utc_read(text, &utc_ms, &zoned), "--until is no time, as 2026-11-29T12:00Z");
	return utc_ms;
}

/* --- the past, in threads --------------------------------------------------------------------------------- */

static struct {
	struct fleet *fleet;
	atomic_uint next;
	bool returned;
} work;

static void *live(void *arg)
{
	struct van *van;
	unsigned i;

	while ((i = atomic_fetch_add(&work.next, 1)) < work.fleet->labs) {
		van = &work.fleet->vans[i];
		if (!van->spool)
			record_open(van);
		if (!work.returned || van->away)
			life_until(van, van->away && !work.returned ? work.fleet->leave_ms
								    : work.fleet->until_ms);
	}
	return arg;
}

static void live_all(struct fleet *fleet, bool returned)
{
	int64_t began_ms = clock_boot_ms(&clock_system);
	uint64_t samples = 0, results = 0, readings = 0;
	pthread_t threads[64];
	unsigned i, n = fleet->threads < 64 ? fleet->threads : 64;

	work.fleet = fleet;
	work.returned = returned;
	atomic_store(&work.next, 0);
	for (i = 0; i < n; i++)
		insist(!pthread_create(&threads[i], NULL, live, NULL), "thread");
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < fleet->labs; i++) {
		samples += fleet->vans[i].n_samples;
		results += fleet->vans[i].n_results;
		readings += fleet->vans[i].n_readings;
	}
	truth_write(fleet);
	printf("%s: %u labs, %llu samples, %llu results, %llu readings; %.1f s\n",
		returned ? "returned" : "written", fleet->labs, (unsigned long long)samples,
		(unsigned long long)results, (unsigned long long)readings,
		(double)(clock_boot_ms(&clock_system) - began_ms) / 1000);
	fflush(stdout);
}

/* What they held back has gone: each says so, as it would the next morning. */
static void say_all_is_sent(struct fleet *fleet)
{
	unsigned i;

	for (i = 0; i < fleet->labs; i++)
		if (fleet->vans[i].away) {
			fleet->vans[i].left = 0;
			record_status(&fleet->vans[i], fleet->until_ms);
		}
	truth_write(fleet);
}

static void make_vans(struct fleet *fleet)
{
	int64_t span_ms = fleet->until_ms - fleet->from_ms;
	unsigned i;

	fleet->vans = calloc(fleet->labs, sizeof(*fleet->vans));
	insist(fleet->vans != NULL, "no memory");
	for (i = 0; i < fleet->labs; i++) {
		struct van *van = &fleet->vans[i];
		struct text dir = text_over(van->dir, sizeof(van->dir));

		*van = (struct van){.fleet = fleet, .number = i + 1, .day_ms = fleet->from_ms};
		van->day_ms += UTC_DAY_MS - van->day_ms % UTC_DAY_MS;
		van->status_ms = van->day_ms + (3 * 60 + 30) * 60000;
		van->dice.state = fleet->seed * 1000003 + i;
		snprintf(van->name, sizeof(van->name), "lab-%02u", i + 1);
		text_printf(&dir, "%s/%s", fleet->dir, van->name);
		insist(!dir.cut, "the folder's name is too long");
		van->away = i >= fleet->labs - fleet->away;
		van->expired_from_ms =
			fleet->from_ms + (int64_t)((double)span_ms * dice_part(&van->dice));
		van->expired_to_ms =
			van->expired_from_ms + (int64_t)dice_roll(&van->dice, 2, 9) * UTC_DAY_MS;
		if (i % 3 == 2) {
			van->entered_from_ms =
				fleet->from_ms + (int64_t)((double)span_ms * dice_part(&van->dice));
			van->entered_to_ms = van->entered_from_ms + 4LL * UTC_DAY_MS;
		}
		spots_make(van);
		truth_open(van);
	}
}

static void read_fleet(struct fleet *fleet)
{
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));

	insist(!limits_load(&fleet->limits, &fleet->limits_conf, &why), words);
	insist(!gazetteer_open(&fleet->gazetteer, fleet->places, &why), words);
	insist(mkdir(fleet->dir, 0700) == 0,
		"--dir names a folder that is there already, or cannot be made");
}

static bool run(struct fleet *fleet)
{
	bool sends = *fleet->store.url, sent = true;
	char line[64];
	unsigned i;

	read_fleet(fleet);
	make_vans(fleet);
	live_all(fleet, false);
	if (sends)
		sent = send_all(fleet, false);
	if (fleet->away) {
		if (fleet->wait) {
			printf("%u labs are away; a line lets them return\n", fleet->away);
			fflush(stdout);
			insist(fgets(line, sizeof(line), stdin) != NULL, "nobody lets them return");
		}
		live_all(fleet, true);
		if (sends && send_all(fleet, true)) {
			say_all_is_sent(fleet);
			sent = send_all(fleet, true) && sent;
		} else {
			sent = !sends;
		}
	}
	for (i = 0; i < fleet->labs; i++)
		record_close(&fleet->vans[i]);
	return sent;
}

/* --- the command line ------------------------------------------------------------------------------------- */

struct choice {
	const char *name;
	const char **word;
	uint64_t *number;
	bool *flag;
};

static int read_choices(const struct choice *choices, size_t n, int argc, char **argv)
{
	struct option options[32] = {0};
	int option;
	size_t i;

	insist(n < sizeof(options) / sizeof(options[0]), "too many options");
	for (i = 0; i < n; i++)
		options[i] = (struct option){choices[i].name,
			choices[i].flag ? no_argument : required_argument, NULL, (int)i};
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option < 0 || (size_t)option >= n)
			return 2;
		if (choices[option].flag)
			*choices[option].flag = true;
		else if (choices[option].number)
			*choices[option].number = insist_number(optarg);
		else
			*choices[option].word = optarg;
	}
	return optind == argc ? 0 : 2;
}

struct words {
	const char *until, *limits, *sets, *signatures, *store, *url, *database, *ca;
};

static void take_store(struct store_conf *store, const struct words *words)
{
	if (!strcmp(words->store, "victoriametrics"))
		store->flavour = FLAVOUR_VICTORIAMETRICS;
	else if (!strcmp(words->store, "influxdb-v2"))
		store->flavour = FLAVOUR_INFLUXDB_V2;
	else
		insist(!strcmp(words->store, "influxdb-v1"), "no such store");
	insist(text_copy(store->url, sizeof(store->url), words->url) &&
			text_copy(store->database, sizeof(store->database), words->database) &&
			text_copy(store->ca_file, sizeof(store->ca_file), words->ca),
		"a word about the store is too long");
	text_copy(store->name, sizeof(store->name), "centre");
	store->gzip_level = 6;
	store->interval_ms = 20;
	store->timeout_ms = 30000;
	store->retry_first_ms = 100;
	store->retry_most_ms = 5000;
}

static void take_words(struct fleet *fleet, const struct words *words, uint64_t days)
{
	struct limits_conf *limits = &fleet->limits_conf;

	fleet->until_ms = *words->until ? read_time(words->until) : clock_wall_ms(&clock_system);
	fleet->from_ms = fleet->until_ms - (int64_t)days * UTC_DAY_MS;
	fleet->leave_ms = fleet->until_ms - (fleet->until_ms - fleet->from_ms) / 3;
	insist(text_copy(limits->folder, sizeof(limits->folder), words->limits) &&
			text_copy(limits->sets, sizeof(limits->sets), words->sets) &&
			text_copy(
				limits->signatures, sizeof(limits->signatures), words->signatures),
		"a word about limits is too long");
	take_store(&fleet->store, words);
}

int main(int argc, char **argv)
{
	struct fleet fleet = {.seed = 1, .places = "config/places.csv"};
	struct words words = {
		"", "config/limits", "nsdwq-2010,who-2022", "", "influxdb-v1", "", "waterlab", ""};
	uint64_t labs = 8, months = 1, days = 0, visits = 5, readings = 0, away = UINT64_MAX,
		 batch = 1000, patience = 600, threads = 2;
	bool help = false, receipts = false;
	const struct choice choices[] = {{"dir", &fleet.dir, NULL, NULL},
		{"labs", NULL, &labs, NULL}, {"months", NULL, &months, NULL},
		{"days", NULL, &days, NULL}, {"seed", NULL, &fleet.seed, NULL},
		{"until", &words.until, NULL, NULL}, {"visits", NULL, &visits, NULL},
		{"readings", NULL, &readings, NULL}, {"away", NULL, &away, NULL},
		{"wait", NULL, NULL, &fleet.wait}, {"truth", &fleet.truth, NULL, NULL},
		{"points", &fleet.points, NULL, NULL}, {"statuses", &fleet.statuses, NULL, NULL},
		{"places", &fleet.places, NULL, NULL}, {"limits", &words.limits, NULL, NULL},
		{"sets", &words.sets, NULL, NULL}, {"signatures", &words.signatures, NULL, NULL},
		{"store", &words.store, NULL, NULL}, {"url", &words.url, NULL, NULL},
		{"database", &words.database, NULL, NULL}, {"tokens", &fleet.tokens, NULL, NULL},
		{"ca-file", &words.ca, NULL, NULL}, {"batch", NULL, &batch, NULL},
		{"receipts", NULL, NULL, &receipts}, {"patience", NULL, &patience, NULL},
		{"threads", NULL, &threads, NULL}, {"help", NULL, NULL, &help}};
	int wrong = read_choices(choices, sizeof(choices) / sizeof(choices[0]), argc, argv);

	if (help || wrong || !fleet.dir) {
		fputs(help_text, help ? stdout : stderr);
		return help ? 0 : 2;
	}
	insist(labs >= 1 && labs <= MOST_VANS && visits >= 2 && visits <= 8,
		"--labs 1 to 200, --visits 2 to 8");
	log_open(LOG_ERROR, false);
	fleet.labs = (unsigned)labs;
	fleet.away = (unsigned)(away == UINT64_MAX ? labs / 4 : away < labs ? away : labs);
	fleet.visits = (unsigned)visits;
	fleet.readings = (unsigned)readings;
	fleet.threads = (unsigned)threads;
	fleet.patience_s = (unsigned)patience;
	fleet.store.batch_lines = (unsigned)batch;
	fleet.store.receipt_s = receipts;
	take_words(&fleet, &words, days ? days : 30 * months);
	return run(&fleet) ? 0 : 1;
}
