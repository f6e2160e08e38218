#include "base/csv.h"

#include <string.h>

void csv_begin(struct csv *csv, FILE *file)
{
	csv->file = file;
	csv->from = csv->to = 0;
	csv->ended = false;
	csv->next_line = 1;
	csv->line = 0;
	csv->record = csv->buffer;
	csv->len = csv->n = 0;
	csv->end_of_line = "";
}

/* More behind what is there; false when no more can come or fit. */
static bool fill(struct csv *csv)
{
	size_t n;

	if (csv->from) {
		memmove(csv->buffer, csv->buffer + csv->from, csv->to - csv->from);
		csv->to -= csv->from;
		csv->from = 0;
	}
	if (csv->ended || csv->to == CSV_RECORD)
		return false;
	n = fread(csv->buffer + csv->to, 1, CSV_RECORD - csv->to, csv->file);
	csv->to += n;
	csv->ended = n == 0;
	return n > 0;
}

enum state {
	BEGIN, /* of a field: only there does a quote open */
	PLAIN,
	QUOTED,
	CLOSED /* behind a quote within quotes: doubled, or the last */
};

static enum state after(enum state state, char c)
{
	if (state == QUOTED)
		return c == '"' ? CLOSED : QUOTED;
	if (c == '"' && state != PLAIN)
		return QUOTED;
	return c == ',' ? BEGIN : PLAIN;
}

/* The newline that ends the record, or NULL; sets whether it would stand within quotes. */
static char *end_of_record(struct csv *csv, bool *quoted)
{
	char *p = csv->buffer + csv->from, *end = csv->buffer + csv->to;
	char *newline = memchr(p, '\n', (size_t)(end - p));
	enum state state = BEGIN;

	if (newline && !memchr(p, '"', (size_t)(newline - p))) { /* as most are */
		*quoted = false;
		return newline;
	}
	for (; p < end && (state == QUOTED || *p != '\n'); p++)
		state = after(state, *p);
	*quoted = state == QUOTED;
	return p < end ? p : NULL;
}

static bool split(struct csv *csv)
{
	const char *p = csv->record, *end = p + csv->len, *begin = p, *comma;
	bool plain = !memchr(p, '"', csv->len);
	enum state state = BEGIN;

	for (csv->n = 0;; p++) {
		if (plain) {
			comma = memchr(p, ',', (size_t)(end - p));
			p = comma ? comma : end;
		} else if (p < end) {
			state = after(state, *p);
			if (state != BEGIN)
				continue;
		}
		if (csv->n == CSV_FIELDS)
			return false;
		csv->fields[csv->n++] = (struct csv_field){begin, (size_t)(p - begin)};
		if (p == end)
			return true;
		begin = p + 1;
	}
}

/* Gives the bytes up to `end`, a newline or where the file ends. */
static void give(struct csv *csv, char *end)
{
	char *begin = csv->buffer + csv->from, *p;
	bool newline = end < csv->buffer + csv->to;

	csv->line = csv->next_line;
	csv->record = begin;
	csv->len = (size_t)(end - begin);
	csv->end_of_line = newline ? "\n" : "";
	csv->from += csv->len + newline;
	for (p = begin; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		csv->next_line++;
	csv->next_line += newline;
	if (newline && csv->len && end[-1] == '\r') {
		csv->len--;
		csv->end_of_line = "\r\n";
	}
}

/* Too long to be held: passed over up to its newline. */
static int pass_over(struct csv *csv)
{
	char *newline;

	csv->line = csv->next_line;
	csv->n = csv->len = 0;
	while (!(newline = memchr(csv->buffer + csv->from, '\n', csv->to - csv->from))) {
		csv->from = csv->to;
		if (!fill(csv))
			break;
	}
	if (newline)
		csv->from = (size_t)(newline - csv->buffer) + 1;
	csv->next_line++;
	return ERR_FULL;
}

static void skip_byte_order_mark(struct csv *csv)
{
	while (csv->to - csv->from < 3 && fill(csv))
		;
	if (csv->to - csv->from >= 3 && !memcmp(csv->buffer + csv->from, "\xEF\xBB\xBF", 3))
		csv->from += 3;
}

int csv_next(struct csv *csv)
{
	bool quoted, more;
	char *end;

	if (csv->next_line == 1)
		skip_byte_order_mark(csv);
	do {
		end = end_of_record(csv, &quoted);
		more = !end && fill(csv);
	} while (more);
	if (ferror(csv->file))
		return ERR_IO;
	if (csv->from == csv->to)
		return ERR_ABSENT;
	if (!end && quoted) /* the quote is a mistake: its line alone is taken for the record */
		end = memchr(csv->buffer + csv->from, '\n', csv->to - csv->from);
	else
		quoted = false;
	if (!end && csv->to - csv->from == CSV_RECORD)
		return pass_over(csv);
	give(csv, end ? end : csv->buffer + csv->to);
	if (!quoted && split(csv))
		return 0;
	csv->n = 0;
	return ERR_CONF;
}

bool csv_split(struct csv *csv, const char *record, size_t len)
{
	csv->record = record;
	csv->len = len;
	return split(csv);
}

static bool copy_field(
	const struct csv *csv, size_t field, bool trim, char *to, size_t cap, size_t *len)
{
	const char *p, *end;
	size_t n = 0;
	bool quoted;

	if (field >= csv->n)
		return false;
	p = csv->fields[field].at;
	end = p + csv->fields[field].len;
	quoted = p < end && *p == '"';
	if (quoted)
		p++;
	while (trim && p < end && (*p == ' ' || *p == '\t'))
		p++;
	for (; p < end; p++) {
		if (quoted && *p == '"') {
			if (p + 1 == end || p[1] != '"')
				break;
			p++;
		}
		if (n + 1 >= cap)
			return false;
		to[n++] = *p;
	}
	while (trim && n && (to[n - 1] == ' ' || to[n - 1] == '\t'))
		n--;
	to[n] = '\0';
	*len = n;
	return true;
}

bool csv_text(const struct csv *csv, size_t field, char *to, size_t cap)
{
	size_t len;

	return copy_field(csv, field, true, to, cap, &len) && strlen(to) == len;
}

bool csv_exact(const struct csv *csv, size_t field, char *to, size_t cap, size_t *len)
{
	return copy_field(csv, field, false, to, cap, len);
}

void csv_put(struct text *to, const char *s)
{
	if (!s[strcspn(s, ",\"\r\n")]) {
		text_put(to, s);
		return;
	}
	text_put_char(to, '"');
	for (; *s; s++) {
		if (*s == '"')
			text_put_char(to, '"');
		text_put_char(to, *s);
	}
	text_put_char(to, '"');
}
