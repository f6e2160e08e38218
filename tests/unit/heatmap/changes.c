/* What became different since the version that lies there, by its own files: many rows, odd ones, and two of one key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../tools/heatmap/changes.h"

enum { MANY = 5000 };

static const int64_t noon_ms = 1795953600000; /* 2026-11-29 */
static char home[] = "heatmap-changes-XXXXXX";
static struct changes *changes;
static size_t told;
static char last[200];

static FILE *open_file(const char *name)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	return file;
}

static int begin(void **state)
{
	(void)state;
	changes = NULL;
	told = 0;
	*last = '\0';
	return 0;
}

static int end(void **state)
{
	(void)state;
	changes_close(changes);
	return 0;
}

static long size_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return (long)st.st_size;
}

#define DATA    "current/official/data/"
#define RESULTS DATA "results/2026-11.csv"
#define GONE    DATA "withdrawn.csv"
#define HEAD    "lab,spool,sample,parameter,method,replicate,sampled,value,changed\n"

/* What is written to results and list, with an index of it, made at noon. */
static void write_version(const char *results, const char *gone)
{
	FILE *file = open_file(RESULTS);

	fprintf(file, "%s%s", HEAD, results);
	fclose(file);
	file = open_file(GONE);
	fprintf(file,
		"lab,spool,sample,parameter,method,replicate,sampled,withdrawn,schema_version\n%s",
		gone);
	fclose(file);
	file = open_file(DATA "index.json");
	fprintf(file,
		"{\"changes\":{\"from\":\"2026-11-01T00:00:00Z\",\"to\":\"2026-11-29T12:00:00Z\"},"
		"\"files\":[{\"name\":\"withdrawn.csv\",\"bytes\":%ld},"
		"{\"name\":\"results/2026-11.csv\",\"bytes\":%ld}]}",
		size_of(GONE), size_of(RESULTS));
	fclose(file);
}

static void open_after(int64_t ms)
{
	assert_int_equal(changes_open(&changes, ".", noon_ms + ms, 10), 0);
}

static uint64_t sum_of(const char *line)
{
	return put_sum(PUT_SUM, line, strlen(line));
}

static void hear(void *ctx, const struct csv_field row[CHANGES_TOLD], int64_t withdrawn_ms)
{
	(void)ctx;
	told++;
	snprintf(last, sizeof(last), "%.*s|%.*s|%.*s %lld", (int)row[0].len, row[0].at,
		(int)row[2].len, row[2].at, (int)row[6].len, row[6].at,
		(long long)(withdrawn_ms - noon_ms) / 1000);
}

static void count_gone(size_t wanted)
{
	assert_int_equal(changes_each_gone(changes, hear, NULL), 0);
	assert_int_equal(told, wanted);
}

static void test_each_of_many_rows_is_found(void **state)
{
	char *words = malloc((size_t)MANY * 100), line[100];
	struct text text = text_over(words, (size_t)MANY * 100);
	uint64_t i;

	(void)state;
	assert_non_null(words);
	for (i = 0; i < MANY; i++)
		text_printf(&text,
			"kp,5e,%d,ph,tube,0,2026-11-02T00:00:00Z,7,2026-11-%02dT00:00:00Z\n",
			(int)i, (int)(i % 20) + 1);
	write_version(words, "");
	free(words);
	open_after(5000);
	for (i = 1; i < MANY; i++) {
		snprintf(line, sizeof(line), "kp,5e,%d,ph,tube,0,2026-11-02T00:00:00Z,%c", (int)i,
			i % 3 ? '7' : '8');
		assert_int_equal(changes_since_ms(changes,
					 changes_key("kp", "5e", i, "ph", "tube", 0), sum_of(line)),
			i % 3 ? noon_ms - (int64_t)(28 - i % 20) * 86400000 - 43200000
			      : noon_ms + 5000);
	}
	assert_int_equal(changes_since_ms(changes, changes_key("kp", "5e", 1, "ph", "tube", 1), 1),
		noon_ms + 5000);
	count_gone(1);
	assert_string_equal(last, "kp|0|2026-11-02T00:00:00Z 5");
	assert_int_equal(changes_from_ms(changes), noon_ms + 5000 - (int64_t)10 * 86400000);
}

/* A formula, quotes and a comma are told as they are published. */
static void test_odd_texts(void **state)
{
	(void)state;
	write_version("\"'=a,\"\"b\"\"\",5e,1,ph,tube,0,2026-11-02T00:00:00Z,\"7\n\",2026-11-20T00:"
		      "00:00Z\n"
		      "\"'=a,\"\"b\"\"\",5e,2,ph,tube,0,,8,2026-11-20T00:00:00Z\n",
		"");
	open_after(5000);
	assert_int_equal(
		changes_since_ms(changes, changes_key("=a,\"b\"", "5e", 1, "ph", "tube", 0),
			sum_of("\"'=a,\"\"b\"\"\",5e,1,ph,tube,0,2026-11-02T00:00:00Z,\"7\n\"")),
		1795132800000);
	count_gone(1);
	assert_string_equal(last, "\"'=a,\"\"b\"\"\"|2| 5");
}

static void test_two_of_one_key(void **state)
{
	(void)state;
	write_version("kp,5e,1,ph,tube,0,,7,2026-11-20T00:00:00Z\nkp,5e,1,ph,tube,0,,8,2026-11-"
		      "21T00:00:00Z\n",
		"kp,5e,1,ph,tube,0,,2026-11-22T00:00:00Z,1\n");
	open_after(5000);
	count_gone(1);
	assert_string_equal(last, "kp|1| 5");
	assert_int_equal(changes_since_ms(changes, changes_key("kp", "5e", 1, "ph", "tube", 0),
				 sum_of("kp,5e,1,ph,tube,0,,7")),
		1795132800000);
	count_gone(1);
}

/* It stays as it went, leaves when its row is back, and after its time. */
static void test_what_was_gone_before(void **state)
{
	(void)state;
	write_version("kp,5e,1,ph,tube,0,,7,2026-11-20T00:00:00Z\n",
		"kp,5e,2,ph,tube,0,,2026-11-28T12:00:00Z,1\n"
		"kp,5e,3,ph,tube,0,,2026-11-28T12:00:00Z,1\n"
		"kp,5e,4,ph,tube,0,,2026-11-19T12:00:00Z,1\n");
	open_after(5000);
	(void)changes_since_ms(changes, changes_key("kp", "5e", 1, "ph", "tube", 0), 1);
	assert_int_equal(changes_since_ms(changes, changes_key("kp", "5e", 3, "ph", "tube", 0), 1),
		noon_ms + 5000);
	count_gone(1);
	assert_string_equal(last, "kp|2| -86400");
}

/* Two versions in one second, or a clock that goes back: what is new is later all the same. */
static void test_the_time_grows(void **state)
{
	(void)state;
	write_version("kp,5e,1,ph,tube,0,,7,2026-11-20T00:00:00Z\n", "");
	open_after(999);
	assert_int_equal(changes_to_ms(changes), noon_ms + 1000);
	changes_close(changes);
	open_after(-86400000);
	assert_int_equal(changes_to_ms(changes), noon_ms + 1000);
	assert_int_equal(changes_since_ms(changes, changes_key("kp", "5e", 1, "ph", "tube", 0), 1),
		noon_ms + 1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {TEST(test_each_of_many_rows_is_found),
		TEST(test_odd_texts), TEST(test_two_of_one_key), TEST(test_what_was_gone_before),
		TEST(test_the_time_grows)};

	if (!mkdtemp(home) || chdir(home) || mkdir("current", 0755) ||
		mkdir("current/official", 0755) || mkdir(DATA, 0755) || mkdir(DATA "results", 0755))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
