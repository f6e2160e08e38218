/*
 * Records of samples, checks and people on a card that spoils them: one at a time its checksum fails, or its content is
 * another under a right checksum.  The daemon starts, answers, and no result is one that was corrected, or of a revision that
 * another has.
 */
#include "spoilt.h"
#include "spool/salvage.h"

/* --- spoilt ---------------------------------------------------------------------------------------------- */

static sqlite3 *open_card(void)
{
	sqlite3 *db = NULL;

	assert_int_equal(system("rm -rf spool; cp -r whole spool"), 0);
	assert_int_equal(sqlite3_open("spool/ledger.db", &db), SQLITE_OK);
	return db;
}

static unsigned last_record(void)
{
	sqlite3 *db = open_card();
	int64_t n = 0;

	assert_int_equal(sql_number(db, "SELECT max(number) FROM ledger", &n), 0);
	sqlite3_close(db);
	return (unsigned)n;
}

/* False: a record of another kind. */
static bool spoil(unsigned number)
{
	sqlite3 *db = open_card();
	char sql[120];
	int n;

	snprintf(sql, sizeof(sql),
		"UPDATE ledger SET crc=crc+1 WHERE number=%u AND kind BETWEEN 14 AND 19", number);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	n = sqlite3_changes(db);
	sqlite3_close(db);
	return n == 1;
}

/* Whatever one record said: what was corrected and verified since is not undone, and what comes has numbers of its own. */
static void one_record_after_the_other(void **state)
{
	unsigned number, last, n = 0;
	char after[60];

	(void)state;
	live();
	last = last_record();
	for (number = 1; number <= last; number++) {
		if (!spoil(number))
			continue;
		n++;
		snprintf(after, sizeof(after), "without record %u", number);
		start_it();
		one_revision_each(after);
		if (count(ask("{'ask':'sample-show','sample':%lld}", sample), "results"))
			counts_as("9.5", after);
		entry = newest_entry();
		told(amend("8", "n1"));
		told(act("'ask':'sample-verify','sample'", sample, "Sana Bibi", "n2"));
		one_revision_each(after);
		assert_int_equal(parts_stop(&parts), 0);
	}
	assert_in_range(n, 25, 60);
}

/* --- any content ----------------------------------------------------------------------------------------- */

static unsigned below(unsigned n)
{
	return (unsigned)lrand48() % n;
}

static int64_t any_number(unsigned last)
{
	static const int64_t odd[] = {0, 1, 2, 5, -1, 255, 256, INT32_MAX, INT32_MIN, UINT32_MAX,
		INT64_MAX, INT64_MIN, INT64_MAX - 2, (int64_t)1 << 32, (int64_t)0xff << 24};

	return below(2) ? (int64_t)below(last + 3) : odd[below(sizeof(odd) / sizeof(odd[0]))];
}

/* One word of the record's is another, or some bytes are. */
static void spoil_words(char words[160])
{
	static const char *const odd[] = {"nan", "-inf", "1e999", "0x1p9", "-7", "1e300", "<", ">>",
		"5..1", "11010", "not detected", "", " ", "a,b=c d", "\\", "%s%n", "\xff\xfe",
		"99999999999999999999", "900000001,1", "1,", "impediment", "dry"};
	char whole[400];
	size_t len = strlen(words), at;
	char *value;

	switch (below(4)) {
	case 0:
		words[below(160)] = '\0';
		return;
	case 1:
		for (at = below(20); at < len; at += 1 + below(20))
			words[at] = (char)(1 + below(255));
		return;
	default:
		value = words;
		for (at = below(8); at && strchr(value, '='); at--)
			value = strchr(value, '=') + 1;
		at = strcspn(value, ";");
		snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(value - words), words,
			odd[below(sizeof(odd) / sizeof(odd[0]))], value + at);
		whole[159] = '\0';
		memcpy(words, whole, 160);
		return;
	}
}

static void spoil_record(struct ledger_record *record, unsigned last)
{
	switch (below(6)) {
	case 0:
		record->a = any_number(last);
		break;
	case 1:
		record->b = any_number(last);
		break;
	case 2:
		record->c = below(2) ? (int64_t)below(14) : any_number(last);
		break;
	case 3:
		record->kind = (enum ledger_kind)(14 + below(8));
		break;
	case 4:
		record->boot_ms = any_number(last);
		break;
	default:
		spoil_words(record->words);
		break;
	}
}

/* A record is another one, under a right checksum. */
static void write_other(sqlite3 *db, unsigned number, unsigned last)
{
	struct ledger_record record;
	sqlite3_stmt *row = NULL, *put = NULL;
	uint32_t boot;
	unsigned times = 1 + below(3);

	assert_int_equal(sql_prepare(db,
				 "SELECT number,kind,boot,boot_ms,a,b,c,ifnull(words,''),crc FROM "
				 "ledger WHERE number=? AND kind>=14",
				 &row),
		0);
	sqlite3_bind_int64(row, 1, number);
	if (sqlite3_step(row) != SQLITE_ROW || !record_take(row, &record)) {
		sqlite3_finalize(row);
		return;
	}
	boot = (uint32_t)sqlite3_column_int64(row, 2);
	sqlite3_finalize(row);
	while (times--)
		spoil_record(&record, last);
	assert_int_equal(
		sql_prepare(db, "INSERT OR REPLACE INTO ledger VALUES(?,?,?,?,?,?,?,?,?)", &put),
		0);
	assert_int_equal(
		record_insert(put, below(4) ? number : last + 1 + below(4), boot, &record), 0);
	sqlite3_finalize(put);
}

static int encode(void *ctx, const struct spool_row *row)
{
	static char room[2 * LINE_LONGEST];
	struct text line = text_over(room, sizeof(room));
	size_t i;

	if (!line_encode(ctx, &line, row))
		return 0;
	assert_true(line.len > 0 && room[line.len - 1] == '\n');
	for (i = 0; i + 1 < line.len; i++)
		if ((unsigned char)room[i] < ' ')
			fail_msg("a line holds byte %d: %s", room[i], room);
	for (i = 0; room[i] && (room[i] != ' ' || (i && room[i - 1] == '\\')); i++)
		;
	assert_true(!strstr(room + i, "=nan") && !strstr(room + i, "=inf"));
	return 0;
}

static int each_file(void *ctx, const struct verify_file *file)
{
	(void)ctx;
	(void)file;
	return 0;
}

/* Everything that reads such records. */
static void read_all(unsigned last)
{
	static const char *const lists[] = {"samples", "points", "checks", "status"};
	struct line_encoder *encoder =
		line_encoder_new("van-3", "0123456789abcdef", POSITIONS_ALWAYS);
	struct verify_ask verify = {.dir = "spool", .beside = true, .each = each_file};
	struct verify_result verified;
	struct spool_reader *reader;
	char words[400];
	struct text why = text_over(words, sizeof(words));
	unsigned i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		told(ask("{'ask':'%s'}", lists[i]));
	for (i = 1; i <= last + 4; i++) {
		told(ask("{'ask':'sample-show','sample':%u}", i));
		told(ask("{'ask':'check-show','check':%u}", i));
	}
	assert_non_null(encoder);
	assert_int_equal(spool_reader_open(&reader, parts.spool), 0);
	assert_int_equal(spool_read(reader, STREAM_LEDGER, (struct range){1, UINT64_MAX}, encode,
				 encoder, NULL),
		0);
	spool_reader_close(reader);
	line_encoder_free(encoder);
	assert_true(spool_verify(&verify, &verified, &why) <= 0);
}

/* What comes then is recorded, or refused with words. */
static void go_on(void)
{
	json_t *answer = ask("{'ask':'sample-begin','purpose':'routine'," WHO(
		"x") ",'new_point':{'name':'Well','source_type':'protected_spring'}}");
	long long other = (long long)json_integer_value(json_object_get(answer, "sample"));
	unsigned i;

	told(answer);
	says(7.2);
	told(ask("{'ask':'sample-take','sample':%lld,'unit':'ph-1','parameter':'ph'," WHO("x1") "}",
		other));
	told(act("'ask':'sample-end','sample'", other, "Gul Khan", "x2"));
	for (i = 0; i < 3; i++)
		told(ask("{'ask':'sample-amend','sample':%lld,'entry':%lld,'value':'8','sure':true,"
			 "'reason':'misread','by':'Gul Khan','token':'y%u'}",
			sample, entry - 1 + i, i));
	told(act("'ask':'sample-verify','sample'", sample, "Sana Bibi", "y4"));
	told(act("'ask':'sample-end','sample'", sample, "Gul Khan", "y5"));
	told(ask("{'ask':'check-begin','unit':'ph-1','lot':'B7','value':'7.01'," WHO("y6") "}"));
}

static void any_content_under_a_right_checksum(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	unsigned rounds = getenv("ROUNDS") ? (unsigned)atoi(getenv("ROUNDS")) : 20;
	unsigned last, n;

	(void)state;
	live();
	last = last_record();
	for (; rounds--; seed++) {
		sqlite3 *db = open_card();

		printf("SEED=%u\n", seed);
		srand48((long)seed);
		for (n = 1 + below(6); n; n--)
			write_other(db, 1 + below(last), last);
		sqlite3_close(db);
		start_it();
		read_all(last);
		go_on();
		read_all(last);
		assert_int_equal(parts_stop(&parts), 0);
	}
}

/* --- any bytes ------------------------------------------------------------------------------------------- */

static void overwrite_some(unsigned most)
{
	FILE *file = fopen("spool/ledger.db", "r+");
	long at, size;
	unsigned n;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	at = (long)below((unsigned)size);
	for (n = 1 + below(most); n && at < size; n--, at++) {
		assert_int_equal(fseek(file, at, SEEK_SET), 0);
		fputc((int)below(256), file);
	}
	assert_int_equal(fclose(file), 0);
}

/* A damaged file never stops the start, and nothing of it is taken for what it is not. */
static void any_bytes_of_the_ledger(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	unsigned rounds = getenv("ROUNDS") ? (unsigned)atoi(getenv("ROUNDS")) : 20;
	unsigned last, kept = 0, n;

	(void)state;
	live();
	last = last_record();
	for (n = 0; n < rounds; n++, seed++) {
		printf("SEED=%u\n", seed);
		srand48((long)seed);
		sqlite3_close(open_card());
		overwrite_some(below(2) ? 8 : 3000);
		start_it();
		read_all(last);
		one_revision_each("with any bytes");
		go_on();
		one_revision_each("with any bytes");
		kept += access("spool/ledger.db.damaged-1", F_OK) != 0;
		assert_int_equal(parts_stop(&parts), 0);
	}
	printf("of %u ledgers %u went on\n", rounds, kept);
}

/* --- salvaged -------------------------------------------------------------------------------------------- */

static int tell(void *ctx, const struct salvage_file *file)
{
	*(uint64_t *)ctx += file->stream == STREAM_LEDGER ? file->back : 0;
	return 0;
}

static uint64_t salvage(void)
{
	char words[400];
	struct text why = text_over(words, sizeof(words));
	struct spool *spool = NULL;
	uint64_t back = 0;

	assert_int_equal(spool_open(&spool, &conf.spool, &clock_system, &why), 0);
	if (spool_salvage(spool, tell, &back, &why))
		fail_msg("salvage: %s", words);
	assert_int_equal(spool_close(spool), 0);
	return back;
}

/* Its header is lost, too, so that it is set aside whatever else it is. */
static void spoil_ledger(bool bytes, unsigned last)
{
	sqlite3 *db = open_card();
	unsigned n = 1 + below(6);
	FILE *file;

	for (; n && !bytes; n--)
		write_other(db, 1 + below(last), last);
	sqlite3_close(db);
	if (bytes)
		overwrite_some(below(2) ? 8 : 3000);
	file = fopen("spool/ledger.db", "r+");
	assert_non_null(file);
	assert_true(fputs("no database", file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* What comes back of a spoilt ledger is judged as it would have been without the loss, while a new day is on the card. */
static void any_ledger_that_is_salvaged(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	unsigned rounds = getenv("ROUNDS") ? (unsigned)atoi(getenv("ROUNDS")) : 20;
	uint64_t back, most = 0;
	unsigned last, n;
	bool bytes;

	(void)state;
	live();
	last = last_record();
	for (n = 0; n < rounds; n++, seed++) {
		printf("SEED=%u\n", seed);
		srand48((long)seed);
		bytes = below(2);
		spoil_ledger(bytes, last);
		start_it();
		go_on();
		assert_int_equal(parts_stop(&parts), 0);
		back = salvage();
		most = back > most ? back : most;
		start_it();
		read_all(last + 20);
		if (bytes)
			one_revision_each("salvaged");
		go_on();
		read_all(last + 20);
		if (bytes)
			one_revision_each("salvaged");
		assert_int_equal(parts_stop(&parts), 0);
		/* Again: only results whose beginning is lost are a gap by now. */
		assert_in_range(salvage(), 0, 8);
	}
	printf("of %u records came back at most %u\n", last, (unsigned)most);
	assert_true(most > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_record_after_the_other, begin_empty),
		cmocka_unit_test_setup(any_content_under_a_right_checksum, begin_empty),
		cmocka_unit_test_setup(any_bytes_of_the_ledger, begin_empty),
		cmocka_unit_test_setup(any_ledger_that_is_salvaged, begin_empty),
	};

	log_open(LOG_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
