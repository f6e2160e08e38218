/* Where the van is: as a person says, and what a receiver says of that. */
#include "whereabouts_lab.h"

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
	refuses(entry_in("PK528"), "");
	refuses(entry_in("PK526"),
		"in PK528, 45.9 km from PK526; it can have gone 0.1 km since: correct the entry");
	now_ms += 597500; /* stale, and the van can have gone 30 km since */
	refuses(entry_in("PK526"), "600 s ago the receiver had the van at 34.50000, 71.20000, in "
				   "PK528, 45.9 km from PK526");
	refuses(entry_in("PK528"), "");
	refuses(point, "118.6 km from there");
	now_ms += 310 * 1000; /* 45.5 km, and the fix and the map may be off by 0.26 km */
	refuses(entry_in("PK526"), "45.9 km from PK526");
	now_ms += 10 * 1000;
	refuses(entry_in("PK526"), "");
	now_ms += 3000 * 1000; /* an hour: the van may be there by now */
	refuses(point, "");
}

/* Nobody knows where a district lies whose outline is not there; a fix that is good has its own for sure. */
static void a_district_without_an_outline_is_ruled_out_by_a_good_fix_only(void **state)
{
	struct place_conf poor = conf;

	(void)state;
	write_file("places.csv",
		"province,division,district,district_pcode,tehsil,tehsil_pcode,lat,lon\n"
		"KP,Peshawar,Peshawar,PK528,,,34.1,71.5\n"
		"KP,Peshawar,Nowshera,PK526,,,34.0,71.98\n"
		"GB,Gilgit,Hunza,PK306,,,36.3,74.6\n");
	whereabouts_free(w);
	assert_int_equal(whereabouts_new(&w, &no_receiver, &conf, &machine), 0);
	fix_at(34.5, 71.2, 9, 0);
	now_ms += 3000;
	refuses(entry_in("PK306"), "in PK528: correct the entry");
	now_ms += 60000;
	refuses(entry_in("PK306"), "");
	whereabouts_free(w);
	snprintf(poor.boundaries, sizeof(poor.boundaries), "absent");
	assert_int_equal(whereabouts_new(&w, &no_receiver, &poor, &machine), 0);
	fix_at(34.5, 71.2, 9, 0);
	refuses(entry_in("PK306"), "");
}

/* The map may be of one province, and the fix on nobody's land. */
static void a_fix_outside_all_districts_rules_out_what_is_far(void **state)
{
	(void)state;
	fix_at(35.1, 70.5, 9, 0); /* 47 km from the corner of the one at 35 N, 71 E */
	now_ms += 60000;
	refuses(entry_in("PK528"), "in no district, 46.9 km from PK528");
	refuses(entry_in("PK526"), "in no district, ");
	now_ms += 3600 * 1000;
	refuses(entry_in("PK526"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_sample_where_a_person_says, begin, end),
		cmocka_unit_test_setup_teardown(what_is_entered_fills_in, begin, end),
		cmocka_unit_test_setup_teardown(a_fix_elsewhere_ends_it, begin, end),
		cmocka_unit_test_setup_teardown(
			what_a_fix_refutes_is_noted_and_never_back, begin, end),
		cmocka_unit_test_setup_teardown(
			a_point_does_not_outlive_what_shows_it_wrong, begin, end),
		cmocka_unit_test_setup_teardown(near_a_border_an_entry_keeps_the_doubt, begin, end),
		cmocka_unit_test_setup_teardown(what_the_last_fix_refutes_is_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(
			a_district_without_an_outline_is_ruled_out_by_a_good_fix_only, begin, end),
		cmocka_unit_test_setup_teardown(
			a_fix_outside_all_districts_rules_out_what_is_far, begin, end),
	};

	return cmocka_run_group_tests(tests, make_files, NULL);
}
