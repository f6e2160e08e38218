/* The sentence that says where the van is, for every state a technician can meet. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/place_words.h"

enum { NOW_MS = 1000000 };

static struct whereabouts_state gilgit(void)
{
	return (struct whereabouts_state){.kind = RECEIVER_GPSD,
		.receiver = {.open = true, .reports = 9, .heard_ms = NOW_MS - 400},
		.verdict = FIX_TAKEN,
		.now = {.origin = PLACE_GPS,
			.has_point = true,
			.mode = 3,
			.lat_e7 = 359201000,
			.lon_e7 = 743102000,
			.fix_age_ms = 1400,
			.eph_cm = 890,
			.district = "PK305",
			.border_m = -1},
		.area = {.code = "PK305", .name = "Gilgit", .province = "Gilgit Baltistan"},
		.areas = 49};
}

static void says(const struct whereabouts_state *state, const char *expect)
{
	char words[400];
	struct text text = text_over(words, sizeof(words));

	place_put_words(&text, state, NOW_MS);
	assert_string_equal(words, expect);
}

static void a_fix(void **state)
{
	struct whereabouts_state s = gilgit();

	(void)state;
	says(&s, "PK305 Gilgit, Gilgit Baltistan: 35.92010, 74.31020 within 9 m (3D, 1 s old)");
	s.parked.parked = true;
	memcpy(s.now.tehsil, "PK30502", 8);
	memcpy(s.area.tehsil_name, "Danyor", 7);
	says(&s, "PK305 Gilgit, Gilgit Baltistan; tehsil Danyor: 35.92010, 74.31020 within 9 m "
		 "(3D, 1 s old), parked");
	s.moving = true;
	s.now.mode = 2;
	s.now.eph_cm = 0;
	s.now.tehsil[0] = '\0';
	says(&s, "PK305 Gilgit, Gilgit Baltistan: 35.92010, 74.31020 (2D, 1 s old), moving");
}

static void a_border(void **state)
{
	struct whereabouts_state s = gilgit();

	(void)state;
	s.now.border_m = 420;
	memcpy(s.now.near, "PK308", 6);
	memcpy(s.near_name, "Nagar", 6);
	says(&s, "PK305 Gilgit, Gilgit Baltistan: 35.92010, 74.31020 within 9 m (3D, 1 s old), "
		 "420 m from the border: it may be PK308 Nagar");
	s.now.near[0] = '\0';
	says(&s, "PK305 Gilgit, Gilgit Baltistan: 35.92010, 74.31020 within 9 m (3D, 1 s old), "
		 "420 m from the edge of the boundaries");
	s.now.district[0] = '\0';
	s.now.border_m = 31500;
	says(&s, "35.92010, 74.31020 within 9 m (3D, 1 s old), outside all districts, 32 km from "
		 "the nearest");
}

static void no_boundaries(void **state)
{
	struct whereabouts_state s = gilgit();

	(void)state;
	s.areas = 0;
	s.now.district[0] = '\0';
	says(&s, "35.92010, 74.31020 within 9 m (3D, 1 s old); no district without boundaries");
	memcpy(s.hint, "Danyor, Gilgit (PK305), 4 km away", 34);
	says(&s, "35.92010, 74.31020 within 9 m (3D, 1 s old); no district without boundaries "
		 "(nearest place, a hint only: Danyor, Gilgit (PK305), 4 km away)");
}

static void by_hand(void **state)
{
	struct whereabouts_state s = gilgit();

	(void)state;
	s.now = (struct place){.origin = PLACE_ENTERED, .district = "PK305", .border_m = -1};
	memcpy(s.entry.reason, "in the gorge", 13);
	s.entry_ms = NOW_MS - 119000;
	s.entry_until_ms = NOW_MS + 7200000;
	s.verdict = FIX_NONE;
	says(&s, "entered by hand: PK305 Gilgit, Gilgit Baltistan (in the gorge), 119 s ago, good "
		 "for 2 h; the receiver has no fix");
	s.entry_ms = NOW_MS - 690000;
	s.entry_until_ms = NOW_MS + 7199999;
	s.now.has_point = true;
	s.now.lat_e7 = 350000000;
	s.now.lon_e7 = 740000000;
	s.now.eph_cm = 150000;
	s.kind = RECEIVER_NONE;
	says(&s, "entered by hand: PK305 Gilgit, Gilgit Baltistan: 35.00000, 74.00000 within "
		 "1.5 km (in the gorge), 11 min ago, good for 119 min; no receiver is configured");
}

static void none(void **state)
{
	struct whereabouts_state s = gilgit();

	(void)state;
	s.now = (struct place){.border_m = -1};
	s.verdict = FIX_JUMP;
	says(&s, "not known: the receiver's position is not believed: jumped further than a van "
		 "can go");
	s.receiver.heard_ms = NOW_MS - 61000;
	says(&s, "not known: the receiver has said nothing for 61 s");
	s.receiver.reports = 0;
	says(&s, "not known: the receiver has said nothing yet");
	memcpy(s.receiver.words, "127.0.0.1:2947: Connection refused", 35);
	says(&s, "not known: 127.0.0.1:2947: Connection refused");
	s.kind = RECEIVER_NONE;
	says(&s, "not known: no receiver is configured");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fix),
		cmocka_unit_test(a_border),
		cmocka_unit_test(no_boundaries),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
