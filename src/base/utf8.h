/* utf8.h - the characters of a text in UTF-8, and which of them no screen should be given. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character that stands whole at `s`, of `len` bytes, and which it is; 0: none does. */
size_t utf8_at(const char *s, size_t len, uint32_t *point);

/* It ends a line, drives a terminal, turns the writing round, or is not to be seen (Urdu joins letters with U+200C and U+200D,
 * which stay). */
bool utf8_controls(uint32_t point);

#endif
