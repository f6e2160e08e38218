/* filed.h - what the tests of meters' files in the ledger share: files made by number, and what the ledger has of them. */
#ifndef TESTS_SPOOL_FILED_H
#define TESTS_SPOOL_FILED_H

#include "faulty.h"

enum { SEGMENT = 1000, PER_FILE = 120, MANY_FILES = 64 };

__attribute__((unused)) static struct ledger_record many[SPOOL_NEW_MOST + 1];

/* Record `i` of file `file`: a = which file, its mark is of both. */
__attribute__((unused)) static void make_file(struct ledger_record *to, int64_t file, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		to[i] = (struct ledger_record){
			.kind = (enum ledger_kind)(LEDGER_FILE_READING + i % 3),
			.a = file,
			.b = (int64_t)((uint64_t)(file * 100000 + i + 1) * 0x9E3779B97F4A7C15U),
			.c = i};
		snprintf(to[i].words, sizeof(to[i].words), "hqd-1 ph 7.%02u [pH]; sample %u", i, i);
	}
}

struct found {
	uint64_t n, of_file[MANY_FILES], starts;
	int64_t file, c, ms; /* of the last */
	bool own_ms, right, in_order;
};

/* Each of its own ms, words as they were given. */
__attribute__((unused)) static int take(void *ctx, const struct spool_row *row)
{
	struct found *found = ctx;
	char words[160];

	found->starts += row->kind == LEDGER_START;
	if (row->kind < LEDGER_FILE_READING)
		return 0;
	if (found->n && row->boot_ms <= found->ms)
		found->own_ms = false;
	if (found->n && row->a == found->file && row->c <= found->c)
		found->in_order = false;
	found->file = row->a;
	found->c = row->c;
	found->ms = row->boot_ms;
	snprintf(words, sizeof(words), "hqd-1 ph 7.%02u [pH]; sample %u", (unsigned)row->c,
		(unsigned)row->c);
	if (strcmp(words, row->words) != 0 || row->a < 0 || row->a >= MANY_FILES)
		found->right = false;
	else
		found->of_file[row->a]++;
	found->n++;
	return 0;
}

__attribute__((unused)) static struct found read_all(struct spool *spool)
{
	struct found found = {.own_ms = true, .right = true, .in_order = true};
	struct spool_reader *reader;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, take,
				 &found, NULL),
		0);
	spool_reader_close(reader);
	return found;
}

__attribute__((unused)) static void expect_new(
	struct spool *spool, const struct ledger_record *records, size_t n, size_t want)
{
	struct spool_added added = {99, 99};

	assert_int_equal(spool_note_new(spool, records, n, &added), 0);
	assert_int_equal(added.n, want);
}

__attribute__((unused)) static uint64_t last_of(struct spool *spool, enum stream stream)
{
	struct spool_counts counts;

	spool_count(spool, &counts);
	return counts.last[stream];
}

__attribute__((unused)) static void filed_setup(void)
{
	spool_tuning.boot_id = boot_one;
	spool_tuning.retry_first_ms = 1;
	spool_tuning.retry_most_ms = 20;
	log_open((enum log_level)0, false);
	faulty_install();
}

#endif
