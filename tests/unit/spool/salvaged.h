/* salvaged.h - a filled spool with a store that was sent half of it, its salvage, and that nothing is missing after it. */
#ifndef TESTS_SPOOL_SALVAGED_H
#define TESTS_SPOOL_SALVAGED_H

#include "damage.h"
#include "spool/salvage.h"
#include "spool/verify.h"

enum { SENT_TO = 1500 };

struct told {
	struct salvage_file file[8];
	unsigned n;
};

__attribute__((unused)) static int tell(void *ctx, const struct salvage_file *file)
{
	struct told *told = ctx;

	assert_true(told->n < 8);
	told->file[told->n++] = *file;
	return 0;
}

__attribute__((unused)) static struct told salvage(struct spool *spool)
{
	struct told told = {.n = 0};
	char words[300];
	struct text why = text_over(words, sizeof(words));
	int err = spool_salvage(spool, tell, &told, &why);

	if (err)
		fprintf(stderr, "salvage: %s: %s\n", err_text(err), words);
	assert_int_equal(err, 0);
	return told;
}

__attribute__((unused)) static int count_file(void *ctx, const struct verify_file *file)
{
	if (!file->sound && !file->aside)
		fprintf(stderr, "%s: %s\n", file->name, file->words);
	(void)ctx;
	return 0;
}

__attribute__((unused)) static void expect_sound(const char *dir)
{
	struct verify_ask ask = {.dir = dir, .beside = true, .each = count_file};
	struct verify_result result;
	char words[300];
	struct text why = text_over(words, sizeof(words));

	assert_int_equal(spool_verify(&ask, &result, &why), 0);
	assert_int_equal(result.unsound, 0);
	assert_int_equal(result.missing[STREAM_READINGS] + result.missing[STREAM_LEDGER], 0);
}

__attribute__((unused)) static unsigned store_of(struct spool *spool)
{
	unsigned store;

	assert_int_equal(spool_add_store(spool, "centre", &store), 0);
	return store;
}

/* As fill(), and sent up to the middle of the second file. */
__attribute__((unused)) static void fill_and_send(const char *dir)
{
	struct spool_conf conf = lab_conf(dir, SEGMENT);
	struct spool *spool;
	char id[SPOOL_ID];

	fill(dir, id);
	spool = lab_open(&conf);
	spool_mark_sent(spool, store_of(spool), STREAM_READINGS, (struct range){1, SENT_TO});
	assert_int_equal(spool_close(spool), 0);
}

#endif
