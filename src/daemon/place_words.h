/* place_words.h - where the van is, in a sentence for people.  Pure. */
#ifndef DAEMON_PLACE_WORDS_H
#define DAEMON_PLACE_WORDS_H

#include "base/text.h"
#include "place/whereabouts.h"

/* One sentence: district, point, how sure, and why not if there is no place. */
void place_put_words(struct text *to, const struct whereabouts_state *state, int64_t now_ms);

/* "taken", "none", "range", "placeholder", "jump", "stuck" */
const char *place_verdict_word(enum fix_verdict verdict);

#endif
