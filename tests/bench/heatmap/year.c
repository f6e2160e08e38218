/* A year of 50 laboratories: the store's answer read, judged and counted, and its files written; without the store. */
#include <inttypes.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../tools/heatmap/changes.h"
#include "../../../tools/heatmap/files.h"
#include "../../../tools/heatmap/influx.h"
#include "../measure.h"

enum { LABS = 50, DAYS = 365, VISITS = 8, DISTRICTS = 40 };

static const int64_t now_ms = 1795953600000, day_ms = 86400000;

static const struct {
	const char *code, *method, *fields; /* censor, value, verdict, reason, screening */
} tests[] = {{"ecoli", "cbt", "6,,1,,1"}, {"ecoli", "cbt", "1,11.5,4,,1"},
	{"ph", "ph-1", "1,7.25,1,,"}, {"turbidity_ntu", "neph", "1,4.1,1,,"},
	{"conductivity", "ec-1", "1,431,6,1,"}, {"arsenic", "kit", "1,62,2,,1"}};

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	insist(file && fputs(text, file) >= 0 && !fclose(file), "cannot write");
}

/* One group of the answer: a laboratory's results of one test in one district. */
static void feed_group(struct answer *answer, unsigned lab, unsigned test, unsigned district)
{
	static char room[256 * 1024];
	struct text text = text_over(room, sizeof(room));
	unsigned visit;

	for (visit = district; visit < DAYS * VISITS; visit += DISTRICTS)
		text_printf(&text,
			"result,,%" PRId64 ",kp-van-%02u,5e%02x,%s,%s,PK5%02u,,consumer,"
			"borehole_tubewell,sample,%s,%u,%u,34.12345,72.12345,1,0,0,%u\n",
			now_ms - visit * (day_ms / VISITS) - lab, lab, lab, tests[test].code,
			tests[test].method, district, tests[test].fields, visit * 2 + (test == 1),
			visit % 600 + 1, visit * 8 + test + 1);
	insist(!text.cut && answer_bytes(answer, text.at, text.len), "a group is not taken");
}

static void read_all(struct rows *rows)
{
	char words[200];
	struct text why = text_over(words, sizeof(words));
	static const char names[] = "name,tags,time,lab,spool,parameter,method,district,near,"
				    "position,source_type,activity,"
				    "censor,value,verdict,reason,screening,sample,point,lat,lon,"
				    "treated,status,rev,seq\n";
	struct answer answer = {.take = influx_take_results,
		.rows = rows,
		.why = &why,
		.is_csv = true,
		.ended = true};
	unsigned lab, test, district;

	insist(answer_bytes(&answer, names, sizeof(names) - 1), words);
	for (lab = 0; lab < LABS; lab++)
		for (test = 0; test < sizeof(tests) / sizeof(tests[0]); test++)
			for (district = 0; district < DISTRICTS; district++)
				feed_group(&answer, lab, test, district);
	insist(!answer_end(&answer), words);
	answer_free(&answer);
	for (lab = 0; lab < LABS; lab++) {
		snprintf(words, sizeof(words), "kp-van-%02u", lab);
		insist(!rows_hear(rows, words, now_ms), "no memory");
	}
}

static void write_all(const struct picture *picture, const char *folder)
{
	struct file_list *list = calloc(1, sizeof(*list));
	char words[400];
	struct text why = text_over(words, sizeof(words));

	insist(list != NULL, "no memory");
	list->folder = folder;
	insist(!files_put_cells(picture, VIEW_OFFICIAL, list, &why) &&
			!files_put_failures(picture, VIEW_OFFICIAL, list, &why) &&
			!files_put_series(picture, VIEW_OFFICIAL, list, &why) &&
			!files_put_points(picture, list, &why) &&
			!files_put_results(picture, list, &why) &&
			!files_put_withdrawn(picture, list, &why) &&
			!files_put_index(picture, VIEW_OFFICIAL, list, &why),
		words);
	free(list);
}

/* The version that now lies there is the one before. */
static void open_changes(struct picture *picture)
{
	changes_close(picture->changes);
	picture->made_ms += 300000;
	insist(!changes_open(&picture->changes, ".", picture->made_ms, 400), "no memory");
}

static double memory_mb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss / 1024;
}

int main(void)
{
	static struct heatmap_conf conf = {.policy = {5, 5, "public_tap_standpipe", true, true}};
	struct rows rows = {.results = NULL};
	struct picture picture = {.conf = &conf, .rows = &rows, .before = "", .made_ms = now_ms};
	struct limit_book limits;
	struct gazetteer *places = NULL;
	char words[400];
	struct text why = text_over(words, sizeof(words));
	double began = cpu_s(), read, made, written, opened, again, memory;

	write_text("places.csv",
		"province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n"
		"Khyber Pakhtunkhwa,Malakand,Buner,PK505,,,34.4,72.5\n");
	write_text("own.csv",
		"set,own,1001,Own\nparameter,operator,low,high,unit,form,basis,applies_to,"
		"required,known,edition,source,note\n"
		"ecoli,absent,,,/(100.mL),,health,any,yes,seen,first,a bench,\n"
		"ph,<=,6.5,8.5,[pH],,operational,any,yes,seen,first,a bench,\n"
		"turbidity_ntu,<,,5,{NTU},,operational,any,yes,seen,first,a bench,\n"
		"arsenic,<=,,50,ug/L,,health,any,yes,seen,first,a bench,\n"
		"end,4\n");
	insist(getcwd(words, sizeof(words)) != NULL, "no folder");
	snprintf(conf.limits.sets, sizeof(conf.limits.sets), "%s/own.csv", words);
	*words = '\0';
	insist(!limits_load(&limits, &conf.limits, &why) &&
			!gazetteer_open(&places, "places.csv", &why),
		words);
	picture.limits = &limits;
	picture.places = places;
	read_all(&rows);
	read = cpu_s();
	insist(!picture_make(&picture), "no memory");
	made = cpu_s();
	open_changes(&picture);
	insist(!mkdir("current", 0755) && !mkdir("current/official", 0755) &&
			!mkdir("current/official/data", 0755) && !mkdir("next", 0755),
		"cannot make a folder");
	write_all(&picture, "current/official/data");
	written = cpu_s();
	memory = memory_mb();
	open_changes(&picture);
	opened = cpu_s();
	write_all(&picture, "next");
	again = cpu_s();
	insist(changes_from_ms(picture.changes) == now_ms + 300000, "the version is not believed");
	printf("heatmap.year.results %zu results\n", rows.n_results);
	printf("heatmap.year.read %.2f s\n", read - began);
	printf("heatmap.year.made %.2f s\n", made - read);
	printf("heatmap.year.written %.2f s\n", written - made);
	printf("heatmap.year.memory %.0f MB\n", memory);
	printf("heatmap.year.changes_read %.2f s\n", opened - written);
	printf("heatmap.year.written_again %.2f s\n", again - opened);
	changes_close(picture.changes);
	picture_free(&picture);
	rows_free(&rows);
	gazetteer_free(places);
	limits_free(&limits);
	return 0;
}
