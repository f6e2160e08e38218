/*
 * fields.h - several texts as the words of one record: "key=value; key=value".
 *
 * Values may hold anything a person typed: `;` becomes `,`, a character that drives a terminal, turns the writing
 * round, or is no UTF-8 becomes `?`.
 */
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Puts nothing for "" or NULL.  Of a value that does not fit nothing is put, and to->cut says so. */
void fields_put(struct text *to, const char *key, const char *value);
void fields_put_number(struct text *to, const char *key, int64_t value);

/* False, and "": there is none of that key, or it does not fit. */
bool fields_get(const char *words, const char *key, char *to, size_t cap);
/* False, *to untouched: none, or no whole number. */
bool fields_get_number(const char *words, const char *key, int64_t *to);

#endif
