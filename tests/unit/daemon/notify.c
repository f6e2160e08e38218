/* What systemd would hear, over a path and over an abstract name. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/notify.h"

static int manager(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(address.sun_path, name, strlen(name));
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	return fd;
}

static void hears(const char *name)
{
	struct notify notify;
	char heard[64] = "";
	int fd = manager(name);

	notify_open(&notify, name, "30000000", NULL);
	assert_int_equal(notify.watchdog_ms, 30000);
	notify_say(&notify, "READY=1");
	assert_int_equal(recv(fd, heard, sizeof(heard), 0), 7);
	assert_string_equal(heard, "READY=1");
	close(fd);
	notify_say(&notify, "WATCHDOG=1"); /* the manager is gone: nothing happens */
	notify_close(&notify);
}

static void the_manager_hears(void **state)
{
	char abstract[64];

	(void)state;
	snprintf(abstract, sizeof(abstract), "@waterlab-test-%d", (int)getpid());
	hears(abstract);
	hears("/proc/self/cwd/notify"); /* absolute, and short wherever the test runs */
}

static void nobody_wants_to_know(void **state)
{
	static const char *const names[] = {NULL, "", "@", "/", "relative", "vsock:2:1"};
	struct notify notify;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		notify_open(&notify, names[i], "1000", NULL);
		assert_int_equal(notify.fd, -1);
		assert_int_equal(notify.watchdog_ms, 0);
		notify_say(&notify, "READY=1");
		notify_close(&notify);
	}
}

static void the_watchdog_is_for_its_own_process(void **state)
{
	char self[16];
	struct notify notify;

	(void)state;
	snprintf(self, sizeof(self), "%d", (int)getpid());
	notify_open(&notify, "@nobody", "2000000", self);
	assert_int_equal(notify.watchdog_ms, 2000);
	notify_close(&notify);
	notify_open(&notify, "@nobody", "2000000", "1");
	assert_int_equal(notify.watchdog_ms, 0);
	notify_close(&notify);
	notify_open(&notify, "@nobody", "12x", self);
	assert_int_equal(notify.watchdog_ms, 0);
	notify_close(&notify);
	notify_open(&notify, "@nobody", NULL, NULL);
	assert_int_equal(notify.watchdog_ms, 0);
	notify_close(&notify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manager_hears),
		cmocka_unit_test(nobody_wants_to_know),
		cmocka_unit_test(the_watchdog_is_for_its_own_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
