/*
 * text.h - text built in a fixed buffer: it never overflows, and says when something was cut.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *at;   /* always ends with NUL once something was put or text_over() made it */
	size_t cap; /* bytes at `at`, the NUL included; at least 1 */
	size_t len; /* bytes put, without the NUL */
	bool cut;   /* something did not fit; what is there is a clean prefix */
};

/* A text over `cap` bytes at `at`, empty.  cap >= 1. */
struct text text_over(char *at, size_t cap);
void text_clear(struct text *text);

void text_put(struct text *text, const char *s);
void text_put_n(struct text *text, const char *s, size_t n);
void text_put_char(struct text *text, char c);
void text_put_i64(struct text *text, int64_t v);
void text_put_u64(struct text *text, uint64_t v);
__attribute__((format(printf, 2, 3))) void text_printf(struct text *text, const char *fmt, ...);

/*
 * Other people's words, as one line that shows as it is: what controls a terminal, turns the writing round or is no
 * UTF-8 becomes '?'.  Of more than `most` bytes the end is left out, never within a character, and "…" says so.
 */
void text_put_shown(struct text *text, const char *s, size_t len, size_t most);

/* The same bytes; each that is no character becomes U+FFFD, NUL too. */
void text_put_utf8(struct text *text, const char *s, size_t len);

/* Between two `quote`s, which a backslash goes before, as before a backslash; a line's end as "\n", two bytes.  As InfluxQL and PromQL have it, which have none for other control characters. */
void text_put_quoted(struct text *text, const char *s, char quote);

/* Copies s into a fixed array and ends it.  False, with an empty array, when s does not fit. */
bool text_copy(char *to, size_t cap, const char *s);

/*
 * One line that says something and shows as it is: three characters or more besides blanks, none that
 * controls a terminal or turns the writing round (utf8_controls()), all of it UTF-8.
 */
bool text_is_words(const char *s);

/* Edit distance between two words, for "did you mean".  Case is ignored; words over 63 bytes are far. */
unsigned text_distance(const char *a, const char *b);

#endif
