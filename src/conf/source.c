#include "conf/source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file on its way in. */
struct reader {
	struct source *source;
	struct mistakes *mistakes;
	const char *at, *end;
	unsigned file, line;
	bool line_open; /* the present line has an entry in the map */
};

/* What spans files: brackets opened in one may close in another. */
struct brackets {
	char open[SOURCE_NESTED];
	unsigned file[SOURCE_NESTED], line[SOURCE_NESTED];
	unsigned n;
	char last; /* the last character that was no blank and no comment */
};

static int read_text(struct source *source, struct mistakes *mistakes, struct brackets *brackets,
	unsigned file, const char *text, size_t len);

static void add(struct mistakes *mistakes, const char *file, unsigned line, const char *key,
	const char *kind, const char *words)
{
	text_put(mistakes->to, file);
	if (line)
		text_printf(mistakes->to, ":%u", line);
	text_printf(mistakes->to, ": %s%s%s%s\n", kind, key ? key : "", key ? ": " : "", words);
}

void mistake_add(struct mistakes *mistakes, const char *file, unsigned line, const char *key,
	const char *fmt, ...)
{
	char words[640];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	mistakes->wrong++;
	add(mistakes, file, line, key, "", words);
}

void mistake_warn(struct mistakes *mistakes, const char *file, unsigned line, const char *key,
	const char *fmt, ...)
{
	char words[640];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	mistakes->warnings++;
	add(mistakes, file, line, key, "warning: ", words);
}

#define WRONG(reader, ...)                                                                       \
	mistake_add((reader)->mistakes, (reader)->source->files[(reader)->file], (reader)->line, \
		NULL, __VA_ARGS__)

static int put(struct reader *reader, const char *s, size_t n)
{
	struct source *source = reader->source;
	struct source_line *lines;
	unsigned cap;

	if (!reader->line_open) {
		if (source->n_lines == source->lines_cap) {
			cap = source->lines_cap ? 2 * source->lines_cap : 256;
			lines = realloc(source->lines, cap * sizeof(*lines));
			if (!lines)
				return ERR_MEMORY;
			source->lines = lines;
			source->lines_cap = cap;
		}
		source->lines[source->n_lines++] = (struct source_line){reader->file, reader->line};
		reader->line_open = true;
	}
	/* A file may include another many times: the whole stays bounded. */
	if (source->len + n >= source->cap)
		return ERR_FULL;
	memcpy(source->text + source->len, s, n);
	source->len += n;
	return 0;
}

static int put_newline(struct reader *reader)
{
	int err = put(reader, "\n", 1);

	reader->line_open = false;
	reader->line++;
	return err;
}

static int take_string(struct reader *reader)
{
	const char *from = reader->at++;

	while (reader->at < reader->end && *reader->at != '"' && *reader->at != '\n')
		reader->at +=
			*reader->at == '\\' && reader->end - reader->at > 1 && reader->at[1] != '\n'
				? 2
				: 1;
	if (reader->at >= reader->end || *reader->at != '"') {
		WRONG(reader, "the text %.*s is not closed; it ends with \" on the same line",
			(int)(reader->at - from < 40 ? reader->at - from : 40), from);
		return ERR_CONF;
	}
	reader->at++;
	return put(reader, from, (size_t)(reader->at - from));
}

static int take_comment(struct reader *reader)
{
	unsigned began = reader->line;
	int err = 0;

	if (reader->at[0] == '#' || reader->at[1] == '/') {
		while (reader->at < reader->end && *reader->at != '\n')
			reader->at++;
		return 0;
	}
	reader->at += 2;
	while (!err && reader->end - reader->at >= 2 &&
		!(reader->at[0] == '*' && reader->at[1] == '/'))
		if (*reader->at++ == '\n')
			err = put_newline(reader);
	if (err)
		return err;
	if (reader->end - reader->at < 2) {
		reader->line = began;
		WRONG(reader, "the comment that starts with /* is never closed; it ends with */");
		return ERR_CONF;
	}
	reader->at += 2;
	return put(reader, " ", 1);
}

/* Integers get an L, without which libconfig cuts them to 32 bits. */
static int take_number(struct reader *reader)
{
	const char *from = reader->at, *digits, *p, *end = reader->end;
	bool hex, real = false;
	char number[32];
	size_t n;
	int err;

	p = from + (*from == '+' || *from == '-');
	hex = end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x';
	digits = p += hex ? 2 : 0;
	while (p < end && (hex ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p)))
		p++;
	if (!hex && p < end && (*p == '.' || (*p | 0x20) == 'e')) {
		real = true;
		while (p < end && (isdigit((unsigned char)*p) || *p == '.' || (*p | 0x20) == 'e' ||
					  ((*p == '-' || *p == '+') && (p[-1] | 0x20) == 'e')))
			p++;
	}
	n = (size_t)(p - from);
	while (!real && p < end && *p == 'L')
		p++;
	reader->at = p;
	if (p < end && (isalnum((unsigned char)*p) || *p == '_' || *p == '.')) {
		WRONG(reader,
			"%.*s is not a number; write digits only, the unit is in the key's name",
			(int)(n + 1 < 40 ? n + 1 : 40), from);
		return ERR_CONF;
	}
	if (n >= sizeof(number)) {
		WRONG(reader, "%.30s... is too long for a number", from);
		return ERR_CONF;
	}
	memcpy(number, from, n);
	number[n] = '\0';
	if (real || digits == from + n)
		return put(reader, number, n);
	errno = 0;
	if (hex)
		(void)strtoull(digits, NULL, 16);
	else
		(void)strtoll(number, NULL, 10);
	if (errno == ERANGE) {
		WRONG(reader, "%s is too large for a 64-bit integer", number);
		return ERR_CONF;
	}
	/* All integers alike, since libconfig wants the elements of an array to be of one type. */
	err = put(reader, number, n);
	if (!err)
		err = put(reader, "L", 1);
	return err;
}

static int take_bracket(struct reader *reader, struct brackets *brackets)
{
	char c = *reader->at, opener = c == '}' ? '{' : c == ')' ? '(' : '[';

	if (c == '{' && brackets->last == '}' && brackets->n &&
		brackets->open[brackets->n - 1] == '(') {
		WRONG(reader, "a comma is missing between this '{' and the '}' before it");
		return ERR_CONF;
	}
	if (strchr("}])", c) && brackets->last == ',') {
		WRONG(reader, "the comma before this '%c' is one too many", c);
		return ERR_CONF;
	}
	if (strchr("{([", c)) {
		if (brackets->n == SOURCE_NESTED) {
			WRONG(reader,
				"groups and lists are nested too deep; %d levels are the most",
				SOURCE_NESTED);
			return ERR_CONF;
		}
		brackets->open[brackets->n] = c;
		brackets->file[brackets->n] = reader->file;
		brackets->line[brackets->n++] = reader->line;
	} else if (!brackets->n) {
		WRONG(reader, "this '%c' closes nothing; no '%c' is open", c, opener);
		return ERR_CONF;
	} else if (brackets->open[--brackets->n] != opener) {
		WRONG(reader, "'%c' does not close the '%c' of %s:%u", c,
			brackets->open[brackets->n],
			reader->source->files[brackets->file[brackets->n]],
			brackets->line[brackets->n]);
		return ERR_CONF;
	}
	return put(reader, reader->at++, 1);
}

/* The whole file in memory; NULL with the mistake said. */
static char *load(struct source *source, const char *path, size_t *len, const char *from_file,
	unsigned from_line, struct mistakes *mistakes)
{
	struct stat stat;
	char *text = NULL;
	ssize_t n = -1;
	int fd;

	*len = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &stat)) {
		mistake_add(mistakes, from_file, from_line, NULL, "%s%scannot be read: %s",
			from_line ? path : "", from_line ? " " : "", strerror(errno));
	} else if (!S_ISREG(stat.st_mode)) {
		mistake_add(mistakes, from_file, from_line, NULL, "%s is not a file", path);
	} else if ((size_t)stat.st_size > SOURCE_BYTES - source->len) {
		mistake_add(mistakes, from_file, from_line, NULL,
			"%s is too large; %d bytes with all includes are the most", path,
			SOURCE_BYTES);
	} else if ((text = malloc((size_t)stat.st_size + 1))) {
		while (*len < (size_t)stat.st_size &&
			(n = read(fd, text + *len, (size_t)stat.st_size - *len)) > 0)
			*len += (size_t)n;
		text[*len] = '\0';
		if (n < 0 && stat.st_size) {
			mistake_add(mistakes, from_file, from_line, NULL, "%s cannot be read: %s",
				path, strerror(errno));
			free(text);
			text = NULL;
		}
	} else {
		mistake_add(mistakes, from_file, from_line, NULL, "no memory to read %s", path);
	}
	if (fd >= 0)
		close(fd);
	return text;
}

static int add_file(struct source *source, const char *path)
{
	if (source->n_files == SOURCE_FILES)
		return ERR_FULL;
	source->files[source->n_files] = strdup(path);
	return source->files[source->n_files++] ? 0 : ERR_MEMORY;
}

static int take_include(struct reader *reader, struct brackets *brackets)
{
	static const char word[] = "@include";
	const char *p = reader->at, *name, *own = reader->source->files[reader->file], *slash;
	char path[512], *text;
	struct text to = text_over(path, sizeof(path));
	size_t len;
	int err;

	if ((size_t)(reader->end - p) > sizeof(word) && !memcmp(p, word, sizeof(word) - 1))
		p += sizeof(word) - 1;
	while (p < reader->end && (*p == ' ' || *p == '\t'))
		p++;
	name = ++p;
	while (p < reader->end && *p != '"' && *p != '\n')
		p++;
	if (p >= reader->end || *p != '"' || name[-1] != '"' || name == p) {
		WRONG(reader, "an include is written  @include \"file\"  alone on its line");
		return ERR_CONF;
	}
	slash = strrchr(own, '/');
	if (*name != '/' && slash)
		text_put_n(&to, own, (size_t)(slash - own) + 1);
	text_put_n(&to, name, (size_t)(p - name));
	reader->at = p + 1;
	if (to.cut || reader->source->n_files == SOURCE_FILES) {
		WRONG(reader, "this include is one too many; %d files are the most", SOURCE_FILES);
		return ERR_CONF;
	}
	text = load(reader->source, path, &len, own, reader->line, reader->mistakes);
	if (!text)
		return ERR_CONF;
	err = add_file(reader->source, path);
	if (!err && reader->line_open)
		err = put(reader, "\n", 1);
	reader->line_open = false;
	if (!err)
		err = read_text(reader->source, reader->mistakes, brackets,
			reader->source->n_files - 1, text, len);
	free(text);
	return err;
}

static int take_one(struct reader *reader, struct brackets *brackets)
{
	unsigned char c = (unsigned char)*reader->at;
	const char *from = reader->at;
	int err;

	if (c == '\n') {
		reader->at++;
		return put_newline(reader);
	}
	if (c == '#' || (c == '/' && reader->end - reader->at > 1 &&
				(reader->at[1] == '/' || reader->at[1] == '*')))
		return take_comment(reader);
	if (strchr("{([])}", c)) {
		err = take_bracket(reader, brackets);
		brackets->last = (char)c;
		return err;
	}
	if (c > ' ')
		brackets->last = (char)c;
	if (c == '"')
		return take_string(reader);
	if (c == '@')
		return take_include(reader, brackets);
	if (isdigit(c) || ((c == '-' || c == '+' || c == '.') && reader->end - reader->at > 1 &&
				  (isdigit((unsigned char)reader->at[1]) || reader->at[1] == '.')))
		return take_number(reader);
	if (isalpha(c) || c == '*') {
		while (reader->at < reader->end &&
			(isalnum((unsigned char)*reader->at) || strchr("-_*", *reader->at)))
			reader->at++;
		return put(reader, from, (size_t)(reader->at - from));
	}
	reader->at++;
	return put(reader, c == '\r' ? " " : from, 1);
}

static int read_text(struct source *source, struct mistakes *mistakes, struct brackets *brackets,
	unsigned file, const char *text, size_t len)
{
	struct reader reader = {source, mistakes, text, text + len, file, 1, false};
	size_t i;
	int err = 0;

	if (len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3))
		reader.at += 3; /* the byte order mark of some editors */
	for (i = 0; i < len; i++) {
		if (((unsigned char)text[i] < ' ' && !strchr("\t\n\r", text[i])) || !text[i]) {
			WRONG(&reader, "a byte with the value %d; the file is plain text", text[i]);
			return ERR_CONF;
		}
		reader.line += text[i] == '\n';
	}
	reader.line = 1;
	while (!err && reader.at < reader.end)
		err = take_one(&reader, brackets);
	if (!err && reader.line_open)
		err = put_newline(&reader);
	return err;
}

int source_read(
	struct source *source, const char *path, const char *text, struct mistakes *mistakes)
{
	struct brackets brackets = {.n = 0};
	char *own = NULL;
	size_t len = 0;
	int err;

	*source = (struct source){.cap = SOURCE_BYTES};
	source->text = malloc(source->cap + 1);
	err = source->text ? add_file(source, path) : ERR_MEMORY;
	if (!err && text) {
		len = strlen(text);
	} else if (!err) {
		text = own = load(source, path, &len, path, 0, mistakes);
		err = text ? 0 : ERR_CONF;
	}
	if (!err)
		err = read_text(source, mistakes, &brackets, 0, text, len);
	if (err == ERR_FULL) {
		mistake_add(mistakes, path, 0, NULL,
			"too large; %d bytes and %d files with all includes are the most",
			SOURCE_BYTES, SOURCE_FILES);
		err = ERR_CONF;
	}
	if (!err && brackets.n) {
		mistake_add(mistakes, source->files[brackets.file[brackets.n - 1]],
			brackets.line[brackets.n - 1], NULL, "this '%c' is never closed",
			brackets.open[brackets.n - 1]);
		err = ERR_CONF;
	}
	if (source->text)
		source->text[source->len] = '\0';
	free(own);
	return err;
}

void source_free(struct source *source)
{
	unsigned i;

	for (i = 0; i < source->n_files; i++)
		free(source->files[i]);
	free(source->lines);
	free(source->text);
	*source = (struct source){.text = NULL};
}

const char *source_file(const struct source *source, unsigned line)
{
	if (!line || line > source->n_lines)
		return source->n_files ? source->files[0] : "";
	return source->files[source->lines[line - 1].file];
}

unsigned source_line(const struct source *source, unsigned line)
{
	return line && line <= source->n_lines ? source->lines[line - 1].line : line;
}

void source_words(const struct source *source, unsigned line, char *to, size_t cap)
{
	const char *p = source->text, *end;
	unsigned i;
	size_t n;

	for (i = 1; p && i < line; i++)
		p = (p = strchr(p, '\n')) ? p + 1 : NULL;
	if (!p)
		p = "";
	p += strspn(p, " \t");
	end = p + strcspn(p, "\n");
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (n = 0; p < end && n < cap - 1; p++)
		if (*p != 'L' || n == 0 || !isdigit((unsigned char)p[-1]) ||
			isalnum((unsigned char)p[1]))
			to[n++] = *p; /* the L is ours */
	to[n] = '\0';
}
