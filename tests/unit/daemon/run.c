/* waterlabd as a process: what it prints, what systemd hears of it, how it ends. */
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/run.h"

/* Of a van with one analyzer, which is away. */
#define CONF                                                                              \
	"lab = \"van-3\";\ndrivers = \"%s/drivers\";\nspool = { dir = \"%s/spool\"; };\n" \
	"lines = ({ name = \"net\"; type = \"tcp\"; port = \"127.0.0.1:1\"; units = (\n"  \
	"{ name = \"cl-1\"; profile = \"cl\"; address = 1; interval_ms = 1000; }); });\n"

static const char profile[] =
	"models = \"Maker Cl\";\nmanual = \"one\";\nlevel = \"documented\";\n"
	"function = \"input\";\nbase = 30001;\nreply_ms = 1000;\n"
	"values = ({ at = 30001; type = \"u16\"; parameter = \"free_chlorine\"; });\n";

static char out[64 * 1024], err[64 * 1024];

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void read_back(const char *name, char *to, size_t room)
{
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, to, room - 1);

	assert_true(n >= 0);
	to[n] = '\0';
	close(fd);
}

/* A child that is waterlabd with these words; its output goes to the files out and err. */
static pid_t start(const char *words)
{
	char room[256];
	char *argv[16] = {room}, *word;
	int argc = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	snprintf(room, sizeof(room), "waterlabd%s%s", *words ? " " : "", words);
	for (word = room; word && argc < 15; argv[argc++] = strsep(&word, " "))
		;
	argv[argc] = NULL;
	if (!freopen("out", "w", stdout) || !freopen("err", "w", stderr))
		_exit(99);
	optind = 0;
	argc = run_waterlabd(argc, argv);
	fflush(NULL);
	_exit(argc);
}

static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	read_back("out", out, sizeof(out));
	read_back("err", err, sizeof(err));
	return WEXITSTATUS(status);
}

static int waterlabd(const char *words)
{
	return end_of(start(words));
}

static void says(const char *where, const char *words)
{
	if (!strstr(where, words))
		fail_msg("'%s' does not say '%s'", where, words);
}

static void what_is_asked_is_printed(void **state)
{
	(void)state;
	assert_int_equal(waterlabd("--version"), RUN_DONE);
	says(out, "waterlabd ");
	assert_int_equal(waterlabd("--help"), RUN_DONE);
	says(out, "--sample-config");
	assert_int_equal(waterlabd("--bogus"), RUN_USAGE);
	says(err, "Usage:");
	assert_int_equal(waterlabd("one two"), RUN_USAGE);
	assert_int_equal(waterlabd("--sample-config"), RUN_DONE);
	says(out, "lab =");
}

static void a_configuration_is_checked(void **state)
{
	char here[128], text[1024];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(text, sizeof(text), CONF, here, here);
	write_file("good.conf", text);
	assert_int_equal(waterlabd("--config good.conf --check"), RUN_DONE);
	assert_string_equal(err, "");
	says(out, "commit_ms");
	assert_int_equal(waterlabd("--check good.conf"), RUN_DONE);
	says(out, "commit_ms");
	assert_int_equal(access("spool", F_OK), -1);
	write_file("bad.conf", "lab = \"van-3\";\nspool = { dri = \"/s\"; };\nlogg = \"info\";\n");
	assert_int_equal(waterlabd("--config bad.conf --check"), RUN_USAGE);
	says(err, "bad.conf:2");
	says(err, "bad.conf:3"); /* all mistakes, not only the first */
	assert_int_equal(waterlabd("--config bad.conf"), RUN_USAGE);
	assert_int_equal(waterlabd("--config none.conf"), RUN_USAGE);
	says(err, "none.conf");
}

static void hear(int fd, char *to, size_t room)
{
	struct pollfd ready = {fd, POLLIN, 0};
	ssize_t n;

	assert_int_equal(poll(&ready, 1, 20000), 1);
	n = recv(fd, to, room - 1, 0);
	assert_true(n > 0);
	to[n] = '\0';
}

/* Until the message comes; others may come before it. */
static void hear_until(int fd, const char *message)
{
	char heard[512];

	do
		hear(fd, heard, sizeof(heard));
	while (strncmp(heard, message, strlen(message)) != 0);
}

static void the_manager_is_told_and_sigterm_ends_it(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[108], text[1024], here[128], heard[512];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), i;
	pid_t pid;

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(text, sizeof(text), CONF "control = { socket = \"%s/control\"; };\n", here, here,
		here);
	write_file("run.conf", text);
	snprintf(name, sizeof(name), "@waterlab-run-%d", (int)getpid());
	memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "300000", 1);
	pid = start("--config run.conf");
	hear(fd, heard, sizeof(heard));
	assert_string_equal(heard, "READY=1");
	hear_until(fd, "STATUS=");
	for (i = 0; i < 3; i++)
		hear_until(fd, "WATCHDOG=1");
	assert_int_equal(kill(pid, SIGHUP), 0); /* does not end it */
	hear_until(fd, "WATCHDOG=1");
	assert_int_equal(waterlabd("--config run.conf"), RUN_FAILED); /* a second one */
	says(err, "not started");
	assert_int_equal(kill(pid, SIGTERM), 0);
	hear_until(fd, "STOPPING=1");
	assert_int_equal(end_of(pid), RUN_DONE);
	assert_int_equal(access("control", F_OK), -1);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close(fd);
}

static int make_drivers(void **state)
{
	(void)state;
	if (mkdir("drivers", 0755) != 0 || mkdir("drivers/cl", 0755) != 0)
		return -1;
	write_file("drivers/cl/profile.conf", profile);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_is_printed),
		cmocka_unit_test(a_configuration_is_checked),
		cmocka_unit_test(the_manager_is_told_and_sigterm_ends_it),
	};

	return cmocka_run_group_tests(tests, make_drivers, NULL);
}
