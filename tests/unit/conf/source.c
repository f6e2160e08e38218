/* Files and their includes as one text: places, limits, and what libconfig would not survive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "conf/keys.h"

static char said[4096];

static void write_bytes(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void write_words(const char *path, const char *words)
{
	write_bytes(path, words, strlen(words));
}

static int read_path(struct source *source, const char *path, const char *text)
{
	struct text errors = text_over(said, sizeof(said));
	struct mistakes mistakes = {.to = &errors};
	int err = source_read(source, path, text, &mistakes);

	assert_true(err != ERR_CONF || mistakes.wrong);
	return err;
}

static void refused(const char *path, const char *text, const char *expect)
{
	struct source source;

	assert_int_equal(read_path(&source, path, text), ERR_CONF);
	source_free(&source);
	if (!strstr(said, expect))
		fail_msg("wanted %s\ngot %s", expect, said);
}

static void every_line_knows_its_file(void **state)
{
	struct source source;

	(void)state;
	assert_int_equal(mkdir("sub", 0755), 0);
	write_words("main.conf", "a = 1;\n@include \"sub/b.inc\"\nz = 3;\n");
	write_words("sub/b.inc", "b = 2;\n  @include \"c.inc\" # deeper\nbb = 2;");
	write_words("sub/c.inc", "c = \"L5L\"; /* two\nlines */ d = 0x10; e = -7;\n");
	assert_int_equal(read_path(&source, "main.conf", NULL), 0);
	assert_string_equal(source.text, "a = 1L;\nb = 2L;\n  \nc = \"L5L\"; \n  d = 0x10L; e = "
					 "-7L;\n \nbb = 2L;\n\nz = 3L;\n");
	assert_string_equal(source_file(&source, 1), "main.conf");
	assert_string_equal(source_file(&source, 2), "sub/b.inc");
	assert_string_equal(source_file(&source, 9), "main.conf");
	assert_int_equal(source_line(&source, 9), 3);
	source_free(&source);
}

static void a_mistake_in_an_include_has_its_place(void **state)
{
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf;

	(void)state;
	write_words("top.conf", "lab = \"v\";\n@include \"spool.inc\"\nlog = 5;\n");
	write_words("spool.inc", "spool = {\n\tcommit_ms = 5;\n};\n");
	assert_int_equal(conf_read(&conf, "top.conf", &errors), ERR_CONF);
	assert_non_null(strstr(said, "spool.inc:2: commit_ms: 5 is out of range"));
	assert_non_null(strstr(said, "top.conf:3: log: "));
	assert_non_null(strstr(said, "top.conf:1: lines: is missing"));
}

/* Each of these ends or misleads libconfig 1.5 itself. */
static void what_libconfig_would_not_survive_is_refused(void **state)
{
	(void)state;
	mkdir("folder", 0755);
	refused("w", "@include \"folder\"\n", "w:1: folder is not a file");
	refused("w", "a = 1;\n@include \"/dev/zero\"\n", "w:2: /dev/zero is not a file");
	write_bytes("nul", "a = 1;\nb = 2\0;\n", 15);
	refused("nul", NULL, "nul:2: a byte with the value 0");
	refused("w", "a = \x07;", "w:1: a byte with the value 7");
	refused("w", "a = 9223372036854775808;", "too large for a 64-bit integer");
	refused("w", "a = 0x10000000000000000;", "too large for a 64-bit integer");
	refused("w", "a = 1;\n\n/* open\n\n",
		"w:3: the comment that starts with /* is never closed");
	refused("w", "a = \"open;\nb = \"x\";", "w:1: the text \"open; is not closed");
	refused("w", "a = \"open\\", "w:1: the text \"open\\ is not closed");
	write_words("loop", "@include \"loop\"\n");
	refused("loop", NULL, "this include is one too many; 64 files are the most");
	refused("w", "a = ((((((((((((((((( 1", "nested too deep; 16 levels");
}

static void a_bomb_of_includes_is_bounded(void **state)
{
	char words[4096] = "";
	int i, k;

	(void)state;
	for (i = 0; i < 8; i++) {
		char name[16];

		snprintf(name, sizeof(name), "bomb%d", i);
		words[0] = '\0';
		for (k = 0; k < 100; k++)
			snprintf(words + strlen(words), sizeof(words) - strlen(words),
				"@include \"bomb%d\"\n", i + 1);
		write_words(name, words);
	}
	write_words("bomb8", "a = 1;\n");
	refused("bomb0", NULL, "64 files are the most");
}

static void numbers_keep_their_meaning(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"a = 3000000000;\n", "a = 3000000000L;\n"},
		{"a = 3000000000L;\n", "a = 3000000000L;\n"},
		{"a = 1.5e-3;\n", "a = 1.5e-3;\n"},
		{"a = -.5;\n", "a = -.5;\n"},
		{"a = 1e5;\n", "a = 1e5;\n"},
		{"a1-2 = 1;\n", "a1-2 = 1L;\n"},
		{"a = [1,2];\n", "a = [1L,2L];\n"},
		{"\xEF\xBB\xBF"
		 "a = 1;\r\n",
			"a = 1L; \n"},
		{"a = 1", "a = 1L\n"},
		{"# only this", ""},
	};
	struct source source;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_path(&source, "w", cases[i].from), 0);
		assert_string_equal(source.text, cases[i].to);
		source_free(&source);
	}
	refused("w", "a = 5s;", "5s is not a number; write digits only");
	refused("w", "a = 0x12G;", "0x12G is not a number");
	refused("w", "a = 1.5ms;", "is not a number");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_knows_its_file),
		cmocka_unit_test(a_mistake_in_an_include_has_its_place),
		cmocka_unit_test(what_libconfig_would_not_survive_is_refused),
		cmocka_unit_test(a_bomb_of_includes_is_bounded),
		cmocka_unit_test(numbers_keep_their_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
