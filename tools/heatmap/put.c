#include "put.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/number.h"
#include "base/utc.h"
#include "rows.h"

enum { ROOM = 64 * 1024 };

/* --- the file ------------------------------------------------------------------------------------------ */

void put_open(struct put *put, const char *folder, const char *name)
{
	struct text path = text_over(put->path, sizeof(put->path));
	char *slash;

	put->file = NULL;
	put->room = NULL;
	put->n = 0;
	put->follows = false;
	put->wrong = 0;
	put->sum = 0;
	text_printf(&path, "%s/%s", folder, name);
	if (path.cut) {
		put->wrong = ENAMETOOLONG;
		return;
	}
	for (slash = strchr(put->path + strlen(folder) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(put->path, 0755) && errno != EEXIST)
			put->wrong = errno;
		*slash = '/';
	}
	if (!put->wrong)
		put->file = fopen(put->path, "we");
	if (put->file)
		put->room = malloc(ROOM);
	if ((!put->file || !put->room) && !put->wrong)
		put->wrong = errno;
}

static void flush(struct put *put, const char *at, size_t len)
{
	if (len && fwrite_unlocked(at, 1, len, put->file) != len && !put->wrong)
		put->wrong = errno ? errno : EIO;
}

int put_close(struct put *put, long *bytes, struct text *why)
{
	if (put->file) {
		flush(put, put->room, put->n);
		if (bytes)
			*bytes = ftell(put->file);
		if (ferror(put->file) && !put->wrong)
			put->wrong = EIO;
		if (fclose(put->file) && !put->wrong)
			put->wrong = errno;
		put->file = NULL;
	}
	free(put->room);
	put->room = NULL;
	if (!put->wrong)
		return 0;
	text_printf(why, "%s cannot be written: %s", put->path, strerror(put->wrong));
	return ERR_IO;
}

uint64_t put_sum(uint64_t sum, const char *at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)at[i]) * 0x100000001B3u;
	return sum;
}

static void out(struct put *put, const char *at, size_t len)
{
	if (put->sum)
		put->sum = put_sum(put->sum, at, len);
	if (!put->room)
		return;
	if (put->n + len > ROOM) {
		flush(put, put->room, put->n);
		put->n = 0;
	}
	if (len > ROOM) {
		flush(put, at, len);
		return;
	}
	memcpy(put->room + put->n, at, len);
	put->n += len;
}

static void out_text(struct put *put, const char *text)
{
	out(put, text, strlen(text));
}

void put_time(struct text *to, int64_t utc_ms)
{
	size_t at = to->len;

	utc_put_second(to, utc_ms);
	if (to->len > at + 10)
		to->at[at + 10] = 'T';
	text_put_char(to, 'Z');
}

/* --- JSON ---------------------------------------------------------------------------------------------- */

static void quote(struct put *put, const char *text)
{
	char escape[8];
	size_t plain;

	out_text(put, "\"");
	while (*text) {
		for (plain = 0; (unsigned char)text[plain] >= ' ' && text[plain] != '"' &&
				text[plain] != '\\';
			plain++)
			;
		out(put, text, plain);
		text += plain;
		if (*text)
			out(put, escape,
				(size_t)snprintf(escape, sizeof(escape),
					(unsigned char)*text < ' ' ? "\\u%04x" : "\\%c", *text));
		text += *text != '\0';
	}
	out_text(put, "\"");
}

static void begin_value(struct put *put, const char *key)
{
	if (put->follows)
		out_text(put, ",");
	put->follows = true;
	if (!key)
		return;
	quote(put, key);
	out_text(put, ":");
}

void jot_begin(struct put *put, const char *key, char bracket)
{
	begin_value(put, key);
	out(put, &bracket, 1);
	put->follows = false;
}

void jot_end(struct put *put, char bracket)
{
	out(put, &bracket, 1);
	put->follows = true;
}

void jot_null(struct put *put, const char *key)
{
	begin_value(put, key);
	out_text(put, "null");
}

void jot_text(struct put *put, const char *key, const char *text)
{
	if (!text) {
		jot_null(put, key);
		return;
	}
	begin_value(put, key);
	quote(put, text);
}

void jot_words(struct put *put, const char *key, const char *text)
{
	jot_text(put, key, *text ? text : NULL);
}

void jot_whole(struct put *put, const char *key, int64_t number)
{
	char room[24];
	struct text text = text_over(room, sizeof(room));

	begin_value(put, key);
	text_put_i64(&text, number);
	out(put, room, text.len);
}

void jot_number(struct put *put, const char *key, double number)
{
	char room[NUMBER_TEXT];

	if (!isfinite(number)) {
		jot_null(put, key);
		return;
	}
	begin_value(put, key);
	out(put, room, number_put_f64(room, number));
}

void jot_bool(struct put *put, const char *key, bool yes)
{
	begin_value(put, key);
	out_text(put, yes ? "true" : "false");
}

static void jot_moment(
	struct put *put, const char *key, int64_t utc_ms, void (*put_it)(struct text *, int64_t))
{
	char room[40];
	struct text text = text_over(room, sizeof(room));

	put_it(&text, utc_ms);
	jot_text(put, key, utc_ms ? room : NULL);
}

void jot_time(struct put *put, const char *key, int64_t utc_ms)
{
	jot_moment(put, key, utc_ms, put_time);
}

void jot_day(struct put *put, const char *key, int64_t utc_ms)
{
	jot_moment(put, key, utc_ms, utc_put_day);
}

void jot_month(struct put *put, const char *key, int32_t month)
{
	char room[16];
	struct text text = text_over(room, sizeof(room));

	month_put(&text, month);
	jot_text(put, key, room);
}

/* --- CSV ----------------------------------------------------------------------------------------------- */

void csv_line(struct put *put, const char *line)
{
	out_text(put, line);
	csv_end(put);
}

void csv_end(struct put *put)
{
	out_text(put, "\n");
	put->follows = false;
}

static void next_field(struct put *put)
{
	if (put->follows)
		out_text(put, ",");
	put->follows = true;
}

/* However long it is: a quote that was cut off would join two rows. */
void csv_words(struct put *put, const char *text)
{
	bool formula = *text && strchr("=+-@\t\r", *text), quoted = text[strcspn(text, ",\"\r\n")];
	size_t plain;

	next_field(put);
	if (quoted)
		out_text(put, "\"");
	if (formula)
		out_text(put, "'");
	for (; *text; text += plain) {
		plain = strcspn(text, "\"");
		if (!plain) {
			out_text(put, "\"\"");
			plain = 1;
			continue;
		}
		out(put, text, plain);
	}
	if (quoted)
		out_text(put, "\"");
}

void csv_field(struct put *put, const char *at, size_t len)
{
	next_field(put);
	out(put, at, len);
}

void csv_whole(struct put *put, int64_t number)
{
	char room[24];
	struct text text = text_over(room, sizeof(room));

	next_field(put);
	text_put_i64(&text, number);
	out(put, room, text.len);
}

void csv_number(struct put *put, double number)
{
	char room[NUMBER_TEXT];

	next_field(put);
	if (isfinite(number))
		out(put, room, number_put_f64(room, number));
}

static void csv_moment(struct put *put, int64_t utc_ms, void (*put_it)(struct text *, int64_t))
{
	char room[40];
	struct text text = text_over(room, sizeof(room));

	put_it(&text, utc_ms);
	next_field(put);
	if (utc_ms)
		out(put, room, text.len);
}

void csv_time(struct put *put, int64_t utc_ms)
{
	csv_moment(put, utc_ms, put_time);
}

void csv_day(struct put *put, int64_t utc_ms)
{
	csv_moment(put, utc_ms, utc_put_day);
}
