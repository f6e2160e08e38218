#include "cli/page.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static const char ellipsis[] = "\xe2\x80\xa6";

static const char *const codes[] = {
	[STYLE_PLAIN] = "",
	[STYLE_STRONG] = "\033[1m",
	[STYLE_FAINT] = "\033[2m",
	[STYLE_GOOD] = "\033[32m",
	[STYLE_WARN] = "\033[33m",
	[STYLE_BAD] = "\033[1;31m",
};

struct page page_over(char *room, size_t cap, unsigned columns, bool colours)
{
	return (struct page){.out = text_over(room, cap),
		.colours = colours,
		.columns = columns < 20 ? 20 : columns};
}

/* --- characters ------------------------------------------------------------------------------------ */

/* The character at s: its bytes, and its code point; broken UTF-8 is one byte and U+FFFD. */
static size_t read_char(const char *s, uint32_t *code)
{
	size_t n = utf8_at(s, strnlen(s, 4), code);

	if (n)
		return n;
	*code = 0xfffd;
	return 1;
}

struct span {
	uint32_t first, last;
};

static bool within(const struct span *spans, size_t n, uint32_t code)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (code >= spans[i].first && code <= spans[i].last)
			return true;
	return false;
}

/* Of what a name may hold: marks that stand on the letter before them, and East Asian wide letters. */
static unsigned char_width(uint32_t code)
{
	static const struct span none[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
		{0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670}, {0x06d6, 0x06dc},
		{0x06df, 0x06e4}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x20d0, 0x20ff},
		{0xfe00, 0xfe0f}};
	static const struct span wide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
		{0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
		{0x1f300, 0x1f64f}, {0x20000, 0x3fffd}};

	if (utf8_controls(code))
		return 1; /* shown as ? */
	if (within(none, sizeof(none) / sizeof(none[0]), code))
		return 0;
	return within(wide, sizeof(wide) / sizeof(wide[0]), code) ? 2 : 1;
}

unsigned page_width(const char *s)
{
	unsigned width = 0;
	uint32_t code;

	while (*s) {
		s += read_char(s, &code);
		width += char_width(code);
	}
	return width;
}

/* --- lines ----------------------------------------------------------------------------------------- */

/* As much of s as fits before column `edge`; an ellipsis in its last column when it is cut. */
static void put_within(struct page *page, const char *s, unsigned edge)
{
	unsigned whole = page_width(s), width;
	bool cut = page->at + whole > edge;
	uint32_t code;
	size_t n;

	for (; *s; s += n) {
		n = read_char(s, &code);
		width = char_width(code);
		if (cut && page->at + width > edge - 1)
			break;
		if (utf8_controls(code) || code == 0xfffd)
			text_put_char(&page->out, '?');
		else
			text_put_n(&page->out, s, n);
		page->at += width;
	}
	if (cut) {
		text_put(&page->out, ellipsis);
		page->at++;
	}
}

static void put_styled(struct page *page, enum page_style style, const char *s, unsigned edge)
{
	bool styled = page->colours && style != STYLE_PLAIN;

	if (page->full || !s || !*s)
		return;
	if (page->at >= edge) {
		page->full = edge >= page->columns;
		return;
	}
	if (styled)
		text_put(&page->out, codes[style]);
	put_within(page, s, edge);
	if (styled)
		text_put(&page->out, "\033[0m");
	page->full = page->at >= page->columns;
}

void page_put(struct page *page, enum page_style style, const char *s)
{
	put_styled(page, style, s, page->columns);
}

void page_printf(struct page *page, enum page_style style, const char *fmt, ...)
{
	char words[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	page_put(page, style, words);
}

static void put_spaces(struct page *page, unsigned to)
{
	while (page->at < to && page->at < page->columns) {
		text_put_char(&page->out, ' ');
		page->at++;
	}
}

void page_to(struct page *page, unsigned to)
{
	if (!page->full)
		put_spaces(page, page->at >= to && page->at > 0 ? page->at + 1 : to);
}

void page_cell(struct page *page, enum page_style style, const char *s, unsigned width, bool right)
{
	unsigned end = page->at + width, own = page_width(s);

	if (page->full)
		return;
	if (right && own < width)
		put_spaces(page, end - own);
	put_styled(page, style, s, end < page->columns ? end : page->columns);
	if (!page->full)
		put_spaces(page, end);
}

void page_cell_name(struct page *page, enum page_style style, const char *s, unsigned width)
{
	const char *tail = s;
	uint32_t code;
	unsigned tail_width;

	if (page_width(s) <= width || page->at + width > page->columns) {
		page_cell(page, style, s, width, false);
		return;
	}
	while (page_width(tail) > width / 2)
		tail += read_char(tail, &code);
	tail_width = page_width(tail);
	page_cell(page, style, s, width - tail_width, false);
	page_cell(page, style, tail, tail_width, false);
}

void page_end(struct page *page)
{
	/* no spaces at the end of a line */
	while (page->out.len && page->out.at[page->out.len - 1] == ' ')
		page->out.at[--page->out.len] = '\0';
	text_put_char(&page->out, '\n');
	page->at = 0;
	page->full = false;
}

void page_wrap(struct page *page, enum page_style style, const char *mark, const char *s)
{
	unsigned indent = page_width(mark);
	char word[256];
	size_t n;

	page_put(page, STYLE_PLAIN, mark);
	while (s && *s) {
		n = strcspn(s, " ");
		if (n > 0) {
			size_t kept = n < sizeof(word) ? n : sizeof(word) - 1;

			memcpy(word, s, kept);
			word[kept] = '\0';
			if (page->at > indent && page->at + 1 + page_width(word) > page->columns) {
				page_end(page);
				put_spaces(page, indent);
			} else if (page->at > indent) {
				put_spaces(page, page->at + 1);
			}
			page_put(page, style, word);
		}
		s += n;
		s += *s == ' ';
	}
	page_end(page);
}
