/* The id that rows are born under: it stays, but for a folder that is found elsewhere, and nothing forgets it. */
#include "lab.h"

static const char here[] = "00000000000000aa", there[] = "00000000000000bb";

struct ids { /* of a stream's rows, by number */
	char of[4000][SPOOL_ID];
	uint64_t n;
	char start_words[SPOOL_ID];
	int64_t start_c;
};

static int take(void *ctx, const struct spool_row *row)
{
	struct ids *ids = ctx;

	text_copy(ids->of[row->number], SPOOL_ID, row->spool);
	ids->n++;
	if (row->stream == STREAM_LEDGER && row->kind == LEDGER_START) {
		text_copy(ids->start_words, SPOOL_ID, row->words);
		ids->start_c = row->c;
	}
	return 0;
}

static void read_ids(struct spool *spool, const char *dir, enum stream stream, struct ids *ids)
{
	struct spool_reader *reader;
	char words[200];
	struct text why = text_over(words, sizeof(words));

	memset(ids, 0, sizeof(*ids));
	if (spool)
		assert_int_equal(spool_reader_open(&reader, spool), 0);
	else
		assert_int_equal(spool_reader_open_dir(&reader, dir, &why), 0);
	assert_int_equal(
		spool_read(reader, stream, (struct range){1, UINT64_MAX}, take, ids, NULL), 0);
	spool_reader_close(reader);
}

static void expect_ids(const struct ids *ids, uint64_t first, uint64_t last, const char *id)
{
	uint64_t i;

	for (i = first; i <= last; i++)
		if (strcmp(ids->of[i], id) != 0)
			fail_msg("%" PRIu64 " has %s, not %s", i, ids->of[i], id);
}

/* Opens, adds `n` readings from the k-th on, and closes; the id is kept in `id`. */
static void live(const char *home, const struct spool_conf *conf, uint64_t k, unsigned n, char *id)
{
	struct spool *spool;
	unsigned i;

	spool_tuning.home = home;
	spool = lab_open(conf);
	text_copy(id, SPOOL_ID, spool_id(spool));
	for (i = 0; i < n; i += 4)
		assert_int_equal(lab_add(spool, k + i, 4), 0);
	assert_int_equal(spool_close(spool), 0);
}

static void it_stays_where_it_is(void **state)
{
	struct spool_conf conf = lab_conf("stays", 1000);
	char first[SPOOL_ID], again[SPOOL_ID];

	(void)state;
	live(here, &conf, 0, 8, first);
	live(here, &conf, 8, 8, again);
	assert_string_equal(first, again);
	/* What cannot be known says nothing. */
	live("", &conf, 16, 8, again);
	assert_string_equal(first, again);
	live(here, &conf, 24, 8, again);
	assert_string_equal(first, again);
}

static void elsewhere_new_rows_have_another(void **state)
{
	static struct ids ids;
	struct spool_conf conf = lab_conf("moved", 1000);
	char first[SPOOL_ID], second[SPOOL_ID], third[SPOOL_ID];
	struct spool *spool;

	(void)state;
	live(here, &conf, 0, 1200, first);
	live(there, &conf, 1200, 1200, second);
	assert_string_not_equal(first, second);
	live(here, &conf, 2400, 8, third); /* nor is it the first again: that one may run on */
	assert_string_not_equal(third, first);
	assert_string_not_equal(third, second);
	read_ids(NULL, "moved", STREAM_READINGS, &ids);
	assert_int_equal(ids.n, 2408);
	expect_ids(&ids, 1, 1200, first);
	expect_ids(&ids, 1201, 2400, second);
	expect_ids(&ids, 2401, 2408, third);
	spool = lab_open(&conf);
	read_ids(spool, NULL, STREAM_READINGS, &ids);
	expect_ids(&ids, 1, 1200, first);
	expect_ids(&ids, 1201, 2400, second);
	read_ids(spool, NULL, STREAM_LEDGER, &ids);
	expect_ids(&ids, 1, 1, first);
	expect_ids(&ids, 2, 2, second); /* the start itself is new */
	expect_ids(&ids, 3, 4, third);
	assert_int_equal(ids.start_c, 0);
	assert_int_equal(spool_close(spool), 0);
}

static void a_start_elsewhere_is_recorded(void **state)
{
	static struct ids ids;
	struct spool_conf conf = lab_conf("recorded", 1000);
	char first[SPOOL_ID], second[SPOOL_ID];

	(void)state;
	live(here, &conf, 0, 8, first);
	live(there, &conf, 8, 8, second);
	read_ids(NULL, "recorded", STREAM_LEDGER, &ids);
	assert_int_equal(ids.start_c, 1);
	assert_string_equal(ids.start_words, first);
}

/* With the ledger goes the list, and the segments have it: also the one that was begun before the move. */
static void a_lost_ledger_does_not_forget(void **state)
{
	static struct ids ids;
	struct spool_conf conf = lab_conf("lost", 1000);
	char first[SPOOL_ID], second[SPOOL_ID], now[SPOOL_ID], path[300];

	(void)state;
	live(here, &conf, 0, 400, first);
	live(there, &conf, 400, 400, second);
	ledger_file_name(&conf, path, sizeof(path));
	file_remove(path);
	live(there, &conf, 800, 8, now);
	assert_string_equal(now, second);
	read_ids(NULL, "lost", STREAM_READINGS, &ids);
	expect_ids(&ids, 1, 400, first);
	expect_ids(&ids, 401, 800, second);
	expect_ids(&ids, 1001, 1008, second); /* past all that the file might hold */
	/* A copy whose ledger is lost as well is one all the same. */
	file_remove(path);
	live(here, &conf, 808, 8, now);
	assert_string_not_equal(now, second);
	assert_string_not_equal(now, first);
}

static void it_moves_no_more_often_than_the_list_holds(void **state)
{
	struct spool_conf conf = lab_conf("often", 1000);
	char id[SPOOL_ID], last[SPOOL_ID] = "";
	unsigned i, ids = 0;

	(void)state;
	for (i = 0; i < MOST_IDENTITIES + 6; i++) {
		live(i % 2 ? here : there, &conf, i * 4, 4, id);
		ids += strcmp(id, last) != 0;
		text_copy(last, sizeof(last), id);
	}
	assert_int_equal(ids, MOST_IDENTITIES + 1);
}

static void this_machine_is_known_again(void **state)
{
	char once[SPOOL_ID], twice[SPOOL_ID];

	(void)state;
	spool_tuning.home = NULL;
	identity_home(".", once);
	identity_home(".", twice);
	assert_string_equal(once, twice);
	identity_home("/nowhere", twice); /* without a card: the machine's id, or nothing */
	assert_true(!*twice || strlen(twice) == SPOOL_ID - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_stays_where_it_is),
		cmocka_unit_test(elsewhere_new_rows_have_another),
		cmocka_unit_test(a_start_elsewhere_is_recorded),
		cmocka_unit_test(a_lost_ledger_does_not_forget),
		cmocka_unit_test(it_moves_no_more_often_than_the_list_holds),
		cmocka_unit_test(this_machine_is_known_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
