/* How each laboratory is, by the newest that the store has of it. */
#include <math.h>

#include "base/utc.h"
#include "files.h"
#include "words.h"

static const char headings[] = "lab,spool,last_contact,status_at,backlog,oldest_unsent_s,units_ok,"
			       "units_sick,checks_expired,"
			       "refused,fix_age,clock,results_30d,schema_version";

static unsigned count_results(const struct picture *picture, const char *lab)
{
	const struct rows *rows = picture->rows;
	int64_t from_ms = picture->made_ms - 30 * (int64_t)UTC_DAY_MS;
	size_t i = rows_first_of(rows, lab);
	unsigned n = 0;

	for (; i < rows->n_results && rows->results[i].lab == lab; i++)
		n += sampled_ms(&rows->results[i]) >= from_ms &&
		     sampled_ms(&rows->results[i]) <= picture->made_ms;
	return n;
}

/* Numbers are for ever; src/model/reading.h. */
static const char *clock_word(const struct lab_row *lab)
{
	static const char *const words[] = {"none", "restored", "entered", "rtc", "ntp", "gps"};

	if (!lab->status_ms || !(lab->clock >= 0 && lab->clock < 6))
		return "";
	return words[(unsigned)lab->clock];
}

static void jot_lab(struct put *put, const struct picture *picture, const struct lab_row *lab)
{
	jot_begin(put, NULL, '{');
	jot_text(put, "lab", lab->lab);
	jot_words(put, "spool", lab->spool);
	jot_time(put, "last_contact", lab->heard_ms);
	jot_time(put, "status_at", lab->status_ms);
	jot_number(put, "backlog", lab->backlog);
	jot_number(put, "oldest_unsent_s", lab->oldest_s);
	jot_number(put, "units_ok", lab->units_ok);
	jot_number(put, "units_sick", lab->units_sick);
	jot_number(put, "checks_expired", lab->checks_expired);
	jot_number(put, "refused", lab->refused);
	jot_number(put, "fix_age", lab->fix_age_s);
	jot_words(put, "clock", clock_word(lab));
	jot_whole(put, "results_30d", count_results(picture, lab->lab));
	jot_end(put, '}');
}

static void csv_lab(struct put *put, const struct picture *picture, const struct lab_row *lab)
{
	csv_words(put, lab->lab);
	csv_words(put, lab->spool);
	csv_time(put, lab->heard_ms);
	csv_time(put, lab->status_ms);
	csv_number(put, lab->backlog);
	csv_number(put, lab->oldest_s);
	csv_number(put, lab->units_ok);
	csv_number(put, lab->units_sick);
	csv_number(put, lab->checks_expired);
	csv_number(put, lab->refused);
	csv_number(put, lab->fix_age_s);
	csv_words(put, clock_word(lab));
	csv_whole(put, count_results(picture, lab->lab));
	csv_whole(put, FILES_SCHEMA);
	csv_end(put);
}

int files_put_labs(const struct picture *picture, struct file_list *list, struct text *why)
{
	static const char what[] = "each laboratory: last contact, what waits, analyzers, checks";
	struct put json, csv;
	size_t i;
	int err;

	put_open(&json, list->folder, "labs.json");
	put_open(&csv, list->folder, "labs.csv");
	files_begin(&json, picture);
	jot_begin(&json, "labs", '[');
	csv_line(&csv, headings);
	for (i = 0; i < picture->rows->n_labs; i++) {
		jot_lab(&json, picture, &picture->rows->labs[i]);
		csv_lab(&csv, picture, &picture->rows->labs[i]);
	}
	jot_end(&json, ']');
	jot_end(&json, '}');
	err = files_close(list, &json, "labs.json", what, why);
	if (files_close(list, &csv, "labs.csv", what, why) && !err)
		err = ERR_IO;
	return err;
}
