/* Which lines end in a program. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcntl.h>

#include <cmocka.h>

#include "io/port.h"

static const char *of(enum port_kind kind, const char *where)
{
	struct port_conf conf = {.kind = kind};

	snprintf(conf.where, sizeof(conf.where), "%s", where);
	return port_stand_in(&conf);
}

static void a_pty_is_one_also_behind_a_link(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	assert_string_equal(of(PORT_RTU, ptsname(master)), "a pseudo-terminal");
	assert_int_equal(symlink(ptsname(master), "line"), 0);
	assert_string_equal(of(PORT_RTU, "./line"), "a pseudo-terminal");
	assert_null(of(PORT_RTU, "/dev/null"));
	assert_null(of(PORT_RTU, "/dev/nothing"));
	assert_null(of(PORT_RTU, "usb:0403:6001"));
	close(master);
}

static void so_is_an_address_of_this_machine(void **state)
{
	(void)state;
	assert_string_equal(of(PORT_TCP, "127.0.0.1:502"), "a loopback address");
	assert_string_equal(of(PORT_TCP, "localhost:502"), "a loopback address");
	assert_string_equal(of(PORT_TCP, "[::1]:502"), "a loopback address");
	assert_null(of(PORT_TCP, "192.168.1.127:502"));
	assert_null(of(PORT_TCP, "localhost.example.org:502"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pty_is_one_also_behind_a_link),
		cmocka_unit_test(so_is_an_address_of_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
