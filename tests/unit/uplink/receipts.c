/* Receipts against a store whose every answer is decided here (receipt_store.h), in both its languages. */
#include "receipt_van.h"

static void what_is_there_is_received_when_it_is_old_enough(void **state)
{
	unsigned asked;

	(void)state;
	make(2500);
	send_all();
	while (receipts_step(van.receipts))
		;
	assert_int_equal(store.requests, 0);
	atomic_fetch_add(&now_ms, WAIT_S * 900);
	assert_false(receipts_step(van.receipts));
	assert_int_equal(store.requests, 0);
	assert_int_equal(state_now().condition, RECEIPTS_WAITING);
	pass_time(2 * WAIT_S);
	assert_int_equal(received(), 2500);
	/* Three runs, all whole: in one request, or in three each. */
	asked = conf.flavour == FLAVOUR_VICTORIAMETRICS ? 9 : 1;
	assert_int_equal(store.requests, asked);
	assert_int_equal(state_now().condition, RECEIPTS_WHOLE);
	pass_time(DAY_S);
	assert_int_equal(store.requests, asked); /* nothing is asked twice */
}

static void a_hole_is_sent_again_and_only_it(void **state)
{
	(void)state;
	make(3000);
	send_all();
	store.has[1500] = store.has[1501] = store.has[2999] = false;
	atomic_fetch_add(&now_ms, 2 * WAIT_S * 1000);
	pass_time(WAIT_S);
	assert_int_equal(van.posted, 3003);
	assert_int_equal(received(), 2997);
	assert_int_equal(state_now().missing[STREAM_READINGS], 3);
	assert_int_equal(state_now().n_holes[STREAM_READINGS], 2);
	assert_int_equal(state_now().holes[STREAM_READINGS][0].last, 1501);
	pass_time(3 * WAIT_S);
	assert_int_equal(received(), 3000);
	assert_int_equal(state_now().condition, RECEIPTS_WHOLE);
	assert_int_equal(state_now().again, 3);
}

static void a_store_that_shows_nothing_costs_a_run_a_day(void **state)
{
	unsigned before;

	(void)state;
	make(15000);
	send_all();
	store.mood = EMPTY;
	pass_time(DAY_S - 4 * WAIT_S);
	assert_int_equal(van.posted, 15000 + RECEIPT_RUN);
	assert_int_equal(received(), 0);
	assert_int_equal(state_now().condition, RECEIPTS_MISSING);
	assert_non_null(strstr(state_now().words, "read_url"));
	assert_in_range(store.requests, 2, 300); /* less and less often */
	before = store.requests;
	pass_time(DAY_S);
	assert_in_range(van.posted, 15000 + RECEIPT_RUN, 15000 + 2 * RECEIPT_RUN);
	assert_in_range(store.requests - before, 1, 60);
	store.mood = WELL; /* a person mended the route, and asks */
	receipts_ask_now(van.receipts, false);
	assert_true(receipts_hurry(van.receipts));
	pass_time(4 * WAIT_S);
	assert_false(receipts_hurry(van.receipts));
	assert_int_equal(received(), 15000);
	assert_int_equal(state_now().condition, RECEIPTS_WHOLE);
}

/* The same numbers of the same spool, but made at other times: somebody copied the card. */
static void a_copied_cards_rows_are_not_ours(void **state)
{
	(void)state;
	make(2500);
	send_all();
	store.mood = COPIED;
	pass_time(3 * WAIT_S);
	assert_int_equal(received(), 0);
	assert_int_equal(state_now().again, RECEIPT_RUN);
	store.mood = WELL;
	pass_time(20 * WAIT_S);
	assert_int_equal(received(), 2500);
}

/* The card was copied at 1499: what is below is the same at both. */
static void a_run_that_a_copy_shares_in_part_is_looked_at_row_by_row(void **state)
{
	(void)state;
	make(2500);
	send_all();
	store.mood = COPIED;
	store.copied_from = 1500;
	pass_time(3 * WAIT_S);
	assert_int_equal(received(), 1499);
	store.mood = WELL;
	pass_time(20 * WAIT_S);
	assert_int_equal(received(), 2500);
}

/* When what an earlier start sent went out nobody remembers: it is young, whoever asks. */
static void a_start_makes_all_young(void **state)
{
	char words[200];
	struct text why = text_over(words, sizeof(words));

	(void)state;
	make(1500);
	send_all();
	receipts_free(van.receipts);
	assert_int_equal(receipts_new(&van.receipts, &conf, van.spool, van.store, van.reader,
				 &by_hand, &stop, &beat_ms, &why),
		0);
	receipts_ask_now(van.receipts, false);
	while (receipts_step(van.receipts))
		;
	assert_int_equal(store.requests, 0);
	assert_int_equal(received(), 0);
	assert_int_equal(state_now().young[STREAM_READINGS], 1500);
	pass_time(3 * WAIT_S);
	assert_int_equal(received(), 1500);
}

static void a_store_that_lost_all_gets_all(void **state)
{
	(void)state;
	make(15000);
	send_all();
	memset(store.has, 0, sizeof(store.has));
	pass_time(20 * WAIT_S);
	assert_int_equal(received(), 15000);
	assert_int_equal(van.posted, 30000);
	expect_true();
}

/* Three that the store drops for ever keep no other from its receipt. */
static void what_is_never_kept_stays_sent(void **state)
{
	(void)state;
	store.never[7] = store.never[8] = store.never[900] = true;
	make(1000);
	send_all();
	pass_time(10 * WAIT_S);
	assert_int_equal(received(), 997);
	assert_int_equal(van.posted, 1003);
	assert_int_equal(state_now().condition, RECEIPTS_MISSING);
	make(1000);
	send_all();
	store.has[1800] = false;
	pass_time(40 * WAIT_S);
	assert_int_equal(received(), 1997);
	assert_int_equal(van.posted, 2004);
	expect_true();
}

/* Nor do thousands, that the store no longer keeps, those behind them. */
static void holes_that_stay_do_not_hide_the_rest(void **state)
{
	(void)state;
	memset(store.never, 1, 6001);
	make(8000);
	send_all();
	pass_time(DAY_S / 2);
	assert_int_equal(received(), 2000);
	assert_int_equal(van.posted, 8000 + RECEIPT_RUN);
	expect_true();
}

static void no_answer_changes_nothing(void **state)
{
	static const enum receipts_condition said[MOODS] = {[AWAY] = RECEIPTS_AWAY,
		[FORBIDDEN] = RECEIPTS_NO_ROUTE,
		[NONSENSE] = RECEIPTS_NO_ROUTE};
	enum mood mood;

	(void)state;
	make(100);
	send_all();
	for (mood = AWAY; mood <= NONSENSE; mood++) {
		store.mood = mood;
		receipts_ask_now(van.receipts, false);
		pass_time(4 * WAIT_S);
		assert_int_equal(state_now().condition, said[mood]);
		assert_true(state_now().words[0] || mood == AWAY);
		assert_int_equal(received(), 0);
		assert_int_equal(van.posted, 100);
	}
	store.mood = WELL;
	pass_time(3600 + 4 * WAIT_S);
	assert_int_equal(received(), 100);
}

/* Rows of two starts months apart are not asked about in one span of time. */
static void a_jump_in_time_ends_a_run(void **state)
{
	(void)state;
	make(10);
	atomic_fetch_add(&now_ms, 90 * (int64_t)DAY_S * 1000);
	make(10);
	send_all();
	pass_time(4 * WAIT_S);
	assert_int_equal(received(), 20);
	assert_int_equal(store.requests, conf.flavour == FLAVOUR_VICTORIAMETRICS ? 6 : 1);
}

/* Questions are of rows of one id each, and under that id. */
static void rows_born_elsewhere_are_asked_about_as_such(void **state)
{
	(void)state;
	make(1500);
	send_all();
	end(state);
	spool_tuning.home = "00000000000000bb";
	assert_int_equal(open_van(), 0);
	spool_tuning.home = NULL;
	van.saved = van.made;
	make(1300);
	assert_string_not_equal(store.born[1500], store.born[1501]);
	send_all();
	memset(store.has + 1490, 0, 20);
	pass_time(10 * WAIT_S);
	assert_int_equal(received(), 2800);
	assert_int_equal(van.posted, 2820);
	assert_int_equal(state_now().condition, RECEIPTS_WHOLE);
	expect_true();
}

static void anything_may_happen(void **state)
{
	unsigned seed = getenv("SEED") ? (unsigned)atoi(getenv("SEED")) : (unsigned)time(NULL);
	unsigned step;

	(void)state;
	printf("SEED=%u\n", seed);
	srand48((long)seed);
	for (step = 0; step < 50; step++) {
		uint64_t i = 1 + (uint64_t)lrand48() % (van.made + 1), n = (uint64_t)lrand48() % 80;

		store.mood = lrand48() % 3 ? WELL : (enum mood)(lrand48() % MOODS);
		if (van.made < NUMBERS - 200)
			make(1 + (uint64_t)lrand48() % 90);
		if (lrand48() % 2)
			send_all();
		/* It loses what is not confirmed, a part of it for ever. */
		for (; n && i <= van.made; i++, n--) {
			struct range run;

			if (!spool_unconfirmed(van.spool, van.store, STREAM_READINGS, i, 1, &run) ||
				run.first != i)
				continue;
			store.has[i] = false;
			store.never[i] = lrand48() % 40 == 0;
		}
		if (lrand48() % 9 == 0)
			receipts_ask_now(van.receipts, false);
		pass_time((unsigned)(lrand48() % 4) * WAIT_S);
		expect_true();
	}
	memset(store.never, 0, sizeof(store.never));
	store.mood = WELL;
	receipts_ask_now(van.receipts, false);
	for (step = 0; step < 40 && received() < van.made; step++)
		pass_time(3600);
	expect_true();
	assert_int_equal(received(), van.made);
	assert_int_equal(state_now().condition, RECEIPTS_WHOLE);
}

#define ON_A_VAN(test) cmocka_unit_test_setup_teardown(test, begin, end)

/* The centre loses all that it had confirmed: nobody notices until a person asks about all, and then all comes back. */
static void what_was_confirmed_and_lost_is_sent_again(void **state)
{
	uint64_t i, asked;

	(void)state;
	make(3000);
	send_all();
	pass_time(3 * WAIT_S);
	assert_int_equal(received(), 3000);
	for (i = 1001; i <= 2400; i++)
		store.has[i] = false;
	store.has[4] = false;
	asked = store.requests;
	receipts_ask_now(van.receipts, false);
	while (receipts_step(van.receipts))
		;
	assert_int_equal(store.requests, asked); /* it was never asked about them again */
	receipts_ask_now(van.receipts, true);
	assert_true(receipts_ask_all(van.receipts));
	while (receipts_step(van.receipts))
		;
	assert_false(receipts_ask_all(van.receipts));
	assert_int_equal(state_now().condition, RECEIPTS_MENDING);
	assert_int_equal(state_now().asked[STREAM_READINGS], 3000);
	assert_int_equal(state_now().missing[STREAM_READINGS], 1401);
	assert_int_equal(received(), 3000 - 1401);
	assert_int_equal(state_now().holes[STREAM_READINGS][0].first, 4);
	assert_int_equal(state_now().holes[STREAM_READINGS][1].first, 1001);
	/* At first a thousand go, the rest once that has helped. */
	van.posted = 0;
	send_all();
	assert_int_equal(van.posted, RECEIPT_RUN);
	pass_time(30 * WAIT_S);
	assert_int_equal(received(), 3000);
	assert_int_equal(van.posted, 1401);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_A_VAN(what_is_there_is_received_when_it_is_old_enough),
		ON_A_VAN(a_hole_is_sent_again_and_only_it),
		ON_A_VAN(a_store_that_shows_nothing_costs_a_run_a_day),
		ON_A_VAN(a_copied_cards_rows_are_not_ours),
		ON_A_VAN(a_run_that_a_copy_shares_in_part_is_looked_at_row_by_row),
		ON_A_VAN(a_start_makes_all_young),
		ON_A_VAN(a_store_that_lost_all_gets_all),
		ON_A_VAN(what_was_confirmed_and_lost_is_sent_again),
		ON_A_VAN(what_is_never_kept_stays_sent),
		ON_A_VAN(holes_that_stay_do_not_hide_the_rest),
		ON_A_VAN(no_answer_changes_nothing),
		ON_A_VAN(a_jump_in_time_ends_a_run),
		ON_A_VAN(rows_born_elsewhere_are_asked_about_as_such),
		ON_A_VAN(anything_may_happen),
	};

	int failed = cmocka_run_group_tests_name("influxdb-v1", tests, NULL, NULL);

	conf.flavour = FLAVOUR_VICTORIAMETRICS;
	return failed + cmocka_run_group_tests_name("victoriametrics", tests, NULL, NULL);
}
