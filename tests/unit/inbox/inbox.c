/* The inbox: what is taken, when, how often, and where it goes. */
#include "van.h"

static void a_quiet_file_is_recorded_and_moved(void **state)
{
	(void)state;
	inbox_step(van.inbox);
	assert_true(there("taken") && there("refused"));
	put("A-SENDDATA-1.TXT", GOOD "check,2026-11-28,14:07,,7.00 passed,\n");
	inbox_step(van.inbox);
	assert_true(there("A-SENDDATA-1.TXT")); /* it may still be written */
	assert_int_equal(ledger()->n, 0);
	inbox_step(van.inbox);
	assert_true(!there("A-SENDDATA-1.TXT") && there("taken/A-SENDDATA-1.TXT"));
	assert_int_equal(ledger()->n, 2);
	assert_int_equal(ledger()->at[0].kind, LEDGER_FILE_READING);
	assert_int_equal(ledger()->at[0].utc_ms, 1795856700000);
	assert_string_equal(ledger()->at[0].words, "hqd-1 ph 7.02 [pH]; sample HT 1");
	assert_int_equal(ledger()->at[1].kind, LEDGER_FILE_CHECK);
	assert_non_null(strstr(ledger()->at[1].words, "7.00 passed"));
	assert_int_equal(now().taken, 1);
	assert_int_equal(now().values, 2);
	assert_non_null(
		strstr(now().last, "A-SENDDATA-1.TXT: 2 values recorded for hqd-1 (documented)"));
}

static void what_is_known_is_not_recorded_again(void **state)
{
	(void)state;
	inbox_step(van.inbox);
	put("senddata.txt", GOOD);
	look_twice();
	put("senddata.txt", GOOD); /* as after a power cut between recording and moving */
	look_twice();
	assert_int_equal(ledger()->n, 1);
	assert_true(there("taken/senddata.txt") && there("taken/senddata.txt-2"));
	put("senddata later.txt", GOOD MORE GOOD); /* a meter's log grows; one value came twice */
	look_twice();
	assert_int_equal(ledger()->n, 3);
	assert_non_null(
		strstr(now().last, "2 values recorded for hqd-1 (documented), 1 were known"));
}

static void a_mended_configuration_is_recorded_anew(void **state)
{
	(void)state;
	inbox_step(van.inbox);
	put("senddata.txt", GOOD MORE);
	look_twice();
	van.conf.meters[0].utc_offset_min = 0;
	put("senddata.txt", GOOD MORE);
	look_twice();
	assert_int_equal(ledger()->n, 4);
	assert_int_equal(ledger()->at[2].utc_ms, ledger()->at[0].utc_ms + 300 * 60000);
	assert_non_null(strstr(now().last, "; 2 of them recorded anew, because"));
	text_copy(van.conf.meters[0].name, UNIT_NAME, "hqd-2");
	put("senddata.txt", GOOD MORE);
	look_twice();
	put("senddata.txt", GOOD MORE);
	look_twice();
	assert_int_equal(ledger()->n, 6);
	assert_string_equal(ledger()->at[5].words, "hqd-2 ph 7.11 [pH]; sample HT 2");
}

/* 1/12 under the wrong order is a day too, but another: what one date says holds for all of the file. */
static void a_file_of_another_order_of_dates_is_refused_whole(void **state)
{
	char words[1000];

	(void)state;
	van.conf.meters[0].dates = DATE_MDY;
	inbox_step(van.inbox);
	put("senddata.txt", "reading,01/10/2026,14:05,HT 1,7.02,pH\n"
			    "reading,sometime,14:05,HT 1,7.02,pH\n"
			    "reading,28/10/2026,14:05,HT 1,7.02,pH\n"
			    "reading,29/10/2026,14:05,HT 1,7.02,pH\n");
	look_twice();
	assert_int_equal(ledger()->n, 0);
	read_box("refused/senddata.txt.why", words, sizeof(words));
	assert_non_null(strstr(words, "line 3: \"28/10/2026\" is no date written month-day-year"));
	assert_non_null(strstr(words, "one written day-month-year"));
	assert_non_null(strstr(words, "nothing of it is recorded"));
	assert_non_null(strstr(words, "dates of meter \"hqd-1\" in inbox.meters"));
	assert_null(strstr(words, "line 4"));
	van.conf.meters[0].dates = DATE_DMY;
	put("senddata.txt", "reading,01/10/2026,14:05,HT 1,7.02,pH\n");
	look_twice();
	assert_int_equal(ledger()->n, 1);
}

static void a_file_that_is_being_written_waits(void **state)
{
	unsigned i;
	FILE *file;

	(void)state;
	inbox_step(van.inbox);
	put("senddata.txt", GOOD);
	for (i = 0; i < 5; i++) {
		inbox_step(van.inbox);
		file = fopen(in_box("senddata.txt"), "a");
		assert_non_null(file);
		assert_true(fprintf(file, "reading,2026-11-28,14:0%u,HT 3,7.0,pH\n", i) > 0);
		assert_int_equal(fclose(file), 0);
	}
	assert_int_equal(ledger()->n, 0);
	look_twice();
	assert_int_equal(ledger()->n, 6);
}

static void what_was_not_taken_lies_in_refused_with_the_reason(void **state)
{
	char words[1000];

	(void)state;
	inbox_step(van.inbox);
	put("senddata.txt", GOOD "reading,2026-11-28,14:06,HT 2,sev,pH\n" MORE);
	look_twice();
	assert_int_equal(ledger()->n, 2);
	assert_true(!there("senddata.txt") && there("refused/senddata.txt"));
	read_box("refused/senddata.txt.why", words, sizeof(words));
	assert_non_null(strstr(words, "\nline 2: the driver does not understand it: \"reading,"));
	assert_non_null(strstr(words, "all others of the file are recorded"));
	assert_int_equal(now().refused, 1);
	put("senddata.txt", "sev\n");
	look_twice();
	assert_true(there("refused/senddata.txt-2") && there("refused/senddata.txt-2.why"));
	assert_non_null(strstr(now().last, "see refused/senddata.txt-2.why"));
	put("empty senddata.txt", "Kind,Date\n");
	look_twice();
	assert_true(there("refused/empty senddata.txt.why"));
}

static void a_meter_that_sends_messages_is_read_from_a_file_too(void **state)
{
	(void)state;
	inbox_step(van.inbox);
	put("photometer.LOG", "<2026-11-28 14:05 7.02>\r\n<2026-11-28 14:06 7.03>\r\n");
	look_twice();
	assert_int_equal(ledger()->n, 2);
	assert_string_equal(ledger()->at[1].words, "md-1 ph 7.03 [pH]");
}

static void a_time_still_to_come_is_no_time(void **state)
{
	(void)state;
	inbox_step(van.inbox);
	/* It is 2026-11-28 09:00 UTC. */
	assert_int_equal(spool_fix_utc(van.spool, 1795856400000 - START_MS, TIME_GPS, 20), 0);
	put("senddata.txt", GOOD "reading,2026-11-30,14:05,HT 1,7.02,pH\n");
	look_twice();
	assert_int_equal(ledger()->n, 1);
	assert_true(there("refused/senddata.txt"));
}

static void a_thread_looks_by_itself_and_stops(void **state)
{
	int64_t before = inbox_heartbeat_ms(van.inbox);

	(void)state;
	assert_int_equal(inbox_start(van.inbox), 0);
	while (!there("taken") || inbox_heartbeat_ms(van.inbox) == before) {
		const struct timespec moment = {0, 10000000};

		atomic_fetch_add(&now_ns, 10000000);
		nanosleep(&moment, NULL);
	}
	inbox_stop(van.inbox);
	inbox_stop(van.inbox);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_A_VAN(a_quiet_file_is_recorded_and_moved),
		ON_A_VAN(what_is_known_is_not_recorded_again),
		ON_A_VAN(a_mended_configuration_is_recorded_anew),
		ON_A_VAN(a_file_of_another_order_of_dates_is_refused_whole),
		ON_A_VAN(a_file_that_is_being_written_waits),
		ON_A_VAN(what_was_not_taken_lies_in_refused_with_the_reason),
		ON_A_VAN(a_meter_that_sends_messages_is_read_from_a_file_too),
		ON_A_VAN(a_time_still_to_come_is_no_time),
		ON_A_VAN(a_thread_looks_by_itself_and_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
