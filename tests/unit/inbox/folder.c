/* The folder: whatever lies there, however much, however it is named, and whatever becomes of it meanwhile. */
#include <sys/fsuid.h>

#include "van.h"

static void append(const char *name, const char *text)
{
	FILE *file = fopen(in_box(name), "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A slow card or link: the file lay still for a while, and was taken for whole. */
static void a_file_that_grows_after_it_was_moved_is_read_again(void **state)
{
	(void)state;
	inbox_step(van.inbox);
	put("senddata.txt", GOOD);
	look_twice();
	append("taken/senddata.txt", "reading,2026-11-28,14:06,HT");
	inbox_step(van.inbox);
	assert_true(there("senddata.txt") && !there("taken/senddata.txt"));
	look_twice();
	assert_int_equal(ledger()->n, 1);
	assert_true(there("refused/senddata.txt") && there("refused/senddata.txt.why"));
	append("refused/senddata.txt", " 2,7.11,pH\n");
	put("senddata.txt",
		"reading,2026-11-28,14:09,HT 4,7.4,pH\n"); /* its place is taken: later */
	inbox_step(van.inbox);
	inbox_step(van.inbox);
	inbox_step(van.inbox);
	assert_true(there("senddata.txt") && !there("refused/senddata.txt"));
	assert_false(there("refused/senddata.txt.why"));
	look_twice();
	assert_int_equal(ledger()->n, 3);
	assert_string_equal(ledger()->at[2].words, "hqd-1 ph 7.11 [pH]; sample HT 2");
	assert_true(there("taken/senddata.txt-2"));
	/* Not for ever. */
	atomic_fetch_add(&now_ns, (int64_t)(INBOX_GROWS_MS + 1000) * 1000000);
	append("taken/senddata.txt-2", GOOD);
	look_twice();
	look_twice();
	assert_true(there("taken/senddata.txt-2"));
	assert_int_equal(ledger()->n, 3);
}

static void the_longest_name_is_moved_too(void **state)
{
	char name[256], moved[280];

	(void)state;
	inbox_step(van.inbox);
	memset(name, 'x', sizeof(name) - 1);
	memcpy(name + 11, "\xC3\xBCsenddata", 10);
	memcpy(name + 251, ".txt", 5);
	put(name, "sev\n");
	look_twice();
	assert_false(there(name));
	assert_string_equal(now().trouble, "");
	assert_int_equal(now().refused, 1);
	snprintf(moved, sizeof(moved), "refused/%.242s.txt", name);
	assert_true(there(moved));
	snprintf(moved + strlen(moved), 5, ".why");
	assert_true(there(moved));
	assert_non_null(strstr(now().last, "not taken, see refused/xxx"));
	assert_non_null(strstr(now().last, ".why"));
	put(name, GOOD);
	look_twice();
	assert_int_equal(ledger()->n, 1);
}

static void files_that_cannot_be_read_are_counted_and_keep_none_away(void **state)
{
	uid_t uid = geteuid();
	char name[300];
	unsigned i;

	(void)state;
	inbox_step(van.inbox);
	for (i = 0; i < 150; i++) {
		snprintf(name, sizeof(name), "%03u senddata %0220u.txt", i, i);
		put(name, GOOD);
		assert_int_equal(chmod(in_box(name), 0), 0);
	}
	put("z senddata.txt", MORE);
	/* Nothing is closed to root; this thread is nobody for the files alone. */
	assert_int_equal(chmod(van.dir, 0755), 0);
	assert_int_equal(chmod(".", 0755), 0);
	assert_int_equal(chmod(van.conf.dir, 0777), 0);
	assert_int_equal(chmod(in_box("taken"), 0777), 0);
	assert_int_equal(chmod(in_box("z senddata.txt"), 0666), 0);
	if (!uid)
		setfsuid(65534);
	for (i = 0; i < 8; i++)
		inbox_step(van.inbox);
	setfsuid(uid);
	assert_int_equal(ledger()->n, 1);
	assert_true(there("taken/z senddata.txt"));
	assert_int_equal(strncmp(now().trouble, "Permission denied: ", 19), 0);
	assert_non_null(strstr(now().trouble, "\xE2\x80\xA6; and 149 more"));
	/* Each has its turn, so that one that is mended is taken. */
	for (i = 0; i < 150; i++) {
		snprintf(name, sizeof(name), "%03u senddata %0220u.txt", i, i);
		assert_int_equal(chmod(in_box(name), 0666), 0);
	}
	for (i = 0; i < 12; i++)
		inbox_step(van.inbox);
	assert_int_equal(now().taken, 151);
	assert_string_equal(now().trouble, "");
}

static void only_plain_files_with_a_meter_are_touched(void **state)
{
	(void)state;
	inbox_step(van.inbox);
	put("letter.doc", "Dear sirs");
	put(".senddata.txt", GOOD);
	put("elsewhere", GOOD);
	assert_int_equal(symlink("elsewhere", in_box("link senddata.txt")), 0);
	assert_int_equal(mkfifo(in_box("pipe senddata.txt"), 0600), 0);
	assert_int_equal(mkdir(in_box("folder senddata.txt"), 0700), 0);
	look_twice();
	assert_int_equal(ledger()->n, 0);
	assert_true(
		there("letter.doc") && there("link senddata.txt") && there("pipe senddata.txt"));
	/* Nobody is left waiting for those that are named like a meter's file. */
	assert_int_equal(now().strangers, 5);
	assert_int_equal(now().odd, 3);
	assert_string_equal(now().trouble, "");
}

static void more_files_than_fit_one_look_all_come(void **state)
{
	char name[40], text[80];
	unsigned i;

	(void)state;
	inbox_step(van.inbox);
	for (i = 0; i < 100; i++) { /* nor do others' files keep them away */
		snprintf(name, sizeof(name), "%03u letter", i);
		put(name, "Dear sirs");
	}
	for (i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "%03u senddata.txt", i);
		snprintf(text, sizeof(text), "reading,2026-11-28,14:05,HT %u,7.02,pH\n", i);
		put(name, text);
	}
	for (i = 0; i < 4; i++)
		inbox_step(van.inbox);
	assert_int_equal(ledger()->n, 70);
	assert_int_equal(now().taken, 70);
}

static void a_folder_that_cannot_be_is_said_and_comes_back(void **state)
{
	FILE *file;

	(void)state;
	file = fopen(van.conf.dir, "w");
	assert_non_null(file);
	fclose(file);
	inbox_step(van.inbox);
	assert_non_null(strstr(now().trouble, van.conf.dir));
	assert_int_equal(unlink(van.conf.dir), 0);
	inbox_step(van.inbox);
	assert_string_equal(now().trouble, "");
	/* Another card is mounted there: the folder that was open is not the one people see. */
	assert_int_equal(rename(van.conf.dir, "away"), 0);
	inbox_step(van.inbox);
	inbox_step(van.inbox);
	put("senddata.txt", GOOD);
	look_twice();
	assert_int_equal(ledger()->n, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_A_VAN(a_file_that_grows_after_it_was_moved_is_read_again),
		ON_A_VAN(the_longest_name_is_moved_too),
		ON_A_VAN(files_that_cannot_be_read_are_counted_and_keep_none_away),
		ON_A_VAN(only_plain_files_with_a_meter_are_touched),
		ON_A_VAN(more_files_than_fit_one_look_all_come),
		ON_A_VAN(a_folder_that_cannot_be_is_said_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
