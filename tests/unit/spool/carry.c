/* Carrying: what the stick's texts say, what is copied and left out, and that a copy reads as the spool does. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <zlib.h>

#include "damage.h"
#include "spool/carry.h"

static struct carry_manifest read_manifest(const char *folder)
{
	char words[400], *text;
	struct text why = text_over(words, sizeof(words));
	struct carry_manifest manifest;
	size_t len;

	assert_int_equal(carry_read(folder, "manifest.txt", &text, &len, &why), 0);
	assert_int_equal(carry_read_manifest(&manifest, text, len, &why), 0);
	free(text);
	return manifest;
}

static struct carry_result out(const char *dir, const char *const *stores, size_t n)
{
	struct carry_out ask = {
		.dir = dir, .lab = "van-3", .to = "stick", .stores = stores, .n_stores = n};
	struct carry_result result;
	char words[900];
	struct text why = text_over(words, sizeof(words));
	int err = carry_out(&ask, &result, &why);

	if (err)
		fprintf(stderr, "carry out: %s: %s\n", err_text(err), words);
	assert_int_equal(err, 0);
	return result;
}

static int check_files(const char *folder)
{
	char words[900];
	struct text why = text_over(words, sizeof(words));
	struct carry_manifest manifest = read_manifest(folder);
	int err = carry_check_files(folder, &manifest, &why);

	carry_free_manifest(&manifest);
	return err;
}

static struct lab_rows read_carried(const char *folder, uint64_t first, uint64_t last)
{
	struct lab_rows rows = {
		.in_order = true, .values_right = true, .places_right = true, .next_k = first};
	char words[400];
	struct text why = text_over(words, sizeof(words));
	struct spool_reader *reader;

	assert_int_equal(carry_open(&reader, folder, &why), 0);
	assert_int_equal(spool_read(reader, STREAM_READINGS, (struct range){first, last}, lab_take,
				 &rows, &rows.damaged),
		0);
	spool_reader_close(reader);
	return rows;
}

static void make_stick(void)
{
	assert_int_equal(system("rm -rf stick; mkdir stick"), 0);
}

/* Beside the daemon that writes on. */
static void a_copy_reads_as_the_spool_does(void **state)
{
	struct spool_conf conf = lab_conf("van", SEGMENT);
	struct carry_block ours = {.range = {1, 3200}}, theirs = ours;
	struct carry_manifest manifest;
	struct carry_result result, again;
	struct spool_reader *reader;
	struct lab_rows rows;
	struct spool *spool;
	char id[SPOOL_ID], words[300];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	make_stick();
	fill("van", id);
	spool = lab_open(&conf);
	assert_int_equal(lab_add(spool, 3201, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	result = out("van", NULL, 0);
	assert_int_equal(result.readings.first, 1);
	assert_int_equal(result.readings.last, 3204);
	assert_int_equal(result.left_out, 0);
	manifest = read_manifest(result.folder);
	assert_string_equal(manifest.spool, id);
	assert_string_equal(manifest.lab, "van-3");
	assert_int_equal(manifest.n, result.files);
	assert_string_equal(manifest.files[0].name, "ledger.db");
	carry_free_manifest(&manifest);
	rows = read_carried(result.folder, 1, 3204);
	assert_true(rows.n == 3204 && rows.values_right && rows.in_order && rows.places_right);
	assert_true(rows.clock == TIME_GPS);
	/* The same numbers at the same times, here and there. */
	assert_int_equal(spool_reader_open(&reader, spool), 0);
	assert_int_equal(carry_sum_rows(reader, &ours), 0);
	spool_reader_close(reader);
	assert_int_equal(carry_open(&reader, result.folder, &why), 0);
	assert_int_equal(carry_sum_rows(reader, &theirs), 0);
	spool_reader_close(reader);
	assert_true(ours.rows == 3200 && theirs.rows == 3200 && ours.sum == theirs.sum);
	/* More is saved, and carried to the same stick. */
	assert_int_equal(lab_add(spool, 3205, 4), 0);
	assert_int_equal(spool_flush(spool), 0);
	again = out("van", NULL, 0);
	assert_int_equal(again.readings.last, 3208);
	assert_int_equal(check_files(again.folder), 0);
	assert_int_equal(spool_close(spool), 0);
	rows = read_carried(again.folder, 1, 3208);
	assert_true(rows.n == 3208 && rows.values_right);
	/* Nothing can be written there. */
	assert_int_equal(system("chmod -R a-w stick"), 0);
	rows = read_carried(again.folder, 1, 3208);
	assert_int_equal(rows.n, 3208);
	assert_int_equal(system("chmod -R u+w stick"), 0);
}

/* A file that every store named has by its own count stays behind, and goes from the stick. */
static void what_the_stores_have_is_left_out(void **state)
{
	static const char *const both[] = {"centre", "ministry"}, *const one[] = {"centre"};
	struct spool_conf conf = lab_conf("part", SEGMENT);
	struct carry_result result;
	struct spool *spool;
	char id[SPOOL_ID], path[700];
	unsigned centre, ministry;

	(void)state;
	make_stick();
	fill("part", id);
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &centre), 0);
	assert_int_equal(spool_add_store(spool, "ministry", &ministry), 0);
	result = out("part", both, 2);
	assert_int_equal(result.left_out, 0);
	spool_mark_sent(spool, centre, STREAM_READINGS, (struct range){1, 2000});
	spool_mark_received(spool, centre, STREAM_READINGS, (struct range){1, 2000});
	spool_mark_sent(spool, ministry, STREAM_READINGS, (struct range){1, 1999});
	spool_mark_received(spool, ministry, STREAM_READINGS, (struct range){1, 1999});
	assert_int_equal(spool_close(spool), 0);
	result = out("part", both, 2);
	assert_int_equal(result.left_out, 1);
	assert_int_equal(result.readings.first, 1001);
	assert_int_equal(check_files(result.folder), 0);
	snprintf(path, sizeof(path), "%s/readings-000000000001.db", result.folder);
	assert_int_equal(access(path, F_OK), -1);
	result = out("part", one, 1);
	assert_int_equal(result.left_out, 2);
	assert_int_equal(result.readings.first, 2001);
}

/* A store that turned out not to have them gets them by the stick, too. */
static void what_a_store_lost_again_is_carried(void **state)
{
	static const char *const one[] = {"centre"};
	struct spool_conf conf = lab_conf("doubt", SEGMENT);
	struct carry_result result;
	struct spool *spool;
	char id[SPOOL_ID];
	unsigned centre;

	(void)state;
	make_stick();
	fill("doubt", id);
	spool = lab_open(&conf);
	assert_int_equal(spool_add_store(spool, "centre", &centre), 0);
	spool_mark_sent(spool, centre, STREAM_READINGS, (struct range){1, 2000});
	spool_mark_received(spool, centre, STREAM_READINGS, (struct range){1, 2000});
	assert_int_equal(spool_flush(spool), 0);
	result = out("doubt", one, 1);
	assert_int_equal(result.left_out, 2);
	assert_int_equal(spool_doubt(spool, centre, STREAM_READINGS, (struct range){500, 600}), 0);
	result = out("doubt", one, 1);
	assert_int_equal(result.left_out, 1);
	assert_int_equal(result.readings.first, 1);
	assert_int_equal(spool_close(spool), 0);
	result = out("doubt", one, 1);
	assert_int_equal(result.left_out, 1);
}

static void a_damaged_copy_is_found_and_mended(void **state)
{
	struct carry_result result;
	char id[SPOOL_ID], path[700];

	(void)state;
	make_stick();
	fill("harmed", id);
	result = out("harmed", NULL, 0);
	snprintf(path, sizeof(path), "%s/readings-000000001001.db", result.folder);
	overwrite(path, 20000, 1, 0xA5);
	assert_int_equal(check_files(result.folder), ERR_DAMAGED);
	out("harmed", NULL, 0);
	assert_int_equal(check_files(result.folder), 0);
	cut(path, 5000);
	assert_int_equal(check_files(result.folder), ERR_DAMAGED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(check_files(result.folder), ERR_DAMAGED);
	out("harmed", NULL, 0);
	assert_int_equal(check_files(result.folder), 0);
}

/* Any one bit of a text that changes, and any end cut off, is noticed. */
static void a_text_is_whole_or_refused(void **state)
{
	struct carry_block blocks[] = {
		{STREAM_READINGS, {1, 9999}, 9999, 0x1234}, {STREAM_LEDGER, {7, 7}, 1, 0xffffffff}};
	struct carry_receipt receipt = {.n = 2, .blocks = blocks}, back;
	char words[300], *text;
	struct text why = text_over(words, sizeof(words));
	size_t len, i;

	(void)state;
	text_copy(receipt.lab, sizeof(receipt.lab), "van-3");
	text_copy(receipt.spool, sizeof(receipt.spool), "0123456789abcdef");
	text_copy(receipt.store, sizeof(receipt.store), "centre");
	text_copy(receipt.made_at, sizeof(receipt.made_at), "2026-11-28T10:00:00Z");
	text = carry_put_receipt(&receipt, &len);
	assert_non_null(text);
	assert_int_equal(carry_read_receipt(&back, text, len, &why), 0);
	assert_int_equal(back.n, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(back.blocks[i].stream, blocks[i].stream);
		assert_int_equal(back.blocks[i].range.first, blocks[i].range.first);
		assert_int_equal(back.blocks[i].range.last, blocks[i].range.last);
		assert_int_equal(back.blocks[i].rows, blocks[i].rows);
		assert_int_equal(back.blocks[i].sum, blocks[i].sum);
	}
	assert_string_equal(back.store, "centre");
	carry_free_receipt(&back);
	for (i = 0; i < len * 8; i++) {
		text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
		assert_int_equal(carry_read_receipt(&back, text, len, &why), ERR_DAMAGED);
		carry_free_receipt(&back);
		text[i / 8] = (char)(text[i / 8] ^ 1 << i % 8);
	}
	for (i = 0; i < len; i++) {
		assert_int_equal(carry_read_receipt(&back, text, i, &why), ERR_DAMAGED);
		carry_free_receipt(&back);
	}
	free(text);
}

/* A stick that was prepared: its links lead to files of the van, which must stay as they are. */
static void what_points_elsewhere_is_not_written(void **state)
{
	static const char *const parts[] = {"manifest.txt", "ledger.db", "readings-000000000001.db",
		"readings-000000003001.db"};
	char id[SPOOL_ID], folder[300], sql[900], words[900];
	struct carry_out ask = {.dir = "led", .lab = "van-3", .to = "stick"};
	struct text why = text_over(words, sizeof(words));
	struct carry_result result;
	size_t i;

	(void)state;
	make_stick();
	fill("led", id);
	snprintf(folder, sizeof(folder), "stick/waterlab-van-3-%s", id);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(system("rm -rf theirs; mkdir theirs"), 0);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(sql, sizeof(sql),
			"echo keep >theirs/%s; ln -s ../../theirs/%s %s/%s.part; "
			"ln -s ../../theirs/%s %s/%s",
			parts[i], parts[i], folder, parts[i], parts[i], folder, parts[i]);
		assert_int_equal(system(sql), 0);
	}
	result = out("led", NULL, 0);
	assert_int_equal(check_files(result.folder), 0);
	assert_int_equal(system("test $(cat theirs/* | grep -c keep) = 4"), 0);
	snprintf(sql, sizeof(sql), "test -z \"$(find %s -type l)\"", folder);
	assert_int_equal(system(sql), 0);
	/* The folder itself is a link to a spool: not one file of that is replaced or removed. */
	snprintf(sql, sizeof(sql), "rm -rf %s was; cp -r led was; ln -s ../led %s", folder, folder);
	assert_int_equal(system(sql), 0);
	assert_int_equal(carry_out(&ask, &result, &why), ERR_IO);
	assert_non_null(strstr(words, folder));
	assert_int_equal(system("diff -r led was"), 0);
}

/* Directories where files belong, at the van and at the centre: said by name, and a link is only read. */
static void a_directory_is_no_file(void **state)
{
	char id[SPOOL_ID], path[700], sql[1500], words[900], *text;
	struct carry_out ask = {.dir = "dirs", .lab = "van-3", .to = "stick"};
	struct text why = text_over(words, sizeof(words));
	struct carry_result result, again;
	size_t len;

	(void)state;
	make_stick();
	fill("dirs", id);
	result = out("dirs", NULL, 0);
	snprintf(path, sizeof(path), "%s/readings-000000001001.db", result.folder);
	snprintf(sql, sizeof(sql), "rm %s; mkdir %s", path, path);
	assert_int_equal(system(sql), 0);
	assert_int_equal(check_files(result.folder), ERR_DAMAGED);
	assert_int_equal(carry_out(&ask, &again, &why), ERR_IO);
	assert_non_null(strstr(words, "readings-000000001001.db"));
	snprintf(sql, sizeof(sql), "rmdir %s; mkfifo %s", path, path);
	assert_int_equal(system(sql), 0);
	assert_int_equal(check_files(result.folder), ERR_DAMAGED);
	result = out("dirs", NULL, 0);
	assert_int_equal(check_files(result.folder), 0);
	snprintf(sql, sizeof(sql), "cd %s && rm manifest.txt && mkdir manifest.txt", result.folder);
	assert_int_equal(system(sql), 0);
	text_clear(&why);
	assert_int_equal(carry_read(result.folder, "manifest.txt", &text, &len, &why), ERR_IO);
	assert_non_null(strstr(words, "manifest.txt"));
	free(text);
	snprintf(sql, sizeof(sql), "cd %s && rmdir manifest.txt && mkfifo manifest.txt",
		result.folder);
	assert_int_equal(system(sql), 0);
	assert_int_equal(carry_read(result.folder, "manifest.txt", &text, &len, &why), 0);
	assert_int_equal(len, 0);
	free(text);
	snprintf(sql, sizeof(sql), "cd %s && rm manifest.txt && truncate -s 5G manifest.txt",
		result.folder);
	assert_int_equal(system(sql), 0);
	assert_int_equal(carry_read(result.folder, "manifest.txt", &text, &len, &why), ERR_DAMAGED);
	free(text);
	snprintf(sql, sizeof(sql), "rm %s/manifest.txt", result.folder);
	assert_int_equal(system(sql), 0);
	out("dirs", NULL, 0);
}

/* Words that a manifest cannot have, each under a checksum that is right. */
static void a_manifest_names_only_its_own_files(void **state)
{
	static const char *const wrong[] = {"file ../ledger.db 1 1 1 00000000",
		"file /etc/passwd 1 1 1 00000000", "file ledger.db/x 1 1 1 00000000",
		"file .. 1 1 1 00000000", "file readings-000000000001.db 1 9 1 00000000",
		"file ledger.db 0 9 1 00000000", "file ledger.db 9 1 1 00000000",
		"file ledger.db -1 1 1 00000000", "file ledger.db 1 9223372036854775807 1 00000000",
		"file ledger.db 1 99999999999999999999 1 00000000",
		"file ledger.db 1 1 9223372036854775808 00000000", "file ledger.db 1 1 1 0x000001",
		"file ledger.db 1 1 1", "file ledger.db 1 1 1 00000000 x", "",
		"file ledger.db 1 1 1 00000000\nfile ledger.db 1 1 1 00000000",
		"file ledger.db 1 1 1 00000000\nfile readings-000000000002.db 1 5 1 00000000",
		"file ledger.db 1 1 1 00000000\nfile readings-000000000001.db 1 5 1 00000000\n"
		"file readings-000000000005.db 5 9 1 00000000",
		"file ledger.db 1 1 1 00000000\nfile readings-000000000001.db 1 5 1 00000000\n"
		"file readings-000000000001.db 1 5 1 00000000"};
	struct carry_manifest manifest;
	char body[900], whole[1000], words[300];
	struct text why = text_over(words, sizeof(words));
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		n = snprintf(body, sizeof(body),
			"waterlab-carry 1\nlab van-3\nspool 0123456789abcdef\n"
			"made_at 2026-11-28T10:00:00Z\nleft_out -\n%s%s",
			wrong[i], *wrong[i] ? "\n" : "");
		n = snprintf(whole, sizeof(whole), "%ssum %08lx\n", body,
			crc32(0, (const uint8_t *)body, (unsigned)n));
		text_clear(&why);
		if (carry_read_manifest(&manifest, whole, (size_t)n, &why) != ERR_DAMAGED)
			fail_msg("taken: %s", wrong[i]);
		assert_non_null(strstr(words, "the manifest: line "));
		carry_free_manifest(&manifest);
	}
}

/* The first write takes a part, and only the next one says why. */
static void what_is_nearly_full_says_so(void **state)
{
	static const char bytes[150000];
	struct rlimit was, most;
	int fd = open("nearly", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	most = (struct rlimit){100000, was.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &most), 0);
	errno = 0;
	assert_int_equal(file_put(fd, bytes, sizeof(bytes)), ERR_IO);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(file_put(fd, bytes, sizeof(bytes)), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_nearly_full_says_so),
		cmocka_unit_test(a_copy_reads_as_the_spool_does),
		cmocka_unit_test(what_the_stores_have_is_left_out),
		cmocka_unit_test(what_a_store_lost_again_is_carried),
		cmocka_unit_test(a_damaged_copy_is_found_and_mended),
		cmocka_unit_test(a_text_is_whole_or_refused),
		cmocka_unit_test(what_points_elsewhere_is_not_written),
		cmocka_unit_test(a_directory_is_no_file),
		cmocka_unit_test(a_manifest_names_only_its_own_files),
	};

	spool_tuning.boot_id = boot_one;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
