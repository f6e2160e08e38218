/* Where a sample begins on the control socket: what was refused made no point, and a known one is not made twice. */
#include "asked.h"

static const struct profile redox = {.n_fields = 1, .fields = {{.parameter = "orp"}}};
static struct line_conf bench = {.name = "bench",
	.n_units = 1,
	.units = {{.name = "orp-1", .interval_ms = 1000, .profile = &redox}}};

static int start_bench(void **state)
{
	int err = start(state);

	conf.lines = &bench;
	conf.n_lines = 1;
	return err;
}

static size_t points(void)
{
	return count(ask("{'ask':'points'}"), "points");
}

static json_t *begin_new(const char *token, const char *name, const char *more)
{
	return ask("{'ask':'sample-begin','by':'Gul Khan','token':'%s','purpose':'routine',%s"
		   "'new_point':{'name':'%s','source_type':'protected_spring'}}",
		token, more, name);
}

static void what_is_refused_makes_no_point(void **state)
{
	long long check = taken(ask("{'ask':'check-begin','unit':'orp-1','parameter':'orp',"
				    "'lot':'Z','value':'220'," WHO("c") "}"),
		"check");

	(void)state;
	expect(begin_new("a", "Pipe", ""), "error", "is being checked by");
	assert_int_equal(points(), 0);
	json_decref(
		ask("{'ask':'check-cancel','check':%lld,'reason':'later'," WHO("d") "}", check));
	expect(begin_new("a", "Pipe", ""), "state", "open");
	assert_int_equal(points(), 1);
}

static void a_known_name_is_asked_back(void **state)
{
	int again;

	(void)state;
	expect(begin_new("a", "Hand-pump, school", ""), "state", "open");
	expect(begin_new("b", "handpump School", ""), "question", "really another one?");
	expect(ask("{'ask':'sample-impediment','purpose':'routine','reason':'dry'," WHO(
		       "c") ",'new_point':{'name':'Handpump school','source_type':'tanker'}}"),
		"question", "really another one?");
	assert_int_equal(points(), 1);
	for (again = 0; again < 2; again++)
		expect(begin_new("b", "handpump School", "'sure':true,"), "state", "open");
	assert_int_equal(points(), 2);
	expect(begin_new("d", "Handpump school 2", ""), "state", "open");
	/* Asked again after its answer was lost, it is what was answered. */
	expect(begin_new("a", "Hand-pump, school", ""), "state", "open");
	assert_int_equal(points(), 3);
}

/* Of one name, and in another village. */
static void a_name_is_no_other_place(void **state)
{
	struct point far = {.name = "Pipe",
		.type = "protected_spring",
		.has_at = true,
		.lat_e7 = 341000000,
		.lon_e7 = 715000000};
	struct point near = far;

	(void)state;
	conf.place.entered_h = 1;
	assert_int_equal(field_add_point(parts.field, &far), 0);
	json_decref(ask("{'ask':'place-enter','lat':34.2,'lon':71.5,'error_m':30,"
			"'reason':'no sky','by':'Gul Khan'}"));
	expect(begin_new("a", "Pipe", ""), "state", "open"); /* 11 km on */
	near.lat_e7 = 342009000;                             /* 100 m */
	text_copy(near.name, sizeof(near.name), "Nala");
	assert_int_equal(field_add_point(parts.field, &near), 0);
	expect(begin_new("b", "Nala", ""), "question", ", 100 m from here: is this really");
	near.has_at = false; /* nobody knows where that one is */
	text_copy(near.name, sizeof(near.name), "Well");
	assert_int_equal(field_add_point(parts.field, &near), 0);
	expect(begin_new("b", "Well", ""), "question", "really another one?");
}

/* --- beside a sample --------------------------------------------------------------------------------------- */

static json_t *beside(const char *token, long long parent, const char *more)
{
	return ask("{'ask':'sample-begin','by':'Gul Khan','token':'%s','activity':'replicate',"
		   "'parent':%lld%s}",
		token, parent, more);
}

static void beside_no_sample_a_parent_is_wanted(void **state)
{
	(void)state;
	expect(ask("{'ask':'sample-begin','purpose':'routine','activity':'replicate'," WHO(
		       "a") "}"),
		"error", "a replicate is taken beside a sample: \"parent\"");
	expect(ask("{'ask':'sample-begin','purpose':'routine'," WHO("a") "}"), "error",
		"which point?");
}

/* What is made up to learn on alarms nobody, beside its parent either. */
static void beside_training_is_training(void **state)
{
	long long parent = taken(begin_new("a", "Bucket", ""), "sample"), learnt;
	int again;

	(void)state;
	expect(beside("b", parent, ""), "purpose", "routine");
	learnt = taken(ask("{'ask':'sample-begin','by':'Gul Khan','token':'c','purpose':'training',"
			   "'new_point':{'name':'Basin','source_type':'surface_water'}}"),
		"sample");
	expect(beside("d", learnt, ",'purpose':'routine'"), "error", "was taken for training");
	for (again = 0; again < 2; again++)
		expect(beside("d", learnt, ""), "purpose", "training");
	json_decref(ask(
		"{'ask':'sample-cancel','sample':%lld,'reason':'broken'," WHO("x") "}", learnt));
	expect(beside("d", learnt, ""), "purpose", "training");
	expect(beside("e", learnt, ""), "error", "not cancelled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_refused_makes_no_point, start_bench, stop),
		cmocka_unit_test_setup_teardown(a_known_name_is_asked_back, start, stop),
		cmocka_unit_test_setup_teardown(a_name_is_no_other_place, start, stop),
		cmocka_unit_test_setup_teardown(beside_no_sample_a_parent_is_wanted, start, stop),
		cmocka_unit_test_setup_teardown(beside_training_is_training, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
