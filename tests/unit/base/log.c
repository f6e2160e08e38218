/* One line an event, edges instead of levels, and nothing quoted from outside forges a line. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"

static char said[1 << 16];
static int kept_stderr;

/* From here to heard(), stderr goes into a file. */
static void listen_to_stderr(void)
{
	int fd = open("said", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);

	assert_true(fd >= 0);
	kept_stderr = dup(STDERR_FILENO);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
}

static const char *heard(void)
{
	int fd = open("said", O_RDONLY);
	ssize_t n;

	assert_true(dup2(kept_stderr, STDERR_FILENO) >= 0);
	close(kept_stderr);
	assert_true(fd >= 0);
	n = read(fd, said, sizeof(said) - 1);
	close(fd);
	assert_true(n >= 0);
	said[n] = '\0';
	return said;
}

static void levels_and_prefix(void **state)
{
	(void)state;
	log_open(LOG_NOTICE, false);
	listen_to_stderr();
	log_say(LOG_NOTICE, "bus", "line %s", "one");
	log_say(LOG_INFO, "bus", "not this");
	log_open(LOG_DEBUG, true);
	log_say(LOG_ERROR, "spool", "full");
	log_say(LOG_DEBUG, "io", "3 bytes");
	assert_string_equal(heard(), "bus: line one\n<3>spool: full\n<7>io: 3 bytes\n");
	assert_true(log_wants(LOG_DEBUG));
	log_open(LOG_WARN, false);
	assert_false(log_wants(LOG_NOTICE));
}

static void an_edge_is_said_once_and_counted(void **state)
{
	struct log_edge edge = {0};
	int64_t now = 5000;
	int i;

	(void)state;
	log_open(LOG_INFO, false);
	listen_to_stderr();
	log_back(&edge, now, "bus", "ph-1 answers");
	log_lost(&edge, now, "bus", "ph-1 is mute");
	/* Each second for ten minutes: silence, and then one reminder with the count. */
	for (i = 1; i <= 600; i++)
		log_lost(&edge, now + i * 1000, "bus", "ph-1 is mute");
	log_lost(&edge, now + 700000, "bus", "ph-1 is mute");
	assert_true(edge.lost);
	assert_int_equal(edge.times, 601);
	assert_int_equal(edge.since_ms, 5000);
	log_back(&edge, now + 754321, "bus", "ph-1 answers");
	log_back(&edge, now + 754322, "bus", "ph-1 answers");
	log_lost(&edge, now + 800000, "bus", "ph-1 is mute");
	assert_string_equal(heard(), "bus: ph-1 is mute\n"
				     "bus: ph-1 is mute (still, 600 times in 600 s)\n"
				     "bus: ph-1 answers (after 754 s)\n"
				     "bus: ph-1 is mute\n");
	/* A new fault begins its own count. */
	assert_int_equal(edge.times, 0);
	assert_int_equal(edge.since_ms, 805000);
}

/* Below the level nothing is said, but the edge is kept, so that a louder log tells no half story. */
static void a_quiet_log_keeps_its_edges(void **state)
{
	struct log_edge edge = {0};

	(void)state;
	log_open(LOG_ERROR, false);
	listen_to_stderr();
	log_lost(&edge, 1000, "bus", "mute");
	assert_true(edge.lost);
	log_back(&edge, 3000, "bus", "well");
	assert_false(edge.lost);
	assert_string_equal(heard(), "");
}

static void bytes_from_outside_forge_no_line(void **state)
{
	(void)state;
	log_open(LOG_INFO, false);
	listen_to_stderr();
	log_say(LOG_INFO, "bus", "it said \"%s\"", "a\n<3>spool: burnt\r\x1b[2J\x7f\t.");
	assert_string_equal(heard(), "bus: it said \"a?<3>spool: burnt??[2J??.\"\n");
}

static void a_long_line_is_cut_and_still_one(void **state)
{
	char words[4000];
	const char *line;

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	log_open(LOG_INFO, true);
	listen_to_stderr();
	log_say(LOG_INFO, "bus", "%s", words);
	line = heard();
	assert_int_equal(strlen(line), 1023);
	assert_ptr_equal(strchr(line, '\n'), line + 1022);
}

static void *chatter(void *room)
{
	int i;

	for (i = 0; i < 200; i++)
		log_say(LOG_INFO, room, "%s %s %s", (char *)room, (char *)room, (char *)room);
	return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
	static char rooms[][8] = {"bus", "spool", "uplink"};
	pthread_t threads[3];
	unsigned count[3] = {0}, i;
	char *line, *rest;

	(void)state;
	log_open(LOG_INFO, false);
	listen_to_stderr();
	for (i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, chatter, rooms[i]), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	heard();
	for (line = strtok_r(said, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		for (i = 0; i < 3; i++) {
			char whole[64];

			snprintf(whole, sizeof(whole), "%s: %s %s %s", rooms[i], rooms[i], rooms[i],
				rooms[i]);
			count[i] += strcmp(line, whole) == 0;
		}
	for (i = 0; i < 3; i++)
		assert_int_equal(count[i], 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_and_prefix),
		cmocka_unit_test(an_edge_is_said_once_and_counted),
		cmocka_unit_test(a_quiet_log_keeps_its_edges),
		cmocka_unit_test(bytes_from_outside_forge_no_line),
		cmocka_unit_test(a_long_line_is_cut_and_still_one),
		cmocka_unit_test(threads_do_not_mix_their_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
