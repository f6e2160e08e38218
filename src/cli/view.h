/* view.h - the daemon's status, for people. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include <jansson.h>

#include "cli/page.h"

/* The whole: head, lines with their analyzers and values, what is saved and sent, what waits and why. */
void view_status(struct page *page, const json_t *status);
/*
 * The same with the short things first, for a screen that may not hold all, and below the head what view_samples() says;
 * `samples` may be NULL.
 */
void view_live(struct page *page, const json_t *status, const json_t *samples);
/* Of the daemon's answer to "samples": what fails, what alarms first; tests that wait, due ones first; open samples. */
void view_samples(struct page *page, const json_t *samples);
/* One analyzer with its values. */
void view_unit(struct page *page, const json_t *unit);
/* All of its "failing". */
void view_failing(struct page *page, const json_t *failing);
/* One store with its counts. */
/* The first sentence of "waits", "" without one. */
const char *view_first_wait(const json_t *answer);
void view_store(struct page *page, const json_t *store);

/* What links carried: status' "links"; nothing when nothing did and there is no budget. */
void view_links(struct page *page, const json_t *links);

/* A whole number of the daemon's answer; 0 when it is not there. */
long long view_count(const json_t *object, const char *key);
/* "3 s", "12 min", "5 h", "2 d" */
void view_put_age(struct text *to, double seconds);
/* UCUM as people write it: "Cel" is "°C", "uS/cm" "µS/cm", "{NTU}" "NTU", "[pH]" nothing. */
void view_put_unit(struct text *to, const char *ucum);
/* "1.2 MB" */
void view_put_bytes(struct text *to, double bytes);

#endif
