/*
 * page.h - lines of text with columns, styles and a right edge, for a terminal or a file.
 *
 * Widths are counted in columns of a terminal, not bytes.  What would cross the right edge is cut and
 * ends in an ellipsis.  Control characters in texts from outside are shown as '?'.
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum page_style { STYLE_PLAIN, STYLE_STRONG, STYLE_FAINT, STYLE_GOOD, STYLE_WARN, STYLE_BAD };

struct page {
	struct text out;
	bool colours;
	unsigned columns; /* of the paper; at least 20 */
	unsigned at;      /* columns of the line used so far */
	bool full;        /* the line reached the edge: the rest of it is dropped */
};

/* Over `cap` bytes at `room`. */
struct page page_over(char *room, size_t cap, unsigned columns, bool colours);

/* Columns that s takes on a terminal; broken UTF-8 counts a column a byte. */
unsigned page_width(const char *s);

void page_put(struct page *page, enum page_style style, const char *s);
__attribute__((format(printf, 3, 4))) void page_printf(
	struct page *page, enum page_style style, const char *fmt, ...);
/* Spaces up to column `to`, at least one when something stands there already. */
void page_to(struct page *page, unsigned to);
/* s cut to or filled up to `width` columns; right: spaces first. */
void page_cell(struct page *page, enum page_style style, const char *s, unsigned width, bool right);
/* The same, but cut in its middle: names often differ at their end only. */
void page_cell_name(struct page *page, enum page_style style, const char *s, unsigned width);
void page_end(struct page *page);
/* Words of s over as many lines as needed, each begun at column `indent`, the first behind `mark`. */
void page_wrap(struct page *page, enum page_style style, const char *mark, const char *s);

#endif
