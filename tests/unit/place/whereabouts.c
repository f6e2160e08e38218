/* Where the van is, from fixes put in by hand on a clock set by hand, over two districts of our own making. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../src/place/whereabouts.c"
#include "district/boundaries_file.h"

static int64_t now_ms = 1000000;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return __atomic_load_n(&now_ms, __ATOMIC_RELAXED) * 1000000;
}

static const struct clock machine = {boot_ns, boot_ns, NULL};
static const struct receiver_conf no_receiver = {.kind = RECEIVER_NONE};
static struct place_conf conf = {.boundaries = "two",
	.places = "places.csv",
	.border_margin_m = 200,
	.stale_moving_s = 30,
	.stale_parked_s = 600,
	.fastest_kmh = 180,
	.entered_h = 12};
static struct whereabouts *w;

static void write_file(const char *path, const char *words)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(words, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void install(const char *map, const char *path)
{
	char words[512];
	struct text why = text_over(words, sizeof(words));
	struct mistakes_in_layer mistakes = {.to = &why, .most = 1};
	struct layer *layer;

	assert_int_equal(layer_open(&layer, map, NULL, &mistakes), 0);
	assert_int_equal(boundaries_file_write(layer, path, &why), 0);
	layer_free(layer);
}

static int make_files(void **state)
{
	(void)state;
	write_file("two.geojson",
		"{\"type\":\"FeatureCollection\",\"features\":["
		"{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"PK528\",\"adm2_name\":"
		"\"Peshawar\",\"adm1_name\":\"KP\"},\"geometry\":{\"type\":\"Polygon\","
		"\"coordinates\":"
		"[[[71,34],[71.7,34],[71.7,35],[71,35],[71,34]]]}},"
		"{\"type\":\"Feature\",\"properties\":{\"adm2_pcode\":\"PK526\",\"adm2_name\":"
		"\"Nowshera\",\"adm1_name\":\"KP\"},\"geometry\":{\"type\":\"Polygon\","
		"\"coordinates\":"
		"[[[71.7,34],[72.5,34],[72.5,35],[71.7,35],[71.7,34]]]}}]}");
	write_file("places.csv",
		"province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n"
		"KP,Peshawar,Peshawar,PK528,,,34.1,71.5\n"
		"KP,Peshawar,Nowshera,PK526,,,34.0,71.98\n");
	install("two.geojson", "two");
	write_file("broken", "waterlab-boundaries 1 and then nothing of the sort\n");
	return 0;
}

static int begin(void **state)
{
	(void)state;
	now_ms = 1000000;
	return whereabouts_new(&w, &no_receiver, &conf, &machine);
}

static int end(void **state)
{
	(void)state;
	whereabouts_free(w);
	w = NULL;
	return 0;
}

static void fix_at(double lat, double lon, double eph_m, double speed_m_s)
{
	const struct fix fix = {.boot_ms = now_ms,
		.mode = 3,
		.lat = lat,
		.lon = lon,
		.eph_m = eph_m,
		.speed_m_s = speed_m_s,
		.has_time = true,
		.utc_ms = 1790000000000 + now_ms};

	hear(w, &fix);
}

/* Fixes once a second at one place, as of a van that stands. */
static void stand(double lat, double lon, int seconds)
{
	int i;

	for (i = 0; i < seconds; i++) {
		now_ms += 1000;
		fix_at(lat, lon, 9, 0.1);
	}
}

static struct place place_now(void)
{
	struct place place;

	whereabouts_at(w, now_ms, &place);
	return place;
}

static struct place_entry entry_in(const char *district)
{
	struct place_entry entry = {.reason = "no sky"};

	snprintf(entry.district, sizeof(entry.district), "%s", district);
	return entry;
}

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

static void a_sample_where_a_person_says(void **state)
{
	struct place_entry entry = entry_in("");
	struct place place;

	(void)state;
	entry.has_point = true;
	entry.lat = 34.5;
	entry.lon = 71.695;
	entry.error_m = 50;
	whereabouts_enter(w, &entry, now_ms);
	whereabouts_for_sample(w, now_ms, 250, &place);
	assert_int_equal(place.origin, PLACE_ENTERED);
	assert_int_equal(place.eph_cm, 30000);
	assert_string_equal(place.near, "PK526");
	entry = entry_in("PK528");
	whereabouts_enter(w, &entry, now_ms);
	whereabouts_for_sample(w, now_ms, 250, &place);
	assert_false(place.has_point);
	assert_string_equal(place.district, "PK528");
}

static void what_is_entered_fills_in(void **state)
{
	struct place_entry entry = entry_in("PK528");

	(void)state;
	fix_at(34.5, 71.2, 9, 12);
	whereabouts_enter(w, &entry, now_ms);
	assert_int_equal(place_now().origin, PLACE_GPS);
	now_ms += 31000;
	assert_int_equal(place_now().origin, PLACE_ENTERED);
	now_ms += 12 * 3600 * 1000 - 31001;
	assert_int_equal(place_now().origin, PLACE_ENTERED);
	now_ms += 1;
	assert_int_equal(place_now().origin, PLACE_NONE);
	whereabouts_enter(w, &entry, now_ms);
	assert_int_equal(place_now().origin, PLACE_ENTERED);
	whereabouts_enter(w, NULL, now_ms);
	assert_int_equal(place_now().origin, PLACE_NONE);
}

static void a_fix_elsewhere_ends_it(void **state)
{
	struct place_entry entry = entry_in("PK526");
	struct whereabouts_state s;

	(void)state;
	whereabouts_enter(w, &entry, now_ms);
	whereabouts_state(w, &s);
	assert_true(s.entered);
	assert_string_equal(s.area.name, "Nowshera");
	assert_string_equal(s.area.division, "Peshawar");
	fix_at(34.5, 71.2, 9, 0);
	whereabouts_state(w, &s);
	assert_false(s.entered);
	assert_string_equal(s.area.name, "Peshawar");
}

static int noted, note_says;

static int note(void *ctx, const struct place_entry *entry)
{
	assert_ptr_equal(ctx, &noted);
	assert_string_equal(entry->reason, "no sky");
	noted++;
	return note_says;
}

static void what_a_fix_refutes_is_noted_and_never_back(void **state)
{
	struct place_entry entry = entry_in("PK526");

	(void)state;
	whereabouts_on_left(w, note, &noted);
	whereabouts_enter(w, &entry, now_ms);
	noted = 0;
	note_says = ERR_FULL;
	fix_at(34.5, 71.2, 9, 0);
	assert_int_equal(noted, 1);
	now_ms += 601000; /* the receiver falls silent before that could be noted */
	assert_int_equal(place_now().origin, PLACE_NONE);
	note_says = 0;
	fix_at(34.5, 71.2, 9, 0);
	assert_int_equal(noted, 2);
	fix_at(34.5, 71.2, 9, 0);
	assert_int_equal(noted, 2);
	whereabouts_enter(w, &entry, now_ms);
	now_ms += 601000;
	assert_int_equal(place_now().origin, PLACE_ENTERED);
}

static void a_point_does_not_outlive_what_shows_it_wrong(void **state)
{
	struct place_entry entry = {.has_point = true,
		.lat = 34.5,
		.lon = 71.2,
		.error_m = 1,
		.district = "PK528",
		.reason = "no sky"};

	(void)state;
	whereabouts_enter(w, &entry, now_ms);
	fix_at(34.5, 71.2005, 9, 0); /* 46 m: within its error and the receiver's */
	now_ms += 601000;
	assert_int_equal(place_now().origin, PLACE_ENTERED);
	assert_int_equal(place_now().fix_age_ms, 601000);
	fix_at(34.5, 71.205, 9, 0); /* 460 m */
	now_ms += 601000;
	assert_int_equal(place_now().origin, PLACE_NONE);
}

/* The border is at 71.7; a person says the one side, the receiver the other. */
static void near_a_border_an_entry_keeps_the_doubt(void **state)
{
	struct place_entry entry = entry_in("PK528");

	(void)state;
	whereabouts_enter(w, &entry, now_ms);
	fix_at(34.5, 71.701, 9, 0); /* 92 m behind it */
	now_ms += 601000;
	assert_string_equal(place_now().district, "PK528");
	assert_string_equal(place_now().near, "PK526");
	fix_at(34.5, 71.71, 9, 15); /* 920 m, with a reach of 450 m until it is stale */
	now_ms += 601000;
	assert_int_equal(place_now().origin, PLACE_NONE);
}

static void refuses(struct place_entry entry, const char *expect)
{
	char words[300] = "";
	struct text why = text_over(words, sizeof(words));

	assert_int_equal(whereabouts_check(w, &entry, &why), *expect ? ERR_RANGE : 0);
	if (!strstr(words, expect))
		fail_msg("\"%s\" does not say \"%s\"", words, expect);
}

static void what_the_last_fix_refutes_is_not_taken(void **state)
{
	struct place_entry point = {
		.has_point = true, .lat = 34.9, .lon = 72.4, .error_m = 100, .reason = "no sky"};

	(void)state;
	refuses(point, "");
	fix_at(34.5, 71.2, 9, 0);
	now_ms += 3000;
	refuses(point,
		"3 s ago the receiver had the van at 34.50000, 71.20000, 118.6 km from there");
	refuses(entry_in("PK526"), "in PK528: correct the entry");
	refuses(entry_in("PK528"), "");
	now_ms += 597500; /* stale: how far a district is, nobody knows */
	refuses(entry_in("PK526"), "");
	refuses(point, "118.6 km from there");
	now_ms += 3000 * 1000; /* an hour: the van may be there by now */
	refuses(point, "");
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
		cmocka_unit_test_setup_teardown(a_sample_where_a_person_says, begin, end),
		cmocka_unit_test_setup_teardown(what_is_entered_fills_in, begin, end),
		cmocka_unit_test_setup_teardown(a_fix_elsewhere_ends_it, begin, end),
		cmocka_unit_test_setup_teardown(
			what_a_fix_refutes_is_noted_and_never_back, begin, end),
		cmocka_unit_test_setup_teardown(
			a_point_does_not_outlive_what_shows_it_wrong, begin, end),
		cmocka_unit_test_setup_teardown(near_a_border_an_entry_keeps_the_doubt, begin, end),
		cmocka_unit_test_setup_teardown(what_the_last_fix_refutes_is_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_believed_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
			files_that_are_not_there_cost_the_district_only, begin, end),
		cmocka_unit_test_setup_teardown(the_time_of_fixes_is_told, begin, end),
		cmocka_unit_test_setup_teardown(all_may_ask_at_once, begin, end),
	};

	return cmocka_run_group_tests(tests, make_files, NULL);
}
