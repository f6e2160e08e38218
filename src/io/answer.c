#include "io/answer.h"

#include <errno.h>
#include <modbus/modbus.h>
#include <poll.h>
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

int answer_check_ask(const struct port_ask *ask, enum port_kind kind)
{
	unsigned most = ask->function <= 2 ? MODBUS_MAX_READ_BITS : MODBUS_MAX_READ_REGISTERS;

	if (ask->function < 1 || ask->function > 4 || !ask->count || ask->count > most ||
		!ask->timeout_ms)
		return ERR_RANGE;
	if ((uint32_t)ask->start + ask->count > 65536)
		return ERR_RANGE;
	if (kind == PORT_RTU && (ask->unit < 1 || ask->unit > 247))
		return ERR_RANGE;
	return 0;
}

unsigned answer_bytes(const struct port_ask *ask)
{
	return ask->function <= 2 ? (ask->count + 7u) / 8 : 2u * ask->count;
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
