/* damage.h - a filled spool, ways to harm its files, and what its ledger then says. */
#ifndef TESTS_SPOOL_DAMAGE_H
#define TESTS_SPOOL_DAMAGE_H

#include "lab.h"

enum { SEGMENT = 1000, RESERVED = RESERVE_READINGS };

/* Three full segments and a bit: readings 1..3200, four to an exchange; all of one store's sent to 100. */
__attribute__((unused)) static void fill(const char *dir, char *id)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool = lab_open(&conf);
	unsigned store;
	uint64_t k;

	assert_int_equal(spool_fix_utc(spool, 5000000, TIME_GPS, 1), 0);
	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	for (k = 1; k <= 3200; k += 4)
		assert_int_equal(lab_add(spool, k, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	spool_mark_sent(spool, store, STREAM_READINGS, (struct range){1, 100});
	text_copy(id, SPOOL_ID, spool_id(spool));
	assert_int_equal(spool_close(spool), 0);
}

__attribute__((unused)) static void overwrite(
	const char *path, off_t at, size_t n, unsigned char with)
{
	int fd = open(path, O_WRONLY);
	size_t i;

	assert_true(fd >= 0);
	for (i = 0; i < n; i++)
		assert_int_equal(pwrite(fd, &with, 1, at + (off_t)i), 1);
	close(fd);
}

__attribute__((unused)) static void cut(const char *path, off_t to)
{
	assert_int_equal(truncate(path, to), 0);
}

struct records {
	unsigned n[8];
	int64_t gap_first, gap_last;
	char words[160];
};

__attribute__((unused)) static int take_record(void *ctx, const struct spool_row *row)
{
	struct records *records = ctx;

	records->n[row->kind & 7]++;
	if (row->kind == LEDGER_GAP) {
		records->gap_first = row->a;
		records->gap_last = row->b;
		text_copy(records->words, sizeof(records->words), row->words);
	}
	return 0;
}

__attribute__((unused)) static struct records read_records(struct spool *spool)
{
	struct records records = {{0}, 0, 0, ""};
	struct spool_reader *reader;

	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX},
				 take_record, &records, NULL),
		0);
	spool_reader_close(reader);
	return records;
}

enum harm { HEADER, EMPTY, SHORT, SCHEMA, KEY };

/* SQLite takes "PGGMARY KEY" for the name of a type: the file is whole to it, and all its numbers are gone. */
__attribute__((unused)) static void harm_key(const char *path)
{
	static const char words[] = "reading(seq INTEGER PRIMARY KEY";
	char page[4096];
	int fd = open(path, O_RDONLY);
	const char *at;

	assert_true(fd >= 0 && pread(fd, page, sizeof(page), 0) == sizeof(page));
	close(fd);
	at = memmem(page, sizeof(page), words, sizeof(words) - 1);
	assert_non_null(at);
	overwrite(path, at - page + 21, 2, 'G');
}

__attribute__((unused)) static void harm_file(const char *path, enum harm harm)
{
	if (harm == HEADER)
		overwrite(path, 3, 5, 0x5a);
	else if (harm == EMPTY)
		cut(path, 0);
	else if (harm == SHORT)
		cut(path, 4096);
	else if (harm == KEY)
		harm_key(path);
	else
		overwrite(path, 200, 3800, 0xff); /* the first page: the tables' names */
}

__attribute__((unused)) static void add_and_check(struct spool *spool, uint64_t first)
{
	struct lab_rows rows;

	assert_int_equal(lab_add(spool, 7777, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	rows = lab_read(spool, STREAM_READINGS, first, UINT64_MAX, 7777);
	assert_int_equal(rows.n, 4);
	assert_int_equal(rows.first, first);
	assert_true(rows.values_right);
}

#endif
