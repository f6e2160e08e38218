/* Where the van is: by its receiver. */
#include "whereabouts_lab.h"

static void a_fix_is_a_place(void **state)
{
	struct place place = place_now();

	(void)state;
	assert_int_equal(place.origin, PLACE_NONE);
	assert_int_equal(place.border_m, -1);
	fix_at(34.5, 71.2, 9, 12);
	now_ms += 1234;
	place = place_now();
	assert_int_equal(place.origin, PLACE_GPS);
	assert_true(place.has_point);
	assert_int_equal(place.mode, 3);
	assert_int_equal(place.lat_e7, 345000000);
	assert_int_equal(place.lon_e7, 712000000);
	assert_int_equal(place.fix_age_ms, 1234);
	assert_int_equal(place.eph_cm, 900);
	assert_string_equal(place.district, "PK528");
	assert_string_equal(place.near, "");
	assert_int_equal(place.border_m, -1);
	assert_int_not_equal(place.edition, 0);
	/* an answer that was whole a moment before the fix came is not from the future */
	whereabouts_at(w, now_ms - 2000, &place);
	assert_int_equal(place.fix_age_ms, 0);
}

static void a_stale_fix_is_no_place(void **state)
{
	(void)state;
	fix_at(34.5, 71.2, 9, 12);
	now_ms += 30000;
	assert_int_equal(place_now().origin, PLACE_GPS);
	now_ms += 1;
	assert_int_equal(place_now().origin, PLACE_NONE);
	assert_string_equal(place_now().district, "");
	stand(34.5, 71.2, 120);
	now_ms += 600000;
	assert_int_equal(place_now().origin, PLACE_GPS);
	now_ms += 1;
	assert_int_equal(place_now().origin, PLACE_NONE);
}

/* 71.697 is 276 m west of the border (34.5 degrees north), and the maps may be off by 200 m. */
static void a_border_within_reach_is_marked(void **state)
{
	struct place place;

	(void)state;
	fix_at(34.5, 71.697, 60, 0);
	place = place_now();
	assert_string_equal(place.district, "PK528");
	assert_string_equal(place.near, "");
	assert_int_equal(place.border_m, -1);
	now_ms += 1000;
	fix_at(34.5, 71.697, 90, 0);
	place = place_now();
	assert_string_equal(place.near, "PK526");
	assert_in_range(place.border_m, 274, 278);
	now_ms += 60000;
	fix_at(34.5, 71.7, 9, 0); /* on it: the lower code */
	place = place_now();
	assert_string_equal(place.district, "PK526");
	assert_string_equal(place.near, "PK528");
	assert_int_equal(place.border_m, 0);
}

/* A van drives on after its fix: with 20 m/s the border 276 m off is within reach after 4 s. */
static void a_border_that_the_van_may_have_come_to(void **state)
{
	struct place place;

	(void)state;
	fix_at(34.5, 71.697, 9, 20);
	assert_string_equal(place_now().near, "");
	now_ms += 3000;
	assert_int_equal(place_now().border_m, -1);
	now_ms += 1000;
	place = place_now();
	assert_string_equal(place.district, "PK528");
	assert_string_equal(place.near, "PK526");
	assert_in_range(place.border_m, 274, 278);
	whereabouts_for_sample(w, now_ms, 0, &place);
	assert_int_equal(place.eph_cm, 900 + 4 * 2000);
	assert_string_equal(place.near, "PK526");
	/* how fast is not said: as fast as a van can be, 50 m/s */
	now_ms += 60000;
	fix_at(34.5, 71.697, 9, NAN);
	assert_string_equal(place_now().near, "");
	now_ms += 2000;
	assert_string_equal(place_now().near, "PK526");
	/* a parked one is where it was */
	stand(34.5, 71.697, 120);
	now_ms += 300000;
	assert_string_equal(place_now().near, "");
}

static void outside_all_is_none(void **state)
{
	struct place place;

	(void)state;
	fix_at(35.1, 71.2, 9, 0);
	place = place_now();
	assert_string_equal(place.district, "");
	assert_string_equal(place.near, "");
	assert_in_range(place.border_m, 11080, 11110);
	now_ms += 3600000;
	fix_at(35.001, 71.2, 9, 0);
	place = place_now();
	assert_string_equal(place.district, "");
	assert_string_equal(place.near, "PK528");
	assert_in_range(place.border_m, 110, 112);
}

static void a_sample_is_taken_somewhere_near(void **state)
{
	struct place here, there;

	(void)state;
	stand(34.5, 71.695, 300); /* 460 m from the border */
	here = place_now();
	assert_string_equal(here.near, "");
	whereabouts_for_sample(w, now_ms, 0, &there);
	assert_int_equal(there.origin, PLACE_GPS);
	assert_int_equal(there.lat_e7, here.lat_e7);
	assert_true(there.eph_cm <= here.eph_cm && there.eph_cm >= 300);
	assert_string_equal(there.near, "");
	whereabouts_for_sample(w, now_ms, 280, &here);
	assert_int_equal(here.eph_cm, there.eph_cm + 28000);
	assert_string_equal(here.district, "PK528");
	assert_string_equal(here.near, "PK526");
	assert_in_range(here.border_m, 457, 462);
}

static void what_is_not_believed_changes_nothing(void **state)
{
	struct whereabouts_state s;
	struct place before;

	(void)state;
	stand(34.5, 71.2, 60);
	before = place_now();
	fix_at(0, 0, 9, 0);
	whereabouts_state(w, &s);
	assert_int_equal(s.verdict, FIX_PLACEHOLDER);
	fix_at(34.5, 72.2, 9, 0);
	whereabouts_state(w, &s);
	assert_int_equal(s.verdict, FIX_JUMP);
	assert_int_equal(place_now().lon_e7, before.lon_e7);
	assert_string_equal(place_now().district, "PK528");
}

static void files_that_are_not_there_cost_the_district_only(void **state)
{
	struct place_conf poor = conf;
	struct whereabouts_state s;

	(void)state;
	snprintf(poor.boundaries, sizeof(poor.boundaries), "absent");
	whereabouts_free(w);
	assert_int_equal(whereabouts_new(&w, &no_receiver, &poor, &machine), 0);
	fix_at(34.05, 71.9, 9, 0);
	whereabouts_state(w, &s);
	assert_int_equal(s.now.origin, PLACE_GPS);
	assert_string_equal(s.now.district, "");
	assert_int_equal(s.now.border_m, -1);
	assert_int_equal(s.now.edition, 0);
	assert_int_equal(s.areas, 0);
	assert_non_null(strstr(s.boundaries_words, "waterlab boundaries install FILE"));
	assert_string_equal(s.hint, "Nowshera (PK526), 9 km away");
	whereabouts_free(w);
	snprintf(poor.boundaries, sizeof(poor.boundaries), "broken");
	snprintf(poor.places, sizeof(poor.places), "absent");
	assert_int_equal(whereabouts_new(&w, &no_receiver, &poor, &machine), 0);
	fix_at(34.05, 71.9, 9, 0);
	whereabouts_state(w, &s);
	assert_string_equal(s.now.district, "");
	assert_non_null(strstr(s.boundaries_words, "broken"));
	assert_string_equal(s.hint, "");
	/* A map that nobody looked through may have its codes shifted. */
	whereabouts_free(w);
	snprintf(poor.boundaries, sizeof(poor.boundaries), "two.geojson");
	assert_int_equal(whereabouts_new(&w, &no_receiver, &poor, &machine), 0);
	fix_at(34.05, 71.9, 9, 0);
	whereabouts_state(w, &s);
	assert_string_equal(s.now.district, "");
	assert_non_null(strstr(s.boundaries_words, "waterlab boundaries install two.geojson"));
}

static void the_time_of_fixes_is_told(void **state)
{
	struct gps_time time;

	(void)state;
	whereabouts_time(w, &time);
	assert_false(time.known);
	stand(34.5, 71.2, 5);
	whereabouts_time(w, &time);
	assert_true(time.known);
	assert_false(time.leap_known);
	assert_int_equal(time.offset_ms, 1790000000000);
}

/* --- several threads, for the thread sanitizer ------------------------------------------------------- */

static bool enough;

static void *ask_all(void *arg)
{
	struct whereabouts_state s;
	struct place_entry entry = entry_in("PK528");
	struct gps_time time;
	struct place place;
	char words[200];
	struct text why = text_over(words, sizeof(words));
	unsigned i;

	(void)arg;
	for (i = 0; !__atomic_load_n(&enough, __ATOMIC_RELAXED); i++) {
		whereabouts_at(w, boot_ns(NULL) / 1000000, &place);
		/* A place is of one fix: its point and its codes belong together. */
		if (place.origin == PLACE_GPS &&
			strcmp(place.district, place.lon_e7 < 717000000 ? "PK528" : "PK526") != 0)
			return "torn";
		whereabouts_for_sample(w, boot_ns(NULL) / 1000000, 100, &place);
		whereabouts_state(w, &s);
		whereabouts_time(w, &time);
		text_clear(&why);
		if (whereabouts_check(w, &entry, &why) && !strstr(words, "the receiver had"))
			return "refused";
		whereabouts_enter(w, i % 2 ? &entry : NULL, boot_ns(NULL) / 1000000);
	}
	return NULL;
}

static void all_may_ask_at_once(void **state)
{
	pthread_t threads[2];
	void *said;
	int i;

	(void)state;
	__atomic_store_n(&enough, false, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_all, NULL), 0);
	for (i = 0; i < 3000; i++) {
		__atomic_add_fetch(&now_ms, 1000, __ATOMIC_RELAXED);
		fix_at(34.5, i / 100 % 2 ? 71.9 : 71.2, 5, 0);
		if (i % 100 == 99) /* long enough for any drive */
			__atomic_add_fetch(&now_ms, 7200000, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&enough, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], &said), 0);
		assert_null(said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_fix_is_a_place, begin, end),
		cmocka_unit_test_setup_teardown(a_stale_fix_is_no_place, begin, end),
		cmocka_unit_test_setup_teardown(a_border_within_reach_is_marked, begin, end),
		cmocka_unit_test_setup_teardown(a_border_that_the_van_may_have_come_to, begin, end),
		cmocka_unit_test_setup_teardown(outside_all_is_none, begin, end),
		cmocka_unit_test_setup_teardown(a_sample_is_taken_somewhere_near, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_believed_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
			files_that_are_not_there_cost_the_district_only, begin, end),
		cmocka_unit_test_setup_teardown(the_time_of_fixes_is_told, begin, end),
		cmocka_unit_test_setup_teardown(all_may_ask_at_once, begin, end),
	};

	return cmocka_run_group_tests(tests, make_files, NULL);
}
