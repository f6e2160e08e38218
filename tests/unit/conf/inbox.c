/* Mistakes under `inbox` that lose files, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/keys.h"

static char said[16384];

static int read_inbox(const char *spool, const char *inbox)
{
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf = NULL;
	char words[4096];
	int err;

	snprintf(words, sizeof(words),
		"lab = \"van\"; lines = ("
		"{ name = \"b\"; type = \"rtu\"; port = \"/dev/a\"; units = ({ name = \"u\"; "
		"profile = \"lovibond-md610\"; address = 1; }); });\n"
		"spool = { dir = \"%s\"; };\ninbox = { %s };\n",
		spool, inbox);
	err = conf_read_text(&conf, "w.conf", words, &errors);
	conf_free(conf);
	return err;
}

#define METER(name, files, more)                                          \
	"{ name = \"" name "\"; profile = \"hach-hqd\"; files = \"" files \
	"\"; dates = \"day-month-year\"; " more "}"
#define METERS(files, more) "meters = ( " METER("m", files, more) " );"

struct row {
	const char *spool, *inbox, *said;
};

static const struct row mistakes[] = {
	/* The daemon would move its own ledger. */
	{"/var/lib/van", "dir = \"/var/lib/van\"; " METERS("*", ""),
		"dir: \"/var/lib/van\" is the folder of spool.dir"},
	{"/var/lib/van", "dir = \"/var//lib/./x/../van/\"; " METERS("*", ""),
		"is the folder of spool.dir"},
	{"/var/lib/van", "dir = \"/var/lib/van/in\"; " METERS("*", ""), "lies in spool.dir"},
	{"/var/lib/van/spool", "dir = \"/var/lib/van\"; " METERS("*", ""), "holds spool.dir"},
	{"/spool", "dir = \"/\"; " METERS("*", ""), "holds spool.dir"},
	{"/", "dir = \"/in\"; " METERS("*", ""), "lies in spool.dir"},
	/* Only * and ? are meant. */
	{"/s", "dir = \"/i\"; " METERS("a[12]*", ""),
		"files: \"a[12]*\" has a [ ] or \\; only * and ? are more than themselves"},
	{"/s", "dir = \"/i\"; " METERS("a]*", ""), "has a [ ] or"},
	{"/s", "dir = \"/i\"; " METERS("a\\\\*", ""), "has a [ ] or"},
	/* Never reached. */
	{"/s",
		"dir = \"/i\"; meters = ( " METER("a", "*", "") ", " METER(
			"b", "*sen?.txt", "") " );",
		"\"*sen?.txt\" is never reached: meter \"a\" before it takes every such file "
		"(\"*\")"},
	{"/s",
		"dir = \"/i\"; meters = ( " METER("a", "*.TXT", "") ", " METER(
			"b", "x?.txt", "") " );",
		"is never reached"},
	{"/s", "dir = \"/i\"; meters = ( " METER("a", "x*", "") ", " METER("b", "x*", "") " );",
		"is never reached"},
	{"/s",
		"dir = \"/i\"; meters = ( " METER("a", "x?.txt", "") ", " METER(
			"b", "x1.txt", "") " );",
		"is never reached"},
	/* No zone is so. */
	{"/s", "dir = \"/i\"; " METERS("*", "utc_offset_min = 5; "),
		"utc_offset_min: 5 is no multiple of 15"},
	{"/s", "dir = \"/i\"; " METERS("*", "utc_offset_min = -301; "),
		"-301 is no multiple of 15; Pakistan is 300"},
	{"/s", "dir = \"/i\"; not_before = \"2045-01-01\"; " METERS("*", ""),
		"not_before: 2045-01-01 is after the program's release, " WATERLAB_RELEASED},
};

static void each_is_said(void **state)
{
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		err = read_inbox(mistakes[i].spool, mistakes[i].inbox);
		if (err != ERR_CONF || !strstr(said, mistakes[i].said))
			fail_msg("case %zu: wanted\n  %s\ngot (%d)\n  %s", i, mistakes[i].said, err,
				said);
	}
}

static void what_is_right_says_nothing(void **state)
{
	static const struct row right[] = {
		{"/var/lib/van", "dir = \"/var/lib/vanilla\"; " METERS("*", ""), ""},
		{"/var/lib/van/spool", "dir = \"/var/lib/van/inbox\"; " METERS("*", ""), ""},
		{"/s", "dir = \"/s\"; ", ""}, /* without a meter there is no inbox */
		{"/s",
			"dir = \"/i\"; meters = ( " METER("a", "x?", "") ", " METER(
				"b", "x*", "") " );",
			""},
		{"/s",
			"dir = \"/i\"; meters = ( " METER("a", "x1*", "") ", " METER(
				"b", "x?*", "") " );",
			""},
		{"/s",
			"dir = \"/i\"; meters = ( " METER("a", "*a", "") ", " METER(
				"b", "*", "") " );",
			""},
		{"/s", "dir = \"/i\"; " METERS("*", "utc_offset_min = 345; "), ""},
		{"/s", "dir = \"/i\"; not_before = \"" WATERLAB_RELEASED "\"; " METERS("*", ""),
			""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (read_inbox(right[i].spool, right[i].inbox) || *said)
			fail_msg("case %zu: %s", i, said);
}

/* The words differ, the folder is one. */
static void a_link_to_the_spool_is_seen(void **state)
{
	char here[200], spool[300], inbox[400];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(mkdir("spool", 0700), 0);
	assert_int_equal(symlink("spool", "box"), 0);
	snprintf(spool, sizeof(spool), "%s/spool", here);
	snprintf(inbox, sizeof(inbox), "dir = \"%s/box\"; " METERS("*", ""), here);
	assert_int_equal(read_inbox(spool, inbox), ERR_CONF);
	assert_non_null(strstr(said, "is the folder of spool.dir"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_said),
		cmocka_unit_test(what_is_right_says_nothing),
		cmocka_unit_test(a_link_to_the_spool_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
