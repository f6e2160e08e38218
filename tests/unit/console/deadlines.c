/* A socket is shut down at its deadline, and no other one is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/deadlines.h"

static struct deadlines deadlines;

static int start(void **state)
{
	(void)state;
	return deadlines_start(&deadlines, 50);
}

static int stop(void **state)
{
	(void)state;
	deadlines_stop(&deadlines);
	return 0;
}

/* Waits for the end of what the other side would have sent. */
static void ends(int fd)
{
	char byte;

	assert_int_equal(recv(fd, &byte, 1, 0), 0);
}

static void is_open(int fd)
{
	char byte;

	assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
}

static void a_request_and_an_answer_have_an_end(void **state)
{
	struct deadline *deadline;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	deadline = deadlines_begin(&deadlines, pair[0]);
	assert_non_null(deadline);
	ends(pair[1]);
	deadlines_end(&deadlines, deadline);
	close(pair[0]);
	close(pair[1]);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	deadline = deadlines_begin(&deadlines, pair[0]);
	deadlines_answer(&deadlines, deadline);
	ends(pair[1]);
	deadlines_end(&deadlines, deadline);
	close(pair[0]);
	close(pair[1]);
}

static void what_ended_is_left_alone(void **state)
{
	struct deadline *deadline;
	int before[2], pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, before), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	deadlines_end(&deadlines, deadlines_begin(&deadlines, before[0]));
	deadline = deadlines_begin(&deadlines, pair[0]); /* its deadline is the later one */
	ends(pair[1]);
	is_open(before[1]);
	deadlines_end(&deadlines, deadline);
}

static void there_are_as_many_as_connections(void **state)
{
	struct deadline *each[MOST_CONNECTIONS];
	unsigned i;

	(void)state;
	for (i = 0; i < MOST_CONNECTIONS; i++) {
		each[i] = deadlines_begin(&deadlines, -1);
		assert_non_null(each[i]);
	}
	assert_null(deadlines_begin(&deadlines, -1));
	deadlines_end(&deadlines, each[7]);
	assert_ptr_equal(deadlines_begin(&deadlines, -1), each[7]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_and_an_answer_have_an_end, start, stop),
		cmocka_unit_test_setup_teardown(what_ended_is_left_alone, start, stop),
		cmocka_unit_test_setup_teardown(there_are_as_many_as_connections, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
