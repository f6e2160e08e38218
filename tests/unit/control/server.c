/* The control socket against polite, slow, rude and dead clients. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "control/control.h"

static const char path[] = "./control";
static int told[2]; /* the handlers say here how they ended */

static int say_hello(void *ctx, const json_t *request, struct control_client *client)
{
	json_t *answer = json_pack("{s:s, s:f}", "hello", (const char *)ctx, "ph", 7.12);
	int err = control_send_json(client, answer);

	(void)request;
	json_decref(answer);
	return err;
}

static int say_no(void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	(void)request;
	(void)client;
	return ERR_ABSENT;
}

/* Sends without end; says with which error it had to stop. */
static int flood(void *ctx, const json_t *request, struct control_client *client)
{
	static char line[8192];
	int err;

	(void)ctx;
	(void)request;
	memset(line, 'x', sizeof(line));
	do
		err = control_send(client, line, sizeof(line));
	while (err == 0);
	(void)!write(told[1], &err, sizeof(err));
	return err;
}

static int stay(void *ctx, const json_t *request, struct control_client *client)
{
	int err = control_send(client, "staying", 7);

	(void)ctx;
	(void)request;
	if (!err)
		err = control_pause(client, 3600 * 1000);
	(void)!write(told[1], &err, sizeof(err));
	return err;
}

static const struct control_command commands[] = {
	{"hello", say_hello}, {"no", say_no}, {"flood", flood}, {"stay", stay}, {NULL, NULL}};

static int start(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));

	assert_int_equal(pipe(told), 0);
	return control_start(
		(struct control **)state, path, commands, (void *)(uintptr_t) "van", &why);
}

static int stop(void **state)
{
	control_stop(*state);
	assert_int_equal(access(path, F_OK), -1);
	close(told[0]);
	close(told[1]);
	return 0;
}

static int dial(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, path, sizeof(path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void say(int fd, const char *words)
{
	assert_int_equal(send(fd, words, strlen(words), MSG_NOSIGNAL), (ssize_t)strlen(words));
}

/* All until the daemon closes. */
static void hear(int fd, char *to, size_t room)
{
	size_t have = 0;
	ssize_t n;

	while ((n = recv(fd, to + have, room - 1 - have, 0)) > 0)
		have += (size_t)n;
	to[have] = '\0';
	close(fd);
}

static int how_it_ended(void)
{
	struct pollfd fd = {told[0], POLLIN, 0};
	int err;

	assert_int_equal(poll(&fd, 1, 20000), 1);
	assert_int_equal(read(told[0], &err, sizeof(err)), sizeof(err));
	return err;
}

static int keep(void *ctx, const char *line, size_t len)
{
	assert_int_equal(strlen(line), len);
	strncat(ctx, line, 200);
	strncat(ctx, "\n", 2);
	return 0;
}

static int ask(const char *question, char *answer)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	json_t *request = json_pack("{s:s}", "ask", question);
	int err = control_ask(path, request, keep, answer, &why);

	json_decref(request);
	return err;
}

static void a_question_is_answered(void **state)
{
	char answer[1024] = "";
	struct stat st;
	int i;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	for (i = 0; i < 50; i++) { /* more than there are threads */
		answer[0] = '\0';
		assert_int_equal(ask("hello", answer), 0);
		assert_string_equal(answer, "{\"hello\":\"van\",\"ph\":7.12}\n");
	}
	answer[0] = '\0';
	assert_int_equal(ask("no", answer), 0);
	assert_non_null(strstr(answer, "{\"error\":"));
}

static void a_client_without_newline_or_sending_side_is_answered(void **state)
{
	char answer[1024];
	int fd = dial();

	(void)state;
	say(fd, "{\"ask\":\"hello\"}");
	shutdown(fd, SHUT_WR);
	hear(fd, answer, sizeof(answer));
	assert_string_equal(answer, "{\"hello\":\"van\",\"ph\":7.12}\n");
	/* byte by byte */
	fd = dial();
	for (const char *c = "{\"ask\":\"hello\"}\n"; *c; c++)
		assert_int_equal(send(fd, c, 1, 0), 1);
	hear(fd, answer, sizeof(answer));
	assert_string_equal(answer, "{\"hello\":\"van\",\"ph\":7.12}\n");
}

static void nonsense_gets_one_clear_line(void **state)
{
	static const char *const nonsense[] = {"hello\n", "\n", "{\"ask\":3}\n", "{\"ask\":\n",
		"{\"ask\":\"\\ud800\"}\n", "\xff\xff\xff\n", "[[[[[[[[[[[[[[[[[[[[[[[[\n",
		"{\"ask\":\"nothing like it\"}\n"};
	char answer[1024];
	unsigned i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		fd = dial();
		say(fd, nonsense[i]);
		hear(fd, answer, sizeof(answer));
		assert_memory_equal(answer, "{\"error\":\"", 10);
		assert_ptr_equal(strchr(answer, '\n'), answer + strlen(answer) - 1);
	}
}

static void a_line_without_end_is_refused(void **state)
{
	char line[CONTROL_REQUEST + 1], answer[1024];
	int fd = dial();

	(void)state;
	memset(line, ' ', sizeof(line));
	line[CONTROL_REQUEST] = '\0';
	say(fd, line);
	hear(fd, answer, sizeof(answer));
	assert_non_null(strstr(answer, "longer than 4096 bytes"));
}

static void clients_that_vanish_cost_nothing(void **state)
{
	char answer[1024] = "";
	int i, fd;

	(void)state;
	for (i = 0; i < 100; i++) {
		fd = dial();
		if (i % 3 == 0)
			say(fd, "{\"ask\":\"hel");
		if (i % 3 == 1)
			say(fd, "{\"ask\":\"flood\"}\n");
		close(fd);
		if (i % 3 == 1)
			assert_int_equal(how_it_ended(), ERR_GONE);
	}
	assert_int_equal(ask("hello", answer), 0);
}

static void a_handler_learns_that_its_client_went(void **state)
{
	char word[8];
	int fd = dial();

	(void)state;
	say(fd, "{\"ask\":\"stay\"}\n");
	assert_int_equal(recv(fd, word, sizeof(word), MSG_WAITALL), 8);
	close(fd);
	assert_int_equal(how_it_ended(), ERR_GONE);
}

/* Both in one test: each takes the whole CONTROL_WAIT_MS. */
static void who_does_not_read_or_ask_is_let_go(void **state)
{
	char answer[1024];
	int deaf = dial(), mute = dial();

	(void)state;
	say(deaf, "{\"ask\":\"flood\"}\n");
	say(mute, "{");
	hear(mute, answer, sizeof(answer));
	assert_non_null(strstr(answer, "no question came within 10 s"));
	assert_int_equal(how_it_ended(), ERR_TIMEOUT);
	close(deaf);
}

static void one_more_than_can_be_served_is_told_so(void **state)
{
	char answer[1024] = "", word[8];
	int fds[MOST_CLIENTS], i;

	(void)state;
	for (i = 0; i < MOST_CLIENTS; i++) {
		fds[i] = dial();
		say(fds[i], "{\"ask\":\"stay\"}\n");
		assert_int_equal(recv(fds[i], word, sizeof(word), MSG_WAITALL), 8);
	}
	assert_int_equal(ask("hello", answer), 0);
	assert_non_null(strstr(answer, "try again"));
	for (i = 0; i < MOST_CLIENTS; i++)
		close(fds[i]);
	for (i = 0; i < MOST_CLIENTS; i++)
		assert_int_equal(how_it_ended(), ERR_GONE);
}

static void stopping_does_not_wait_for_clients(void **state)
{
	int64_t before_ms;
	int waiting, flooded, half;
	char word[8];

	assert_int_equal(start(state), 0);
	waiting = dial();
	say(waiting, "{\"ask\":\"stay\"}\n");
	assert_int_equal(recv(waiting, word, sizeof(word), MSG_WAITALL), 8);
	flooded = dial();
	say(flooded, "{\"ask\":\"flood\"}\n");
	half = dial();
	before_ms = clock_boot_ms(&clock_system);
	assert_int_equal(stop(state), 0);
	assert_true(clock_boot_ms(&clock_system) - before_ms < 2000);
	close(waiting);
	close(flooded);
	close(half);
}

static void a_stale_socket_is_replaced_and_a_living_one_is_not(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct control *other = NULL;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	memcpy(address.sun_path, path, sizeof(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd); /* as a killed daemon leaves it */
	assert_int_equal(pipe(told), 0);
	assert_int_equal(control_start((struct control **)state, path, commands,
				 (void *)(uintptr_t) "van", &why),
		0);
	assert_int_equal(control_start(&other, path, commands, NULL, &why), ERR_BUSY);
	assert_null(other);
	assert_non_null(strstr(words, "another waterlabd"));
	stop(state);
}

static void other_files_and_bad_places_are_refused(void **state)
{
	char words[512], name[200];
	struct text why = text_over(words, sizeof(words));
	struct control *control = NULL;
	int fd = open("file", O_CREAT | O_WRONLY, 0600);

	(void)state;
	close(fd);
	assert_int_equal(control_start(&control, "./file", commands, NULL, &why), ERR_CONF);
	assert_int_equal(access("file", F_OK), 0);
	assert_int_equal(control_start(&control, "./none/control", commands, NULL, &why), ERR_IO);
	assert_non_null(strstr(words, "folder"));
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(control_start(&control, name, commands, NULL, &why), ERR_CONF);
}

static void nobody_there_names_the_remedy(void **state)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	json_t *request = json_pack("{s:s}", "ask", "status");

	(void)state;
	assert_int_equal(control_ask("./nobody", request, keep, NULL, &why), ERR_ABSENT);
	assert_string_equal(words, "no daemon answers at ./nobody: is waterlabd running? "
				   "(systemctl status waterlabd)");
	json_decref(request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_question_is_answered, start, stop),
		cmocka_unit_test_setup_teardown(
			a_client_without_newline_or_sending_side_is_answered, start, stop),
		cmocka_unit_test_setup_teardown(nonsense_gets_one_clear_line, start, stop),
		cmocka_unit_test_setup_teardown(a_line_without_end_is_refused, start, stop),
		cmocka_unit_test_setup_teardown(clients_that_vanish_cost_nothing, start, stop),
		cmocka_unit_test_setup_teardown(a_handler_learns_that_its_client_went, start, stop),
		cmocka_unit_test_setup_teardown(who_does_not_read_or_ask_is_let_go, start, stop),
		cmocka_unit_test_setup_teardown(
			one_more_than_can_be_served_is_told_so, start, stop),
		cmocka_unit_test(stopping_does_not_wait_for_clients),
		cmocka_unit_test(a_stale_socket_is_replaced_and_a_living_one_is_not),
		cmocka_unit_test(other_files_and_bad_places_are_refused),
		cmocka_unit_test(nobody_there_names_the_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
