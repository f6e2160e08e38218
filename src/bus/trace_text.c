#include "bus/trace_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EXCHANGES = 100000 };

struct cursor {
	const char *at, *end;
	uint8_t *to;
	size_t n;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool put(struct cursor *cursor, int byte)
{
	if (byte < 0 || byte > 255 || cursor->n == TRACE_BYTES)
		return false;
	cursor->to[cursor->n++] = (uint8_t)byte;
	return true;
}

static int hex_pair(struct cursor *cursor)
{
	int high, low;

	if (cursor->end - cursor->at < 2)
		return -1;
	high = hex_digit(cursor->at[0]);
	low = hex_digit(cursor->at[1]);
	cursor->at += 2;
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static int escaped(struct cursor *cursor)
{
	char c = cursor->at < cursor->end ? *cursor->at++ : '\0';

	switch (c) {
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '"':
	case '\\':
		return c;
	case 'x':
		return hex_pair(cursor);
	default:
		return -1;
	}
}

static bool quoted(struct cursor *cursor)
{
	while (cursor->at < cursor->end && *cursor->at != '"') {
		char c = *cursor->at++;

		if (!put(cursor, c == '\\' ? escaped(cursor) : (unsigned char)c))
			return false;
	}
	return cursor->at++ < cursor->end;
}

static bool bytes_of(const char *from, const char *end, uint8_t *to, size_t *n)
{
	struct cursor cursor = {from, end, to, 0};

	while (cursor.at < end) {
		if (*cursor.at == ' ' || *cursor.at == '\t') {
			cursor.at++;
		} else if (*cursor.at == '"') {
			cursor.at++;
			if (!quoted(&cursor))
				return false;
		} else if (!put(&cursor, hex_pair(&cursor))) {
			return false;
		}
	}
	*n = cursor.n;
	return cursor.n > 0;
}

static struct trace_exchange *add(struct trace_text *text, unsigned line)
{
	struct trace_exchange *grown;
	size_t room = 16;

	while (room <= text->n)
		room *= 2;
	if (text->n == 0 || text->n == room / 2) {
		grown = realloc(text->exchanges, room * sizeof(*grown));
		if (!grown)
			return NULL;
		text->exchanges = grown;
	}
	memset(&text->exchanges[text->n], 0, sizeof(*text->exchanges));
	text->exchanges[text->n].line = line;
	return &text->exchanges[text->n++];
}

/* The exchange that a line with `mark` belongs to. */
static struct trace_exchange *exchange_of(struct trace_text *text, char mark, unsigned line)
{
	struct trace_exchange *last = text->n ? &text->exchanges[text->n - 1] : NULL;

	if (mark == '>' || !last || last->answered)
		return add(text, line);
	return last;
}

/* "KEY: words"; the same key again says it anew. */
static void take_key(struct trace_text *text, const char *from, const char *value, const char *end)
{
	size_t n = (size_t)(value - from), cap = 0;
	char *at = NULL;
	struct text to;

	if (n == 7 && !strncmp(from, "driver:", n)) {
		at = text->driver;
		cap = sizeof(text->driver);
	} else if (n == 8 && !strncmp(from, "address:", n)) {
		at = text->address;
		cap = sizeof(text->address);
	}
	while (value < end && *value == ' ')
		value++;
	text->has_source |= !strncmp(from, "source:", 7) && value < end;
	text->recorded |=
		!strncmp(from, "source:", 7) && end - value >= 8 && !strncmp(value, "recorded", 8);
	if (!at)
		return;
	to = text_over(at, cap);
	text_put_n(&to, value, (size_t)(end - value));
}

static int take_line(struct trace_text *text, const char *from, const char *end, unsigned line)
{
	struct trace_exchange *exchange;
	const char *colon;
	char mark;

	while (end > from && (end[-1] == '\r' || end[-1] == ' '))
		end--;
	mark = from < end ? *from : '#';
	if (strchr("#=?!", mark))
		return 0;
	if (mark != '>' && mark != '<') {
		colon = memchr(from, ':', (size_t)(end - from));
		if (!islower((unsigned char)mark) || !colon)
			return ERR_CONF;
		take_key(text, from, colon + 1, end);
		return 0;
	}
	if (text->n == MOST_EXCHANGES)
		return ERR_RANGE;
	exchange = exchange_of(text, mark, line);
	if (!exchange)
		return ERR_MEMORY;
	exchange->last = line;
	if (mark == '>') {
		exchange->asked = true;
		return bytes_of(from + 1, end, exchange->question, &exchange->n_question)
			       ? 0
			       : ERR_CONF;
	}
	exchange->answered = true;
	return bytes_of(from + 1, end, exchange->answer, &exchange->n_answer) ? 0 : ERR_CONF;
}

int trace_text_read(
	struct trace_text *out, const char *name, const char *text, size_t len, struct text *why)
{
	const char *at = text, *end = text + len, *stop;
	unsigned line = 1;
	int err = 0;

	memset(out, 0, sizeof(*out));
	for (; at < end && !err; at = stop + 1, line++) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		err = take_line(out, at, stop, line);
	}
	if (!err)
		return 0;
	if (err == ERR_CONF)
		text_printf(why,
			"%s:%u: is no line of a trace; allowed are \"KEY: words\", \"> BYTES\", "
			"\"< BYTES\" (hexadecimal pairs and \"text\", at most %d) and #",
			name, line - 1, TRACE_BYTES);
	else
		text_printf(why, "%s:%u: %s", name, line - 1, err_text(err));
	trace_text_free(out);
	return err;
}

void trace_text_free(struct trace_text *text)
{
	free(text->exchanges);
	memset(text, 0, sizeof(*text));
}

static bool reads_as_text(const uint8_t *bytes, size_t len)
{
	size_t odd = 0, i;

	for (i = 0; i < len; i++)
		odd += !isprint(bytes[i]) && !strchr("\r\n\t", bytes[i] ? bytes[i] : 1);
	return len && odd * 4 <= len;
}

static void print_char(FILE *to, uint8_t c)
{
	static const char *const names[] = {['\r'] = "\\r", ['\n'] = "\\n", ['\t'] = "\\t"};

	if (c < sizeof(names) / sizeof(names[0]) && names[c])
		fputs(names[c], to);
	else if (c == '"' || c == '\\')
		fprintf(to, "\\%c", c);
	else if (c < 0x20 || c > 0x7E)
		fprintf(to, "\\x%02X", c);
	else
		fputc(c, to);
}

void trace_text_print(FILE *to, char mark, const uint8_t *bytes, size_t len, bool hex)
{
	size_t i;

	fputc(mark, to);
	if (!hex && reads_as_text(bytes, len)) {
		fputs(" \"", to);
		for (i = 0; i < len; i++)
			print_char(to, bytes[i]);
		fputc('"', to);
	} else {
		for (i = 0; i < len; i++)
			fprintf(to, " %02X", bytes[i]);
	}
	fputc('\n', to);
}
