/* The shipped limit sets say what they should; each mistake in one is named by file and line; a signature holds for
 * the very row that was signed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/amount.h"
#include "model/limits.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct limits_conf shipped(const char *sets)
{
	const char *top = getenv("WATERLAB_SOURCE");
	struct limits_conf conf;

	if (!top)
		fail_msg("WATERLAB_SOURCE is not set: it names the top of the tree");
	(void)text_copy(conf.sets, sizeof(conf.sets), sets);
	snprintf(conf.folder, sizeof(conf.folder), "%s/config/limits", top);
	(void)text_copy(conf.signatures, sizeof(conf.signatures), "signed.csv");
	return conf;
}

static void load(struct limit_book *book, const char *sets)
{
	struct limits_conf conf = shipped(sets);
	char words[512];
	struct text why = text_over(words, sizeof(words));

	if (limits_load(book, &conf, &why) != 0)
		fail_msg("%s", words);
}

static const struct limit_set *set_of(const struct limit_book *book, const char *name)
{
	size_t i;

	for (i = 0; i < book->n; i++)
		if (!strcmp(book->sets[i]->name, name))
			return book->sets[i];
	fail_msg("there is no %s", name);
	return NULL;
}

static const struct limit *row(
	const struct limit_set *set, const char *parameter, enum water_position position)
{
	unsigned i;

	for (i = 0; i < set->n; i++)
		if (!strcmp(set->rows[i].parameter, parameter) &&
			set->rows[i].applies_to.position == position)
			return &set->rows[i];
	fail_msg("%s has no %s", set->name, parameter);
	return NULL;
}

static void the_shipped_sets_say_what_they_should(void **state)
{
	static const struct {
		const char *set, *parameter;
		enum water_position position;
		const char *words;
		enum limit_basis basis;
		bool seen;
	} said[] = {
		{"nsdwq-2010", "ecoli", 0, "not detected in 100 mL", LIMIT_HEALTH, true},
		{"nsdwq-2010", "ph", 0, "6.5 to 8.5", LIMIT_OPERATIONAL, true},
		{"nsdwq-2010", "turbidity_ntu", 0, "< 5 NTU", LIMIT_OPERATIONAL, true},
		{"nsdwq-2010", "colour", 0, "at most 15 PCU", LIMIT_ACCEPTABILITY, true},
		{"nsdwq-2010", "taste_objectionable", 0, "not detected", LIMIT_ACCEPTABILITY, true},
		{"nsdwq-2010", "tds", 0, "< 1000 mg/L", LIMIT_ACCEPTABILITY, true},
		{"nsdwq-2010", "hardness", 0, "< 500 mg/L as CaCO3", LIMIT_ACCEPTABILITY, true},
		{"nsdwq-2010", "free_chlorine", POSITION_CONSUMER, "0.2 to 0.5 mg/L",
			LIMIT_OPERATIONAL, false},
		{"nsdwq-2010", "free_chlorine", POSITION_SOURCE, "0.5 to 1.5 mg/L",
			LIMIT_OPERATIONAL, false},
		{"nsdwq-2010", "arsenic", 0, "at most 50 µg/L", LIMIT_HEALTH, false},
		{"nsdwq-2010", "nitrate_no3", 0, "at most 50 mg/L as NO3", LIMIT_HEALTH, false},
		{"nsdwq-2010", "nitrite_no2", 0, "at most 3 mg/L as NO2", LIMIT_HEALTH, false},
		{"nsdwq-2010", "aluminium", 0, "at most 200 µg/L", LIMIT_OPERATIONAL, true},
		{"nsdwq-2010", "antimony", 0, "at most 5 µg/L", LIMIT_HEALTH, true},
		{"nsdwq-2010", "zinc", 0, "at most 5000 µg/L", LIMIT_ACCEPTABILITY, false},
		{"nsdwq-2010", "chloride", 0, "< 250 mg/L", LIMIT_ACCEPTABILITY, false},
		{"who-2022", "arsenic", 0, "at most 10 µg/L", LIMIT_HEALTH, true},
		{"who-2022", "manganese", 0, "at most 80 µg/L", LIMIT_HEALTH, true},
		{"who-2022", "nickel", 0, "at most 70 µg/L", LIMIT_HEALTH, false},
		{"who-2022", "fluoride", 0, "at most 1.5 mg/L", LIMIT_HEALTH, false},
		{"who-1996", "fluoride", 0, "at most 1.5 mg/L", LIMIT_HEALTH, true},
		{"who-1996", "cyanide", 0, "at most 0.07 mg/L", LIMIT_HEALTH, true},
	};
	struct limit_book book;
	size_t i;

	(void)state;
	load(&book, "nsdwq-2010, who-2022,who-1996");
	assert_int_equal(book.n, 3);
	for (i = 0; i < COUNT(said); i++) {
		const struct limit *limit =
			row(set_of(&book, said[i].set), said[i].parameter, said[i].position);
		char words[128];
		struct text to = text_over(words, sizeof(words));

		limit_put(&to, limit);
		assert_string_equal(words, said[i].words);
		if (limit->basis != said[i].basis || limit->seen != said[i].seen)
			fail_msg("%s %s: basis or source", said[i].set, said[i].parameter);
	}
	limits_free(&book);
	assert_int_equal(book.n, 0);
}

/* Every row names a source, and what is from memory says so in its own words, or where else it was seen. */
static void every_row_has_its_source(void **state)
{
	struct limit_book book;
	size_t i;
	unsigned k;

	(void)state;
	load(&book, "nsdwq-2010,who-2022,who-1996");
	for (i = 0; i < book.n; i++)
		for (k = 0; k < book.sets[i]->n; k++) {
			const struct limit *limit = &book.sets[i]->rows[k];

			if (limit->seen == (strstr(limit->source, "from memory") != NULL))
				fail_msg("%s line %u: %s", book.sets[i]->name, limit->line,
					limit->source);
			assert_false(limit_in_force(limit) != limit->seen);
		}
	assert_int_equal(book.sets[0]->n, 35);
	limits_free(&book);
}

/* --- mistakes ---------------------------------------------------------------------------------------- */

static const char head[] = "set,own,1000,Our own\nparameter,operator,low,high,unit,form,basis,"
			   "applies_to,required,known,edition,source,note\n";

static int read_text(struct limit_set *set, const char *text, struct text *why)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	text_clear(why);
	err = limits_read(set, file, "/some/own.csv", why);
	fclose(file);
	return err;
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *row, *words;
	} bad[] = {
		{"arsenik,<=,,50,ug/L,,health,any,yes,seen,E10,here,", "did you mean arsenic?"},
		{"nitrate_form_unknown,<=,,50,mg/L,,health,any,yes,seen,E10,here,", "has no form"},
		{"arsenic,=<,,50,ug/L,,health,any,yes,seen,E10,here,", "operator is \"=<\""},
		{"arsenic,<=,,,ug/L,,health,any,yes,seen,E10,here,", "both empty"},
		{"arsenic,absent,,50,ug/L,,health,any,yes,seen,E10,here,", "no bounds"},
		{"arsenic,<=,60,50,ug/L,,health,any,yes,seen,E10,here,", "low is not below high"},
		{"arsenic,<=,,5e1,ug/L,,health,any,yes,seen,E10,here,", "high is \"5e1\""},
		{"arsenic,<=,,-5,ug/L,,health,any,yes,seen,E10,here,", "high is \"-5\""},
		{"arsenic,<=,,nan,ug/L,,health,any,yes,seen,E10,here,", "high is \"nan\""},
		{"arsenic,<=,,0.00000000001,ug/L,,health,any,yes,seen,E10,here,", "high is"},
		{"arsenic,<=,,99999999999,ug/L,,health,any,yes,seen,E10,here,", "more than water"},
		{"turbidity_ntu,<,,5,{FNU},,health,any,yes,seen,E10,here,", "cannot be converted"},
		{"nitrate_no3,<=,,50,mg/L,N,health,any,yes,seen,E10,here,", "form is \"N\""},
		{"nitrate_n,<=,,50,mg/L,,health,any,yes,seen,E10,here,", "form is \"\""},
		{"arsenic,<=,,50,ug/L,,death,any,yes,seen,E10,here,", "basis is \"death\""},
		{"arsenic,<=,,50,ug/L,,health,,yes,seen,E10,here,", "applies_to is"},
		{"arsenic,<=,,50,ug/L,,health,any source,yes,seen,E10,here,", "applies_to is"},
		{"arsenic,<=,,50,ug/L,,health,source network,yes,seen,E10,here,", "applies_to is"},
		{"arsenic,<=,,50,ug/L,,health,treated untreated,yes,seen,E10,here,",
			"applies_to is"},
		{"arsenic,<=,,50,ug/L,,health,sauce,yes,seen,E10,here,", "applies_to is"},
		{"arsenic,<=,,50,ug/L,,health,any,maybe,seen,E10,here,", "required is"},
		{"arsenic,<=,,50,ug/L,,health,any,yes,heard,E10,here,", "known is"},
		{"arsenic,<=,,50,ug/L,,health,any,yes,seen,,here,", "edition is not"},
		{"arsenic,<=,,50,ug/L,,health,any,yes,seen,E10,,", "source is not"},
		{"arsenic,<=,,50,ug/L,,health,any,yes,seen,E10,he\x01re,", "source is not"},
		{"arsenic,<=,,50,ug/L,,health,any,yes,seen,E10", "11 columns"},
		{"arsenic,<=,,50,ug/L,,health,any,yes,seen,E10,\"here,", "a quote"},
		{"arsenic,<=,,50,ug/L,,health,any,yes,seen,E10,here,\n"
		 "arsenic,<=,,60,ug/L,,health,treated,yes,seen,E10,here,",
			"in line 4 that applies to the same water"},
	};
	static struct limit_set set;
	char text[2048], words[512];
	struct text why = text_over(words, sizeof(words));
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "# remark\n%s%s\nend,1\n", head, bad[i].row);
		if (read_text(&set, text, &why) != ERR_CONF || !strstr(words, bad[i].words) ||
			strncmp(words, "/some/own.csv:", 14) != 0 ||
			(words[14] != '4' && words[14] != '5') || set.n)
			fail_msg("%s: %s", bad[i].row, words);
	}
	snprintf(text, sizeof(text), "%s", "set,other,1000,Our own\n");
	assert_int_equal(read_text(&set, text, &why), ERR_CONF);
	assert_non_null(strstr(words, "not that of its file"));
	assert_int_equal(read_text(&set, "set,own,0,Our own\n", &why), ERR_CONF);
	assert_int_equal(read_text(&set, "set,own,1000,Our own\na,b\n", &why), ERR_CONF);
	assert_int_equal(read_text(&set, "a,b\n", &why), ERR_CONF);
	assert_int_equal(read_text(&set, head, &why), ERR_CONF); /* nothing in it */
}

/* A stick that was pulled out, a download that broke: less of a standard is no standard. */
static void a_cut_file_is_refused(void **state)
{
	static const char *const ends[] = {"", "end\n", "end,\n", "end,2\n", "end,-1\n", "end,1x\n",
		"end,1,\n", "end,1\nend,1\n",
		"end,1\n"
		"iron,<=,,300,ug/L,,health,any,no,seen,"
		"E10,here,\n"};
	static struct limit_set set;
	char text[2048], words[512], bytes[32 * 1024];
	struct text why = text_over(words, sizeof(words));
	struct limits_conf conf = shipped("nsdwq-2010");
	char path[512];
	FILE *file;
	size_t i, n, whole;

	(void)state;
	for (i = 0; i < COUNT(ends); i++) {
		snprintf(text, sizeof(text),
			"%sarsenic,<=,,50,ug/L,,health,any,yes,seen,E10,here,\n%s", head, ends[i]);
		if (read_text(&set, text, &why) != ERR_CONF || !strstr(words, "end,1") || set.n)
			fail_msg("%s: %s", ends[i], words);
	}
	snprintf(path, sizeof(path), "%s/nsdwq-2010.csv", conf.folder);
	file = fopen(path, "re");
	assert_non_null(file);
	whole = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_true(whole > 1 && whole < sizeof(bytes) && bytes[whole - 1] == '\n');
	for (n = 1; n <= whole; n++) {
		file = fmemopen(bytes, n, "r");
		assert_non_null(file);
		text_clear(&why);
		/* The last end of line is no loss. */
		if (!limits_read(&set, file, "nsdwq-2010.csv", &why) != (n + 1 >= whole))
			fail_msg("cut to %zu of %zu bytes: %s", n, whole, words);
		fclose(file);
	}
}

static void a_good_row(void **state)
{
	static struct limit_set set;
	char text[2048], words[512];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	snprintf(text, sizeof(text), "%s%s", head,
		"iron,<=,,1.001,mg/L,,acceptability,any,no,seen,\"Programme, 2026\",its letter,\n"
		"free_chlorine,<,0.2,0.5,mg/L,,operational,treated "
		"network,yes,memory,E10,me?,why\nend,2\n");
	if (read_text(&set, text, &why) != 0)
		fail_msg("%s", words);
	assert_int_equal(set.n, 2);
	assert_int_equal(set.code, 1000);
	assert_string_equal(set.name, "own");
	text_clear(&why);
	limit_put(&why, &set.rows[0]);
	assert_string_equal(words, "at most 1001 µg/L");
	assert_true(set.rows[0].high == 1001); /* and not 1000.9999999999999 */
	text_clear(&why);
	limit_put(&why, &set.rows[1]);
	assert_string_equal(words, "strictly between 0.2 and 0.5 mg/L");
	text_clear(&why);
	limit_put_applies_to(&why, &set.rows[1].applies_to);
	assert_string_equal(words, "treated network");
	assert_false(limit_in_force(&set.rows[1]));
}

static void sets_that_cannot_be_told_apart(void **state)
{
	struct limits_conf conf = shipped("nsdwq-2010,nsdwq-2010");
	struct limit_book book;
	char words[512];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	assert_int_equal(limits_load(&book, &conf, &why), ERR_CONF);
	assert_non_null(strstr(words, "is that of the set nsdwq-2010 too"));
	text_clear(&why);
	conf = shipped("nsdwq-2009");
	assert_int_equal(limits_load(&book, &conf, &why), ERR_ABSENT);
	assert_non_null(strstr(words, "nsdwq-2009.csv"));
	assert_int_equal(book.n, 0);
	conf = shipped(" , ");
	assert_int_equal(limits_load(&book, &conf, &why), 0); /* no set is none */
	assert_int_equal(book.n, 0);
}

/* --- signatures -------------------------------------------------------------------------------------- */

static void put_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void a_signature_holds_for_the_row_as_it_stood(void **state)
{
	static const char row_is[] =
		"free_chlorine,<=,0.2,%s,mg/L,,operational,treated,yes,memory,E10,here,\n"
		"iron,<=,,0.3,mg/L,,acceptability,any,no,memory,E10,here,\n";
	const struct limit_signature signature = {
		.by = "N. Khan", .reason = "S.R.O. page 3, \"table\"", .utc_ms = 1795905746000};
	static struct limit_set set;
	struct limit_set *const sets[] = {&set};
	char rows[512], text[2048], words[512];
	struct text why = text_over(words, sizeof(words));
	unsigned n, stale;

	(void)state;
	unlink("own-signed.csv");
	snprintf(rows, sizeof(rows), row_is, "0.5");
	snprintf(text, sizeof(text), "%s%send,2\n", head, rows);
	assert_int_equal(read_text(&set, text, &why), 0);
	assert_int_equal(
		limits_sign(&set, "free_chlorine", &signature, "own-signed.csv", &n, &why), 0);
	assert_int_equal(n, 1);
	assert_true(limit_in_force(&set.rows[0]) && !limit_in_force(&set.rows[1]));
	assert_string_equal(set.rows[0].signer, "N. Khan");
	assert_int_equal(set.rows[0].signed_ms, 1795905746000);

	/* Read anew, as after a start. */
	assert_int_equal(read_text(&set, text, &why), 0);
	assert_false(limit_in_force(&set.rows[0]));
	assert_int_equal(limits_read_signed(sets, 1, "own-signed.csv", &stale, &why), 0);
	assert_true(limit_in_force(&set.rows[0]) && stale == 0);

	/* Signed twice, or what needs none: refused. */
	assert_int_equal(limits_sign(&set, "free_chlorine", &signature, "own-signed.csv", &n, &why),
		ERR_ABSENT);
	assert_string_equal(words, "the limits of free_chlorine in own are in force already");
	text_clear(&why);
	assert_int_equal(
		limits_sign(&set, "lead", &signature, "own-signed.csv", &n, &why), ERR_ABSENT);
	assert_string_equal(words, "own has no limit for lead");

	/* Any column of the row changed: unsigned. */
	snprintf(rows, sizeof(rows), row_is, "0.6");
	snprintf(text, sizeof(text), "%s%send,2\n", head, rows);
	assert_int_equal(read_text(&set, text, &why), 0);
	assert_int_equal(limits_read_signed(sets, 1, "own-signed.csv", &stale, &why), 0);
	assert_true(!limit_in_force(&set.rows[0]) && stale == 1);

	/* ... and may be signed anew, beside the old one. */
	assert_int_equal(
		limits_sign(&set, "free_chlorine", &signature, "own-signed.csv", &n, &why), 0);
	assert_true(limit_in_force(&set.rows[0]));
	assert_int_equal(limits_sign(&set, "iron", &signature, "own-signed.csv", &n, &why), 0);
	assert_int_equal(limits_read_signed(sets, 1, "own-signed.csv", &stale, &why), 0);
	assert_true(limit_in_force(&set.rows[0]) && limit_in_force(&set.rows[1]) && stale == 1);
	assert_int_equal(access("own-signed.csv.new", F_OK), -1);
}

/* One beside the other: none of them is lost, and the file is whole. */
static void two_sign_at_once(void **state)
{
	enum { AT_ONCE = 4, TIMES = 25 };
	static const char *const which[AT_ONCE] = {"arsenic", "lead", "cadmium", "nickel"};
	const struct limit_signature signature = {"N. Khan", "page 3", 1795905746000};
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct limit_book book;
	unsigned n, round;
	int k, status;

	(void)state;
	for (round = 0; round < TIMES; round++) {
		unlink("signed.csv");
		for (k = 0; k < AT_ONCE; k++)
			if (fork() == 0) {
				load(&book, "nsdwq-2010");
				_exit(limits_sign(book.sets[0], which[k], &signature, "signed.csv",
					      &n, &why) != 0);
			}
		for (k = 0; k < AT_ONCE; k++)
			assert_true(wait(&status) > 0 && status == 0);
		load(&book, "nsdwq-2010");
		for (k = 0; k < AT_ONCE; k++)
			if (!*row(book.sets[0], which[k], POSITION_UNKNOWN)->signer)
				fail_msg("round %u: the signature of %s is lost", round, which[k]);
		limits_free(&book);
	}
	unlink("signed.csv");
}

static void a_spoilt_file_of_signatures_signs_nothing(void **state)
{
	static const char *const spoilt[] = {
		"what is this\n",
		"set,parameter,applies_to,checksum,by,at,reason\nown,iron\n",
		"set,parameter,applies_to,checksum,by,at,reason\n"
		"own,iron,any,123,N. Khan,2026-11-28 10:00:00,because\n",
		"set,parameter,applies_to,checksum,by,at,reason\n"
		"own,iron,any,0123456789abcdef,,2026-11-28 10:00:00,because\n",
		"set,parameter,applies_to,checksum,by,at,reason\n"
		"own,iron,any,0123456789abcdef,N. Khan,2026-11-31 10:00:00,because\n",
		"set,parameter,applies_to,checksum,by,at,reason\n\"own,iron\n",
	};
	const struct limit_signature signature = {.by = "N. Khan", .reason = "because"};
	struct limit_book book;
	struct limits_conf conf = shipped("nsdwq-2010");
	char words[512];
	struct text why = text_over(words, sizeof(words));
	unsigned n;
	size_t i;

	(void)state;
	load(&book, "nsdwq-2010");
	for (i = 0; i < COUNT(spoilt); i++) {
		put_file("spoilt.csv", spoilt[i]);
		text_clear(&why);
		if (limits_sign(book.sets[0], "arsenic", &signature, "spoilt.csv", &n, &why) !=
				ERR_CONF ||
			strncmp(words, "spoilt.csv:", 11) != 0)
			fail_msg("%zu: %s", i, words);
	}
	limits_free(&book);
	(void)text_copy(conf.signatures, sizeof(conf.signatures), "spoilt.csv");
	assert_int_equal(limits_load(&book, &conf, &why), ERR_CONF);
	assert_int_equal(book.n, 0);
}

static void who_and_why_are_words(void **state)
{
	static const struct limit_signature bad[] = {{"", "because", 0}, {"N. Khan", "", 0},
		{"N. Khan", "  .  ", 0}, {"N.\nKhan", "because", 0},
		{"a name of far more bytes than the sixty-three that a signature holds for it",
			"because", 0}};
	struct limit_book book;
	char words[512];
	struct text why = text_over(words, sizeof(words));
	unsigned n;
	size_t i;

	(void)state;
	load(&book, "nsdwq-2010");
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(
			limits_sign(book.sets[0], "arsenic", &bad[i], "none.csv", &n, &why),
			ERR_RANGE);
	assert_int_equal(access("none.csv", F_OK), -1);
	limits_free(&book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_sets_say_what_they_should),
		cmocka_unit_test(every_row_has_its_source),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(a_cut_file_is_refused),
		cmocka_unit_test(a_good_row),
		cmocka_unit_test(sets_that_cannot_be_told_apart),
		cmocka_unit_test(a_signature_holds_for_the_row_as_it_stood),
		cmocka_unit_test(two_sign_at_once),
		cmocka_unit_test(a_spoilt_file_of_signatures_signs_nothing),
		cmocka_unit_test(who_and_why_are_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
