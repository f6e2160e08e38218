/* Points of a centre's list on the control socket: found, sampled at, merged; changed, spoilt and gone while the daemon runs. */
#include <stdio.h>

#include "asked.h"

static void write_file(const char *path, const char *words)
{
	FILE *file = fopen("new", "w");

	assert_non_null(file);
	fputs(words, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename("new", path), 0);
}

#define HEAD "code,name,source_type,lat,lon,treated\n"
#define THREE                                                                    \
	HEAD "P-1,Handpump school,borehole_tubewell,34.0151,71.5249,no\n"        \
	     "P-2,Handpump at the school,borehole_tubewell,34.0152,71.5249,no\n" \
	     "P-3,چشمہ,protected_spring,,,\n"

static int start_listed(void **state)
{
	int err;

	write_file("points.csv", THREE);
	write_file("aliases.csv", "double,counts\n");
	if (start(state) || parts_stop(&parts))
		return -1;
	text_copy(conf.samples.points, sizeof(conf.samples.points), "points.csv");
	text_copy(conf.samples.aliases, sizeof(conf.samples.aliases), "aliases.csv");
	err = start_daemon();
	return err;
}

/* The names of all points, in the order in which they are offered. */
static void expect_points(const char *part, const char *names)
{
	json_t *all = ask("{'ask':'points','part':'%s'}", part), *one;
	char room[512];
	struct text got = text_over(room, sizeof(room));
	size_t i;

	json_array_foreach(json_object_get(all, "points"), i, one)
	{
		const char *code = json_string_value(json_object_get(one, "code"));

		text_printf(&got, "%s%s", i ? " " : "",
			code ? code : json_string_value(json_object_get(one, "name")));
	}
	assert_string_equal(room, names);
	assert_int_equal(json_integer_value(json_object_get(all, "all")), i);
	json_decref(all);
}

static json_t *point_of(long long sample)
{
	json_t *whole = ask("{'ask':'sample-show','sample':%lld}", sample);
	json_t *point = json_incref(json_object_get(whole, "point"));

	json_decref(whole);
	return point;
}

static void expect_at(long long sample, const char *code, const char *name)
{
	json_t *point = point_of(sample);
	const char *said = json_string_value(json_object_get(point, "code"));

	assert_string_equal(said ? said : "", code);
	expect(point, "name", name);
}

static long long number_at(long long sample)
{
	return taken(point_of(sample), "point");
}

static long long begin_at(const char *token, const char *where)
{
	return taken(ask("{'ask':'sample-begin','by':'Gul Khan','token':'%s','purpose':'routine',"
			 "%s}",
			     token, where),
		"sample");
}

static void end_with(long long sample, const char *token, const char *turbidity)
{
	json_decref(ask("{'ask':'sample-enter','sample':%lld,'parameter':'turbidity_ntu',"
			"'value':'%s','method':'tube','by':'Gul Khan','token':'v%s'}",
		sample, turbidity, token));
	expect(ask("{'ask':'sample-end','sample':%lld,'by':'Gul Khan','token':'e%s'}", sample,
		       token),
		"state", "done");
}

/* Of turbidity, newest first. */
static void expect_earlier(long long sample, const char *values)
{
	json_t *whole = ask("{'ask':'sample-show','sample':%lld}", sample), *one;
	json_t *history = json_array_get(json_object_get(whole, "history"), 0);
	char room[128] = "";
	struct text got = text_over(room, sizeof(room));
	size_t i;

	json_array_foreach(json_object_get(history, "earlier"), i, one) text_printf(
		&got, "%s%s", i ? " " : "", json_string_value(json_object_get(one, "value")));
	assert_string_equal(room, values);
	json_decref(whole);
}

static void found_by_a_part_of_name_or_code(void **state)
{
	(void)state;
	expect_points("", "P-1 P-2 P-3");
	expect_points("SCHOOL", "P-1 P-2");
	expect_points("p-3", "P-3");
	expect_points("شمہ", "P-3");
	expect_points("P-9", "");
	json_decref(ask("{'ask':'status'}"));
}

/* Once visited it has one record, whoever comes again, after a restart too. */
static void a_visit_records_the_point_once(void **state)
{
	long long first = begin_at("a", "'code':'P-1'"), second;

	(void)state;
	expect_at(first, "P-1", "Handpump school");
	assert_int_equal(begin_at("a", "'code':'P-1'"), first);
	expect(ask("{'ask':'sample-begin','purpose':'routine'," WHO("a") ",'code':'P-3'}"), "error",
		"another question");
	second = begin_at("b", "'code':'P-1'");
	assert_int_equal(number_at(second), number_at(first));
	restart();
	assert_int_equal(begin_at("b", "'code':'P-1'"), second);
	assert_int_equal(number_at(begin_at("c", "'code':'P-1'")), number_at(first));
	expect_points("", "P-1 P-2 P-3");
	expect(ask("{'ask':'sample-begin','purpose':'routine'," WHO("d") ",'code':'P-9'}"), "error",
		"which point?");
	expect(ask("{'ask':'sample-begin','purpose':'routine'," WHO("d") ",'point':%lld}", first),
		"error", "which point?");
}

/* What was recorded stays as it was; who goes there now finds it as the list has it now. */
static void a_changed_list_changes_no_sample(void **state)
{
	long long first = begin_at("a", "'code':'P-1'"), second;
	char where[40];

	(void)state;
	end_with(first, "1", "7");
	write_file("points.csv", HEAD "P-1,Handpump mosque,borehole_tubewell,34.5,71.5249,yes\n");
	expect_at(first, "P-1", "Handpump school");
	expect_points("", "P-1");
	snprintf(where, sizeof(where), "'point':%lld", number_at(first));
	second = begin_at("b", where);
	assert_int_equal(begin_at("b", where), second);
	expect_at(second, "P-1", "Handpump mosque");
	assert_int_not_equal(number_at(second), number_at(first));
	end_with(second, "2", "8");
	expect_earlier(second, "7");
	restart();
	expect_at(first, "P-1", "Handpump school");
	expect_at(second, "P-1", "Handpump mosque");
	expect_earlier(second, "7");
	/* Taken off the list: where water was taken is still there. */
	write_file("points.csv", HEAD "P-4,Spring of four,protected_spring,,,\n");
	expect_points("", "P-1 P-4");
	assert_int_equal(number_at(begin_at("c", "'code':'P-1'")), number_at(second));
}

static void doubles_are_one_point(void **state)
{
	long long made = begin("a", "School pump"), doubled = begin_at("b", "'code':'P-2'"), one;
	char words[256], where[40];

	(void)state;
	end_with(made, "1", "5");
	end_with(doubled, "2", "6");
	snprintf(words, sizeof(words), "double,counts\nP-2,P-1\nvan-3/%s/%lld,P-2\n",
		spool_id(parts.spool), number_at(made));
	write_file("aliases.csv", words);
	expect_points("", "P-1 P-3");
	one = begin_at("c", "'code':'P-2'");
	assert_int_equal(begin_at("c", "'code':'P-2'"), one);
	expect_at(one, "P-1", "Handpump school");
	end_with(one, "3", "7");
	expect_earlier(one, "6 5");
	snprintf(where, sizeof(where), "'point':%lld", number_at(made));
	assert_int_equal(number_at(begin_at("d", where)), number_at(one));
	begin_at("d", where); /* asked again, it is no other question */
	/* What was recorded before stays at the point where it was. */
	expect_at(made, "", "School pump");
	expect_at(doubled, "P-2", "Handpump at the school");
	restart();
	expect_at(made, "", "School pump");
	expect_at(doubled, "P-2", "Handpump at the school");
	expect_points("", "P-1 P-3");
	/* That number in another spool is another point. */
	snprintf(words, sizeof(words), "double,counts\nvan-3/0011223344556677/%lld,P-3\n",
		number_at(made));
	write_file("aliases.csv", words);
	expect_points("", "P-1 P-2 School pump P-3");
}

static void expect_words(const char *words)
{
	json_t *all = ask("{'ask':'points'}"), *status = ask("{'ask':'status'}");
	json_t *waits = json_object_get(status, "waits"), *one;
	const char *said = json_string_value(json_object_get(all, "words"));
	bool waited = false;
	size_t i;

	if (!words) {
		assert_null(said);
		assert_true(
			json_is_null(json_object_get(json_object_get(status, "points"), "words")));
	} else {
		assert_non_null(said);
		if (!strstr(said, words))
			fail_msg("\"%s\" does not say \"%s\"", said, words);
	}
	json_array_foreach(waits, i, one) waited =
		waited || strstr(json_string_value(one), "the list of water points");
	assert_int_equal(waited, words != NULL);
	json_decref(all);
	json_decref(status);
}

static void what_cannot_be_read_is_said(void **state)
{
	(void)state;
	expect_words(NULL);
	write_file("points.csv", THREE "P-1,Again,tanker,,,\n");
	expect_words("points.csv:5: line 2 has the code P-1 too");
	expect_words("the list read before goes on");
	expect_points("", "P-1 P-2 P-3");
	write_file("points.csv", THREE "P-5,Fifth,tanker,,,\n");
	expect_words(NULL);
	expect_points("fifth", "P-5");
	write_file("aliases.csv", "double,counts\nP-1,P-2\nP-2,P-1\n");
	expect_words("aliases.csv:2: P-1 is a double of P-2, and in the end of itself");
	assert_int_equal(unlink("points.csv"), 0);
	expect_words("points.csv: No such file");
	expect_points("fifth", "P-5");
	/* From the start on: points made in the van go on, and those once visited are known. */
	begin_at("a", "'code':'P-3'");
	restart();
	expect_words("points made in the van go on");
	begin("b", "Well of the van");
	expect_points("", "Well of the van P-3");
	expect_at(begin_at("c", "'code':'P-3'"), "P-3", "چشمہ");
	write_file("points.csv", THREE);
	expect_words("doubles are not merged");
	expect_points("", "Well of the van P-3 P-1 P-2");
	write_file("aliases.csv", "double,counts\nP-1,P-2\n");
	expect_words(NULL);
	expect_points("", "Well of the van P-3 P-2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			found_by_a_part_of_name_or_code, start_listed, stop),
		cmocka_unit_test_setup_teardown(a_visit_records_the_point_once, start_listed, stop),
		cmocka_unit_test_setup_teardown(
			a_changed_list_changes_no_sample, start_listed, stop),
		cmocka_unit_test_setup_teardown(doubles_are_one_point, start_listed, stop),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_is_said, start_listed, stop),
	};

	log_open(LOG_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
