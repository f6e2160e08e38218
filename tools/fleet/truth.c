/* What ought to be at the centre, as the world knows it: one line a result, one a point. */
#include <math.h>

#include "base/csv.h"
#include "base/number.h"
#include "fleet.h"

static const char results_head[] =
	"lab,spool,seq,utc_ms,clock,sample,point,purpose,activity,parent,district,near,source_type,"
	"position,treated,parameter,method,entered,censor,value,upper,mdl,verdict,reason,as_if,"
	"limit,limit_set,basis,screening,impediment,status,rev,lat_e7,lon_e7,eph_cm,pos\n";
static const char points_head[] = "lab,spool,seq,utc_ms,clock,code,name,point_type,lat_e7,lon_e7\n";
static const char statuses_head[] = "lab,spool,seq,utc_ms,clock,backlog,oldest_unsent_s,units_ok,"
				    "units_sick,checks_ok,checks_expired\n";

void truth_open(struct van *van)
{
	van->results = tmpfile();
	van->points = tmpfile();
	van->statuses = tmpfile();
	insist(van->results && van->points && van->statuses, "no temporary file");
}

static void put_number(struct text *to, double value)
{
	char number[NUMBER_TEXT];

	text_put_char(to, ',');
	if (isnan(value))
		return;
	number_put_f64(number, value);
	text_put(to, number);
}

static void put_word(struct text *to, const char *word)
{
	text_put_char(to, ',');
	csv_put(to, word);
}

/* Of a bag no number: whoever compares works it out from the key. */
static void put_amount(struct text *to, const struct test *test)
{
	bool number = test->kind == AMOUNT_EXACT || test->kind == AMOUNT_BELOW ||
		      test->kind == AMOUNT_ABOVE || test->kind == AMOUNT_BETWEEN;

	text_printf(to, ",%d", (int)test->kind);
	put_number(to, number && test->origin != ORIGIN_BAG ? test->low : (double)NAN);
	put_number(to, test->kind == AMOUNT_BETWEEN ? test->high : (double)NAN);
	text_printf(to, ",%s", test->mdl);
}

void truth_add_result(struct van *van, const struct visit *visit, const struct test *test)
{
	const struct result *result = &test->result;
	const struct point *point = &visit->spot->point;
	char line[1024];
	struct text to = text_over(line, sizeof(line));

	text_printf(&to, "%s,%s,%llu,%lld,%d,%llu,%llu,%s,%s,%llu,%s,%s,%s,%s,%s", van->name,
		spool_id(van->spool), (unsigned long long)result->number,
		(long long)visit->utc_ms + result->revision, (int)visit->clock,
		(unsigned long long)visit->sample, (unsigned long long)point->number,
		visit->purpose, visit->activity, (unsigned long long)visit->parent,
		*visit->place.district ? visit->place.district : "none", visit->place.near,
		point->type, point->position, point->treated);
	put_word(&to, test->parameter);
	put_word(&to, test->method);
	put_word(&to, test->entered);
	put_amount(&to, test);
	text_printf(&to, ",%d,%d,%d,%s,%u,%d,%d,%s,%d,%u", (int)result->verdict,
		(int)result->reason, (int)result->as_if_believed, result->limit, result->set_code,
		(int)result->basis, (int)result->screening, visit->impediment, (int)result->status,
		result->revision);
	if (visit->place.has_point)
		text_printf(&to, ",%d,%d,%d", visit->place.lat_e7, visit->place.lon_e7,
			visit->place.eph_cm);
	else
		text_put(&to, ",,,");
	text_printf(&to, ",%d\n", (int)visit->place.origin);
	insist(!to.cut && fputs(line, van->results) >= 0, "the truth cannot be written");
}

void truth_add_point(struct van *van, const struct spot *spot)
{
	const struct point *point = &spot->point;
	char line[512];
	struct text to = text_over(line, sizeof(line));

	text_printf(&to, "%s,%s,%llu,%lld,%d", van->name, spool_id(van->spool),
		(unsigned long long)point->number, (long long)spot->first_ms,
		(int)van->offset.source);
	put_word(&to, point->code);
	put_word(&to, point->name);
	text_printf(&to, ",%s,%d,%d\n", point->type, point->lat_e7, point->lon_e7);
	insist(!to.cut && fputs(line, van->points) >= 0, "the truth cannot be written");
}

void truth_add_status(struct van *van, int64_t utc_ms, const struct lab_status *status)
{
	insist(fprintf(van->statuses, "%s,%s,%llu,%lld,%d,%lld,%lld,%lld,%lld,%lld,%lld\n",
		       van->name, spool_id(van->spool), (unsigned long long)van->next,
		       (long long)utc_ms, (int)van->offset.source, (long long)status->backlog,
		       (long long)status->oldest_s, (long long)status->units_ok,
		       (long long)status->units_sick, (long long)status->checks_ok,
		       (long long)status->checks_expired) > 0,
		"the truth cannot be written");
}

static bool copy(FILE *from, FILE *to)
{
	char room[65536];
	size_t n;

	rewind(from);
	while ((n = fread(room, 1, sizeof(room), from)) > 0)
		if (fwrite(room, 1, n, to) != n)
			return false;
	return !fseek(from, 0, SEEK_END);
}

static void write_one(
	struct fleet *fleet, const char *path, const char *head, FILE *(*of)(const struct van *van))
{
	FILE *file;
	unsigned i;
	bool written;

	if (!path)
		return;
	file = fopen(path, "we");
	insist(file != NULL, path);
	written = fputs(head, file) >= 0;
	for (i = 0; written && i < fleet->labs; i++)
		written = copy(of(&fleet->vans[i]), file);
	insist(!fclose(file) && written, path);
}

static FILE *results_of(const struct van *van)
{
	return van->results;
}

static FILE *points_of(const struct van *van)
{
	return van->points;
}

static FILE *statuses_of(const struct van *van)
{
	return van->statuses;
}

void truth_write(struct fleet *fleet)
{
	write_one(fleet, fleet->truth, results_head, results_of);
	write_one(fleet, fleet->points, points_head, points_of);
	write_one(fleet, fleet->statuses, statuses_head, statuses_of);
}
