/* The two texts of a carry: pure. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "spool/carry.h"

enum { WORDS = 8, WORD = 64, LINE = 256 };

static const char manifest_head[] = "waterlab-carry 1", receipt_head[] = "waterlab-carry-receipt 1";
static const char *const stream_words[STREAM_COUNT] = {"readings", "ledger"};

/* --- reading ----------------------------------------------------------------------------------------------- */

struct line {
	char word[WORDS][WORD];
	size_t n;
};

struct lines {
	const char *at, *end;
	unsigned number;
	struct line line;
};

/* The next line's words; false: there is none, or it is none of ours. */
static bool next_line(struct lines *lines)
{
	const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at)), *p;
	struct line *line = &lines->line;
	size_t i = 0;

	line->n = 0;
	if (!newline || newline - lines->at > LINE)
		return false;
	for (p = lines->at; p <= newline; p++) {
		if (p < newline && *p != ' ') {
			if (line->n == WORDS || i + 1 == WORD || (unsigned char)*p <= ' ' ||
				*p == 0x7F)
				return false;
			line->word[line->n][i++] = *p;
			continue;
		}
		if (!i)
			return false;
		line->word[line->n++][i] = '\0';
		i = 0;
	}
	lines->at = newline + 1;
	lines->number++;
	return true;
}

static bool number(const char *word, uint64_t most, uint64_t *to)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(word, &end, 10);
	*to = v;
	return *word >= '0' && *word <= '9' && !*end && !errno && v <= most;
}

static bool sum_of(const char *word, uint32_t *to)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(word, &end, 16);
	*to = (uint32_t)v;
	return strlen(word) == 8 && strspn(word, "0123456789abcdef") == 8 && !*end && !errno;
}

static bool range_of(const char *first, const char *last, struct range *to)
{
	return number(first, INT64_MAX - 1, &to->first) && number(last, INT64_MAX - 1, &to->last) &&
	       to->first >= 1 && to->first <= to->last;
}

static bool is_id(const char *word)
{
	return strlen(word) == SPOOL_ID - 1 && strspn(word, "0123456789abcdef") == SPOOL_ID - 1;
}

/* A word that may stand in a file's name. */
static bool is_name(const char *word)
{
	return *word && *word != '.' && *word != '-' &&
	       !word[strspn(
		       word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")];
}

static uint32_t crc_of(const void *at, size_t n)
{
	return (uint32_t)crc32(0, at, (uInt)n);
}

/* The text's own checksum holds; *len without it. */
static bool is_whole(const char *text, size_t *len)
{
	enum { SUM = 13 }; /* "sum 01234567\n" */
	char word[9];
	uint32_t sum;

	if (*len < SUM || *len > CARRY_TEXT || memcmp(text + *len - SUM, "sum ", 4) != 0 ||
		text[*len - 1] != '\n')
		return false;
	memcpy(word, text + *len - SUM + 4, 8);
	word[8] = '\0';
	*len -= SUM;
	return sum_of(word, &sum) && sum == crc_of(text, *len) && (!*len || text[*len - 1] == '\n');
}

static int wrong(const struct lines *lines, const char *what, struct text *why)
{
	text_printf(why, "%s: line %u is not what carry writes", what, lines->number + 1);
	return ERR_DAMAGED;
}

/* The next line is `key` and one word. */
static bool keyed(struct lines *lines, const char *key, char *to, size_t cap)
{
	return next_line(lines) && lines->line.n == 2 && !strcmp(lines->line.word[0], key) &&
	       text_copy(to, cap, lines->line.word[1]);
}

static bool begins(struct lines *lines, const char *head)
{
	size_t n = strlen(head);

	if ((size_t)(lines->end - lines->at) <= n || memcmp(lines->at, head, n) != 0 ||
		lines->at[n] != '\n')
		return false;
	lines->at += n + 1;
	lines->number++;
	return true;
}

static bool read_file(const struct line *line, struct carry_file *file)
{
	return line->n == 6 && !strcmp(line->word[0], "file") && is_name(line->word[1]) &&
	       text_copy(file->name, sizeof(file->name), line->word[1]) &&
	       range_of(line->word[2], line->word[3], &file->range) &&
	       number(line->word[4], INT64_MAX, &file->bytes) && sum_of(line->word[5], &file->sum);
}

/* Its name is the ledger's or says its first number, and its numbers lie behind those of the one before. */
static bool in_order(const struct carry_manifest *manifest, const struct carry_file *file)
{
	const struct carry_file *before = manifest->n ? &manifest->files[manifest->n - 1] : NULL;
	char name[CARRY_NAME];

	if (!before)
		return !strcmp(file->name, "ledger.db");
	snprintf(name, sizeof(name), "readings-%012" PRIu64 ".db", file->range.first);
	return !strcmp(file->name, name) &&
	       (manifest->n == 1 || file->range.first > before->range.last);
}

int carry_read_manifest(struct carry_manifest *out, const char *text, size_t len, struct text *why)
{
	static const char what[] = "the manifest";
	struct lines lines = {.at = text};
	struct carry_file *more;

	*out = (struct carry_manifest){.n = 0};
	if (!is_whole(text, &len)) {
		text_printf(why, "%s is damaged, or was not written to its end", what);
		return ERR_DAMAGED;
	}
	lines.end = text + len;
	if (!begins(&lines, manifest_head) || !keyed(&lines, "lab", out->lab, sizeof(out->lab)) ||
		!keyed(&lines, "spool", out->spool, sizeof(out->spool)) || !is_id(out->spool) ||
		!keyed(&lines, "made_at", out->made_at, sizeof(out->made_at)) ||
		!keyed(&lines, "left_out", out->store, sizeof(out->store)))
		return wrong(&lines, what, why);
	if (!strcmp(out->store, "-"))
		out->store[0] = '\0';
	while (lines.at < lines.end) {
		struct carry_file file;

		if (!next_line(&lines) || !read_file(&lines.line, &file) || !in_order(out, &file) ||
			out->n == CARRY_FILES)
			return wrong(&lines, what, why);
		more = realloc(out->files, (out->n + 1) * sizeof(*more));
		if (!more)
			return ERR_MEMORY;
		out->files = more;
		more[out->n++] = file;
	}
	return out->n ? 0 : wrong(&lines, what, why);
}

static bool read_block(const struct line *line, struct carry_block *block)
{
	if (line->n != 6 || strcmp(line->word[0], "received") != 0)
		return false;
	block->stream = !strcmp(line->word[1], "ledger") ? STREAM_LEDGER : STREAM_READINGS;
	return !strcmp(line->word[1], stream_words[block->stream]) &&
	       range_of(line->word[2], line->word[3], &block->range) &&
	       block->range.last - block->range.first < CARRY_BLOCK &&
	       number(line->word[4], CARRY_BLOCK, &block->rows) &&
	       sum_of(line->word[5], &block->sum);
}

int carry_read_receipt(struct carry_receipt *out, const char *text, size_t len, struct text *why)
{
	static const char what[] = "the receipt";
	struct lines lines = {.at = text};
	struct carry_block *more;

	*out = (struct carry_receipt){.n = 0};
	if (!is_whole(text, &len)) {
		text_printf(why, "%s is damaged, or was not written to its end", what);
		return ERR_DAMAGED;
	}
	lines.end = text + len;
	if (!begins(&lines, receipt_head) || !keyed(&lines, "lab", out->lab, sizeof(out->lab)) ||
		!keyed(&lines, "spool", out->spool, sizeof(out->spool)) || !is_id(out->spool) ||
		!keyed(&lines, "store", out->store, sizeof(out->store)) || !is_name(out->store) ||
		!keyed(&lines, "made_at", out->made_at, sizeof(out->made_at)))
		return wrong(&lines, what, why);
	while (lines.at < lines.end) {
		struct carry_block block;

		if (!next_line(&lines) || !read_block(&lines.line, &block))
			return wrong(&lines, what, why);
		more = realloc(out->blocks, (out->n + 1) * sizeof(*more));
		if (!more)
			return ERR_MEMORY;
		out->blocks = more;
		more[out->n++] = block;
	}
	return 0;
}

void carry_free_manifest(struct carry_manifest *manifest)
{
	free(manifest->files);
	manifest->files = NULL;
	manifest->n = 0;
}

void carry_free_receipt(struct carry_receipt *receipt)
{
	free(receipt->blocks);
	receipt->blocks = NULL;
	receipt->n = 0;
}

/* --- writing ----------------------------------------------------------------------------------------------- */

static char *end_text(struct text *text, size_t *len)
{
	uint32_t sum = crc_of(text->at, text->len);

	text_printf(text, "sum %08" PRIx32 "\n", sum);
	*len = text->len;
	if (!text->cut)
		return text->at;
	free(text->at);
	return NULL;
}

static bool begin_text(struct text *text, size_t lines)
{
	size_t cap = 1024 + lines * 128;
	char *at = malloc(cap);

	if (at)
		*text = text_over(at, cap);
	return at != NULL;
}

char *carry_put_manifest(const struct carry_manifest *manifest, size_t *len)
{
	struct text text;
	size_t i;

	if (!begin_text(&text, manifest->n))
		return NULL;
	text_printf(&text, "%s\nlab %s\nspool %s\nmade_at %s\nleft_out %s\n", manifest_head,
		manifest->lab, manifest->spool, manifest->made_at,
		*manifest->store ? manifest->store : "-");
	for (i = 0; i < manifest->n; i++) {
		const struct carry_file *file = &manifest->files[i];

		text_printf(&text, "file %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %08" PRIx32 "\n",
			file->name, file->range.first, file->range.last, file->bytes, file->sum);
	}
	return end_text(&text, len);
}

char *carry_put_receipt(const struct carry_receipt *receipt, size_t *len)
{
	struct text text;
	size_t i;

	if (!begin_text(&text, receipt->n))
		return NULL;
	text_printf(&text, "%s\nlab %s\nspool %s\nstore %s\nmade_at %s\n", receipt_head,
		receipt->lab, receipt->spool, receipt->store, receipt->made_at);
	for (i = 0; i < receipt->n; i++) {
		const struct carry_block *block = &receipt->blocks[i];

		text_printf(&text,
			"received %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %08" PRIx32 "\n",
			stream_words[block->stream], block->range.first, block->range.last,
			block->rows, block->sum);
	}
	return end_text(&text, len);
}

/* --- rows -------------------------------------------------------------------------------------------------- */

static int sum_row(void *ctx, const struct spool_row *row)
{
	struct carry_block *block = ctx;
	uint8_t bytes[16];
	size_t i;

	if (row->clock == TIME_NONE)
		return 0;
	for (i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(row->number >> (8 * i));
		bytes[8 + i] = (uint8_t)((uint64_t)row->utc_ms >> (8 * i));
	}
	block->sum = (uint32_t)crc32(block->sum, bytes, sizeof(bytes));
	block->rows++;
	return 0;
}

int carry_sum_rows(struct spool_reader *reader, struct carry_block *block)
{
	block->rows = 0;
	block->sum = 0;
	return spool_read(reader, block->stream, block->range, sum_row, block, NULL);
}
