/*
 * name.h - names of people: how they may be written, and whether two are read as one.
 *
 * Where nobody checks names, a second person is whoever writes another one.  Somebody who would be both must at least
 * need a name that others see to be another.
 */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include <stdbool.h>

enum { NAME_LETTERS = 128 }; /* the most that are compared */

/*
 * In Latin letters or in Arabic ones, Urdu's among them, never both in one name; signs and digits go with either.  Other
 * writing has letters that look like these ("\xd0\xb0" is no "a").  UTF-8; what is not is no name.
 */
bool name_is_plain(const char *name);

/*
 * Read as the same: letters and digits alone count, in any order ("Khan Ali" is Ali Khan), without case, accents and vowel
 * signs; what looks alike is alike (I, l and 1; O and 0; rn and m; both kaf, all yeh).  So "Ali" is "All" here: who is
 * refused for that signs with more of their name.  Of more than NAME_LETTERS nobody is told from anybody.
 */
bool name_is_alike(const char *a, const char *b);

#endif
