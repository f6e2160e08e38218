/* The file of operators: what is written is read again, and one that is not as it should be lets nobody in. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "operators/operators.h"

#define HASH                                                    \
	"$argon2id$v=19$m=65536,t=2,p=1$txb16Nj3272dQgHc0M13TQ" \
	"$Qy5Be4ymBZGvZZzOWKn89FneHmJ0KisqS7kKEyFgCIQ"

static char words[512];

static struct text why(void)
{
	return text_over(words, sizeof(words));
}

static void says(const char *part)
{
	if (!strstr(words, part))
		fail_msg("'%s' does not say '%s'", words, part);
}

static int parse(struct operators *out, const char *bytes)
{
	struct text to = why();

	return operators_parse(out, bytes, strlen(bytes), "./operators", &to);
}

static void who_is_added_is_there_once_and_until_removed(void **state)
{
	struct operators all = {.n = 0};
	struct operator one = {"Gul Khan", ROLE_TECHNICIAN, HASH};
	struct text to = why();
	unsigned i;

	(void)state;
	assert_int_equal(operators_add(&all, &one, &to), 0);
	assert_int_equal(operators_add(&all, &one, &to), ERR_BUSY);
	says("there is an operator Gul Khan already");
	assert_int_equal(operators_find(&all, "Gul Khan")->role, ROLE_TECHNICIAN);
	assert_null(operators_find(&all, "gul khan"));
	strcpy(one.name, "x");
	assert_int_equal(operators_add(&all, &one, &to), ERR_RANGE);
	strcpy(one.name, "#Gul");
	assert_int_equal(operators_add(&all, &one, &to), ERR_RANGE);
	strcpy(one.name, "Sana Bibi");
	one.role = ROLE_NONE;
	assert_int_equal(operators_add(&all, &one, &to), ERR_RANGE);
	one.role = ROLE_VIEWER;
	for (i = 1; i < MOST_OPERATORS; i++) {
		snprintf(one.name, sizeof(one.name), "Viewer %u", i);
		assert_int_equal(operators_add(&all, &one, &to), 0);
	}
	strcpy(one.name, "One more");
	assert_int_equal(operators_add(&all, &one, &to), ERR_FULL);
	assert_true(operators_remove(&all, "Gul Khan"));
	assert_false(operators_remove(&all, "Gul Khan"));
	assert_int_equal(all.n, MOST_OPERATORS - 1);
	assert_string_equal(all.all[0].name, "Viewer 1");
}

static void what_is_written_is_read_again(void **state)
{
	struct operators all = {.n = 2,
				 .all = {{"Gul Khan", ROLE_TECHNICIAN, HASH},
					 {"\xd8\xb3\xd9\x86\xd8\xa7 \xd8\xa8\xdb\x8c",
						 ROLE_SUPERVISOR, HASH}}},
			 again;
	struct text to = why();
	struct stat st;

	(void)state;
	assert_int_equal(operators_read(&again, "./operators", &to), ERR_ABSENT);
	assert_int_equal(operators_write(&all, "./operators", &to), 0);
	assert_int_equal(stat("./operators", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(operators_read(&again, "./operators", &to), 0);
	assert_int_equal(again.n, 2);
	assert_string_equal(again.all[1].name, all.all[1].name);
	assert_int_equal(again.all[1].role, ROLE_SUPERVISOR);
	assert_string_equal(again.all[0].hash, HASH);
	assert_int_not_equal(access("./operators.new", F_OK), 0);
	assert_int_equal(operators_write(&all, "./absent/operators", &to), ERR_IO);
	says("./absent/operators.new: No such file or directory");
	unlink("./operators");
}

static void a_file_that_is_not_as_it_should_be_is_nobodys(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"Gul Khan\ttechnician\n", "between tabs"},
		{"Gul Khan technician " HASH "\n", "between tabs"},
		{"Gul Khan\troot\t" HASH "\n", "no role"},
		{"Gul Khan\t\t" HASH "\n", "no role"},
		{"\ttechnician\t" HASH "\n", "no name"},
		{"Gul Khan of the very long long name\ttechnician\t" HASH "\n", "too long"},
		{"Gul Khan\ttechnician\t\n", "hash is not"},
		{"Gul Khan\ttechnician\t123456\n", "hash is not"},
		{"Sana Bibi\tviewer\t" HASH "\n", "already"},
		{"Gul; Khan\ttechnician\t" HASH "\n", "no ;"},
	};
	char file[1024];
	struct operators all;
	size_t i;

	(void)state;
	assert_int_equal(parse(&all, "# nobody yet\n\n"), 0);
	assert_int_equal(all.n, 0);
	assert_int_equal(parse(&all, "Sana Bibi\tviewer\t" HASH), 0); /* without an end */
	assert_int_equal(all.n, 1);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(file, sizeof(file), "# x\nSana Bibi\tviewer\t" HASH "\n%s", cases[i].line);
		assert_int_equal(parse(&all, file), ERR_CONF);
		assert_int_equal(all.n, 0);
		says("./operators:3: ");
		says(cases[i].says);
	}
}

/* A card that forgot bits or an end: else the right PIN would be wrong, and be recorded as a wrong one. */
static void a_hash_that_was_cut_or_spoilt_is_no_hash(void **state)
{
	static const char head[] = "Gul Khan\ttechnician\t";
	char file[256];
	struct operators all;
	size_t i;

	(void)state;
	for (i = 1; i < sizeof(HASH) - 1; i++) {
		snprintf(file, sizeof(file), "%s%.*s", head, (int)i, HASH);
		assert_int_equal(parse(&all, file), ERR_CONF);
		says("./operators:1: the PIN's hash is not as waterlab operator writes it");
		assert_int_equal(all.n, 0);
	}
	for (i = 0; i < sizeof(HASH) - 1; i++) {
		snprintf(file, sizeof(file), "%s%s\n", head, HASH);
		file[sizeof(head) - 1 + i] = '!';
		assert_int_equal(parse(&all, file), ERR_CONF);
	}
}

static void who_may_write_the_file_decides_who_is_a_supervisor(void **state)
{
	struct operators all = {.n = 1, .all = {{"Gul Khan", ROLE_TECHNICIAN, HASH}}}, again;
	struct text to = why();

	(void)state;
	assert_int_equal(operators_write(&all, "./operators", &to), 0);
	assert_int_equal(operators_read(&again, "./operators", &to), 0);
	assert_false(again.others_read);
	assert_int_equal(chmod("./operators", 0644), 0);
	assert_int_equal(operators_read(&again, "./operators", &to), 0);
	assert_true(again.others_read);
	assert_int_equal(chmod("./operators", 0642), 0);
	assert_int_equal(operators_read(&again, "./operators", &to), ERR_CONF);
	assert_int_equal(again.n, 0);
	says("./operators: everybody may write it, and be a supervisor: chmod 0640");
	unlink("./operators");
}

static void a_pin_is_digits_that_are_not_guessed_first(void **state)
{
	static const char *const good[] = {"402917", "112233", "246802", "402917402917"};
	static const char *const bad[] = {"", "1", "40291", "4029174029174", "40291a", " 402917",
		"402917\n", "-02917", "000000", "123456", "98765432", "\xd9\xa1\xd9\xa2\xd9\xa3"};
	struct text to = why();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(pin_fits(good[i], &to));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(pin_fits(bad[i], &to));
}

static void a_hash_knows_its_pin_alone_and_hides_it(void **state)
{
	char one[PIN_HASH], other[PIN_HASH];

	(void)state;
	assert_int_equal(pin_hash(one, "402917"), 0);
	assert_int_equal(pin_hash(other, "402917"), 0);
	assert_string_not_equal(one, other);
	assert_null(strstr(one, "402917"));
	assert_true(pin_is(one, "402917"));
	assert_false(pin_is(one, "402918"));
	assert_false(pin_is(one, ""));
	assert_false(pin_is(HASH, "402917"));
	assert_false(pin_is("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_added_is_there_once_and_until_removed),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(a_file_that_is_not_as_it_should_be_is_nobodys),
		cmocka_unit_test(a_hash_that_was_cut_or_spoilt_is_no_hash),
		cmocka_unit_test(who_may_write_the_file_decides_who_is_a_supervisor),
		cmocka_unit_test(a_pin_is_digits_that_are_not_guessed_first),
		cmocka_unit_test(a_hash_knows_its_pin_alone_and_hides_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
