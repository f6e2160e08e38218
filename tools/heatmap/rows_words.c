/* Tags and fields by the names they travel under. */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "put.h"
#include "rows.h"

enum column_kind { COLUMN_TEXT, COLUMN_WHOLE, COLUMN_REAL };

struct column {
	const char *name;
	enum column_kind kind;
	size_t offset, bytes;
	size_t odd; /* where it is kept that a row has a number that cannot be */
};

#define COLUMN(kind, type, name, field, odd)                                          \
	{                                                                             \
		name, kind, offsetof(type, field), sizeof(((type *)NULL)->field), odd \
	}
#define TEXT(type, name, field)  COLUMN(COLUMN_TEXT, type, name, field, 0)
#define WHOLE(type, name, field) COLUMN(COLUMN_WHOLE, type, name, field, offsetof(type, odd))
#define REAL(type, name, field)  COLUMN(COLUMN_REAL, type, name, field, 0)

static const struct column result_columns[] = {
	TEXT(struct result_row, "lab", lab),
	TEXT(struct result_row, "spool", spool),
	TEXT(struct result_row, "parameter", parameter),
	TEXT(struct result_row, "method", method),
	TEXT(struct result_row, "district", sent_district),
	TEXT(struct result_row, "near", near),
	TEXT(struct result_row, "position", position),
	TEXT(struct result_row, "source_type", source_type),
	TEXT(struct result_row, "activity", activity),
	REAL(struct result_row, "value", value),
	REAL(struct result_row, "upper", upper),
	REAL(struct result_row, "mdl", mdl),
	REAL(struct result_row, "uncertainty", uncertainty),
	REAL(struct result_row, "known", known),
	REAL(struct result_row, "clock_err", clock_error_s),
	REAL(struct result_row, "limit_low", limit_low),
	REAL(struct result_row, "limit", limit_high),
	REAL(struct result_row, "lat", lat),
	REAL(struct result_row, "lon", lon),
	WHOLE(struct result_row, "sample", sample),
	WHOLE(struct result_row, "point", point),
	WHOLE(struct result_row, "parent", parent),
	WHOLE(struct result_row, "seq", seq),
	WHOLE(struct result_row, "replicate", replicate),
	WHOLE(struct result_row, "rev", rev),
	WHOLE(struct result_row, "limit_set", limit_set),
	WHOLE(struct result_row, "censor", censor),
	WHOLE(struct result_row, "verdict", verdict),
	WHOLE(struct result_row, "reason", reason),
	WHOLE(struct result_row, "as_if", as_if),
	WHOLE(struct result_row, "basis", basis),
	WHOLE(struct result_row, "treated", treated),
	WHOLE(struct result_row, "status", status),
	WHOLE(struct result_row, "rule", rule),
	WHOLE(struct result_row, "purpose", purpose),
	WHOLE(struct result_row, "clock", clock),
	WHOLE(struct result_row, "screening", screening),
	WHOLE(struct result_row, "unsettled", unsettled),
	WHOLE(struct result_row, "impediment", impediment),
	{NULL, COLUMN_TEXT, 0, 0, 0},
};

static const struct column point_columns[] = {
	REAL(struct point_row, "lat", lat),
	REAL(struct point_row, "lon", lon),
	WHOLE(struct point_row, "point", point),
	WHOLE(struct point_row, "seq", seq),
	TEXT(struct point_row, "lab", lab),
	TEXT(struct point_row, "spool", spool),
	TEXT(struct point_row, "code", code),
	TEXT(struct point_row, "name", name),
	TEXT(struct point_row, "point_type", source_type),
	{NULL, COLUMN_TEXT, 0, 0, 0},
};

static const struct column lab_columns[] = {
	REAL(struct lab_row, "backlog", backlog),
	REAL(struct lab_row, "backlog_records", records),
	REAL(struct lab_row, "oldest_unsent_s", oldest_s),
	REAL(struct lab_row, "units_ok", units_ok),
	REAL(struct lab_row, "units_sick", units_sick),
	REAL(struct lab_row, "checks_expired", checks_expired),
	REAL(struct lab_row, "refused", refused),
	REAL(struct lab_row, "fix_age", fix_age_s),
	REAL(struct lab_row, "clock", clock),
	{NULL, COLUMN_TEXT, 0, 0, 0},
};

static const struct column *find(const struct column *columns, const char *name)
{
	for (; columns->name; columns++)
		if (!strcmp(columns->name, name))
			return columns;
	return NULL;
}

/* A number that its field cannot hold is none: all ones, which no vocabulary has.  False: so it was. */
static bool put_whole(void *to, size_t bytes, double number)
{
	double most = bytes >= 8 ? (double)WHOLE_MOST : (double)((1ull << (8 * bytes)) - 1);
	bool fits = number >= 0 && number <= most && number == floor(number);
	uint64_t whole = fits ? (uint64_t)number : UINT64_MAX;
	uint8_t one = (uint8_t)whole;
	uint16_t two = (uint16_t)whole;
	uint32_t four = (uint32_t)whole;

	if (bytes == sizeof(one))
		memcpy(to, &one, sizeof(one));
	else if (bytes == sizeof(two))
		memcpy(to, &two, sizeof(two));
	else if (bytes == sizeof(four))
		memcpy(to, &four, sizeof(four));
	else
		memcpy(to, &whole, sizeof(whole));
	return fits;
}

/* Two long texts stay two, and what is published of a row stays a line that can be read. */
static const char *keep(struct rows *rows, const char *text)
{
	char room[ROW_TEXT + 1];
	size_t len = strlen(text), cut = ROW_TEXT - 17;

	if (len <= ROW_TEXT)
		return names_keep(&rows->names, text);
	while (cut && ((unsigned char)text[cut] & 0xC0) == 0x80)
		cut--;
	snprintf(room, sizeof(room), "%.*s~%016" PRIx64, (int)cut, text,
		put_sum(PUT_SUM, text, len));
	return names_keep(&rows->names, room);
}

const struct column *column_of_result(const char *name)
{
	return find(result_columns, name);
}

static const struct column *at(const struct column *columns, size_t i)
{
	for (; i && columns->name; i--)
		columns++;
	return columns->name ? columns : NULL;
}

const struct column *column_of_result_at(size_t i)
{
	return at(result_columns, i);
}

const struct column *column_of_point_at(size_t i)
{
	return at(point_columns, i);
}

const struct column *column_of_lab_at(size_t i)
{
	return at(lab_columns, i);
}

const char *column_name(const struct column *column)
{
	return column->name;
}

bool column_is_text(const struct column *column)
{
	return column->kind == COLUMN_TEXT;
}

const struct column *column_of_point(const char *name)
{
	return find(point_columns, name);
}

const struct column *column_of_lab(const char *name)
{
	return find(lab_columns, name);
}

/* With `names` as those keep them. */
static void copy_texts(const struct column *column, void *to, const void *from, struct names *names)
{
	const char *text;

	for (; column->name; column++) {
		if (column->kind != COLUMN_TEXT)
			continue;
		memcpy(&text, (const char *)from + column->offset, sizeof(text));
		if (names)
			text = names_keep(names, text);
		memcpy((char *)to + column->offset, &text, sizeof(text));
	}
}

void rows_copy_result_tags(void *to, const void *from)
{
	copy_texts(result_columns, to, from, NULL);
}

void rows_copy_point_tags(void *to, const void *from)
{
	copy_texts(point_columns, to, from, NULL);
}

struct result_row *rows_take_result(struct rows *rows, const struct result_row *other)
{
	struct result_row *row = rows_add_result(rows);

	if (!row)
		return NULL;
	*row = *other;
	copy_texts(result_columns, row, other, &rows->names);
	return row;
}

void column_put_text(struct rows *rows, void *row, const struct column *column, const char *text)
{
	const char *kept;

	if (!column || column->kind != COLUMN_TEXT)
		return;
	kept = keep(rows, text);
	memcpy((char *)row + column->offset, &kept, sizeof(kept));
}

void column_put_number(void *row, const struct column *column, double number)
{
	const bool odd = true;

	if (!column || isnan(number))
		return;
	if (column->kind == COLUMN_WHOLE &&
		!put_whole((char *)row + column->offset, column->bytes, number))
		memcpy((char *)row + column->odd, &odd, sizeof(odd));
	else if (column->kind == COLUMN_REAL && isfinite(number))
		memcpy((char *)row + column->offset, &number, sizeof(number));
}

bool column_has_number(const void *row, const struct column *column)
{
	double number;

	if (column->kind != COLUMN_REAL)
		return false;
	memcpy(&number, (const char *)row + column->offset, sizeof(number));
	return isfinite(number);
}
