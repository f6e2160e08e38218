/* `waterlab inbox`: what the van would take, said before a file is put there; it never waits for anything. */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "inbox/records.h"

static int try_file(const char *path)
{
	char line[100];

	snprintf(line, sizeof(line), "--config w.conf inbox %s", path);
	return waterlab(line);
}

static void put(const char *path, const char *words, off_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(words, file) >= 0);
	assert_int_equal(fclose(file), 0);
	if (length)
		assert_int_equal(truncate(path, length), 0);
}

static int set_up(void **state)
{
	(void)state;
	put("w.conf",
		"lab = \"van\"; lines = ({ name = \"b\"; type = \"rtu\"; port = \"/dev/a\"; units "
		"= "
		"({ name = \"u\"; profile = \"lovibond-md610\"; address = 1; }); });\n"
		"inbox = { meters = ({ name = \"hqd-1\"; profile = \"hach-hqd\"; files = "
		"\"*.txt\"; "
		"dates = \"year-month-day\"; utc_offset_min = 0; }); };\n",
		0);
	return 0;
}

static void reading(char *to, size_t room, int64_t hours)
{
	time_t at = time(NULL) + (time_t)hours * 3600;
	struct tm tm;
	char when[40];

	assert_non_null(gmtime_r(&at, &tm));
	assert_true(strftime(when, sizeof(when), "%Y-%m-%d,%H:%M:%S", &tm) > 0);
	snprintf(to, room, "RD,pH,%s,NK,PHC101,1234567,Default,HT 1,7.02,pH,EndOfRecord\n", when);
}

static void a_time_is_judged_by_the_machines_clock(void **state)
{
	char words[200];

	(void)state;
	reading(words, sizeof(words), 20);
	put("a.txt", words, 0);
	assert_int_equal(try_file("a.txt"), CLI_DONE);
	assert_non_null(strstr(out, "hqd-1 ph 7.02 [pH]; sample HT 1"));
	reading(words, sizeof(words), 30);
	put("a.txt", words, 0);
	assert_int_equal(try_file("a.txt"), CLI_FAILED);
	assert_non_null(strstr(err, "which is still to come"));
}

static void what_is_no_file_is_said_at_once(void **state)
{
	(void)state;
	alarm(20);
	assert_int_equal(mkfifo("pipe.txt", 0600), 0);
	assert_int_equal(try_file("pipe.txt"), CLI_FAILED);
	assert_non_null(strstr(err, "pipe.txt: is no plain file"));
	assert_int_equal(mkdir("folder.txt", 0700), 0);
	assert_int_equal(try_file("folder.txt"), CLI_FAILED);
	assert_non_null(strstr(err, "folder.txt: is no plain file"));
	alarm(0);
	assert_int_equal(try_file("absent.txt"), CLI_FAILED);
	assert_non_null(strstr(err, "absent.txt: No such file"));
}

static void the_most_is_the_daemons(void **state)
{
	(void)state;
	put("long.txt", "", RECORDS_BYTES + 1);
	assert_int_equal(try_file("long.txt"), CLI_FAILED);
	assert_non_null(strstr(err, "longer than 8 MB"));
	assert_non_null(strstr(err, "in parts"));
	put("long.txt", "", 20 * 1024 * 1024);
	assert_int_equal(try_file("long.txt"), CLI_FAILED);
	assert_non_null(strstr(err, "longer than 8 MB"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_judged_by_the_machines_clock),
		cmocka_unit_test(what_is_no_file_is_said_at_once),
		cmocka_unit_test(the_most_is_the_daemons),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
