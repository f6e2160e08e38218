/*
 * slave.h - a Modbus slave for tests: libmodbus's own server in a thread, on the master end of a pty or
 * behind a listening socket, with faults on command.  Register n of unit u reads u * 1000 + n.
 */
#ifndef TESTS_SLAVE_H
#define TESTS_SLAVE_H

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/crc.h"

enum slave_fault {
	SLAVE_GOOD,
	SLAVE_MUTE,
	SLAVE_LATE, /* answers, but only after delay_ms */
	SLAVE_BAD_CRC,
	SLAVE_WRONG_UNIT,
	SLAVE_EXCEPTION, /* code in exception */
	SLAVE_SHORT,
	SLAVE_EXTRA,     /* a good answer with three bytes of dirt behind it */
	SLAVE_TRICKLE,   /* a byte of an endless frame every few ms */
	SLAVE_FLOOD,     /* bytes as fast as they go */
	SLAVE_WRONG_TID, /* TCP: another transaction's number */
	SLAVE_OTHER_UNIT /* TCP: another unit's answer under this transaction's number */
};

enum { SLAVE_REGISTERS = 600 };

struct slave {
	int fd;   /* master of the pty, or the accepted connection */
	int held; /* the pty's other end, so that it outlives the port's closing */
	int listening;
	int stop;
	char where[160]; /* the pty's path, or 127.0.0.1:port */
	modbus_t *server;
	modbus_mapping_t *map;
	pthread_t thread;
	atomic_int fault, only_unit, delay_ms, exception, asked, answered, connections;
	atomic_int faults_left; /* > 0: the fault ends after so many questions; 0: never */
};

/* Waits so long, or until the slave is asked to stop (false). */
static inline bool slave_wait(struct slave *slave, int ms)
{
	struct pollfd stop = {.fd = slave->stop, .events = POLLIN};

	return poll(&stop, 1, ms) == 0;
}

static void slave_put(struct slave *slave, const uint8_t *bytes, size_t n)
{
	ssize_t put = slave->listening < 0 ? write(slave->fd, bytes, n)
					   : send(slave->fd, bytes, n, MSG_NOSIGNAL);

	(void)put;
}

static void slave_babble(struct slave *slave, bool fast)
{
	uint8_t bytes[256];
	int i;

	memset(bytes, 0x03, sizeof(bytes));
	for (i = 0; i < 2000 && slave_wait(slave, fast ? 0 : 5) &&
		    atomic_load(&slave->fault) != SLAVE_GOOD;
		i++)
		slave_put(slave, bytes, fast ? sizeof(bytes) : 1);
}

/* A holding-register answer made by hand, so that it can be made wrong. */
static void slave_put_wrong(struct slave *slave, const uint8_t *query, int fault)
{
	uint8_t frame[260] = {query[0], query[1]};
	unsigned start = (unsigned)query[2] << 8 | query[3], count = query[5], i;
	size_t n = 3u + 2u * count;
	uint16_t crc;

	frame[2] = (uint8_t)(2 * count);
	for (i = 0; i < count; i++) {
		frame[3 + 2 * i] = (uint8_t)((query[0] * 1000u + start + i) >> 8);
		frame[4 + 2 * i] = (uint8_t)(query[0] * 1000u + start + i);
	}
	if (fault == SLAVE_WRONG_UNIT)
		frame[0]++;
	crc = crc_modbus(frame, n);
	if (fault == SLAVE_BAD_CRC)
		crc ^= 0x0100;
	frame[n++] = (uint8_t)crc;
	frame[n++] = (uint8_t)(crc >> 8);
	if (fault == SLAVE_SHORT)
		n -= 3;
	slave_put(slave, frame, n);
	if (fault == SLAVE_EXTRA)
		slave_put(slave, (const uint8_t *)"\x55\xAA\x00", 3);
}

static void slave_answer(struct slave *slave, const uint8_t *query, int len)
{
	int unit = query[modbus_get_header_length(slave->server) - 1], i;
	int only = atomic_load(&slave->only_unit);
	int fault = only && only != unit ? SLAVE_GOOD : atomic_load(&slave->fault);

	atomic_fetch_add(&slave->asked, 1);
	if (fault != SLAVE_GOOD && atomic_load(&slave->faults_left) > 0 &&
		atomic_fetch_sub(&slave->faults_left, 1) == 1)
		atomic_store(&slave->fault, SLAVE_GOOD);
	for (i = 0; i < SLAVE_REGISTERS; i++) {
		slave->map->tab_registers[i] = (uint16_t)(unit * 1000 + i);
		slave->map->tab_input_registers[i] = (uint16_t)(unit * 1000 + i);
		slave->map->tab_bits[i] = i % 3 == 0;
		slave->map->tab_input_bits[i] = i % 5 == 0;
	}
	switch (fault) {
	case SLAVE_MUTE:
		return;
	case SLAVE_BAD_CRC:
	case SLAVE_WRONG_UNIT:
	case SLAVE_SHORT:
	case SLAVE_EXTRA:
		slave_put_wrong(slave, query, fault);
		break;
	case SLAVE_EXCEPTION:
		modbus_set_slave(slave->server, unit);
		modbus_reply_exception(
			slave->server, query, (unsigned)atomic_load(&slave->exception));
		break;
	case SLAVE_TRICKLE:
	case SLAVE_FLOOD:
		slave_babble(slave, fault == SLAVE_FLOOD);
		break;
	case SLAVE_LATE:
		if (!slave_wait(slave, atomic_load(&slave->delay_ms)))
			return;
		/* fall through */
	default: {
		uint8_t other[260];

		memcpy(other, query, (size_t)len);
		if (fault == SLAVE_WRONG_TID)
			other[0] ^= 1;
		if (fault == SLAVE_OTHER_UNIT)
			other[6]++;
		modbus_set_slave(slave->server, unit);
		modbus_reply(slave->server, other, len, slave->map);
	}
	}
	atomic_fetch_add(&slave->answered, 1);
}

/* One question in RTU's framing: libmodbus's server would drop those of all units but its own. */
static int slave_receive(struct slave *slave, uint8_t *query)
{
	int n = 0;

	if (slave->listening >= 0)
		return modbus_receive(slave->server, query);
	while (n < 8) {
		struct pollfd more[2] = {
			{.fd = slave->fd, .events = POLLIN}, {.fd = slave->stop, .events = POLLIN}};
		ssize_t got;

		if (poll(more, 2, -1) < 0 || more[1].revents)
			return -1;
		got = read(slave->fd, query + n, (size_t)(8 - n));
		if (got <= 0)
			return -1;
		n += (int)got;
	}
	return crc_modbus(query, 6) == (query[6] | query[7] << 8) ? n : 0;
}

static void *slave_run(void *arg)
{
	struct slave *slave = arg;

	for (;;) {
		struct pollfd wait[3] = {{.fd = slave->fd, .events = POLLIN},
			{.fd = slave->stop, .events = POLLIN},
			{.fd = slave->fd < 0 ? slave->listening : -1, .events = POLLIN}};
		uint8_t query[MODBUS_MAX_ADU_LENGTH];
		int n;

		if (poll(wait, 3, -1) < 0 || wait[1].revents)
			return NULL;
		if (wait[2].revents) {
			slave->fd = accept4(slave->listening, NULL, NULL, SOCK_CLOEXEC);
			modbus_set_socket(slave->server, slave->fd);
			atomic_fetch_add(&slave->connections, 1);
			continue;
		}
		n = slave_receive(slave, query);
		if (n > 0)
			slave_answer(slave, query, n);
		else if (n < 0 && slave->listening >= 0) {
			close(slave->fd);
			slave->fd = -1;
		} else if (n < 0) {
			return NULL;
		}
	}
}

static void slave_start(struct slave *slave)
{
	slave->stop = eventfd(0, EFD_CLOEXEC);
	slave->map = modbus_mapping_new(
		SLAVE_REGISTERS, SLAVE_REGISTERS, SLAVE_REGISTERS, SLAVE_REGISTERS);
	assert(slave->stop >= 0 && slave->map && slave->server);
	modbus_set_socket(slave->server, slave->fd);
	if (pthread_create(&slave->thread, NULL, slave_run, slave))
		abort();
}

static inline void slave_on_pty(struct slave *slave)
{
	memset(slave, 0, sizeof(*slave));
	slave->listening = -1;
	slave->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave->fd < 0 || grantpt(slave->fd) || unlockpt(slave->fd) ||
		ptsname_r(slave->fd, slave->where, sizeof(slave->where)))
		abort();
	slave->held = open(slave->where, O_RDWR | O_NOCTTY | O_CLOEXEC);
	slave->server = modbus_new_rtu(slave->where, 9600, 'N', 8, 1);
	slave_start(slave);
}

static inline void slave_on_tcp(struct slave *slave)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);

	memset(slave, 0, sizeof(*slave));
	slave->fd = -1;
	slave->held = -1;
	slave->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(slave->listening, (struct sockaddr *)&at, sizeof(at)) ||
		listen(slave->listening, 4) ||
		getsockname(slave->listening, (struct sockaddr *)&at, &len))
		abort();
	snprintf(slave->where, sizeof(slave->where), "127.0.0.1:%u", ntohs(at.sin_port));
	slave->server = modbus_new_tcp("127.0.0.1", 0);
	slave_start(slave);
}

static inline void slave_set(struct slave *slave, enum slave_fault fault, int times)
{
	atomic_store(&slave->faults_left, times);
	atomic_store(&slave->fault, (int)fault);
}

static void slave_stop(struct slave *slave)
{
	uint64_t one = 1;
	ssize_t put = write(slave->stop, &one, sizeof(one));

	(void)put;
	pthread_join(slave->thread, NULL);
	if (slave->fd >= 0)
		close(slave->fd);
	if (slave->held >= 0)
		close(slave->held);
	if (slave->listening >= 0)
		close(slave->listening);
	close(slave->stop);
	modbus_mapping_free(slave->map);
	modbus_free(slave->server);
}

#endif
