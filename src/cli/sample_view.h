/* sample_view.h - a field test for a terminal, from what the daemon says of it. */
#ifndef CLI_SAMPLE_VIEW_H
#define CLI_SAMPLE_VIEW_H

#include "cli/cli.h"
#include "cli/page.h"

enum { SAMPLE_ROOM = 64 * 1024 };

/* A page over SAMPLE_ROOM bytes, as wide as the terminal. */
struct page sample_page(char *room);
/* "" where there is no text of that key. */
const char *sample_text(const json_t *of, const char *key);
/* "2026-11-29 02:44 UTC"; of null "no time yet". */
void sample_put_utc(char to[32], const json_t *utc_ms);
/* "7.12 mg/L", the unit as people write it. */
void sample_put_amount(struct page *page, const char *value, const char *ucum);
/* Which sample: two lines. */
void sample_put_head(struct page *page, const json_t *sample);
/* What an analyzer's value rests on: a word, by which check, and where it rests on nothing the command. */
void sample_put_check(struct page *page, const json_t *check);
/* "± 0.1 mg/L" between `before` and `after`, and whether it is kept clear of the limit; nothing where none is stated. */
void sample_put_uncertainty(
	struct text *to, const json_t *result, const char *before, const char *after);
/* Tests under way, a line each. */
void sample_put_pending(struct page *page, const json_t *pending);
/* All of it, or as JSON when that was asked for; the exit status. */
int sample_show(const struct cli *cli, const json_t *sample);

/* Of a spike what was added, of a reference what it holds, between these; nothing where nobody said it. */
void sample_put_known(struct text *to, const json_t *result, const char *before, const char *after);
/* What those taken beside the sample say of one of its results, a line each. */
void sample_put_beside(struct page *page, const json_t *result);

#endif
