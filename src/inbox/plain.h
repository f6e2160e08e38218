/*
 * plain.h - what a record says, apart from how it was saved: the same in each copy of a file, whatever an editor or a
 * spreadsheet made of its bytes.
 */
#ifndef INBOX_PLAIN_H
#define INBOX_PLAIN_H

#include "base/text.h"

/* Each byte that is no UTF-8 is taken for a character of Latin-1. */
void plain_put_utf8(struct text *to, const uint8_t *bytes, size_t len);
/*
 * The text between its separators, ',' and ';': in UTF-8, without quotes, without blanks around the separators and at
 * both ends, without `end` (NULL: none) and what is empty behind the last text.
 */
void plain_put(struct text *to, const uint8_t *bytes, size_t len, const char *end);
/* Whether `end` is the last of it, but for quotes, blanks and empty columns behind. */
bool plain_ends(const uint8_t *bytes, size_t len, const char *end);

#endif
