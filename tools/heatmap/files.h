/* files.h - the published files, each by the picture and the view it is for.  FORMAT.md says what stands in them. */
#ifndef HEATMAP_FILES_H
#define HEATMAP_FILES_H

#include "picture.h"
#include "put.h"

enum { FILES_SCHEMA = 1, FILES_MOST = 1024, FILE_NAME_MOST = 64 };

/* What was written to one view's folder, for its index. */
struct file_list {
	const char *folder; /* .../data */
	size_t n;
	struct file_said {
		char name[FILE_NAME_MOST];
		const char *what;
		long bytes;
	} at[FILES_MOST];
};

/* Closes the file and lists it.  put_close()'s errors; ERR_FULL with words. */
int files_close(struct file_list *list, struct put *put, const char *name, const char *what,
	struct text *why) MUST_USE;
/* Lists a file that is there. */
int files_list(
	struct file_list *list, const char *name, const char *what, struct text *why) MUST_USE;

/* months/YYYY-MM.json, districts.csv, districts/YYYY-MM.geojson. */
int files_put_cells(const struct picture *picture, enum view view, struct file_list *list,
	struct text *why) MUST_USE;
/* failures.json, failures.csv; failures.geojson (official). */
int files_put_failures(const struct picture *picture, enum view view, struct file_list *list,
	struct text *why) MUST_USE;
/* results/YYYY-MM.csv and .geojson (official). */
int files_put_results(
	const struct picture *picture, struct file_list *list, struct text *why) MUST_USE;
/* withdrawn.csv (official), after the results. */
int files_put_withdrawn(
	const struct picture *picture, struct file_list *list, struct text *why) MUST_USE;
/* series/DISTRICT.json; points/DISTRICT.json (official). */
int files_put_series(const struct picture *picture, enum view view, struct file_list *list,
	struct text *why) MUST_USE;
int files_put_points(
	const struct picture *picture, struct file_list *list, struct text *why) MUST_USE;
/* labs.json, labs.csv (labs). */
int files_put_labs(
	const struct picture *picture, struct file_list *list, struct text *why) MUST_USE;
/* dictionary.csv: what each column means. */
int files_put_dictionary(struct file_list *list, struct text *why) MUST_USE;
/* index.json: last, when all others are listed. */
int files_put_index(const struct picture *picture, enum view view, struct file_list *list,
	struct text *why) MUST_USE;

/* --- parts of several files ---------------------------------------------------------------------------------- */

/* Opens a JSON file's object: its schema, and `made`, which says of which version it is. */
void files_begin(struct put *put, const struct picture *picture);
/* "not detected in 100 mL"; of a row that no set here decided the van's own bounds; "": there are none. */
void files_put_limit(struct text *to, const struct result_row *row);
/* A point of GeoJSON: {"type":"Feature","geometry":...,"properties":{ ; then files_end_feature(). */
void files_begin_feature(struct put *put, double lat, double lon);
void files_end_feature(struct put *put);
void files_begin_features(struct put *put, const struct picture *picture);
void files_end_features(struct put *put);

/* The first set's row for what people drink, treated and at the consumer's where there are several; NULL: none has one. */
const struct limit *files_find_limit(const struct limit_book *book, const char *parameter);
const struct cells *files_cells(const struct picture *picture, enum view view);

#endif
