/*
 * A spool of schema 1, byte for byte what that program stored (its checksums too): this one reads it,
 * leaves its segment as it was born, and goes on in a new one.
 */
#include "lab.h"

static const char old_ledger[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"INSERT INTO meta VALUES('floor_ledger',0);"
	"INSERT INTO meta VALUES('floor_reading',0);"
	"INSERT INTO meta VALUES('reserved',65539);"
	"INSERT INTO meta VALUES('schema',1);"
	"INSERT INTO meta VALUES('spool','f9b58016d45d72cd');"
	"CREATE TABLE epoch(uuid TEXT NOT NULL, from_boot_ms INTEGER NOT NULL, offset_ms "
	"INTEGER NOT NULL, source INTEGER NOT NULL, uncertainty_ms INTEGER NOT NULL, crc "
	"INTEGER NOT NULL, PRIMARY KEY(uuid, from_boot_ms)) WITHOUT ROWID;"
	"INSERT INTO epoch "
	"VALUES('11111111-2222-3333-4444-555555555555',-9223372036854775808,1700000000000,4,20,-"
	"1029889536);"
	"CREATE TABLE delivery(store TEXT NOT NULL, stream INTEGER NOT NULL, delivery "
	"INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, crc INTEGER NOT "
	"NULL, PRIMARY KEY(store, stream, delivery, first)) WITHOUT ROWID;"
	"CREATE TABLE boot(id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, first_reading INTEGER "
	"NOT NULL, first_ledger INTEGER NOT NULL, crc INTEGER NOT NULL);"
	"INSERT INTO boot VALUES(1,'11111111-2222-3333-4444-555555555555',1,1,395080107);"
	"CREATE TABLE segment(first INTEGER PRIMARY KEY, last INTEGER, state INTEGER NOT "
	"NULL);"
	"INSERT INTO segment VALUES(1,NULL,0);"
	"CREATE TABLE refusal(id INTEGER PRIMARY KEY, store TEXT NOT NULL, stream INTEGER "
	"NOT NULL, number INTEGER NOT NULL, status INTEGER, words TEXT);"
	"CREATE TABLE ledger(number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, boot INTEGER "
	"NOT NULL, boot_ms INTEGER NOT NULL, a INTEGER, b INTEGER, c INTEGER, words TEXT, "
	"crc INTEGER NOT NULL);"
	"INSERT INTO ledger VALUES(1,1,1,5000,1,0,0,NULL,-2120851340);"
	"CREATE INDEX anchors ON ledger(number) WHERE kind=2;"
	"CREATE INDEX gaps ON ledger(number) WHERE kind=3;";

static const char old_segment[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"INSERT INTO meta VALUES('end',1000);"
	"INSERT INTO meta VALUES('first',1);"
	"INSERT INTO meta VALUES('ledger_reserved',202);"
	"INSERT INTO meta VALUES('schema',1);"
	"INSERT INTO meta VALUES('spool','f9b58016d45d72cd');"
	"CREATE TABLE epoch(uuid TEXT NOT NULL, from_boot_ms INTEGER NOT NULL, offset_ms "
	"INTEGER NOT NULL, source INTEGER NOT NULL, uncertainty_ms INTEGER NOT NULL, crc "
	"INTEGER NOT NULL, PRIMARY KEY(uuid, from_boot_ms)) WITHOUT ROWID;"
	"INSERT INTO epoch "
	"VALUES('11111111-2222-3333-4444-555555555555',-9223372036854775808,1700000000000,4,20,-"
	"1029889536);"
	"CREATE TABLE delivery(store TEXT NOT NULL, stream INTEGER NOT NULL, delivery "
	"INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, crc INTEGER NOT "
	"NULL, PRIMARY KEY(store, stream, delivery, first)) WITHOUT ROWID;"
	"CREATE TABLE boot(id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, first_reading INTEGER "
	"NOT NULL, crc INTEGER NOT NULL);"
	"INSERT INTO boot VALUES(1,'11111111-2222-3333-4444-555555555555',1,-618237643);"
	"CREATE TABLE series(id INTEGER PRIMARY KEY, unit TEXT NOT NULL, parameter TEXT NOT "
	"NULL, kind INTEGER NOT NULL, decimals INTEGER NOT NULL, crc INTEGER NOT NULL);"
	"INSERT INTO series VALUES(1,'ph-1','ph',0,0,1551042033);"
	"INSERT INTO series VALUES(2,'ph-1','temperature',2,1,1207065917);"
	"CREATE TABLE exchange(seq INTEGER PRIMARY KEY, n INTEGER NOT NULL, boot INTEGER NOT "
	"NULL, boot_ms INTEGER NOT NULL, context INTEGER, sample INTEGER, origin INTEGER, "
	"lat_e7 INTEGER, lon_e7 INTEGER, fix_age_ms INTEGER, eph_cm INTEGER, district TEXT, "
	"raw BLOB, crc INTEGER NOT NULL);"
	"INSERT INTO exchange "
	"VALUES(1,2,1,6000,1,9,1,340123456,715000001,900,350,'PK528',X'030440e40000',1453550607);"
	"INSERT INTO exchange "
	"VALUES(3,1,1,7000,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,X'030440e40000',-818502062);"
	"CREATE TABLE reading(seq INTEGER PRIMARY KEY, series INTEGER NOT NULL, value REAL, "
	"qc INTEGER NOT NULL, flags INTEGER NOT NULL);"
	"INSERT INTO reading VALUES(1,1,7.125,1,0);"
	"INSERT INTO reading VALUES(2,2,21.5,3,4);"
	"INSERT INTO reading VALUES(3,1,7.125,1,0);";

static void make_file(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "PRAGMA application_id=0x57617465; PRAGMA user_version=1;"
				 "PRAGMA journal_mode=WAL",
				 NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
}

static const char segment_path[] = "old/readings-000000000001.db";

static int make_old(void **state)
{
	(void)state;
	spool_tuning.boot_id = boot_one;
	mkdir("old", 0750);
	make_file("old/ledger.db", old_ledger);
	make_file(segment_path, old_segment);
	return 0;
}

static int remove_old(void **state)
{
	(void)state;
	return system("rm -rf old");
}

static int64_t number_in(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	int64_t n = -1;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sql_number(db, sql, &n), 0);
	sqlite3_close(db);
	return n;
}

struct seen {
	unsigned n;
	struct spool_row rows[8];
};

static int keep(void *ctx, const struct spool_row *row)
{
	struct seen *seen = ctx;

	assert_true(seen->n < 8);
	seen->rows[seen->n++] = *row;
	return 0;
}

static uint64_t read_all(struct spool *spool, struct seen *seen)
{
	struct spool_reader *reader = NULL;
	uint64_t damaged = 0;

	seen->n = 0;
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(
		spool_read(reader, STREAM_READINGS, (struct range){1, 100}, keep, seen, &damaged),
		0);
	spool_reader_close(reader);
	return damaged;
}

static void is_as_it_was(const struct seen *seen)
{
	const struct place *place = &seen->rows[0].place;

	assert_int_equal(seen->rows[0].sample, 9);
	assert_true(seen->rows[0].value == 7.125 && seen->rows[1].value == 21.5);
	assert_int_equal(place->origin, PLACE_GPS);
	assert_true(place->has_point);
	assert_int_equal(place->mode, 0);
	assert_int_equal(place->lat_e7, 340123456);
	assert_int_equal(place->lon_e7, 715000001);
	assert_int_equal(place->fix_age_ms, 900);
	assert_int_equal(place->eph_cm, 350);
	assert_string_equal(place->district, "PK528");
	assert_string_equal(place->near, "");
	assert_int_equal(place->border_m, -1);
	assert_int_equal(place->edition, 0);
	assert_int_equal(seen->rows[2].place.origin, PLACE_NONE);
	assert_int_equal(seen->rows[2].utc_ms, 1700000007000);
}

static void an_old_spool_is_read_and_goes_on(void **state)
{
	struct spool_conf conf = lab_conf("old", 1000);
	struct spool *spool = lab_open(&conf);
	struct seen seen;

	(void)state;
	assert_int_equal(read_all(spool, &seen), 0);
	assert_int_equal(seen.n, 3);
	is_as_it_was(&seen);
	assert_int_equal(lab_add(spool, 1, 1), 0);
	assert_int_equal(spool_flush(spool), 0);
	assert_int_equal(read_all(spool, &seen), 0);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.rows[3].number, 4);
	is_as_it_was(&seen);
	assert_int_equal(spool_close(spool), 0);
	assert_int_equal(number_in(segment_path, "PRAGMA user_version"), 1);
	assert_int_equal(number_in(segment_path, "SELECT max(seq) FROM reading"), 3);
	assert_int_equal(number_in("old/readings-000000000004.db", "PRAGMA user_version"), 2);
	spool = lab_open(&conf);
	assert_int_equal(read_all(spool, &seen), 0);
	assert_int_equal(seen.n, 4);
	assert_int_equal(spool_close(spool), 0);
}

static void damage_in_an_old_row_is_still_noticed(void **state)
{
	struct spool_conf conf = lab_conf("old", 1000);
	struct spool *spool;
	struct seen seen;
	sqlite3 *db = NULL;

	(void)state;
	assert_int_equal(sqlite3_open(segment_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE exchange SET district='PK526' WHERE seq=1", NULL,
				 NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	spool = lab_open(&conf);
	assert_int_equal(read_all(spool, &seen), 2);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.rows[0].number, 3);
	assert_int_equal(spool_close(spool), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_old_spool_is_read_and_goes_on, make_old, remove_old),
		cmocka_unit_test_setup_teardown(
			damage_in_an_old_row_is_still_noticed, make_old, remove_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
