/*
 * source.h - one configuration file with everything it includes, as one text that knows where each
 * line came from; and the list of mistakes found in it.
 *
 * libconfig 1.5 ends the process when an include names a folder, cuts a text at a NUL byte, turns
 * 3000000000 into -1294967296 and takes an open comment or string to the end of the file for granted.
 * So the words are looked through here first, and libconfig sees only what it treats well.
 */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include "base/err.h"
#include "base/text.h"

enum { SOURCE_BYTES = 1 << 20, SOURCE_FILES = 64, SOURCE_NESTED = 16 };

struct mistakes {
	struct text *to;   /* one line a mistake: "FILE:LINE: key: words" */
	unsigned wrong;    /* mistakes: the file is refused */
	unsigned warnings; /* lines that say "warning": the file is taken */
};

/* `line` 0: the place is the file as a whole.  The message ends with what is allowed. */
__attribute__((format(printf, 5, 6))) void mistake_add(struct mistakes *mistakes, const char *file,
	unsigned line, const char *key, const char *fmt, ...);
__attribute__((format(printf, 5, 6))) void mistake_warn(struct mistakes *mistakes, const char *file,
	unsigned line, const char *key, const char *fmt, ...);

struct source_line {
	unsigned file, line;
};

struct source {
	char *text; /* ends with a newline and NUL; integers carry an L */
	size_t len, cap;
	struct source_line *lines; /* line i + 1 of `text` is this one */
	unsigned n_lines, lines_cap;
	char *files[SOURCE_FILES];
	unsigned n_files;
};

/*
 * Reads `path`, or, with `text` not NULL, takes that text under the name `path`.  An include
 * (@include "file", alone on its line) is sought beside the file that includes it.  ERR_CONF with the
 * mistakes added, ERR_MEMORY.  source_free() in either case.
 */
int source_read(struct source *source, const char *path, const char *text,
	struct mistakes *mistakes) MUST_USE;
void source_free(struct source *source);

/* Where line `line` (from 1) of the text came from. */
const char *source_file(const struct source *source, unsigned line);
unsigned source_line(const struct source *source, unsigned line);
/* The words of that line without the blanks around them, at most `cap` - 1 bytes. */
void source_words(const struct source *source, unsigned line, char *to, size_t cap);

#endif
