#include "io/answer.h"

#include <errno.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <string.h>
#include <time.h>

int answer_error(int number)
{
	switch (number) {
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	case EMBBADCRC:
	case EMBBADDATA:
	case EMBBADSLAVE:
		return ERR_NOISE;
	case EMBMDATA:
	case EINVAL:
		return ERR_RANGE;
	default:
		/* EIO, ENODEV, EBADF, ECONNRESET, EPIPE and what else a dying port says. */
		return ERR_GONE;
	}
}

static bool is_read(const struct port_ask *ask)
{
	return ask->function >= 1 && ask->function <= 4;
}

static bool good_registers(const struct port_ask *ask)
{
	unsigned most = ask->function <= 2 ? MODBUS_MAX_READ_BITS : MODBUS_MAX_READ_REGISTERS;

	return is_read(ask) && ask->count && ask->count <= most &&
	       (uint32_t)ask->start + ask->count <= 65536;
}

int answer_check_ask(const struct port_ask *ask, enum port_kind kind)
{
	bool own = ask->kind != ASK_REGISTERS;

	if (!ask->timeout_ms || (own ? ask->len > ANSWER_QUESTION : !good_registers(ask)))
		return ERR_RANGE;
	if (ask->kind == ASK_BYTES)
		return kind == PORT_RTU || !ask->frame ? 0 : ERR_RANGE;
	if (ask->kind == ASK_PDU && (ask->len < 1 || ask->bytes[0] != ask->function))
		return ERR_RANGE;
	if (kind == PORT_RTU && (ask->unit < 1 || ask->unit > 247))
		return ERR_RANGE;
	return 0;
}

unsigned answer_bytes(const struct port_ask *ask)
{
	return ask->function <= 2 ? (ask->count + 7u) / 8 : 2u * ask->count;
}

size_t answer_question(const struct port_ask *ask, uint8_t *to)
{
	const uint8_t read[] = {ask->function, (uint8_t)(ask->start >> 8), (uint8_t)ask->start,
		(uint8_t)(ask->count >> 8), (uint8_t)ask->count};

	if (ask->kind == ASK_REGISTERS) {
		memcpy(to, read, sizeof(read));
		return sizeof(read);
	}
	memcpy(to, ask->bytes, ask->len);
	return ask->len;
}

/* Modbus Application Protocol v1.1b3, 6: writes echo address and value or count. */
static bool echoes(uint8_t function)
{
	return function == 5 || function == 6 || function == 15 || function == 16;
}

bool answer_fits(const struct port_ask *ask, const uint8_t *pdu, size_t len)
{
	if (len < 2 || pdu[0] != ask->function)
		return false;
	if (is_read(ask))
		return pdu[1] == answer_bytes(ask) && len == 2u + pdu[1];
	if (echoes(ask->function))
		return len == 5 && ask->len >= 5 && !memcmp(pdu, ask->bytes, 5);
	return len == 2u + pdu[1];
}

int answer_wait(int fd, const struct clock *clock, int64_t until_ns)
{
	for (;;) {
		int64_t left_ns = until_ns - clock_boot_ns(clock);
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		struct timespec left = {0};
		int n;

		if (left_ns > 0) {
			left.tv_sec = (time_t)(left_ns / 1000000000);
			left.tv_nsec = (long)(left_ns % 1000000000);
		}
		n = ppoll(&wait, 1, &left, NULL);
		if (n < 0 && errno != EINTR)
			return ERR_GONE;
		if (n > 0 && wait.revents & POLLIN)
			return 0;
		if (n > 0)
			return ERR_GONE;
		if (n == 0 && left_ns <= 0)
			return ERR_TIMEOUT;
	}
}
