/*
 * bench.h - a receiver on a pty, or on a socket that plays gpsd, stepped by hand on a clock of the test's own
 * or with its thread.
 */
#ifndef UNIT_PLACE_BENCH_H
#define UNIT_PLACE_BENCH_H

#include "heard.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"
#include "place/receiver.h"

#define RMC "GPRMC,101500.00,A,3401.50000,N,07134.80000,E,27.0,90.0,170426,,,A"
#define TPV "{\"class\":\"TPV\",\"device\":\"/dev/gps0\",\"mode\":3,\"lat\":34.5,\"lon\":71.5}\n"
#define HELLO                                                                             \
	"{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3," \
	"\"proto_minor\":14}\n"

enum { WAIT_MS = 5000, SECOND_MS = 1000 };

static _Atomic int64_t now_ms;

static inline int64_t test_boot_ns(void *ctx)
{
	(void)ctx;
	return atomic_load(&now_ms) * 1000000;
}

static const struct clock test_clock = {test_boot_ns, test_boot_ns, NULL};

struct bench {
	struct receiver_conf conf;
	struct receiver *receiver;
	int listener, fd; /* of gpsd, or the master of the pty */
	char dir[300];
	atomic_size_t n;
	struct fix last; /* of the thread that steps */
};

static inline void hear(void *ctx, const struct fix *fix)
{
	struct bench *bench = ctx;

	bench->last = *fix;
	atomic_fetch_add(&bench->n, 1);
}

static inline void pause_ms(int ms)
{
	struct pollfd none = {.fd = -1};

	poll(&none, 1, ms);
}

static inline struct receiver_state state_of(struct bench *bench)
{
	struct receiver_state said;

	receiver_state(bench->receiver, &said);
	return said;
}

/* Steps until it holds; bytes and connections take a moment, the test's clock stands. */
#define step_until(bench, holds)                                                                \
	do {                                                                                    \
		int left_ms = WAIT_MS;                                                          \
		for (receiver_step((bench)->receiver); !(holds) && left_ms > 0; left_ms -= 2) { \
			pause_ms(2);                                                            \
			receiver_step((bench)->receiver);                                       \
		}                                                                               \
		assert_true(holds);                                                             \
	} while (0)

/* As much time passes, in steps as the thread would take them. */
static inline void pass(struct bench *bench, int64_t ms)
{
	int64_t end_ms = now_ms + ms;

	while (now_ms < end_ms) {
		now_ms = now_ms + 100 < end_ms ? now_ms + 100 : end_ms;
		receiver_step(bench->receiver);
	}
}

/* --- a receiver on a pty --------------------------------------------------------------------------- */

static inline void plug_in(struct bench *bench)
{
	char name[64];

	bench->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	assert_true(bench->fd >= 0);
	assert_int_equal(grantpt(bench->fd) | unlockpt(bench->fd), 0);
	assert_int_equal(ptsname_r(bench->fd, name, sizeof(name)), 0);
	unlink(bench->conf.port.where);
	assert_int_equal(symlink(name, bench->conf.port.where), 0);
}

static inline void unplug(struct bench *bench)
{
	unlink(bench->conf.port.where);
	close(bench->fd);
	bench->fd = -1;
}

static inline void bench_open_line(struct bench *bench, const struct clock *clock)
{
	memset(bench, 0, sizeof(*bench));
	bench->listener = bench->fd = -1;
	now_ms = 1000000;
	assert_non_null(getcwd(bench->dir, sizeof(bench->dir)));
	bench->conf.kind = RECEIVER_NMEA;
	bench->conf.port = (struct port_conf){.baud = 9600, .parity = 'N', .stop_bits = 1};
	assert_true(snprintf(bench->conf.port.where, sizeof(bench->conf.port.where), "%s/gps-%d",
			    bench->dir, (int)getpid()) < PORT_SPEC);
	plug_in(bench);
	assert_int_equal(receiver_new(&bench->receiver, &bench->conf, clock, hear, bench), 0);
}

static inline void bench_close(struct bench *bench)
{
	receiver_free(bench->receiver);
	if (bench->conf.kind == RECEIVER_NMEA)
		unlink(bench->conf.port.where);
	if (bench->fd >= 0)
		close(bench->fd);
	if (bench->listener >= 0)
		close(bench->listener);
}

static inline void say_bytes(struct bench *bench, const char *bytes)
{
	size_t n = strlen(bytes);

	assert_int_equal(write(bench->fd, bytes, n), (ssize_t)n);
}

static inline void say(struct bench *bench, const char *body)
{
	char room[200] = "";

	put_sentence(room, sizeof(room), body);
	say_bytes(bench, room);
}

/* --- gpsd ------------------------------------------------------------------------------------------ */

static inline void listen_on(struct bench *bench, uint16_t port, int backlog)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int on = 1;

	bench->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(bench->listener >= 0);
	setsockopt(bench->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(bench->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(bench->listener, backlog), 0);
	assert_int_equal(getsockname(bench->listener, (struct sockaddr *)&at, &len), 0);
	snprintf(bench->conf.address, sizeof(bench->conf.address), "localhost:%u",
		ntohs(at.sin_port));
}

static inline void bench_open_gpsd(
	struct bench *bench, const struct clock *clock, const char *device)
{
	memset(bench, 0, sizeof(*bench));
	bench->fd = -1;
	now_ms = 1000000;
	bench->conf.kind = RECEIVER_GPSD;
	strcpy(bench->conf.device, device);
	listen_on(bench, 0, 8);
	assert_int_equal(receiver_new(&bench->receiver, &bench->conf, clock, hear, bench), 0);
}

static inline bool welcome(struct bench *bench)
{
	if (bench->fd < 0)
		bench->fd = accept4(bench->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return bench->fd >= 0;
}

static inline void hang_up(struct bench *bench)
{
	close(bench->fd);
	bench->fd = -1;
}

/* What it was sent, as far as it has come. */
static inline const char *asked(struct bench *bench)
{
	static char room[400];
	ssize_t n = recv(bench->fd, room, sizeof(room) - 1, 0);

	room[n > 0 ? n : 0] = '\0';
	return room;
}

/* Fills the queue of those who wait for a listener that accepts nobody. */
static inline void fill_queue(struct bench *bench, int *fds, int n)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);
	int i;

	assert_int_equal(getsockname(bench->listener, (struct sockaddr *)&at, &len), 0);
	for (i = 0; i < n; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)!connect(fds[i], (struct sockaddr *)&at, sizeof(at));
	}
}

#endif
