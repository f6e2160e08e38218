#include "files.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "base/number.h"
#include "words.h"

static int add_file(
	struct file_list *list, const char *name, const char *what, long bytes, struct text *why)
{
	struct file_said *said = &list->at[list->n];

	if (list->n == FILES_MOST) {
		text_printf(why, "%s: more than %d files; read a shorter time (from)", list->folder,
			FILES_MOST);
		return ERR_FULL;
	}
	text_copy(said->name, sizeof(said->name), name);
	said->what = what;
	said->bytes = bytes;
	list->n++;
	return 0;
}

int files_close(struct file_list *list, struct put *put, const char *name, const char *what,
	struct text *why)
{
	long bytes = 0;
	int err = put_close(put, &bytes, why);

	return err ? err : add_file(list, name, what, bytes, why);
}

int files_list(struct file_list *list, const char *name, const char *what, struct text *why)
{
	char path[PUT_PATH];
	struct text text = text_over(path, sizeof(path));
	struct stat found;

	text_printf(&text, "%s/%s", list->folder, name);
	if (stat(path, &found)) {
		text_printf(why, "%s cannot be read: %s", path, strerror(errno));
		return ERR_IO;
	}
	return add_file(list, name, what, (long)found.st_size, why);
}

/* "6.5 to 8.5": as the van sent its bounds, where no row here stands for them. */
static void put_bounds(struct text *to, const struct result_row *row)
{
	char room[NUMBER_TEXT];

	if (!isnan(row->limit_low)) {
		number_put_f64(room, row->limit_low);
		text_printf(to, "%s%s", isnan(row->limit_high) ? "at least " : "", room);
	}
	if (!isnan(row->limit_high)) {
		number_put_f64(room, row->limit_high);
		text_printf(to, "%s%s", isnan(row->limit_low) ? "at most " : " to ", room);
	}
	if (to->len) {
		text_put(to, " ");
		word_put_unit(to, row->parameter);
		text_put(to, " (the van's)");
	}
}

void files_put_limit(struct text *to, const struct result_row *row)
{
	if (row->limit)
		limit_put(to, row->limit);
	else
		put_bounds(to, row);
}

void files_begin(struct put *put, const struct picture *picture)
{
	jot_begin(put, NULL, '{');
	jot_whole(put, "schema_version", FILES_SCHEMA);
	jot_time(put, "made", picture->made_ms);
}

void files_begin_features(struct put *put, const struct picture *picture)
{
	files_begin(put, picture);
	jot_text(put, "type", "FeatureCollection");
	jot_begin(put, "features", '[');
}

void files_end_features(struct put *put)
{
	jot_end(put, ']');
	jot_end(put, '}');
}

void files_begin_feature(struct put *put, double lat, double lon)
{
	jot_begin(put, NULL, '{');
	jot_text(put, "type", "Feature");
	if (isfinite(lat) && isfinite(lon)) {
		jot_begin(put, "geometry", '{');
		jot_text(put, "type", "Point");
		jot_begin(put, "coordinates", '[');
		jot_number(put, NULL, lon);
		jot_number(put, NULL, lat);
		jot_end(put, ']');
		jot_end(put, '}');
	} else {
		jot_null(put, "geometry");
	}
	jot_begin(put, "properties", '{');
}

void files_end_feature(struct put *put)
{
	jot_end(put, '}');
	jot_end(put, '}');
}

const struct cells *files_cells(const struct picture *picture, enum view view)
{
	return view == VIEW_PUBLIC ? &picture->apart : &picture->all;
}
